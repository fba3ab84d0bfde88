"""The table of pages: one module each, which exposes `blueprint`. A new one is an import and a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web import api, health, lists, metrics, openapi, statics, webhooks

if TYPE_CHECKING:
    import flask

BLUEPRINTS: tuple[flask.Blueprint, ...] = (
    statics.blueprint,
    api.blueprint,
    health.blueprint,
    metrics.blueprint,
    openapi.blueprint,
    webhooks.blueprint,
    lists.blueprint,
)
