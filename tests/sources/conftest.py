"""Upstreams on loopback, and sources that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.upstream import Upstream
from tests.sources.arxiv_days import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A server on loopback."""
    with Upstream() as server:
        yield server


@pytest.fixture
def world(upstream: Upstream) -> World:
    """arXiv over several days, and a reader of it."""
    return World(upstream)
