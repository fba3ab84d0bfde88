"""A whole site on loopback: a feed of today's papers, a library, `digest web` as a process, an outbox."""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from tests.e2e.home import Home, Mail
from tests.e2e.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 30
TITLES = (
    "A telescope for everybody", "Mirrors that polish themselves", "The quiet sky over cities",
    "A radio telescope out of bicycle wheels", "Counting moons with a small camera",
    "Patience as an instrument: ten years of one star", "How clouds learn to be predicted",
    "Telescope scheduling when everybody wants the same hour",
)  # fmt: skip


class Place:
    """The site. `days` passes with each mail that a journey asks for, so that every mail has its own slot."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.outside = Outside()
        self.outside.journal(_journal())
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._environ = {"DIGEST_SITE__URL": self.url}
        self.home.configure(
            f"""
[digest]
window_days = 60

[web]
proxies = 1
operator_password_hash = "{_password_hash()}"

[[sources]]
kind = "feed"
name = "journal"
url = "{self.outside.url}/journal.xml"
allow_private_address = true
"""
        )
        collected = self.digest("collect")
        assert collected.code == 0, collected.err
        self._days = 0
        self._log = (folder / "web.log").open("w")
        self._server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "digest",
                "--config",
                str(folder / "digest.toml"),
                "web",
                "--port",
                str(port),
            ],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        wait_for(self._answers, "digest web to answer")

    def digest(self, *words: str):
        """A command on this site."""
        return self.home.digest(*words, **self._environ)

    def note_to(self, address: str, *, after: int = 0) -> Mail:
        """The newest mail to that address, once there are more than `after`."""

        def found() -> list[Mail]:
            mine = [mail for mail in self.home.mails if mail.to == address]
            return mine if len(mine) > after else []

        mails = wait_for(found, f"a mail to {address}")
        return max(mails, key=lambda mail: mail.path.stat().st_mtime_ns)

    def digest_to(self, address: str) -> Mail:
        """The mail of the next slot of that reader."""
        before = len([mail for mail in self.home.mails if mail.to == address])
        self._days += 1
        at = dt.datetime.now(dt.UTC) + dt.timedelta(days=self._days)
        ended = self.digest("run", "--at", at.isoformat(), "--subscriber", address, "--json")
        assert ended.code == 0, ended.err
        assert ended.json["accepted"] == 1, ended.out
        return self.note_to(address, after=before)

    def close(self) -> None:
        """End the server by its own id, and the world."""
        self._server.terminate()
        self._server.wait(PATIENCE_S)
        self._log.close()
        self.outside.close()

    def _answers(self) -> bool:
        assert self._server.poll() is None, (self.home.folder / "web.log").read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        import os

        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
        return {**inherited, **self._environ}


PASSWORD = "correct horse battery staple"


def _password_hash() -> str:
    from werkzeug.security import generate_password_hash

    return generate_password_hash(PASSWORD, method="scrypt:1024:8:1")


def _journal() -> bytes:
    today = email.utils.format_datetime(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
    items = "".join(
        f"<item><title>{html.escape(title)}</title><link>https://journal.example.org/{number}</link>"
        f"<guid>https://journal.example.org/{number}</guid><pubDate>{today}</pubDate>"
        f"<author>ada@example.org (Ada Lovelace)</author>"
        f"<description>{html.escape(title)}: we look at the sky with a telescope, and say what we saw. "
        f"It is measured on {number + 2} nights.</description></item>"
        for number, title in enumerate(TITLES)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>A journal</title>'
        f"<link>https://journal.example.org</link><description>.</description>{items}</channel></rss>"
    ).encode()


def links(mail: Mail, *, path: str) -> list[str]:
    """The links of a mail whose path begins so, as they stand in its HTML."""
    return [html.unescape(one) for one in re.findall(rf'href="([^"]*{re.escape(path)}[^"]*)"', mail.html)]


def wait_for(found: Callable[[], object], what: str):
    """What `found` gives, once it gives something."""
    end = time.monotonic() + PATIENCE_S
    while not (result := found()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE_S} s in vain for {what}")
        time.sleep(0.05)
    return result
