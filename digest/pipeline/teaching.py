"""Signals in, what topics were taught out: the papers that were liked are read, `core.learn` weighs them, and
the background tells what a score means. Takes its time, and so is done for what changed alone.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.calibrate import Calibration
from digest.core.learn import Like, learn
from digest.core.liked import Liked
from digest.core.people import People
from digest.core.profiles import Profile
from digest.core.rank import BLOCK, floor_of, rank
from digest.core.signs import PASS
from digest.core.taught import Taught
from digest.core.terms import paper_terms, stems
from digest.pipeline.signals import evidence, known_for, weight

if TYPE_CHECKING:
    import datetime as dt
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from digest.model import Paper
    from digest.pipeline.ground import Ground
    from digest.pipeline.signals import Signals
    from digest.store import Store
    from digest.store.tastes import Said

REASONS = 20  # likes of a topic that may be named as reasons, the newest


def teach(
    ground: Ground,
    asked: Sequence[Signals],
    *,
    before: Sequence[Taught | None],
    examples: Mapping[str, Paper],
    now: dt.datetime,
    half_life: dt.timedelta,
    among: Sequence[Signals] = (),
) -> list[Taught]:
    """What each of these topics was taught, in order; `before`: what it was taught before. `among`: all of
    their readers' topics, where these are some of them."""
    asked = _settled(ground, asked, examples, among=among or asked)
    found: list[Taught] = []
    for start in range(0, len(asked), BLOCK):
        part = slice(start, start + BLOCK)
        found += _taught(ground, asked[part], before[part], examples=examples, now=now, half_life=half_life)
    return found


def _taught(
    ground: Ground,
    asked: Sequence[Signals],
    before: Sequence[Taught | None],
    *,
    examples: Mapping[str, Paper],
    now: dt.datetime,
    half_life: dt.timedelta,
) -> list[Taught]:
    wanted = {one.paper_id for topic in asked for one in topic.said}
    papers = {number: entry.paper for number, entry in ground.store.lists.entries(wanted).items()}
    terms = {number: _terms(paper) for number, paper in papers.items()}
    background = ground.background
    directions = _looks(ground, asked, now=now, half_life=half_life)
    taught = []
    for topic, was, direction in zip(asked, before, directions, strict=True):
        likes = [
            Like(
                paper_id=one.paper_id,
                terms=terms[one.paper_id],
                weight=weight(one, now=now, half_life=half_life),
            )
            for one in topic.said
            if one.paper_id in terms
        ]
        known = [one.paper_id for one in likes]
        liked = evidence([one for one in topic.said if one.paper_id in terms], now=now, half_life=half_life)
        learned = None
        if likes or topic.pinned:
            learned = learn(
                likes,
                statistics=background.statistics,
                directions=ground.directions,
                struck=topic.struck,
                pinned=topic.pinned,
            )
        taught.append(
            Taught(
                mark=topic.mark,
                said=topic.typed,
                related=_related(ground, topic, was, examples),
                learned=learned,
                floor=0.0 if learned is None else floor_of(background, learned, taught_by=known),
                # Who pins a word says as much by it as by a like.
                evidence=1 + max(0.0, liked) if topic.pinned else liked,
                direction=direction,
            )
        )
    profiles = [Profile.of(one.topic, examples, taught=some) for one, some in zip(asked, taught, strict=True)]
    signs = rank(background, profiles, people=People.of(background.papers))
    return [
        _as_kept(
            some,
            calibration=Calibration.of(np.delete(row, background.places(said.paper_id for said in one.said))),
        )
        for one, some, row in zip(asked, taught, signs, strict=True)
    ]


def _as_kept(taught: Taught, *, calibration: Calibration) -> Taught:
    """As it will be read again, in half precision: what is taught today ranks tomorrow as it does today."""
    whole = dataclasses.replace(taught, calibration=calibration)
    kept = Taught.from_bytes(whole.to_bytes())
    return whole if kept is None else dataclasses.replace(kept, mark=taught.mark)


