"""Papers and windows in few words, for the tests of ranking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from digest.core.features import Candidate, Window
from digest.core.select import Selection, Want, select, try_topic
from digest.core.statistics import Statistics
from digest.model import Item, Paper, Subscriber, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TODAY = dt.date(2026, 4, 22)

# Filling of nothing in particular, so that a word of a test is as rare as it would be on a real day.
FILLING = [
    f"{noun} of {other} under {third}"
    for noun in ("Pressure", "Harvests", "Ledgers", "Currents", "Granules")
    for other in ("rivers", "orchards", "markets", "glaciers")
    for third in ("winter", "taxation", "shear")
]


def paper(number: int, title: str, abstract: str = "", **fields: Any) -> Paper:
    return Paper(**{"id": number, "title": title, "abstract": abstract, "first_listed": TODAY, **fields})


def window(papers: Sequence[Paper], *, filled: bool = True, today: dt.date = TODAY) -> Window:
    """A window of these papers; `sequence` is the id. Filled up with sixty more, ids from 9001."""
    more = [paper(9001 + at, title) for at, title in enumerate(FILLING)] if filled else []
    everything = [*papers, *more]
    return Window.of(
        Statistics.empty().grown(everything),
        [Candidate(paper=one, sequence=one.id) for one in everything],
        today=today,
    )


def found(papers: Sequence[Paper], **topic: Any) -> list[int]:
    """The ids that a topic finds, best first."""
    return [item.paper_id for item in tried(papers, **topic)]


def tried(
    papers: Sequence[Paper], *, examples: Mapping[str, Paper] | None = None, **topic: Any
) -> list[Item]:
    named = Topic(**{"name": "T", **_tuples(topic)})
    if examples is not None:
        named = Topic(**{"name": "T", **_tuples(topic), "examples": tuple(examples)})
    return try_topic(window(papers), named, examples=examples, limit=1000)


def chosen(papers: Sequence[Paper], *topics: Topic, since: int = 0, sent: frozenset[int] = frozenset(),
           **reader: Any) -> Selection:  # fmt: skip
    want = Want(
        subscriber=Subscriber(email="reader@example.org", topics=topics, **reader), since=since, sent=sent
    )
    return select(window(papers), [want])[0]


def ids(selection: Selection) -> dict[str, list[int]]:
    return {section.title: [item.paper_id for item in section.items] for section in selection.sections}


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (value,) if isinstance(value, str) and name not in ("text", "name") else value
            for name, value in fields.items()}  # fmt: skip
