"""The search page: by words and by meaning, its filters, what becomes of a search."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import Listing
from digest.web.app import create_app
from digest.web.search import PAGE_SIZE, topic_fields
from digest.web.sought import Sought
from tests.web.conftest import WORST_TITLE, browser, library
from tests.web.reading import harmless, parsed, remember, said, statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from lxml import html

    from digest.model import Subscriber
    from digest.store import Store
    from digest.web.desk import Desk

TITLES = "//article//h2"


def search(client: FlaskClient, **asked: str) -> html.HtmlElement:
    """The page of a search."""
    answer = client.get("/search", query_string={name.strip("_"): value for name, value in asked.items()})
    assert answer.status_code == 200
    return parsed(answer)


def parts(page: html.HtmlElement) -> list[int]:
    """The numbers at the end of the titles that are shown."""
    return [int(title.rpartition(" ")[2]) for title in said(page, TITLES)]


# ---------------------------------------------------------------------------- by words


def test_an_empty_search_says_how_to_search(client: FlaskClient) -> None:
    page = search(client)
    assert "What can be asked" in page.text_content()
    assert not said(page, TITLES)
    assert not page.xpath("//a[text()='Save as topic']")


def test_words_are_found_and_marked(client: FlaskClient) -> None:
    page = search(client, q="gaussian splatting")
    assert sorted(parts(page)) == [1, 7, 13, 19, 25]
    assert said(page, "//article[1]//h2//mark") == ["Gaussian", "splatting"]
    assert "5 papers, best first." in page.text_content()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('"fold shirts"', {3, 9, 15, 21, 27}),
        ("title:telescopes -patience", set()),
        ("author:lovelace title:laundry", {3, 9, 15, 21, 27}),
        ('author:"李 样本" proteins', {4, 16, 28}),
        ("2604.10017", {17}),
        ("https://arxiv.org/abs/2604.10017v3", {17}),
        ("category:cs.RO", {3, 9, 15, 21, 27}),
    ],
)
def test_phrases_authors_titles_ids_and_categories(words: str, found: set[int], client: FlaskClient) -> None:
    assert set(parts(search(client, q=words))) == found


def test_the_sentence_that_holds_the_word_is_shown(client: FlaskClient, store: Store) -> None:
    abstract = "We grow cells. They split. " + "A long sentence follows it here. " * 9 + "Zebrafish agree."
    library(store, Listing(source="x", key="x", day=dt.date(2026, 4, 23), title="Cells", abstract=abstract))
    page = search(client, q="zebrafish")
    assert said(page, "//article//p[@class='gist']") == ["Zebrafish agree."]
    assert said(page, "//mark") == ["Zebrafish"]


def test_dates_and_category_narrow_a_search(client: FlaskClient) -> None:
    assert parts(search(client, q="splatting", from_="2026-04-22", to="2026-04-22")) == [19]
    assert parts(search(client, q="part", category="cs.cv", to="2026-04-20")) == [1, 7]
    page = search(client, category="q-bio.BM")
    assert len(said(page, TITLES)) == 5
    assert page.xpath("//details[@open]")
    assert not search(client, q="splatting").xpath("//details[@open]")


def test_dates_alone_list_what_came(client: FlaskClient) -> None:
    page = search(client, from_="2026-04-23")
    assert len(said(page, TITLES)) == 7
    assert not page.xpath("//a[text()='Save as topic']")


def test_newest_first_is_a_link_away(client: FlaskClient) -> None:
    page = search(client, q="splatting")
    (link,) = page.xpath("//a[text()='Newest first']/@href")
    assert parts(parsed(client.get(link))) == [25, 19, 13, 7, 1]


def test_many_results_come_in_pages_that_keep_the_search(client: FlaskClient) -> None:
    page = search(client, q="part", to="2026-04-23")
    assert len(said(page, TITLES)) == PAGE_SIZE
    assert "29 papers, best first: 1 to 20." in page.text_content()
    (link,) = page.xpath("//a[starts-with(@rel, 'next')]/@href")
    second = parsed(client.get(link))
    assert len(said(second, TITLES)) == 9
    assert not set(parts(page)) & set(parts(second))
    beyond = search(client, q="part", p="7")
    assert "There is no page 8: 29 papers were found." in beyond.text_content()


def test_nothing_found_says_what_to_do(client: FlaskClient) -> None:
    page = search(client, q="zyzzyva", from_="2026-04-01")
    assert "Nothing was found." in page.text_content()
    assert "take dates and category away" in page.text_content()


def test_long_searches_are_read_to_a_point_and_say_so(client: FlaskClient) -> None:
    page = search(client, q="splatting " * 200)
    assert "Only the beginning of what you wrote was read." in page.text_content()


# ---------------------------------------------------------------------------- by meaning


def test_by_meaning_finds_what_is_near(client: FlaskClient) -> None:
    page = search(client, q="how can a machine fold towels and shirts", by="meaning")
    assert {3, 9, 15, 21, 27} == set(parts(page)[:5])
    assert "nearest first" in page.text_content()
    assert said(page, "//p[@class='why']")


def test_by_meaning_is_narrowed_by_dates_and_category(client: FlaskClient) -> None:
    page = search(client, q="fold towels", by="meaning", from_="2026-04-22", category="cs.RO")
    assert set(parts(page)) == {21, 27}


@pytest.mark.parametrize("words", ["zyzzyva", "the of and", "!!!", "a" * 12_000, "🙂", "مرحبا"])
def test_by_meaning_of_what_means_nothing_here(words: str, client: FlaskClient) -> None:
    assert "Nothing was found." in search(client, q=words, by="meaning").text_content()


# ---------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("asked", "field", "fault"),
    [
        ({"from": "2026-02-30"}, "from", "Write the date as 2026-04-21."),
        ({"to": "soon"}, "to", "Write the date as 2026-04-21."),
        ({"from": "2026-W17-1"}, "from", "Write the date as 2026-04-21."),
        ({"from": "20260421"}, "from", "Write the date as 2026-04-21."),
        ({"from": "2026-04-21", "to": "2026-04-20"}, "to", "This is before the first day."),
    ],
)
def test_a_form_with_a_fault_comes_back_filled(
    asked: dict[str, str], field: str, fault: str, client: FlaskClient
) -> None:
    answer = client.get("/search", query_string={"q": "nerf", **asked})
    assert answer.status_code == 400
    page = parsed(answer)
    assert said(page, f"//p[@id='{field}-fault']") == [fault]
    (written,) = page.xpath(f"//input[@id='{field}']")
    assert (written.get("value"), written.get("aria-invalid")) == (asked[field], "true")
    assert page.xpath("//input[@id='q']/@value") == ["nerf"]


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
def test_the_first_and_last_day_that_there_are(first: str, client: FlaskClient) -> None:
    for by in ("words", "meaning"):
        search(client, q="splatting", from_=first, by=by)
        search(client, q="splatting", to=first, by=by)
        search(client, to=first)


@given(words=st.text(max_size=40), by=st.sampled_from(["words", "meaning"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_is_typed_is_a_fault_of_ours(words: str, by: str, client: FlaskClient) -> None:
    answer = client.get("/search", query_string={"q": words, "category": words, "by": by, "p": words})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "words",
    ['"', '""', "NEAR(a b)", "a* OR b", "title:", "author:-", "'; DROP TABLE papers; --", "-a", "\x00"],
)
def test_words_like_queries_are_words(words: str, client: FlaskClient) -> None:
    search(client, q=words)


# ---------------------------------------------------------------------------- what becomes of a search


@pytest.mark.parametrize(
    ("sought", "fields"),
    [
        (Sought(words="gaussian splatting"), {"words": "gaussian splatting"}),
        (Sought(words='nerf "gaussian splatting"'), {"words": "nerf, gaussian splatting"}),
        (Sought(words="author:lovelace nerf -survey"), {
            "words": "nerf", "authors": "lovelace", "exclude": "survey",
        }),
        (Sought(words="category:cs.RO grasp", category="cs.CV"), {
            "words": "grasp", "categories": "cs.RO, cs.CV",
        }),
        (Sought(words="2604.10001"), {"examples": "2604.10001"}),
        (Sought(words="how do robots grasp?", by="meaning"), {"text": "how do robots grasp?"}),
        (Sought(words="title:pre-training"), {"words": "pre-training"}),
    ],
)  # fmt: skip
def test_a_search_becomes_the_fields_of_a_topic(sought: Sought, fields: dict[str, str]) -> None:
    assert topic_fields(sought) == fields


def test_save_as_topic_leads_to_a_form_that_is_filled_and_tried(client: FlaskClient) -> None:
    page = search(client, q='robots author:"ada lovelace"', category="cs.RO")
    (link,) = page.xpath("//a[text()='Save as topic']/@href")
    assert urlsplit(link).path == "/subscribe"
    assert parse_qs(urlsplit(link).query) == {
        "words": ["robots"], "authors": ["ada lovelace"], "categories": ["cs.RO"],
    }  # fmt: skip
    form = parsed(client.get(link))
    assert form.xpath("//*[@name='authors']/@value") == ["ada lovelace"]
    assert "papers of the last week would have come" in form.text_content()


def test_where_nobody_may_subscribe_no_topic_is_offered(desk: Desk) -> None:
    closed = dataclasses.replace(desk, settings=desk.settings.model_copy(update={"subscribe": False}))
    page = search(browser(create_app(closed)), q="robots")
    assert not page.xpath("//a[text()='Save as topic']")


def test_the_feed_of_a_search_is_linked_and_asks_the_same(client: FlaskClient) -> None:
    page = search(client, q="splatting", from_="2026-04-21", category="cs.CV")
    (link,) = page.xpath("//a[text()='Atom feed of this search']/@href")
    assert page.xpath("//link[@rel='alternate']/@href") == [link]
    feed = client.get(link)
    assert feed.text.count("<entry>") == 3


# ---------------------------------------------------------------------------- keeping, hostile words


def test_results_may_be_kept_but_not_those_of_a_reader(client: FlaskClient, reader: Subscriber) -> None:
    assert client.get("/search?q=robots").headers["Cache-Control"] == "public, max-age=60"
    remember(client, reader)
    answer = client.get("/search?q=robots")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert parsed(answer).xpath("//article//form")


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_a_search_asks_as_much_of_the_database_for_one_paper_as_for_many(
    by: str, client: FlaskClient, store: Store
) -> None:
    library(store, Listing(source="x", key="x", day=dt.date(2026, 4, 23), title="Zebrafish, part 31"))
    seen = []
    for words in ("zebrafish", "part robots" if by == "meaning" else "part"):
        search(client, q=words, by=by)
        with statements(store.database._engine) as told:
            page = search(client, q=words, by=by)
        seen.append((len(said(page, TITLES)), len(told)))
    (few, one), (many, other) = seen
    assert (few, one) == (1, other)
    assert many > 4


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_the_worst_title_is_text(by: str, client: FlaskClient) -> None:
    page = harmless(
        client.get("/search", query_string={"q": "2604.10030" if by == "words" else "a b", "by": by})
    )
    if by == "words":
        assert said(page, TITLES) == ["{{ 7 * 7 }} & a/b \"'`"]


@pytest.mark.parametrize("where", ["q", "from", "to", "category", "by", "order", "p"])
def test_hostile_words_in_an_address_are_text(where: str, client: FlaskClient) -> None:
    answer = client.get("/search", query_string={where: WORST_TITLE + "\r\nX-Evil: 1", "by": "words"})
    harmless(answer)
    assert "X-Evil" not in answer.headers
