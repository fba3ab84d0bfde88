"""An encoded document and one reader's pieces in, bytes to join out.

The pieces come from `digest.mail.forms`: they end without a line end, and what follows each begins with a
soft break.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Pieces = tuple[bytes, ...]  # the mail's, then a section's, then a card's: as deep as the place is
Drawn = tuple[
    int, Pieces
]  # a card: which of the compiled ones; the pieces of why it is there, () for no reason


class Scope(NamedTuple):
    """What a place in a mail can say of one reader: words, and what is repeated there."""

    pieces: Pieces
    sections: Sequence[Scope] = ()
    cards: Sequence[Drawn] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Passage:
    """Text with a reader's words in it."""

    template: bytes  # with %b for each of them
    pick: Callable[[Pieces], bytes | Pieces]

    def fill(self, scope: Scope, out: list[bytes]) -> None:
        """Append the text."""
        out.append(self.template % self.pick(scope.pieces))


@dataclasses.dataclass(frozen=True, slots=True)
class When:
    """What is there only if there are such words."""

    place: int  # of a piece of the words
    nodes: Sequence[Encoded]

    def fill(self, scope: Scope, out: list[bytes]) -> None:
        """Append it, or nothing."""
        if scope.pieces[self.place]:
            fill(self.nodes, scope, out)


@dataclasses.dataclass(frozen=True, slots=True)
class Sections:
    """What is there once for each section."""

    nodes: Sequence[Encoded]

    def fill(self, scope: Scope, out: list[bytes]) -> None:
        """Append this reader's sections."""
        for section in scope.sections:
            fill(self.nodes, section, out)


@dataclasses.dataclass(frozen=True, slots=True)
class AnyCards:
    """Cards of any shape: one body for each of the compiled ones."""

    variants: Sequence[Sequence[Encoded]]
    absent: Pieces  # the pieces of a card that is there for no reason

    def fill(self, scope: Scope, out: list[bytes]) -> None:
        """Append this reader's cards."""
        for place, why in scope.cards:
            fill(self.variants[place], Scope((*scope.pieces, *(why or self.absent))), out)


@dataclasses.dataclass(frozen=True, slots=True)
class Cards:
    """Cards that differ from reader to reader in one block of words (why they are there), and in one word of
    the mail's at most, which may stand in a card many times (the token of its votes), made quick.

    For each of the compiled ones: what stands before the words and after them, and what stands there without;
    each in as many parts as that word leaves between itself.
    """

    form: int  # which of a card's pieces
    variants: Sequence[tuple[Pieces, Pieces, Pieces]]
    again: int | None  # the place of the mail's word

    def fill(self, scope: Scope, out: list[bytes]) -> None:
        """Append this reader's cards."""
        form, variants = self.form, self.variants
        join = b"".join if self.again is None else scope.pieces[self.again].join
        for place, why in scope.cards:
            before, after, absent = variants[place]
            if why:
                out += (join(before), why[form], join(after))
            else:
                out.append(join(absent))


Encoded = bytes | Passage | When | Sections | AnyCards | Cards


def fill(nodes: Sequence[Encoded], scope: Scope, out: list[bytes]) -> None:
    """Append the pieces of these nodes, in order."""
    for node in nodes:
        if isinstance(node, bytes):
            out.append(node)
        else:
            node.fill(scope, out)
