"""The bytes of one mail in, its header fields and parts out, decoded and bounded. Never raises.

The standard library parses. What comes back is written by anybody, so what the parser is given is bounded
first: its work grows with lines, nested parts and the length of a field, and some malformed parameters
break it. A mail beyond the bounds keeps its beginning, where reports stand; one that is nested beyond
reason keeps its header alone.
"""

from __future__ import annotations

import binascii
import codecs
import contextlib
import dataclasses
import re
from email.errors import MessageError
from email.header import decode_header
from email.parser import BytesParser, HeaderParser
from email.policy import Compat32
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

BYTES_LIMIT = 1_000_000  # our own mail, returned whole, takes a quarter of it
LINES_LIMIT = 20_000
NESTED_LIMIT = 40
PARTS_LIMIT = 100
FIELD_LIMIT = 4_000  # characters of one field; a long Content-Type costs the parser its square
FIELDS_LIMIT = 500
TEXT_LIMIT = 200_000

_NESTING = re.compile(rb"boundary[*\d]*\s*=|message/", re.IGNORECASE)
_UNDECODED = (MessageError, ValueError, LookupError, TypeError, binascii.Error)


class Fields(tuple[tuple[str, str], ...]):
    """Header fields in their order: names in small letters, values on one line."""

    __slots__ = ()

    def all(self, *names: str) -> list[str]:
        """The values of all fields of these names, first name first."""
        return [value for name in names for field, value in self if field == name]

    def get(self, *names: str) -> str:
        """The first of them; "" where there is none."""
        return next(iter(self.all(*names)), "")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that holds no parts. `text` is that of a text part; `blocks` are the headers in a message/*
    part: of the mail that it holds, or of the groups of a report (RFC 3464, section 2.1)."""

    type: str
    fields: Fields
    text: str = ""
    blocks: tuple[Fields, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail. `parts` are those of its multiparts, in order; what is inside a mail that it holds is not
    looked at: what stands there, somebody else said. `raw` is its bounded text with LF line ends."""

    fields: Fields
    parts: tuple[Part, ...]
    raw: bytes

    @property
    def text(self) -> str:
        """What it says to people: its plain text; where there is none, its HTML without the tags."""
        plain = [part.text for part in self.parts if part.type == "text/plain"]
        html = [bare(part.text) for part in self.parts if part.type == "text/html"]
        return "\n".join(plain if any(one.strip() for one in plain) else html)

    def of_type(self, *types: str) -> list[Part]:
        """Its parts of these types."""
        return [part for part in self.parts if part.type in types]


class _Bounded(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:FIELD_LIMIT]


_POLICY = _Bounded()


def parse(raw: bytes) -> Mail:
    """One mail, read as far as the limits go."""
    bounded = raw[:BYTES_LIMIT].replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    if bounded.count(b"\n") > LINES_LIMIT:
        bounded = b"\n".join(bounded.split(b"\n", LINES_LIMIT)[:LINES_LIMIT])
    message = _message(bounded, headersonly=len(_NESTING.findall(bounded)) > NESTED_LIMIT)
    if message is None:
        return Mail(fields=Fields(), parts=(), raw=bounded)
    return Mail(fields=_fields(message), parts=tuple(_parts(message)), raw=bounded)


def _message(raw: bytes, *, headersonly: bool) -> Message | None:
    parser = BytesParser(policy=_POLICY)
    for only in (headersonly, True):
        # The parser raises what it likes: parameters that contradict each other are a TypeError.
        with contextlib.suppress(Exception):
            return parser.parsebytes(raw, headersonly=only)
    return None


def _parts(message: Message) -> Iterator[Part]:
    waiting, left = [message], PARTS_LIMIT
    while waiting and left:
        one, left = waiting.pop(), left - 1
        kind, fields = one.get_content_type(), _fields(one)
        # `get_payload` of a part that holds text would decode it, by whatever charset it names.
        held: list[Message] = one.get_payload() if one.is_multipart() else []  # type: ignore[assignment]
        if held and kind.startswith("multipart/"):
            waiting.extend(reversed(held[:PARTS_LIMIT]))
        elif held:
            yield Part(type=kind, fields=fields, blocks=_blocks(one, held))
        elif kind.startswith("multipart/"):  # whose boundary was lost: all of it is one text
            yield Part(type="text/plain", fields=fields, text=_text(one))
        elif kind.startswith("text/"):
            yield Part(type=kind, fields=fields, text=_text(one))


def _blocks(part: Message, held: list[Message]) -> tuple[Fields, ...]:
    encoding = _fields(part).get("content-transfer-encoding").lower()
    if encoding in ("base64", "quoted-printable"):  # which RFC 2046, section 5.2, forbids, and some do
        written: Message = HeaderParser(policy=_POLICY).parsestr(f"Content-Transfer-Encoding: {encoding}\n\n")
        written.set_payload("\n\n".join(_undecoded(one) for one in held[:PARTS_LIMIT]).strip("\n"))
        return blocks_of(_text(written))
    return tuple(_fields(one) for one in held[:PARTS_LIMIT] if one.keys())


def _undecoded(message: Message) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in message.raw_items())
    return head if message.is_multipart() else f"{head}\n{_text(message)}"


def blocks_of(text: str) -> tuple[Fields, ...]:
    """Groups of header fields, parted by blank lines."""
    groups = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"), maxsplit=PARTS_LIMIT)[:PARTS_LIMIT]
    read = (_fields(HeaderParser(policy=_POLICY).parsestr(group.strip("\n") + "\n\n")) for group in groups)
    return tuple(fields for fields in read if fields)


def _text(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = str(part.get_param("charset", "utf-8"))
    except _UNDECODED:
        return ""
    if not isinstance(payload, bytes):
        return ""
    return _decoded(payload[: TEXT_LIMIT * 2], charset)[:TEXT_LIMIT].replace("\r\n", "\n").replace("\0", "")


def _decoded(raw: bytes, charset: str) -> str:
    """The text in that charset; in UTF-8 where there is none such, or its decoder is slower than linear."""
    try:
        if codecs.lookup(charset).name not in ("punycode", "idna"):
            # Some charsets (UTF-7) can spell half a character, which no database takes.
            return raw.decode(charset, "replace").encode("utf-8", "replace").decode("utf-8")
    except _UNDECODED:
        pass
    return raw.decode("utf-8", "replace")


def _fields(message: Message) -> Fields:
    items = list(message.raw_items())[:FIELDS_LIMIT]
    return Fields((name.strip().lower(), _value(str(value))) for name, value in items)


def _value(written: str) -> str:
    """A field's value with its encoded words (RFC 2047) decoded, on one line."""
    written = written.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" in written:
        try:
            words = [
                word if isinstance(word, str) else _decoded(word, charset or "utf-8")
                for word, charset in decode_header(written)
            ]
            written = "".join(words)
        except _UNDECODED:
            pass
    return " ".join(written.replace("\0", "").split())


_EDGE = re.compile(r"<(style|script|title)\b|</(style|script|title)\s*>|(<!--)|(-->)", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/div|/tr|/h\d|/li|/table)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")


def bare(html: str) -> str:
    """HTML without its tags, a line for each block: good enough to look for words in."""
    from html import unescape

    seen: list[str] = []
    start, inside = 0, ""
    for edge in _EDGE.finditer(html):
        opened, closed = edge[1] or edge[3], edge[2] or (edge[4] and "<!--")
        if opened and not inside:
            seen.append(html[start : edge.start()])
            inside = opened.lower()
        elif closed and closed.lower() == inside:
            start, inside = edge.end(), ""
    if not inside:
        seen.append(html[start:])
    return unescape(_TAG.sub("", _BREAK.sub("\n", "".join(seen))))
