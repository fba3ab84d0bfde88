"""Bytes in, text out, and its lines one at a time. Knows encodings; knows no format."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_TRUSTED = 4  # letters that are UTF-8 for one byte that is not: then it is UTF-8, and damaged


def decoded(raw: bytes) -> tuple[str, str]:
    """The text of a file, with plain line ends, and what is to be said of how it was read ("" for nothing).

    UTF-8, UTF-16 and UTF-32 by their marks, UTF-16 without one by its zeros; what is not UTF-8 is read as
    Windows-1252, of which Latin-1 is a part.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _plain(raw[len(mark) :].decode(encoding, "replace")), ""
    sample = raw[:_SAMPLE]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) > 1 and zeros.count(0) * 2 > len(zeros) and sample.count(0) < len(sample) * 0.6:
            return _plain(raw.decode(encoding, "replace")), ""
    try:
        return _plain(raw.decode()), ""
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if sum(not letter.isascii() for letter in text[: 64 * _SAMPLE]) - bad >= _TRUSTED * bad:
        return _plain(
            text.replace("\ufffd", "")
        ), f"line {line}: not UTF-8 there; what could not be read is left out"
    return _plain(raw.decode("cp1252", "replace")), f"line {line}: not UTF-8; read as Windows-1252 (Latin-1)"


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers, from 1, without a second copy of all of them."""
    start, number = 0, 0
    while start <= len(text):
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        number += 1
        yield number, text[start:end]
        start = end + 1


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
