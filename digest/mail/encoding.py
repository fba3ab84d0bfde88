"""A document's tree in, the same tree encoded out, with places in it for one reader's pieces."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from digest.mail.filling import AnyCards, Cards, Passage, Sections, When
from digest.mail.forms import Form, Use
from digest.mail.marks import CARD, LEVELS, REPEATED, SECTION, Block, Slot
from digest.mail.quoted import SOFT_BREAK, piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.mail.filling import Encoded
    from digest.mail.forms import Forms
    from digest.mail.marks import Node

Parted = tuple[str, Slot, str, str]  # a card: before the words, the words, after them; all without the words


def uses(nodes: Sequence[Node], *, html: bool) -> Iterator[Use]:
    """The forms in which this document needs a reader's words."""
    for node in nodes:
        if isinstance(node, Slot):
            yield Use(node.level, node.name, Form(html, node.wrapping))
        elif isinstance(node, Block):
            if parted := _parted(node):
                yield _led(parted[0][1], html=html)
                continue
            if not _is_repeated(node):
                yield Use(node.level, node.name, Form(html))
            for body in node.variants:
                yield from uses(body, html=html)


def encode(nodes: Sequence[Node], forms: Forms, *, html: bool) -> list[Encoded]:
    """The tree with its text as quoted-printable pieces; `forms` knows all that `uses` told."""
    made: list[Encoded] = []
    gaps: list[int] = []
    template = b""
    for node in nodes:
        if isinstance(node, str):
            template += piece(node).replace(b"%", b"%%")
        elif isinstance(node, Slot):
            gaps.append(forms.places[Use(node.level, node.name, Form(html, node.wrapping))])
            template += b"%b" + SOFT_BREAK
        else:
            made += [*_passage(template, gaps), _block(node, forms, html=html)]
            template, gaps = b"", []
    return [*made, *_passage(template, gaps)]


def _passage(template: bytes, gaps: list[int]) -> list[Encoded]:
    if gaps:
        return [Passage(template, itemgetter(*gaps))]
    return [template % ()] if template else []


def _block(block: Block, forms: Forms, *, html: bool) -> Encoded:
    if parted := _parted(block):
        return _cards(parted, forms, html=html)
    bodies = [encode(body, forms, html=html) for body in block.variants]
    if not _is_repeated(block):
        return When(forms.places[Use(block.level, block.name, Form(html))], bodies[0])
    if block.name == "sections":
        return Sections(bodies[0])
    return AnyCards(bodies, (b"",) * (forms.firsts[CARD + 1] - forms.firsts[CARD]))


def _is_repeated(block: Block) -> bool:
    return f"{LEVELS[block.level]}.{block.name}" in REPEATED


def _cards(parted: Sequence[Parted], forms: Forms, *, html: bool) -> Cards:
    use = _led(parted[0][1], html=html)
    lead = use.form.wrapping.first if use.form.wrapping else ""
    return Cards(
        forms.places[use] - forms.firsts[CARD],
        [
            (piece(before + lead), SOFT_BREAK + piece(after), piece(absent))
            for before, _, after, absent in parted
        ],
    )


def _led(slot: Slot, *, html: bool) -> Use:
    return Use(slot.level, slot.name, Form(html, slot.wrapping, led=True))


def _parted(block: Block) -> list[Parted]:
    """The cards, if all are [text, [text, words, text] where there are words, text], of the same words."""
    parted: list[Parted] = []
    if block.level != SECTION:
        return []
    for body in block.variants:
        match body:
            case [str() as head, Block(level=level, name=name, variants=[inner]), str() as foot]:
                pass
            case _:
                return []
        match inner if isinstance(inner[0], str) else ["", *inner]:
            case [str() as before, Slot() as slot, str() as after]:
                pass
            case _:
                return []
        if (slot.level, slot.name) != (level, name) or level != CARD:
            return []
        parted.append((head + before, slot, after + foot, head + foot))
    return parted if len({slot for _, slot, _, _ in parted}) == 1 else []
