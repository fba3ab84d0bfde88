"""Leaving by RFC 8058: at once on POST, never on GET, for ever, twice; and the gentler ways beside it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from lxml import html

from digest.links import Signer
from digest.model import Cadence, Subscriber, Topic
from digest.store.members import Admission
from digest.store.suppressions import Suppression
from digest.web.app import create_app
from digest.web.leave_words import STATUS
from tests.web.conftest import NOW, SECRET, WORST_TITLE, browser
from tests.web.filling import faults, filled, rows, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.store.members import Membership
    from digest.web.desk import Desk

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def path(desk: Desk, reader: Subscriber) -> str:
    """The reader's link to leave."""
    return f"/u/{desk.signer.token('unsubscribe', reader.id)}"


def member(store: Store) -> Membership:
    """Ada, as she stands."""
    found = store.subscribers.find("ada@example.org")
    assert found is not None
    return found


def evidence(store: Store) -> list[tuple[str, str]]:
    """Why Ada gets no mail."""
    return [(one.cause, one.evidence) for one in store.suppressions.of("ada@example.org")]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_leaves_at_once_without_cookies_or_redirect(
    client: FlaskClient, store: Store, path: str, content_type: str
) -> None:
    answer = client.post(path, data=ONE_CLICK, content_type=content_type)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers
    assert (member(store).status, member(store).left_at) == ("left", NOW)
    assert evidence(store) == [("unsubscribe", "on the web: the link of their own mail, from 127.0.0.1")]


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", ""),
        (b"", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"no boundary", "multipart/form-data"),
        (b"\xff\x00%%%", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ],
)
def test_one_click_leaves_however_it_is_written(
    client: FlaskClient, store: Store, path: str, data: bytes, content_type: str
) -> None:
    assert client.post(path, data=data, content_type=content_type or None).status_code == 200
    assert member(store).status == "left"


def test_one_click_of_a_browser_that_is_remembered_needs_no_guard(
    client: FlaskClient, desk: Desk, store: Store, path: str, reader: Subscriber
) -> None:
    client.post(f"/p/{desk.signer.token('preferences', reader.id)}/browser", data={"do": "remember"})
    assert client.post(path, data=ONE_CLICK).status_code == 200
    assert member(store).status == "left"


def test_looking_changes_nothing_however_often(client: FlaskClient, store: Store, path: str) -> None:
    before = rows(store)
    for query in ("", "?List-Unsubscribe=One-Click", "?done=paused", "?do=leave"):
        assert client.get(path + query).status_code == 200
        assert client.head(path + query).status_code == 200
        assert client.options(path + query).status_code == 200
    for below in ("/pause", "/resume", "/weekly", "/back"):
        assert client.get(path + below).status_code == 303
        assert client.head(path + below).status_code == 303
    assert rows(store) == before


def test_button_of_the_page_leaves(client: FlaskClient, store: Store, path: str) -> None:
    shown = client.get(path)
    assert "a…@example.org" in words(shown)
    assert "ada@example.org" not in shown.text
    answer = client.post(path, data=filled(shown.text, path))
    assert answer.status_code == 200
    assert "You have left" in words(answer)
    assert member(store).status == "left"


def test_leaving_twice_says_so_and_keeps_the_first_evidence(
    client: FlaskClient, desk: Desk, store: Store, path: str
) -> None:
    client.post(path, data=ONE_CLICK)
    before = rows(store)
    later = browser(create_app(dataclasses.replace(desk, clock=lambda: NOW + dt.timedelta(days=400))))
    for answer in (client.post(path, data=ONE_CLICK), later.post(path, data=ONE_CLICK), later.get(path)):
        assert answer.status_code == 200
        assert "You have left" in words(answer)
    assert rows(store) == before


def test_link_works_for_ever_across_rotations_of_the_key(desk: Desk, store: Store, path: str) -> None:
    newer = "fedcba9876543210fedcba9876543210"
    rotated = dataclasses.replace(
        desk,
        signer=Signer(newer, [SECRET]),
        secret=newer,
        old_secrets=(SECRET,),
        clock=lambda: NOW + dt.timedelta(days=20 * 365),
    )
    assert browser(create_app(rotated)).post(path, data=ONE_CLICK).status_code == 200
    assert member(store).status == "left"


@pytest.mark.parametrize("change", [str.upper, str.title, lambda path: path.replace("a", "A")])
def test_link_that_a_gateway_put_in_other_case_works(
    client: FlaskClient, store: Store, path: str, change: object
) -> None:
    assert callable(change)
    mangled = f"/u/{change(path.removeprefix('/u/'))}"
    assert client.get(mangled).status_code == 200
    assert client.post(mangled, data=ONE_CLICK).status_code == 200
    assert member(store).status == "left"


def test_reader_who_was_erased_gets_no_mail(client: FlaskClient, store: Store, path: str) -> None:
    store.subscribers.erase("ada@example.org", at=NOW)
    before = rows(store)
    for answer in (client.get(path), client.post(path, data=ONE_CLICK), client.post(f"{path}/back")):
        assert answer.status_code == 200
        assert "You get no mail" in words(answer)
        assert "<form" not in html.tostring(
            html.fromstring(answer.text).cssselect("main")[0], encoding="unicode"
        )
    assert rows(store) == before


@pytest.mark.parametrize("token", ["x", "1-aaaaaaaaaaaaaaaaaaaaaaaa", "%00", "1", "1-" + "a" * 3000])
def test_link_that_is_not_whole_helps_and_leaves_nobody(
    client: FlaskClient, store: Store, token: str
) -> None:
    before = rows(store)
    for answer in (client.get(f"/u/{token}"), client.post(f"/u/{token}", data=ONE_CLICK)):
        assert answer.status_code == 404
        assert "write to editor@example.org" in words(answer)
    assert rows(store) == before


