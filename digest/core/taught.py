"""What one topic was taught by its reader, beside what it says: all that ranking needs to know of it.

Knows no database and no reader.
"""

from __future__ import annotations

import dataclasses
import struct
from typing import TYPE_CHECKING

from digest.core.calibrate import Calibration
from digest.core.learned import Learned
from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.liked import Liked

# Version, floor, evidence, bytes of texts, related terms, bytes of the calibration.
_HEAD = struct.Struct("<BffHHH")
_VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """`learned` from likes and dislikes, or None; `floor` is the likeness that the best of the background
    have, and `evidence` how much was liked: 1 is a like of today. `related`: the terms that go with what the
    topic says (`core.feedback`). `calibration` is of the whole topic, `liked` the newest likes. `mark` is
    equal where all of that is, `said` where `related` is."""

    mark: str = ""
    said: str = ""
    related: Mapping[str, float] = dataclasses.field(default_factory=dict)
    learned: Learned | None = None
    floor: float = 0.0
    evidence: float = 0.0
    calibration: Calibration = dataclasses.field(default_factory=Calibration)
    liked: tuple[Liked, ...] = ()

    def to_bytes(self) -> bytes:
        """What is kept of it: all but `mark` and `liked`."""
        calibration = self.calibration.to_bytes()
        learned = b"" if self.learned is None else self.learned.to_bytes()
        texts = "\n".join([self.said, *self.related]).encode("utf-8", "replace")
        weights = struct.pack(f"<{len(self.related)}e", *self.related.values())
        sizes = (len(texts), len(self.related), len(calibration))
        head = _HEAD.pack(_VERSION, self.floor, self.evidence, *sizes)
        return head + texts + weights + calibration + learned

    @classmethod
    def from_bytes(cls, data: bytes) -> Taught | None:
        """What `to_bytes` made; None for what another version made: it is made anew."""
        try:
            version, floor, evidence, length, related, size = _HEAD.unpack_from(data)
            if version != _VERSION:
                return None
            rest = data[_HEAD.size :]
            said, *terms = rest[:length].decode().split("\n")
            weights = struct.unpack_from(f"<{related}e", rest, length)
            rest = rest[length + 2 * related :]
            return cls(
                said=said,
                related=dict(zip(terms, weights, strict=True)),
                learned=Learned.from_bytes(rest[size:]) if rest[size:] else None,
                floor=floor,
                evidence=evidence,
                calibration=Calibration.from_bytes(rest[:size]),
            )
        except (struct.error, ValueError, StoreError):
            return None
