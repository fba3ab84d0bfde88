"""The lists of a day, a week and a month, their archive, and how an address names them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Listing
from digest.store import Store
from digest.web.app import create_app
from digest.web.lists import PAGE_SIZE
from digest.web.periods import nearest_day, period_of, read_period
from tests.web.conftest import DAYS, NOW, browser, library
from tests.web.reading import harmless, parsed, remember, said, statements

if TYPE_CHECKING:
    from pathlib import Path

    import flask
    from flask.testing import FlaskClient

    from digest.model import Subscriber
    from digest.web.desk import Desk

TITLES = "//article//h2"


def many(count: int, day: dt.date) -> list[Listing]:
    """So many papers of a day, all of them listed by the community."""
    return [
        Listing(
            source="huggingface",
            key=f"{day:%y%m}.{20000 + 100 * day.day + number}",
            arxiv_id=f"{day:%y%m}.{20000 + 100 * day.day + number}",
            day=day,
            title=f"A paper of many, number {number}",
            abstract="We count papers. There are many.",
            authors=("Ada Lovelace", "Bo Ek", "Cy Sample"),
            categories=("cs.DL",),
            upvotes=number,
        )
        for number in range(count)
    ]


# ---------------------------------------------------------------------------- periods


@given(
    st.dates(min_value=dt.date(2, 1, 1), max_value=dt.date(9998, 1, 1)),
    st.sampled_from(["day", "week", "month"]),
)
@settings(max_examples=100)
def test_a_period_is_read_back_from_its_key_and_holds_its_day(day: dt.date, kind: str) -> None:
    period = period_of(kind, day)  # type: ignore[arg-type]
    assert read_period(kind, period.key) == period  # type: ignore[arg-type]
    assert period.holds(day)
    assert not period.holds(period.last + dt.timedelta(days=1))


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{4}-W?[0-9]{1,2}(-[0-9]{1,2})?", fullmatch=True))
@settings(max_examples=200)
def test_what_is_no_period_still_has_a_day_near_it(text: str) -> None:
    assert dt.date.min < nearest_day(text, today=NOW.date()) < dt.date.max
    for kind in ("day", "week", "month"):
        period = read_period(kind, text)  # type: ignore[arg-type]
        assert period is None or period.key == text


@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        ("day", dt.date(2026, 4, 21), "Tuesday 21 April 2026"),
        ("week", dt.date(2026, 4, 21), "20 to 26 April 2026"),
        ("week", dt.date(2026, 4, 30), "27 April to 3 May 2026"),
        ("week", dt.date(2027, 1, 1), "28 December 2026 to 3 January 2027"),
        ("month", dt.date(2026, 4, 21), "April 2026"),
    ],
)
def test_periods_are_said_in_words(kind: str, day: dt.date, words: str) -> None:
    assert period_of(kind, day).words == words  # type: ignore[arg-type]


# ---------------------------------------------------------------------------- the list


def test_front_page_is_today_most_upvoted_first(client: FlaskClient) -> None:
    page = parsed(client.get("/"))
    assert said(page, "//h1") == ["Thursday 23 April 2026"]
    # The worst title is part 30's; of the eight papers of the day two are the community's.
    assert said(page, TITLES) == [
        "Proteins in a diffusion model's dreams, part 28",
        "Gaussian splatting for small rooms, part 25",
    ]
    assert said(page, "//*[@class='count']") == ["81 upvotes", "72 upvotes"]
    assert "no papers yet" not in page.text_content()


def test_a_card_links_to_our_page_and_out_to_the_others(client: FlaskClient) -> None:
    card = parsed(client.get("/")).find(".//article")
    assert card.xpath(".//h2/a/@href") == ["/papers/2604.10028"]
    assert said(card, ".//p[@class='byline']") == ["Ada Lovelace, Bo Ek and 2 more · 23 Apr · q-bio.BM"]
    assert said(card, ".//p[@class='gist']") == ["We let a diffusion model dream of proteins."]
    assert said(card, ".//p[@class='links']") == ["Abstract · PDF · Code (1.1k stars)"]
    assert card.xpath(".//p[@class='links']/a/@href")[0] == "https://arxiv.org/abs/2604.10028"


def test_front_page_says_that_today_is_empty_and_shows_the_newest(desk: Desk) -> None:
    later = dataclasses.replace(desk, clock=lambda: NOW + dt.timedelta(days=2))
    page = parsed(browser(create_app(later)).get("/"))
    assert said(page, "//h1") == ["Thursday 23 April 2026"]
    assert "Saturday 25 April has no papers yet; these are the newest." in page.text_content()


def test_an_empty_library_has_a_front_page(desk: Desk, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        client = browser(create_app(dataclasses.replace(desk, store=store)))
        for path in ("/", "/?sort=new", "/date/2026-04-23", "/archive", "/month/2026-04"):
            page = parsed(client.get(path))
            assert "no papers yet" in page.text_content().lower()


def test_new_is_everything_of_the_day_newest_first(client: FlaskClient) -> None:
    page = parsed(client.get("/date/2026-04-21?sort=new"))
    parts = [title.rpartition(" ")[2] for title in said(page, TITLES)]
    assert parts == ["15", "14", "13", "12", "11", "10", "9"]
    assert "7 papers, newest first" in page.text_content()


@pytest.mark.parametrize("path", ["/date/2026-04-21", "/week/2026-W17", "/month/2026-04"])
def test_a_day_a_week_and_a_month_are_ordered_by_heat_or_by_upvotes(
    path: str, client: FlaskClient, store: Store
) -> None:
    """Without a script: three links, of which one says that it is the order at hand."""
    discussed = [
        dataclasses.replace(one, comments=12 * (1 - number), upvotes=90 + number)
        for number, one in enumerate(many(2, dt.date(2026, 4, 21)))
    ]
    library(store, *discussed)
    page = parsed(client.get(path))
    links = page.xpath("//nav[@aria-label='In which order']/a")
    assert [(link.text, link.get("href"), link.get("aria-current")) for link in links] == [
        ("Trending", path, "true"),
        ("Most upvoted", f"{path}?sort=upvotes", None),
        ("New", f"{path}?sort=new", None),
    ]
    assert "papers, hottest first" in page.text_content()
    hot = said(page, TITLES)
    assert hot.index("A paper of many, number 0") < hot.index("A paper of many, number 1")
    other = parsed(client.get(f"{path}?sort=upvotes"))
    assert "papers, most upvoted first" in other.text_content()
    upvoted = said(other, TITLES)
    assert sorted(upvoted) == sorted(hot)
    assert upvoted[:2] == ["A paper of many, number 1", "A paper of many, number 0"]
    assert other.xpath("//nav[@aria-label='In which order']/a[@aria-current]")[0].text == "Most upvoted"
    assert other.xpath("//nav[@aria-label='How long']/a/@href")[2] == "/month/2026-04?sort=upvotes"
    assert other.xpath("//link[@rel='alternate']/@href") == ["/feed.atom?sort=upvotes"]


def test_the_order_stays_while_turning_and_filtering(client: FlaskClient) -> None:
    page = parsed(client.get("/date/2026-04-21?sort=upvotes&category=cs.CV"))
    assert page.xpath("//nav[@class='turn']//a/@href")[0] == "/date/2026-04-20?sort=upvotes&category=cs.CV"
    assert page.xpath("//form[@class='filter']/input[@type='hidden']/@value") == ["upvotes"]
    assert said(page, "//option[@selected]") == ["cs.CV (1)"]


def test_a_month_shows_today_what_is_hot_today(desk: Desk, store: Store) -> None:
    """A paper of today stands before an earlier one of more votes; long after, both are old."""
    day = dt.date(2026, 4, 2)
    library(store, *(dataclasses.replace(one, upvotes=150) for one in many(1, day)))
    path = "/month/2026-04"
    shown = said(parsed(browser(create_app(desk)).get(path)), TITLES)
    assert shown[0].endswith("part 28")
    much_later = dataclasses.replace(desk, clock=lambda: NOW + dt.timedelta(days=400))
    assert said(parsed(browser(create_app(much_later)).get(path)), TITLES)[0] == "A paper of many, number 0"


def test_without_a_community_the_list_is_all_that_came(desk: Desk) -> None:
    alone = dataclasses.replace(desk, sources=desk.sources[:1])
    page = parsed(browser(create_app(alone)).get("/date/2026-04-21"))
    parts = [title.rpartition(" ")[2] for title in said(page, TITLES)]
    assert parts[:2] == ["13", "10"]  # the upvoted ones first
    assert len(parts) == 7


def test_week_and_month_hold_the_days(client: FlaskClient) -> None:
    for path, heading in (("/week/2026-W17", "20 to 26 April 2026"), ("/month/2026-04", "April 2026")):
        page = parsed(client.get(path))
        assert said(page, "//h1") == [heading]
        assert len(said(page, TITLES)) == 10
        assert said(page, TITLES)[0].endswith("part 28")


def test_days_before_and_after_stand_at_top_and_bottom_without_gaps(
    client: FlaskClient, store: Store
) -> None:
    library(store, *many(2, dt.date(2026, 4, 10)))
    page = parsed(client.get("/date/2026-04-20"))
    assert page.xpath("//nav[@class='turn']//a[@rel='prev']/@href") == ["/date/2026-04-10"] * 2
    assert page.xpath("//nav[@class='turn']//a[@rel='next']/@href") == ["/date/2026-04-21"] * 2
    weeks = parsed(client.get("/week/2026-W17"))
    assert weeks.xpath("//nav[@class='turn']//a/@href") == ["/week/2026-W15"] * 2
    assert not parsed(client.get("/month/2026-04")).xpath("//nav[@class='turn']//a")


def test_a_day_without_papers_says_so_and_leads_on(client: FlaskClient, store: Store) -> None:
    library(store, *many(2, dt.date(2026, 4, 10)))
    answer = client.get("/date/2026-04-12")
    assert answer.status_code == 200
    page = parsed(answer)
    assert "No papers were listed then." in page.text_content()
    assert page.xpath("//nav[@class='turn']//a/@href")[:2] == ["/date/2026-04-10", "/date/2026-04-20"]


def test_the_filter_stands_in_the_address_and_stays_while_turning(client: FlaskClient) -> None:
    page = parsed(client.get("/date/2026-04-21?sort=new&category=cs.CV"))
    assert [title.rpartition(" ")[2] for title in said(page, TITLES)] == ["13"]
    assert said(page, "//option[@selected]") == ["cs.CV (1)"]
    assert page.xpath("//nav[@class='turn']//a/@href")[0] == "/date/2026-04-20?sort=new&category=cs.CV"
    assert page.xpath("//form[@class='filter']/@action") == ["/date/2026-04-21"]
    # Twenty categories, or one of no paper: the choice stays visible.
    nothing = parsed(client.get("/date/2026-04-21?category=cs.XX"))
    assert said(nothing, "//option[@selected]") == ["cs.XX (0)"]
    assert "No papers in cs.XX were listed then." in nothing.text_content()


def test_filter_offers_the_categories_of_the_list_with_counts(client: FlaskClient) -> None:
    page = parsed(client.get("/date/2026-04-21?sort=new"))
    options = said(page, "//select[@id='category']/option")
    assert options[:2] == ["All categories", "cs.AI (7)"]


def test_long_lists_come_in_pages(client: FlaskClient, store: Store) -> None:
    day = dt.date(2026, 4, 2)
    library(store, *many(PAGE_SIZE + 5, day))
    first = parsed(client.get(f"/date/{day}"))
    assert len(said(first, TITLES)) == PAGE_SIZE
    assert f"{PAGE_SIZE + 5} papers, hottest first: 1 to {PAGE_SIZE}" in first.text_content()
    assert first.xpath("//nav[@aria-label='Pages']//a/@href") == [f"/date/{day}?p=1"]
    second = parsed(client.get(f"/date/{day}?p=1"))
    assert len(said(second, TITLES)) == 5
    assert second.xpath("//nav[@aria-label='Pages']//a/@href") == [f"/date/{day}"]
    beyond = client.get(f"/date/{day}?p=2")
    assert beyond.status_code == 404
    assert f"/date/{day}?p=1" in beyond.text


@pytest.mark.parametrize("written", ["-1", "x", "1e3", "٣", "99999999999999999999"])
def test_a_page_that_is_no_number_is_the_first(written: str, client: FlaskClient) -> None:
    assert len(said(parsed(client.get("/month/2026-04", query_string={"p": written})), TITLES)) == 10


# ---------------------------------------------------------------------------- what is not there


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/date/2026-02-30", ["/date/2026-04-20"]),
        ("/date/2026-04-31", ["/date/2026-04-23"]),
        ("/date/tomorrow", ["/date/2026-04-23"]),
        ("/date/0000-01-01", ["/date/2026-04-20"]),
        ("/date/9999-12-31", ["/date/2026-04-23"]),
        ("/date/9998-12-31", ["/date/2026-04-23"]),
        ("/date/0001-01-01", ["/date/2026-04-20"]),
        ("/date/1850-05-05", ["/date/2026-04-20"]),
        ("/date/2027-01-01", ["/date/2026-04-23"]),
        ("/date/2026-4-1", ["/date/2026-04-20"]),
        ("/week/2026-W54", ["/week/2026-W17"]),
        ("/week/2026-W00", ["/week/2026-W17"]),
        ("/week/2019-W01", ["/week/2026-W17"]),
        ("/month/2026-13", ["/month/2026-04"]),
        ("/month/2026-00", ["/month/2026-04"]),
        ("/month/2030-01", ["/month/2026-04"]),
        ("/date/..%2f..%2fetc%2fpasswd", None),
        ("/month/2026-04'--", ["/month/2026-04"]),
    ],
)
def test_a_period_that_there_is_not_leads_to_the_nearest(
    path: str, leads: list[str] | None, client: FlaskClient
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = parsed(answer)
    if leads:
        assert page.xpath("//ul[@class='near']//a/@href")[: len(leads)] == leads


@pytest.mark.parametrize("day", ["2026-04-22", "2026-04-20"])
def test_the_nearest_of_an_impossible_day_may_be_the_day_itself(day: str, client: FlaskClient) -> None:
    page = parsed(client.get(f"/date/{day}x"))
    assert f"/date/{day}" in page.xpath("//ul[@class='near']//a/@href")


# ---------------------------------------------------------------------------- editors, votes


def test_picked_papers_come_first_and_say_by_whom(client: FlaskClient, store: Store) -> None:
    ada = store.editors.add("Ada E.", at=NOW).id
    entry = store.lists.paper("2604.10025")
    hidden = store.lists.paper("2604.10028")
    assert entry is not None
    assert hidden is not None
    for kind, words in (("pick", ""), ("pin", "Read the appendix first.")):
        store.curations.act(ada, entry.paper.id, kind=kind, at=NOW, words=words)  # type: ignore[arg-type]
    page = parsed(client.get("/"))
    assert said(page, TITLES)[0].endswith("part 25")
    assert said(page, "//p[@class='pinned']") == ["Read the appendix first."]
    assert said(page, "//p[@class='links']")[0].endswith("picked by Ada E.")
    store.curations.act(ada, hidden.paper.id, kind="hide", at=NOW)
    assert len(said(parsed(client.get("/")), TITLES)) == 1


def test_who_submitted_a_paper_elsewhere_is_named(client: FlaskClient, store: Store) -> None:
    library(store, *(dataclasses.replace(one, submitter="Grace") for one in many(1, dt.date(2026, 4, 2))))
    assert said(parsed(client.get("/date/2026-04-02")), "//p[@class='links']")[0].endswith(
        "submitted by Grace"
    )


def test_pictures_are_shown_only_where_the_operator_wants_them(desk: Desk, client: FlaskClient) -> None:
    assert not list(parsed(client.get("/")).iter("img"))
    shown = dataclasses.replace(desk, site=dataclasses.replace(desk.site, thumbnails=True))
    answer = browser(create_app(shown)).get("/")
    assert 'src="https://cdn.example.org/27.png" width="144" height="96" alt=""' in answer.text


# ---------------------------------------------------------------------------- keeping


def test_a_public_page_may_be_kept_and_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get("/week/2026-W17")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in first.headers["Vary"]
    again = client.get("/week/2026-W17", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head("/week/2026-W17").headers["ETag"] == first.headers["ETag"]


def test_what_a_remembered_reader_sees_is_theirs(client: FlaskClient, reader: Subscriber) -> None:
    remember(client, reader)
    answer = client.get("/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert parsed(answer).xpath("//article//form//button[@aria-pressed='false']")


def test_a_page_asks_as_much_of_the_database_for_one_paper_as_for_many(
    app: flask.Flask, store: Store, reader: Subscriber
) -> None:
    library(store, *many(PAGE_SIZE, dt.date(2026, 4, 2)), *many(1, dt.date(2026, 4, 3)))
    few, full = "/date/2026-04-03", "/date/2026-04-02"
    client = browser(app)
    remember(client, reader)
    counts = []
    for path in (few, full, f"{few}?sort=new", f"{full}?sort=new"):
        client.get(path)  # what is asked once a minute is asked now
        with statements(store.database._engine) as told:
            page = parsed(client.get(path))
        counts.append((len(said(page, TITLES)), len(told)))
    assert [shown for shown, _ in counts] == [1, PAGE_SIZE, 1, PAGE_SIZE]
    assert counts[0][1] == counts[1][1]
    assert counts[2][1] == counts[3][1]


# ---------------------------------------------------------------------------- the archive


def test_the_archive_has_each_day_with_its_best_paper(client: FlaskClient, store: Store) -> None:
    library(store, *many(3, dt.date(2026, 3, 2)), *many(1, dt.date(2025, 12, 31)))
    page = parsed(client.get("/archive"))
    assert said(page, "//ol[@class='days']/li")[0] == (
        "Thu 23 April Proteins in a diffusion model's dreams, part 28 2 papers"
    )
    assert page.xpath("//ol[@class='days']//a/@href") == [f"/date/{day}" for day in reversed(DAYS)]
    assert page.xpath("//p[@class='months']/a/@href") == [
        "/archive/2026-04",
        "/archive/2026-03",
        "/archive/2025-12",
    ]
    march = parsed(client.get("/archive/2026-03"))
    assert said(march, "//ol[@class='days']/li") == ["Mon 2 March A paper of many, number 2 3 papers"]


@pytest.mark.parametrize(
    "key", ["2026-13", "2026-01", "0000-00", "..%2f..", "%2e%2e", "2026-04%00", "2026-W17"]
)
def test_the_archive_has_nothing_but_its_months(key: str, client: FlaskClient) -> None:
    assert client.get(f"/archive/{key}").status_code == 404


# ---------------------------------------------------------------------------- hostile words


@pytest.mark.parametrize(
    "path",
    ["/date/2026-04-23?sort=new", "/week/2026-W17?sort=new", "/month/2026-04?sort=new", "/date/2026-04-23"],
)
def test_the_worst_title_is_text(path: str, client: FlaskClient) -> None:
    page = harmless(client.get(path))
    if "new" in path:
        assert said(page, TITLES)[0] == "{{ 7 * 7 }} & a/b \"'`"


@pytest.mark.parametrize("where", ["category", "sort", "p"])
def test_hostile_words_in_an_address_are_text(where: str, client: FlaskClient) -> None:
    evil = '"><script>alert(1)</script>\r\nX: y\u202e{{ 7 * 7 }}'
    answer = client.get("/date/2026-04-23", query_string={where: evil})
    harmless(answer)
    assert "X" not in answer.headers
    harmless(client.get(f"/date/{evil}"))
