"""`digest bounces read`, from a mail that was accepted to what the ledger says after it came back."""

from __future__ import annotations

import email
import json
import mailbox
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from digest.cli.bounces import bounces
from digest.config import load
from digest.links import Signer
from digest.returns.reports import COMPLAINTS
from digest.returns.status import HARD
from digest.store import Store
from tests.cli.conftest import AT, READERS
from tests.e2e.home import SECRET, Home
from tests.returns.mails import complaint, dsn, mail, recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import DeliveryState
    from tests.cli.conftest import Said

PAGES = Path(__file__).parents[2] / "docs"
VERP = '[mail]\nreturn_path = "bounces+{delivery}@example.org"\n'


@pytest.fixture
def sent(digest: Callable[..., Said], folder: Path) -> str:
    """Ada's mail of that day, accepted by the outbox; its delivery's id."""
    Home(folder).configure(VERP, READERS)
    digest("run", "--at", AT)
    (path,) = (folder / "outbox").glob("*.eml")
    message_id = email.message_from_bytes(path.read_bytes())["Message-ID"]
    assert message_id == f"<{path.stem}@example.org>"
    return path.stem


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """Where bounces are delivered."""
    mailbox.Maildir(tmp_path / "Bounces", create=True).close()
    return tmp_path / "Bounces"


def deliver(maildir: Path, *raws: bytes) -> None:
    for number, raw in enumerate(raws):
        (maildir / "new" / f"{number:04}.x").write_bytes(raw)


def state(folder: Path, delivery_id: str) -> DeliveryState:
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        return store.deliveries.by_id([delivery_id])[delivery_id].state


def causes(folder: Path) -> list[tuple[str, str]]:
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        return [(one.email, one.cause) for one in store.suppressions.everyone()]


