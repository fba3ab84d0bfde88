"""`run`, `preview`, `topics try`, `sources`: the main job from the command line."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from digest.model import Collection, Position
from digest.store import Store
from tests.cli.conftest import AT, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said


def test_a_run_prints_one_object_and_nothing_else(digest: Callable[..., Said]) -> None:
    said = digest("run", "--at", AT, "--json")
    assert said.code == 0
    assert said.json == {
        "at": AT,
        "sources": {},
        "due": 1,
        "composed": 1,
        "accepted": 1,
        "skipped": 0,
        "rejected": 0,
        "suppressed": 0,
        "expired": 0,
        "failed": 0,
        "waiting": 0,
        "uncertain": 0,
        "uncertain_total": 0,
    }


def test_a_run_in_words(digest: Callable[..., Said], folder: Path) -> None:
    assert digest("run", "--at", AT).out == f"1 due: 1 written into {folder / 'outbox'}\n"
    assert digest("run", "--at", AT).out == "Nobody is due before 2026-04-22 07:00 UTC.\n"
    assert (
        digest("run", "--at", "2026-04-22T08:00:00Z", "--dry-run").out
        == "1 due: 1 skipped: nothing new for them\n"
    )
    digest("subscribers", "pause", "ada@example.org")
    assert digest("run", "--at", "2026-04-22T08:00:00Z").out == "Nobody is due.\n"


def test_a_dry_run_says_what_and_why_and_changes_nothing(digest: Callable[..., Said], folder: Path) -> None:
    digest("subscribers", "list")

    def state() -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    before = state()
    said = digest("run", "--at", AT, "--dry-run", "--json")
    assert said.json["accepted"] == 1
    (would,) = said.json["would_send"]
    assert (would["email"], would["slot"]) == ("ada@example.org", "2026-04-21")
    (section,) = would["sections"]
    assert [paper["reasons"] for paper in section["papers"]] == [["telescope"], ["telescope"]]
    assert "A telescope for everybody" in digest("run", "--at", AT, "--dry-run").out
    assert state() == before
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1


def test_only_the_named_reader_is_served(digest: Callable[..., Said]) -> None:
    digest("subscribers", "add", "bo@example.org", "--topic", "Cheese: cheese")
    said = digest("run", "--at", AT, "--json", "--subscriber", "bo@example.org")
    assert (said.json["due"], said.json["accepted"]) == (1, 1)
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1
    unknown = digest("run", "--at", AT, "--subscriber", "nobody@example.org")
    assert (unknown.code, unknown.out) == (2, "")


def test_what_was_sent_can_be_looked_at_again(digest: Callable[..., Said]) -> None:
    digest("run", "--at", AT)
    since = digest("preview", "ada@example.org", "--at", AT, "--text")
    assert "telescope" not in since.out.lower().partition("you get this")[0]
    assert "--again" in since.err
    again = digest("preview", "ada@example.org", "--at", AT, "--text", "--again")
    assert "A telescope for everybody" in again.out
    assert "--again" not in again.err


def test_a_preview_is_the_mail_and_remembers_nothing(digest: Callable[..., Said], folder: Path) -> None:
    said = digest("preview", "ada@example.org", "--at", AT, "--text")
    assert "A telescope for everybody" in said.out
    assert "Subject: " in said.err
    html = folder / "preview.html"
    assert digest("preview", "ada@example.org", "--at", AT, "--out", str(html)).out == ""
    assert "A telescope for everybody" in html.read_text(encoding="utf-8")
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1


def test_a_topic_is_tried_with_scores_and_reasons(digest: Callable[..., Said]) -> None:
    said = digest("topics", "try", "telescope", "--exclude", "mirror", "--at", AT, "--json")
    (found,) = said.json
    assert found["title"] == "A telescope for everybody"
    assert 0 < found["score"] <= 100
    assert found["reasons"] == [{"kind": "keyword", "words": "telescope"}]
    assert (
        "1 shown of 3 papers" in digest("topics", "try", "telescope, cheese", "--limit", "1", "--at", AT).err
    )


def test_a_tried_topics_reasons_read_as_in_a_mail(digest: Callable[..., Said]) -> None:
    said = digest("topics", "try", "telescope", "--text", "Length and mirror of everybody", "--at", AT)
    assert "       telescope · about " in said.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the", "“the” finds nothing: small words tell no papers apart; in quotes they would."),
        ("???", "“???” finds nothing: it has no word."),
    ],
)
def test_a_keyword_that_can_find_nothing_is_told(
    digest: Callable[..., Said], words: str, expected: str
) -> None:
    said = digest("topics", "try", words, "--at", AT)
    assert (said.code, said.out) == (0, "")
    assert expected in said.err


@pytest.mark.parametrize("words", [(), ("--exclude", "x"), ("--category", "cs.XX", "x")])
def test_a_topic_that_asks_for_nothing_is_refused(
    digest: Callable[..., Said], words: tuple[str, ...]
) -> None:
    said = digest("topics", "try", *words, "--at", AT)
    assert (said.code, said.out) == (2, "")
    assert said.err


def test_sources_that_were_never_read_say_so(digest: Callable[..., Said], folder: Path) -> None:
    assert "No source is configured" in digest("sources").out
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[[sources]]\nkind = "arxiv"\ncategories = ["cs.CV"]\n')
    assert digest("sources", "--json").json[0]["status"] == "never read"
    assert digest("sources", "--json").json[0]["read_to"] == {}
    assert "never" in digest("sources").out


def test_how_far_a_source_has_read_is_told_in_days(digest: Callable[..., Said], folder: Path) -> None:
    collected = {
        "arxiv": {
            "cs.CV": "2026-04-21",
            "cs.LG": "2026-04-20",
            "cs.CV:etag": '"x"',
            "cs.CV:also": "2026-04-22",
        },
        "huggingface": {"read": "2026-04-20", "asked": "2026-04-21 31", "etag": '2026-04-21 31 "x"'},
        "journal": {"read": "2026-04-21", "from": "2026-04-14", "stands_for": "entries"},
    }
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store, store.database.begin() as connection:
        for name, marks in collected.items():
            found = Collection(status="ok", position=Position().moved(**marks))
            store.sources.note(connection, name, title=name, collection=found, new=0, now=NOW)
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[[sources]]\nkind = "arxiv"\ncategories = ["cs.CV", "cs.LG"]\n')
        file.write('[[sources]]\nkind = "huggingface"\n')
        file.write('[[sources]]\nkind = "feed"\nname = "journal"\nurl = "https://journal.example.org/feed"\n')
    assert [one["read_to"] for one in digest("sources", "--json").json] == [
        {"cs.CV": "2026-04-21", "cs.LG": "2026-04-20"},
        {"read": "2026-04-20"},
        {"read": "2026-04-21"},
    ]
    shown = digest("sources", "--at", AT).out
    assert "cs.CV 2026-04-21, cs.LG 2026-04-20" in shown
    assert "\t2026-04-20\t" in shown


def test_an_unknown_source_is_named_with_the_known_ones(digest: Callable[..., Said], folder: Path) -> None:
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[[sources]]\nkind = "huggingface"\n')
    said = digest("collect", "--source", "arxiv")
    assert said.code == 2
    assert "known: huggingface" in said.err
