"""`digest start` as a process: it serves who is due, beside others of its kind, until SIGTERM."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
import subprocess
import sys
import time
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

NOW = dt.datetime.now(dt.UTC)
READERS = 30


def configured(home: Home, outside: Outside) -> None:
    """Readers whose hour came two hours ago, and news of today."""
    hour = f"{NOW - dt.timedelta(hours=2):%H}:00"
    outside.journal(
        f"""<?xml version='1.0'?><rss version="2.0"><channel><title>J</title><link>https://j.example.org</link>
        <description>.</description><item><title>A telescope of today</title>
        <link>https://j.example.org/1</link><guid>https://j.example.org/1</guid>
        <pubDate>{format_datetime(NOW)}</pubDate><description>It is new.</description></item>
        </channel></rss>""".encode()
    )
    readers = "".join(
        f"""
[[subscribers]]
email = "reader{number}@example.org"
send_at = "{hour}"
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""
        for number in range(READERS)
    )
    home.configure(
        f"""
[[sources]]
kind = "feed"
name = "journal"
url = "{outside.url}/journal.xml"
allow_private_address = true
""",
        readers,
    )


def started(home: Home) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", "--config", "digest.toml", "start", "--every", "1"],
        cwd=home.folder,
        stderr=subprocess.PIPE,
        text=True,
    )


def stopped(process: subprocess.Popen[str]) -> str:
    """End it as systemd would; its log."""
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    return log


def wait_for(home: Home, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(home.mails) < count and time.monotonic() < deadline:
        time.sleep(0.2)


@pytest.mark.slow
def test_two_schedules_and_a_run_beside_them_send_each_mail_once(home: Home, outside: Outside) -> None:
    configured(home, outside)
    processes = [started(home), started(home)]
    try:
        home.digest("run")
        wait_for(home, READERS)
        time.sleep(3)  # a few ticks more, in which nothing may happen
        logs = [stopped(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert sorted(mail.to for mail in home.mails) == sorted(
        f"reader{number}@example.org" for number in range(READERS)
    )
    assert all("schedule.started" in log and "schedule.stopped" in log for log in logs)
    with sqlite3.connect(home.folder / "digest.db") as connection:
        states = connection.execute(
            "SELECT state, count(*), max(attempts) FROM deliveries GROUP BY 1"
        ).fetchall()
    connection.close()
    assert states == [("accepted", READERS, 1)]


def test_no_address_and_no_token_is_logged(home: Home, outside: Outside) -> None:
    configured(home, outside)
    process = started(home)
    try:
        wait_for(home, READERS)
        log = stopped(process)
    finally:
        process.kill()
    assert "tick.done" in log
    assert "@example.org" not in log
    assert "a-secret-that-is-only" not in log
