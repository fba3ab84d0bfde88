"""A task in, Paper Digest's own ranking out: the functions that `digest run` calls, and nothing of the
benchmark's own. All that a reader likes and says is one topic. A like is of the day on which its paper was
listed, and fades from there on; where no day is told it counts whole.

Timed apart: what is made once for everybody (`Ours.seconds`), what a topic is taught when its reader says
something new, and what it costs to rank it on any day.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.config.learning import LearningSettings
from digest.core.calibrate import Calibration
from digest.core.directions import Directions
from digest.core.explain import Explainer
from digest.core.features import Candidate, Window
from digest.core.feedback import names_of, related
from digest.core.learn import Like, learn
from digest.core.liked import Liked
from digest.core.packing import pack
from digest.core.people import People
from digest.core.profiles import Profile
from digest.core.rank import floor_of, rank, weigher_of
from digest.core.select import Want, select
from digest.core.space import Space
from digest.core.statistics import Statistics
from digest.core.taught import Taught
from digest.core.terms import paper_terms, stems
from digest.model import Paper, Subscriber, Topic
from digest.pipeline.signals import evidence, weight
from digest.store.tastes import Said
from judging.methods import Outcome
from judging.tasks import best

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from judging.tasks import Reader, Task, Text

TODAY = dt.date(2026, 4, 22)
BLOCK = 256  # readers ranked at once
HALF_LIFE = dt.timedelta(days=LearningSettings().half_life_days)
BACKGROUND = 1000  # papers that say what a score means
NAMING = ("keyword", "text", "learned")  # reasons whose words stand in the paper


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A topic, and it as papers are compared with it: with what it was taught."""

    topic: Topic
    profile: Profile

    @property
    def taught(self) -> Taught:
        """What the product keeps of what a reader said."""
        assert self.profile.taught is not None
        return self.profile.taught


