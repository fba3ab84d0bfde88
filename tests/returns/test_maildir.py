"""A Maildir: what is read, and when it is marked."""

from __future__ import annotations

import datetime as dt
import mailbox
import os
from typing import TYPE_CHECKING

import pytest

from digest.errors import FolderError, UsageError
from digest.returns.folders import open_folder
from digest.returns.mime import BYTES_LIMIT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty Maildir, made by the standard library."""
    mailbox.Maildir(tmp_path / "M", create=True).close()
    return tmp_path / "M"


def names(path: Path) -> list[str]:
    return sorted(f"{one.parent.name}/{one.name}" for one in path.rglob("*") if one.is_file())


def test_new_mails_come_and_are_marked_when_the_caller_says_so(path: Path) -> None:
    (path / "new" / "2.b").write_bytes(b"two")
    (path / "new" / "1.a").write_bytes(b"one")
    (path / "cur" / "0.z:2,F").write_bytes(b"flagged, unseen")
    (path / "cur" / "0.y:2,RS").write_bytes(b"seen")
    (path / "tmp" / "3.c").write_bytes(b"half a m")
    os.utime(path / "new" / "1.a", (1_776_751_200, 1_776_751_200.5))
    with open_folder(str(path)) as folder:
        mails = list(folder.mails())
        assert [one.raw for one in mails] == [b"one", b"two", b"flagged, unseen"]
        assert mails[0].arrived == dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)
        assert names(path) == ["cur/0.y:2,RS", "cur/0.z:2,F", "new/1.a", "new/2.b", "tmp/3.c"]
        folder.mark([mails[0].key, mails[2].key])
    assert names(path) == ["cur/0.y:2,RS", "cur/0.z:2,FS", "cur/1.a:2,S", "new/2.b", "tmp/3.c"]
    with open_folder(str(path)) as folder:
        assert [one.raw for one in folder.mails()] == [b"two"]
    seen = mailbox.Maildir(path, create=False)
    assert sum("S" in message.get_flags() for message in seen) == 3


def test_without_writing_nothing_is_marked(path: Path) -> None:
    (path / "new" / "1.a").write_bytes(b"one")
    with open_folder(str(path), writing=False) as folder:
        folder.mark([one.key for one in folder.mails()])
    assert names(path) == ["new/1.a"]


def test_of_a_large_mail_only_its_beginning_is_read(path: Path) -> None:
    with (path / "new" / "1.a").open("wb") as file:
        file.write(b"Subject: large\n\n")
        file.truncate(50_000_000)
    with open_folder(str(path)) as folder:
        (mail,) = folder.mails()
    assert len(mail.raw) == BYTES_LIMIT


def test_what_is_no_mail_and_what_is_gone_is_passed_over(path: Path) -> None:
    (path / "new" / "1.folder").mkdir()
    (path / "new" / "2.link").symlink_to(path.parent)
    (path / "new" / ".hidden").write_bytes(b"x")
    os.mkfifo(path / "new" / "3.pipe")
    (path / "new" / "4.a").write_bytes(b"four")
    (path / "new" / "5.b").write_bytes(b"five")
    with open_folder(str(path)) as folder:
        mails = folder.mails()
        first = next(mails)
        (path / "new" / "5.b").unlink()
        assert (first.raw, list(mails)) == (b"four", [])
        (path / "new" / "4.a").rename(path / "cur" / "4.a:2,")
        folder.mark([first.key])  # another program was quicker
    assert "cur/4.a:2," in names(path)


def test_a_folder_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UsageError, match="expected a Maildir"), open_folder(str(name)):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(path: Path) -> None:
    (path / "new").chmod(0)
    try:
        with open_folder(str(path)) as folder, pytest.raises(FolderError, match="Permission denied"):
            list(folder.mails())
    finally:
        (path / "new").chmod(0o700)
