"""What a browser posted in, what was typed and what is wrong with it out. Knows no page, decides nothing.

A form is read field by field, and every field is read: all faults are told at once, each in a sentence that
stands beside its field, and what was typed comes back as it was.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

from digest.mail.words import clean, number
from digest.membership.limits import ENTRIES, ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = TypeVar("Value")

LONGEST_KEPT = 50_000  # characters of a field that come back; no field may hold more than 20,000

_SEPARATORS = ",;\n،、，；"
_SPLIT = re.compile(
    rf"\\(?P<kept>[\\{_SEPARATORS}])|(?P<mark>[{_SEPARATORS}])|(?P<plain>[^\\{_SEPARATORS}]+|\\)"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a template needs of a form: what stands in its fields, and the fault beside each."""

    typed: Mapping[str, str]
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def value(self, name: str) -> str:
        """What stands in the field."""
        return self.typed.get(name, "")

    def fault(self, name: str) -> str:
        """The sentence beside the field; "" where nothing is wrong with it."""
        return self.faults.get(name, "")


class Fields:
    """A form while it is read. Of a field that was sent several times, the first counts; one that was not
    sent is empty."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self.typed: dict[str, str] = {}
        self.faults: dict[str, str] = {}

    def form(self) -> Form:
        """What was typed, and what is wrong with it."""
        return Form(typed=dict(self.typed), faults=dict(self.faults))

    def wrong(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field; what was said of it first stays."""
        self.faults.setdefault(name, sentence)

    def raw(self, name: str) -> str:
        """What was typed, with the line ends of text and without characters that a page cannot hold."""
        value = self._sent.get(name, "")
        text = value if isinstance(value, str) else ""
        text = text[: 2 * LONGEST_KEPT].replace("\r\n", "\n").replace("\r", "\n")
        kept = (mark for mark in text if mark in "\n\t" or unicodedata.category(mark) not in ("Cc", "Cs"))
        self.typed[name] = "".join(kept)[:LONGEST_KEPT]
        return text

    def line(self, name: str, *, most: int = ENTRY) -> str:
        """One line: controls become blanks, at most `most` characters."""
        text = clean(unicodedata.normalize("NFC", self.raw(name)))
        self._check_length(name, text, most)
        return text

    def passage(self, name: str, *, most: int) -> str:
        """Text of any number of lines."""
        lines = unicodedata.normalize("NFC", self.raw(name)).split("\n")
        text = "\n".join(map(clean, lines)).strip()
        self._check_length(name, text, most)
        return text

    def items(self, name: str) -> tuple[str, ...]:
        """Words, phrases or names parted by commas, semicolons or line ends; each once, in their order."""
        found = dict.fromkeys(filter(None, (clean(one) for one in split_items(self.raw(name)))))
        items = tuple(unicodedata.normalize("NFC", one) for one in found)
        long = next((one for one in items if len(one) > ENTRY), None)
        if long is not None:
            self.wrong(
                name,
                f"“{long[:30]}…” is {number(len(long))} characters long; one entry has at most "
                f"{ENTRY}. Part several by commas.",
            )
        if len(items) > ENTRIES:
            self.wrong(name, f"These are {number(len(items))} entries; there is room for {ENTRIES}.")
        return items

    def parsed(self, name: str, parse: Callable[[str], Value], *, fault: str) -> Value | None:
        """What `parse` makes of one line; None, with `fault` said, where it raises ValueError."""
        text = self.raw(name).strip()
        try:
            return parse(text)
        except ValueError:
            self.wrong(name, fault)
            return None

    def count(self, name: str, *, most: int, optional: bool = False) -> int | None:
        """A whole number from 1 to `most`."""
        text = self.raw(name).strip()
        if not text and optional:
            return None
        if re.fullmatch(r"0*[1-9]\d{0,5}", text, re.ASCII) and int(text) <= most:
            return int(text)
        self.wrong(name, f"Write a whole number from 1 to {most}.")
        return None

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        is_on = bool(self.raw(name))
        self.typed[name] = "on" if is_on else ""
        return is_on

    def _check_length(self, name: str, text: str, most: int) -> None:
        if len(text) > most:
            self.wrong(
                name, f"This is {number(len(text))} characters long; there is room for {number(most)}."
            )


def split_items(text: str) -> list[str]:
    """The entries of a line or lists; a backslash before a comma and the like takes its meaning away.

    >>> split_items("nerf, gaussian splatting\\npoint cloud"), split_items("a\\\\,b")
    (['nerf', ' gaussian splatting', 'point cloud'], ['a,b'])
    """
    items = [""]
    for match in _SPLIT.finditer(text):
        if match["mark"]:
            items.append("")
        else:
            items[-1] += match["kept"] or match["plain"]
    return items


def join_items(items: tuple[str, ...]) -> str:
    """The line that `Fields.items` reads back as the same entries.

    >>> join_items(("nerf", "Lovelace, Ada"))
    'nerf, Lovelace\\\\, Ada'
    """
    return ", ".join(re.sub(rf"[\\{_SEPARATORS}]", r"\\\g<0>", one) for one in items)
