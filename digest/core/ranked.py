"""A block of topics, ranked against a window: signs, exclusions, and the items that sections are made of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.calibrate import Calibration, score_of
from digest.core.explain import Explainer
from digest.core.profiles import Profile, topic_key
from digest.core.rank import excluded, rank, weigher_of
from digest.core.signs import PASS
from digest.core.trending import told
from digest.model import Item, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.features import Window
    from digest.core.people import People
    from digest.core.taught import Taught
    from digest.model import Paper, Topic


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A topic, the papers that may be its examples by arXiv id, and what it was taught, if anything."""

    topic: Topic
    examples: Mapping[str, Paper] = dataclasses.field(default_factory=dict)
    taught: Taught | None = None

    @property
    def key(self) -> object:
        """Equal for topics that find the same papers."""
        taught = self.taught
        own = taught is not None and (taught.learned is not None or taught.direction is not None)
        return topic_key(self.topic, self.examples), taught.mark if own and taught else ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """`signs`, `strengths` (`core.calibrate`; 0 for no match) and `excluded` are profiles × papers: a row is
    a profile's number, a column a paper's place."""

    window: Window
    numbers: Mapping[object, int]
    profiles: Sequence[Profile]
    signs: NDArray[np.float64]
    strengths: NDArray[np.float64]
    excluded: NDArray[np.bool_]
    explainer: Explainer

    @classmethod
    def of(cls, window: Window, topics: Iterable[Asked], *, people: People) -> Ranked:
        """Of topics. Those that find the same papers share a row."""
        numbers: dict[object, int] = {}
        profiles: list[Profile] = []
        for asked in topics:
            key = asked.key
            if key not in numbers:
                numbers[key] = len(profiles)
                profiles.append(Profile.of(asked.topic, asked.examples, taught=asked.taught))
        weigher = weigher_of(window, profiles)
        signs = rank(window, profiles, people=people, weigher=weigher)
        return cls(
            window=window,
            numbers=numbers,
            profiles=profiles,
            signs=signs,
            strengths=_strengths(profiles, signs),
            excluded=excluded(window, profiles),
            explainer=Explainer(window=window, people=people, weigher=weigher),
        )

    def number(self, asked: Asked) -> int:
        """The row of a topic."""
        return self.numbers[asked.key]

    def order(self, fit: NDArray[np.bool_], *, by: NDArray[np.float64]) -> list[int]:
        """The places that are `fit`, the highest `by` first; then the hottest, the newest listing, the id."""
        places = np.flatnonzero(fit)
        order: list[int] = places[np.lexsort((self.window.standing[places], -by[places]))].tolist()
        return order

    def item(self, number: int, place: int) -> Item:
        """A paper as a topic's section shows it."""
        reasons = self.explainer.reasons(self.profiles[number], place, number=number)
        return _item(self.window.papers[place], float(self.strengths[number, place]), reasons)

    def outside_item(self, place: int) -> Item:
        """A paper as the section of what is from outside a reader's topics shows it."""
        shown = self.hot_item(place)
        said = "; ".join(reason.words for reason in shown.reasons) or "close to much of what is new"
        return dataclasses.replace(shown, reasons=(Reason(kind="outside", words=said),))

    def hot_item(self, place: int) -> Item:
        """A paper as the trending section shows it; its score is the share of the window's papers that have
        less heat."""
        paper = self.window.papers[place]
        picked_by, sentence = self.window.chosen.get(place, ("", ""))
        chosen = f"picked by {picked_by}" if picked_by else ""
        quoted = f"“{sentence}”" if sentence else ""
        counted = told(paper, today=self.window.today, growth=self.window.growth.get(place))
        said = (": ".join(filter(None, (chosen, quoted))), *counted)
        reasons = tuple(Reason(kind="trending", words=words) for words in said if words)
        colder = float(np.count_nonzero(self.window.heat < self.window.heat[place]))
        return _item(paper, -np.log2(1 - colder / (len(self.window.papers) + 1)), reasons)


def _strengths(profiles: Sequence[Profile], signs: NDArray[np.float64]) -> NDArray[np.float64]:
    strengths = np.zeros_like(signs)
    for profile, row, out in zip(profiles, signs, strengths, strict=True):
        places = np.flatnonzero(row >= PASS)
        if len(places):
            calibration = Calibration() if profile.taught is None else profile.taught.calibration
            out[places] = calibration.strengths(row[places])
    return strengths


def _item(paper: Paper, strength: float, reasons: tuple[Reason, ...]) -> Item:
    return Item(
        paper_id=paper.id,
        revision=paper.revision,
        score=score_of(strength),
        reasons=reasons,
        upvotes=paper.all_upvotes,
        comments=paper.comments,
        stars=paper.stars,
    )
