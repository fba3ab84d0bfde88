"""Text in, lines of at most `width` columns out. An address for the web is never cut; Chinese may be."""

from __future__ import annotations

from unicodedata import east_asian_width

WIDTH = 76


def wrap(text: str, *, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """`text` in lines joined by LF, the first after the prefix `first`, the others after `rest`; "" for "".

    Greedy, by columns (a wide character takes two). The standard library's textwrap costs 100 µs a call.

    >>> print(wrap("one two three four", first="- ", rest="  ", width=11))
    - one two
      three
      four
    """
    if not text:
        return ""
    if text.isascii() and len(first) + len(text) <= width:
        return first + text
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
        while used + size > width and "://" not in word:
            head = _fitting(word, width - used)
            lines.append(line + head)
            word, line, used = word[len(head) :], rest, len(rest)
            size = columns(word)
        line, used, empty = line + word, used + size, False
    return "\n".join([*lines, line])


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def _fitting(word: str, room: int) -> str:
    used = 0
    for place, mark in enumerate(word):
        used += columns(mark)
        if used > room:
            return word[: max(place, 1)]
    return word
