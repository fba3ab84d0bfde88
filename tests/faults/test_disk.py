"""A full disk and a database that may only be read, from each step of a run on.

The step at which the disk fails is one of the labels between two effects. Whatever it is: nothing has left
that the ledger does not know of, the run ends with a sentence, and goes on when there is room.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.errors import StoreError
from digest.model import Collection, Outcome
from digest.store import Store
from tests.faults.mornings import READERS, Morning, OnePaper, admit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digest.mail.templates import Templates
    from digest.model import Message

STEPS = (
    "run.begun", "run.taken_over", "run.collected", "run.planned", "run.composed", "deliver.composed",
    "deliver.claimed", "deliver.answered", "deliver.sent", "deliver.landed",
)  # fmt: skip
WINDOW = 2
# From here on a whole flight is known to the provider and not yet to the ledger.
IN_THE_AIR = ("deliver.claimed", "deliver.answered", "deliver.sent")


class Taker:
    """A provider that takes everything."""

    name = "taker"

    def __init__(self) -> None:
        self.taken: list[Message] = []

    def check(self) -> str:
        return "ready"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        for message in messages:
            self.taken.append(message)
            yield Outcome(kind="accepted", provider_id="taken")

    def close(self) -> None:
        pass


def stricken(morning: Morning, taker: Taker, label: str, strike: Callable[[], None]) -> StoreError | None:
    """A run whose disk fails from the first time that it comes to that label on; how it ended."""
    struck = False

    def step(reached: str) -> None:
        nonlocal struck
        if reached == label and not struck:
            struck = True
            strike()

    rules = dataclasses.replace(morning.works.delivery, window=WINDOW)
    works = dataclasses.replace(morning.works, mailer=taker, step=step, delivery=rules)
    error: StoreError | None = None
    try:
        pipeline.run(works, now=morning.clock.now)
    except StoreError as raised:
        error = raised
    assert struck, error
    return error


def judge(morning: Morning, taker: Taker, label: str) -> None:
    """With room again: each reader has one mail, or is named as uncertain, a flight at the most."""
    known = {delivery.id for delivery in morning.works.store.deliveries.waiting(("sending", "accepted"))}
    assert {message.delivery_id for message in taker.taken} <= known
    report = pipeline.run(dataclasses.replace(morning.works, mailer=taker), now=morning.clock.now)
    assert len(taker.taken) == len({message.delivery_id for message in taker.taken})
    ledger = morning.ledger()
    uncertain = {email for email, delivery in ledger.items() if delivery.state == "uncertain"}
    assert set(READERS) == {message.recipient for message in taker.taken} | uncertain
    assert {delivery.state for delivery in ledger.values()} <= {"accepted", "uncertain"}
    assert len(uncertain) == (WINDOW if label in IN_THE_AIR else 0)
    assert report.waiting == 0


@contextlib.contextmanager
def pragma(store: Store, words: str) -> Iterator[Callable[[], None]]:
    """A fault that SQLite itself plays, on every connection from now on."""
    engine = store.database._engine  # the one seam at which a connection can be reached
    from sqlalchemy import event

    is_on = False

    def say(connection: object, *_: object) -> None:
        if is_on:
            connection.execute(f"PRAGMA {words}")  # type: ignore[attr-defined]

    event.listen(engine, "checkout", say)

    def strike() -> None:
        nonlocal is_on
        is_on = True

    yield strike
    is_on = False
    event.remove(engine, "checkout", say)
    store.database.close()  # a connection keeps what it was told


@pytest.mark.parametrize("label", STEPS)
def test_a_database_that_may_only_be_read(morning: Morning, label: str) -> None:
    taker = Taker()
    with pragma(morning.works.store, "query_only = ON") as strike:
        error = stricken(morning, taker, label, strike)
    assert error is not None
    assert "the database may only be read" in str(error)
    judge(morning, taker, label)


class LongPapers(OnePaper):
    """Fifty of them, with abstracts that need pages of their own."""

    def collect(self, *arguments, **named) -> Collection:
        collection = super().collect(*arguments, **named)
        (paper,) = collection.listings
        words = {"abstract": "A telescope. " * 400, "arxiv_id": None}
        many = tuple(
            dataclasses.replace(paper, key=f"paper-{n}", title=f"Telescope {n}", **words) for n in range(50)
        )
        return dataclasses.replace(collection, listings=many)


def test_a_database_that_may_not_grow(morning: Morning) -> None:
    taker, label = Taker(), "run.taken_over"
    long = dataclasses.replace(morning, works=dataclasses.replace(morning.works, sources=(LongPapers(),)))
    with pragma(morning.works.store, "max_page_count = 1") as strike:
        error = stricken(long, taker, label, strike)
    assert "the disk is full" in str(error)
    assert taker.taken == []
    judge(long, taker, label)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("label", STEPS)
def test_a_disk_that_is_full_to_the_last_byte(small: Path, templates: Templates, label: str) -> None:
    taker, filler = Taker(), small / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    with Store.open(f"sqlite:///{small / 'digest.db'}") as store:
        admit(store)
        with store.database.begin() as connection:
            connection.exec_driver_sql("SELECT 1")
        store.database.close()  # the log is folded into the database, and begins anew
        morning = Morning.of(store, templates)
        error = stricken(morning, taker, label, fill)
        assert error is not None
        assert "the disk is full" in str(error) or "the disk refused" in str(error)
        assert os.statvfs(small).f_bavail == 0
        filler.unlink()
        judge(morning, taker, label)
