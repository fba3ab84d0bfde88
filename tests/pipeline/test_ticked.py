"""A run for all readers leaves word of when it ended."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.links import Signer
from digest.mail.templates import Templates
from digest.pipeline.works import Works
from digest.store import Store
from tests.pipeline.test_deliver import NOW, ToldMailer, ToldSource
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDED = NOW + dt.timedelta(minutes=3)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def works(tmp_path: Path, told: list[str]) -> Iterator[Works]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        yield Works(
            store=store,
            sources=(ToldSource(),),
            mailer=ToldMailer(),
            templates=Templates.load(),
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            clock=lambda: ENDED,
            tell=lambda event, **_: told.append(event),
        )


def test_a_run_for_everybody_is_noted_by_the_real_clock(works: Works) -> None:
    assert works.store.facts.ticked_at() is None
    pipeline.run(works, now=NOW)
    assert works.store.facts.ticked_at() == ENDED


def test_that_it_cannot_be_noted_ends_no_run(works: Works, told: list[str]) -> None:
    with works.store.database.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE INSERT ON facts WHEN new.name = 'ticked at' "
                "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        )
    assert pipeline.run(works, now=NOW).sources["told"].new == 1
    assert told[-1] == "run.unnoted"
    assert works.store.facts.ticked_at() is None
