"""A search becomes a topic of the reader whom this browser remembers; of nobody else, and not by forgery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.filling import faults, filled, rows

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.model import Subscriber
    from digest.store import Store
    from digest.web.desk import Desk


@pytest.fixture
def known(client: FlaskClient, desk: Desk, reader: Subscriber) -> FlaskClient:
    """A browser that remembers the reader."""
    token = desk.signer.token("preferences", reader.id)
    assert client.post(f"/p/{token}/browser", data={"do": "remember"}).status_code == 303
    return client


def names(store: Store, reader: Subscriber) -> list[str]:
    return [topic.name for topic in store.subscribers.by_id([reader.id])[reader.id].subscriber.topics]


def test_a_search_becomes_a_topic_of_the_remembered_reader(
    known: FlaskClient, store: Store, reader: Subscriber
) -> None:
    before = names(store, reader)
    form = known.get("/subscribe?q=folding+laundry").text
    assert 'formaction="/subscribe/own"' in form
    answer = known.post("/subscribe/own", data=filled(form, "/subscribe"))
    assert answer.status_code == 200
    assert names(store, reader) == [*before, "Folding laundry"]
    again = known.post("/subscribe/own", data=filled(form, "/subscribe"))
    assert again.status_code == 422  # there is one of that name
    assert names(store, reader) == [*before, "Folding laundry"]


def test_nothing_typed_is_told_beside_the_field(known: FlaskClient) -> None:
    form = known.get("/subscribe").text
    answer = known.post("/subscribe/own", data=filled(form, "/subscribe"))
    assert answer.status_code == 422
    assert set(faults(answer)) == {"words"}


def test_another_site_cannot_add_a_topic(known: FlaskClient, store: Store) -> None:
    before = rows(store)
    assert known.post("/subscribe/own", data={"words": "spam"}).status_code == 400
    assert rows(store) == before


def test_a_browser_that_remembers_nobody_adds_nothing(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    assert "/subscribe/own" not in client.get("/subscribe?q=robots").text
    before = rows(store)
    assert client.post("/subscribe/own", data={"words": "robots"}).status_code in (400, 403)
    assert rows(store) == before
