"""A document's tree in, its encoded tree out; and one reader's words filled into that, as bytes to join."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.marks import Slot
from digest.mail.quoted import piece
from digest.mail.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.mail.marks import Block, Node, Wrapping

Scopes = tuple[object, ...]  # the mail's words, a section's, a card's: as deep as the place is


@dataclasses.dataclass(frozen=True, slots=True)
class HtmlSlot:
    """A reader's words in the HTML, escaped as the inlined document around them is."""

    level: int
    name: str

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append the encoded words."""
        words: str = getattr(scopes[self.level], self.name)
        out.append(piece(words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")))


@dataclasses.dataclass(frozen=True, slots=True)
class TextSlot:
    """A reader's words in the text, wrapped if the template says so."""

    level: int
    name: str
    wrapping: Wrapping | None

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append the encoded words."""
        words: str = getattr(scopes[self.level], self.name)
        if how := self.wrapping:
            words = wrap(words, first=how.first, rest=how.rest, width=how.width)
        out.append(piece(words))


@dataclasses.dataclass(frozen=True, slots=True)
class Repeat:
    """What is there once for each thing (sections, cards), or once if there are such words."""

    level: int
    name: str
    variants: list[list[Encoded]]

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append what is there for this reader; a thing that has a `place` picks the variant."""
        things: str | Sequence[object] = getattr(scopes[self.level], self.name)
        if isinstance(things, str):
            if things:
                fill(self.variants[0], scopes, out)
            return
        for thing in things:
            fill(self.variants[getattr(thing, "place", 0)], (*scopes, thing), out)


Encoded = bytes | HtmlSlot | TextSlot | Repeat


def fill(nodes: Sequence[Encoded], scopes: Scopes, out: list[bytes]) -> None:
    """Append the pieces of these nodes, in order."""
    for node in nodes:
        if isinstance(node, bytes):
            out.append(node)
        else:
            node.fill(scopes, out)


def encode(nodes: Sequence[Node], *, html: bool) -> list[Encoded]:
    """The same tree with its text as quoted-printable pieces."""
    return [_encoded(node, html=html) for node in nodes]


def _encoded(node: Node, *, html: bool) -> Encoded:
    if isinstance(node, str):
        return piece(node)
    if isinstance(node, Slot):
        return HtmlSlot(node.level, node.name) if html else TextSlot(node.level, node.name, node.wrapping)
    return _repeat(node, html=html)


def _repeat(block: Block, *, html: bool) -> Repeat:
    return Repeat(block.level, block.name, [encode(body, html=html) for body in block.variants])
