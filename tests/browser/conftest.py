"""One site and one browser for all journeys. Without Chromium or axe-core a test skips, and says why."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browser.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


def _lacking(what: str) -> NoReturn:
    """Skip on a machine that cannot show it; where CI decides, nothing unshown passes."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    running = Place(tmp_path_factory.mktemp("site"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _lacking("there is no Chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core's one file; `make browser` fetches it."""
    path = Path(os.environ.get("AXE_CORE", ".venv/axe.min.js"))
    if not path.is_file():
        _lacking(f"{path} is not there: `make browser` fetches axe-core, or set AXE_CORE")
    return path
