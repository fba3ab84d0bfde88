"""The folder and the outside world of an end-to-end test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.home import Home
from tests.e2e.outside import Outside
from tests.e2e.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOURNAL = b"""<?xml version='1.0' encoding='UTF-8'?><rss version="2.0"><channel><title>A journal</title>
<link>https://journal.example.org</link><description>.</description>
<item><title>The good telescope of a journal</title><link>https://journal.example.org/1</link>
<guid>https://journal.example.org/1</guid><pubDate>Tue, 21 Apr 2026 04:00:00 +0000</pubDate>
<description>A telescope that stands beside whatever else is announced.</description></item>
</channel></rss>"""


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


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A world that announces one good paper in a journal, and whatever the test says on arXiv."""
    running = Outside()
    running.journal(JOURNAL)
    yield running
    running.close()
