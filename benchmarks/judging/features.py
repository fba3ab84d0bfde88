"""Papers in, the matrices that the baselines share out, and the CPU seconds that each took.

    counts      words and pairs of words in two papers or more, the title twice; a hyphen parts words
    tfidf       (1 + ln count) × idf, length one; idf = 1 + ln((1 + papers) ÷ (1 + those with the term))
    steep       the same with idf to the power of 1.5
    bm25        idf × count × (k + 1) / (count + k × (1 − b + b × length ÷ mean length)), k 1.5, b 0.75
    lsa         tfidf along its 512 strongest directions, each divided by its singular value; length one
    steep_lsa   the same of steep
    steep_along steep along the 64 strongest, as they are

Made with scikit-learn. Never looks at a reader.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from judging.tasks import Said, Text

K, B = 1.5, 0.75
WIDE, NARROW = 512, 64
FEWEST = 8  # papers to a direction: more directions than that are noise


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class Directions:
    """Right singular vectors (directions × terms), and the singular values."""

    vectors: NDArray[np.float32]
    values: NDArray[np.float32]

    def whitened(self, rows: Any) -> NDArray[np.float32]:
        """Rows × terms as rows × directions, of length one."""
        placed = (rows @ self.vectors.T) / np.maximum(self.values, 1e-9)
        made: NDArray[np.float32] = placed / np.maximum(1e-9, np.linalg.norm(placed, axis=1, keepdims=True))
        return made


class Features:
    """Each part is made when it is first asked for. `seconds` says what each took by itself; `used` what was
    asked for since it was last cleared."""

    def __init__(self, papers: Sequence[Text]) -> None:
        self.papers = papers
        self.seconds: dict[str, float] = {}
        self.used: set[str] = set()
        self._made: dict[str, Any] = {}
        few = min(2, max(1, len(papers)))
        # How a text becomes counts. A hyphen parts words, as anything does that is no letter or digit.
        self.vectorizer = CountVectorizer(
            ngram_range=(1, 2), min_df=few, stop_words="english", dtype=np.float32
        )

    def _part(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            began, before = time.process_time(), sum(self.seconds.values())
            self._made[name] = make()
            inner = sum(self.seconds.values()) - before
            self.seconds[name] = time.process_time() - began - inner
        self.used.add(name)
        return self._made[name]

    @property
    def counts(self) -> Any:
        """Papers × terms."""
        texts = (f"{one.title} . {one.title} . {one.abstract}" for one in self.papers)
        return self._part("counts", lambda: self.vectorizer.fit_transform(texts).tocsr())

    @property
    def frequency(self) -> Any:
        """How many papers hold each term."""
        counts = self.counts
        return self._part("frequency", lambda: np.bincount(counts.indices, minlength=counts.shape[1]))

    @property
    def idf(self) -> Any:
        """Of each term."""
        held = self.frequency
        return self._part("idf", lambda: (1 + np.log((1 + len(self.papers)) / (1 + held))).astype(np.float32))

    @property
    def tfidf(self) -> Any:
        """Papers × terms, rows of length one."""
        counts = self.counts
        return self._part("tfidf", lambda: self.weighed(counts, 1.0))

    @property
    def steep(self) -> Any:
        """The same with idf to the power of 1.5."""
        counts = self.counts
        return self._part("steep", lambda: self.weighed(counts, 1.5))

    def weighed(self, counts: Any, power: float) -> Any:
        """Rows of length one."""
        rows = counts.astype(np.float32)
        rows.data = (1 + np.log(rows.data)) * (self.idf**power)[rows.indices]
        return normalize(rows, copy=False)

    @property
    def bm25(self) -> Any:
        """Papers × terms."""
        counts, held = self.counts, self.frequency

        def make() -> Any:
            rows = counts.copy()
            length = np.asarray(rows.sum(axis=1)).ravel()
            norm = np.repeat(K * (1 - B + B * length / max(1e-9, length.mean())), np.diff(rows.indptr))
            idf = np.log1p((len(self.papers) - held + 0.5) / (held + 0.5))
            rows.data = (idf[rows.indices] * rows.data * (K + 1) / (rows.data + norm)).astype(np.float32)
            return rows

        return self._part("bm25", make)

    @property
    def svd(self) -> Directions:
        """Of `tfidf`."""
        rows = self.tfidf
        made: Directions = self._part("svd", lambda: _strongest(rows, WIDE))
        return made

    @property
    def lsa(self) -> Any:
        """Papers × directions."""
        rows, svd = self.tfidf, self.svd
        return self._part("lsa", lambda: svd.whitened(rows))

    @property
    def steep_svd(self) -> Directions:
        """Of `steep`."""
        rows = self.steep
        made: Directions = self._part("steep_svd", lambda: _strongest(rows, WIDE))
        return made

    @property
    def steep_lsa(self) -> Any:
        """Papers × directions."""
        rows, svd = self.steep, self.steep_svd
        return self._part("steep_lsa", lambda: svd.whitened(rows))

    @property
    def steep_along(self) -> Any:
        """Papers × the 64 strongest directions, not whitened."""
        rows, svd = self.steep, self.steep_svd
        return self._part("steep_along", lambda: rows @ svd.vectors[:NARROW].T)

    @property
    def spaced(self) -> list[str]:
        """Each paper's words with a blank around each."""
        token = self.vectorizer.build_tokenizer()
        made: list[str] = self._part(
            "spaced",
            lambda: [f" {' '.join(token(f'{one.title} {one.abstract}'.lower()))} " for one in self.papers],
        )
        return made

    def asked(self, topics: Sequence[Said]) -> Any:
        """What a reader typed, as one row of counts."""
        words = " . ".join(" . ".join((one.name, *one.keywords, one.text)) for one in topics)
        return sp.csr_matrix(self.vectorizer.transform([words]))


def _strongest(rows: Any, count: int) -> Directions:
    count = max(1, min(count, rows.shape[0] // FEWEST, min(rows.shape) - 1))
    _, values, vectors = randomized_svd(rows, count, n_iter=2, random_state=0)
    return Directions(vectors=vectors.astype(np.float32), values=values.astype(np.float32))