def bounce(delivery_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    groups = recipient(action, status).replace("ada@example.net", "ada@example.org")
    return dsn(groups, to=f"bounces+{delivery_id}@example.org", returned="Subject: x\n")


def test_a_hard_bounce_in_a_maildir_suppresses_the_address(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    assert state(folder, sent) == "accepted"
    deliver(maildir, bounce(sent))
    said = digest("bounces", "read", str(maildir))
    assert said.code == 0
    assert said.out == (
        "1 mail read: 1 delivery report\n"
        "1 new event, 1 delivery moved, 1 address suppressed, 0 readers left\n"
    )
    assert state(folder, sent) == "bounced"
    assert causes(folder) == [("ada@example.org", "bounce")]
    assert [one.name for one in (maildir / "cur").iterdir()] == ["0000.x:2,S"]
    tomorrow = digest("run", "--at", AT.replace("-21T", "-22T"), "--json").json
    assert (tomorrow["due"], tomorrow["accepted"]) == (0, 0)


def test_reading_twice_is_reading_once(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    deliver(maildir, bounce(sent), bounce(sent))
    first = digest("bounces", "read", str(maildir), "--json").json
    assert (first["read"], first["new"], first["moved"], first["suppressed"]) == (2, 1, 1, 1)
    (maildir / "cur" / "0000.x:2,S").rename(maildir / "new" / "0000.x")
    again = digest("bounces", "read", str(maildir), "--json").json
    assert (again["read"], again["new"], again["moved"], again["suppressed"]) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("status", "action", "after"),
    [("4.2.2", "delayed", "deferred"), ("5.2.2", "failed", "bounced"), ("2.0.0", "delivered", "delivered")],
)
def test_what_is_not_hard_suppresses_nobody(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str, status: str, action: str, after: str
) -> None:
    deliver(maildir, bounce(sent, status, action))
    digest("bounces", "read", str(maildir))
    assert (state(folder, sent), causes(folder)) == (after, [])


def test_a_complaint_suppresses_and_an_unsubscribing_mail_leaves(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    deliver(maildir, complaint("abuse", to=f"bounces+{sent}@example.org"))
    assert digest("bounces", "read", str(maildir), "--json").json["kinds"]["complaint"] == 1
    assert (state(folder, sent), causes(folder)) == ("complained", [("ada@example.org", "complaint")])


def leaving(subscriber_id: int = 1) -> bytes:
    token = Signer(SECRET).token("unsubscribe", subscriber_id)
    return mail("", to="digest@example.org", From="Ada <ada@example.org>", Subject=token)


def status_of(digest: Callable[..., Said]) -> Any:
    return digest("subscribers", "list", "--json").json[0]["status"]


def test_a_mail_with_the_token_leaves(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    deliver(maildir, leaving(), leaving(), leaving(999))
    said = digest("bounces", "read", str(maildir), "--json").json
    assert (said["kinds"]["departure"], said["left"]) == (3, 1)
    assert status_of(digest) == "left"
    assert causes(folder) == [("ada@example.org", "unsubscribe")]


def test_an_old_wish_in_an_mbox_is_past_once_a_reader_has_come_back(
    digest: Callable[..., Said], tmp_path: Path, sent: str
) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(b"From ada@example.org Tue Apr 21 05:30:00 2026\n" + leaving() + b"\n")
    assert digest("bounces", "read", str(path), "--json").json["left"] == 1
    words = ("--agreed-at", "2026-04-21T08:00:00Z", "--agreed-where", "a letter")
    assert digest("subscribers", "resume", "ada@example.org", *words).code == 0
    assert digest("bounces", "read", str(path), "--json").json["left"] == 0
    assert status_of(digest) == "active"
    with path.open("ab") as file:
        file.write(b"From ada@example.org Tue Apr 21 08:30:00 2026\n" + leaving() + b"\n")
    assert digest("bounces", "read", str(path), "--json").json["left"] == 1


def test_what_needs_a_person_is_told_and_stays_unread(
    digest: Callable[..., Said], maildir: Path, sent: str
) -> None:
    letter = mail("Hello", From="Bo <bo@example.org>", Subject="your digest", to="digest@example.org")
    deliver(maildir, letter, bounce("f" * 16), mail("", Auto_Submitted="auto-replied"))
    said = digest("bounces", "read", str(maildir))
    assert said.err.endswith(
        "1 event of a delivery that this database does not have\n"
        "new/0000.x: Bo <bo@example.org> wrote: your digest\n"
    )
    assert [one.name for one in (maildir / "new").iterdir()] == ["0000.x"]
    marked = digest("bounces", "read", str(maildir), "--mark-all", "--json").json
    assert marked["for_a_person"] == [
        {"mail": "new/0000.x", "kind": "unknown", "words": "Bo <bo@example.org> wrote: your digest"}
    ]
    assert list((maildir / "new").iterdir()) == []


def test_a_dry_run_changes_and_marks_nothing(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    deliver(maildir, bounce(sent), leaving())
    before = (folder / "digest.db").read_bytes()
    said = digest("bounces", "read", str(maildir), "--dry-run")
    assert f"new/0000.x: delivery {sent}: failed 5.1.1\n" in said.out
    assert "Nothing was changed" in said.out
    assert len(list((maildir / "new").iterdir())) == 2
    assert (folder / "digest.db").read_bytes() == before


def test_nothing_is_marked_that_the_database_did_not_take(
    digest: Callable[..., Said], folder: Path, maildir: Path, sent: str
) -> None:
    deliver(maildir, bounce(sent))
    (folder / "digest.db").write_bytes(b"this is no database, however long one looks at it" * 100)
    said = digest("bounces", "read", str(maildir))
    assert said.code == 1
    assert "Traceback" not in said.err
    assert [one.name for one in (maildir / "new").iterdir()] == ["0000.x"]


def piped(folder: Path, raw: bytes) -> subprocess.CompletedProcess[bytes]:
    """As a mail server pipes a mail."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "digest",
            "--config",
            str(folder / "digest.toml"),
            "bounces",
            "read",
            "-",
            "--json",
        ],
        input=raw,
        capture_output=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
        cwd=folder,
    )


def test_a_mail_server_may_pipe_a_mail(folder: Path, sent: str) -> None:
    done = piped(folder, bounce(sent) + b"x" * 3_000_000)
    assert (done.returncode, json.loads(done.stdout)["moved"]) == (0, 1)
    assert state(folder, sent) == "bounced"


@pytest.mark.parametrize("broken", ["digest.db", "digest.toml"])
def test_a_mail_server_is_asked_to_try_again_while_something_fails(
    broken: str, folder: Path, sent: str
) -> None:
    for path in folder.glob(f"{broken}-*"):
        path.unlink()
    (folder / broken).write_bytes(b"this is neither" * 1_000)
    done = piped(folder, bounce(sent))
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing-there"], "expected a Maildir"),
        (["imaps://b@localhost/INBOX"], "--password-file"),
        (["imaps://b:horse@localhost/INBOX"], "a password stands in the address"),
        (["imaps://b@localhost/INBOX", "--password-file", "nothing-there"], "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    words: list[str], told: str, digest: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGEST_IMAP_PASSWORD", raising=False)
    said = digest("bounces", "read", *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "horse" not in said.err


def test_the_page_about_bounces_says_what_is_true(tmp_path: Path) -> None:
    page = (PAGES / "bounces.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?s)```toml\n(.*?)```", page)
    Home(tmp_path).configure(block)
    assert load(tmp_path / "digest.toml", {}).mail.return_path == "bounces+{delivery}@example.org"
    calls = re.findall(r"digest --config \S+ bounces (read [^\n\">]*)", page)
    assert len(calls) == 3
    for call in calls:
        with click.Context(bounces) as context:
            name, *words = call.split()
            command = bounces.get_command(context, name)
            assert command is not None
            command.make_context(name, words, parent=context)
    table = page.partition("| mail |")[2].partition("\n\n")[0]
    assert all(word in table for word in (*COMPLAINTS, "opt-out", "delayed", "expanded", "relayed"))
    soft = {"5.1.5", "5.1.7", "5.1.8", "5.1.9"}
    assert {f"5.1.{digit}" for digit in range(11)} - HARD == soft
