"""Paths of ours → what may stand in a link. Never the host that somebody asked for by name."""

from __future__ import annotations

import flask

from digest.web.desk import desk


def to(path: str) -> str:
    """A path of ours as a link on a page: below the path at which the site is mounted."""
    return f"{flask.request.script_root}{path}"


def whole(path: str) -> str:
    """A path of ours as an address for feeds and programs: below `site.url`. Without one, below the host that
    was asked for, which was checked (`security`)."""
    url = desk().site.url
    return f"{url.rstrip('/')}{path}" if url else f"{flask.request.url_root.rstrip('/')}{path}"
