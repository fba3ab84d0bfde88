"""Marks in a rendered document, and the document cut at them.

A template is rendered once for all readers. Where something belongs to one reader it gets a *sentinel*: plain
ASCII that no template engine, HTML parser or URL encoder changes. What is repeated (`each`) or may be
missing (`when`) stands between two comments. `parse` turns the result into a tree: text, slots, blocks.

The nonce in every mark is a hash of all the text of the papers, so that no title can hold a mark.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, NoReturn

from digest.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = ("mail", "section", "card", "subject")
MAIL, SECTION, CARD, _ = range(len(LEVELS))
REPEATED = frozenset({"mail.sections", "section.cards"})
OPTIONAL = frozenset({"mail.intro", "mail.quiet", "mail.notice", "section.more", "card.why"})


class Sentinel(str):
    """Stands for one reader's words in a template. Whether it is empty or what it says cannot be asked."""

    __slots__ = ()

    def __bool__(self) -> bool:
        self._refuse()

    def __eq__(self, other: object) -> bool:
        self._refuse()

    def __ne__(self, other: object) -> bool:
        self._refuse()

    __hash__ = str.__hash__

    def _refuse(self) -> NoReturn:
        path = str.split(self, "-")[1]
        known = ", ".join(sorted(OPTIONAL))
        raise ValueError(
            f"{path} differs from reader to reader, so a template cannot test it; "
            f"use {{% when {path} %}} … {{% endwhen %}} (for {known})"
        )

    def wrapped(self, first: str, rest: str, width: int) -> Sentinel:
        """The same words, to be wrapped once they are known."""
        return Sentinel(
            f"{str.removesuffix(self, '-Q')}-{first.encode().hex()}-{rest.encode().hex()}-{width}-Q"
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Wrapping:
    """How a slot's words are wrapped in the text part."""

    first: str
    rest: str
    width: int


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """A place for one reader's words: attribute `name` of the scope at `level` (mail, section, card)."""

    level: int
    name: str
    wrapping: Wrapping | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """What stands there once for each of a scope's things, or only if there is such a thing.

    `variants` has one body, or, for cards, one for each distinct card, in the order of rendering.
    """

    level: int
    name: str
    variants: list[list[Node]]


Node = str | Slot | Block


def sentinel(nonce: str, path: str) -> Sentinel:
    """The stand-in for `mail.date` and its like."""
    return Sentinel(f"Q{nonce}-{path}-Q")


def opening(nonce: str, path: str) -> str:
    """The mark before a block."""
    return f"<!--Q{nonce} {path}-->"


def closing(nonce: str, path: str) -> str:
    """The mark behind a block."""
    return f"<!--/Q{nonce} {path}-->"


def parse(document: str, nonce: str, *, name: str) -> list[Node]:
    """The document as a tree. `name` is the template's, for errors. Raises TemplateError."""
    marks = re.compile(
        rf"<!--(?P<end>/?)Q{nonce} (?P<block>[a-z_.]+)-->"
        rf"|Q{nonce}-(?P<slot>[a-z_.]+)(?:-(?P<first>[0-9a-f]*)-(?P<rest>[0-9a-f]*)-(?P<width>\d+))?-Q"
    )
    stack: list[list[Node]] = [[]]
    at = 0
    for mark in marks.finditer(document):
        _text(document[at : mark.start()], stack[-1], nonce=nonce, name=name)
        at = mark.end()
        if mark["slot"]:
            stack[-1].append(_slot(mark))
        elif not mark["end"]:
            stack.append([])
        else:
            _close(stack, *_place(mark["block"]))
    _text(document[at:], stack[-1], nonce=nonce, name=name)
    return stack[0]


def _text(text: str, body: list[Node], *, nonce: str, name: str) -> None:
    if nonce in text.lower():
        around = " ".join(text[max(0, text.lower().find(nonce) - 60) :].split())[:90]
        raise TemplateError(
            f"{name}: a reader's words were changed on their way (near {around!r}); "
            "only `wrap` may be applied to what differs from reader to reader"
        )
    if text:
        body.append(text)


def _slot(mark: re.Match[str]) -> Slot:
    level, attribute = _place(mark["slot"])
    if mark["width"] is None:
        return Slot(level, attribute)
    first, rest = (bytes.fromhex(mark[part]).decode() for part in ("first", "rest"))
    return Slot(level, attribute, Wrapping(first, rest, int(mark["width"])))


def _place(path: str) -> tuple[int, str]:
    level, _, attribute = path.partition(".")
    return LEVELS.index(level), attribute


def _close(stack: list[list[Node]], level: int, attribute: str) -> None:
    body = stack.pop()
    siblings: Sequence[Node] = stack[-1]
    last = siblings[-1] if siblings else None
    # The second card of the one list follows the first one without a character between.
    if isinstance(last, Block) and (last.level, last.name) == (level, attribute):
        last.variants.append(body)
    else:
        stack[-1].append(Block(level, attribute, [body]))
