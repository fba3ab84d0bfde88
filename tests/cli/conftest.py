"""A command carried out in this process, in a folder with a configuration and a small library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from digest.__main__ import main
from digest.model import Listing
from digest.store import Store
from tests.e2e.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
AT = "2026-04-21T12:00:00+00:00"

READERS = """
[[subscribers]]
email = "ada@example.org"
name = "Ada"
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = "Callable[..., Said]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration, one reader, and three papers in the library."""
    home = Home(tmp_path)
    home.configure(READERS)
    titles = ("A telescope for everybody", "Cheese, and how it ripens", "Two telescopes and a mirror")
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store, store.database.begin() as connection:
        store.papers.absorb(
            connection,
            [
                Listing(
                    source="arxiv",
                    channel="astro-ph.IM",
                    key=f"2604.{90001 + number}",
                    arxiv_id=f"2604.{90001 + number}",
                    day=dt.date(2026, 4, 21),
                    title=title,
                    abstract="It is about what its title says, and says so at some length.",
                    authors=("Ada Lovelace",),
                    categories=("astro-ph.IM",),
                )
                for number, title in enumerate(titles)
            ],
        )
    return tmp_path


@pytest.fixture
def digest(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Carry out `digest --config FOLDER/digest.toml WORDS…`."""

    def carry_out(*words: str) -> Said:
        capsys.readouterr()
        code = main(["--config", str(folder / "digest.toml"), *words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return carry_out
