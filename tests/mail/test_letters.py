"""The sentences around the cards, and the cards' own words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.mail.cards import authors_words, card_key, card_words, why_words
from digest.mail.check import decoded
from digest.mail.compile import compile_mail
from digest.mail.letters import about, intro, mail_words, notice, subject_words, trimmed
from digest.model import Cadence, Edition, Item, Notice, Section, Slot, Subscriber, Topic
from tests.mail.editions import (
    EDITIONS,
    FAILED,
    LIKED,
    OUTSIDE,
    PAPERS,
    READER,
    SITE,
    STALE,
    TAUGHT,
    composed,
    item,
    letter,
    paper,
)

if TYPE_CHECKING:
    from digest.mail.templates import Templates
    from tests.mail.editions import Why

LAST_YEAR = dt.date(2025, 12, 31)


def section(title: str, count: int, *, more: int = 0) -> Section:
    """A topic's section of so many papers; "" for the trending one."""
    items = tuple(item(1, ("keyword", "x")) for _ in range(count))
    return Section(kind="topic" if title else "trending", title=title or "Trending", items=items, more=more)


TOPICS = [(f"T{n}", 2) for n in range(7)]


@pytest.mark.parametrize(
    ("sections", "considered", "words"),
    [
        ([("A", 7), ("B", 3), ("", 2)], 231, "12 of 231 new papers: 7 for A, 3 for B, 2 trending"),
        ([("Vision", 7)], 231, "7 of 231 new papers, all for Vision"),
        ([("", 12)], 1231, "12 of 1,231 new papers, all trending"),
        ([("Vision", 1)], 9, "1 of 9 new papers, for Vision"),
        ([("", 1)], 1, "1 of 1 new paper, trending"),
        ([("Vision", 1), ("Robots", 0)], 0, "1 new paper, for Vision"),
        (
            [*TOPICS, ("", 1)],
            99,
            (
                "15 of 99 new papers: "
                "2 for T0, 2 for T1, 2 for T2, 2 for T3, 2 for T4, 4 for 2 more topics, 1 trending"
            ),
        ),
        (
            TOPICS[:6],
            99,
            "12 of 99 new papers: 2 for T0, 2 for T1, 2 for T2, 2 for T3, 2 for T4, 2 for 1 more topic",
        ),
    ],
)
def test_intro_counts_papers_by_section(sections: list[tuple[str, int]], considered: int, words: str) -> None:
    one = letter(*(section(title, count) for title, count in sections), considered=considered)
    assert intro(one.edition) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (section("Vision", 1, more=0), ""),
        (section("Vision", 1, more=1), "1 more paper matched."),
        (section("Vision", 1, more=1200), "1,200 more papers matched."),
        (section("", 1, more=1), "1 more paper is trending."),
        (section("", 1, more=2), "2 more papers are trending."),
    ],
)
def test_what_had_no_room_is_said_in_words(one: Section, words: str) -> None:
    assert mail_words(letter(one), SITE, card=lambda _: None).sections[0].more == words


@pytest.mark.parametrize(
    ("notices", "hour", "words"),
    [
        ((FAILED,), 7, "arXiv could not be read this morning; its papers will come in a later mail."),
        (
            (FAILED, Notice(title="A feed", status="failed")),
            13,
            "arXiv and A feed could not be read this afternoon; their papers will come in a later mail.",
        ),
        (
            (STALE,),
            20,
            "Hugging Face has not announced today's papers yet; they will come in a later mail.",
        ),
        (
            (STALE, FAILED, Notice(title="A\r\nFeed", status="stale")),
            20,
            (
                "arXiv could not be read this evening; its papers will come in a later mail. "
                "Hugging Face and A Feed have not announced today's papers yet; they will come in a later "
                "mail."
            ),
        ),
    ],
)
def test_notice_names_the_sources_in_one_line(notices: tuple[Notice, ...], hour: int, words: str) -> None:
    assert notice(notices, hour=hour) == words


@pytest.mark.parametrize(
    ("considered", "topics", "said"),
    [
        (0, True, "No new papers since your last mail."),
        (1, True, "The one new paper did not match your topics."),
        (231, True, "None of the 231 new papers matched your topics."),
        (231, False, "None of the 231 new papers is trending."),
    ],
)
def test_quiet_day_says_so_and_when_the_next_mail_comes(
    considered: int, topics: bool, said: str, templates: Templates
) -> None:
    reader = dataclasses.replace(READER, topics=READER.topics if topics else ())
    mail = decoded(composed(templates, letter(considered=considered, reader=reader)))
    meant = f"{said} The next mail comes on Wednesday 22 April."
    assert meant in mail.html
    assert meant in " ".join(mail.text.split())


