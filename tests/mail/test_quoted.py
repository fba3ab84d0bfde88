"""Quoted-printable pieces that may be joined in any order."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.mail.quoted import decoded_size, piece

texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=200)


@given(st.lists(texts, max_size=6))
@settings(max_examples=150)
def test_joined_pieces_decode_to_the_joined_text(parts: list[str]) -> None:
    encoded = b"".join(piece(part) for part in parts)
    meant = "".join(parts).replace("\n", "\r\n").encode()
    assert quopri.decodestring(encoded) == meant
    assert decoded_size(encoded) == len(meant)


@given(texts)
@example("000\x80\x80\x80\x80\x80\x80\x80\x80\U00010000\U000100000")
@settings(max_examples=150)
def test_a_piece_is_ascii_in_short_lines_and_ends_a_line(text: str) -> None:
    encoded = piece(text)
    assert encoded.isascii()
    assert not encoded or encoded.endswith(b"\r\n")
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert line[-1:] not in (b" ", b"\t")
        assert b"\n" not in line
        assert b"\r" not in line


@pytest.mark.parametrize("end", ["", " ", "\t", "  ", ".", "=", "é"])
def test_no_length_and_no_last_mark_makes_a_line_too_long(end: str) -> None:
    for length in range(160):
        encoded = piece("a" * length + end + "\nb")
        assert max(len(line) for line in encoded.split(b"\r\n")) <= 76
        assert quopri.decodestring(encoded) == f"{'a' * length}{end}\r\nb".encode()
