"""`digest likes`: import, list and take back, as an operator types it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from digest.store import Store
from tests.cli.conftest import READERS
from tests.e2e.home import Home
from tests.e2e.replay import Replay
from tests.http.upstream import Reply, Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Said

    Digest = Callable[..., Said]

BIB = """@article{one, title = {A telescope for everybody}, date-added = {2024-03-02 10:00:00 +0000}}
@article{two, title = {Of another id}, eprint = {2604.90003}, archiveprefix = {arXiv}}
@article{three, title = {Something that is not here}, year = {2020}}
"""
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def bib(folder: Path) -> Path:
    path = folder / "library.bib"
    path.write_text(BIB, encoding="utf-8")
    return path


@pytest.fixture
def arxiv(shared: Path, folder: Path) -> Iterator[Replay]:
    """arXiv as it was, and a configuration that reads it."""
    running = Replay(shared, "2026-04-22")
    Home(folder).configure(READERS, running.sources)
    yield running
    running.close()


def notes(said: Said) -> list[str]:
    """What was said on standard error, but for the settings' warnings."""
    return [line for line in said.err.splitlines() if not line.startswith("warning: ")]


def add_bob(digest: Digest, *topics: str) -> None:
    digest("subscribers", "add", BOB, *(word for topic in topics for word in ("--topic", topic)))


def test_an_import_says_what_it_found_and_what_not(digest: Digest, bib: Path) -> None:
    said = digest("likes", "import", ADA, str(bib), "--no-fetch")
    assert said.code == 0
    assert said.out.splitlines() == [
        "BibTeX: 2 of 3 entries found, 0 fetched from arXiv, 2 new likes of “Telescopes”",
        "  not found: “Something that is not here”: not among the papers here, and arXiv was not asked",
    ]
    assert notes(said) == []  # a pipe sees no progress


def test_an_import_as_json_is_one_object(digest: Digest, bib: Path) -> None:
    said = digest("likes", "import", ADA, str(bib), "--offline", "--json").json
    assert {name: said[name] for name in ("found", "fetched", "likes", "topic", "stopped")} == {
        "found": 2, "fetched": 0, "likes": 2, "topic": "Telescopes", "stopped": None,
    }  # fmt: skip
    (missing,) = said["missing"]
    assert (missing["title"], missing["state"]) == ("Something that is not here", "waiting")
    again = digest("likes", "import", ADA, str(bib), "--offline", "--json").json
    assert (again["found"], again["likes"], len(again["missing"])) == (2, 0, 1)


def test_likes_are_listed_with_where_they_came_from(digest: Digest, bib: Path, folder: Path) -> None:
    digest("likes", "import", ADA, str(bib), "--no-fetch")
    rows = digest("likes", "list", ADA, "--json").json
    assert [(row["arxiv_id"], row["topic"], row["origin"]) for row in rows] == [
        ("2604.90003", "Telescopes", "library"),
        ("2604.90001", "Telescopes", "library"),
    ]
    assert rows[1]["at"] == "2024-03-02T10:00:00+00:00"
    said = digest("likes", "list", ADA, "--topic", "telescopes")
    assert said.out.splitlines()[0] == "liked\tby\ttopic\tpaper\ttitle"
    assert "2024-03-02\ta file\tTelescopes\t2604.90001\tA telescope for everybody" in said.out
    assert "1 entry of an imported file is no paper here" in said.err
    (missing,) = digest("likes", "list", ADA, "--missing", "--json").json
    assert missing["title"] == "Something that is not here"
    assert missing["reason"] == "not among the papers here, and arXiv was not asked"
    assert (
        "no topic of theirs; they have: Telescopes" in digest("likes", "list", ADA, "--topic", "Cheese").err
    )


