"""Text in, quoted-printable pieces out (RFC 2045 6.7) that may be joined in any order.

Each piece starts at the beginning of a line and ends with a line end: a real one, or a soft break (`=` CRLF)
which a decoder takes away. base64 would leave blanks at the seams, 8bit breaks the limit of 998 bytes a line.
"""

from __future__ import annotations

from binascii import a2b_qp, b2a_qp

SOFT_BREAK = b"=\r\n"
ROOM = 75  # bytes of a line that a soft break ends

# What stands for itself in quoted-printable, and what does in HTML as well.
_ITSELF = bytes(code for code in range(0x20, 0x7F) if code != ord("="))
PLAIN = _ITSELF.translate(None, b"&<>")


def piece(text: str) -> bytes:
    """`text`, with LF line ends, encoded; b"" for "".

    >>> piece("é = 1\n.. and on")
    b'=C3=A9 =3D 1\r\n.. and on=\r\n'
    """
    return opened(text) + SOFT_BREAK if text and text[-1] != "\n" else opened(text)


def opened(text: str) -> bytes:
    """The same without the soft break at its end, but with room for it."""
    if "\n" not in text:
        return _opened(line(text))
    lines = text.split("\n")
    last = lines.pop()
    return b"\r\n".join([*[line(one) for one in lines], _opened(line(last))])


def _opened(encoded: bytes) -> bytes:
    if len(encoded) <= ROOM or len(encoded) - encoded.rfind(b"\n") - 1 <= ROOM:
        return encoded
    # As b2a_qp may leave it. A new line begins with the last character, which may be an escape.
    cut = -3 if encoded[-3:-2] == b"=" else -1
    return encoded[:cut] + SOFT_BREAK + encoded[cut:]


def line(text: str) -> bytes:
    """One line, without its end, in lines of at most 76 bytes.

    Line by line, because b2a_qp writes 77 bytes for 74 characters, a trailing blank and a line end; and soft
    breaks as LF alone where it has not seen a CRLF.
    """
    raw = text.encode()
    if raw.translate(None, _ITSELF) or raw[-1:] == b" ":
        return b2a_qp(raw).replace(b"\n", b"\r\n")
    if len(raw) <= ROOM:  # as is most of what is a reader's own
        return raw
    return SOFT_BREAK.join([raw[at : at + ROOM] for at in range(0, len(raw), ROOM)])


def decoded_size(encoded: bytes) -> int:
    """How many bytes a reader's mail program will see."""
    return len(a2b_qp(encoded))
