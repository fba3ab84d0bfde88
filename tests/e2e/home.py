"""A reader's own folder: a configuration, `digest` as a process, and the mails that it left."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

SECRET = "a-secret-that-is-only-used-in-tests-0123456789"

SITE = f"""
[site]
name = "Paper Digest"
sender = "Paper Digest <digest@example.org>"
secret = "{SECRET}"
"""


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value that it is."""
        return json.loads(self.out)


@dataclasses.dataclass(frozen=True)
class Mail:
    """One mail of the outbox."""

    path: Path
    message: EmailMessage

    @property
    def to(self) -> str:
        return self.message["To"].addresses[0].addr_spec

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return part.get_content()

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return part.get_content()


class Home:
    """A folder with a digest.toml in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def configure(self, *parts: str) -> None:
        """Write digest.toml."""
        path = self.folder / "digest.toml"
        path.write_text("\n".join((SITE, *parts)), encoding="utf-8")
        path.chmod(0o600)

    def digest(self, *words: str, timeout_s: float = 120, **environ: str) -> Ended:
        """Run the command as a process of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
        done = subprocess.run(
            [sys.executable, "-m", "digest", "--config", str(self.folder / "digest.toml"), *words],
            cwd=self.folder,
            env={**inherited, **environ},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def run(self, at: str, *words: str) -> Any:
        """One tick at that time; its report. A traceback is always a failure."""
        ended = self.digest("run", "--at", at, "--json", *words)
        assert "Traceback" not in ended.err, ended.err
        assert ended.out, ended.err
        report = ended.json
        addends = (
            "accepted", "skipped", "rejected", "suppressed", "expired", "failed", "waiting", "uncertain",
        )  # fmt: skip
        assert report["due"] == sum(report[name] for name in addends), report
        return report

    @property
    def mails(self) -> list[Mail]:
        """All mails in the outbox, by name."""
        return [
            Mail(path, email.message_from_bytes(path.read_bytes(), policy=email.policy.default))  # type: ignore[arg-type]
            for path in sorted((self.folder / "outbox").glob("*.eml"))
        ]
