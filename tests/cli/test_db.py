"""`digest db`: a copy of a living database, and the way back."""

from __future__ import annotations

import datetime as dt
import fcntl
import re
import shutil
import sqlite3
import stat
import threading
from typing import TYPE_CHECKING, Any

import pytest

from digest.config import load
from digest.model import Subscriber
from digest.store import Store
from digest.store.backups import back_up
from digest.store.database import SCHEMA
from digest.store.members import Admission
from digest.web.app import create_app
from digest.wiring import open_desk
from tests.cli.conftest import AT
from tests.e2e.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Said

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)


def ask(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def states(path: Path) -> list[tuple[str, str]]:
    return ask(path, "SELECT slot, state FROM deliveries ORDER BY scheduled_at, slot")


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "elsewhere" / "digest.backup"


@pytest.fixture
def backed(digest: Callable[..., Said], file: Path) -> Path:
    """A backup from before the first run."""
    file.parent.mkdir()
    assert digest("db", "backup", str(file)).code == 0
    return file


# ------------------------------------------------------------------------ backup


def test_a_backup_is_one_private_file_that_says_when_it_was_taken(
    digest: Callable[..., Said], file: Path
) -> None:
    file.parent.mkdir()
    said = digest("db", "backup", str(file), "--json")
    assert said.code == 0, said
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said.json["file"] == str(file)
    assert said.json["bytes"] == file.stat().st_size
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(said.json["taken_at"])
    assert dt.timedelta(0) <= age < dt.timedelta(minutes=1)
    assert ask(file, "SELECT count(*) FROM papers") == [(3,)]
    assert ask(file, "PRAGMA journal_mode") == [("delete",)]
    again = digest("db", "backup", str(file))
    assert again.code == 2
    assert "--force" in again.err
    assert digest("db", "backup", str(file), "--force").code == 0


def test_the_database_does_not_hold_what_only_a_backup_says(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    assert ask(backed, "SELECT count(*) FROM facts WHERE name = 'backup taken at'") == [(1,)]
    assert ask(folder / "digest.db", "SELECT count(*) FROM facts WHERE name = 'backup taken at'") == [(0,)]


@pytest.mark.parametrize("target", ["digest.db", "nowhere/digest.backup", "."])
def test_a_backup_that_cannot_be_is_a_sentence_and_leaves_no_file(
    digest: Callable[..., Said], folder: Path, target: str
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    said = digest("db", "backup", str(folder / target), "--force")
    assert said.code in (1, 2)
    assert said.err
    assert "Traceback" not in said.err
    assert sorted(path.name for path in folder.iterdir() if "digest.db-" not in path.name) == before


def test_a_database_that_is_not_there_is_not_made(digest: Callable[..., Said], folder: Path) -> None:
    (folder / "digest.db").unlink()
    said = digest("db", "backup", str(folder / "copy"))
    assert (said.code, "no database yet" in said.err) == (1, True)
    assert not (folder / "digest.db").exists()
    assert not (folder / "copy").exists()


def test_a_damaged_database_makes_no_backup(digest: Callable[..., Said], folder: Path, file: Path) -> None:
    file.parent.mkdir()
    path = folder / "digest.db"
    (root,) = ask(path, "SELECT rootpage FROM sqlite_master WHERE name = 'subscribers'")[0]
    (size,) = ask(path, "PRAGMA page_size")[0]
    ask(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as damaged:
        damaged.seek((root - 1) * size)
        damaged.write(b"\xff" * size)
    said = digest("db", "backup", str(file))
    assert (said.code, "damaged" in said.err) == (1, True)
    assert list(file.parent.iterdir()) == []


def test_writers_go_on_during_a_backup_and_the_copy_is_of_one_moment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with Store.open(url) as store:
        with store.database.begin() as connection:  # large enough to be copied in many parts
            connection.exec_driver_sql("CREATE TABLE ballast (text)")
            connection.exec_driver_sql(
                "INSERT INTO ballast WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                "WHERE i < 16000) SELECT hex(randomblob(500)) FROM n"
            )
        copied, written = threading.Event(), []

        def write() -> None:
            while not copied.is_set():
                number = len(written)
                store.subscribers.add(Admission(subscriber=Subscriber(email=f"r{number}@example.org")))
                written.append(number)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            back_up(url, tmp_path / "copy", clock=lambda: NOW, pause_s=0.2)
        finally:
            copied.set()
            writer.join(30)
    (count,) = ask(tmp_path / "copy", "SELECT count(*) FROM subscribers")[0]
    assert count < len(written)
    assert len(written) >= 5


# ------------------------------------------------------------------------ restore


def test_a_restore_puts_the_backup_in_place_and_keeps_what_was_there(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    assert digest("run", "--at", AT).code == 0
    refused = digest("db", "restore", str(backed))
    assert (refused.code, "--force" in refused.err) == (2, True)
    said = digest("db", "restore", str(backed), "--force", "--json")
    assert said.code == 0, said
    assert states(folder / "digest.db") == []
    (kept,) = folder.glob("digest.db.replaced-*")
    assert said.json["kept"] == str(kept)
    assert states(kept) == [("2026-04-21", "accepted")]
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE((folder / "digest.db").stat().st_mode) == 0o600
    assert not list(folder.glob(".digest.db*"))


def test_what_was_sent_since_the_backup_is_sent_again_under_its_old_name(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    digest("run", "--at", AT)
    (first,) = (folder / "outbox").glob("*.eml")
    said = digest("db", "restore", str(backed), "--force")
    assert "sent again by the next run" in said.err
    first.unlink()
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1
    assert list((folder / "outbox").glob("*.eml")) == [first]


def page(folder: Path, where: str) -> tuple[int, str]:
    """A page of the web side, as a browser gets it."""
    with open_desk(load(folder / "digest.toml", {})) as desk:
        answer = create_app(desk).test_client().get(where, base_url="https://digest.example.org")
        return answer.status_code, answer.text


def test_a_link_of_one_who_joined_since_the_backup_is_nobody_elses_and_theirs_when_they_come_again(
    digest: Callable[..., Said], folder: Path, file: Path
) -> None:
    config = folder / "digest.toml"
    adas = config.read_text().replace("[site]", '[site]\nurl = "https://digest.example.org"')
    config.write_text(adas)
    file.parent.mkdir()
    assert digest("db", "backup", str(file)).code == 0
    assert digest("run", "--at", AT).code == 0
    (first,) = (folder / "outbox").glob("*.eml")
    (mail,) = Home(folder).mails
    links = set(re.findall(r"https://digest\.example\.org(/[pu]/[0-9a-z-]+)", mail.text))
    assert {link[:3] for link in links} == {"/p/", "/u/"}
    assert {page(folder, link)[0] for link in links} == {200}
    assert digest("db", "restore", str(file), "--force").code == 0
    first.unlink()
    config.write_text(adas.replace("ada@example.org", "bo@example.org"))
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1
    (other,) = (folder / "outbox").glob("*.eml")
    for link in links:
        status, text = page(folder, link)
        assert "bo@" not in text
        assert status == (410 if link.startswith("/p/") else 200)  # leaving is for everybody
    other.unlink()
    config.write_text(adas)
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1
    assert list((folder / "outbox").glob("*.eml")) == [first]
    assert all("ada@example.org" in page(folder, link)[1] for link in links if link.startswith("/p/"))


def test_until_a_time_nothing_is_sent_twice_nor_its_papers(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    digest("run", "--at", AT)
    said = digest("db", "restore", str(backed), "--force", "--until", AT, "--json")
    assert said.json["taken_as_sent"] == 1
    assert states(folder / "digest.db") == [("2026-04-21", "skipped")]
    assert digest("run", "--at", AT, "--json").json["due"] == 0
    tomorrow = digest("run", "--at", "2026-04-22T12:00:00+00:00", "--json").json
    assert (tomorrow["accepted"], tomorrow["skipped"]) == (0, 1)
    assert len(list((folder / "outbox").glob("*.eml"))) == 1
    (line,) = ask(folder / "digest.db", "SELECT history FROM deliveries WHERE slot = '2026-04-21'")
    assert "may have been sent before the restore" in line[0]


def test_a_source_that_could_not_be_read_by_then_is_named(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    with (folder / "digest.toml").open("a") as config:
        config.write(
            '\n[[sources]]\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\nallow_private_address = true\n'
        )
    said = digest("db", "restore", str(backed), "--force", "--until", AT)
    assert said.code == 0
    assert "feed: " in said.err
    assert "may come to readers again" in said.err


def test_a_process_that_has_the_database_open_sees_the_restored_one(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    digest("run", "--at", AT)
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        assert store.deliveries.count("accepted") == 1
        assert digest("db", "restore", str(backed), "--force").code == 0
        assert store.deliveries.count("accepted") == 0
        store.subscribers.add(Admission(subscriber=Subscriber(email="bo@example.org")))
    assert ask(folder / "digest.db", "SELECT email FROM subscribers") == [("bo@example.org",)]
    assert ask(folder / "digest.db", "PRAGMA integrity_check") == [("ok",)]
    assert ask(folder / "digest.db", "PRAGMA journal_mode") == [("wal",)]


def test_who_has_left_since_the_backup_is_not_brought_back(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    digest("subscribers", "remove", "ada@example.org")
    said = digest("db", "restore", str(backed), "--force", "--json")
    assert said.json["suppressed_since"] == 1
    assert digest("run", "--at", AT, "--json").json["due"] == 0


def test_a_damaged_database_is_moved_aside_with_its_companions(
    digest: Callable[..., Said], folder: Path, backed: Path
) -> None:
    (folder / "digest.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    (folder / "digest.db-wal").write_bytes(b"of another file")
    said = digest("db", "restore", str(backed))
    assert said.code == 0, said
    assert "Who has left since the backup is not known" in said.err
    (log,) = folder.glob("digest.db.replaced-*-wal")
    assert log.read_bytes() == b"of another file"
    assert ask(folder / "digest.db", "SELECT count(*) FROM papers") == [(3,)]
    assert digest("run", "--at", AT).code == 0


def test_a_database_that_is_gone_comes_back(digest: Callable[..., Said], folder: Path, backed: Path) -> None:
    for path in folder.glob("digest.db*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    said = digest("db", "restore", str(backed), "--json")
    assert (said.code, said.json["kept"]) == (0, None)
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1


@pytest.fixture
def living(folder: Path) -> Iterator[None]:
    """Another process, in the middle of a run."""
    owners = folder / "digest.db.owners"
    owners.mkdir(exist_ok=True)
    with (owners / "0123456789abcdef.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_a_restore_does_not_come_between_a_run(
    digest: Callable[..., Said], folder: Path, backed: Path, living: None
) -> None:
    said = digest("db", "restore", str(backed), "--force")
    assert (said.code, "a run is under way" in said.err) == (1, True)
    assert not list(folder.glob("digest.db.replaced-*"))


@pytest.mark.parametrize("what", ["nothing", "text", "a foreign database", "a newer one", "half of one"])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    digest: Callable[..., Said], folder: Path, backed: Path, what: str
) -> None:
    file = folder / "elsewhere" / "other"
    shutil.copy(backed, file)
    if what == "nothing":
        file.unlink()
    elif what == "text":
        file.write_text("a letter")
    elif what == "half of one":
        file.write_bytes(backed.read_bytes()[: backed.stat().st_size // 2])
    else:
        connection = sqlite3.connect(file)
        newer = f"UPDATE alembic_version SET version_num = '{int(SCHEMA) + 1:04}'"
        connection.execute(newer if what == "a newer one" else "DROP TABLE subscribers")
        connection.commit()
        connection.close()
    digest("run", "--at", AT)
    said = digest("db", "restore", str(file), "--force")
    assert said.code == 1, said
    assert str(file) in said.err
    assert "Traceback" not in said.err
    assert states(folder / "digest.db") == [("2026-04-21", "accepted")]
    assert not list(folder.glob("digest.db.replaced-*"))
    assert not list(folder.glob(".digest.db*"))


def test_a_time_before_the_backup_is_questioned(digest: Callable[..., Said], backed: Path) -> None:
    said = digest("db", "restore", str(backed), "--force", "--until", AT)
    assert "is before the backup was taken" in said.err
