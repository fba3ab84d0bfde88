"""Papers of a window and what topics want in, how near they are by meaning out. Asks the model for nothing
but the few words of topics that it has not seen; reads vectors, and keeps what is usual in the library.

Without a model, without vectors yet, or with too few of them, there is no outlook, and ranking goes by words.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.core.meaning import Bearings, Sight, Taste, direction
from digest.store.learned import Made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digest.pipeline.meaning import Meaning

ARTEFACT = "bearings"
SAMPLE = 4000  # papers that tell what is usual
KEPT = dt.timedelta(days=30)
GROWN = 1.5  # of how many there were, while there are fewer than SAMPLE
HEAVIEST = 200  # likes of a topic that are looked at


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeaningWant:
    """What one topic wants: what it says (`core.meaning.said`), and what was liked and disliked in it: papers
    by number, each with its weight (1 today, less with age)."""

    text: str = ""
    liked: Mapping[int, float] = dataclasses.field(default_factory=dict)
    disliked: Mapping[int, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """A window of papers as the model sees them, and what tells where topics look."""

    meaning: Meaning
    sight: Sight
    only_reads: bool = False

    @classmethod
    def open(cls, meaning: Meaning | None, ids: Sequence[int], *, only_reads: bool = False) -> Outlook | None:
        """On the papers of these numbers, in this order; None where meaning tells nothing. Once a run.
        `only_reads`: ask nobody and change nothing, for pages."""
        if meaning is None:
            return None
        bearings = bearings_of(meaning, only_reads=only_reads)
        if bearings is None:
            return None
        vectors = meaning.store.vectors.of(meaning.label, ids)
        if vectors.shape[1] != len(bearings.centre):
            return None
        return cls(meaning=meaning, sight=Sight.of(bearings, vectors), only_reads=only_reads)

    @property
    def version(self) -> str:
        """What directions and scores were made with: those of another version do not compare."""
        return f"{self.meaning.label} {self.sight.bearings.version}"

    def scores(self, wants: Sequence[MeaningWant]) -> NDArray[np.float64]:
        """How near each paper is to each topic, in spreads (profiles × papers): see `core.meaning`."""
        return self.sight.scores(self.directions(wants))

    def directions(self, wants: Sequence[MeaningWant]) -> list[NDArray[np.float32]]:
        """Where each topic looks (size). A fixed number of queries for a block of topics."""
        texts = self.meaning.rows_of_texts((want.text for want in wants), only_reads=self.only_reads)
        liked = [_heaviest(want.liked) for want in wants]
        disliked = [_heaviest(want.disliked) for want in wants]
        ids = sorted({paper for some in (*liked, *disliked) for paper in some})
        rows = self.meaning.store.vectors.of(self.meaning.label, ids)
        place = {paper: number for number, paper in enumerate(ids)}
        bearings = self.sight.bearings
        size = len(bearings.centre)
        found = []
        for want, more, less in zip(wants, liked, disliked, strict=True):
            text = texts.get(want.text)
            taste = _taste(rows, place, more, less) if (more or less) and rows.shape[1] == size else None
            if text is not None and len(text) != size:
                text = None
            found.append(direction(bearings, text=text, taste=taste))
        return found


def bearings_of(meaning: Meaning, *, only_reads: bool = False) -> Bearings | None:
    """What is usual in the library, made of its newest vectors when there are many more of them than then, or
    after a month; None where there are too few. `only_reads`: as it was made last."""
    store, now = meaning.store, meaning.clock()
    state = store.vectors.state(meaning.label)
    if state.size is None:
        return None
    made = store.learned.artefact(ARTEFACT)
    version = f"{meaning.label} {state.size}"
    kept = Bearings.from_bytes(made.body) if made is not None and made.version == version else None
    if only_reads:
        return kept
    if kept is not None and made is not None and dt.timedelta(0) <= now - made.made_at < KEPT:
        if kept.papers >= SAMPLE:
            return kept
        if store.vectors.count(meaning.label, most=SAMPLE) < min(SAMPLE, GROWN * kept.papers):
            return kept
    found = Bearings.of(store.vectors.newest(meaning.label, limit=SAMPLE))
    if found is not None:
        store.learned.put_artefact(ARTEFACT, Made(version=version, made_at=now, body=found.to_bytes()))
    return found


def _heaviest(weights: Mapping[int, float]) -> dict[int, float]:
    return dict(sorted(weights.items(), key=lambda one: (-one[1], -one[0]))[:HEAVIEST])


def _taste(
    rows: NDArray[np.float32], place: Mapping[int, int], more: Mapping[int, float], less: Mapping[int, float]
) -> Taste:
    import numpy as np

    return Taste(
        liked=rows[[place[paper] for paper in more]],
        liked_weights=np.array(list(more.values()), dtype=np.float64),
        disliked=rows[[place[paper] for paper in less]],
        disliked_weights=np.array(list(less.values()), dtype=np.float64),
    )
