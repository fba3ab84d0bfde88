"""What the reader whom this browser remembers said of the papers of a page: one question for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web.desk import desk
from digest.web.sessions import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.store.votes import Opinion


def opinions(paper_ids: Iterable[int]) -> Mapping[int, Opinion]:
    """By the paper's number; empty where this browser remembers nobody. For `parts/votes.html.j2`:

    {{ votes(entry, opinions.get(entry.paper.id), back=path) }}
    """
    reader = remembered()
    return {} if reader is None else desk().store.votes.of(reader, list(paper_ids))