def test_likes_are_taken_back_by_paper_topic_and_origin(digest: Digest, bib: Path) -> None:
    digest("likes", "import", ADA, str(bib), "--no-fetch")
    assert (
        digest("likes", "remove", ADA, "https://arxiv.org/abs/2604.90001v2").out
        == f"{ADA}: 1 like taken back\n"
    )
    assert digest("likes", "import", ADA, str(bib), "--no-fetch", "--json").json["likes"] == 0
    said = digest("likes", "remove", ADA, "--topic", "Telescopes", "--imported", "--json")
    assert said.json == {"removed": 1, "forgotten": 3}
    assert digest("likes", "list", ADA, "--json").json == []
    assert digest("likes", "import", ADA, str(bib), "--no-fetch", "--json").json["likes"] == 2
    unknown = digest("likes", "remove", ADA, "2604.90001", "2604.99999")
    assert (unknown.code, "no paper here; nothing was taken back" in unknown.err) == (2, True)
    assert len(digest("likes", "list", ADA, "--json").json) == 2
    assert digest("likes", "remove", ADA).code == 2


def test_a_new_topic_is_made_and_said(digest: Digest, bib: Path) -> None:
    add_bob(digest, "Cheese: cheese", "Harbours: ice")
    said = digest("likes", "import", BOB, str(bib), "--no-fetch", "--topic", "My thesis")
    assert notes(said) == [f"{BOB}: new topic “My thesis”, which asks for nothing but likes"]
    again = digest("likes", "import", BOB, str(bib), "--no-fetch", "--topic", "my THESIS")
    assert "new topic" not in again.err
    library = digest("likes", "import", BOB, str(bib), "--no-fetch", "--json").json
    assert (library["topic"], library["is_new_topic"], library["likes"]) == ("Your library", True, 0)
    topics = digest("subscribers", "show", BOB, "--json").json["topics"]
    assert [(one["name"], one["likes_only"]) for one in topics] == [
        ("Cheese", False), ("Harbours", False), ("My thesis", True), ("Your library", True),
    ]  # fmt: skip


def test_topics_of_the_file_are_left_to_the_file(digest: Digest, bib: Path) -> None:
    said = digest("likes", "import", ADA, str(bib), "--topic", "New", "--no-fetch")
    assert (said.code, said.out) == (2, "")
    assert 'add [[subscribers.topics]] with name = "New" and likes_only = true there' in said.err
    assert "or choose one that is there, with --topic: Telescopes" in said.err


def test_nobody_and_one_who_has_left_import_nothing(digest: Digest, bib: Path) -> None:
    said = digest("likes", "import", "nobody@example.org", str(bib))
    assert (said.code, "no such subscriber" in said.err) == (2, True)
    add_bob(digest, "Cheese: cheese")
    digest("subscribers", "remove", BOB)
    said = digest("likes", "import", BOB, str(bib))
    assert (said.code, "has left" in said.err) == (2, True)


def test_files_that_are_no_library_are_refused_in_a_sentence(digest: Digest, folder: Path) -> None:
    for name, content, why in (
        ("empty.bib", b"", "is empty"),
        ("paper.pdf", b"%PDF-1.7 ...", "is a PDF"),
        ("things.csv", b"a,b\n1,2\n", "no column of titles"),
        ("all-broken.bib", b"@article{a, year = {2020}}\n", "holds no paper: line 1: names neither"),
    ):
        path = folder / name
        path.write_bytes(content)
        said = digest("likes", "import", ADA, str(path))
        assert (said.code, said.out) == (2, "")
        assert f"{path}: " in said.err
        assert why in said.err
    assert digest("likes", "import", ADA, str(folder)).code == 2
    assert digest("likes", "import", ADA, str(folder / "absent.bib")).code == 2


def test_the_good_part_of_a_broken_file_is_taken_and_the_rest_told(digest: Digest, bib: Path) -> None:
    bib.write_text(f"@article{{broken,\n title = {{\n\n{BIB}", encoding="utf-8")
    said = digest("likes", "import", ADA, str(bib), "--no-fetch")
    assert (said.code, said.out.startswith("BibTeX: 2 of 3 entries found")) == (1, True)
    assert f"{bib}: line 1: this entry is broken" in said.err


