"""The outbox: whole files, or none."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mailers.outbox import OutboxMailer
from digest.mailers.outbox_journal import Journal
from tests.contracts.mailer import DeliveringContract, FailingContract
from tests.contracts.witness import WitnessContract
from tests.mailers.messages import Arrived, arrived, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "outbox"


class TestOutbox(DeliveringContract, FailingContract, WitnessContract):
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


def mails(folder: Path) -> list[str]:
    """The names that a reader of the folder sees; nothing but the journal is hidden beside them."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name != ".journal"]


@contextlib.contextmanager
def small_disk(size: int = 200) -> Iterator[None]:
    """No file may grow past `size` bytes: what a full disk does to a write, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_message_is_one_file_of_exactly_its_bytes(folder: Path) -> None:
    (outcome,) = OutboxMailer(folder).send([message(1)])
    assert outcome.provider_id == "delivery-1.eml"
    assert mails(folder) == ["delivery-1.eml"]
    assert (folder / "delivery-1.eml").read_bytes() == message(1).raw


def test_same_delivery_twice_is_one_file(folder: Path) -> None:
    mailer = OutboxMailer(folder)
    assert [outcome.kind for outcome in mailer.send([message(1), message(1)])] == ["accepted"] * 2
    assert mails(folder) == ["delivery-1.eml"]


def test_files_hold_addresses_and_are_their_owners_alone(folder: Path) -> None:
    list(OutboxMailer(folder).send([message(1)]))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "delivery-1.eml").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / ".journal").stat().st_mode) == 0o600
    assert b"@" not in (folder / ".journal").read_bytes()


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
    assert mails(folder) == []


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


def kinds(folder: Path, numbers: Sequence[int]) -> list[str]:
    """What a new process would tell of these deliveries: a kind, or "unknown"."""
    answer = OutboxMailer(folder).recall([f"delivery-{number}" for number in numbers])
    return [
        answer[name].kind if (name := f"delivery-{number}") in answer else "unknown" for number in numbers
    ]


def die_after(folder: Path, sent: int, *, of: int) -> None:
    """What a process leaves that is killed in the middle of a batch."""
    outcomes = OutboxMailer(folder).send([message(number) for number in range(of)])
    for _ in range(sent):
        next(outcomes)


def test_after_a_crash_each_of_a_batch_is_told(folder: Path) -> None:
    die_after(folder, 2, of=4)
    assert kinds(folder, range(6)) == ["accepted", "accepted", "retry", "retry", "unknown", "unknown"]


def test_mail_that_was_taken_away_is_not_sent_again(folder: Path) -> None:
    die_after(folder, 2, of=3)
    (folder / "delivery-1.eml").rename(folder.parent / "taken.eml")
    assert kinds(folder, range(3)) == ["accepted", "unknown", "retry"]


def test_what_was_never_begun_may_leave_at_once(folder: Path) -> None:
    die_after(folder, 0, of=1)
    (outcome,) = OutboxMailer(folder).recall(["delivery-0"]).values()
    assert (outcome.retry_after_s, outcome.stop, outcome.provider_id) == (0.0, False, "")
    assert outcome.reason == "the program ended before this mail was written to the outbox"


def test_only_the_last_time_that_it_was_handed_over_counts(folder: Path) -> None:
    die_after(folder, 1, of=1)
    (folder / "delivery-0.eml").unlink()
    assert kinds(folder, [0]) == ["unknown"]
    die_after(folder, 0, of=1)  # the operator had it sent again
    assert kinds(folder, [0]) == ["retry"]


def test_removed_journal_proves_nothing(folder: Path) -> None:
    die_after(folder, 1, of=3)
    (folder / ".journal").unlink()
    assert kinds(folder, range(3)) == ["accepted", "unknown", "unknown"]
    list(OutboxMailer(folder).send([message(7)]))
    assert kinds(folder, range(3)) == ["accepted", "unknown", "unknown"]


def test_replaced_folder_proves_nothing(folder: Path) -> None:
    die_after(folder, 1, of=3)
    shutil.rmtree(folder)
    assert kinds(folder, range(3)) == ["unknown"] * 3
    list(OutboxMailer(folder).send([message(7)]))
    assert kinds(folder, range(3)) == ["unknown"] * 3


def test_journal_removed_within_a_batch_stops_no_mail_and_proves_nothing(folder: Path) -> None:
    outcomes = OutboxMailer(folder).send([message(number) for number in range(3)])
    next(outcomes)
    (folder / ".journal").unlink()
    assert next(outcomes).kind == "accepted"
    (folder / "delivery-1.eml").unlink()
    assert kinds(folder, range(3)) == ["accepted", "unknown", "unknown"]


def test_journal_of_another_boot_proves_nothing_and_begins_anew(folder: Path) -> None:
    die_after(folder, 1, of=2)
    _, *lines = (folder / ".journal").read_bytes().split(b"\n")
    other = b"boot 00000000-0000-0000-0000-000000000000"
    (folder / ".journal").write_bytes(b"\n".join([other, *lines]))
    assert kinds(folder, range(2)) == ["accepted", "unknown"]
    die_after(folder, 1, of=3)
    assert kinds(folder, range(3)) == ["accepted", "retry", "retry"]
    assert other not in (folder / ".journal").read_bytes()


def test_full_journal_begins_anew_and_stays_readable(folder: Path) -> None:
    die_after(folder, 1, of=2)
    with (folder / ".journal").open("ab") as journal:
        journal.write(b"\nbegun someone;\n" * (1 << 18))
    assert kinds(folder, range(2)) == ["accepted", "retry"]
    list(OutboxMailer(folder).send([message(7)]))
    assert (folder / ".journal").stat().st_size < 1000
    assert kinds(folder, [0, 1, 7]) == ["accepted", "unknown", "accepted"]


def test_mail_that_cannot_be_noted_is_not_shown(folder: Path) -> None:
    outcomes = OutboxMailer(folder).send([message(1), message(2)])
    with (folder / ".journal").open("ab") as journal:
        journal.write(b"\n" * (5000 - journal.tell()))
    with small_disk(5010):
        first, second = outcomes
    assert [(outcome.kind, outcome.stop) for outcome in (first, second)] == [("retry", True)] * 2
    assert mails(folder) == []
    assert kinds(folder, [1, 2]) == ["retry", "retry"]


def test_folder_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert OutboxMailer(tmp_path / "file").recall(["delivery-1"]) == {}
    assert OutboxMailer(tmp_path / "nowhere").recall(["delivery-1"]) == {}
    assert not (tmp_path / "nowhere").exists()


def test_half_written_leftovers_are_cleared_away_once_nobody_can_be_at_them(folder: Path) -> None:
    folder.mkdir(parents=True)
    old, young, theirs = folder / ".a.eml.x.tmp", folder / ".b.eml.y.tmp", folder / "notes.tmp"
    for path in (old, young, theirs):
        path.write_text("half")
    for path in (old, theirs):
        os.utime(path, (time.time() - 4000, time.time() - 4000))
    OutboxMailer(folder).recall(["delivery-1"])
    assert mails(folder) == [young.name, theirs.name]


def test_ten_thousand_are_told_at_once(folder: Path) -> None:
    journal = Journal(folder)
    folder.mkdir(parents=True)
    journal.claimed([f"delivery-{number}" for number in range(10_000)])
    journal.begun("delivery-5000")
    told = kinds(folder, range(10_000))
    assert (told.count("retry"), told[5000]) == (9_999, "unknown")


steps = st.lists(
    st.tuples(
        st.sampled_from(["claimed", "begun"]), st.sampled_from(["a", "ab", "abc", "b"]), st.integers(0, 30)
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(steps)
def test_write_that_was_cut_short_never_makes_a_begun_one_look_untouched(
    steps: list[tuple[str, str, int]],
) -> None:
    """Each step is a line; one whose last bytes are cut away is a process that was killed in the write."""
    with tempfile.TemporaryDirectory() as name:
        journal, path = Journal(Path(name)), Path(name) / ".journal"
        journal.claimed(["z"])
        state: dict[str, str] = {"z": "claimed"}
        for verb, delivery_id, cut in steps:
            before = path.stat().st_size
            if verb == "claimed":
                journal.claimed([delivery_id])
            else:
                journal.begun(delivery_id)
            after = path.stat().st_size
            if cut < 2:  # whole but for the line break, or whole
                state[delivery_id] = verb
            os.truncate(path, max(before, after - cut))
            assert journal.never_begun() == {one for one, last in state.items() if last == "claimed"}