def test_the_one_from_outside_is_told_apart_and_is_the_subject_only_where_nothing_else_is() -> None:
    both = letter(TAUGHT, OUTSIDE).edition
    assert intro(both) == "4 of 231 new papers: 3 for Vision, 1 from outside your topics"
    alone = letter(OUTSIDE, section("", 1)).edition
    assert intro(alone) == "2 of 231 new papers: 1 from outside your topics, 1 trending"
    assert intro(letter(OUTSIDE).edition) == "1 of 231 new papers, from outside your topics"

    def title(one: Item) -> str:
        return f"number {one.paper_id}"

    weak = letter(dataclasses.replace(TAUGHT, items=(item(2, score=11.0),)), OUTSIDE).edition
    assert subject_words(weak, date="", title=title).best == "number 2"
    only = subject_words(alone, date="", title=title)
    assert (only.kind, only.count, only.best) == ("papers", "2", "number 4")


def test_dates_are_those_of_the_reader_s_zone(templates: Templates) -> None:
    reader = dataclasses.replace(READER, timezone="Pacific/Honolulu")
    words = mail_words(letter(reader=reader), SITE, card=lambda _: None)
    assert words.date == "Monday 20 April"
    assert words.quiet.endswith("The next mail comes on Tuesday 21 April.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {},
            (
                "from Monday to Friday at 07:00 Berlin time, because ada@example.org subscribed to "
                "2 topics and what is trending at Paper Digest."
            ),
        ),
        (
            {"cadence": Cadence(kind="daily"), "topics": (), "timezone": "UTC", "trending": False},
            "every day at 07:00 UTC, because ada@example.org subscribed to what is trending at",
        ),
        (
            {"cadence": Cadence(kind="weekly", weekday=2), "send_at": dt.time(18, 5), "trending": False},
            "every Wednesday at 18:05 Berlin time, because ada@example.org subscribed to 2 topics at",
        ),
        ({"cadence": Cadence(kind="monthly", month_day=3)}, "on day 3 of each month at"),
        (
            {"topics": tuple(Topic(name=f"T{n}") for n in range(8)), "trending": False},
            "subscribed to 8 topics at",
        ),
    ],
)
def test_footer_says_why_and_when(change: dict[str, object], words: str) -> None:
    reader: Subscriber = dataclasses.replace(READER, **change)  # type: ignore[arg-type]
    assert words in about(reader, SITE)


# ---------------------------------------------------------------------------- cards


@pytest.mark.parametrize(
    ("authors", "matched", "words"),
    [
        ("", (), ""),
        ("A A", (), "A A"),
        ("A A, B B, C C", (), "A A, B B, C C"),
        ("A A, B B, C C, D D", (), "A A, B B and 2 more"),
        ("A A, B B, C C, D D", ("D D",), "A A, B B, D D and 1 more"),
        ("A A, B B, C C, D D", ("C C", "D D"), "A A, B B, C C, D D"),
        ("A A, B B, C C, D D", ("Nobody",), "A A, B B and 2 more"),
        (", ".join(f"A {n}" for n in range(1000)), ("A 999",), "A 0, A 1, A 999 and 997 more"),
    ],
)
def test_authors_are_shortened_but_never_the_one_who_matched(
    authors: str, matched: tuple[str, ...], words: str
) -> None:
    assert authors_words(paper(1, "T", "A.", authors), matched=matched) == words


@pytest.mark.parametrize(
    ("authors", "categories", "words"),
    [
        ("A A", ("cs.CV", "cs.LG"), "A A · 20 Apr · cs.CV"),
        ("", (), "20 Apr"),
        ("", ("cs.CV",), "20 Apr · cs.CV"),
    ],
)
def test_byline_leaves_out_what_is_not_known(authors: str, categories: tuple[str, ...], words: str) -> None:
    one = paper(1, "T", "A.", authors, categories=categories)
    assert card_words(one, card_key(item(1), year=2026)).byline == words


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([], ""),
        ([("keyword", "splats"), ("keyword", "point cloud")], "splats, point cloud"),
        ([("example", "A Title"), ("keyword", "splats")], "splats · like “A Title”"),
        (
            [("author", "Ada Sample"), ("text", "depth"), ("text", "scenes")],
            "by Ada Sample · about depth, scenes",
        ),
        ([("category", "cs.CV")], "in cs.CV"),
        (
            [("liked", "A Title", LIKED), ("keyword", "splats")],
            "splats · like “A Title”, which you liked on 12 April",
        ),
        ([("liked", "A Title", LAST_YEAR)], "like “A Title”, which you liked on 31 December 2025"),
        ([("liked", "A Title")], "like “A Title”, which you liked"),
        (
            [("liked", "A Title", LIKED), ("liked", "Another", LAST_YEAR), ("liked", "A third")],
            "like “A Title”, which you liked on 12 April, and “Another”, on 31 December 2025, and “A third”",
        ),
        ([("learned", "splats")], "close to what you like: splats"),
        (
            [("learned", "splats, point clouds"), ("learned", "NeRF"), ("category", "cs.CV")],
            "close to what you like: splats, point clouds, NeRF · in cs.CV",
        ),
        ([("keyword", "splats"), ("outside", "")], "from outside your topics · splats"),
        ([("outside", "84 upvotes")], "from outside your topics: 84 upvotes"),
        (
            [("liked", "A title of many words, " * 5, LIKED)],
            "like “A title of many words, A title of many words, A title…”, which you liked on 12 April",
        ),
        ([("trending", "84 upvotes")], "84 upvotes"),
        ([("keyword", str(n)) for n in range(20)], "0, 1, 2, 3, 4, 5, 6, 7"),
    ],
)
def test_why_is_one_line(reasons: list[Why], words: str) -> None:
    assert why_words(item(1, *reasons), year=2026) == words


