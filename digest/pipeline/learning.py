"""Readers in, what their topics were taught out: from what they said of papers, and from words that they
struck out or pinned.

What a topic learned is made when something that it follows from has changed (`pipeline.teaching`), and kept;
otherwise it is read. A fixed number of queries for a block of readers.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.pipeline.signals import Signals, signals
from digest.store.learned import Made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.core.taught import Taught
    from digest.model import Paper, Subscriber
    from digest.pipeline.ground import Ground
    from digest.store.tastes import Taste

RECIPE = "1"  # of all that is computed from signals: with another one everything is made anew
RENEWED = dt.timedelta(days=30)  # papers change, and with them what a score means


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Readers in the order in which they were given, without examples that they dislike; the papers that
    their topics name as examples; for each reader's number the papers that are no news to them, and what
    each of their topics was taught, by its ref."""

    readers: tuple[Subscriber, ...]
    examples: Mapping[str, Paper]
    known: Mapping[int, frozenset[int]]
    taught: Mapping[int, Mapping[str, Taught]]


def learn_topics(
    ground: Ground,
    readers: Sequence[Subscriber],
    *,
    now: dt.datetime,
    half_life: dt.timedelta,
    keep: bool = True,
) -> Learning:
    """What each topic of these readers was taught; `keep` what had to be made. Readers who are not in the
    library have the number 0."""
    from digest.core.taught import Taught
    from digest.pipeline.teaching import named_reasons, teach

    store = ground.store
    ids = [reader.id for reader in readers if reader.id]
    tastes, stored = store.tastes.of(ids), store.learned.topics(ids)
    named = store.papers.by_arxiv_id(
        {one for reader in readers for topic in reader.topics for one in topic.examples}
    )
    wanted = tuple(_without_disliked(reader, tastes.get(reader.id), named) for reader in readers)
    base = (RECIPE, ground.mark, half_life)
    asked = [
        one
        for reader in wanted
        for one in signals(reader, tastes.get(reader.id), base=base, named=named, month=f"{now:%Y-%m}")
    ]
    found: dict[int, Taught] = {}
    for place, one in enumerate(asked):
        made = stored.get((one.reader, one.topic.ref))
        taught = None if made is None else _still_good(made, one, now=now)
        if made is not None and taught is not None:
            faded = taught.evidence * 2.0 ** -((now - made.made_at) / half_life)
            found[place] = dataclasses.replace(taught, mark=one.mark, evidence=faded)
    stale = [place for place in range(len(asked)) if place not in found]
    if stale:
        kept = [stored.get((asked[place].reader, asked[place].topic.ref)) for place in stale]
        made_now = teach(
            ground,
            [asked[place] for place in stale],
            before=[None if one is None else Taught.from_bytes(one.body) for one in kept],
            among=asked,
            examples=named,
            now=now,
            half_life=half_life,
        )
        found.update(zip(stale, made_now, strict=True))
        if keep:
            store.learned.put_topics(
                (asked[place].reader, asked[place].topic.ref,
                 Made(version=asked[place].mark, made_at=now, body=found[place].to_bytes()))
                for place in stale
            )  # fmt: skip
    reasons = named_reasons(store, [one.said for one in asked])
    taught_by: dict[int, dict[str, Taught]] = {reader.id: {} for reader in wanted}
    for place, one in enumerate(asked):
        taught_by[one.reader][one.topic.ref] = dataclasses.replace(found[place], liked=reasons[place])
    return Learning(
        readers=wanted,
        examples=named,
        known={reader.id: _known(reader, tastes.get(reader.id), named) for reader in wanted},
        taught=taught_by,
    )


def _still_good(made: Made, asked: Signals, *, now: dt.datetime) -> Taught | None:
    from digest.core.taught import Taught

    if made.version != asked.mark or not dt.timedelta(0) <= now - made.made_at < RENEWED:
        return None
    return Taught.from_bytes(made.body)


def _without_disliked(reader: Subscriber, taste: Taste | None, named: Mapping[str, Paper]) -> Subscriber:
    """What a reader wants less of is no example, even where a topic names it."""
    less = {one.paper_id for one in taste.said if one.value < 0} if taste else set()
    if not less:
        return reader
    topics = tuple(
        dataclasses.replace(
            topic,
            examples=tuple(one for one in topic.examples if one not in named or named[one].id not in less),
        )
        for topic in reader.topics
    )
    return dataclasses.replace(reader, topics=topics)


def _known(reader: Subscriber, taste: Taste | None, named: Mapping[str, Paper]) -> frozenset[int]:
    """What a reader gave as an example, liked or disliked they have read already."""
    given = {named[one].id for topic in reader.topics for one in topic.examples if one in named}
    return frozenset(given) if taste is None else taste.known | given