def _looks(
    ground: Ground, asked: Sequence[Signals], *, now: dt.datetime, half_life: dt.timedelta
) -> Sequence[NDArray[np.float32] | None]:
    """Where each topic looks by an operator's model; None without one."""
    if ground.outlook is None:
        return [None] * len(asked)
    from digest.core.meaning import said
    from digest.pipeline.outlook import MeaningWant

    wants = []
    for topic in asked:
        weighed = {one.paper_id: weight(one, now=now, half_life=half_life) for one in topic.said}
        liked = {paper: share for paper, share in weighed.items() if share > 0}
        disliked = {paper: -share for paper, share in weighed.items() if share < 0}
        wants.append(MeaningWant(text=said(topic.topic), liked=liked, disliked=disliked))
    return ground.outlook.directions(wants)


def _related(
    ground: Ground, topic: Signals, was: Taught | None, examples: Mapping[str, Paper]
) -> Mapping[str, float]:
    """The terms that go with what a topic says: found anew where that has changed, and once a month."""
    from digest.core.feedback import related

    if was is not None and was.said == topic.typed:
        return was.related
    gist = Profile.of(topic.topic, examples).gist
    if not gist.strip():
        return {}
    return related(gist, ground.space, read=ground.store.terms.read, names=ground.names)


def _settled(
    ground: Ground, asked: Sequence[Signals], examples: Mapping[str, Paper], *, among: Sequence[Signals]
) -> list[Signals]:
    """Each with its share of what was said for no topic: a paper teaches that topic of the reader whose words
    find it best, and none that do not find it."""
    from digest.core.features import Candidate, Window

    loose = {one.paper_id for topic in asked for one in topic.loose}
    if not loose:
        return list(asked)
    papers = {number: entry.paper for number, entry in ground.store.lists.entries(loose).items()}
    window = Window.of(
        ground.store.papers.statistics(),
        [Candidate(paper=paper, sequence=paper.id) for paper in papers.values()],
        today=ground.today,
    )
    readers = {topic.reader for topic in asked if topic.loose}
    ranked = [topic for topic in among if topic.reader in readers]
    signs = rank(window, [Profile.of(one.topic, examples) for one in ranked], people=People.of(window.papers))
    best: dict[int, list[int]] = {}  # the places of each reader's topics
    for place, topic in enumerate(ranked):
        best.setdefault(topic.reader, []).append(place)
    settled = []
    for topic in asked:
        theirs = best.get(topic.reader, [])
        own = [signs[place] for place in theirs if ranked[place].topic.ref == topic.topic.ref]
        mine: list[Said] = []
        for one in topic.loose:
            paper = papers.get(one.paper_id)
            at = None if paper is None else window.of_id.get(paper.id)
            if at is not None and any(PASS <= row[at] == signs[theirs, at].max() for row in own):
                mine.append(one)
        said = sorted(known_for(list(topic.said), mine), key=lambda one: one.at, reverse=True)
        settled.append(dataclasses.replace(topic, said=tuple(said), loose=()))
    return settled


def _terms(paper: Paper) -> Counter[str]:
    return paper_terms(stems(paper.title), stems(paper.abstract))


def named_reasons(store: Store, said: Sequence[Sequence[Said]]) -> list[tuple[Liked, ...]]:
    """For each topic the newest likes that may be named as reasons."""
    newest = [[one for one in topic if one.value > 0][:REASONS] for topic in said]
    ids = {one.paper_id for topic in newest for one in topic}
    if not ids:
        return [() for _ in said]
    entries, packed = store.lists.entries(ids), {}
    packed = store.terms.read({entry.paper.id for entry in entries.values()})
    return [
        tuple(
            Liked(paper_id=paper.id, title=paper.title, on=one.at.date(), terms=packed[paper.id])
            for one in topic
            if one.paper_id in entries and (paper := entries[one.paper_id].paper).id in packed
        )
        for topic in newest
    ]
