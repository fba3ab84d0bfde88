"""What the tests of the mail share: the built-in templates, proved once, and the flag for golden files."""

from __future__ import annotations

import pytest

from digest.mail.templates import Templates


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/mail --renew-golden` writes tests/golden anew; look at the difference before committing."""
    parser.addoption("--renew-golden", action="store_true", help="write the golden mails anew")


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The built-in templates."""
    return Templates.load()


@pytest.fixture
def renew_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written. The option is unknown where all tests run: then they are not."""
    return bool(request.config.getoption("renew_golden", default=False))
