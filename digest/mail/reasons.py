"""An item's reasons in, the one line out that says why it is in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail.words import BRIEF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Reason

REASONS_SHOWN = 8


def told(reasons: Sequence[Reason]) -> str:
    """`gaussian splatting, point cloud · by Ada Lovelace · like “Title”`."""
    said: dict[str, str] = {}
    for reason in reasons[:REASONS_SHOWN]:
        kind = reason.kind
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
