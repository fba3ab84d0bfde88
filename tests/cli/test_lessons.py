"""`digest topics show`, `strike`, `pin`, `take-back`, `reset`: what a topic learned, read and corrected."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.config.learning import LearningSettings
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

ADA = "ada@example.org"
DAY = dt.timedelta(days=1)
HALF_LIFE = LearningSettings().half_life_days


@pytest.fixture
def liked(folder: Path, digest: Callable[..., Said]) -> None:
    """Ada, whom the file names, liked two papers on telescopes a half-life ago, and no cheese before."""
    assert digest("subscribers", "list").code == 0
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        member = store.subscribers.find(ADA)
        assert member is not None
        (topic,) = member.subscriber.topics
        papers = store.papers.by_arxiv_id(["2604.90001", "2604.90002", "2604.90003"])
        now = dt.datetime.now(dt.UTC)
        for name, value, age in (("1", 1, 0), ("3", 1, 1), ("2", -1, 9)):
            paper = papers[f"2604.9000{name}"].id
            store.votes.like(
                member.subscriber.id, paper, value=value, topic=topic.ref, at=now - (age + HALF_LIFE) * DAY
            )


@pytest.mark.usefixtures("liked")
def test_what_was_learned_is_printed_with_bars_and_what_fades(digest: Callable[..., Said]) -> None:
    said = digest("topics", "show", ADA)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "Telescopes"
    assert lines[1].startswith("Learned from 2 likes and 1 dislike, the newest of ")
    assert "they count for 50 %" in lines[1].lower()
    assert lines[2].startswith("  for        telescope")
    assert "█" * 20 in lines[2]
    likes = [line for line in lines if line.split()[:1] in (["liked"], ["disliked"])]
    assert [line.split()[0] for line in likes] == ["liked", "liked", "disliked"]
    assert "counts  50 %  A telescope for everybody" in likes[0]
    assert likes[2].endswith("Cheese, and how it ripens")


@pytest.mark.usefixtures("liked")
def test_the_same_as_json(digest: Callable[..., Said]) -> None:
    (shown,) = digest("topics", "show", ADA, "--json").json
    assert shown["topic"] == "Telescopes"
    assert shown["for"][0]["weight"] >= shown["for"][-1]["weight"] > 0
    assert any("telescope" in one["word"] for one in shown["for"])
    assert [(one["value"], one["title"]) for one in shown["likes"]][-1] == (-1, "Cheese, and how it ripens")
    assert 0.4 < shown["faded"] < 0.6
    assert (shown["struck"], shown["pinned"], shown["reset_at"]) == ([], [], None)


@pytest.mark.usefixtures("liked")
def test_words_are_struck_pinned_and_taken_back(digest: Callable[..., Said]) -> None:
    said = digest("topics", "strike", ADA.upper(), "Telescopes")
    assert (said.code, said.out) == (0, f"{ADA}, “Telescopes”: “Telescopes” is struck out\n")
    assert digest("topics", "strike", ADA, "telescope", "--topic", "telescopes").out.endswith(
        "“telescope” was struck out already\n"
    )
    assert digest("topics", "pin", ADA, "radio mirrors").out.endswith("“radio mirrors” is pinned\n")
    (shown,) = digest("topics", "show", ADA, "--json").json
    assert (shown["struck"], shown["pinned"]) == (["Telescopes"], ["radio mirrors"])
    assert "telescope" not in [one["word"] for one in shown["for"]]
    text = digest("topics", "show", ADA, "--topic", "Telescopes").out
    assert "  pinned     radio mirrors\n  struck out Telescopes\n" in text
    assert digest("topics", "take-back", ADA, "telescope").out.endswith(
        "counts for what the likes say again\n"
    )
    assert digest("topics", "take-back", ADA, "telescope").out.endswith("was neither struck out nor pinned\n")


@pytest.mark.usefixtures("liked")
def test_a_reset_is_asked_for_twice_and_keeps_the_topic(digest: Callable[..., Said]) -> None:
    digest("topics", "pin", ADA, "mirrors")
    refused = digest("topics", "reset", ADA)
    assert refused.code == 2
    assert "cannot be undone; say --yes" in refused.err
    assert digest("topics", "show", ADA, "--json").json[0]["pinned"] == ["mirrors"]
    assert digest("topics", "reset", ADA, "--yes").out == (
        f"{ADA}, “Telescopes”: what it learned is forgotten; what was typed stays\n"
    )
    (shown,) = digest("topics", "show", ADA, "--json").json
    assert (shown["for"], shown["likes"], shown["pinned"]) == ([], [], [])
    assert shown["reset_at"]
    assert "Nothing yet" in digest("topics", "show", ADA).out
    assert digest("subscribers", "show", ADA, "--json").json["topics"][0]["keywords"] == ["telescope"]


def test_what_cannot_be_is_said_in_a_sentence(digest: Callable[..., Said]) -> None:
    digest("subscribers", "add", "bo@example.org", "--topic", "Vision: nerf; Robots: slam")
    digest("subscribers", "add", "cy@example.org")
    for words, sentence in (
        (("show", "nobody@example.org"), "no such subscriber"),
        (("strike", "bo@example.org", "nerf"), "say which: --topic NAME, one of “Vision”, “Robots”"),
        (("pin", "bo@example.org", "nerf", "--topic", "X"), "has no topic “X”; known: “Vision”, “Robots”"),
        (("pin", "cy@example.org", "nerf"), "has no topics"),
        (("strike", ADA, "the"), "“the” tells no papers apart"),
        (("strike", ADA, "one two three words"), "is too long: say one word"),
    ):  # fmt: skip
        said = digest("topics", *words)
        assert (said.code, said.out) == (2, ""), words
        assert sentence in said.err
    assert "has no topics" in digest("topics", "show", "cy@example.org").out
    assert digest("topics", "show", "bo@example.org").out.count("Nothing yet") == 2
    digest("subscribers", "remove", "bo@example.org")
    assert "has left" in digest("topics", "show", "bo@example.org").err
