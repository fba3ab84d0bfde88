"""A stretch of TeX mathematics in, Unicode out. Never guesses: what has no plain form raises UnreadableError,
and the caller leaves the whole stretch as the author wrote it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from digest.core.scripts import lowered, raised
from digest.core.tex_symbols import (
    ALPHABETS,
    LETTERS,
    MATHS_ACCENTS,
    MATHS_FONTS,
    SPACES,
    SWITCHES,
    TEXT_FONTS,
    WORDS,
    letterlike,
    symbol,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MACRO = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_PLAIN = re.compile(r"[^\\{}^_$~&\s']+")
_WORD = re.compile(r"[^\W_]+(?:\.[0-9]+)?|\S")
_ATOM = re.compile(r"[\w.]*|\([^()]*\)")
_DEEPEST = 25


class UnreadableError(ValueError):
    """This TeX has no plain form that we know."""


def group_ends(source: str) -> dict[int, int]:
    """The place of each `{` that is closed → the place of its `}`. Escaped braces are none."""
    ends: dict[int, int] = {}
    stack: list[int] = []
    for found in re.finditer(r"\\.|[{}]", source, re.DOTALL):
        if found[0] == "{":
            stack.append(found.start())
        elif found[0] == "}" and stack:
            ends[stack.pop()] = found.start()
    return ends


class Maths:
    """Reads stretches of one source. `prose(start, end, depth)` reads the text that stands in mathematics."""

    def __init__(self, source: str, ends: dict[int, int], prose: Callable[[int, int, int], str]) -> None:
        self.source = source
        self.ends = ends
        self.prose = prose

    def read(self, start: int, end: int, depth: int) -> str:
        """The stretch from `start` to `end` in Unicode. Raises UnreadableError."""
        if depth > _DEEPEST:
            raise UnreadableError
        out: list[str] = []
        at = start
        while at < end:
            first = self.source[at]
            if first == "\\":
                piece, at = self.macro(at, end, depth)
                if piece.isascii() and piece.isalpha() and len(piece) > 1:  # log n, not logn
                    if out and out[-1][-1:].isalnum():
                        out.append(" ")
                    if self.source[at : at + 1].isalnum() or self.source[at : at + 1] == "\\":
                        piece += " "
            elif first == "{":
                close = self._close(at, end)
                piece, at = self.read(at + 1, close, depth + 1), close + 1
            elif first in "^_":
                piece, at = self.script(at, end, depth)
            elif first in "}$&":
                raise UnreadableError
            elif first.isspace() or first == "~":
                piece, at = " ", self._skip(at + 1, end)
            elif first == "'":
                piece, at = "′", at + 1
            else:
                plain = _PLAIN.match(self.source, at, end)
                after = plain.end() if plain else at + 1
                piece, at = self.source[at:after], after
            out.append(piece)
        return "".join(out)

    def script(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """The `^` or `_` at `at` with its argument, and the place after it."""
        mark = self.source[at]
        text, after = self.argument(at + 1, end, depth)
        text = text.strip()
        shifted = raised(text) if mark == "^" else lowered(text)
        if shifted is not None:
            return shifted, after
        if not text:
            raise UnreadableError
        if _WORD.fullmatch(text) and not self.source[after : after + 1].isalnum():
            return mark + text, after
        return f"{mark}{{{text}}}", after

    def argument(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """The argument that begins at `at`, read, and the place after it."""
        while at < end and self.source[at].isspace():
            at += 1
        if at >= end:
            raise UnreadableError
        match self.source[at]:
            case "{":
                close = self._close(at, end)
                return self.read(at + 1, close, depth + 1), close + 1
            case "\\":
                return self.macro(at, end, depth + 1)
            case character if character in "}^_$&":
                raise UnreadableError
            case character:
                return character, at + 1

    def macro(self, at: int, end: int, depth: int) -> tuple[str, int]:
        """What the macro at `at` and its arguments stand for, and where they end. Raises UnreadableError."""
        found = MACRO.match(self.source, at, end)
        if found is None or depth > _DEEPEST:
            raise UnreadableError
        name, after = found[1], found.end()
        if name in "%&_#${}":
            return name, after
        if name == "|":
            return "‖", after
        if name in SPACES:
            return SPACES[name], after
        if name in SWITCHES:
            return "", self._switched(name, after, end)
        if name in TEXT_FONTS and self._opens(after, end):
            close = self._close(self._skip(after, end), end)
            return self.prose(self._skip(after, end) + 1, close, depth + 1), close + 1
        if name in ("href", "url"):
            close = self._close(after, end)
            if name == "href":
                close = self._close(close + 1, end)
            return self.prose(at, close + 1, depth + 1), close + 1
        if name in ALPHABETS:
            text, after = self.argument(after, end, depth)
            return "".join(letterlike(letter, ALPHABETS[name]) for letter in text), after
        if name in MATHS_FONTS or name in TEXT_FONTS:
            return self.argument(after, end, depth)
        if name in MATHS_ACCENTS:
            text, after = self.argument(after, end, depth)
            if len(text) != 1 or not text.isalnum():
                raise UnreadableError
            return unicodedata.normalize("NFC", text + MATHS_ACCENTS[name]), after
        if name in ("frac", "tfrac", "dfrac", "nicefrac", "sfrac"):
            return self._fraction(at, after, end, depth)
        if name == "sqrt" and self.source[after : after + 1] != "[":
            text, after = self.argument(after, end, depth)
            return f"√{text}" if _ATOM.fullmatch(text) else f"√({text})", after
        if name == "not":
            text, after = self.argument(after, end, depth)
            if len(text) != 1:
                raise UnreadableError
            after -= self.source[at - 1 : at].isspace() and self.source[after - 1].isspace()
            return unicodedata.normalize("NFC", text + "\u0338"), after
        text = LETTERS.get(name) or WORDS.get(name) or symbol(name) or self._fail()
        return text, self._after_symbol(text, at, after, end)

    def _fraction(self, at: int, after: int, end: int, depth: int) -> tuple[str, int]:
        above, after = self.argument(after, end, depth)
        below, after = self.argument(after, end, depth)
        above, below = (part if _ATOM.fullmatch(part) else f"({part})" for part in (above, below))
        beside = self.source[after : after + 1].isalnum() or (at > 0 and self.source[at - 1].isalnum())
        return f"({above}/{below})" if beside else f"{above}/{below}", after

    def _after_symbol(self, text: str, at: int, after: int, end: int) -> int:
        """Where to go on: TeX drops the blanks after a macro; they stay where they help to read."""
        beyond = self._skip(after, end)
        if self.ends.get(after) == after + 1:  # \alpha{}
            return after + 2
        if beyond == after or beyond >= end:
            return after
        if text.isalpha() and len(text) == 1:
            return beyond if self.source[beyond].isalpha() else after
        if text.isalpha():
            return after
        return after if at > 0 and self.source[at - 1].isspace() else beyond

    def _switched(self, name: str, after: int, end: int) -> int:
        if name in ("left", "right", "middle") and self.source[after : after + 1] == ".":
            return after + 1
        return self._skip(after, end)

    def _skip(self, at: int, end: int) -> int:
        while at < end and self.source[at].isspace():
            at += 1
        return at

    def _opens(self, at: int, end: int) -> bool:
        at = self._skip(at, end)
        return at < end and self.source[at] == "{"

    def _close(self, at: int, end: int) -> int:
        close = self.ends.get(at)
        if close is None or close >= end:
            raise UnreadableError
        return close

    def _fail(self) -> str:
        raise UnreadableError
