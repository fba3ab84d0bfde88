"""JSON of unknown make in, its values as what they should have been out. Never raises."""

from __future__ import annotations

_LONGEST = 100_000  # characters of a value


def text(value: object) -> str:
    """A text or a number as text; the first of a list; "" for anything else.

    >>> text("a"), text(2017), text(["b", "c"]), text({"d": 1}), text(True), text(None)
    ('a', '2017', 'b', '', '', '')
    """
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        return value[:_LONGEST]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def many(value: object) -> list[object]:
    """A list as it is, nothing as an empty one, anything else as a list of it.

    >>> many([1, 2]), many("a"), many(None)
    ([1, 2], ['a'], [])
    """
    return value if isinstance(value, list) else [] if value is None else [value]
