"""A model on loopback, and a fresh database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.store import Store
from tests.endpoint.standin import StandIn
from tests.gists.speaking import PATH, good

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A good model."""
    with StandIn() as server:
        server.say(PATH, good)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened
