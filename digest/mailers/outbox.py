"""Messages in, `<delivery-id>.eml` files out. Needs no account and no network; never leaves half a file.

A message is written beside its place, flushed to the disk and renamed into it, so that the same delivery
handed over twice is one file. The files hold addresses: they are readable by their owner only. A hidden
journal in the folder (`outbox_journal`) tells after a crash what was never begun.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import MailerError
from digest.mailers.outbox_journal import Journal
from digest.mailers.wire import in_order
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.model import Message

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_ABANDONED_S = 3600.0


class OutboxMailer:
    """A Mailer and a Witness (`digest.ports`) that writes into `folder`; made, with mode 0700, if need be."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = Journal(folder)

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
        with contextlib.suppress(OSError):  # the first message meets the same, and says so
            self._make_folder()
            self._journal.claimed(
                [one.delivery_id for one in messages if _SAFE_NAME.fullmatch(one.delivery_id)]
            )
        return in_order(messages, self._send_one)

    def recall(self, delivery_ids: Sequence[str]) -> dict[str, Outcome]:
        """See `ports.Witness`; what killed processes left half written is cleared away by the way.

        A mail that was begun and is not there may have been taken away by whoever empties the folder: that
        is not in the answer. Neither is any that is not there after the machine was started again.
        """
        fates = {}
        never_begun = self._journal.never_begun()
        for delivery_id in filter(_SAFE_NAME.fullmatch, delivery_ids):
            try:
                (self._folder / f"{delivery_id}.eml").lstat()
            except FileNotFoundError:
                if delivery_id in never_begun:
                    reason = "the program ended before this mail was written to the outbox"
                    fates[delivery_id] = Outcome(kind="retry", reason=reason, retry_after_s=0.0)
            except OSError:
                continue
            else:
                fates[delivery_id] = _accepted(delivery_id)
        self._sweep()
        return fates

    def close(self) -> None:
        """Nothing stays open between messages."""

    def _send_one(self, message: Message) -> Outcome:
        if not _SAFE_NAME.fullmatch(message.delivery_id):
            return Outcome(kind="rejected", reason="the delivery's id cannot be the name of a file")
        try:
            self._make_folder()
            self._write(message.delivery_id, message.raw)
        except OSError as error:
            return Outcome(kind="retry", reason=self._failure(error), stop=True)
        return _accepted(message.delivery_id)

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, delivery_id: str, raw: bytes) -> None:
        name = f"{delivery_id}.eml"
        # mkstemp opens with mode 0600; the dot keeps readers of *.eml away from what is not whole yet.
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{name}.", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            self._journal.begun(delivery_id)
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

    def _sweep(self) -> None:
        """Remove what was never renamed: it holds a reader's address, and nobody will come back for it."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                unfinished = entry.name.startswith(".") and entry.name.endswith(".tmp")
                # Another process may be writing one at this moment, which takes it no hour.
                if unfinished and entry.stat(follow_symlinks=False).st_mtime < time.time() - _ABANDONED_S:
                    Path(entry.path).unlink()

    def _failure(self, error: OSError) -> str:
        why = error.strerror or type(error).__name__
        return f"the outbox folder {self._folder} cannot be written: {why}"


def _accepted(delivery_id: str) -> Outcome:
    return Outcome(kind="accepted", provider_id=f"{delivery_id}.eml")
