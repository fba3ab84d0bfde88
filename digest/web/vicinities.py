"""What an operator's own model adds to searching by meaning, for one process: the library's vectors, renewed
when there are new ones, and the vector of what somebody typed. Neither is waited for long: where the model
does not answer at once, or is asked too often, the search goes by words as it does without a model.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
import time
from typing import TYPE_CHECKING

import flask

from digest.core.fusion import fused
from digest.errors import EndpointError
from digest.web.desk import desk
from digest.web.renewing import Renewed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digest.core.vicinity import Vicinity
    from digest.pipeline.meaning import Meaning
    from digest.web.desk import Desk

EXTENSION = "digest.vicinities"
LOOK_S = 60
WAIT_S = 3.0  # for a search's vector
AT_ONCE = 2  # searches that ask the model
A_MINUTE = 60  # of them: each costs the operator something
REST_S = 60.0  # after one without an answer
REMEMBERED = 500  # what was typed last
LONGEST = 1000  # characters of it


@dataclasses.dataclass(slots=True)
class _Kept:
    """The vectors of one app, when to compare them with the library, and what was typed last."""

    renewed: Renewed[Vicinity] = dataclasses.field(default_factory=Renewed)
    look_at: float = 0.0
    typed: collections.OrderedDict[str, NDArray[np.float32]] = dataclasses.field(
        default_factory=collections.OrderedDict
    )
    asked: collections.deque[float] = dataclasses.field(default_factory=collections.deque)
    rests_until: float = 0.0
    turns: threading.Semaphore = dataclasses.field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)


def near_text(words: str, *, limit: int, among: NDArray[np.int64] | None = None) -> list[int]:
    """The papers nearest to what somebody typed, by the model; none where that cannot be told now."""
    here = desk()
    if here.meaning is None:
        return []
    vicinity = vicinity_of(here)
    if vicinity is None or not len(vicinity.ids):
        return []
    row = _row_of(here, here.meaning, words[:LONGEST], size=vicinity.codes.shape[1])
    return [] if row is None else [one for one, _ in vicinity.nearest(row, limit=limit, among=among)]


def near_paper(paper_id: int, *, limit: int) -> list[int]:
    """The papers nearest to a paper, without it, by the vectors that there are: the model is not asked."""
    here = desk()
    vicinity = None if here.meaning is None else vicinity_of(here)
    row = None if vicinity is None else vicinity.vector(paper_id)
    if vicinity is None or row is None:
        return []
    return [one for one, _ in vicinity.nearest(row, limit=limit + 1) if one != paper_id][:limit]


def both(by_words: Sequence[int], by_model: Sequence[int], *, limit: int) -> list[int]:
    """One ranking of two; that by words, as it is, where the model tells nothing."""
    return fused((by_words, by_model))[:limit] if by_model else list(by_words)


def vicinity_of(here: Desk) -> Vicinity | None:
    """The library's vectors; None while they are read for the first time, and without a model."""
    if here.meaning is None:
        return None
    kept, meaning = _kept(), here.meaning
    if time.monotonic() >= kept.look_at:
        kept.look_at = time.monotonic() + LOOK_S
        state = meaning.store.vectors.state(meaning.label)

        def make(_before: Vicinity | None) -> Vicinity:
            from digest.core.vicinity import Vicinity

            return Vicinity.of(meaning.store.vectors.rows(meaning.label))

        kept.renewed.renew((state.label, state.changes), make, tell=here.tell)
    return kept.renewed.peek()


def _kept() -> _Kept:
    kept: _Kept = flask.current_app.extensions.setdefault(EXTENSION, _Kept())
    return kept


def _row_of(here: Desk, meaning: Meaning, words: str, *, size: int) -> NDArray[np.float32] | None:
    kept = _kept()
    with kept.lock:
        if words in kept.typed:
            kept.typed.move_to_end(words)
            return kept.typed[words]
        if not meaning.embedder.is_asked or not _may_ask(kept):
            return None
    if not kept.turns.acquire(blocking=False):
        return None
    try:
        found = meaning.embedder.embed([words], size=size, within_s=WAIT_S)
        if found.refused:
            raise EndpointError(f"{meaning.label}: {found.refused[0]}", is_transient=False)  # noqa: TRY301
    except EndpointError as error:
        kept.rests_until = time.monotonic() + REST_S
        here.tell("meaning.failed", error=str(error), again=f"in {REST_S:.0f} s")
        return None
    finally:
        kept.turns.release()
    with kept.lock:
        kept.typed[words] = found.rows[0]
        while len(kept.typed) > REMEMBERED:
            kept.typed.popitem(last=False)
    row: NDArray[np.float32] = found.rows[0]
    return row


def _may_ask(kept: _Kept) -> bool:
    """Whether it is not resting, and was not asked too often in the last minute; counts one where it may."""
    now = time.monotonic()
    while kept.asked and kept.asked[0] < now - 60:
        kept.asked.popleft()
    if now < kept.rests_until or len(kept.asked) >= A_MINUTE:
        return False
    kept.asked.append(now)
    return True
