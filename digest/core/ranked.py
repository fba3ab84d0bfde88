"""A block of topics, ranked against a window: signs, exclusions, and the items that sections are made of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.explain import Explainer
from digest.core.likeness import Weigher
from digest.core.profiles import Profile, topic_key
from digest.core.rank import excluded, rank
from digest.core.signs import score_of
from digest.model import Item, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.features import Window
    from digest.core.people import People
    from digest.model import Paper, Topic

WARM = 50.0  # upvotes a day that make a score of 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """`signs` and `excluded` are profiles × papers: a row is a profile's number, a column a paper's place."""

    window: Window
    numbers: Mapping[object, int]
    profiles: Sequence[Profile]
    signs: NDArray[np.float64]
    excluded: NDArray[np.bool_]
    explainer: Explainer

    @classmethod
    def of(
        cls, window: Window, topics: Iterable[tuple[Topic, Mapping[str, Paper]]], *, people: People
    ) -> Ranked:
        """Of topics, each with the papers that may be its examples. Topics that say the same share a row."""
        numbers: dict[object, int] = {}
        profiles: list[Profile] = []
        for topic, examples in topics:
            key = topic_key(topic, examples)
            if key not in numbers:
                numbers[key] = len(profiles)
                profiles.append(Profile.of(topic, examples))
        weigher = Weigher(window=window)
        return cls(
            window=window,
            numbers=numbers,
            profiles=profiles,
            signs=rank(window, profiles, people=people, weigher=weigher),
            excluded=excluded(window, profiles),
            explainer=Explainer(window=window, people=people, weigher=weigher),
        )

    def number(self, topic: Topic, examples: Mapping[str, Paper]) -> int:
        """The row of a topic."""
        return self.numbers[topic_key(topic, examples)]

    def order(self, fit: NDArray[np.bool_], *, by: NDArray[np.float64]) -> list[int]:
        """The places that are `fit`, the highest `by` first; then the hottest, the newest listing, the id."""
        places = np.flatnonzero(fit)
        order: list[int] = places[np.lexsort((self.window.standing[places], -by[places]))].tolist()
        return order

    def item(self, number: int, place: int) -> Item:
        """A paper as a topic's section shows it."""
        reasons = self.explainer.reasons(self.profiles[number], place, number=number)
        return _item(self.window.papers[place], float(self.signs[number, place]), reasons)

    def hot_item(self, place: int) -> Item:
        """A paper as the trending section shows it; its score tells its heat: 50 at `WARM` upvotes a day."""
        paper = self.window.papers[place]
        picked_by, sentence = self.window.chosen.get(place, ("", ""))
        chosen = f"picked by {picked_by}" if picked_by else ""
        quoted = f"“{sentence}”" if sentence else ""
        votes = paper.all_upvotes or 0
        counted = "1 upvote" if votes == 1 else f"{votes:,} upvotes" if votes else ""
        said = (": ".join(filter(None, (chosen, quoted))), counted)
        reasons = tuple(Reason(kind="trending", words=words) for words in said if words)
        return _item(paper, float(self.window.heat[place]) / WARM, reasons)


def _item(paper: Paper, signs: float, reasons: tuple[Reason, ...]) -> Item:
    return Item(
        paper_id=paper.id,
        revision=paper.revision,
        score=score_of(signs),
        reasons=reasons,
        upvotes=paper.all_upvotes,
        comments=paper.comments,
        stars=paper.stars,
    )
