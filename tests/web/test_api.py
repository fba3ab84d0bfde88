"""Hugging Face's API: which papers, in which order, with which fields, and what is refused in which words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.identity import fold
from digest.model import Listing, Paper
from digest.sources.huggingface_item import read_item
from digest.store.lists import Entry
from digest.web.api_words import listed_item, markdown_page, moment, paper_object
from digest.web.app import create_app
from tests.web.conftest import NOW, WORST_TITLE, browser, library

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.web.desk import Desk

DAY = dt.date(2026, 4, 21)
MIDNIGHT = "2026-04-21T00:00:00.000Z"
RICH = Listing(
    source="huggingface",
    key="2604.20001",
    arxiv_id="2604.20001",
    day=DAY,
    title="Everything that a listing can say",
    abstract="It says all of it.",
    authors=("Ada Lovelace", "Bo Ek"),
    published=dt.datetime(2026, 4, 19, 17, 30, 1, 250_999, tzinfo=dt.UTC),
    gist="All of it.",
    code_url="https://github.com/ada/all",
    project_url="https://ada.example.org/all",
    thumbnail_url="https://cdn.example.org/all.png",
    submitter="taesiri",
    upvotes=700,
    comments=3,
    stars=41,
)
BARE = Listing(source="feed", key="https://journal.example.org/1", day=DAY, title="A title and nothing else")


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["paper"]["id"] for item in answer.json]


# ---------------------------------------------------------------------------- fields


def test_everything_that_is_known_stands_under_its_name(client: FlaskClient, store: Store) -> None:
    library(store, RICH)
    item = client.get("/api/daily_papers?date=2026-04-21&limit=1").json[0]
    assert item == {
        "paper": {
            "id": "2604.20001",
            "authors": [{"name": "Ada Lovelace", "hidden": False}, {"name": "Bo Ek", "hidden": False}],
            "publishedAt": "2026-04-19T17:30:01.250Z",
            "submittedOnDailyAt": MIDNIGHT,
            "title": "Everything that a listing can say",
            "submittedOnDailyBy": {
                "fullname": "taesiri",
                "user": "taesiri",
                "name": "taesiri",
                "type": "user",
            },
            "summary": "It says all of it.",
            "upvotes": 700,
            "projectPage": "https://ada.example.org/all",
            "githubRepo": "https://github.com/ada/all",
            "githubStars": 41,
            "ai_summary": "All of it.",
        },
        "publishedAt": "2026-04-19T17:30:01.250Z",
        "title": "Everything that a listing can say",
        "summary": "It says all of it.",
        "thumbnail": "https://cdn.example.org/all.png",
        "numComments": 3,
        "submittedBy": {"fullname": "taesiri", "name": "taesiri", "type": "user"},
    }
    assert client.get("/api/papers/2604.20001").json == item["paper"]
    assert client.get("/api/papers/2604.20001v3").json == item["paper"]


def test_what_is_not_known_is_left_out(client: FlaskClient, store: Store) -> None:
    library(store, BARE)
    number = store.papers.count()
    assert client.get(f"/api/papers/p{number}").json == {
        "id": f"p{number}",
        "authors": [],
        "publishedAt": MIDNIGHT,
        "title": "A title and nothing else",
        "summary": "",
        "upvotes": 0,
    }


def test_a_repository_elsewhere_is_not_called_one_of_githubs() -> None:
    paper = Paper(title="Cells", first_listed=DAY, code_url="https://gitlab.example.org/a/b")
    assert "githubRepo" not in paper_object(Entry(paper=paper))


def test_our_readers_upvotes_are_counted_with_the_sources(client: FlaskClient, store: Store) -> None:
    before = client.get("/api/papers/2604.10001").json["upvotes"]
    entry = store.lists.paper("2604.10001")
    assert entry is not None
    both = dataclasses.replace(entry.paper, votes=2)
    assert paper_object(Entry(paper=both))["upvotes"] == before + 2


def test_a_time_has_exactly_three_decimals() -> None:
    assert moment(dt.datetime(2026, 4, 21, 2, tzinfo=dt.timezone(dt.timedelta(hours=2)))) == MIDNIGHT


def test_fields_have_the_names_and_types_of_the_recorded_answers(shared: Path) -> None:
    """What was recorded, taken in and given out again, with its values where we keep them."""
    days = sorted((shared / "upstream" / "days").glob("huggingface-*.json.gz"))
    recorded = [item for day in days for item in json.loads(gzip.decompress(day.read_bytes()))]
    recorded += json.loads((shared / "samples" / "huggingface" / "2024-05-27.json").read_bytes())
    assert len(recorded) > 150
    known = set().union(*map(shape, recorded))
    for theirs in recorded:
        listing = read_item(theirs, source="huggingface", day=DAY)
        assert listing is not None
        paper = fold(None, listing)
        assert paper is not None
        ours = listed_item(Entry(paper=paper))
        assert shape(ours) <= known
        for name in ("id", "upvotes", "publishedAt"):
            assert ours["paper"][name] == theirs["paper"][name]
        assert ours["paper"].get("githubStars") == theirs["paper"].get("githubStars")
        assert len(ours["paper"]["authors"]) == len({one["name"] for one in theirs["paper"]["authors"]})
        assert ours["numComments"] == theirs["numComments"]
        assert ours.get("thumbnail") == theirs.get("thumbnail")


def shape(value: Any, path: str = "") -> set[tuple[str, str]]:
    """The paths of an answer, each with the type that stands there."""
    found = {(path, type(value).__name__)}
    if isinstance(value, dict):
        found.update(*(shape(one, f"{path}.{name}") for name, one in value.items()))
    elif isinstance(value, list):
        found.update(*(shape(one, f"{path}[]") for one in value))
    return found


# ---------------------------------------------------------------------------- which papers, in which order


def test_a_day_has_the_papers_of_its_page_by_upvotes(client: FlaskClient) -> None:
    listed = client.get("/api/daily_papers?date=2026-04-21").json
    votes = [item["paper"]["upvotes"] for item in listed]
    assert votes == sorted(votes, reverse=True)
    assert {item["paper"]["submittedOnDailyAt"] for item in listed} == {MIDNIGHT}
    assert len(listed) >= 2


def test_without_a_day_it_is_the_latest_that_has_a_list(client: FlaskClient) -> None:
    latest = ids(client.get("/api/daily_papers"))
    assert latest == ids(client.get("/api/daily_papers?date=2026-04-23"))
    assert latest


def test_a_week_and_a_month_are_sorted_by_upvotes_or_by_day(client: FlaskClient) -> None:
    week = client.get("/api/daily_papers?week=2026-W17&sort=upvotes").json
    month = ids(client.get("/api/daily_papers?month=2026-04&sort=upvotes"))
    assert month == [item["paper"]["id"] for item in week]
    votes = [item["paper"]["upvotes"] for item in week]
    assert len(votes) == 10
    assert votes == sorted(votes, reverse=True)
    by_day = client.get("/api/daily_papers?week=2026-W17&sort=publishedAt").json
    order = [(item["paper"]["submittedOnDailyAt"], item["paper"]["upvotes"]) for item in by_day]
    assert order == sorted(order, reverse=True)
    assert len(order) == 10


@pytest.mark.parametrize("period", ["date=2026-04-23", "week=2026-W17", "month=2026-04"])
def test_usually_the_hottest_is_first_as_on_the_page(period: str, client: FlaskClient, store: Store) -> None:
    old = RICH  # of two days before, with 700 upvotes
    new = dataclasses.replace(RICH, key="2604.20009", arxiv_id="2604.20009", day=NOW.date(), title="Of today")
    library(store, old, dataclasses.replace(new, upvotes=200))
    hot = ids(client.get(f"/api/daily_papers?{period}"))
    assert hot[0] == "2604.20009"
    assert ids(client.get(f"/api/daily_papers?{period}&sort=trending")) == hot
    name, _, key = period.partition("=")
    page = client.get(f"/{name}/{key}").text
    links = re.findall(r'href="/papers/([^"]+)"', "".join(re.findall(r"<h2.*?</h2>", page, re.DOTALL)))
    assert links == hot
    upvoted = ids(client.get(f"/api/daily_papers?{period}&sort=upvotes"))
    assert sorted(upvoted) == sorted(hot)
    assert (upvoted[0] == "2604.20001") is (name != "date")


def test_without_hugging_face_it_is_all_that_any_source_listed(desk: Desk) -> None:
    alone = browser(create_app(dataclasses.replace(desk, sources=desk.sources[:1])))
    listed = alone.get("/api/daily_papers?date=2026-04-21").json
    assert len(listed) == 7
    votes = [item["paper"]["upvotes"] for item in listed]
    assert votes == sorted(votes, reverse=True)


def test_pages_follow_one_another_and_the_last_says_so(client: FlaskClient) -> None:
    every = ids(client.get("/api/daily_papers?month=2026-04"))
    paged, path = [], "/api/daily_papers?month=2026-04&limit=4"
    links = []
    while path:
        answer = client.get(path)
        paged += ids(answer)
        link = answer.headers.get("Link", "")
        links.append(link)
        path = link.removeprefix("<http://127.0.0.1:8000").removesuffix('>; rel="next"')
    assert paged == every
    assert links[0] == '<http://127.0.0.1:8000/api/daily_papers?month=2026-04&limit=4&p=1>; rel="next"'
    assert [bool(link) for link in links] == [True, True, False]
    assert ids(client.get("/api/daily_papers?month=2026-04&p=999999")) == []


def test_no_more_than_a_hundred_are_given_at_once(client: FlaskClient, store: Store) -> None:
    many = [
        dataclasses.replace(RICH, key=f"2604.3{n:04}", arxiv_id=f"2604.3{n:04}", title=f"Paper number {n}")
        for n in range(120)
    ]
    library(store, *many)
    assert len(ids(client.get("/api/daily_papers?date=2026-04-21"))) == 50
    assert len(ids(client.get("/api/daily_papers?date=2026-04-21&limit=1000"))) == 100


def test_one_submitters_papers(client: FlaskClient, store: Store) -> None:
    library(store, RICH)
    assert ids(client.get("/api/daily_papers?date=2026-04-21&submitter=taesiri")) == ["2604.20001"]
    assert ids(client.get("/api/daily_papers?date=2026-04-21&submitter=nobody")) == []


def test_an_editors_submission_is_listed_and_hidden_papers_are_not(
    client: FlaskClient, store: Store, desk: Desk
) -> None:
    editor = store.editors.add("Ada", at=desk.clock())
    chosen, hidden = store.lists.paper("2604.10002"), store.lists.paper("2604.10028")
    assert chosen is not None
    assert hidden is not None
    store.curations.act(editor.id, chosen.paper.id, kind="submit", at=desk.clock())
    store.curations.act(editor.id, hidden.paper.id, kind="hide", at=desk.clock())
    listed = client.get("/api/daily_papers?date=2026-04-23").json
    assert "2604.10028" not in [item["paper"]["id"] for item in listed]
    (ours,) = [item for item in listed if item["paper"]["id"] == "2604.10002"]
    assert ours["submittedBy"] == {"fullname": "Ada", "name": "Ada", "type": "user"}
    assert ids(client.get("/api/daily_papers?date=2026-04-23&submitter=Ada")) == ["2604.10002"]


def test_an_empty_library_has_an_empty_list(client: FlaskClient, store: Store) -> None:
    with store.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM papers")
    assert client.get("/api/daily_papers").json == []
    assert client.get("/api/papers/search").json == []


# ---------------------------------------------------------------------------- one paper, and a search


def test_a_search_finds_words_and_gives_items(client: FlaskClient) -> None:
    found = client.get("/api/papers/search?q=gaussian+splatting&limit=3").json
    assert len(found) == 3
    assert all("splat" in item["title"] for item in found)
    assert client.get("/api/papers/search?q=zymurgy").json == []


def test_a_search_without_words_gives_what_is_new(client: FlaskClient) -> None:
    assert ids(client.get("/api/papers/search?limit=2")) == ["2604.10030", "2604.10029"]
    assert ids(client.get("/api/papers/search?q=++&limit=2")) == ["2604.10030", "2604.10029"]


def test_a_paper_of_an_older_kind_of_id_keeps_its_slash(client: FlaskClient, store: Store) -> None:
    library(store, dataclasses.replace(RICH, key="hep-th/9901001", arxiv_id="hep-th/9901001"))
    assert client.get("/api/papers/hep-th/9901001").json["id"] == "hep-th/9901001"
    assert client.get("/papers/hep-th/9901001.md").status_code == 200


def test_a_paper_that_there_is_not(client: FlaskClient) -> None:
    for ref in ("2604.99999", "p999", "p", "nope", "p0", "search/more", "%00", "../x", "p-1", "x" * 500):
        answer = client.get(f"/api/papers/{ref}")
        assert (ref, answer.status_code, answer.json) == (ref, 404, {"error": "Paper not found"})


def test_a_paper_as_markdown(client: FlaskClient, store: Store) -> None:
    library(store, RICH)
    answer = client.get("/papers/2604.20001.md")
    assert answer.content_type == "text/markdown; charset=utf-8"
    assert answer.text == (
        "# Everything that a listing can say\n\nAda Lovelace, Bo Ek\n\n**In brief:** All of it.\n\n"
        "## Abstract\n\nIt says all of it.\n\n## Links\n\n"
        "- Abstract page: <https://arxiv.org/abs/2604.20001>\n- PDF: <https://arxiv.org/pdf/2604.20001>\n"
        "- Code: <https://github.com/ada/all>\n- Project page: <https://ada.example.org/all>\n"
    )
    assert client.get("/papers/2604.99999.md").status_code == 404


def test_no_word_of_a_paper_is_markup(client: FlaskClient) -> None:
    paper = Paper(title="<b>*x*</b> [a](javascript:b)", first_listed=DAY, url="https://a.example/<x>")
    page = markdown_page(Entry(paper=paper))
    assert page.startswith("# \\<b\\>\\*x\\*\\</b\\> \\[a\\](javascript:b)\n")
    assert "<https://a.example/%3Cx%3E>" in page
    assert WORST_TITLE not in client.get("/papers/2604.10030.md").text


# ---------------------------------------------------------------------------- what is refused


REFUSED = (
    ("date=2026-02-30", 'Invalid date: expected YYYY-MM-DD, got "2026-02-30"'),
    ("date=yesterday", 'Invalid date: expected YYYY-MM-DD, got "yesterday"'),
    ("date=", 'Invalid date: expected YYYY-MM-DD, got ""'),
    ("week=2026-W54", 'Invalid week: expected YYYY-Www, got "2026-W54"'),
    ("week=2026-17", 'Invalid week: expected YYYY-Www, got "2026-17"'),
    ("month=2026-13", 'Invalid month: expected YYYY-MM, got "2026-13"'),
    ("date=2026-04-21&week=now", 'Invalid week: expected YYYY-Www, got "now"'),
    ("sort=best", 'Invalid sort: expected publishedAt, trending or upvotes, got "best"'),
    ("limit=0", "Invalid limit: expected a whole number from 1 on, got 0"),
    ("limit=ten", 'Invalid limit: expected a whole number of at most six digits, got "ten"'),
    ("limit=-1", 'Invalid limit: expected a whole number of at most six digits, got "-1"'),
    ("p=1e9", 'Invalid p: expected a whole number of at most six digits, got "1e9"'),
    ("p=1000000", 'Invalid p: expected a whole number of at most six digits, got "1000000"'),
    ("date=" + "9" * 100, f'Invalid date: expected YYYY-MM-DD, got "{"9" * 60}…"'),
)


def test_a_value_that_cannot_be_read_is_named(client: FlaskClient) -> None:
    for query, words in REFUSED:
        answer = client.get(f"/api/daily_papers?{query}")
        assert (query, answer.status_code, answer.json) == (query, 400, {"error": words})


def test_a_parameter_of_another_name_is_passed_over(client: FlaskClient) -> None:
    assert ids(client.get("/api/daily_papers?date=2026-04-21&utm_source=x")) == ids(
        client.get("/api/daily_papers?date=2026-04-21")
    )


def test_a_day_without_papers_is_an_empty_list(client: FlaskClient) -> None:
    for date in ("2026-04-19", "2031-01-01", "0002-01-01"):
        assert client.get(f"/api/daily_papers?date={date}").json == []


def test_other_paths_and_methods_are_refused_as_objects(client: FlaskClient) -> None:
    for answer, status in (
        (client.get("/api/nothing"), 404),
        (client.post("/api/daily_papers"), 405),
        (client.delete("/api/papers/2604.10001"), 405),
    ):
        assert answer.status_code == status
        assert list(answer.json) == ["error"]


def test_an_answer_may_be_kept_and_asked_for_again(client: FlaskClient) -> None:
    first = client.get("/api/daily_papers?date=2026-04-21")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get("/api/daily_papers?date=2026-04-21", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(["date", "week", "month", "sort", "submitter", "p", "limit"]),
    value=st.text(max_size=40),
    q=st.text(max_size=40),
)
def test_whatever_is_asked_it_is_a_list_or_an_error(
    client: FlaskClient, name: str, value: str, q: str
) -> None:
    for answer in (
        client.get("/api/daily_papers", query_string={name: value}),
        client.get("/api/papers/search", query_string={"q": q, name: value}),
    ):
        if answer.status_code == 200:
            assert isinstance(answer.json, list)
        else:
            assert answer.status_code == 400
            assert list(answer.json) == ["error"]
