"""SIGTERM in the middle of a run: what is in flight lands, the rest waits for the next run."""

from __future__ import annotations

import collections
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.e2e.outside import feed, item
from tests.mailers import aiosmtpd_server

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

AT = "2026-04-21T12:00:00+00:00"
READERS = 60


def test_a_run_that_is_told_to_end_lets_its_mails_land(home: Home, outside: Outside) -> None:
    outside.announce(feed(*(item(number, f"Telescope number {number}") for number in range(12))))
    people = "".join(
        f'[[subscribers]]\nemail = "r{number}@example.org"\n[[subscribers.topics]]\n'
        'name = "Telescopes"\nkeywords = ["telescope"]\n'
        for number in range(READERS)
    )
    with aiosmtpd_server.serving() as mailbox:
        home.configure(
            '[mail]\nprovider = "smtp"\n[mail.smtp]\nhost = "127.0.0.1"\n'
            f'port = {mailbox.port}\nsecurity = "none"\n[delivery]\nwindow = 4\n',
            outside.sources(),
            people,
        )
        config = str(home.folder / "digest.toml")
        process = subprocess.Popen(
            [sys.executable, "-m", "digest", "--config", config, "run", "--at", AT, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
            # A run of the tests in the background would hand down that the signal is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL),
        )
        deadline = time.monotonic() + 60
        while not mailbox.mails and time.monotonic() < deadline:
            time.sleep(0.0005)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        assert "ending after the mails in flight" in err
        report = json.loads(out)
        assert report["uncertain"] == 0
        assert 0 < report["accepted"] == len(mailbox.mails) < READERS
        assert report["waiting"] == READERS - report["accepted"]
        assert home.run(AT)["accepted"] == report["waiting"]
        assert set(collections.Counter(mail.recipient for mail in mailbox.mails).values()) == {1}
        assert len(mailbox.mails) == READERS
