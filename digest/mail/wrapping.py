"""Text in, lines of at most `width` columns out. An address for the web is never cut; Chinese may be."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

WIDTH = 76

# All that may take two columns, and a few that do not: text without any takes the short way.
_WIDE = re.compile("[\u1100-\u1fff\u2e80-\uffff\U0001f000-\U0003ffff]")


def wrap(text: str, *, first: str = "", rest: str = "", width: int = WIDTH, narrow: bool = False) -> str:
    """`text` in lines joined by LF, the first after the prefix `first`, the others after `rest`; "" for "".

    Greedy, by columns (a wide character takes two). `text` is one line whose words stand one blank apart.
    `narrow`: no character takes two columns, as the caller knows. The standard library's textwrap costs
    100 µs a call.

    >>> print(wrap("one two three four", first="- ", rest="  ", width=11))
    - one two
      three
      four
    """
    if not text:
        return ""
    if not (narrow or text.isascii()) and _WIDE.search(text):
        return _wrapped_by_columns(text, first, rest, width)
    lines: list[str] = []
    prefix, room = first, width - len(first)
    while len(text) > room:
        cut = text.rfind(" ", 0, room + 1)
        if cut < 0:
            return "\n".join([*lines, _wrapped_by_columns(text, prefix, rest, width)])
        lines.append(prefix + text[:cut])
        text = text[cut + 1 :]
        prefix, room = rest, width - len(rest)
    return "\n".join([*lines, prefix + text]) if lines else prefix + text


def _wrapped_by_columns(text: str, first: str, rest: str, width: int) -> str:
    """The same for any text: word by word, a word that has no room on a line of its own cut in pieces."""
    lines: list[str] = []
    line, used, empty = first, len(first), True
    for word in text.split():
        size = columns(word)
        if not empty and used + 1 + size > width:
            lines.append(line)
            line, used, empty = rest, len(rest), True
        if not empty:
            line, used = f"{line} {word}", used + 1 + size
            continue
        left = word
        while used + size > width and "://" not in word:
            head = _fitting(left, width - used)
            lines.append(line + head)
            left, line, used = left[len(head) :], rest, len(rest)
            size = columns(left)
        line, used, empty = line + left, used + size, False
    return "\n".join([*lines, line])


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    if not _WIDE.search(text):
        return len(text)
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def _fitting(word: str, room: int) -> str:
    """As much of the word as fits, one character at least."""
    used = 0
    for place, mark in enumerate(word):
        used += columns(mark)
        if used > room:
            return word[: max(place, 1)]
    return word