def test_counts_are_those_of_the_edition_and_said_once() -> None:
    known = paper(1, "T", "A.", "B", upvotes=999, stars=999, code_url="https://example.org/c")

    def card(one: Item) -> tuple[str, str]:
        words = card_words(known, card_key(one, year=2026))
        return words.upvotes, words.links[-1].note

    assert card(item(1, ("keyword", "x"), upvotes=84, stars=1)) == ("84 upvotes", "1 star")
    assert card(item(1, ("keyword", "x"), upvotes=1)) == ("1 upvote", "")
    assert card(item(1, ("trending", "84 upvotes"), upvotes=84, stars=15_000)) == ("", "15k stars")
    assert card(item(1)) == ("", "")


def test_paper_from_a_feed_is_to_be_read_and_has_no_abstract_page() -> None:
    one = paper(1, "T", "A.", "B", arxiv_id=None, pdf_url=None)
    assert [link.words for link in card_words(one, card_key(item(1), year=2026)).links] == ["Read"]


def test_title_leads_to_the_pdf_where_there_is_no_page() -> None:
    one = paper(1, "T", "A.", "B", url=None)
    assert card_words(one, card_key(item(1), year=2026)).url == "https://arxiv.org/pdf/2604.90001"


# ---------------------------------------------------------------------------- editions


def test_the_longest_section_loses_its_last_paper() -> None:
    slot = Slot(
        key="k",
        scheduled_at=dt.datetime(2026, 4, 21, tzinfo=dt.UTC),
        next_at=dt.datetime(2026, 4, 22, tzinfo=dt.UTC),
    )
    edition = Edition(slot=slot, sections=(section("A", 2), section("B", 3, more=1), section("", 3)))
    lengths = []
    for _ in range(4):
        edition = trimmed(edition)
        lengths.append([(len(one.items), one.more) for one in edition.sections])
    assert lengths == [
        [(2, 0), (3, 1), (2, 1)],
        [(2, 0), (2, 2), (2, 1)],
        [(2, 0), (2, 2), (1, 2)],
        [(2, 0), (1, 3), (1, 2)],
    ]


def test_section_without_papers_is_not_shown(templates: Templates) -> None:
    mail = decoded(composed(templates, letter(section("Empty", 0), section("Vision", 1))))
    assert "Empty" not in mail.html + mail.text


def test_mail_without_a_notice_has_none(templates: Templates) -> None:
    assert "later mail" not in decoded(composed(templates, EDITIONS["bare"])).text


def test_edition_that_was_not_compiled_is_told(templates: Templates) -> None:
    compiled = compile_mail(templates, SITE, [EDITIONS["quiet"].edition], PAPERS)
    with pytest.raises(LookupError, match="paper 1 at revision 1"):
        compiled.compose(EDITIONS["rich"])


def test_paper_that_was_not_given_is_told(templates: Templates) -> None:
    with pytest.raises(LookupError, match="paper 6 at revision 1"):
        compile_mail(templates, SITE, [EDITIONS["bare"].edition], {})


def test_quiet_mail_needs_no_paper(templates: Templates) -> None:
    compiled = compile_mail(templates, SITE, [], {})
    assert b"None of the 231" in compiled.compose(EDITIONS["quiet"]).raw


def test_text_part_lists_every_paper_with_its_address(templates: Templates) -> None:
    text = decoded(composed(templates, EDITIONS["rich"])).text
    for number in range(1, 6):
        assert f"  Abstract: https://arxiv.org/abs/2604.9{number:04}\n" in text
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 76
    assert not [line for line in text.splitlines() if line != line.rstrip()]
