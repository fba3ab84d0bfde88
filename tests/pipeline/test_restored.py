"""After a backup came back: what may have been sent since is not sent again, nor the papers in it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.model import Outcome
from digest.pipeline.restored import take_as_sent
from digest.store import Store
from digest.store.backups import back_up
from tests.pipeline.test_alarms import ACCEPTED, DAY, NOW, Office, office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.model import Message
    from digest.pipeline.works import Works

__all__ = ["office"]

LATER = NOW + dt.timedelta(hours=4)


@contextlib.contextmanager
def restored(office: Office, tmp_path: Path) -> Iterator[Works]:
    """The same office over a copy of the backup."""
    shutil.copy(tmp_path / "backup", tmp_path / "restored.db")
    with Store.open(f"sqlite:///{tmp_path / 'restored.db'}") as store:
        yield dataclasses.replace(office.works, store=store, clock=lambda: LATER)


def keep(office: Office, tmp_path: Path) -> None:
    back_up(f"sqlite:///{tmp_path / 'digest.db'}", tmp_path / "backup", clock=lambda: NOW)


def states(works: Works) -> list[str]:
    return sorted(delivery.state for delivery, _ in works.store.deliveries.latest())


def test_papers_that_the_backup_never_read_do_not_come_twice(office: Office, tmp_path: Path) -> None:
    keep(office, tmp_path)
    office.tick(NOW)  # reads today's paper, and sends it
    with restored(office, tmp_path) as works:
        taken = take_as_sent(works, until=LATER)
        assert (taken.count, taken.sources["told"].status) == (4, "ok")
        assert states(works) == ["skipped"] * 4
        assert pipeline.run(works, now=LATER).due == 0
        report = pipeline.run(works, now=NOW + DAY)
        assert report.accepted == 4
        editions = works.store.editions.by_delivery(report.accepted_ids)
        papers = {item.paper_id for one in editions.values() for item in one.edition.items}
        found = works.store.papers.by_arxiv_id({"2604.90021", "2604.90022"})
        assert papers == {found["2604.90022"].id}


@pytest.mark.parametrize(
    ("outcome", "known", "taken"),
    [
        (Outcome(kind="retry", reason="450 busy", retry_after_s=60), "retry", "expired"),
        (Outcome(kind="uncertain", reason="no answer"), "uncertain", "abandoned"),
        (ACCEPTED, "accepted", "accepted"),
        (Outcome(kind="rejected", reason="552 too large"), "rejected", "rejected"),
    ],
)
def test_what_the_backup_knows_as_open_is_ended(
    office: Office, tmp_path: Path, outcome: Outcome, known: str, taken: str
) -> None:
    office.provider.readers = lambda _: outcome
    office.tick(NOW)
    keep(office, tmp_path)
    handed: list[Message] = []

    def answer(message: Message) -> Outcome:
        handed.append(message)
        return ACCEPTED

    office.provider.readers = answer
    with restored(office, tmp_path) as works:
        assert states(works) == [known] * 4
        take_as_sent(works, until=LATER)
        assert states(works) == [taken] * 4
        resending = dataclasses.replace(
            works, delivery=dataclasses.replace(works.delivery, uncertain="resend")
        )
        assert pipeline.run(resending, now=LATER).accepted == 0
    assert handed == []


def test_what_was_in_the_air_is_ended_too(office: Office, tmp_path: Path) -> None:
    def copied(label: str) -> None:
        if label == "deliver.claimed":
            keep(office, tmp_path)

    office.works = dataclasses.replace(office.works, step=copied)
    office.tick(NOW)
    with restored(office, tmp_path) as works:
        assert states(works) == ["sending"] * 4
        assert take_as_sent(works, until=LATER).count == 4
        assert states(works) == ["abandoned"] * 4


def test_a_slot_that_came_after_the_time_is_sent(office: Office, tmp_path: Path) -> None:
    keep(office, tmp_path)
    with restored(office, tmp_path) as works:
        take_as_sent(works, until=NOW - DAY / 2)  # yesterday's slot
        assert [delivery.slot.key for delivery, _ in works.store.deliveries.latest()] == ["2026-04-20"] * 4
        assert pipeline.run(works, now=NOW).accepted == 4
