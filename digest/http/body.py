"""A body's bytes, as they come, unpacked and counted. Never holds more than the limit."""

from __future__ import annotations

import zlib


class BodyError(Exception):
    """A body that is too large, or packed in a way that cannot be unpacked."""


class Body:
    """Feed it the chunks as they came over the wire; `content` is what they unpack to.

    The limit counts unpacked bytes, and a packed chunk is unpacked no further than the limit: a gzip bomb
    costs its limit and no more. Raises BodyError.
    """

    def __init__(self, encoding: str, *, max_bytes: int) -> None:
        self._max = max_bytes
        self._content = bytearray()
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip"):
            raise BodyError(f'is packed as "{encoding}", which was not asked for')
        self._packed = name.endswith("gzip")
        self._member = zlib.decompressobj(wbits=31)
        self._started = False

    @property
    def content(self) -> bytes:
        """What has been read so far."""
        return bytes(self._content)

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk."""
        if not self._packed:
            self._grow(chunk)
            return
        while chunk:
            self._started = True
            try:
                self._grow(self._member.decompress(chunk, self._max - len(self._content) + 1))
            except zlib.error as why:
                raise BodyError(f"is not the gzip it says it is ({why})") from why
            chunk = self._member.unconsumed_tail
            if self._member.eof:  # RFC 1952 allows several members, one after the other
                chunk = self._member.unused_data.lstrip(b"\0")
                if chunk:
                    self._member = zlib.decompressobj(wbits=31)

    def finish(self) -> None:
        """There is no more; raises BodyError where something is missing."""
        if self._packed and self._started and not self._member.eof:
            raise BodyError("ended in the middle of its gzip")

    def _grow(self, piece: bytes) -> None:
        if len(self._content) + len(piece) > self._max:
            raise BodyError(f"is larger than {self._max} bytes")
        self._content += piece
