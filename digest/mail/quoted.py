"""Text in, quoted-printable pieces out (RFC 2045 6.7) that may be joined in any order.

Each piece starts at the beginning of a line and ends with a line end: a real one, or a soft break (`=` CRLF)
which a decoder takes away. base64 would leave blanks at the seams, 8bit breaks the limit of 998 bytes a line.
"""

from __future__ import annotations

from binascii import a2b_qp, b2a_qp

SOFT_BREAK = b"=\r\n"


def piece(text: str) -> bytes:
    """`text`, with LF line ends, encoded; b"" for "".

    >>> piece("é = 1\\n.. and on")
    b'=C3=A9 =3D 1\\r\\n.. and on=\\r\\n'
    """
    if "\n" not in text:
        return line(text) + SOFT_BREAK if text else b""
    lines = text.split("\n")
    last = lines.pop()
    encoded = b"".join([line(one) + b"\r\n" for one in lines])
    return encoded + line(last) + SOFT_BREAK if last else encoded


def line(text: str) -> bytes:
    """One line, without its end, in lines of at most 76 bytes.

    Line by line, because b2a_qp writes 77 bytes for 74 characters, a trailing blank and a line end; and soft
    breaks as LF alone where it has not seen a CRLF.
    """
    if len(text) < 76 and text.isascii() and text.isprintable() and "=" not in text and text[-1:] != " ":
        return text.encode()  # most of what is a reader's own stands for itself
    return b2a_qp(text.encode()).replace(b"\n", b"\r\n")


def decoded_size(encoded: bytes) -> int:
    """How many bytes a reader's mail program will see."""
    return len(a2b_qp(encoded))
