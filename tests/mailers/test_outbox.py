"""The outbox: whole files, or none."""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import stat
from typing import TYPE_CHECKING

import pytest

from digest.mailers.outbox import OutboxMailer
from tests.contracts.mailer import DeliveringContract, FailingContract
from tests.mailers.messages import Arrived, arrived, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "outbox"


class TestOutbox(DeliveringContract, FailingContract):
    @pytest.fixture
    def mailer(self, folder: Path) -> OutboxMailer:
        return OutboxMailer(folder)

    @pytest.fixture
    def delivered(self, folder: Path) -> Callable[[], list[Arrived]]:
        def look() -> list[Arrived]:
            mails = (path.read_bytes() for path in sorted(folder.glob("*.eml")))
            return [
                arrived(raw.split(b"To: ")[1].split(b"<")[1].split(b">")[0].decode(), raw) for raw in mails
            ]

        return look

    @pytest.fixture
    def broken(self, tmp_path: Path) -> OutboxMailer:
        in_the_way = tmp_path / "file"
        in_the_way.write_text("not a folder")
        return OutboxMailer(in_the_way)


@contextlib.contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow past 200 bytes: what a full disk does to a write, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_message_is_one_file_of_exactly_its_bytes(folder: Path) -> None:
    (outcome,) = OutboxMailer(folder).send([message(1)])
    assert outcome.provider_id == "delivery-1.eml"
    assert [path.name for path in folder.iterdir()] == ["delivery-1.eml"]
    assert (folder / "delivery-1.eml").read_bytes() == message(1).raw


def test_same_delivery_twice_is_one_file(folder: Path) -> None:
    mailer = OutboxMailer(folder)
    assert [outcome.kind for outcome in mailer.send([message(1), message(1)])] == ["accepted"] * 2
    assert [path.name for path in folder.iterdir()] == ["delivery-1.eml"]


def test_files_hold_addresses_and_are_their_owners_alone(folder: Path) -> None:
    list(OutboxMailer(folder).send([message(1)]))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "delivery-1.eml").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "delivery_id", ["", ".", "..", "../escape", "a/b", "/etc/x", "a\x00b", "a\nb", ".hidden", "-", "x" * 201]
)
def test_id_that_is_no_file_name_is_rejected(folder: Path, delivery_id: str) -> None:
    odd = dataclasses.replace(message(1), delivery_id=delivery_id)
    first, second = OutboxMailer(folder).send([odd, message(2)])
    assert (first.kind, first.stop, second.kind) == ("rejected", False, "accepted")
    assert [path.name for path in folder.parent.rglob("*.eml")] == ["delivery-2.eml"]


def test_full_disk_stops_the_run_and_leaves_nothing_behind(folder: Path) -> None:
    with small_disk():
        outcomes = list(OutboxMailer(folder).send([message(1), message(2)]))
    assert [(outcome.kind, outcome.stop) for outcome in outcomes] == [("retry", True)] * 2
    assert outcomes[0].reason == f"the outbox folder {folder} cannot be written: File too large"
    assert list(folder.iterdir()) == []


def test_full_disk_does_not_harm_the_file_of_an_earlier_try(folder: Path) -> None:
    mailer = OutboxMailer(folder)
    list(mailer.send([message(1)]))
    with small_disk():
        (outcome,) = mailer.send([message(1)])
    assert outcome.kind == "retry"
    assert (folder / "delivery-1.eml").read_bytes() == message(1).raw


def test_check_leaves_an_empty_folder(folder: Path) -> None:
    assert str(folder) in OutboxMailer(folder).check()
    assert list(folder.iterdir()) == []
