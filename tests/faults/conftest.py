"""A morning for each test: the database is made once and copied."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from digest.mail.templates import Templates
from digest.store import Store
from tests.faults.mornings import Morning, admit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates.load()


@pytest.fixture(scope="session")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the readers in it, closed."""
    path = tmp_path_factory.mktemp("faults") / "digest.db"
    with Store.open(f"sqlite:///{path}") as store:
        admit(store)
    return path


@pytest.fixture
def morning(tmp_path: Path, admitted: Path, templates: Templates) -> Iterator[Morning]:
    """Four readers at two domains, all due, nothing sent yet, and a window of one."""
    path = tmp_path / "digest.db"
    shutil.copyfile(admitted, path)
    with Store.open(f"sqlite:///{path}") as store:
        yield Morning.of(store, templates)
