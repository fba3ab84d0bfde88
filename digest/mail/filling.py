"""A document's tree in, its encoded tree out; and one reader's words filled into that, as bytes to join."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.marks import Slot
from digest.mail.quoted import SOFT_BREAK, piece
from digest.mail.wrapping import WIDTH, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.mail.marks import Block, Node, Wrapping

Scopes = tuple[object, ...]  # the mail's words, a section's, a card's: as deep as the place is

# What stands for itself in HTML and in quoted-printable alike; most of what is a reader's own is only that.
_PLAIN = bytes(code for code in range(0x20, 0x7F) if code not in b"=&<>")


@dataclasses.dataclass(frozen=True, slots=True)
class HtmlSlot:
    """A reader's words in the HTML."""

    level: int
    name: str

    def piece(self, words: str) -> bytes:
        """The words, escaped as the inlined document around them is, and encoded."""
        raw = words.encode()
        if 0 < len(raw) < 76 and not raw.translate(None, _PLAIN) and raw[-1] != 0x20:
            return raw + SOFT_BREAK
        return piece(words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append the encoded words."""
        out.append(self.piece(getattr(scopes[self.level], self.name)))


@dataclasses.dataclass(frozen=True, slots=True)
class TextSlot:
    """A reader's words in the text."""

    level: int
    name: str
    wrapping: Wrapping | None
    lead: bytes  # what stands before words that need neither wrapping nor encoding
    room: int  # the bytes such words have less than; 0: they are always wrapped

    @classmethod
    def of(cls, slot: Slot) -> TextSlot:
        """The slot, with what can be known before any words are."""
        first, width = (slot.wrapping.first, slot.wrapping.width) if slot.wrapping else ("", WIDTH)
        lead = first.encode()
        plain = not lead.translate(None, _PLAIN)
        return cls(slot.level, slot.name, slot.wrapping, lead, min(width, WIDTH) - len(lead) if plain else 0)

    def piece(self, words: str) -> bytes:
        """The words, wrapped if the template says so, and encoded."""
        raw = words.encode()
        if 0 < len(raw) < self.room and not raw.translate(None, _PLAIN) and raw[-1] != 0x20:
            return self.lead + raw + SOFT_BREAK
        if how := self.wrapping:
            words = wrap(words, first=how.first, rest=how.rest, width=how.width)
        return piece(words)

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append the encoded words."""
        out.append(self.piece(getattr(scopes[self.level], self.name)))


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


@dataclasses.dataclass(frozen=True, slots=True)
class Cards:
    """Cards that differ from reader to reader in one block of words (why they are there), made quick.

    For each variant: what stands before the words and after them, and what stands there without any.
    """

    level: int
    name: str
    slot: HtmlSlot | TextSlot
    variants: list[tuple[bytes, bytes, bytes]]

    def fill(self, scopes: Scopes, out: list[bytes]) -> None:
        """Append this reader's cards."""
        name, piece_of, variants = self.slot.name, self.slot.piece, self.variants
        for card in getattr(scopes[self.level], self.name):
            before, after, absent = variants[card.place]
            words = getattr(card, name)
            if words:
                out += (before, piece_of(words), after)
            else:
                out.append(absent)


Encoded = bytes | HtmlSlot | TextSlot | Repeat | Cards


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
        return HtmlSlot(node.level, node.name) if html else TextSlot.of(node)
    return _cards(_repeat(node, html=html))


def _repeat(block: Block, *, html: bool) -> Repeat:
    return Repeat(block.level, block.name, [encode(body, html=html) for body in block.variants])


def _cards(repeat: Repeat) -> Repeat | Cards:
    """As `Cards`, if every variant is [text, [text, words, text] where there are words, text]."""
    variants: list[tuple[bytes, bytes, bytes]] = []
    slots: set[HtmlSlot | TextSlot] = set()
    for body in repeat.variants:
        match body:
            case [bytes() as head, Repeat(level=level, name=name, variants=[inner]), bytes() as foot]:
                pass
            case _:
                return repeat
        match inner if isinstance(inner[0], bytes) else [b"", *inner]:
            case [bytes() as before, (HtmlSlot() | TextSlot()) as slot, bytes() as after]:
                pass
            case _:
                return repeat
        if (slot.level, slot.name) != (level, name) or level != repeat.level + 1:
            return repeat
        slots.add(slot)
        variants.append((head + before, after + foot, head + foot))
    return Cards(repeat.level, repeat.name, slots.pop(), variants) if len(slots) == 1 else repeat
