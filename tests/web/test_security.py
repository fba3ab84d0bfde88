"""What every page promises: headers, names, sizes, no forgery, no way to another site, nothing in the log."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import flask
import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from digest.config import WebSettings
from digest.errors import StoreError
from digest.store import Store
from digest.web.app import create_app
from digest.web.limits import limited
from digest.web.security import BODY_LIMIT, FORM_PARTS, known_hosts
from digest.web.sessions import checked_always, csrf_field, forget, remember, remembered
from digest.web.wsgi import Caught
from tests.web.conftest import SECRET, SITE, browser

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from digest.model import Subscriber
    from digest.web.desk import Desk

HTTPS = dataclasses.replace(SITE, url="https://digest.example.org")
PURPOSES = ("unsubscribe", "confirm", "preferences", "vote", "edition", "editor", "feed", "move", "remember")
EVIL = "//evil.example/"
Told = list[tuple[str, dict[str, object]]]


def guesses(rule: Rule, desk: Desk, reader: Subscriber) -> list[str]:
    """Paths that the rule answers: with values that may mean something, and with a token for each purpose."""
    tokens = (
        [desk.signer.token(purpose, reader.id) for purpose in PURPOSES] if "token" in rule.arguments else [""]
    )
    sensible = {
        "arxiv_id": "2604.10001", "ref": "2604.10001", "paper": "1", "paper_id": "1", "day": "2026-04-21",
        "week": "2026-W17", "month": "2026-04", "text": "2026-04-21", "name": "style.css", "hash_": "0",
    }  # fmt: skip
    found = []
    for token in tokens:
        values = {name: sensible.get(name, "1") for name in rule.arguments} | (
            {"token": token} if token else {}
        )
        path = rule.rule
        for name, value in values.items():
            path = re.sub(rf"<(?:[^<>:]+:)?{name}>", value, path)
        found.append(path)
    return found


def everywhere(
    app: flask.Flask, desk: Desk, reader: Subscriber, query: str = "", **body: str
) -> list[tuple[Rule, str, str, TestResponse]]:
    """Each rule's answers to GET, HEAD and POST: rule, path, method, answer."""
    client = browser(app)
    answers = []
    for rule in app.url_map.iter_rules():
        for path, method in itertools.product(guesses(rule, desk, reader), ("GET", "HEAD", "POST")):
            if method in (rule.methods or ()) or method == "POST":
                answer = client.open(f"{path}{query}", method=method, data=body if method == "POST" else None)
                answers.append((rule, path, method, answer))
    return answers


# ------------------------------------------------------------------------------- headers


def test_every_answer_of_every_page_carries_the_guards(
    app: flask.Flask, desk: Desk, reader: Subscriber
) -> None:
    for _, path, method, answer in everywhere(app, desk, reader):
        policy = answer.headers["Content-Security-Policy"]
        where = f"{method} {path} {answer.status}"
        assert "default-src 'self'" in policy, where
        assert "frame-ancestors 'none'" in policy, where
        assert "unsafe" not in policy, where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert "geolocation=()" in answer.headers["Permissions-Policy"], where
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin"), where
        assert "Server" not in answer.headers, where
        assert answer.status_code < 500, where


def test_a_page_that_a_token_opens_is_told_to_nobody_and_kept_by_nobody(
    app: flask.Flask, desk: Desk, reader: Subscriber
) -> None:
    for rule, path, method, answer in everywhere(app, desk, reader):
        signed = "token" in rule.arguments
        where = f"{method} {path}"
        if not signed and answer.status_code not in (404, 405):
            assert answer.headers["Referrer-Policy"] == "same-origin", where
        if signed:
            assert answer.headers["Referrer-Policy"] == "no-referrer", where
            assert answer.headers["Cache-Control"] == "no-store", where
            assert "noindex" in answer.headers["X-Robots-Tag"], where


def test_every_signed_address_calls_its_token_a_token(app: flask.Flask) -> None:
    # The guard above knows signed pages by this name alone.
    signed = re.compile(r"/(u|c|p|v|e|editor|feed/topic)/")
    strays = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if signed.match(rule.rule) and "token" not in rule.arguments
    ]
    assert strays == []


