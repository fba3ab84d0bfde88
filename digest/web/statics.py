"""Stylesheet, script and icon: read once, served under the hash of what they hold.

An address with the hash of today's file may be kept for ever; one with another hash gets today's file, and is
asked for again. What is no file of the table is not there, whatever the path says.
"""

from __future__ import annotations

import dataclasses
import hashlib
import mimetypes
from typing import TYPE_CHECKING, cast

import flask

from digest.mail.templates import builtin_folder
from digest.web.addresses import to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXTENSION = "digest.statics"
FOLDER = "web/static"

blueprint = flask.Blueprint("statics", __name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """One file, as it was when the program started."""

    body: bytes
    kind: str
    hash: str


def load_statics(folder: Path | None) -> Mapping[str, Static]:
    """Ours by name, single ones replaced by those of the operator's folder."""
    found = {path.name: path for path in sorted((builtin_folder() / FOLDER).iterdir())}
    if folder is not None:
        found.update({name: folder / FOLDER / name for name in found if (folder / FOLDER / name).is_file()})
    return {name: _read(path) for name, path in found.items()}


def _read(path: Path) -> Static:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Static(body=body, kind=f"{kind}{charset}", hash=hashlib.blake2b(body, digest_size=8).hexdigest())


def statics() -> Mapping[str, Static]:
    """Those of the app that answers."""
    return cast("Mapping[str, Static]", flask.current_app.extensions[EXTENSION])


def static_url(name: str) -> str:
    """Where a file is, with the hash of what it holds. Raises KeyError for one that there is not."""
    return to(f"/static/{statics()[name].hash}/{name}")


@blueprint.get("/static/<hash_>/<name>")
def static(hash_: str, name: str) -> flask.Response:
    """One file."""
    file = statics().get(name)
    if file is None:
        flask.abort(404)
    response = flask.Response(file.body, content_type=file.kind)
    lasting = hash_ == file.hash
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    response.set_etag(file.hash)
    return response
