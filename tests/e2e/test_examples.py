"""A paper that a topic names as an example is looked up, and brings papers like it."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.home import Home
    from tests.e2e.replay import Replay

AT = "2026-04-17T12:00:00+00:00"


def test_an_example_outside_the_library_is_looked_up_once(home: Home, replay: Replay, shared: Path) -> None:
    recorded = shared / "upstream" / "days" / "arxiv-cs.CV-2026-04-17.json.gz"
    replaced = [
        paper
        for paper in json.loads(gzip.decompress(recorded.read_bytes()))
        if paper["announce_type"] == "replace" and "segment" in paper["title"].lower()
    ]
    example = replaced[0]  # an older paper, which no listing brings into the library
    home.configure(
        replay.sources,
        f"""
[[subscribers]]
email = "ada@example.org"
[[subscribers.topics]]
name = "Like that one"
examples = ["{example["arxiv_id"]}", "2001.00001"]
""",
    )
    report = home.run(AT)
    assert report["accepted"] == 1, report
    (mail,) = home.mails
    assert f"like “{example['title'][:12]}" in mail.text
    assert f"/abs/{example['arxiv_id']}" not in mail.text
    home.run("2026-04-17T13:00:00+00:00")
    asked = [one["path"] for one in replay.log if "id_list" in one["path"]]
    assert len(asked) == 1, asked
