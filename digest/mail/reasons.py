"""An item's reasons in, the one line out that says why it is in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail.words import BRIEF, Memo, clean, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Reason

REASONS_SHOWN = 8
PINNED_LIMIT = 300  # an editor's name, and the sentence that they pinned to a paper


def told(reasons: Sequence[Reason]) -> str:
    """`gaussian splatting, point cloud · by Ada Lovelace · like “Title”`; `picked by Ada · 84 upvotes`."""
    said: dict[str, str] = {}
    for reason in reasons[:REASONS_SHOWN]:
        kind = reason.kind
        if kind == "trending":
            words = _TRENDING[reason.words]
            said[kind] = f"{said[kind]} · {words}" if kind in said else words
            continue
        words = BRIEF[reason.words] if kind != "example" else f"“{BRIEF[reason.words]}”"
        said[kind] = f"{said[kind]}, {words}" if kind in said else _LEADS[kind] + words
    return " · ".join([said[kind] for kind in _LEADS if kind in said])


_LEADS: Mapping[str, str] = {
    "keyword": "",
    "author": "by ",
    "text": "about ",
    "example": "like ",
    "category": "in ",
    "trending": "",
}

_TRENDING = Memo(lambda words: shorten(clean(words), PINNED_LIMIT))