def test_token_of_another_purpose_leaves_nobody(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    for purpose in ("preferences", "vote", "edition", "confirm", "feed"):
        assert client.post(f"/u/{desk.signer.token(purpose, reader.id)}", data=ONE_CLICK).status_code == 404
    assert member(store).status == "active"


# ------------------------------------------------------------------------ beside leaving


@pytest.mark.parametrize(
    ("length", "until"), [("2w", "2026-05-07"), ("1m", "2026-05-23"), ("3m", "2026-07-23")]
)
def test_pause_for_a_while(client: FlaskClient, store: Store, path: str, length: str, until: str) -> None:
    sent = filled(client.get(path).text, f"{path}/pause", **{"for": length})
    answer = client.post(f"{path}/pause", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=paused")
    begins = dt.datetime.fromisoformat(f"{until}T00:00:00+02:00")
    assert (member(store).status, member(store).paused_until) == ("paused", begins)
    shown = words(client.get(answer.headers["Location"]))
    assert "You have paused." in shown
    assert "Mail comes again from" in shown


def test_pause_until_a_day_and_go_on(client: FlaskClient, store: Store, path: str) -> None:
    client.post(f"{path}/pause", data=filled(client.get(path).text, f"{path}/pause", until="2026-12-24"))
    shown = client.get(path)
    assert "Mail comes again from Thursday 24 December 2026 on." in words(shown)
    client.post(f"{path}/resume", data=filled(shown.text, f"{path}/resume"))
    assert (member(store).status, member(store).paused_until) == ("active", None)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("", "Write a date as 2026-05-07."),
        ("tomorrow", "Write a date as 2026-05-07."),
        ("2026-13-45", "Write a date as 2026-05-07."),
        ("2026-04-23", "Choose a day after today."),
        ("0001-01-01", "Choose a day after today."),
        ("9999-12-31", "Choose a day within a year; to get no more mail at all, leave."),
        ("2026-05-07\x00", "Write a date as 2026-05-07."),
        ("x" * 10_000, "Write a date as 2026-05-07."),
    ],
)
def test_pause_until_no_day_is_told(
    client: FlaskClient, store: Store, path: str, until: str, sentence: str
) -> None:
    before = rows(store)
    answer = client.post(f"{path}/pause", data={"until": until, "for": "ever"})
    assert answer.status_code == 422
    assert faults(answer) == {"until": sentence}
    assert rows(store) == before


def test_paused_reader_leaves_by_the_link(client: FlaskClient, store: Store, path: str) -> None:
    client.post(f"{path}/pause", data={"for": "2w"})
    assert client.post(path, data=ONE_CLICK).status_code == 200
    assert (member(store).status, member(store).paused_until) == ("left", None)


def test_fewer_mails(client: FlaskClient, store: Store, path: str) -> None:
    shown = client.get(path)
    answer = client.post(f"{path}/weekly", data=filled(shown.text, f"{path}/weekly"))
    assert answer.status_code == 303
    assert member(store).subscriber.cadence == Cadence(kind="weekly", weekday=0)
    after = client.get(answer.headers["Location"])
    assert "one mail a week, on Mondays" in words(after)
    assert f"{path}/weekly" not in after.text


def test_come_back_is_a_new_consent(client: FlaskClient, store: Store, path: str) -> None:
    gone = client.post(path, data=ONE_CLICK)
    assert "gaussian splatting" in words(gone)
    answer = client.post(f"{path}/back", data=filled(gone.text, f"{path}/back"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=back")
    assert (member(store).status, member(store).agreed_at) == ("active", NOW)
    assert member(store).agreed_where.startswith(
        "on the web: came back 2026-04-23 12:00:00 UTC from 127.0.0.1; shown: Paper Digest. One mail"
    )
    assert "“Send me the digest again”" in member(store).agreed_where
    assert evidence(store) == []
    assert "Welcome back." in words(client.get(answer.headers["Location"]))


def test_who_complained_is_not_brought_back_by_a_button(client: FlaskClient, store: Store, path: str) -> None:
    client.post(path, data=ONE_CLICK)
    store.suppressions.add([Suppression(email="ada@example.org", cause="complaint", at=NOW)])
    before = rows(store)
    answer = client.post(f"{path}/back")
    assert answer.status_code == 409
    assert "Write to editor@example.org" in words(answer)
    assert rows(store) == before


@pytest.mark.parametrize("below", ["/pause", "/resume", "/weekly"])
def test_who_has_left_changes_nothing_but_coming_back(
    client: FlaskClient, store: Store, path: str, below: str
) -> None:
    client.post(path, data=ONE_CLICK)
    before = rows(store)
    assert client.post(path + below, data={"for": "2w"}).status_code == 409
    assert rows(store) == before


def test_status_words_come_by_their_key_alone(client: FlaskClient, path: str) -> None:
    bare = client.get(path).text
    for query in (
        "?done=<script>alert(1)</script>",
        "?done=Your+account+is+locked",
        "?done=",
        "?done=a&done=b",
    ):
        assert client.get(path + query).text == bare
    for key, sentence in STATUS.items():
        assert sentence in client.get(f"{path}?done={key}").text


def test_page_escapes_what_a_reader_wrote(client: FlaskClient, desk: Desk, store: Store) -> None:
    topic = Topic(name=WORST_TITLE, keywords=(WORST_TITLE,))
    store.subscribers.add(Admission(subscriber=Subscriber(email="eve@example.org", topics=(topic,))))
    found = store.subscribers.find("eve@example.org")
    assert found is not None
    answer = client.post(f"/u/{desk.signer.token('unsubscribe', found.subscriber.id)}")
    assert "alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
