"""Messages in, `<delivery-id>.eml` files out. Needs no account and no network; never leaves half a file.

A message is written beside its place, flushed to the disk and renamed into it, so that the same delivery
handed over twice is one file. The files hold addresses: they are readable by their owner only.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import MailerError
from digest.mailers.wire import in_order
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.model import Message

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class OutboxMailer:
    """A Mailer (`digest.ports`) that writes into `folder`, which it makes (mode 0700) if there is none."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> str:
        """Writes and removes an empty file."""
        try:
            self._make_folder()
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".check-"):
                pass
        except OSError as error:
            raise MailerError(f"{self._failure(error)}; see mail.outbox.folder") from error
        return f"outbox: mails are written to {self._folder}; nobody receives them by post"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """See `ports.Mailer`. A folder that cannot be written, or a full disk, stops the run."""
        return in_order(messages, self._send_one)

    def close(self) -> None:
        """Nothing stays open between messages."""

    def _send_one(self, message: Message) -> Outcome:
        if not _SAFE_NAME.fullmatch(message.delivery_id):
            return Outcome(kind="rejected", reason="the delivery's id cannot be the name of a file")
        try:
            self._make_folder()
            self._write(f"{message.delivery_id}.eml", message.raw)
        except OSError as error:
            return Outcome(kind="retry", reason=self._failure(error), stop=True)
        return Outcome(kind="accepted", provider_id=f"{message.delivery_id}.eml")

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, name: str, raw: bytes) -> None:
        # mkstemp opens with mode 0600; the dot keeps readers of *.eml away from what is not whole yet.
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{name}.", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        self._flush_folder()

    def _flush_folder(self) -> None:
        """Makes the rename itself last through a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _failure(self, error: OSError) -> str:
        why = error.strerror or type(error).__name__
        return f"the outbox folder {self._folder} cannot be written: {why}"
