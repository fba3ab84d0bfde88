"""Settings and a client in, an open source out. One row a kind; a new kind is a file and a row.

A source says what was announced, and never decides what becomes of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.http import Client
    from digest.ports import Source
    from digest.sources.settings import SourceSettings

# The class that reads each kind; its module is loaded when a source of that kind is opened.
KINDS: dict[str, str] = {
    "arxiv": "digest.sources.arxiv:ArxivSource",
    "huggingface": "digest.sources.huggingface:HuggingFaceSource",
    "feed": "digest.sources.feed:FeedSource",
}


def open_source(settings: SourceSettings, client: Client) -> Source:
    """The source that the settings describe. Raises ConfigError for a kind that there is not."""
    row = KINDS.get(settings.kind)
    if row is None:
        raise ConfigError(f'sources: unknown kind "{settings.kind}"; known: {", ".join(KINDS)}')
    module, _, name = row.partition(":")
    build = cast("Callable[[SourceSettings, Client], Source]", getattr(importlib.import_module(module), name))
    return build(settings, client)
