"""The table of pages: one module each, which exposes `blueprint`. A new one is an import and a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web import (
    api,
    archive,
    confirm,
    editing,
    editions,
    feeds,
    health,
    leaving,
    lesson_pages,
    lists,
    lost_link,
    metrics,
    openapi,
    operator,
    papers,
    preferences,
    search,
    statics,
    subscribe,
    topic_pages,
    votes,
    webhooks,
)

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
    operator.blueprint,
    webhooks.blueprint,
    lists.blueprint,
    confirm.blueprint,
    leaving.blueprint,
    lost_link.blueprint,
    preferences.blueprint,
    subscribe.blueprint,
    topic_pages.blueprint,
    lesson_pages.blueprint,
    archive.blueprint,
    search.blueprint,
    feeds.blueprint,
    papers.blueprint,
)
