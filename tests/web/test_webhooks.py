"""Posts of SendGrid's webhook: what is signed is kept before it is answered, and nothing else is believed."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.store import tables
from digest.store.bounces import SoftBounces
from digest.web.app import create_app
from tests.mailers.sendgrid_posts import PUBLIC_KEY, Post, event, signed
from tests.store.test_deliveries import ACCEPTED, claim, composed, land, reader
from tests.web.conftest import NOW, browser

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.store import Store
    from digest.web.desk import Desk

AT = int(NOW.timestamp())
PATH = "/webhooks/sendgrid"


@pytest.fixture
def keyed(desk: Desk) -> FlaskClient:
    """A site that knows SendGrid's key, and gives an address up after one soft bounce."""
    rule = SoftBounces(count=1, days=0)
    return browser(create_app(dataclasses.replace(desk, webhook_key=PUBLIC_KEY, soft_bounces=rule)))


@pytest.fixture
def delivery(store: Store) -> str:
    """A mail that SendGrid took."""
    delivery_id = composed(store, reader(store, "ada@example.org"), 21)
    claim(store, delivery_id)
    land(store, delivery_id, ACCEPTED)
    return delivery_id


def post(client: FlaskClient, made: Post) -> TestResponse:
    return client.post(PATH, data=made.body, headers=made.headers, content_type="application/json")


def told(*events: object) -> Post:
    return signed(json.dumps(events).encode(), at=AT)


def state(store: Store, delivery_id: str) -> str:
    return store.deliveries.by_id([delivery_id])[delivery_id].state


def events_kept(store: Store) -> int:
    with store.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.delivery_events)) or 0


def test_a_signed_post_is_kept_and_acted_on_once(keyed: FlaskClient, store: Store, delivery: str) -> None:
    made = told(
        event("delivered", delivery_id=delivery, timestamp=AT - 9),
        event("spamreport", delivery_id=delivery, timestamp=AT - 5),
    )
    answer = post(keyed, made)
    assert (answer.status_code, answer.data) == (204, b"")
    assert state(store, delivery) == "complained"
    assert {one.cause for one in store.suppressions.of("ada@example.org")} == {"complaint"}
    assert post(keyed, made).status_code == 204
    assert events_kept(store) == 2


def test_the_rule_of_soft_bounces_is_the_settings_own(
    keyed: FlaskClient, store: Store, delivery: str
) -> None:
    blocked = event("bounce", type="blocked", reason="452 full", delivery_id=delivery, timestamp=AT - 9)
    assert post(keyed, told(blocked)).status_code == 204
    assert {one.cause for one in store.suppressions.of("ada@example.org")} == {"bounce"}


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Post(headers={}, body=b"[]"), 401),
        (dataclasses.replace(signed(b"[]", at=AT), body=b"[ ]"), 401),
        (signed(b"[]", at=AT - 49 * 3600), 401),
        (signed(b"{}", at=AT), 400),
        (signed(b"not json", at=AT), 400),
        (signed(b"[" + b" " * 1024 * 1024 + b"]", at=AT), 413),
    ],
    ids=["unsigned", "changed", "old", "no list", "no json", "too long"],
)
def test_what_cannot_be_believed_or_read_changes_nothing(
    keyed: FlaskClient, store: Store, made: Post, status: int
) -> None:
    answer = post(keyed, made)
    assert (answer.status_code, list(answer.json or {})) == (status, ["error"])
    assert events_kept(store) == 0


def test_a_database_that_refuses_is_told_so_that_the_post_comes_again(
    keyed: FlaskClient, store: Store, delivery: str
) -> None:
    with store.database.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE INSERT ON delivery_events "
                "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        )
    made = told(event("delivered", delivery_id=delivery, timestamp=AT - 9))
    assert post(keyed, made).status_code == 503
    assert state(store, delivery) == "accepted"
    with store.database.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full"))
    assert post(keyed, made).status_code == 204
    assert state(store, delivery) == "delivered"


def test_it_needs_no_token_against_forgery(keyed: FlaskClient, delivery: str) -> None:
    keyed.set_cookie("digest", "whatever", domain="127.0.0.1")
    assert post(keyed, told(event("delivered", delivery_id=delivery))).status_code == 204


def test_where_no_key_is_configured_there_is_nothing(client: FlaskClient, store: Store) -> None:
    answer = post(client, told(event("delivered")))
    assert (answer.status_code, list(answer.json or {})) == (404, ["error"])
    assert events_kept(store) == 0


def test_only_posts_are_taken(keyed: FlaskClient) -> None:
    for method in ("GET", "HEAD", "PUT"):
        assert keyed.open(PATH, method=method).status_code == 405


def test_the_log_names_no_address(
    keyed: FlaskClient, delivery: str, told: list[tuple[str, dict[str, object]]]
) -> None:
    post(keyed, signed(json.dumps([event("bounce", delivery_id=delivery)]).encode(), at=AT))
    post(keyed, Post(headers={}, body=b"ada@example.org"))
    assert {"webhook.taken", "webhook.refused"} <= {name for name, _ in told}
    assert "@" not in repr(told)
