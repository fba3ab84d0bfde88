"""Reads every byte and keeps nothing: for measuring. Never sends, never stores."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from digest.mailers.wire import in_order
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.model import Message


class NullMailer:
    """A Mailer (`digest.ports`) whose mail arrives nowhere."""

    name = "null"

    def check(self) -> str:
        """Nothing can fail here."""
        return "null: every mail is read and thrown away; nobody receives anything"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Accepts each. The id holds a checksum, so that no byte can have been left unread."""
        return in_order(messages, _accept)

    def close(self) -> None:
        """Nothing is open."""


def _accept(message: Message) -> Outcome:
    return Outcome(kind="accepted", provider_id=f"null-{zlib.crc32(message.raw):08x}-{len(message.raw)}")