def test_a_slip_in_a_signed_address_is_no_more_talkative(client: FlaskClient) -> None:
    answer = client.get("/q/1t-abcdefghijklmnopqrstuvwx")
    assert answer.status_code == 404
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_https_is_promised_to_last_and_http_is_not(desk: Desk, client: FlaskClient) -> None:
    secure = browser(create_app(dataclasses.replace(desk, site=HTTPS)), "digest.example.org")
    assert secure.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_pictures_of_others_are_shown_only_where_the_operator_wants_them(desk: Desk) -> None:
    def policy(*, thumbnails: bool) -> str:
        site = dataclasses.replace(SITE, thumbnails=thumbnails)
        answer = browser(create_app(dataclasses.replace(desk, site=site))).get("/nowhere")
        return answer.headers["Content-Security-Policy"]

    assert "img-src 'self' https:;" in policy(thumbnails=True)
    assert "img-src 'self';" in policy(thumbnails=False)


def test_no_template_holds_a_style_or_a_script_in_line() -> None:
    from digest.mail.templates import builtin_folder

    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    found = [
        f"{path.name}: {match[0]}"
        for path in (builtin_folder() / "web").rglob("*.j2")
        for match in inline.finditer(
            re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
    ]
    assert found == []


# ------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "",
        "127.0.0.1:8000@evil.example",
        "a b",
        "[::2]",
    ],
)
def test_asked_by_another_name_it_answers_with_nothing_of_its_own(app: flask.Flask, host: str) -> None:
    answer = browser(app, host).get("/")
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "Gaussian" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST.:80", "[::1]:8000", "127.0.0.1"])
def test_a_local_site_knows_this_machines_own_names(app: flask.Flask, host: str) -> None:
    assert browser(app, host).get("/no/such").status_code == 404


def test_a_public_site_knows_its_own_name_and_those_it_was_given_and_no_other(desk: Desk) -> None:
    settings = WebSettings(hosts=("Digest",))
    public = dataclasses.replace(desk, site=HTTPS, settings=settings)
    app = create_app(public, hosts=("0.0.0.0",))
    assert known_hosts(public, ["0.0.0.0"]) == {"digest.example.org", "digest"}
    assert browser(app, "digest.example.org").get("/no/such").status_code == 404
    assert browser(app, "digest:8000").get("/no/such").status_code == 404
    assert browser(app, "127.0.0.1:8000").get("/no/such").status_code == 400


