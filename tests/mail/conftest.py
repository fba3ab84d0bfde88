"""What the tests of the mail share: the built-in templates, proved once, and the flag for golden files."""

from __future__ import annotations

import pytest

from digest.mail.templates import Templates


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/mail --renew-golden` writes tests/golden anew; look at what changed."""
    parser.addoption("--renew-golden", action="store_true", help="write the golden mails anew")


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The built-in templates."""
    return Templates.load()


@pytest.fixture
def renew_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written: never where all tests run, which do not know the option."""
    return bool(request.config.getoption("renew_golden", default=False))
