"""An mbox file: mails one after the other, and never written to."""

from __future__ import annotations

import datetime as dt
import mailbox
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from digest.errors import FolderError
from digest.returns.folders import open_folder
from digest.returns.mime import BYTES_LIMIT
from tests.returns.mails import dsn, recipient

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import fcntl, sys, time
with open(sys.argv[1], "ab") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("locked", flush=True)
    time.sleep(0.3)
    file.write(b"\\nFrom x Tue Apr 21 05:00:00 2026\\nSubject: 2\\n\\n")
"""
HEAD = b"From MAILER-DAEMON Tue Apr 21 05:00:00 2026\n"


def read(path: Path) -> list[tuple[bytes, dt.datetime]]:
    with open_folder(str(path)) as folder:
        mails = list(folder.mails())
        folder.mark([one.key for one in mails])
    assert len({one.key for one in mails}) == len(mails)
    return [(one.raw, one.arrived) for one in mails]


def test_each_mail_is_read_with_its_time_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    first, second = b"Subject: 1\n\nx\nFrom the middle\n\n>From here\n\n", b"Subject: 2\n\nx\n"
    whole = HEAD + first + HEAD.replace(b"21", b"22") + second
    path.write_bytes(whole)
    assert read(path) == [
        (first, dt.datetime(2026, 4, 21, 5, tzinfo=dt.UTC)),
        (second, dt.datetime(2026, 4, 22, 5, tzinfo=dt.UTC)),
    ]
    assert path.read_bytes() == whole
    assert read(path) == read(path)


def test_what_the_standard_library_writes_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "mbox")
    for number in range(3):
        box.add(dsn(recipient("failed", f"5.1.{number}")))
    box.close()
    assert [f"5.1.{n}".encode() in raw for n, (raw, _) in enumerate(read(tmp_path / "mbox"))] == [True] * 3


def test_a_from_line_without_a_time_has_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(b"From x\nSubject: 1\n\n")
    os.utime(path, (1_776_751_200, 1_776_751_200))
    assert read(path) == [(b"Subject: 1\n\n", dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC))]


def test_of_a_large_mail_only_its_beginning_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(HEAD + b"Subject: 1\n\n" + b"x" * 3_000_000 + b"\n\n" + HEAD + b"Subject: 2\n\n")
    (first, _), (second, _) = read(path)
    assert (len(first), second) == (BYTES_LIMIT, b"Subject: 2\n\n")


def test_an_empty_file_has_no_mails_and_another_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(b"")
    assert read(path) == []
    path.write_bytes(b"email,name\nada@example.org,Ada\n")
    with pytest.raises(FolderError, match="does not begin with a From line"):
        read(path)


def test_what_is_appended_meanwhile_is_left_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(HEAD + b"Subject: 1\n\n")
    with open_folder(str(path)) as folder:
        mails = folder.mails()
        with path.open("ab") as file:
            next(mails)
            file.write(b"\n" + HEAD + b"Subject: 2\n")
        assert list(mails) == []
    assert len(read(path)) == 2


def test_a_file_that_a_mail_server_is_writing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(HEAD + b"Subject: 1\n\n")
    # A process of its own: a lock of this one would not hold us up.
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"locked\n"
        assert len(read(path)) == 2


def test_ten_thousand_mails_are_read_in_moments(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    one = HEAD + dsn(recipient("failed", "5.1.1")) + b"\n"
    path.write_bytes(one * 10_000)
    begun = time.perf_counter()
    assert len(read(path)) == 10_000
    assert time.perf_counter() - begun < 10
