"""A real database, empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on a fresh SQLite file."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened
