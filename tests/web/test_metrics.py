"""What Prometheus reads: everything by its state, requests by their rule, and nobody's address."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from digest.config import WebSettings
from digest.model import DeliveryEvent
from digest.store import tables_web
from digest.store.bounces import SoftBounces
from digest.store.tally import take_tally
from digest.web.app import create_app
from tests.store.test_deliveries import ACCEPTED, claim, composed, land, reader
from tests.web.conftest import NOW, browser
from tests.web.test_health import HOUR, look

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.web.desk import Desk

Sample = tuple[str, frozenset[tuple[str, str]]]


def read(client: FlaskClient) -> dict[Sample, float]:
    """All samples by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


def test_everything_is_counted_by_its_state(client: FlaskClient, store: Store) -> None:
    delivery = composed(store, reader(store, "ada@example.org"), 21)
    claim(store, delivery)
    land(store, delivery, ACCEPTED)
    told = DeliveryEvent(kind="complaint", teller="sendgrid", name="spamreport", at=NOW, delivery_id=delivery)
    store.events.absorb([told], soft_bounces=SoftBounces(), now=NOW)
    found = read(client)
    assert {
        name: found[name]
        for name in (
            of("digest_papers"),
            of("digest_editions"),
            of("digest_deliveries", state="complained"),
            of("digest_deliveries", state="uncertain"),
            of("digest_events", kind="complaint"),
            of("digest_events", kind="delivered"),
            of("digest_subscribers", status="active"),
            of("digest_suppressions", cause="complaint"),
            of("digest_database_up"),
        )
    } == {
        of("digest_papers"): 30,
        of("digest_editions"): 1,
        of("digest_deliveries", state="complained"): 1,
        of("digest_deliveries", state="uncertain"): 0,
        of("digest_events", kind="complaint"): 1,
        of("digest_events", kind="delivered"): 0,
        of("digest_subscribers", status="active"): 1,
        of("digest_suppressions", cause="complaint"): 1,
        of("digest_database_up"): 1,
    }


def test_notes_are_counted_by_their_state(client: FlaskClient, store: Store) -> None:
    said = ("owner", "provider", "provider_id", "reason")
    row = dict.fromkeys(said, "") | {"id": "0" * 16, "kind": "confirm", "state": "waiting", "attempts": 0}
    row |= {"address_hash": b"1", "email": "bo@example.org", "asked_at": NOW, "updated_at": NOW}
    with store.database.begin() as connection:
        connection.execute(sa.insert(tables_web.notes), row)
    assert read(client)[of("digest_notes", state="waiting")] == 1


def test_sources_and_the_last_run_have_an_age(client: FlaskClient, store: Store) -> None:
    look(store, "arxiv", "ok", at=NOW - 3 * HOUR)
    look(store, "arxiv", "failed", at=NOW - HOUR, error="GET https://arxiv.example/?key=secret: HTTP 500")
    store.facts.note_tick(NOW - HOUR)
    found = read(client)
    assert found[of("digest_source_success_age_seconds", source="arxiv")] == 3 * 3600
    assert found[of("digest_source_status", source="arxiv", status="failed")] == 1
    assert found[of("digest_source_status", source="arxiv", status="ok")] == 0
    assert found[of("digest_source_seen", source="arxiv")] == 5
    assert found[of("digest_source_new", source="arxiv")] == 2
    assert found[of("digest_last_tick_age_seconds")] == 3600
    assert of("digest_source_seen", source="huggingface") not in found


def test_requests_are_measured_by_rule_method_and_class_of_status(client: FlaskClient) -> None:
    etag = client.get("/api/papers/2604.10001").headers["ETag"]
    client.get("/api/papers/2604.10002")
    client.get("/api/papers/2604.10001", headers={"If-None-Match": etag})
    client.get("/api/papers/2604.99999")
    client.get("/no/such/page")
    client.open("/api/papers/2604.10001", method="BREW")
    found = read(client)

    def count(rule: str, method: str, status: str) -> float | None:
        return found.get(of("digest_request_seconds_count", rule=rule, method=method, status=status))

    rule = "/api/papers/<path:ref>"
    assert count(rule, "GET", "2xx") == 2
    assert count(rule, "GET", "3xx") == 1
    assert count(rule, "GET", "4xx") == 1
    assert count("-", "GET", "4xx") == 1
    assert count("-", "-", "4xx") == 1
    assert found[of("digest_request_seconds_bucket", rule=rule, method="GET", status="2xx", le="+Inf")] == 2


def test_nobody_outside_makes_a_series_of_their_own(client: FlaskClient) -> None:
    client.get("/healthz")
    before = set(read(client)) | set(read(client))
    for number in range(20):
        client.get(f"/healthz?secret-{number}")
        client.open("/no/such/page", method=f"METHOD{number}")
        client.get(f"/nowhere/{number}/ada@example.org")
    after = set(read(client))
    labels = {label for _, labels in after - before for label in labels if label[0] != "le"}
    assert labels == {("rule", "-"), ("method", "-"), ("method", "GET"), ("status", "4xx")}


def test_no_address_and_no_token_is_in_it(client: FlaskClient, desk: Desk, store: Store) -> None:
    member = reader(store, "zoe.quux@example.org")
    token = desk.signer.token("unsubscribe", member)
    client.get(f"/u/{token}")
    client.get("/search?q=zoe.quux@example.org")
    text = client.get("/metrics").text
    assert "@" not in text
    assert token not in text
    assert "quux" not in text


def test_what_the_database_says_is_kept_for_some_seconds(desk: Desk) -> None:
    client = browser(create_app(desk))
    assert read(client)[of("digest_papers")] == 30
    with desk.store.database.begin() as connection:
        connection.execute(sa.text("DELETE FROM papers WHERE id > 10"))
    assert read(client)[of("digest_papers")] == 30
    assert read(browser(create_app(desk)))[of("digest_papers")] == 10


def test_without_a_database_the_latencies_are_still_told(client: FlaskClient, store: Store) -> None:
    client.get("/healthz")
    with store.database.begin() as connection:
        connection.execute(sa.text("DROP TABLE delivery_events"))
    found = read(client)
    assert found[of("digest_database_up")] == 0
    assert of("digest_papers") not in found
    assert found[of("digest_request_seconds_count", rule="/healthz", method="GET", status="2xx")] == 1


def test_it_can_be_turned_off(desk: Desk) -> None:
    client = browser(create_app(dataclasses.replace(desk, settings=WebSettings(metrics=False))))
    answer = client.get("/metrics")
    assert (answer.status_code, list(answer.json or {})) == (404, ["error"])


def plans(store: Store) -> list[str]:
    """How the database means to count, statement by statement."""
    found: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.driver_connection.execute(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            found.append(" / ".join(row[3] for row in rows))

    with store.database.read() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", explain)
    take_tally(store.database)
    sa.event.remove(engine, "before_cursor_execute", explain)
    return found


def test_counting_walks_indexes_and_no_table(store: Store) -> None:
    found = plans(store)
    assert len(found) == 8
    assert [plan for plan in found if "COVERING INDEX" not in plan] == []
