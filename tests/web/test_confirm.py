"""A confirmation link: shows, confirms once on POST, and says how to go on where it holds no more."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from lxml import html

from digest.membership import join, move, standing
from digest.model import Subscriber, Topic
from digest.store.suppressions import Suppression
from digest.store.tables_web import confirmations
from digest.web.app import create_app
from tests.web.conftest import NOW, WORST_TITLE, browser
from tests.web.filling import filled, rows, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.web.desk import Desk

NEW = Subscriber(
    email="new@example.org",
    timezone="Europe/Berlin",
    topics=(Topic(name=WORST_TITLE[:60], keywords=("language model",)),),
)
WEEK = dt.timedelta(days=7)


def ask(desk: Desk, email: str = NEW.email, *, at: dt.datetime = NOW) -> str:
    """A wish to join; the path of its link."""
    join.ask(desk.house, dataclasses.replace(NEW, email=email), where="192.0.2.1", shown="all of it", now=at)
    return last_path(desk)


def last_path(desk: Desk) -> str:
    """The link of the latest wish."""
    with desk.store.database.read() as connection:
        newest = max(row.id for row in connection.execute(confirmations.select()))
    return f"/c/{join.token_of(desk.house, newest)}"


def at(desk: Desk, now: dt.datetime) -> FlaskClient:
    """A browser at another time."""
    return browser(create_app(dataclasses.replace(desk, clock=lambda: now)))


def test_link_shows_what_was_asked_and_one_button(client: FlaskClient, desk: Desk, store: Store) -> None:
    path = ask(desk)
    before = rows(store)
    for _ in range(2):
        answer = client.get(path)
        assert answer.status_code == 200
        assert client.head(path).status_code == 200
    assert "One mail every day at 07:00, Berlin time, with at most 12 papers" in words(answer)
    assert "new@example.org" in words(answer)
    assert "<script>alert" not in answer.text
    buttons = html.fromstring(answer.text).cssselect("main button")
    assert [one.text_content() for one in buttons] == ["Yes, send me the digest"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert rows(store) == before


def test_button_makes_the_reader_with_the_evidence(client: FlaskClient, desk: Desk, store: Store) -> None:
    path = ask(desk)
    answer = client.post(path, data=filled(client.get(path).text, path))
    assert answer.status_code == 200
    assert "Your first mail is due on Friday 24 April at 07:00, Berlin time." in words(answer)
    member = store.subscribers.find("new@example.org")
    assert member is not None
    assert (member.status, member.origin, member.agreed_at) == ("active", "web", NOW)
    assert "asked 2026-04-23 12:00:00 UTC from 192.0.2.1" in member.agreed_where
    assert "from 127.0.0.1; shown: all of it" in member.agreed_where
    (link,) = (one for one in html.fromstring(answer.text).cssselect("main a") if "/p/" in one.get("href"))
    assert client.get(link.get("href")).status_code == 200


def test_replay_changes_nothing(client: FlaskClient, desk: Desk, store: Store) -> None:
    path = ask(desk)
    client.post(path)
    before = rows(store)
    again = client.post(path)
    looked = client.get(path)
    assert again.status_code == looked.status_code == 200
    assert "This was confirmed already" in words(again)
    assert "/p/" not in looked.text
    assert rows(store) == before


def test_replay_does_not_bring_back_who_left(client: FlaskClient, desk: Desk, store: Store) -> None:
    path = ask(desk)
    client.post(path)
    member = store.subscribers.find("new@example.org")
    assert member is not None
    store.subscribers.leave(member.subscriber.id, at=NOW, evidence="")
    answer = client.post(path)
    assert "/p/" not in answer.text
    left = store.subscribers.find("new@example.org")
    assert left is not None
    assert left.status == "left"


def test_upper_case_link_is_the_same_link(client: FlaskClient, desk: Desk, store: Store) -> None:
    token = ask(desk).removeprefix("/c/").upper()
    assert client.get(f"/c/{token}").status_code == 200
    assert client.post(f"/c/{token}").status_code == 200
    assert store.subscribers.find("new@example.org") is not None


def test_link_that_is_too_old_is_gone_with_a_way_forward(desk: Desk, store: Store) -> None:
    path = ask(desk)
    client = at(desk, NOW + WEEK)
    before = rows(store)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "This link is too old" in words(answer)
        assert 'href="/subscribe"' in answer.text
        assert "<form" not in html.tostring(
            html.fromstring(answer.text).cssselect("main")[0], encoding="unicode"
        )
    assert rows(store) == before


def test_link_overtaken_by_a_newer_one_is_gone(client: FlaskClient, desk: Desk, store: Store) -> None:
    older = ask(desk, at=NOW - dt.timedelta(hours=1))
    newer = ask(desk)
    client.post(newer)
    before = rows(store)
    answer = client.post(older)
    assert (answer.status_code, client.get(older).status_code) == (410, 410)
    assert "A newer link was used" in words(answer)
    assert rows(store) == before


def test_address_that_mail_came_back_from_is_not_brought_back(
    client: FlaskClient, desk: Desk, store: Store
) -> None:
    path = ask(desk)
    store.suppressions.add([Suppression(email="new@example.org", cause="bounce", at=NOW)])
    answer = client.post(path)
    assert answer.status_code == 410
    assert "Write to us" in words(answer)
    assert store.subscribers.find("new@example.org") is None


@pytest.mark.parametrize(
    "token",
    ["x", "1-aaaaaaaaaaaaaaaaaaaaaaaa", "%00", "..%2F..%2Fetc%2Fpasswd", "1-" + "a" * 5000, "<script>", "🙂"],
)
def test_token_that_was_never_made_is_a_page_that_helps(
    client: FlaskClient, store: Store, token: str
) -> None:
    before = rows(store)
    for answer in (client.get(f"/c/{token}"), client.post(f"/c/{token}")):
        assert answer.status_code == 404
        assert "<h1>" in answer.text
        assert "<script>alert" not in answer.text
    assert rows(store) == before


def test_token_of_another_purpose_confirms_nothing(client: FlaskClient, desk: Desk) -> None:
    ask(desk)
    for purpose in ("unsubscribe", "preferences", "vote"):
        assert client.get(f"/c/{desk.signer.token(purpose, 1)}").status_code == 404


def test_wish_to_move_is_confirmed_at_the_new_address(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    move.ask(desk.house, reader.id, "ada@new.example", where="", shown="", now=NOW)
    path = last_path(desk)
    before = rows(store)
    shown = client.get(path)
    assert "it would come to ada@new.example" in words(shown)
    assert rows(store) == before
    answer = client.post(path, data=filled(shown.text, path))
    assert "It goes to ada@new.example from now on. Your next mail is due on Friday 24 April" in words(answer)
    moved = store.subscribers.by_id([reader.id])[reader.id]
    assert moved.subscriber.email == "ada@new.example"
    assert "confirmed already" in words(client.get(path))


def test_who_has_paused_and_moves_is_not_told_of_a_mail_that_will_not_come(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    standing.pause(desk.house, reader.id, until=dt.date(2026, 5, 23), now=NOW)
    move.ask(desk.house, reader.id, "ada@new.example", where="192.0.2.1", shown="", now=NOW)
    said = words(client.post(last_path(desk)))
    assert "You have paused. Mail comes again from Saturday 23 May 2026 on." in said
    assert "24 April" not in said


def test_address_that_somebody_else_took_meanwhile_stays_theirs(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    move.ask(desk.house, reader.id, "new@example.org", where="", shown="", now=NOW)
    path = last_path(desk)
    client.post(ask(desk))
    answer = client.post(path)
    assert answer.status_code == 410
    assert "has a digest of its own" in words(answer)
    assert store.subscribers.by_id([reader.id])[reader.id].subscriber.email == "ada@example.org"
