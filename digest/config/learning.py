"""`[learning]`, `[meaning]` and `[gist]`: what topics learn, and the operator's own models, if any."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from digest.config.addresses import SiteUrl
from digest.config.section import HalfLife, PerDay, Seconds, Section, Small
from digest.config.values import Line


class LearningSettings(Section):
    """How long what a reader likes counts."""

    half_life_days: HalfLife = 720


class _ModelSettings(Section):
    """An OpenAI-compatible endpoint. `url` ends before `/embeddings` or `/chat/completions`."""

    url: Annotated[SiteUrl | None, Field(description="an address such as http://127.0.0.1:11434/v1")] = None
    model: Line | None = None
    api_key: SecretStr | None = None

    @model_validator(mode="after")
    def _complete(self) -> _ModelSettings:
        if (self.url is None) != (self.model is None):
            raise ValueError("url and model belong together: give both, or neither")
        return self


class MeaningSettings(_ModelSettings):
    """A model that turns texts into vectors, once a paper. `dimensions`: ask for so many."""

    dimensions: Annotated[int | None, Field(ge=8, le=8192)] = None
    batch: Annotated[int, Field(ge=1, le=2048)] = 64
    timeout_s: Seconds = 30
    seconds_a_run: Seconds = 60


class GistSettings(_ModelSettings):
    """A model that says in a sentence what a paper does, once a paper that somebody is sent."""

    daily_requests: PerDay = 500
    daily_tokens: PerDay = 500_000
    timeout_s: Seconds = 20
    seconds_a_run: Seconds = 60
    concurrency: Small = 4
