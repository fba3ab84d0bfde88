"""Texts in, their vectors out: rows of length one, as the operator's own embedding model sees them.

Asks an OpenAI-compatible `/embeddings` and believes none of its answer: how many vectors, in which order, of
which size, of which numbers. What is no vector is refused in a sentence, each for itself, so that one bad row
costs no good one. Keeps nothing, downloads nothing, and never tells a text.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.errors import EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.endpoint import Endpoint

LONGEST = (4000, 1200, 400)  # characters of a text; the next where a model's context is smaller than that
MOST = 8192  # numbers of a vector
LEAST = 2
_ROW_BYTES = 32 * MOST  # of JSON, a vector: no number is written longer
_TOO_LONG = frozenset({400, 413, 422, 500})  # what servers answer to a text beyond their context


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded:
    """`rows[i]`, float32 of length one, is of the text numbered `which[i]`; `refused` says of the others, by
    number, why they have none."""

    which: tuple[int, ...]
    rows: NDArray[np.float32]
    refused: Mapping[int, str] = dataclasses.field(default_factory=dict)


class Embedder:
    """A model at an endpoint. `label` names what it makes: vectors of one label may be compared with each
    other and with nothing else. Without an endpoint it is only that name. Safe to share between threads."""

    def __init__(
        self,
        endpoint: Endpoint | None,
        *,
        model: str,
        dimensions: int | None = None,
        batch: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._dimensions = dimensions
        self._clock = clock
        self._cut = 0  # which of LONGEST
        self._lock = threading.Lock()
        self.batch = batch
        self.label = model if dimensions is None else f"{model} ({dimensions})"

    @property
    def is_asked(self) -> bool:
        """Whether it can make vectors, and is not a name alone."""
        return self._endpoint is not None

    def embed(
        self, texts: Sequence[str], *, size: int | None = None, within_s: float | None = None
    ) -> Embedded:
        """One request for at most `batch` texts; a blank one gets no vector. `size`: of so many numbers, as
        those that are kept. Raises EndpointError where the answer as a whole is of no use."""
        if self._endpoint is None:
            raise EndpointError("the model is not asked here", is_transient=True)
        if len(texts) > self.batch:
            raise ValueError(f"{len(texts)} texts, and at most {self.batch} at once")
        asked = [number for number, text in enumerate(texts) if text.strip()]
        blank = {number: "the text is empty" for number in range(len(texts)) if number not in set(asked)}
        if not asked:
            return Embedded(which=(), rows=np.zeros((0, 0), dtype=np.float32), refused=blank)
        answer = self._ask(self._endpoint, [texts[number] for number in asked], within_s=within_s)
        vectors = _in_order(answer, len(asked), name=self._endpoint.name)
        size = self._dimensions or size or _usual_size(vectors)
        rows: list[NDArray[np.float32]] = []
        which: list[int] = []
        refused: dict[int, str] = {}
        for number, vector in zip(asked, vectors, strict=True):
            row = _row(vector, size=size)
            if isinstance(row, str):
                refused[number] = row
            else:
                which.append(number)
                rows.append(row)
        stacked = np.stack(rows) if rows else np.zeros((0, size), dtype=np.float32)
        return Embedded(which=tuple(which), rows=stacked, refused={**blank, **refused})

    def check(self) -> str:
        """One small request; one sentence on what it said. Raises EndpointError."""
        begun = self._clock()
        found = self.embed(["A sentence that has a meaning.", "Another one."][: self.batch])
        took_ms = 1000 * (self._clock() - begun)
        if found.refused:
            why = next(iter(found.refused.values()))
            raise EndpointError(f"model {self._model}: {why}; is it an embedding model?", is_transient=False)
        return f"{self.label}: vectors of {found.rows.shape[1]} numbers, in {took_ms:.0f} ms"

    def _ask(self, endpoint: Endpoint, texts: Sequence[str], *, within_s: float | None) -> dict[str, Any]:
        """Once, and again with less of each text where that is perhaps too long for the model."""
        end = None if within_s is None else self._clock() + within_s
        while True:
            cut = self._cut
            body: dict[str, Any] = {"model": self._model, "input": [text[: LONGEST[cut]] for text in texts]}
            if self._dimensions is not None:
                body["dimensions"] = self._dimensions
            try:
                return endpoint.post(
                    "/embeddings",
                    body,
                    max_bytes=_ROW_BYTES * (len(texts) + 1),
                    within_s=None if end is None else end - self._clock(),
                )
            except EndpointError as error:
                shorter = next(
                    (n for n in range(cut + 1, len(LONGEST)) if any(len(one) > LONGEST[n] for one in texts)),
                    None,
                )
                if error.status not in _TOO_LONG or shorter is None:
                    raise
                with self._lock:  # for all that come after, too
                    self._cut = max(self._cut, shorter)


def _in_order(answer: dict[str, Any], count: int, *, name: str) -> list[object]:
    """The vectors, unread, each at the place of its text. Raises EndpointError."""
    entries = answer.get("data")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise EndpointError(
            f"{name}: the answer has no list of vectors; is this an /embeddings as OpenAI's?",
            is_transient=False,
        )
    if len(entries) != count:
        raise EndpointError(
            f"{name}: {count} texts were asked for, and {len(entries)} vectors came; none was taken",
            is_transient=True,
        )
    if all("index" not in entry for entry in entries):
        return [entry.get("embedding") for entry in entries]
    places = [entry.get("index") for entry in entries]
    if any(type(place) is not int for place in places) or sorted(places) != list(range(count)):
        raise EndpointError(
            f"{name}: which vector is of which text is not clear (its indexes); none was taken",
            is_transient=True,
        )
    found: list[object] = [None] * count
    for place, entry in zip(places, entries, strict=True):
        found[place] = entry.get("embedding")
    return found


def _usual_size(vectors: Sequence[object]) -> int:
    """The size that most vectors have: one that is cut short shall not be the measure."""
    sizes = [len(vector) for vector in vectors if isinstance(vector, list)]
    return max(set(sizes), key=lambda size: (sizes.count(size), size)) if sizes else 0


def _row(vector: object, *, size: int) -> NDArray[np.float32] | str:
    """A row of length one, or why there is none."""
    if not isinstance(vector, list) or not all(type(one) in (int, float) for one in vector):
        return "a vector is no list of numbers"
    if not LEAST <= len(vector) <= MOST:
        return f"a vector has {len(vector)} numbers; expected {LEAST} to {MOST}"
    if len(vector) != size:
        return (
            f"a vector has {len(vector)} numbers; expected {size}, as the others have (where another model"
            " stands behind the name now, name it otherwise)"
        )
    try:
        row = np.array(vector, dtype=np.float64)
    except OverflowError:
        return "a vector holds a number without measure"
    if not np.isfinite(row).all():
        return "a vector holds what is no number (NaN or infinite)"
    largest = float(np.abs(row).max())
    if largest < 1e-12:
        return "a vector is all zeros"
    row /= largest  # first: the square of a huge number is none
    return (row / np.sqrt(row @ row)).astype(np.float32)
