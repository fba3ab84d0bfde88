"""Whether the process lives and whether the library can be read, for machines; and what crawlers may read.

Nothing here writes, and no answer names an address, a token, a path of this machine or what a source said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

from digest import __version__
from digest.errors import StoreError
from digest.store.database import SCHEMA
from digest.web.addresses import to
from digest.web.desk import desk

if TYPE_CHECKING:
    import datetime as dt

    from digest.store.sources import SourceRecord

blueprint = flask.Blueprint("health", __name__)

# What only its reader, or its operator, is to open; and what would be crawled without an end.
_SHUT = (
    "/u/", "/c/", "/p/", "/v/", "/e/", "/editor/", "/feed/topic/", "/operator", "/link", "/webhooks/",
    "/search",
)  # fmt: skip


@blueprint.get("/healthz")
def healthz() -> flask.Response:
    """The process answers. The database is not asked."""
    return _untold(flask.jsonify(status="ok", version=__version__))


@blueprint.get("/readyz")
def readyz() -> flask.Response:
    """Whether pages can be made: 200, or 503 where the database does not answer or has another schema.

    How old the sources' last success and the last run are is told and not judged: pages show what there is.
    """
    desk_ = desk()
    now = desk_.clock()
    records: dict[str, SourceRecord] = {}
    ticked_at: dt.datetime | None = None
    schema: str | None = None
    try:
        schema = desk_.store.database.known_version()
        if schema == SCHEMA:
            records = {record.name: record for record in desk_.store.sources.records()}
            ticked_at = desk_.store.facts.ticked_at()
        answers = True
    except StoreError as error:
        desk_.tell("store.refused", rule="/readyz", reason=str(error))
        answers = False
    ready = answers and schema == SCHEMA
    told = flask.jsonify(
        status="ready" if ready else "unready",
        version=__version__,
        database={"answers": answers, "schema": schema, "expected": SCHEMA},
        sources=[_source(source.name, records.get(source.name), now=now) for source in desk_.sources],
        last_tick={"at": _time(ticked_at), "age_s": _age_s(ticked_at, now)},
    )
    told.status_code = 200 if ready else 503
    return _untold(told)


@blueprint.get("/robots.txt")
def robots() -> flask.Response:
    """Everything public may be crawled."""
    lines = ["User-agent: *", *(f"Disallow: {to(path)}" for path in _SHUT)]
    return flask.Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _source(name: str, record: SourceRecord | None, *, now: dt.datetime) -> dict[str, Any]:
    """A configured source; `status` is null where it was never looked at."""
    succeeded_at = None if record is None else record.succeeded_at
    return {
        "name": name,
        "status": None if record is None else record.status,
        "checked_at": None if record is None else _time(record.checked_at),
        "succeeded_at": _time(succeeded_at),
        "age_s": _age_s(succeeded_at, now),
    }


def _time(when: dt.datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="seconds")


def _age_s(when: dt.datetime | None, now: dt.datetime) -> int | None:
    """Whole seconds; 0 for what a clock that was set back calls the future."""
    return None if when is None else max(0, int((now - when).total_seconds()))


def _untold(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "no-store"
    return response