def test_a_forwarded_host_is_not_believed(desk: Desk) -> None:
    app = create_app(dataclasses.replace(desk, settings=WebSettings(proxies=1)))
    answer = browser(app).get("/no/such", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 404
    assert "evil" not in answer.text


# ------------------------------------------------------------------------------- sizes


def test_a_form_that_is_too_large_is_refused(app: flask.Flask) -> None:
    app.add_url_rule("/test/read", "read", lambda: flask.request.form.get("a", "none"), methods=["POST"])
    client = browser(app)
    assert client.post("/test/read", data={"a": "x" * 30_000}).status_code == 200
    assert client.post("/test/read", data={"a": "x" * BODY_LIMIT}).status_code == 413


def test_a_form_of_too_many_parts_is_refused(app: flask.Flask) -> None:
    app.add_url_rule("/test/read", "read", lambda: str(len(flask.request.form)), methods=["POST"])
    kind = "multipart/form-data; boundary=x"

    def parts(count: int) -> bytes:
        one = '--x\r\nContent-Disposition: form-data; name="a{}"\r\n\r\n1\r\n'
        return ("".join(one.format(number) for number in range(count)) + "--x--\r\n").encode()

    client = browser(app)
    assert client.post("/test/read", data=parts(10), content_type=kind).text == "10"
    assert client.post("/test/read", data=parts(FORM_PARTS + 1), content_type=kind).status_code == 413


# ------------------------------------------------------------------------------- forgery


def with_session_views(desk: Desk) -> flask.Flask:
    """The app, and views as they are made for a session: a form, a vote, a login."""
    app = create_app(desk)

    @app.get("/test/form")
    def form() -> str:
        return str(csrf_field())

    @app.post("/test/remember/<int:who>")
    def known(who: int) -> str:
        remember(who)
        return "remembered"

    @app.post("/test/forget")
    def unknown() -> str:
        forget()
        return "forgotten"

    @app.route("/test/act", methods=["GET", "POST"])
    def act() -> str:
        return str(remembered())

    @app.post("/test/signed/<token>")
    def signed(token: str) -> str:
        return token

    @app.post("/test/login")
    @checked_always
    def login() -> str:
        return "in"

    @app.get("/test/login-form")
    def login_form() -> str:
        return str(csrf_field(always=True))

    return app


def field_of(text: str) -> str:
    found = re.search(r'value="([^"]+)"', text)
    return found[1] if found else ""


def test_a_form_that_relies_on_a_session_needs_its_token(desk: Desk, reader: Subscriber) -> None:
    app = with_session_views(desk)
    client, stranger = browser(app), browser(app)
    client.post(f"/test/remember/{reader.id}")
    assert client.post("/test/act").status_code == 400
    assert client.post("/test/act", data={"csrf_token": "made up"}).status_code == 400
    token = field_of(client.get("/test/form").text)
    assert client.post("/test/act", data={"csrf_token": token}).text == str(reader.id)
    stranger.post(f"/test/remember/{reader.id}")
    others = field_of(stranger.get("/test/form").text)
    assert client.post("/test/act", data={"csrf_token": others}).status_code == 400


def test_who_has_no_session_gets_no_cookie_and_needs_no_token(desk: Desk) -> None:
    client = browser(with_session_views(desk))
    answer = client.get("/test/form")
    assert answer.text == ""
    assert "Set-Cookie" not in answer.headers
    assert client.post("/test/act").text == "None"


def test_a_token_in_the_path_acts_whatever_cookies_come_along(desk: Desk, reader: Subscriber) -> None:
    client = browser(with_session_views(desk))
    client.post(f"/test/remember/{reader.id}")
    assert client.post("/test/signed/abc").text == "abc"


def test_a_login_is_guarded_before_there_is_a_session(desk: Desk) -> None:
    client = browser(with_session_views(desk))
    assert client.post("/test/login").status_code == 400
    token = field_of(client.get("/test/login-form").text)
    assert client.post("/test/login", data={"csrf_token": token}).text == "in"


def test_who_wants_to_be_forgotten_is(desk: Desk, reader: Subscriber) -> None:
    client = browser(with_session_views(desk))
    client.post(f"/test/remember/{reader.id}")
    token = field_of(client.get("/test/form").text)
    answer = client.post("/test/forget", data={"csrf_token": token})
    assert "Expires=Thu, 01 Jan 1970" in answer.headers["Set-Cookie"]
    assert client.get("/test/act").text == "None"


def test_an_erased_reader_is_remembered_nowhere(desk: Desk, reader: Subscriber) -> None:
    client = browser(with_session_views(desk))
    client.post(f"/test/remember/{reader.id}")
    assert client.get("/test/act").text == str(reader.id)
    desk.store.subscribers.erase(reader.email, at=desk.clock())
    assert client.get("/test/act").text == "None"


def test_a_cookie_is_for_this_site_and_no_script(desk: Desk, reader: Subscriber) -> None:
    plain = browser(with_session_views(desk)).post(f"/test/remember/{reader.id}").headers["Set-Cookie"]
    assert plain.startswith("digest=")
    assert "; HttpOnly; Path=/; SameSite=Lax" in plain
    assert "Secure" not in plain
    client = browser(with_session_views(dataclasses.replace(desk, site=HTTPS)), "digest.example.org")
    secure = client.post(f"/test/remember/{reader.id}", base_url="https://digest.example.org").headers[
        "Set-Cookie"
    ]
    assert secure.startswith("__Host-digest=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in secure


def test_a_session_outlives_a_change_of_the_secret(desk: Desk, reader: Subscriber) -> None:
    before = browser(with_session_views(desk))
    cookie = before.post(f"/test/remember/{reader.id}").headers["Set-Cookie"].partition(";")[0]
    name, _, value = cookie.partition("=")
    rotated = dataclasses.replace(desk, secret="f" * 32, old_secrets=(SECRET,))
    after = browser(with_session_views(rotated))
    after.set_cookie(name, value, domain="127.0.0.1")
    assert after.get("/test/act").text == str(reader.id)
    lost = browser(with_session_views(dataclasses.replace(desk, secret="f" * 32)))
    lost.set_cookie(name, value, domain="127.0.0.1")
    assert lost.get("/test/act").text == "None"


# ------------------------------------------------------------------------------- ways out


@pytest.mark.parametrize("evil", [EVIL, "https://evil.example/", "/\\evil.example"])
def test_no_page_sends_a_reader_where_its_address_says(
    app: flask.Flask, desk: Desk, reader: Subscriber, evil: str
) -> None:
    names = (
        "next",
        "url",
        "to",
        "back",
        "return",
        "return_to",
        "redirect",
        "goto",
        "r",
        "continue",
        "referrer",
    )
    query = "?" + "&".join(f"{name}={evil}" for name in names)
    for _, path, method, answer in everywhere(app, desk, reader, query, **dict.fromkeys(names, evil)):
        leads = answer.headers.get("Location", "")
        assert "evil" not in urlsplit(leads).netloc, f"{method} {path}: {leads}"
        assert not leads.startswith(("//", "/\\", "https:", "http:")) or leads.startswith(SITE.url), leads
        refresh = answer.headers.get("Refresh", "")
        assert "evil" not in refresh


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "///evil.example/%2e%2e", "/\\evil.example/", "//evil.example/search/",
        "/%2F%2Fevil.example", "/date//evil.example", "/static//evil.example/", "/https://evil.example",
    ],
)  # fmt: skip
def test_no_path_leads_to_another_site(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert "evil" not in urlsplit(answer.headers.get("Location", "")).netloc
    assert not answer.headers.get("Location", "").startswith("//")


def test_no_word_of_an_address_becomes_a_header(app: flask.Flask, desk: Desk, reader: Subscriber) -> None:
    breaks = "x%0d%0aX-Evil:%201%0d%0a%0d%0a<script>"
    names = ("q", "category", "sort", "p", "from", "to", "by", "do", "next", "date", "limit")
    query = "?" + "&".join(f"{name}={breaks}" for name in names)
    body = dict.fromkeys((*names, "email", "name"), "x\r\nX-Evil: 1\r\n\r\n<script>")
    for _, path, method, answer in everywhere(app, desk, reader, query, **body):
        where = f"{method} {path}"
        assert "X-Evil" not in answer.headers, where
        assert not any("\n" in value or "\r" in value for value in answer.headers.values()), where
        if answer.mimetype == "text/html":
            assert "<script>" not in answer.get_data(as_text=True), where


class Markup(HTMLParser):
    """The elements and attributes of a page that none of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "script" and not (said.get("src") or "").startswith("/static/"):
            self.strange.append(f"<script {said}>")
        if tag == "img" and said.get("src") == "x":
            self.strange.append(f"<img {said}>")
        self.strange += [f"<{tag} {name}=…>" for name in said if name.startswith("on") or name == "style"]


@pytest.mark.parametrize(
    "worst",
    [
        "</title><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "{{ 7 * 191 }}{% raw %}",
        "</textarea></pre><svg onload=alert(1)>",
    ],
)
def test_no_page_takes_words_for_markup(app: flask.Flask, desk: Desk, reader: Subscriber, worst: str) -> None:
    """What the library holds is clean; here it is not, and no page may rely on that."""
    words = ["title", "abstract", "gist", "submitter"]
    with desk.store.database.begin() as connection:
        for name in words:
            connection.execute(sa.text(f"UPDATE papers SET {name} = :worst"), {"worst": worst})
        connection.execute(
            sa.text("UPDATE papers SET authors = :worst"), {"worst": json.dumps([worst, worst])}
        )
        topics = json.dumps([{**dataclasses.asdict(reader.topics[0]), "name": worst, "keywords": [worst]}])
        connection.execute(
            sa.text("UPDATE subscribers SET topics = :it, name = :worst"), {"it": topics, "worst": worst}
        )
    shown = 0
    typed = dict.fromkeys(("q", "category", "name", "words", "email", "paper", "text", "sentence"), worst)
    for _, path, method, answer in everywhere(app, desk, reader, f"?{urlencode(typed)}", **typed):
        where = f"{method} {path} {answer.status}"
        assert answer.status_code < 500, where
        if answer.mimetype not in ("text/html", "application/atom+xml"):
            continue
        shown += "191" in answer.text or "alert(1)" in answer.text
        assert str(7 * 191) not in answer.text, where
        markup = Markup()
        markup.feed(answer.text)
        assert markup.strange == [], where
    assert shown > 5


# ------------------------------------------------------------------------------- limits and logs


def test_too_many_posts_from_one_network_are_told_when_to_come_back(desk: Desk) -> None:
    app = create_app(desk)
    app.add_url_rule(
        "/test/often", "often", limited("test", per_minute=3)(lambda: "done"), methods=["GET", "POST"]
    )
    client = browser(app)
    assert [client.post("/test/often").status_code for _ in range(3)] == [200, 200, 200]
    refused = client.post("/test/often")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get("/test/often").status_code == 200
    elsewhere = client.post("/test/often", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_a_household_of_ipv6_counts_as_one(desk: Desk) -> None:
    app = create_app(desk)
    app.add_url_rule("/test/often", "often", limited("test", per_hour=1)(lambda: "done"), methods=["POST"])

    def post(address: str) -> int:
        return browser(app).post("/test/often", environ_base={"REMOTE_ADDR": address}).status_code

    assert [post("2001:db8:1:2::1"), post("2001:db8:1:2:ffff::9"), post("2001:db8:1:3::1")] == [200, 429, 200]
    assert [post("::ffff:192.0.2.1"), post("192.0.2.1")] == [200, 429]


@pytest.mark.parametrize(("proxies", "believed"), [(0, [200, 429]), (1, [200, 200])])
def test_a_proxy_is_believed_about_the_client_only_where_there_is_one(
    desk: Desk, proxies: int, believed: list[int]
) -> None:
    app = create_app(dataclasses.replace(desk, settings=WebSettings(proxies=proxies)))
    app.add_url_rule("/test/often", "often", limited("test", per_hour=1)(lambda: "done"), methods=["POST"])
    client = browser(app)
    posts = [
        client.post("/test/often", headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in (1, 2)
    ]
    assert [answer.status_code for answer in posts] == believed


def test_the_client_cannot_write_its_own_address_through_a_proxy(desk: Desk) -> None:
    app = create_app(dataclasses.replace(desk, settings=WebSettings(proxies=1)))
    app.add_url_rule("/test/often", "often", limited("test", per_hour=1)(lambda: "done"), methods=["POST"])
    client = browser(app)
    posts = [
        client.post("/test/often", headers={"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"})
        for number in (1, 2)
    ]
    assert [answer.status_code for answer in posts] == [200, 429]


def test_the_log_holds_no_token_no_query_and_no_address(
    app: flask.Flask, desk: Desk, reader: Subscriber, told: Told
) -> None:
    everywhere(app, desk, reader, f"?q=secretword&email={reader.email}", email=reader.email)
    requests = [keys for event, keys in told if event == "request"]
    assert {keys["rule"] for keys in requests} >= {"/static/<hash_>/<name>"}
    everything = repr(told)
    assert reader.email not in everything
    assert "secretword" not in everything
    assert not re.search(r"[1-9a-z][0-9a-z]{0,12}-[a-z2-7]{24}", everything)
    assert "127.0.0.1" not in everything


# ------------------------------------------------------------------------------- faults of ours


def test_a_fault_of_ours_is_a_page_and_its_place_is_in_the_log(app: flask.Flask, told: Told) -> None:
    def broken() -> str:
        raise RuntimeError("reader@example.org and /p/secret-token")

    app.add_url_rule("/test/broken", "broken", broken)
    answer = browser(app).get("/test/broken")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "secret-token" not in answer.text
    (event,) = [keys for event, keys in told if event == "page.failed"]
    assert event["reason"] == "RuntimeError"
    assert "test_security.py" in str(event["trace"])
    assert "secret-token" not in repr(told)
    assert "reader@example.org" not in repr(told)


def test_what_no_page_caught_is_told_without_its_path(told: Told) -> None:
    def broken(environ: object, start_response: object) -> list[bytes]:
        raise RuntimeError("reader@example.org")

    caught = Caught(broken, lambda event, **keys: told.append((event, keys)))
    answer = Client(caught).get("/p/secret-token")
    assert answer.status_code == 500
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "reader@example.org" not in answer.text
    assert told == [("page.failed", {"rule": "-", "reason": "RuntimeError"})]


def test_nothing_is_logged_but_what_we_tell(
    app: flask.Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    @app.after_request
    def broken(response: flask.Response) -> flask.Response:
        raise RuntimeError("reader@example.org")

    assert browser(app).get("/p/secret-token").status_code == 500
    out, err = capfd.readouterr()
    assert "secret-token" not in caplog.text + out + err
    assert "reader@example.org" not in caplog.text + out + err


def test_a_database_that_another_holds_is_a_page_that_says_so(desk: Desk, tmp_path: Path, told: Told) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with Store.open(f"{url}?timeout=0.05") as hasty, Store.open(url) as other:
        app = create_app(dataclasses.replace(desk, store=hasty))

        def write() -> str:
            with hasty.database.begin():
                return "written"

        app.add_url_rule("/test/write", "write", write, methods=["POST"])
        app.add_url_rule("/api/write", "api_write", write, methods=["POST"])
        client = browser(app)
        with other.database.begin():
            answer, program = client.post("/test/write"), client.post("/api/write")
        assert client.post("/test/write").text == "written"
    assert answer.status_code == program.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "<h1>" in answer.text
    assert program.is_json
    assert set(program.json or {}) == {"error"}
    assert any(event == "store.refused" for event, _ in told)


def test_a_full_disk_is_a_page_and_no_traceback(app: flask.Flask) -> None:
    def full() -> str:
        raise StoreError(
            "sqlite:///digest.db: the disk is full; nothing was changed; make room, then run again"
        )

    app.add_url_rule("/test/full", "full", full)
    answer = browser(app).get("/test/full")
    assert answer.status_code == 503
    assert "digest.db" not in answer.text
