"""Processes, a real mail server, a kill, a backup in the middle of a run, and the way back from it."""

from __future__ import annotations

import collections
import datetime as dt
import signal
import sqlite3
import subprocess
import sys
import time
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from tests.mailers.aiosmtpd_server import Mailbox, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

READERS = 40
WINDOW = 4
NOW = dt.datetime.now(dt.UTC)
# An hour that has come for everybody, and whose next is not due before these tests are over.
HOUR = NOW - dt.timedelta(hours=2)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving() as running:
        yield running


def configure(home: Home, outside: Outside, mailbox: Mailbox) -> None:
    """Forty readers of telescopes, and a mail server."""
    announce(outside, "A telescope of today")
    readers = "".join(
        f'\n[[subscribers]]\nemail = "reader{number}@example.org"\ntimezone = "UTC"\n'
        f'send_at = "{HOUR:%H}:00"\ncadence = "daily"\n'
        '[[subscribers.topics]]\nname = "Telescopes"\nkeywords = ["telescope"]\n'
        for number in range(READERS)
    )
    home.configure(
        f"""
[[sources]]
kind = "feed"
name = "journal"
url = "{outside.url}/journal.xml"
allow_private_address = true

[mail]
provider = "smtp"
smtp = {{host = "127.0.0.1", port = {mailbox.port}, security = "none"}}

[delivery]
window = {WINDOW}
""",
        readers,
    )


def announce(outside: Outside, *titles: str) -> None:
    """What the journal's feed says from now on."""
    items = "".join(
        f"<item><title>{title}</title><link>https://j.example.org/{title.replace(' ', '-')}</link>"
        f"<guid>{title}</guid><pubDate>{format_datetime(NOW)}</pubDate>"
        "<description>It is new.</description></item>"
        for title in titles
    )
    outside.journal(
        f"""<?xml version='1.0'?><rss version="2.0"><channel><title>J</title>
        <link>https://j.example.org</link><description>.</description>{items}</channel></rss>""".encode()
    )


def started(home: Home) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", "--config", "digest.toml", "run"],
        cwd=home.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def hold_at(mailbox: Mailbox, count: int) -> None:
    """Let so many mails in, and answer no more."""
    mailbox.held_at = count
    deadline = time.monotonic() + 60
    while len(mailbox.mails) < count:
        assert time.monotonic() < deadline, f"{len(mailbox.mails)} mails of {count}"
        time.sleep(0.01)


def received(mailbox: Mailbox) -> collections.Counter[str]:
    return collections.Counter(mail.recipient for mail in mailbox.mails)


def ledger(path: Path) -> dict[str, str]:
    """Each reader's state in a copy of the ledger."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return dict(
            connection.execute(
                "SELECT email, state FROM deliveries JOIN subscribers ON subscribers.id = subscriber_id"
            ).fetchall()
        )
    finally:
        connection.close()


def lived_through(home: Home, mailbox: Mailbox) -> dict[str, str]:
    """A run is killed, the next one is backed up in its middle, and ends; the ledger as the backup has it."""
    mailbox.held_at = 6
    killed = started(home)
    hold_at(mailbox, 6)
    killed.send_signal(signal.SIGKILL)
    killed.wait(30)
    mailbox.held_at = 18
    running = started(home)
    hold_at(mailbox, 18)
    copied = home.digest("db", "backup", "digest.backup", "--json")
    assert copied.code == 0, copied.err
    refused = home.digest("db", "restore", "digest.backup", "--force")
    assert (refused.code, "a run is under way" in refused.err) == (1, True)
    mailbox.held_at = None
    running.wait(60)
    known = ledger(home.folder / "digest.backup")
    assert len(known) == READERS
    assert 0 < sum(state in ("composed", "retry") for state in known.values()) < READERS - 6
    return known


@pytest.mark.slow
def test_a_restore_sends_nothing_twice_or_only_what_the_backup_does_not_know(
    home: Home, outside: Outside, mailbox: Mailbox
) -> None:
    configure(home, outside, mailbox)
    known = lived_through(home, mailbox)
    before = received(mailbox)
    assert max(before.values()) == 1

    # Until now: nothing at all is sent twice, and tomorrow only what is new by then.
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    restored = home.digest("db", "restore", "digest.backup", "--force", "--until", now)
    assert restored.code == 0, restored.err
    again = home.run(NOW.isoformat())
    assert again["due"] == again["accepted"] == 0
    assert received(mailbox) == before
    announce(outside, "A telescope of today", "A telescope of tomorrow")
    assert home.run((NOW + dt.timedelta(days=1)).isoformat())["accepted"] == READERS
    fresh = mailbox.mails[sum(before.values()) :]
    assert all("telescope of tomorrow" in one.text and "telescope of today" not in one.text for one in fresh)
    del mailbox.mails[sum(before.values()) :]

    # Without it: what was sent since the backup, and nothing else, is sent again.
    assert home.digest("db", "restore", "digest.backup", "--force").code == 0
    home.digest("run")
    after = received(mailbox)
    unknown = {email for email, state in known.items() if state in ("composed", "retry")}
    assert {email for email, count in after.items() if count > before[email]} == unknown
    assert max(after.values()) == 2
    # Each second mail has the first one's name, so that a receiver can fold the two.
    names = {(mail.recipient, mail.headers["message-id"]) for mail in mailbox.mails}
    assert len(names) == len(after)
    # Nobody was lost: who got nothing is named.
    waiting = home.digest("deliveries", "list", "--state", "uncertain", "--json").json
    assert set(known) - set(after) <= {one["email"] for one in waiting}
    assert len(waiting) <= 2 * WINDOW
