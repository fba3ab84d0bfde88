"""An item's reasons in, the one line out that says why it is in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail.words import BRIEF, MONTHS, Memo, clean, shorten

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.model import Reason

REASONS_SHOWN = 8
LIKED_LIMIT = 60  # a title, which is told with its day
PINNED_LIMIT = 300  # an editor's name, and the sentence that they pinned to a paper


def told(reasons: Sequence[Reason], *, year: int) -> str:
    """`gaussian splatting, point cloud · by Ada Lovelace · like “Title”, which you liked on 12 April`;
    `picked by Ada · 84 upvotes`. `year` is that in which it is read."""
    said: dict[str, str] = {}
    likings: list[str] = []
    for reason in reasons[:REASONS_SHOWN]:
        kind = reason.kind
        match kind:
            case "trending":
                words = _TRENDING[reason.words]
                said[kind] = f"{said[kind]} · {words}" if kind in said else words
            case "liked":
                title, day = f"“{_LIKED[reason.words]}”", _on(reason.when, year=year)
                also = f"{said[kind]}, and {title}{',' if day else ''}{day}" if kind in said else ""
                said[kind] = also or f"like {title}, which you liked{day}"
            case "learned":
                likings += [BRIEF[one] for one in reason.words.split(", ")]
                said[kind] = f"close to what you like: {', '.join(likings)}"
            case "outside":
                words = BRIEF[reason.words]
                said[kind] = f"from outside your topics{': ' if words else ''}{words}"
            case _:
                words = BRIEF[reason.words] if kind != "example" else f"“{BRIEF[reason.words]}”"
                said[kind] = f"{said[kind]}, {words}" if kind in said else _LEADS[kind] + words
    return " · ".join([said[kind] for kind in _LEADS if kind in said])


def _on(day: dt.date | None, *, year: int) -> str:
    """When something was liked; "" where nobody knows."""
    if day is None:
        return ""
    return f" on {day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != year else "")


# The kinds in the order in which they are told, and what leads to their words.
_LEADS: Mapping[str, str] = {
    "outside": "",
    "keyword": "",
    "author": "by ",
    "text": "about ",
    "example": "like ",
    "liked": "",
    "learned": "",
    "category": "in ",
    "trending": "",
}

_LIKED = Memo(lambda words: shorten(clean(words), LIKED_LIMIT))
_TRENDING = Memo(lambda words: shorten(clean(words), PINNED_LIMIT))
