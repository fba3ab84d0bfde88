"""A reader's words in, the bytes that stand for them in both documents out.

A word may stand in several forms: escaped in the HTML, wrapped in the text. Most of what is a reader's own
needs neither, and no encoding: it is looked at once and stands for itself in all of them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.quoted import PLAIN, ROOM, opened
from digest.mail.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digest.mail.marks import Wrapping

SCOPES = 3  # levels that have words in a document: mail, section, card

# What is left of characters below U+0800, and of punctuation (U+2000 to U+203F) but for its first two bytes:
# none of them takes two columns.
_NARROW = bytes(range(0x80, 0xC0)) + bytes(range(0xC2, 0xE0))
_PUNCTUATION = b"\xe2\x80"


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """One way in which words stand in a document. `led`: the wrapping's first prefix is there already."""

    html: bool
    wrapping: Wrapping | None = None
    led: bool = False

    @property
    def room(self) -> int:
        """Plain words of at most so many characters stand for themselves; 0: none do."""
        if self.wrapping is None:
            return ROOM
        first = len(self.wrapping.first)
        return 0 if first and not self.led else max(0, min(self.wrapping.width - first, ROOM))

    def encode(self, words: str, *, simple: bool = False) -> bytes:
        """Any words, without the soft break that must follow them; b"" for "".

        `simple`: they need no escape in HTML and hold no character of two columns, as the caller knows.
        """
        if how := self.wrapping:
            words = wrap(words, first=how.first, rest=how.rest, width=how.width, narrow=simple)
            words = words[len(how.first) :] if self.led else words
        if self.html and not simple:
            words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return opened(words)


@dataclasses.dataclass(frozen=True, slots=True)
class Use:
    """A form in which the word `name` of the scope at `level` is needed."""

    level: int
    name: str
    form: Form


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A word, and all the forms in which it is needed."""

    name: str
    forms: Sequence[Form]
    room: int  # the least of the forms'
    none: tuple[bytes, ...]  # the pieces of no words

    def pieces(self, words: str) -> tuple[bytes, ...]:
        """The words in each form, without the soft break that must follow."""
        raw = words.encode()
        odd = raw.translate(None, PLAIN)
        fits = len(raw) <= self.room
        if fits and not odd:
            return (raw,) * len(self.forms)
        if odd.replace(_PUNCTUATION, b"").strip(_NARROW):
            return tuple([form.encode(words) for form in self.forms])
        flat = opened(words)
        if fits:
            return (flat,) * len(self.forms)
        return tuple([form.encode(words, simple=True) if form.wrapping else flat for form in self.forms])


NOWHERE = Field("", (), 0, ())  # a word that no document needs


@dataclasses.dataclass(frozen=True, slots=True)
class Forms:
    """Which words of each level are needed in which forms, and where each form stands among the pieces."""

    fields: Sequence[Sequence[Field]]  # by level
    places: Mapping[Use, int]  # from the mail's first piece on
    firsts: Sequence[int]  # the place of each level's first piece, and the number of all

    @classmethod
    def of(cls, uses: Iterable[Use]) -> Forms:
        """All that these uses ask for."""
        levels: list[dict[str, list[Form]]] = [{} for _ in range(SCOPES)]
        for use in dict.fromkeys(uses):
            levels[use.level].setdefault(use.name, []).append(use.form)
        places: dict[Use, int] = {}
        firsts = [0]
        for level, words in enumerate(levels):
            for name, forms in words.items():
                for form in forms:
                    places[Use(level, name, form)] = len(places)
            firsts.append(len(places))
        fields = [
            [
                Field(name, forms, min(form.room for form in forms), (b"",) * len(forms))
                for name, forms in words.items()
            ]
            for words in levels
        ]
        return cls(fields, places, firsts)

    def pieces(self, level: int, words: object) -> list[bytes]:
        """The pieces of a mail's words (level 0), of a section's (1) or of a card's (2)."""
        made: list[bytes] = []
        for field in self.fields[level]:
            said = getattr(words, field.name)
            made += field.pieces(said) if said else field.none
        return made
