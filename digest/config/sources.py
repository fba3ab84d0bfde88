"""`[[sources]]`: where listings come from. One class for all kinds; what a kind does not use is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from digest.config.addresses import SiteUrl, Url
from digest.config.papers import Categories
from digest.config.section import Seconds, SecondsOrNone, Section
from digest.config.values import Line

SourceKind = Literal["arxiv", "huggingface", "feed"]

ONLY_FOR: dict[str, tuple[SourceKind, ...]] = {
    "categories": ("arxiv",),
    "include": ("arxiv",),
    "api_url": ("arxiv",),
    "url": ("feed",),
}
"""The options that some kinds alone have."""


class SourceSettings(Section):
    """One source. `min_interval_s` None means the source's own: 3 for arXiv's hosts, 0 for others."""

    kind: Annotated[SourceKind, Field(description='"arxiv", "huggingface" or "feed"')]
    name: Line = ""
    categories: Categories = ()
    include: tuple[Literal["new", "cross"], ...] = ("new", "cross")
    url: Url | None = None
    base_url: SiteUrl | None = None
    api_url: Url | None = None
    min_interval_s: SecondsOrNone = None
    timeout_s: Seconds = 30
    allow_private_address: bool = False

    @model_validator(mode="before")
    @classmethod
    def _named_for_its_kind(cls, values: object) -> object:
        if isinstance(values, dict) and "name" not in values and isinstance(values.get("kind"), str):
            return {**values, "name": values["kind"] or "source"}
        return values