class Ours:
    """The product, before the papers of a task: `seconds` says what each shared part took."""

    def __init__(self, papers: Sequence[Text], candidates: NDArray[np.int64]) -> None:
        self.seconds: dict[str, float] = {}
        self.papers = [_paper(number, one) for number, one in enumerate(papers, start=1)]
        self.candidates = candidates
        self.days = {place: _moment(one.date) for place, one in enumerate(papers) if one.date}
        new = [self.days[place] for place in candidates.tolist() if place in self.days]
        self.now = min(new, default=_moment(TODAY.isoformat()))  # when the first of the candidates came
        timed = self._timed
        self.terms: list[Counter[str]] = timed("words read", lambda: list(map(_terms, self.papers)))
        self.statistics = timed("word counts", lambda: Statistics.empty().grown_by(self.terms))
        self.packed: dict[int, bytes] = timed(
            "words packed", lambda: {number: pack(one) for number, one in enumerate(self.terms, start=1)}
        )
        self.directions = timed("directions", lambda: Directions.fit(list(self.packed.values())))
        self.space = timed("space of the library", lambda: Space.of(self.packed.items()))
        self.names = timed("names of terms", lambda: names_of(self.statistics))
        few = np.random.default_rng(0).permutation(len(papers))[:BACKGROUND]
        self.background = timed("background", lambda: self._window(np.sort(few)))
        self.window = timed("window", lambda: self._window(candidates))

    def know(self, readers: Sequence[Reader]) -> list[Known]:
        """What is made when readers have said something new, as `pipeline.teaching` makes it."""
        found = list(map(self._taught, readers))
        signs = rank(self.background, [one.profile for one in found], people=NOBODY)
        calibrated = []
        for one, row in zip(found, signs, strict=True):
            taught = dataclasses.replace(one.taught, calibration=Calibration.of(row))
            profile = dataclasses.replace(one.profile, taught=taught)
            calibrated.append(dataclasses.replace(one, profile=profile))
        return calibrated

    def _taught(self, reader: Reader) -> Known:
        said = reader.topics
        topic = Topic(
            name=" ".join(one.name for one in said) or "What I like",
            keywords=tuple(word for one in said for word in one.keywords),
            text="\n\n".join(one.text for one in said if one.text),
            likes_only=not said,
        )
        signals, learned = self._said(reader, topic), None
        if signals:
            likes = [
                Like(
                    paper_id=one.paper_id,
                    terms=self.terms[one.paper_id - 1],
                    weight=weight(one, now=self.now, half_life=HALF_LIFE),
                )
                for one in signals
            ]
            learned = learn(likes, statistics=self.statistics, directions=self.directions)
        gist = Profile.of(topic, {}).gist
        around = related(gist, self.space, read=self._read, names=self.names) if gist.strip() else {}
        taught = Taught(
            mark=reader.name,
            related=around,
            learned=learned,
            floor=0.0 if learned is None else floor_of(self.background, learned),
            evidence=evidence(signals, now=self.now, half_life=HALF_LIFE),
            liked=tuple(map(self._liked, reader.likes)),
        )
        return Known(topic=topic, profile=Profile.of(topic, {}, taught=taught))

    def rank(self, known: Sequence[Known]) -> NDArray[np.float64]:
        """Readers × candidates: the signs that each is wanted, also below what a mail would show."""
        return rank(self.window, [one.profile for one in known], strict=False, people=NOBODY)

    def signs(self, readers: Sequence[Reader]) -> NDArray[np.float64]:
        """The same, of readers of whom nothing was known before."""
        return self.rank(self.know(readers))

    def instead(self, texts: Sequence[Text]) -> Ours:
        """The same with these texts before all other candidates, of which the first as many make room. The
        library's counts stay as they are: a window that is larger than the library would be counted in."""
        other = copy.copy(self)
        first = len(self.papers)
        other.papers = [*self.papers, *(_paper(first + at, one) for at, one in enumerate(texts, start=1))]
        other.candidates = np.concatenate(
            [np.arange(first, len(other.papers)), self.candidates[len(texts) :]]
        )
        other.window = other._window(other.candidates)
        return other

    def named(self, reader: Reader, places: Sequence[int]) -> list[list[str]]:
        """The words that the reasons for these candidates name, the first first."""
        (known,) = self.know([reader])
        weigher = weigher_of(self.window, [known.profile])
        explainer = Explainer(window=self.window, people=NOBODY, weigher=weigher)
        found = []
        for place in places:
            reasons = explainer.reasons(known.profile, place, number=0)
            told = [one.words.split(", ") for one in reasons if one.kind in NAMING]
            found.append([word for words in told for word in words])
        return found

    def shown(self, readers: Sequence[Reader], *, papers: int) -> list[list[int]]:
        """The candidates that a mail would show, in its order."""
        wants = []
        for number, known in enumerate(self.know(readers)):
            one = Subscriber(id=number, email="reader@example.org", max_papers=papers, topics=(known.topic,))
            wants.append(Want(subscriber=one, taught={known.topic.ref: known.taught}))
        return [
            [self.window.of_id[item.paper_id] for section in one.sections for item in section.items]
            for one in select(self.window, wants)
        ]

    def a_day_more(self, papers: int = 500) -> float:
        """Seconds of CPU for so many papers more: they are read, counted, packed, and made a window of."""
        news = self.papers[-papers:]
        began = time.process_time()
        terms = list(map(_terms, news))
        self.statistics.grown_by(terms)
        self.space.grown((len(self.papers) + at, pack(one)) for at, one in enumerate(terms, start=1))
        self._window(np.arange(len(self.papers) - len(news), len(self.papers)))
        return time.process_time() - began

    def _said(self, reader: Reader, topic: Topic) -> tuple[Said, ...]:
        said = [(place, 1) for place in reader.likes] + [(place, -1) for place in reader.dislikes]
        return tuple(
            Said(
                paper_id=place + 1,
                topic=topic.ref,
                value=value,
                at=min(self.now, self.days.get(place, self.now)),
            )
            for place, value in said
        )

    def _window(self, places: NDArray[np.int64]) -> Window:
        news = [Candidate(paper=self.papers[place], sequence=place + 1) for place in places.tolist()]
        return Window.of(self.statistics, news, today=TODAY, directions=self.directions)

    def _read(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        return {number: self.packed[number] for number in numbers}

    def _liked(self, place: int) -> Liked:
        paper = self.papers[place]
        return Liked(paper_id=paper.id, title=paper.title, on=TODAY, terms=self.packed[paper.id])

    def _timed(self, part: str, make: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = make()
        self.seconds[part] = time.process_time() - began
        return made


NOBODY = People.of(())


def ranked(task: Task, ours: Ours) -> Outcome:
    """Every reader of a task, in blocks, as `digest run` does."""
    rankings: list[NDArray[np.int64]] = []
    spent = {"taught": 0.0, "ranked": 0.0}
    for start in range(0, len(task.readers), BLOCK):
        began = time.process_time()
        known = ours.know(task.readers[start : start + BLOCK])
        between = time.process_time()
        for row in ours.rank(known):
            order = best(row)
            rankings.append(order[row[order] > 0])
        spent["taught"] += between - began
        spent["ranked"] += time.process_time() - between
    each = {part: 1000 * seconds / max(1, len(task.readers)) for part, seconds in spent.items()}
    return Outcome(
        rankings=rankings,
        shared_s=sum(ours.seconds.values()),
        reader_ms=sum(each.values()),
        taught_ms=each["taught"],
    )


def _moment(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day[:10]), dt.time(), dt.UTC)


def _terms(paper: Paper) -> Counter[str]:
    return paper_terms(stems(paper.title), stems(paper.abstract))


def _paper(number: int, text: Text) -> Paper:
    return Paper(id=number, title=text.title, abstract=text.abstract, first_listed=TODAY)
