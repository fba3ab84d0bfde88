"""The seams, as behaviour. Each has one contract suite in `tests/contracts`, run against every adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from digest.model import Collection, Listing, Message, Outcome, Position


class Source(Protocol):
    """Reads listings from one place. Remembers nothing: what it must remember is the `Position`."""

    @property
    def name(self) -> str:
        """The configured name, unique among the sources."""

    @property
    def title(self) -> str:
        """Its name for readers: "arXiv", "Hugging Face"."""

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        """Everything announced after `position` up to `now`; with an empty position, of the last
        `window_days`; with `since`, from that day on whatever the position says.

        Never raises for what the outside does: that is a Collection of status failed, with what could be
        had. Asks for nothing that the position says it has.
        """

    def check(self, *, now: dt.datetime) -> str:
        """One polite request; one sentence on what it said. Raises SourceError."""


@runtime_checkable
class Catalogue(Protocol):
    """A source that can also be asked for single papers by arXiv id."""

    def look_up(self, arxiv_ids: Sequence[str], *, now: dt.datetime) -> tuple[Listing, ...]:
        """The papers of at most 100 ids; one that there is not is left out. Raises SourceError."""


class Mailer(Protocol):
    """Hands messages to a provider."""

    @property
    def name(self) -> str:
        """The provider's name in settings and ledger."""

    def check(self) -> str:
        """Connect and authenticate, send nothing; one sentence. Raises MailerError, which says what to do."""

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """One outcome a message, in order, as soon as it is known. Never raises for one message's fate.

        When the provider as a whole refuses, the message at hand ends as retry with `stop` set, and so do
        all after it, untried.
        """

    def close(self) -> None:
        """Let go of connections. May be called twice."""


@runtime_checkable
class Witness(Protocol):
    """A mailer that can prove afterwards what became of a delivery whose process died."""

    def recall(self, delivery_ids: Sequence[str]) -> dict[str, Outcome]:
        """For each delivery of which it can tell: accepted, or retry (it was provably never handed over). One
        that is not in the answer may have left or not. Never raises for what it cannot read."""
