"""The shell of every page: one heading, links below the mount, files to keep, templates of one's own."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import jinja2
import pytest

from digest.config import WebSettings
from digest.errors import TemplateError
from digest.mail.templates import Templates, builtin_folder
from digest.web.app import create_app
from digest.web.render import load_pages
from digest.web.statics import load_statics
from tests.web.conftest import SITE, browser

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from digest.model import Subscriber
    from digest.web.desk import Desk

PUBLIC = (
    "/",
    "/date/2026-04-21",
    "/week/2026-W17",
    "/month/2026-04",
    "/search",
    "/subscribe",
    "/archive",
    "/link",
)


@pytest.mark.parametrize("path", [*PUBLIC, "/no/such/thing"])
def test_every_page_has_one_heading_a_language_a_way_past_the_header_and_one_stylesheet(
    client: FlaskClient, path: str
) -> None:
    text = client.get(path).text
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert '<html lang="en">' in text
    assert text.index('href="#main"') < text.index("<header")
    assert 'id="main"' in text
    assert text.count('rel="stylesheet"') == 1
    assert re.search(r"<title>[^<]+ · Paper Digest</title>", text)
    assert len(text) < 100_000


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    loaded = re.findall(
        r"<(?:link rel=\"(?:stylesheet|icon)\"|script|img|iframe)[^>]*?(?:src|href)=\"([^\"]+)\"", text
    )
    assert loaded
    assert all(one.startswith("/static/") for one in loaded)


def test_a_path_that_leads_nowhere_gets_a_page_that_helps(client: FlaskClient) -> None:
    answer = client.get("/no/such/thing")
    assert answer.status_code == 404
    assert 'action="/search"' in answer.text


@pytest.mark.parametrize("path", ["/api/no/such/thing", "/webhooks/none"])
def test_a_program_gets_an_object_instead(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert set(answer.json or {}) == {"error"}


def test_a_method_that_an_address_does_not_know_is_told_those_that_it_does(client: FlaskClient) -> None:
    answer = client.delete("/date/2026-04-21")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "<h1>" in answer.text


def test_the_header_says_where_the_reader_is(client: FlaskClient) -> None:
    def here(path: str) -> list[str]:
        header = client.get(path).text.partition("</header>")[0]
        return re.findall(r'aria-current="true">(\w+)<', header)

    assert here("/") == here("/date/2026-04-21") == ["Papers"]
    assert here("/week/2026-W17") == here("/month/2026-03") == ["Papers"]
    assert here("/subscribe") == ["Subscribe"]
    assert here("/archive") == ["Archive"]
    assert here("/link") == []


def test_a_link_that_is_not_whole_leads_to_a_new_one_and_another_address_to_a_search(
    client: FlaskClient,
) -> None:
    for path in ("/p/wrong", "/u/wrong", "/v/wrong/1", "/e/wrong/1"):
        main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
        assert 'href="/link"' in main
        assert "<form" not in main
    text = client.get("/no/such/thing").text
    assert text.count('action="/search"') == 1  # one box to search in, the page's own
    assert 'action="/search"' in text.partition("<main")[2]


def test_week_and_month_lead_to_the_newest_papers(client: FlaskClient) -> None:
    text = client.get("/").text
    assert 'href="/week/2026-W17"' in text
    assert 'href="/month/2026-04"' in text


def test_where_nobody_may_subscribe_nothing_leads_there(desk: Desk) -> None:
    closed = create_app(dataclasses.replace(desk, settings=WebSettings(subscribe=False)))
    assert 'href="/subscribe"' not in browser(closed).get("/").text


# ------------------------------------------------------------------------------- kept copies


def test_a_file_may_be_kept_for_ever_under_the_hash_of_what_it_holds(client: FlaskClient) -> None:
    found = re.search(r'href="(/static/[0-9a-f]+/style\.css)"', client.get("/no/such").text)
    assert found
    answer = client.get(found[1])
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    old = client.get("/static/0123456789abcdef/style.css")
    assert old.data == answer.data
    assert old.headers["Cache-Control"] == "no-cache"
    again = client.get(found[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/0/../../../digest.toml", "/static/0/..%2f..%2f..%2fpyproject.toml",
        "/static/../base.html.j2",
        "/static/0/%2e%2e/%2e%2e/base.html.j2", "/static/0//etc/passwd", "/static/0/base.html.j2",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file_that_is_no_static_one(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/date/2026-04-21")
    again = client.get("/date/2026-04-21", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/date/2026-04-22").headers["ETag"] != first.headers["ETag"]
    assert "Cookie" in first.headers["Vary"]


def test_a_page_for_one_reader_is_never_told_to_be_unchanged(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    answer = client.get(f"/p/{desk.signer.token('preferences', reader.id)}")
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


# ------------------------------------------------------------------------------- mounted


@pytest.mark.parametrize("asked", ["/papers-by-mail/date/2026-04-21", "/date/2026-04-21"])
def test_below_a_path_every_link_stays_below_it(desk: Desk, asked: str) -> None:
    site = dataclasses.replace(SITE, url="http://127.0.0.1:8000/papers-by-mail")
    answer = browser(create_app(dataclasses.replace(desk, site=site))).get(asked)
    assert answer.status_code == 200
    links = [
        link
        for link in re.findall(r'(?:href|src|action)="([^"]+)"', answer.text)
        if not link.startswith(("https://", "mailto:", "#"))
    ]
    assert len(links) > 20
    strays = [
        link for link in links if not link.removeprefix("http://127.0.0.1:8000").startswith("/papers-by-mail")
    ]
    assert strays == []


# ------------------------------------------------------------------------------- an operator's own


def test_an_operators_page_takes_the_place_of_ours(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "web" / "static").mkdir(parents=True)
    (folder / "web" / "problem.html.j2").write_text(
        '{% extends "web/base.html.j2" %}{% block main %}<h1>Oh no: {{ headline }}</h1>{% endblock %}'
    )
    (folder / "web" / "static" / "style.css").write_text("body { color: teal }")
    client = browser(create_app(dataclasses.replace(desk, templates=folder)))
    answer = client.get("/no/such")
    assert "<h1>Oh no: There is nothing here</h1>" in answer.text
    assert client.get("/date/2026-04-21").status_code == 200
    found = re.search(r'href="(/static/[0-9a-f]+/style\.css)"', answer.text)
    assert found
    assert client.get(found[1]).text == "body { color: teal }"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "web/problme.html.j2",
            "x",
            r"problme\.html\.j2: it replaces nothing of ours; did you mean web/problem",
        ),
        (
            "web/static/styles.css",
            "x",
            r"styles\.css: it replaces nothing of ours; did you mean web/static/style",
        ),
        ("web/problem.html.j2", "a\n{% if %}", r"problem\.html\.j2:2: "),
    ],
)
def test_an_operators_page_that_cannot_be_used_is_told_at_the_start(
    desk: Desk, tmp_path: Path, name: str, text: str, says: str
) -> None:
    path = tmp_path / "mine" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(TemplateError, match=says):
        create_app(dataclasses.replace(desk, templates=tmp_path / "mine"))


def test_an_operators_page_that_fails_while_it_is_made_costs_that_page_alone(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "problem.html.j2").write_text("{{ no_such_word }}")
    answer = browser(create_app(dataclasses.replace(desk, templates=folder))).get("/no/such")
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("There is nothing here")


def test_pages_of_ones_own_do_not_stand_in_the_way_of_mails(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "problem.html.j2").write_text("x")
    Templates.load(folder)
    (folder / "problem.html.j2").write_text("x")
    with pytest.raises(TemplateError, match=r"move it into .*web"):
        Templates.load(folder)


def test_every_template_of_ours_parses() -> None:
    environment = load_pages(None)
    names = [path.relative_to(builtin_folder()) for path in (builtin_folder() / "web").rglob("*.j2")]
    assert len(names) > 10
    for name in names:
        assert isinstance(environment.get_template(name.as_posix()), jinja2.Template)


def test_the_script_and_the_sheet_are_small_and_load_nothing() -> None:
    found = load_statics(None)
    assert set(found) == {"style.css", "page.js", "icon.svg"}
    assert sum(len(one.body) for one in found.values()) < 50_000
    assert b"http" not in found["style.css"].body + found["page.js"].body
    assert b"@import" not in found["style.css"].body