def test_a_library_comes_in_by_standard_input_too(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"2604.90001\n2604.90002\n")))
    assert digest("likes", "import", ADA, "-", "--no-fetch", "--json").json["likes"] == 2


def test_papers_are_fetched_from_arxiv_and_sent_to_nobody(
    digest: Digest, folder: Path, arxiv: Replay
) -> None:
    (folder / "list.txt").write_text("2604.14630\n2604.14580\n2604.99999\n", encoding="utf-8")
    said = digest("likes", "import", ADA, str(folder / "list.txt"))
    assert said.out.splitlines() == [
        "list: 2 of 3 entries found, 2 fetched from arXiv, 2 new likes of “Telescopes”",
        "  not found: 2604.99999: arXiv has no paper of this id (yet)",
    ]
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        assert store.papers.count() == 5
        assert store.papers.last_sequence() == 3
    assert [one["path"].partition("?")[0] for one in arxiv.log] == ["/api/query"]


def test_a_host_that_asks_to_be_left_alone_ends_it_in_words(digest: Digest, folder: Path, bib: Path) -> None:
    with Upstream() as upstream:
        upstream.serve("/api/query", Reply(status=429, headers=(("Retry-After", "7200"),)))
        Home(folder).configure(READERS, sources(upstream.url))
        said = digest("likes", "import", ADA, str(bib))
    assert said.code == 1
    assert said.out == "BibTeX: 2 of 3 entries found, 0 fetched from arXiv, 2 new likes of “Telescopes”\n"
    assert "to be left alone for 7200 s" in said.err
    assert (
        "1 entry waits to be asked for; what was found is kept, and the same command goes on from there."
        in said.err
    )


def sources(url: str) -> str:
    return (
        f'[[sources]]\nkind = "arxiv"\ncategories = ["cs.CV"]\nbase_url = "{url}"\n'
        f'api_url = "{url}/api/query"\n'
        "allow_private_address = true\nmin_interval_s = 0.0\n"
    )


def test_ctrl_c_keeps_what_was_found_and_says_how_to_go_on(folder: Path, bib: Path) -> None:
    with Upstream() as upstream:
        upstream.serve("/api/query", Reply(body=b"x" * 10_000, manner="slow"))
        Home(folder).configure(READERS, sources(upstream.url))
        command = [
            sys.executable,
            "-m",
            "digest",
            "--config",
            str(folder / "digest.toml"),
            "likes",
            "import",
            ADA,
        ]
        with subprocess.Popen(
            [*command, str(bib)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
        ) as process:
            for _ in range(600):
                if upstream.asked:
                    break
                time.sleep(0.05)
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Stopped. What was found so far is kept; the same command goes on from there." in err
    assert "Traceback" not in err
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        reader = store.subscribers.find(ADA)
        assert reader is not None
        assert len(store.libraries.liked(reader.subscriber.id)) == 2


def test_hostile_titles_reach_the_terminal_tamed(digest: Digest, folder: Path) -> None:
    path = folder / "evil.json"
    path.write_text(json.dumps([{"title": "Evil \x1b[2J\u202e title\nof \x07 many words"}]), encoding="utf-8")
    said = digest("likes", "import", ADA, str(path), "--no-fetch")
    assert "not found: “Evil [2J title of many words”" in said.out
    assert "\x1b" not in said.out + said.err


def test_erasing_a_reader_takes_their_library_with_them(digest: Digest, folder: Path, bib: Path) -> None:
    add_bob(digest, "Cheese: cheese")
    digest("likes", "import", BOB, str(bib), "--no-fetch")
    digest("subscribers", "erase", BOB, "--yes")
    assert b"Something that is not here" not in (folder / "digest.db").read_bytes()
