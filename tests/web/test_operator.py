"""The operator's page: shut unless configured, true in its figures, each leads to what it counts."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import itertools
import re
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from werkzeug.security import generate_password_hash

from digest.config import WebSettings
from digest.model import Tally
from digest.web import operator_rates, operator_words, plots
from digest.web.app import create_app
from tests.web.conftest import DAYS, NOW

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.model import Subscriber
    from digest.web.desk import Desk

PASSWORD = "correct horse battery staple"
HASH = generate_password_hash(PASSWORD, method="scrypt:1024:8:1")  # cheap: it is asked for often here
HEADER = {"X-Forwarded-User": "ada"}


def browser(desk: Desk, **settings: object) -> FlaskClient:
    return create_app(dataclasses.replace(desk, settings=WebSettings(**settings))).test_client()  # type: ignore[arg-type]


@pytest.fixture
def locked(desk: Desk) -> FlaskClient:
    return browser(desk, operator_password_hash=SecretStr(HASH))


@pytest.fixture
def opened(desk: Desk) -> FlaskClient:
    return browser(desk, operator_header="X-Forwarded-User", proxies=1)


def log_in(client: FlaskClient, password: str = PASSWORD) -> int:
    form = client.get("/operator/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    return client.post("/operator/login", data={"password": password, "csrf_token": token[1]}).status_code


@pytest.mark.parametrize("path", ["", "/login", "/papers.csv", "/deliveries", "/subscribers"])
def test_there_is_no_such_page_unless_it_is_configured(client: FlaskClient, path: str) -> None:
    assert client.get(f"/operator{path}", headers=HEADER).status_code == 404


def test_the_password_opens_it_and_leaving_shuts_it(locked: FlaskClient) -> None:
    assert locked.get("/operator").headers["Location"].endswith("/operator/login")
    assert log_in(locked) == 303
    page = locked.get("/operator")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    assert locked.post("/operator/logout").status_code == 400  # forged: without its token
    assert locked.post("/operator/logout", data={"csrf_token": token[1]}).status_code == 303
    assert locked.get("/operator").status_code == 303


def test_another_password_opens_nothing_and_guessing_is_slowed(locked: FlaskClient) -> None:
    assert [log_in(locked, f"guess {number}") for number in range(5)] == [422] * 5
    assert log_in(locked, "guess 6") == 429
    assert locked.get("/operator").status_code == 303


def test_a_new_password_ends_the_sessions_of_the_old(desk: Desk, locked: FlaskClient) -> None:
    assert log_in(locked) == 303
    cookie = locked.get_cookie("digest")
    assert cookie is not None
    other = browser(
        desk, operator_password_hash=SecretStr(generate_password_hash("x", method="scrypt:1024:8:1"))
    )
    other.set_cookie("digest", cookie.value)
    assert other.get("/operator").status_code == 303


def test_a_login_lasts_half_a_day(desk: Desk) -> None:
    now = [NOW]
    settings = WebSettings(operator_password_hash=SecretStr(HASH))
    client = create_app(dataclasses.replace(desk, settings=settings, clock=lambda: now[0])).test_client()
    assert log_in(client) == 303
    now[0] = NOW + dt.timedelta(hours=11, minutes=59)
    assert client.get("/operator").status_code == 200
    now[0] = NOW + dt.timedelta(hours=12)
    assert client.get("/operator").status_code == 303


def test_a_login_that_another_site_posts_is_refused(locked: FlaskClient) -> None:
    assert locked.post("/operator/login", data={"password": PASSWORD}).status_code == 400


def test_the_proxys_header_opens_it_and_its_absence_does_not(opened: FlaskClient) -> None:
    assert opened.get("/operator", headers=HEADER).status_code == 200
    assert opened.get("/operator").status_code == 401
    assert opened.get("/operator", headers={"X-Forwarded-User": " "}).status_code == 401


def test_every_figure_leads_to_what_it_counts(opened: FlaskClient, reader: Subscriber) -> None:
    page = opened.get("/operator", headers=HEADER).text
    paths = set(re.findall(r'href="(/(?:operator|date)[^"]*)"', page))
    assert any(path.startswith("/date/2026-04-2") for path in paths)
    assert any(path.startswith("/operator/subscribers?status=active") for path in paths)
    for path in sorted(paths):
        assert opened.get(path.replace("&amp;", "&"), headers=HEADER).status_code == 200, path


@pytest.mark.parametrize(
    ("status", "words"),
    [("active", "who are active"), ("paused", "who are paused"), ("left", "who have left")],
)
def test_readers_are_listed_by_how_they_stand(opened: FlaskClient, status: str, words: str) -> None:
    page = opened.get(f"/operator/subscribers?status={status}", headers=HEADER)
    assert f"Subscribers {words}</h1>" in page.text


def test_papers_are_counted_by_day_and_source(opened: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(opened.get("/operator/papers.csv", headers=HEADER).text)))
    arxiv = {row["day"]: int(row["papers"]) for row in rows if row["source"] == "arxiv"}
    assert sum(arxiv.values()) == 30
    assert set(arxiv) == {day.isoformat() for day in DAYS}


@pytest.mark.parametrize(
    "name",
    [
        "papers",
        "deliveries",
        "editions",
        "bounces",
        "complaints",
        "subscribers",
        "topics",
        "uncertain",
        "sources",
    ],
)
def test_each_figure_is_there_as_csv(opened: FlaskClient, name: str) -> None:
    answer = opened.get(f"/operator/{name}.csv", headers=HEADER)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert len(next(csv.reader(io.StringIO(answer.text)))) >= 2


@pytest.mark.parametrize("query", ["state=lost", "day=yesterday", "state=accepted,%00", "day=2026-04-31"])
def test_a_list_of_nothing_that_there_is_is_told(opened: FlaskClient, query: str) -> None:
    assert opened.get(f"/operator/deliveries?{query}", headers=HEADER).status_code == 404


def test_rates_count_what_was_handed_over_and_came_back() -> None:
    day = NOW.date()
    counts = {
        "accepted": 900,
        "delivered": 60,
        "bounced": 20,
        "rejected": 10,
        "complained": 10,
        "skipped": 500,
    }
    tallies = [Tally(day=day, name=name, count=count) for name, count in counts.items()]
    (one,) = operator_rates.handed_over([day], tallies)
    assert (one.mails, one.bounced, one.complained) == (1000, 30, 10)
    bounces, complaints = operator_rates.rates([day], tallies)
    assert bounces.heading == "Bounces: 3 % of 1,000 mails, below the 5 % that the big receivers bear"
    assert (
        complaints.heading
        == "Complaints: 1 % of 1,000 mails, more than the 0.1 % that the big receivers bear"
    )


def test_a_plot_says_what_it_shows_and_escapes_it() -> None:
    days = [NOW.date() - dt.timedelta(days=back) for back in (2, 1, 0)]
    series = [plots.Series(name="<script>", values=(1, 2, 3)), plots.Series(name="b", values=(0, 0, 5))]
    drawn = plots.bars(days, series, title="A & B", described="Three days.")
    assert "<script>" not in drawn
    pictures = re.findall(r"<svg .*?</svg>", drawn)
    assert len(pictures) == 2  # for a wide screen, for a narrow one
    for svg in pictures:
        assert "<title>A &amp; B</title><desc>Three days.</desc>" in svg
        assert svg.count("<rect") == 4 + 2  # nothing is drawn for nothing; each name has a mark of its colour
        bars = [
            float(height) for height in re.findall(r'series-0"[^>]*height="([\d.]+)"', svg) if height != "8"
        ]
        assert bars[2] == pytest.approx(3 * bars[0], abs=0.2)  # from zero


def test_names_in_a_plot_stand_beside_their_parts_and_never_on_each_other() -> None:
    days = [NOW.date() - dt.timedelta(days=back) for back in (2, 1, 0)]
    values = {"small": (0, 1, 0), "smaller": (0, 1, 0), "a source of a very long name": (0, 98, 0)}
    series = [plots.Series(name=name, values=each) for name, each in values.items()]
    wide, narrow = re.findall(r"<svg .*?</svg>", plots.bars(days, series, title="t", described="d"))

    def names(svg: str) -> dict[str, float]:
        found = re.findall(r'<text class="label" x="[\d.]+" y="([\d.]+)">([^<]*)<', svg)
        return {name: float(y) for y, name in found}

    beside, above = names(wide), names(narrow)
    assert list(above) == list(values)  # with room for all of a name
    assert set(beside) == {"small", "smaller", "a source of a very…"}
    for found in (beside, above):
        heights = sorted(found.values())
        assert all(high - low >= 14 for low, high in itertools.pairwise(heights))
    # Of the last day that has any: the large part's middle, not the foot of today's nothing.
    assert beside["a source of a very…"] < 130 < beside["smaller"]


def test_days_without_anything_say_so_and_lead_to_the_newest(desk: Desk) -> None:
    later = dataclasses.replace(desk, clock=lambda: NOW + dt.timedelta(days=100))
    client = browser(later, operator_header="X-Forwarded-User", proxies=1)
    page = client.get("/operator", headers=HEADER).text
    assert "No papers in these 30 days" in page
    assert "Nothing came and nothing left in these 30 days." in page
    (path,) = re.findall(r'href="(/operator\?until=2026-04-23)"', page)
    assert "<title>Papers a day" not in page  # an empty picture says nothing
    then = client.get(path, headers=HEADER).text
    assert "Nothing came" not in then
    assert "<title>Papers a day" in then


@pytest.mark.parametrize(
    ("wanted", "heading"),
    [
        ([], "No topics yet"),
        ([("Sky", 3), ("Sea", 2)], "Sky is the most wanted topic"),
        ([("Sky", 3), ("Sea", 3), ("Air", 1)], "Sky and 1 other are the most wanted topics"),
    ],
)
def test_topics_that_are_wanted_alike_are_told_so(wanted: list[tuple[str, int]], heading: str) -> None:
    assert operator_words.topics(wanted).heading == heading


def test_plots_of_nothing_are_pictures_too() -> None:
    assert "<svg" in plots.bars([], [], title="t", described="d")
    assert "<svg" in plots.lines([], [], title="t", described="d", limit=(1.0, "limit"))
    assert "<svg" in plots.ranks([], title="t", described="d")


def test_a_header_is_not_heeded_where_no_proxy_stands_before(desk: Desk) -> None:
    bare = browser(desk, operator_header="X-Forwarded-User")
    assert bare.get("/operator", headers=HEADER).status_code == 404
