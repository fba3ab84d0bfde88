"""Papers and topics → vectors, by the operator's own model: once a paper, never once a reader.

What is news comes before the mail, the rest of the library after it, each within its own time. Where the
model does not answer it is left alone for a while, and everything goes on without it: what has no vector yet
is ranked by its words, and gets one in a later run.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.errors import EndpointError, StoreError
from digest.pipeline.resting import Resting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digest.meaning import Embedded, Embedder
    from digest.store import Store
    from digest.store.vectors import Lacking

NEWEST = 5000  # papers, about, that are looked at before the mail
SWEEP = 20_000  # papers, about, that are looked at after it
TITLED = dt.timedelta(
    days=30
)  # so long is a title without an abstract worth a vector; no abstract goes sooner
LEAST_S = 1.0  # nothing is asked that would have to be answered sooner


def _untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


def _unasked() -> bool:
    """Nobody asks for the end."""
    return False


def _unlabelled(_label: str) -> None:
    """Nobody counts the steps."""


class Meaning:
    """The vectors of one library, and the model that makes them. `seconds` is what asking it may take, from
    one `begin` to the next; of what it fails in, `tell` hears and nobody else."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        seconds: float = 60.0,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        tell: Callable[..., None] = _untold,
        should_stop: Callable[[], bool] = _unasked,
        step: Callable[[str], None] = _unlabelled,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.clock = clock
        self.tell = tell
        self._seconds = seconds
        self._left_s = seconds
        self._should_stop = should_stop
        self._step = step
        self._resting = Resting(store.database, "meaning", model=embedder.label)

    @property
    def label(self) -> str:
        """The name of what made the vectors; those of another are not looked at."""
        return self.embedder.label

    @property
    def may_ask(self) -> bool:
        """Whether there is a model to ask, time for it, and no reason to leave it alone."""
        return (
            self.embedder.is_asked
            and self._left_s > LEAST_S
            and not self._should_stop()
            and self._resting.until(self.clock()) is None
        )

    def begin(self) -> None:
        """From now on there is all of the time again."""
        self._left_s = self._seconds

    def embed_news(self) -> int:
        """Vectors for the newest papers that have none, or one of an earlier revision; returns how many."""
        last = self.store.papers.last_id()
        count, _ = self._embed(above=max(0, last - NEWEST), upto=last)
        return count

    def embed_backlog(self) -> int:
        """Vectors for older papers, from where it stopped the last time; returns how many. From the library's
        beginning it goes on at its end, with what was revised meanwhile or is another model's."""
        vectors = self.store.vectors
        walked = vectors.state(self.label).walked
        upto = self.store.papers.last_id() if walked is None else walked
        above = max(0, upto - SWEEP)
        count, reached = self._embed(above=above, upto=upto)
        if reached != upto and (reached or None) != walked:
            vectors.note_walked(self.label, reached or None)
        return count

    def rows_of_texts(
        self, texts: Iterable[str], *, only_reads: bool = False
    ) -> dict[str, NDArray[np.float32]]:
        """The rows of what topics say; of one that has none yet the model is asked, unless this `only_reads`.
        Those for which there is no answer are missing."""
        vectors, wanted = self.store.vectors, {text for text in texts if text}
        found = vectors.texts(self.label, wanted)
        left = [] if only_reads else sorted(wanted - found.keys())
        size = vectors.state(self.label).size
        for start in range(0, len(left), self.embedder.batch):
            some = left[start : start + self.embedder.batch]
            answer = self._ask(some, size=size)
            if answer is None:
                break
            rows = {some[number]: row for number, row in zip(answer.which, answer.rows, strict=True)}
            vectors.keep_texts(self.label, rows, now=self.clock())
            found.update(rows)
        return found

    def check(self) -> str:
        """Ask the model for something small, whatever it said before; one sentence. Raises EndpointError."""
        sentence = self.embedder.check()
        self._resting.mend()
        return sentence

    def _embed(self, *, above: int, upto: int) -> tuple[int, int]:
        """How many, and down to which number all was looked at."""
        vectors, count = self.store.vectors, 0
        refused: list[str] = []
        while self.may_ask:
            papers = vectors.lacking(
                self.label,
                above=above,
                upto=upto,
                since=self.clock().date() - TITLED,
                limit=self.embedder.batch,
            )
            if not papers:
                upto = above
                break
            answer = self._ask([text_of(paper) for paper in papers], size=vectors.state(self.label).size)
            if answer is None:
                break
            count += self._keep(papers, answer)
            refused += answer.refused.values()
            upto = papers[-1].paper_id - 1
        if count or refused:
            why = refused[0] if refused else None
            self.tell("meaning.embedded", papers=count, refused=len(refused), why=why)
        return count, upto

    def _keep(self, papers: Sequence[Lacking], answer: Embedded) -> int:
        rows = {
            (papers[number].paper_id, papers[number].revision): row
            for number, row in zip(answer.which, answer.rows, strict=True)
        }
        self._step("meaning.asked")
        count = self.store.vectors.keep(self.label, rows) if rows else 0
        self._step("meaning.kept")
        return count

    def _ask(self, texts: list[str], *, size: int | None) -> Embedded | None:
        """What the model answers; None where it is not to be asked, or has no answer."""
        if not self.may_ask:
            return None
        begun, had_s = self.clock(), self._left_s
        failure: EndpointError | None = None
        answer: Embedded | None = None
        try:
            answer = self.embedder.embed(texts, size=size, within_s=had_s)
        except EndpointError as error:
            failure = error
        self._left_s -= max(0.0, (self.clock() - begun).total_seconds())
        if answer is not None and len(answer.refused) == len(texts) > 1:
            why = next(iter(answer.refused.values()))
            failure = EndpointError(
                f"{self.label}: of {len(texts)} vectors none can be used: {why}", is_transient=False
            )
        if failure is not None:
            # One that only had too little time left is not to be left alone for it.
            if self._left_s > LEAST_S or had_s >= self._seconds:
                until = self._resting.trip(self.clock(), wait_s=failure.retry_after_s)
                again = until.isoformat(timespec="seconds")
                self.tell("meaning.failed", error=str(failure), again=again)
            return None
        if self._resting.mend():
            self.tell("meaning.answers_again", model=self.label)
        return answer


def text_of(paper: Lacking) -> str:
    """What of a paper is embedded. (The client cuts it.)"""
    return f"{paper.title}\n\n{paper.abstract}"


def before_mail(meaning: Meaning | None) -> None:
    """What a run does with the model before it composes. No mail waits longer for it than its time, and none
    fails by it."""
    if meaning is not None:
        meaning.begin()
        try:
            meaning.embed_news()
        except StoreError as error:
            meaning.tell("meaning.not_kept", error=str(error))


def after_mail(meaning: Meaning | None) -> None:
    """What a run does with the model when all mail has left."""
    if meaning is not None:
        meaning.begin()
        try:
            meaning.embed_backlog()
        except StoreError as error:
            meaning.tell("meaning.not_kept", error=str(error))
