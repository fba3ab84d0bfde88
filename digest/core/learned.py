"""What a topic learned from likes, bounded in size: at most `TERMS` words and pairs with their weights, and a
projection on the library's directions. Kept as bytes; knows nothing of how it is learned (`learn`) or used
(`field`)."""

from __future__ import annotations

import dataclasses
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

TERMS = 64  # the heaviest; what the others say is in the projection

_HEAD = struct.Struct(
    "<4sBIHHHffI"
)  # magic, version, bytes of texts, terms, rest, likeness, …, crc of the rest
_MAGIC, _VERSION = b"PDLN", 2


def _nothing() -> NDArray[np.float32]:
    return np.zeros(0, dtype=np.float32)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """`terms`: the weight of each, heaviest first, for or (below 0) against. `rest`: along each direction,
    what the other terms say, less what is common to all papers. `likeness`: the likes' own place among the
    first directions, of length one, which counts `blend` as much as the terms. Both are empty without
    directions. `struck`: words that count for nothing, wherever they stand, and pairs of words. `evidence`:
    the sum of the likes' weights. `version`: of the directions."""

    terms: Mapping[str, float] = dataclasses.field(default_factory=dict)
    rest: NDArray[np.float32] = dataclasses.field(default_factory=_nothing)
    likeness: NDArray[np.float32] = dataclasses.field(default_factory=_nothing)
    blend: float = 0.0
    evidence: float = 0.0
    struck: frozenset[str] = frozenset()
    version: str = ""

    def __bool__(self) -> bool:
        """Whether anything was learned."""
        return bool(self.terms)

    def to_bytes(self) -> bytes:
        """A form that `from_bytes` reads back, numbers in half precision: some 2 KB."""
        texts = "\n".join([self.version, "\t".join(sorted(self.struck)), *self.terms]).encode()
        numbers = np.concatenate([np.array(list(self.terms.values())), self.rest, self.likeness])
        body = texts + numbers.astype("<f2").tobytes()
        sizes = (len(texts), len(self.terms), len(self.rest), len(self.likeness))
        return _HEAD.pack(_MAGIC, _VERSION, *sizes, self.blend, self.evidence, zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Learned:
        """What `to_bytes` made. Raises StoreError for bytes that are cut, changed, or of another version."""
        try:
            magic, version, size, terms, rest, likeness, blend, evidence, crc = _HEAD.unpack_from(data)
        except struct.error as problem:
            raise StoreError(_unreadable("they are cut off")) from problem
        if magic != _MAGIC:
            raise StoreError(_unreadable("they do not begin as they should"))
        if version != _VERSION:
            raise StoreError(_unreadable(f"they are of version {version}, and this program knows {_VERSION}"))
        body = data[_HEAD.size :]
        if zlib.crc32(body) != crc or len(body) != size + 2 * (terms + rest + likeness):
            raise StoreError(_unreadable("their checksum is wrong"))
        name, struck, *texts = body[:size].decode().split("\n")
        numbers = np.frombuffer(body, "<f2", offset=size).astype(np.float32)
        return cls(
            terms=dict(zip(texts, numbers[:terms].tolist(), strict=True)),
            rest=numbers[terms : terms + rest],
            likeness=numbers[terms + rest :],
            blend=blend,
            evidence=evidence,
            struck=frozenset(struck.split("\t")) - {""},
            version=name,
        )


def _unreadable(why: str) -> str:
    return f"What a topic learned cannot be read: {why}. It can be learned anew from the reader's likes."
