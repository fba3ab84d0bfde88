"""What was tried against the running web side, and has to go on coming to nothing."""

from __future__ import annotations

import dataclasses
import io
import itertools
import threading
from collections import Counter
from typing import TYPE_CHECKING

import flask
import pytest
import sqlalchemy as sa
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from digest.membership.posting import PER_HOUR
from digest.store import Store
from digest.web.app import create_app
from digest.web.limits import spend
from digest.web.security import BODY_LIMIT
from digest.web.subscribe import ASKED
from digest.web.wsgi import Caught
from tests.web.conftest import browser
from tests.web.filling import rows

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.links import Signer
    from digest.model import Subscriber
    from digest.web.desk import Desk

PURPOSES = ("unsubscribe", "confirm", "preferences", "vote", "edition", "editor", "feed")
SUBSCRIPTION = {
    "words": "nerf", "cadence": "daily", "send_at": "07:00", "timezone": "UTC", "max_papers": "5",
}  # fmt: skip


# ------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize("token", ["%0a", "%0d%0aX-Evil:%20y", "..%5c..%5cevil.example", "x"])
@pytest.mark.parametrize("button", ["pause", "resume", "weekly", "back"])
def test_a_button_of_no_token_leads_nowhere(client: FlaskClient, token: str, button: str) -> None:
    answer = client.get(f"/u/{token}/{button}")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def pages(desk: Desk, reader: Subscriber, purpose: str) -> list[str]:
    """What a token of that purpose is tried at: every page that takes one."""
    token, ref = desk.signer.token(purpose, reader.id), reader.topics[0].ref
    return [
        f"/u/{token}", f"/p/{token}", f"/p/{token}/data.json", f"/p/{token}/editions", f"/p/{token}/move",
        f"/p/{token}/topics/{ref}", f"/v/{token}/1", f"/e/{token}/0123456789abcdef", f"/editor/{token}",
        f"/feed/topic/{token}.{ref}.atom", f"/c/{token}",
    ]  # fmt: skip


def test_a_token_opens_the_pages_of_its_purpose_and_no_others(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    letters = {
        "unsubscribe": "u", "preferences": "p", "vote": "v", "edition": "e", "feed": "feed",
        "editor": "editor", "confirm": "c",
    }  # fmt: skip
    for purpose in PURPOSES:
        opened = {
            path.split("/")[1]
            for path in pages(desk, reader, purpose)
            if client.get(path).status_code not in (404, 410)
        }
        assert opened <= {letters[purpose]}, purpose
        assert opened or purpose in ("edition", "editor", "confirm"), purpose


# ------------------------------------------------------------------------------- bodies


def unmeasured(app: flask.Flask, path: str, body: io.BytesIO) -> Response:
    """A post that does not say its size, as gunicorn hands it on."""
    environ = EnvironBuilder(path, method="POST", base_url="http://127.0.0.1:8000/").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {
        "wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }  # fmt: skip
    return Response.from_app(app, environ, buffered=True)


class Broken(io.BytesIO):
    """A body whose next chunk is none."""

    def read(self, _size: int | None = -1) -> bytes:
        raise OSError("invalid chunk size")


def test_a_body_that_does_not_say_its_size_is_read_refused_when_large_and_told_when_broken(
    app: flask.Flask,
) -> None:
    app.add_url_rule("/test/read", "read", lambda: flask.request.form.get("a", "none"), methods=["POST"])
    assert unmeasured(app, "/test/read", io.BytesIO(b"a=" + b"x" * 9)).get_data(as_text=True) == "x" * 9
    whole = unmeasured(app, "/test/read", io.BytesIO(b"a=" + b"x" * (BODY_LIMIT - 2)))
    assert len(whole.get_data()) == BODY_LIMIT - 2
    assert unmeasured(app, "/test/read", io.BytesIO(b"a=" + b"x" * BODY_LIMIT)).status_code == 413
    assert unmeasured(app, "/test/read", Broken()).status_code == 400


def test_leaving_reads_no_body_and_so_none_is_too_broken(
    app: flask.Flask, desk: Desk, reader: Subscriber
) -> None:
    path = f"/u/{desk.signer.token('unsubscribe', reader.id)}"
    assert unmeasured(app, path, Broken()).status_code == 200
    assert desk.store.subscribers.by_id([reader.id])[reader.id].status == "left"


# ------------------------------------------------------------------------------- sessions


def remembered_at(client: FlaskClient, desk: Desk, reader: Subscriber, **headers: str) -> TestResponse:
    path = f"/p/{desk.signer.token('preferences', reader.id)}/browser"
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, data={"do": "remember"}, headers=said)


def test_no_answer_that_others_may_keep_sets_a_cookie(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    assert "Set-Cookie" in remembered_at(client, desk, reader).headers
    style = client.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    paths = (
        style, "/", "/search?q=graph", "/api/daily_papers", "/api/papers/2604.10001", "/api/openapi.json",
        "/papers/2604.10001", "/papers/2604.10001.md", "/feed.atom", "/archive", "/robots.txt", "/metrics",
    )  # fmt: skip
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        kept = answer.cache_control
        assert "Set-Cookie" not in answer.headers or kept.private or kept.no_store, path
    assert "Set-Cookie" in client.get("/").headers  # renewed where it is the browser's alone
    assert client.get(style).headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example:8000"},
        {"Origin": "http://["},
    ],
)
def test_another_site_cannot_have_a_browser_remember_its_own_reader(
    client: FlaskClient, desk: Desk, reader: Subscriber, headers: dict[str, str]
) -> None:
    answer = remembered_at(client, desk, reader, **headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    vote = f"/v/{desk.signer.token('vote', reader.id)}/1"
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    assert client.post(vote, data={"do": "remember"}, headers=said).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "same-origin", "Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
)
def test_our_own_pages_have_a_browser_remember(
    client: FlaskClient, desk: Desk, reader: Subscriber, headers: dict[str, str]
) -> None:
    assert "Set-Cookie" in remembered_at(client, desk, reader, **headers).headers


