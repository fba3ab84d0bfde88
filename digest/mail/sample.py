"""Made-up letters that use every word a template may ask for: templates are proved on them."""

from __future__ import annotations

import datetime as dt

from digest.mail.site import Letter, Site
from digest.model import Cadence, Edition, Gist, Item, Notice, Paper, Reason, Section, Slot, Subscriber, Topic

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

READER = Subscriber(
    email="ada@example.org",
    name="Ada Sample",
    timezone="Europe/Berlin",
    cadence=Cadence(kind="weekdays"),
    trending=True,
    topics=(Topic(name='Vision & "depth"', keywords=("gaussian splatting",)), Topic(name="Robots")),
)

_FULL = Paper(
    id=1,
    title="Splats & Shadows: a sample paper with <angle brackets> and “quotes” in its title",
    abstract="We make a sample. It has two sentences, and a third. Nobody reads this one.",
    authors=("Ada Sample", "Bo Sample", "Cy Sample", "Di Sample", "李 样本"),
    categories=("cs.CV", "cs.RO"),
    arxiv_id="2604.90001",
    url="https://arxiv.org/abs/2604.90001",
    pdf_url="https://arxiv.org/pdf/2604.90001",
    code_url="https://example.org/code?a=1&b=2",
    project_url="https://example.org/project",
    thumbnail_url="https://example.org/picture.png",
    first_listed=dt.date(2026, 4, 20),
)
_BARE = Paper(id=2, title="A sample that has a title only", first_listed=dt.date(2025, 12, 31))

PAPERS = {(paper.id, paper.revision): paper for paper in (_FULL, _BARE)}


def letters() -> tuple[Letter, ...]:
    """A rich edition, one with trending papers only, and one of a quiet day."""
    full = Item(
        paper_id=1,
        revision=1,
        score=90.0,
        upvotes=84,
        stars=1234,
        reasons=(
            Reason(
                kind="keyword", words="gaussian splatting, in many more words than fit in one line of text"
            ),
            Reason(kind="author", words="Di Sample"),
            Reason(kind="example", words="An <example> & its title"),
        ),
    )
    bare = Item(paper_id=2, revision=1, score=40.0)
    hot = Item(
        paper_id=1,
        revision=1,
        score=70.0,
        reasons=(Reason(kind="trending", words="84 upvotes"),),
        gist=Gist(text="Makes a sample of <two> sentences & a third.", model="sample-1:7b"),
    )
    rich = (
        Section(kind="topic", title='Vision & "depth"', items=(full, bare), more=3),
        Section(kind="topic", title="Robots", items=(bare,)),
        Section(kind="trending", title="Trending today", items=(hot,), more=1),
    )
    notices = (Notice(title="arXiv", status="failed"), Notice(title="Feed & Co", status="stale"))
    return (
        letter(rich, notices=notices, considered=1231),
        letter(rich[2:], considered=1),
        letter((), considered=7),
    )


def letter(sections: tuple[Section, ...], *, notices: tuple[Notice, ...] = (), considered: int) -> Letter:
    """A letter to the sample reader."""
    slot = Slot(key="2026-04-21", scheduled_at=MORNING, next_at=MORNING + dt.timedelta(days=1))
    return Letter(
        delivery_id="sample",
        edition=Edition(slot=slot, sections=sections, notices=notices, considered=considered),
        subscriber=READER,
        # They open nothing, and each can be told from the others.
        unsubscribe_token="sample-token",  # noqa: S106
        preferences_token="sample-preferences",  # noqa: S106
        vote_token="sample-vote",  # noqa: S106
        edition_token="sample-edition",  # noqa: S106
        date=MORNING,
    )
