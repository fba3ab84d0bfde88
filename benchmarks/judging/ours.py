"""A task in, Paper Digest's own ranking out: the functions that `digest run` calls, and nothing of the
benchmark's own.

What is made once for everybody (word counts, the window) and what a reader costs are timed apart.
"""

from __future__ import annotations

import copy
import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.explain import Explainer
from digest.core.features import Candidate, Window
from digest.core.likeness import Weigher
from digest.core.people import People
from digest.core.profiles import Profile
from digest.core.rank import rank
from digest.core.statistics import Statistics
from digest.core.variety import varied
from digest.model import Paper, Topic
from judging.methods import Outcome
from judging.tasks import best

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from judging.tasks import Reader, Task, Text

TODAY = dt.date(2026, 4, 22)
NAMING = ("keyword", "text", "learned")  # reasons whose words stand in the paper
BLOCK = 256  # readers ranked at once


class Ours:
    """The product, before the papers of a task: `seconds` says what each shared part took."""

    def __init__(self, papers: Sequence[Text], candidates: NDArray[np.int64]) -> None:
        self.seconds: dict[str, float] = {}
        self.papers = [_paper(number, one) for number, one in enumerate(papers, start=1)]
        self.candidates = candidates
        self.statistics = self._timed("word counts", lambda: Statistics.empty().grown(self.papers))
        self.window = self._timed("the window", lambda: self._window(self.papers, self.candidates))

    def signs(self, readers: Sequence[Reader]) -> NDArray[np.float64]:
        """Readers × candidates: how much each is wanted, also below what a mail would show."""
        return rank(self.window, [self.profile(reader) for reader in readers], strict=False)

    def more(self, texts: Sequence[Text]) -> Ours:
        """The same with some candidates more, behind the others. The library's counts stay as they are."""
        other = copy.copy(self)
        first = len(self.papers) + 1
        other.papers = [*self.papers, *(_paper(number, one) for number, one in enumerate(texts, start=first))]
        other.candidates = np.concatenate([self.candidates, np.arange(first - 1, len(other.papers))])
        other.window = self._window(other.papers, other.candidates)
        return other

    def named(self, reader: Reader, places: Sequence[int]) -> list[list[str]]:
        """The words that the reasons for these candidates name, the first first."""
        window = self.window
        number, weigher = 0, Weigher(window=window)
        explainer = Explainer(window=window, people=People.of(()), weigher=weigher)
        profile = self.profile(reader)
        found = []
        for place in places:
            reasons = explainer.reasons(profile, place, number=number)
            told = [one.words.split(", ") for one in reasons if one.kind in NAMING]
            found.append([word for words in told for word in words])
        return found

    def shown(self, readers: Sequence[Reader]) -> list[list[int]]:
        """The candidates in the order in which a mail would show them."""
        return [
            varied(order[row[order] > 0].tolist(), self.window.twins)
            for row in self.signs(readers)
            for order in (best(row),)
        ]

    def profile(self, reader: Reader) -> Profile:
        """All that a reader likes and says, as one topic."""
        liked = {str(place): self.papers[place] for place in reader.likes}
        topic = Topic(
            name=" ".join(one.name for one in reader.topics),
            keywords=tuple(word for one in reader.topics for word in one.keywords),
            text="\n\n".join(one.text for one in reader.topics if one.text),
            examples=tuple(liked),
        )
        return Profile.of(topic, liked)

    def _window(self, papers: Sequence[Paper], candidates: NDArray[np.int64]) -> Window:
        news = [Candidate(paper=papers[place], sequence=place + 1) for place in candidates]
        return Window.of(self.statistics, news, today=TODAY)

    def _timed(self, part: str, make: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = make()
        self.seconds[part] = time.process_time() - began
        return made


def ranked(task: Task, ours: Ours) -> Outcome:
    """Every reader of a task, in blocks, as `digest run` does."""
    rankings: list[NDArray[np.int64]] = []
    began = time.process_time()
    for start in range(0, len(task.readers), BLOCK):
        for row in ours.signs(task.readers[start : start + BLOCK]):
            order = best(row)
            rankings.append(order[row[order] > 0])
    spent = time.process_time() - began
    return Outcome(
        rankings=rankings,
        shared_s=sum(ours.seconds.values()),
        reader_ms=1000 * spent / max(1, len(task.readers)),
    )


def _paper(number: int, text: Text) -> Paper:
    return Paper(id=number, title=text.title, abstract=text.abstract, first_listed=TODAY)
