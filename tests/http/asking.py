"""Asking as a source does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.http import Answer, Client, MemoryPace

if TYPE_CHECKING:
    from tests.http.upstream import Upstream

AGENT = "paper-digest/0 (+mailto:me@example.org)"


def client_of(**options: object) -> Client:
    return Client(**{"user_agent": AGENT, "pace": MemoryPace(), **options})  # type: ignore[arg-type]


def fetch(upstream: Upstream, path: str = "/x", **options: object) -> Answer:
    arguments = {"allow_private_address": True, "timeout_s": 20.0, **options}
    return client_of().get(f"{upstream.url}{path}", **arguments)  # type: ignore[arg-type]
