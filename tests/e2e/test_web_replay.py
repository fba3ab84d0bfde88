"""A replayed day is collected, and Hugging Face's own client lists it from `digest web`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import huggingface_hub
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.home import Home
    from tests.e2e.replay import Replay

DAY = "2026-04-17"


@contextlib.contextmanager
def web(home: Home) -> Iterator[str]:
    """The address of `digest web`, a process of its own that ends with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    command = [
        sys.executable,
        "-m",
        "digest",
        "--config",
        str(home.folder / "digest.toml"),
        "web",
        "--port",
        "0",
    ]
    log = home.folder / "web.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, cwd=home.folder, env=inherited, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("Listening on http://"), log.read_text()
            yield said.removeprefix("Listening on ").strip()
        finally:
            process.terminate()
            process.wait(20)
    assert "Traceback" not in log.read_text()


@pytest.fixture
def client() -> Iterator[type[huggingface_hub.HfApi]]:
    yield huggingface_hub.HfApi
    huggingface_hub.close_session()


def test_the_real_client_lists_a_replayed_day(
    home: Home, replay: Replay, client: type[huggingface_hub.HfApi]
) -> None:
    home.configure(replay.sources)
    assert home.run("2026-04-17T20:00:00+00:00")["sources"]["huggingface"]["status"] == "ok"
    there = client(endpoint=replay.url, token=False)
    theirs = {paper.id: paper for paper in there.list_daily_papers(date=DAY, limit=100)}
    with web(home) as url:
        here = client(endpoint=url, token=False)
        ours = {paper.id: paper for paper in here.list_daily_papers(date=DAY, limit=100)}
        assert len(ours) >= 20
        assert {one: paper.upvotes for one, paper in ours.items()} == {
            one: paper.upvotes for one, paper in theirs.items()
        }
        # By heat, in which comments count beside upvotes and a paper of the evening is as good as one of the
        # morning: so the most upvoted leads, and not every one is behind those of more.
        votes = [paper.upvotes or 0 for paper in ours.values()]
        assert votes[0] == max(votes)
        first, last = votes[: len(votes) // 2], votes[len(votes) // 2 :]
        assert sum(first) / len(first) > 2 * sum(last) / len(last)
        for one, paper in ours.items():
            assert paper.published_at == theirs[one].published_at
            assert paper.github_repo is None or paper.github_repo.startswith("https://github.com/")
            assert paper.github_stars == theirs[one].github_stars
            assert paper.comments == theirs[one].comments
            mine, said = paper.submitted_by, theirs[one].submitted_by
            assert mine is not None
            assert said is not None
            assert mine.fullname == said.fullname
            asked = here.paper_info(one)
            # (In a list the client makes None of no upvotes, here and there alike.)
            assert (asked.id, asked.title, asked.upvotes) == (one, paper.title, paper.upvotes or 0)
        assert [paper.id for paper in here.list_daily_papers(limit=100)] == list(ours)
        found = [paper.id for paper in here.list_papers(query=next(iter(ours)))]
        assert found[:1] == [next(iter(ours))]
        with pytest.raises(huggingface_hub.errors.HfHubHTTPError, match="Paper not found"):
            here.paper_info("9901.99999")
