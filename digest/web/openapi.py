"""The description of our API, kept by hand beside this file: read once, served with the address that it
holds for."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import flask

from digest import __version__
from digest.web.addresses import whole

blueprint = flask.Blueprint("openapi", __name__)

FILE = Path(__file__).with_suffix(".json")
FRESH_S = 3600


@functools.cache
def description() -> dict[str, Any]:
    """The description as it is kept, of this version."""
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return {**kept, "info": {**kept["info"], "version": __version__}}


@blueprint.get("/api/openapi.json")
def openapi() -> flask.Response:
    """The description, for programs that make clients of it."""
    response = flask.jsonify({**description(), "servers": [{"url": whole("")}]})
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
