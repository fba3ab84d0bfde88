"""Text as the settings hold it: the words in, the value out, or a ValueError that says what was expected."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(value: object) -> str:
    """A value as a fault may show it: short, on one line, and without the password of an address."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        bare = re.sub(r"://[^/@\s]*@", "://…@", value)
        line = "".join(c if c.isprintable() else " " for c in bare)
        return f'"{line[:57]}…"' if len(line) > 60 else f'"{line}"'
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return str(value)[:60]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is a slip of, or None."""
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), None)


def parse_line(value: object) -> object:
    """One line of text, trimmed, composed (NFC), not empty, without control characters."""
    if not isinstance(value, str):
        return value
    line = unicodedata.normalize("NFC", value.strip())
    if not line:
        raise ValueError("expected some text, got none")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in line):
        raise ValueError(f"expected one line of text without control characters, got {shown(value)}")
    return line


def parse_text(value: object) -> object:
    """Text of any number of lines; other control characters are refused."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip())
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise ValueError("expected text without control characters")
    return text


def parse_optional_line(value: object) -> object:
    """A line, or nothing."""
    return "" if isinstance(value, str) and not value.strip() else parse_line(value)


def once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values without repetitions, in their order."""
    return tuple(dict.fromkeys(values))


Line = Annotated[str, BeforeValidator(parse_line)]
OptionalLine = Annotated[str, BeforeValidator(parse_optional_line)]
Text = Annotated[str, BeforeValidator(parse_text)]
Lines = Annotated[tuple[Line, ...], AfterValidator(once)]
