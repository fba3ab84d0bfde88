"""Alive, ready, and what crawlers may read: told to machines without a secret in it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest import __version__
from digest.model import Collection, Position
from digest.store import Store
from digest.store.database import SCHEMA
from digest.web.app import create_app
from tests.web.conftest import NOW, browser

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from digest.model import SourceStatus
    from digest.web.desk import Desk

HOUR = dt.timedelta(hours=1)


def look(store: Store, name: str, status: SourceStatus, *, at: dt.datetime, error: str | None = None) -> None:
    """A look at a source, as a run keeps it."""
    found = Collection(status=status, position=Position(), error=error, seen=5)
    with store.database.begin() as connection:
        store.sources.note(connection, name, title=name, collection=found, new=2, now=at)


def test_a_process_that_answers_is_alive_without_its_database(desk: Desk) -> None:
    client = browser(create_app(desk))
    desk.store.close()
    with desk.store.database.begin() as connection:
        connection.execute(sa.text("DROP TABLE papers"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": __version__})
    assert answer.headers["Cache-Control"] == "no-store"


def test_ready_tells_how_old_everything_is(client: FlaskClient, store: Store) -> None:
    look(store, "arxiv", "ok", at=NOW - 3 * HOUR)
    look(store, "arxiv", "failed", at=NOW - HOUR, error="GET https://arxiv.example/?key=secret: HTTP 500")
    store.facts.note_tick(NOW - 2 * HOUR)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "version": __version__,
        "database": {"answers": True, "schema": SCHEMA, "expected": SCHEMA},
        "sources": [
            {
                "name": "arxiv",
                "status": "failed",
                "checked_at": "2026-04-23T11:00:00+00:00",
                "succeeded_at": "2026-04-23T09:00:00+00:00",
                "age_s": 10800,
            },
            {
                "name": "huggingface",
                "status": None,
                "checked_at": None,
                "succeeded_at": None,
                "age_s": None,
            },
        ],
        "last_tick": {"at": "2026-04-23T10:00:00+00:00", "age_s": 7200},
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_clock_that_was_set_back_makes_no_age_below_nothing(client: FlaskClient, store: Store) -> None:
    look(store, "arxiv", "ok", at=NOW + HOUR)
    assert client.get("/readyz").json["sources"][0]["age_s"] == 0


def unready(client: FlaskClient) -> Any:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["status"] == "unready"
    assert answer.json["last_tick"] == {"at": None, "age_s": None}
    assert [source["name"] for source in answer.json["sources"]] == ["arxiv", "huggingface"]
    return answer.json["database"]


@pytest.mark.parametrize(
    ("schema", "answers"), [("0003", {"answers": True, "schema": "0003"}), ("9999", {"answers": False})]
)
def test_a_database_of_another_version_is_not_ready(
    client: FlaskClient, store: Store, schema: str, answers: dict[str, object]
) -> None:
    with store.database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})
    assert unready(client) == {"schema": None, "expected": SCHEMA, **answers}


def test_a_file_that_is_no_database_is_not_ready_and_its_path_is_not_told(
    desk: Desk, tmp_path: Path, told: list[tuple[str, dict[str, object]]]
) -> None:
    path = tmp_path / "broken.db"
    with Store.open(f"sqlite:///{path}") as store:
        client = browser(create_app(dataclasses.replace(desk, store=store)))
        store.close()
        path.write_bytes(b"this is a text, and a long one at that " * 400)
        for companion in ("-wal", "-shm"):
            path.with_name(path.name + companion).unlink(missing_ok=True)
        database = unready(client)
    assert database == {"answers": False, "schema": None, "expected": SCHEMA}
    (refused,) = [keys for event, keys in told if event == "store.refused"]
    assert "broken.db" in str(refused["reason"])


def test_probes_may_ask_by_address(app: Any) -> None:
    prober = browser(app, "10.1.2.3:8000")
    assert prober.get("/healthz").status_code == 200
    assert prober.get("/readyz").status_code == 200


def test_crawlers_are_kept_from_what_belongs_to_one_reader(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    shut = [line.removeprefix("Disallow: ") for line in lines[1:]]
    for path in ("/u/x", "/c/x", "/p/x/topics", "/v/x/1", "/e/x/1", "/editor/x", "/feed/topic/x.atom",
                 "/operator", "/link", "/webhooks/sendgrid", "/search?q=x"):  # fmt: skip
        assert any(path.startswith(one) for one in shut), path
    for path in ("/", "/papers/2604.10001", "/date/2026-04-21", "/archive", "/subscribe", "/feed.atom"):
        assert not any(path.startswith(one) for one in shut), path


def test_every_address_with_a_token_is_kept_from_crawlers(app: Any, client: FlaskClient) -> None:
    shut = [line.removeprefix("Disallow: ") for line in client.get("/robots.txt").text.splitlines()[1:]]
    signed = [rule.rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert [rule for rule in signed if not rule.startswith(tuple(shut))] == []
