"""The table of pages: one module each, which exposes `blueprint`. A new one is an import and a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web import api, editing, editions, health, lists, metrics, openapi, statics, votes, webhooks

if TYPE_CHECKING:
    import flask

BLUEPRINTS: tuple[flask.Blueprint, ...] = (
    statics.blueprint,
    votes.blueprint,
    editing.blueprint,
    api.blueprint,
    editions.blueprint,
    health.blueprint,
    metrics.blueprint,
    openapi.blueprint,
    webhooks.blueprint,
    lists.blueprint,
)
