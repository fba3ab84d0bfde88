"""What the web side works with, in one frozen piece; `desk()` is that of the request at hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal, cast

import flask

from digest.config import DigestSettings, WebSettings
from digest.membership.house import House
from digest.store.bounces import SoftBounces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digest.links import Signer
    from digest.mail.site import Site
    from digest.pipeline.meaning import Meaning
    from digest.ports import Catalogue
    from digest.store import Store

EXTENSION = "digest.desk"


def _untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


def _unpoked() -> None:
    """Nobody waits to be woken."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SourceLabel:
    """A configured source, in words: its name in the ledger, its title for readers, its kind."""

    name: str
    title: str
    kind: Literal["arxiv", "huggingface", "feed"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that a page may ask. `clock` is the time; `tell` takes an event and its keys for the log; `poke`
    wakes whoever posts waiting notes. `secret` signs sessions, `old_secrets` did."""

    store: Store
    site: Site
    signer: Signer
    secret: str
    old_secrets: tuple[str, ...] = ()
    settings: WebSettings = dataclasses.field(default_factory=WebSettings)
    defaults: DigestSettings = dataclasses.field(default_factory=DigestSettings)
    sources: tuple[SourceLabel, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()
    templates: Path | None = None
    half_life: dt.timedelta = dt.timedelta(days=720)  # of what a reader likes
    soft_bounces: SoftBounces = dataclasses.field(default_factory=SoftBounces)
    webhook_key: str = ""  # of SendGrid's signed events; "" where none is configured
    meaning: Meaning | None = None  # a model that turns texts into vectors, if there is one
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    tell: Callable[..., None] = _untold
    poke: Callable[[], None] = _unpoked

    @property
    def has_community(self) -> bool:
        """Whether a source tells what a community lists and upvotes (Hugging Face)."""
        return any(source.kind == "huggingface" for source in self.sources)

    @property
    def may_subscribe(self) -> bool:
        """Whether anybody joins by themselves: they may, and a mail has an address to lead back to."""
        return self.settings.subscribe and bool(self.site.url)

    @property
    def house(self) -> House:
        """What membership works with."""
        return House(
            store=self.store,
            site=self.site,
            signer=self.signer,
            clock=self.clock,
            tell=self.tell,
            poke=self.poke,
        )

    @property
    def today(self) -> dt.date:
        """The date in UTC."""
        return self.clock().date()

    def source_title(self, name: str) -> str:
        """A source's title for readers; that by which it was last asked where it is configured no more."""
        configured = next((source.title for source in self.sources if source.name == name), None)
        if configured is not None:
            return configured
        asked = self.store.sources.records()
        return next((source.title for source in asked if source.name == name), name)


def desk() -> Desk:
    """The desk of the app that answers."""
    return cast("Desk", flask.current_app.extensions[EXTENSION])
