"""A reader's words, in each form in which the documents need them."""

from __future__ import annotations

import html
import quopri

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.mail.forms import Form, Forms, Use
from digest.mail.marks import CARD, MAIL, Wrapping
from digest.mail.quoted import SOFT_BREAK, piece
from digest.mail.wrapping import columns, wrap

WHY = Wrapping("  Why: ", "    ", 76)
FORMS = (
    Form(html=True),
    Form(html=False),
    Form(html=False, wrapping=Wrapping("", "", 76)),
    Form(html=False, wrapping=WHY, led=True),
    Form(html=False, wrapping=WHY),
)
FIELDS = {form: Forms.of([Use(CARD, "why", form)]).fields[CARD][0] for form in FORMS}
TOGETHER = Forms.of(Use(CARD, "why", form) for form in FORMS[:4]).fields[CARD][0]

letters = st.sampled_from("abc é·“”…ü<&>=.高😀\u1100\u2e80\u00a0")
lines = st.lists(st.text(letters, min_size=1, max_size=30), max_size=12).map(lambda words: " ".join(words))
one_line = lines.map(lambda text: " ".join(text.split()))


def meant(form: Form, words: str) -> str:
    """What the form says, the obvious way."""
    if form.html:
        return html.escape(words, quote=False)
    if form.wrapping is None:
        return words
    wrapped = wrap(words, first=form.wrapping.first, rest=form.wrapping.rest, width=form.wrapping.width)
    return wrapped.removeprefix(form.wrapping.first) if form.led else wrapped


def between(encoded: bytes) -> bytes:
    """The piece as it stands in a mail: after text that ends anywhere, and before more of it."""
    return piece("before ") + encoded + SOFT_BREAK + piece(" after\n")


@given(one_line)
@example("a" * 75)
@example("a" * 76)
@example("keyword, " * 8 + "· by Dévi Łukasz")
@example("000\x80\x80\x80\x80\x80\x80\x80\x80𐀀𐀀0")
@settings(max_examples=150)
def test_each_form_says_the_words_alone_and_among_others(words: str) -> None:
    for form, encoded in [
        *zip(TOGETHER.forms, TOGETHER.pieces(words), strict=True),
        *[(form, FIELDS[form].pieces(words)[0]) for form in FORMS],
    ]:
        raw = between(encoded)
        text = f"before {meant(form, words)} after\n"
        assert quopri.decodestring(raw).decode() == text.replace("\n", "\r\n")
        assert max(len(line) for line in raw.split(b"\r\n")) <= 76


def test_whatever_is_taken_for_narrow_is() -> None:
    for code in [*range(0xA0, 0x800), *range(0x2000, 0x2040)]:
        assert columns(chr(code)) == 1


@pytest.mark.parametrize("wide", ["高", "\u1100", "\u2e80", "😀"])
def test_wide_words_are_wrapped_by_columns(wide: str) -> None:
    (encoded,) = FIELDS[FORMS[2]].pieces(" ".join([wide * 10] * 5))
    for line in quopri.decodestring(encoded + SOFT_BREAK).decode().split("\r\n"):
        assert columns(line) <= 76


def test_no_words_are_no_bytes_in_any_form() -> None:
    assert TOGETHER.pieces("") == (b"",) * 4 == TOGETHER.none


def test_pieces_stand_in_the_order_of_their_places() -> None:
    uses = [Use(CARD, "why", FORMS[0]), Use(MAIL, "date", FORMS[0]), Use(MAIL, "date", FORMS[1])]
    forms = Forms.of([*uses, uses[1]])
    assert [forms.places[use] for use in uses] == [2, 0, 1]
    assert forms.firsts == [0, 2, 2, 3]
