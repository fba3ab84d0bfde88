r"""TeX's accents and special letters: a place in a text in, the letter and the place after it out."""

from __future__ import annotations

import re
import unicodedata

from digest.core.tex_symbols import ACCENTS

_ACCENTED = re.compile(r"\{\s*([^\W\d_]{1,2}|\\[ij])\s*\}|\s?([^\W\d_])|(\\[ij](?![A-Za-z]))")
_OWNS = re.compile(r"\w\\'s(?!\w)")
_MEASURED = re.compile(r"\d[\s~]*\Z")
_DOTLESS = {"\\i": "i", "\\j": "j"}  # Unicode's accents replace the dot


def accented(source: str, after: int, name: str) -> tuple[str, int] | None:
    r"""The letter that the accent `name`, whose macro ends at `after`, stands on, and the place after it;
    None if there is none.

    >>> accented(r'\"o', 2, '"'), accented(r"\c{c}", 2, "c"), accented(r"\'s", 2, "'")
    (('ö', 3), ('ç', 5), ('ś', 3))
    """
    found = _ACCENTED.match(source, after)
    if not found or (name.isalpha() and found[0][0].isalpha()):
        return None
    if found[0][0].isspace() and (not name.isalpha() or source[found.end() : found.end() + 1].isalpha()):
        return None
    letter = found[1] or found[2] or found[3]
    letter = _DOTLESS.get(letter, letter)
    marked = unicodedata.normalize("NFC", letter[0] + ACCENTS[name] + letter[1:])
    if name == "'" and found[2] and (len(marked) > 1 or _OWNS.match(source, after - 3)):
        return "'" + letter, found.end()  # GPT-4\'s, don\'t: an apostrophe that was escaped
    return marked, found.end()


def after_letter(source: str, at: int, after: int) -> int:
    r"""Where to go on after the letter whose macro stands from `at` to `after`: the blank of `S\o ren` goes.

    >>> after_letter(r"S\o ren", 1, 3), after_letter(r"\o{}re", 0, 2), after_letter(r"5 \AA long", 2, 5)
    (4, 4, 5)
    """
    if source.startswith("{}", after):
        return after + 2
    if source[after : after + 1] != " " or not source[after + 1 : after + 2].islower():
        return after
    within = source[at - 1 : at].isalpha() or source[at - 1 : at] == "{" or at == 0
    capital = source[at + 1].isupper() and not _MEASURED.search(
        source, max(0, at - 4), at
    )  # 5 \AA is a length
    return after + 1 if within or capital else after