def test_another_site_takes_no_cookie_away(client: FlaskClient, desk: Desk, reader: Subscriber) -> None:
    # A browser sends no SameSite=Lax cookie along with the post of another site.
    path = f"/p/{desk.signer.token('preferences', reader.id)}/browser"
    assert "Set-Cookie" not in client.post(path, data={"do": "forget"}).headers


# ------------------------------------------------------------------------------- stuffing


def test_one_network_cannot_use_up_the_notes_of_an_hour(
    app: flask.Flask, client: FlaskClient, store: Store
) -> None:
    assert ASKED + 30 + 20 < PER_HOUR  # with lost links and moves
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for _ in range(ASKED):
            spend("asked", "127.0.0.1", per_hour=ASKED)
    before = rows(store)
    answer = client.post("/subscribe", data={**SUBSCRIPTION, "email": "new@example.net"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert rows(store) == before


def test_fifty_votes_at_once_through_two_processes_are_one(
    desk: Desk, reader: Subscriber, tmp_path: Path
) -> None:
    path = f"/v/{desk.signer.token('vote', reader.id)}/1"
    answers: list[int] = []
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as beside:
        apps = [create_app(desk), create_app(_with(desk, beside))]

        def vote(app: flask.Flask) -> None:
            answers.append(browser(app).post(path, data={"do": "upvote"}).status_code)

        threads = [
            threading.Thread(target=vote, args=(app,)) for app in itertools.islice(itertools.cycle(apps), 50)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(answers) == {303: 50}
    assert len(rows(desk.store)["upvotes"]) == 1


# ------------------------------------------------------------------------------- a database in trouble


def test_a_post_that_meets_a_locked_database_changes_nothing_and_says_so(
    desk: Desk, reader: Subscriber, tmp_path: Path
) -> None:
    before = rows(desk.store)
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}?timeout=0.01") as impatient:
        client = browser(create_app(_with(desk, impatient)))
        with desk.store.database.begin() as connection:
            connection.execute(sa.text("UPDATE subscribers SET name = name"))
            answers = {path: client.post(path, data=body) for path, body in writes(desk.signer, reader)}
    assert rows(desk.store) == before
    for path, answer in answers.items():
        assert answer.status_code == 503, path
        assert answer.headers["Retry-After"] == "60"
        assert "Nothing was changed" in answer.text


def writes(signer: Signer, reader: Subscriber) -> list[tuple[str, dict[str, str]]]:
    """Each kind of post that writes."""
    leave, mine, vote = (signer.token(one, reader.id) for one in ("unsubscribe", "preferences", "vote"))
    return [
        ("/subscribe", {**SUBSCRIPTION, "email": "new@example.net"}),
        ("/link", {"email": reader.email}),
        (f"/u/{leave}", {"List-Unsubscribe": "One-Click"}),
        (f"/u/{leave}/pause", {"for": "2w"}),
        (f"/u/{leave}/weekly", {}),
        (f"/p/{mine}/when", {**SUBSCRIPTION, "cadence": "weekly:mon"}),
        (f"/p/{mine}/pause", {"for": "2w"}),
        (f"/p/{mine}/move", {"email": "new@example.net"}),
        (f"/p/{mine}/topics/new", {"words": "nerf"}),
        (f"/p/{mine}/erase", {}),
        (f"/v/{vote}/1", {"do": "upvote"}),
        (f"/v/{vote}/1", {"do": "more", "topic": reader.topics[0].ref}),
    ]


def _with(desk: Desk, store: Store) -> Desk:
    return dataclasses.replace(desk, store=store)


# ------------------------------------------------------------------------------- the log


@pytest.mark.parametrize("method", ["A" * 3000, "PROPFIND", "TOKEN"])
def test_no_method_of_the_clients_making_stands_in_the_log(
    client: FlaskClient, told: list[tuple[str, dict[str, object]]], method: str
) -> None:
    assert client.open("/", method=method).status_code == 405
    assert told[-1][1]["method"] == "-"


def test_an_answer_that_the_server_could_not_write_ends_in_ours() -> None:
    begun: list[object] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        # As PEP 3333 has it: begun twice without a reason is an error of the app's.
        assert not begun or exc_info
        begun.append(status)

    def broken(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        raise UnicodeEncodeError("latin-1", "\u2026", 0, 1, "reader@example.org")

    told: list[str] = []
    caught = Caught(broken, lambda event, **keys: told.append(f"{event} {keys}"))
    assert b"".join(caught({}, start)) == b"Something here is broken. It was noted.\n"  # type: ignore[arg-type]
    assert begun == ["200 OK", "500 Internal Server Error"]
    assert "reader" not in told[0]
