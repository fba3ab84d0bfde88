"""A document's tree in, the same tree encoded out, with places in it for one reader's pieces."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from digest.mail.filling import AnyCards, Cards, Passage, Sections, When
from digest.mail.forms import Form, Use
from digest.mail.marks import CARD, LEVELS, REPEATED, SECTION, Block, Slot
from digest.mail.quoted import SOFT_BREAK, piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.mail.filling import Encoded
    from digest.mail.forms import Forms
    from digest.mail.marks import Node

Strung = list[str]  # a text in pieces, with one and the same slot between each two


class Parted(NamedTuple):
    """A card: what stands before its own words, after them, and without them."""

    words: Slot
    before: Strung
    after: Strung
    absent: Strung
    again: set[Slot]  # words of the mail's in it: none, or the one that all cards of the block have


def uses(nodes: Sequence[Node], *, html: bool) -> Iterator[Use]:
    """The forms in which this document needs a reader's words."""
    for node in nodes:
        if isinstance(node, Slot):
            yield Use(node.level, node.name, Form(html, node.wrapping))
        elif isinstance(node, Block):
            if parted := _parted(node):
                yield _led(parted[0].words, html=html)
                for slot in _again(parted):
                    yield Use(slot.level, slot.name, Form(html, slot.wrapping))
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
    use = _led(parted[0].words, html=html)
    lead = use.form.wrapping.first if use.form.wrapping else ""
    again = [forms.places[Use(slot.level, slot.name, Form(html, slot.wrapping))] for slot in _again(parted)]
    return Cards(
        forms.places[use] - forms.firsts[CARD],
        [
            (
                _strung_pieces([*one.before[:-1], one.before[-1] + lead]),
                _strung_pieces(one.after, begun=True),
                _strung_pieces(one.absent),
            )
            for one in parted
        ],
        again[0] if again else None,
    )


def _strung_pieces(texts: Strung, *, begun: bool = False) -> tuple[bytes, ...]:
    """The texts encoded; `begun`: the first follows a slot, as the others do."""
    return tuple(
        SOFT_BREAK + piece(text) if place or begun else piece(text) for place, text in enumerate(texts)
    )


def _led(slot: Slot, *, html: bool) -> Use:
    return Use(slot.level, slot.name, Form(html, slot.wrapping, led=True))


def _again(parted: Sequence[Parted]) -> set[Slot]:
    return {slot for one in parted for slot in one.again}


def _parted(block: Block) -> list[Parted]:
    """The cards, if in all the same words of their own stand once, in one `when` for those words; and beside
    these no more than one word of the mail's or the section's, as often as may be."""
    if block.level != SECTION:
        return []
    parted = [one for body in block.variants for one in _parted_card(body)]
    alike = len({one.words for one in parted}) == 1 and len(_again(parted)) <= 1
    return parted if alike and len(parted) == len(block.variants) else []


def _parted_card(body: Sequence[Node]) -> list[Parted]:
    """One card, or none where it is of another shape."""
    blocks = [place for place, node in enumerate(body) if isinstance(node, Block)]
    if len(blocks) != 1:
        return []
    when = body[blocks[0]]
    if not isinstance(when, Block) or when.level != CARD:
        return []
    inner = when.variants[0]
    own = [place for place, node in enumerate(inner) if isinstance(node, Slot) and node.level == when.level]
    words = inner[own[0]] if len(own) == 1 else None
    if not isinstance(words, Slot) or words.name != when.name:
        return []
    head, foot = body[: blocks[0]], body[blocks[0] + 1 :]
    strung = [
        _strung(nodes) for nodes in ([*head, *inner[: own[0]]], [*inner[own[0] + 1 :], *foot], [*head, *foot])
    ]
    again = {slot for _, slots in strung for slot in slots}
    if any(isinstance(node, Block) for node in inner) or any(slot.level == CARD for slot in again):
        return []
    before, after, absent = (texts for texts, _ in strung)
    return [Parted(words, before, after, absent, again)]


def _strung(nodes: Sequence[Node]) -> tuple[Strung, set[Slot]]:
    """Texts and slots as the texts between slots, and which slots."""
    texts, slots = [""], set()
    for node in nodes:
        if isinstance(node, str):
            texts[-1] += node
        elif isinstance(node, Slot):
            slots.add(node)
            texts.append("")
    return texts, slots
