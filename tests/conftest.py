"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded days and samples beside the checkout; a test without it skips."""
    if not SHARED.is_dir():
        pytest.skip("needs the recorded days in ../shared, which is not beside this checkout")
    return SHARED
