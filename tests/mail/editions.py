"""Sample papers, readers and editions, written for these tests; no paper is somebody's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.mail.compile import compile_mail
from digest.mail.site import Letter, Site
from digest.model import (
    Cadence,
    Edition,
    Item,
    Message,
    Notice,
    Paper,
    Reason,
    Section,
    Slot,
    Subscriber,
    Topic,
)

if TYPE_CHECKING:
    from digest.mail.templates import Templates

MORNING = dt.datetime(2026, 4, 21, 5, tzinfo=dt.UTC)

SITE = Site(
    name="Paper Digest",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="editor@example.org",
    unsubscribe="unsubscribe@example.org",
    postal_address="1 Sample Street, 10115 Berlin",
    list_id="digest.example.org",
)
WEB_SITE = dataclasses.replace(SITE, url="https://digest.example.org")

READER = Subscriber(
    email="ada@example.org",
    name="Ada Sample",
    timezone="Europe/Berlin",
    cadence=Cadence(kind="weekdays"),
    trending=True,
    topics=(Topic(name="Vision"), Topic(name="Robots")),
)


def paper(number: int, title: str, abstract: str, authors: str, **more: object) -> Paper:
    """A sample paper of arXiv, with an id that no month reaches."""
    known: dict[str, object] = {
        "id": number,
        "title": title,
        "abstract": abstract,
        "authors": tuple(authors.split(", ")) if authors else (),
        "categories": ("cs.CV", "cs.LG"),
        "arxiv_id": f"2604.9{number:04}",
        "url": f"https://arxiv.org/abs/2604.9{number:04}",
        "pdf_url": f"https://arxiv.org/pdf/2604.9{number:04}",
        "first_listed": dt.date(2026, 4, 20),
    }
    return Paper(**{**known, **more})  # type: ignore[arg-type]


PAPERS = {
    (one.id, one.revision): one
    for one in (
        paper(
            1,
            "Splats that remember: Gaussian splatting with a memory of what it has seen",
            "Scenes change while they are captured, and splats forget. We give each Gaussian a small "
            "memory, updated as frames arrive, and keep what is no longer visible. On four sample scenes it "
            "halves the error at the seams.",
            "Ada Sample, Bo Muster, Chiara Esempio, Dmitri Obrazets, Elif Örnek",
            code_url="https://example.org/code/splats",
        ),
        paper(
            2,
            "Point clouds from a single shadow",
            "A shadow says more than it seems.",
            "Fumiko Mihon, Goran Primjer",
        ),
        paper(
            3,
            "How many tokens does a pixel need?",
            "We count. It is fewer than is thought, e.g. a third of what Fig. 2 of the usual recipe spends, "
            "and the rest can be left out at no cost that our samples would show. A rule of thumb is given, "
            "tested on two tasks, and found to hold wherever the picture is larger than the question.",
            "Hana Vzorek",
        ),
        paper(
            4,
            "A gripper that asks before it drops",
            "Robots drop things. Ours asks first.",
            "Ines Ejemplo, Jonas Beispiel, Kwame Mfano, Lars Prøve, Mei 样本",
            categories=("cs.RO",),
            project_url="https://example.org/gripper",
        ),
        paper(
            5,
            "Open weights, closed doors: a survey of what is shared",
            "We look at 1,200 releases & what came with them.",
            "Nadia Mithal, Oskar Näide",
            categories=("cs.CY",),
            gist="Of 1,200 model releases, a third could be rebuilt from what was published with them.",
            code_url="https://example.org/code/doors?tab=a&sort=b",
            thumbnail_url="https://example.org/pictures/doors.png",
            first_listed=dt.date(2026, 4, 17),
        ),
        Paper(id=6, title="A sample from a feed, with a title only", first_listed=dt.date(2025, 12, 31)),
    )
}


Why = tuple[str, str] | tuple[str, str, dt.date]


def item(number: int, *reasons: Why, score: float = 50.0, **more: int | None) -> Item:
    """An item of an edition; reasons are (kind, words), or (kind, words, when)."""
    made = tuple(
        Reason(kind=kind, words=words, when=when[0] if when else None)  # type: ignore[arg-type]
        for kind, words, *when in reasons
    )
    return Item(paper_id=number, revision=1, score=score, reasons=made, **more)  # type: ignore[arg-type]


VISION = Section(
    kind="topic",
    title="Vision",
    items=(
        item(
            1,
            ("keyword", "gaussian splatting"),
            ("author", "Elif Örnek"),
            ("example", "A sample about splats"),
            score=91.0,
            stars=1234,
            upvotes=84,
        ),
        item(2, ("keyword", "point cloud"), score=70.0),
        item(3, ("text", "tokens"), ("text", "pixels"), ("category", "cs.CV"), score=44.0),
    ),
    more=4,
)
ROBOTS = Section(kind="topic", title="Robots", items=(item(4, ("keyword", "grasping"), score=66.0),))
TRENDING = Section(
    kind="trending",
    title="Trending today",
    items=(item(5, ("trending", "312 upvotes"), stars=1, score=97.0),),
    more=1,
)
LIKED = dt.date(2026, 4, 12)
TAUGHT = Section(
    kind="topic",
    title="Vision",
    items=(
        item(
            1,
            ("keyword", "gaussian splatting"),
            (
                "liked",
                "What a splat forgets: on memory in scenes that change as they are seen, twice over",
                LIKED,
            ),
            ("learned", "seams, scenes that change"),
            score=98.0,
        ),
        item(2, ("learned", "shadows, point clouds"), score=95.0),
        item(3, ("liked", "Pixels are not words", dt.date(2025, 11, 3)), score=91.0),
    ),
)
OUTSIDE = Section(
    kind="outside",
    title="One from outside your topics",
    items=(item(4, ("outside", ""), ("trending", "84 upvotes"), score=60.0),),
)
FAILED = Notice(title="arXiv", status="failed")
STALE = Notice(title="Hugging Face", status="stale")


def letter(
    *sections: Section,
    considered: int = 231,
    notices: tuple[Notice, ...] = (),
    reader: Subscriber = READER,
    token: str = "2.1745.Zm9vYmFy",
    delivery_id: str = "d-17",
) -> Letter:
    """A letter of Tuesday 21 April 2026, 07:00 in Berlin."""
    slot = Slot(key="2026-04-21", scheduled_at=MORNING, next_at=MORNING + dt.timedelta(days=1))
    return Letter(
        delivery_id=delivery_id,
        edition=Edition(slot=slot, sections=sections, notices=notices, considered=considered),
        subscriber=reader,
        unsubscribe_token=token,
        preferences_token=f"p-{token}",
        vote_token=f"v-{token}",
        edition_token=f"e-{token}",
        date=MORNING,
    )


EDITIONS = {
    "rich": letter(VISION, ROBOTS, TRENDING, notices=(FAILED,)),
    "learned": letter(TAUGHT, OUTSIDE, reader=dataclasses.replace(READER, outside=True)),
    "trending": letter(TRENDING, considered=26, reader=dataclasses.replace(READER, topics=(), name="")),
    "quiet": letter(considered=231, notices=(STALE,)),
    "bare": letter(Section(kind="topic", title="All else", items=(item(6),)), considered=1),
}


def composed(
    templates: Templates, one: Letter, *, site: Site = SITE, papers: dict[tuple[int, int], Paper] = PAPERS
) -> Message:
    """The message, from a compiled mail of this one edition."""
    return compile_mail(templates, site, [one.edition], papers).compose(one)
