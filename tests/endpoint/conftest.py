"""A server that speaks the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.endpoint.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A server on loopback."""
    with StandIn() as server:
        yield server
