"""What one topic was taught by its reader, beside what it says: all that ranking needs to know of it.

Knows no database and no reader.
"""

from __future__ import annotations

import dataclasses
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from digest.core.calibrate import Calibration
from digest.core.learned import Learned
from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from digest.core.liked import Liked

# Version, floor, evidence, bytes of texts, related terms, bytes of the calibration, numbers of the direction.
_HEAD = struct.Struct("<BffIHHH")
_CRC = struct.Struct("<I")
_VERSION = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taught:
    """`learned` from likes and dislikes, or None; `floor` is the likeness that the best of the background
    have, and `evidence` how much was liked: 1 is a like of today; where nothing was, below 0, how much was
    disliked. `related`: the terms that go with what the
    topic says (`core.feedback`). `direction` is where the topic looks by an operator's model, if there is one
    (`core.meaning`). `calibration` is of the whole topic, `liked` the newest likes. `mark` is
    equal where all of that is, `said` where `related` is."""

    mark: str = ""
    said: str = ""
    related: Mapping[str, float] = dataclasses.field(default_factory=dict)
    learned: Learned | None = None
    floor: float = 0.0
    evidence: float = 0.0
    direction: NDArray[np.float32] | None = None
    calibration: Calibration = dataclasses.field(default_factory=Calibration)
    liked: tuple[Liked, ...] = ()

    def to_bytes(self) -> bytes:
        """What is kept of it: all but `mark` and `liked`."""
        calibration = self.calibration.to_bytes()
        learned = b"" if self.learned is None else self.learned.to_bytes()
        texts = "\n".join([self.said, *self.related]).encode("utf-8", "replace")
        weights = struct.pack(f"<{len(self.related)}e", *self.related.values())
        direction = b"" if self.direction is None else self.direction.astype("<f2").tobytes()
        sizes = (len(texts), len(self.related), len(calibration), len(direction) // 2)
        head = _HEAD.pack(_VERSION, self.floor, self.evidence, *sizes)
        whole = head + texts + weights + calibration + direction + learned
        return _CRC.pack(zlib.crc32(whole)) + whole

    @classmethod
    def from_bytes(cls, data: bytes) -> Taught | None:
        """What `to_bytes` made; None for what is damaged, or made by another version: it is made anew."""
        try:
            (crc,), data = _CRC.unpack_from(data), data[_CRC.size :]
            if crc != zlib.crc32(data):
                return None
            version, floor, evidence, length, related, size, numbers = _HEAD.unpack_from(data)
            if version != _VERSION:
                return None
            rest = data[_HEAD.size :]
            said, *terms = rest[:length].decode().split("\n")
            weights = struct.unpack_from(f"<{related}e", rest, length)
            rest = rest[length + 2 * related :]
            calibration, rest = rest[:size], rest[size:]
            direction, rest = np.frombuffer(rest, "<f2", numbers).astype(np.float32), rest[2 * numbers :]
            return cls(
                said=said,
                related=dict(zip(terms, weights, strict=True)),
                learned=Learned.from_bytes(rest) if rest else None,
                direction=direction if numbers else None,
                floor=floor,
                evidence=evidence,
                calibration=Calibration.from_bytes(calibration),
            )
        except (struct.error, ValueError, StoreError):
            return None
