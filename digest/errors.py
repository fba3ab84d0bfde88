"""Everything that may go wrong, by whose hands it must be mended.

    DigestError                 one sentence: what failed, on what, why, and what to do
    ├── ConfigError             the operator's settings; exit 2. Carries every fault at once
    │   └── TemplateError       an operator's template; names file and line
    ├── UsageError              the command's words; exit 2
    ├── StoreError              the database: locked, full, newer than this program; exit 1
    ├── SourceError             a source's answer cannot be used; the run goes on without it
    │   ├── FetchError          no usable answer: refused, timed out, too large, an HTTP error
    │   │   └── RateLimitedError  429, or 503 with Retry-After: not before `retry_after_s`
    │   └── MalformedError      an answer that is not what the source promises
    ├── EndpointError           the operator's own model did not answer; ranking and mail go on without it
    ├── AddressError            an address that is not one; never guessed at
    ├── MailerError             the provider as a whole: cannot connect, refuses to authenticate
    ├── WebhookError            what was posted to us cannot be believed or read; `status` is our answer
    └── FolderError             a folder of mail that came back; what was not marked is read again

What became of one message is never an exception: it is a `model.Outcome`.
A traceback that a user sees is a defect of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


class DigestError(Exception):
    """A failure that is told in one sentence. `exit_code` is what the command ends with."""

    exit_code = 1


class ConfigError(DigestError):
    """Settings that cannot be used. `faults` holds one sentence for each, path first."""

    exit_code = 2

    def __init__(self, faults: str | Sequence[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class TemplateError(ConfigError):
    """A template that does not parse or render; found before anything is sent."""


class UsageError(DigestError):
    """A command that cannot be carried out as it was given."""

    exit_code = 2


class StoreError(DigestError):
    """The database refused; nothing that was not committed has happened."""


class SourceError(DigestError):
    """A source could not be read."""


class FetchError(SourceError):
    """A request had no usable answer. `status` is the HTTP status, if one came; `body` what had been read:
    an error's page, or (with a status below 300) the beginning of an answer that broke off."""

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class RateLimitedError(FetchError):
    """The host asked to be left alone for `retry_after_s` seconds."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_s: float) -> None:
        super().__init__(message, status=status)
        self.retry_after_s = retry_after_s


class MalformedError(SourceError):
    """An answer that is not what its source promises: an HTML page, an error feed, no bytes."""


class EndpointError(DigestError):
    """An endpoint of the operator's own (`[meaning]`, `[gist]`) gave no usable answer. `is_transient`: the
    same may work later. `status` is the HTTP status, if one came; `retry_after_s` how long it asked to be
    left alone."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        is_transient: bool,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_transient = is_transient
        self.retry_after_s = retry_after_s


class AddressError(DigestError):
    """Not a mail address."""

    exit_code = 2


class MailerError(DigestError):
    """The provider cannot be used at all, whatever the message."""


class WebhookError(DigestError):
    """A post to us that is refused. `status` is the HTTP status that it is answered with."""

    def __init__(self, message: str, *, status: Literal[400, 401, 413]) -> None:
        super().__init__(message)
        self.status = status


class FolderError(DigestError):
    """A folder of mail that came back cannot be read or marked; what was not marked is read again."""
