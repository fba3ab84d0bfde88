"""The folder and the outside world of an end-to-end test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.home import Home
from tests.e2e.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty folder of one's own."""
    return Home(tmp_path / "home")


@pytest.fixture
def replay(shared: Path) -> Iterator[Replay]:
    """The recorded days, on the morning of 17 April 2026."""
    running = Replay(shared, "2026-04-17")
    yield running
    running.close()
