"""What a source is opened with, and how it asks. Settings and a client in, answers out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, Protocol

import httpx2

from digest.http import own_interval_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.http import Answer, Client


class SourceSettings(Protocol):
    """The part of a `[[sources]]` table that sources read. `config.SourceSettings` has this shape."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def api_url(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def categories(self) -> Sequence[str]: ...
    @property
    def include(self) -> Sequence[Literal["new", "cross"]]: ...
    @property
    def min_interval_s(self) -> float | None: ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def allow_private_address(self) -> bool: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """The client, with one source's manners. `min_interval_s` None: what the host is known to ask for."""

    client: Client
    min_interval_s: float | None
    timeout_s: float
    allow_private_address: bool

    @classmethod
    def of(cls, settings: SourceSettings, client: Client) -> Fetcher:
        """As the settings say."""
        return cls(
            client=client,
            min_interval_s=settings.min_interval_s,
            timeout_s=settings.timeout_s,
            allow_private_address=settings.allow_private_address,
        )

    def get(self, url: str, *, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        """Fetch. Raises FetchError, RateLimitedError."""
        return self.client.get(
            url,
            headers=headers,
            min_interval_s=self._interval(url),
            timeout_s=self.timeout_s,
            allow_private_address=self.allow_private_address,
        )

    def _interval(self, url: str) -> float:
        if self.min_interval_s is not None:
            return self.min_interval_s
        try:
            return own_interval_s(httpx2.URL(url).host)
        except httpx2.InvalidURL:  # the client says so better
            return 0.0


def titled(title: str, settings: SourceSettings) -> str:
    """What readers are told a source is called. One with a name of its own has it said too: there may be two
    of a kind."""
    return title if settings.name == settings.kind else f"{title} ({settings.name})"


def conditional(etag: str | None, modified: str | None) -> tuple[tuple[str, str], ...]:
    """The headers that ask for a body only if it is another one (RFC 9110, 13.1)."""
    pairs = (("If-None-Match", etag), ("If-Modified-Since", modified))
    return tuple((name, value) for name, value in pairs if value and value.isascii() and value.isprintable())
