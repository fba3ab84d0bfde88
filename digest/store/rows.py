"""A row of `papers` in, a Paper out; and the other way round."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from digest.model import Paper

if TYPE_CHECKING:
    import sqlalchemy as sa

_FIELDS = tuple(field.name for field in dataclasses.fields(Paper))
_TUPLES = ("authors", "categories", "sources")


def paper_row(paper: Paper) -> dict[str, Any]:
    """The columns of a paper, all but its number."""
    row: dict[str, Any] = {name: getattr(paper, name) for name in _FIELDS if name != "id"}
    return {name: list(value) if name in _TUPLES else value for name, value in row.items()}


def read_paper(row: sa.Row[Any]) -> Paper:
    """The paper of a row that has its columns, and maybe others."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    values.update({name: tuple(values[name]) for name in _TUPLES})
    return Paper(**values)
