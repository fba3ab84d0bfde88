"""What arXiv's feeds become."""

from __future__ import annotations

import datetime as dt
import itertools

import httpx2
import pytest

from digest.errors import SourceError
from digest.http import Client, MemoryPace
from digest.model import Listing, Position
from digest.sources import open_source
from tests.http.times import Time
from tests.http.upstream import Reply, Upstream
from tests.sources.arxiv_upstream import Announced, Arxiv, error_feed, paper
from tests.sources.opening import Settings, day, moment, opened

TUESDAY = day("04-21")
NOON = moment("2026-04-21 12:00")


def read(upstream: Upstream, *entries: Announced, **fields: object) -> tuple[Listing, ...]:
    Arxiv(upstream, {TUESDAY: list(entries)}, TUESDAY)
    source = opened("arxiv", upstream.url, **fields)
    return source.collect(Position(), now=NOON, window_days=0).listings


def test_listing_holds_what_the_feed_says(upstream: Upstream) -> None:
    entry = paper(
        1,
        version=2,
        title="On $\\alpha$ & more",
        abstract="It is <1, and it is good.",
        creators="Ada  Lovelace (Engines, Analytical (London)), Alan Turing, Jo Roe (jo@example.org)",
        categories=("cs.LG", "cs.CV"),
    )
    (listing,) = read(upstream, entry)
    assert listing == Listing(
        source="arxiv",
        channel="cs.CV",
        key="2604.90001",
        kind="new",
        day=TUESDAY,
        title="On $\\alpha$ & more",
        abstract="It is <1, and it is good.",
        authors=("Ada Lovelace", "Alan Turing", "Jo Roe"),
        categories=("cs.LG", "cs.CV"),
        arxiv_id="2604.90001",
        version=2,
        url="https://arxiv.org/abs/2604.90001",
    )


def test_kinds_are_taken_as_settings_say_and_replacements_always(upstream: Upstream) -> None:
    kinds = ("new", "cross", "replace", "replace-cross")
    entries = [paper(number, kind=kind) for number, kind in enumerate(kinds)]
    assert [x.kind for x in read(upstream, *entries)] == ["new", "cross", "replace", "replace"]
    assert [x.kind for x in read(upstream, *entries, include=("new",))] == ["new", "replace", "replace"]


def test_missing_announce_type_means_new(upstream: Upstream) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(1)]}, TUESDAY)
    body = arxiv.rss("cs.CV").replace("<arxiv:announce_type>new</arxiv:announce_type>", "")
    upstream.serve("/rss/cs.CV", Reply(body=body.replace(" Announce Type: new", "").encode()))
    source = opened("arxiv", upstream.url)
    assert [x.kind for x in source.collect(Position(), now=NOON, window_days=0).listings] == ["new"]


@pytest.mark.parametrize("fold", ["\n", " ", " \n", "\n\n  "])
def test_prefix_of_the_abstract_goes_also_where_a_relay_folded_it(upstream: Upstream, fold: str) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(1, abstract="Abstract: twice.")]}, TUESDAY)
    body = arxiv.rss("cs.CV").replace(" \nAbstract: Abstract", f"{fold}Abstract: Abstract")
    upstream.serve("/rss/cs.CV", Reply(body=body.encode()))
    (listing,) = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=0).listings
    assert listing.abstract == "Abstract: twice."


def test_old_identifiers_are_read(upstream: Upstream) -> None:
    listings = read(upstream, Announced(id="astro-ph/0601001", version=3), Announced(id="math.GT/0309136"))
    assert [(x.key, x.version) for x in listings] == [("astro-ph/0601001", 3), ("math/0309136", 1)]


def test_duplicate_ids_in_a_feed_are_one_listing(upstream: Upstream) -> None:
    listings = read(upstream, paper(1), paper(1, title="Again"), paper(2))
    assert [x.title for x in listings] == ["Paper 1", "Paper 2"]


def test_paper_in_two_categories_is_listed_in_each(upstream: Upstream) -> None:
    both = paper(1, categories=("cs.CV", "cs.LG"))
    listings = read(upstream, both, categories=("cs.CV", "cs.LG"))
    assert [(x.channel, x.key) for x in listings] == [("cs.CV", "2604.90001"), ("cs.LG", "2604.90001")]


def test_entry_without_abstract_authors_date_and_link_is_still_a_paper(upstream: Upstream) -> None:
    bare = "<item><title>Bare</title><guid>oai:arXiv.org:2604.90001v1</guid></item><item></item>"
    body = f"<rss version='2.0'><channel><title>cs.CV</title>{bare}</channel></rss>"
    Arxiv(upstream, {}, TUESDAY)
    upstream.serve("/rss/cs.CV", Reply(body=body.encode()))
    collection = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=0)
    (listing,) = collection.listings
    assert (listing.title, listing.abstract, listing.authors, listing.url) == ("Bare", "", (), None)
    assert (listing.day, collection.status) == (TUESDAY, "ok")


@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Sun, 21 Apr 2126 00:00:00 -0400", "soon"])
def test_nonsense_dates_are_not_believed(upstream: Upstream, date: str) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(1)]}, TUESDAY)
    body = arxiv.rss("cs.CV").replace("Tue, 21 Apr 2026 00:00:00 -0400", date)
    upstream.serve("/rss/cs.CV", Reply(body=body.encode()))
    collection = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=0)
    assert [x.day for x in collection.listings] == [TUESDAY]


def test_latin_bytes_in_a_feed_that_says_utf_8_are_read(upstream: Upstream) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(1, title="Erdős–Rényi"), paper(2, title="Poincaré")]}, TUESDAY)
    body = arxiv.rss("cs.CV").replace("ő", "o").encode("latin-1", "replace")
    upstream.serve("/rss/cs.CV", Reply(body=body))
    collection = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=0)
    assert collection.status == "ok"
    assert "Poincaré" in [x.title for x in collection.listings]


def test_broken_xml_in_the_middle_costs_no_paper(upstream: Upstream) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(n) for n in range(4)]}, TUESDAY)
    body = arxiv.rss("cs.CV").replace("Paper 1", "Paper & 1 &nbsp; <").encode()
    upstream.serve("/rss/cs.CV", Reply(body=body))
    collection = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=0)
    assert [x.key[-1] for x in collection.listings] == ["0", "1", "2", "3"]


def test_unknown_category_is_named_and_costs_the_others_nothing(upstream: Upstream) -> None:
    arxiv = Arxiv(upstream, {TUESDAY: [paper(1)]}, TUESDAY)
    arxiv.unknown = {"cs.ML"}
    source = opened("arxiv", upstream.url, categories=("cs.ML", "cs.CV"))
    collection = source.collect(Position(), now=NOON, window_days=0)
    assert collection.status == "failed"
    assert 'arXiv knows no category "cs.ML"' in str(collection.error)
    assert [x.channel for x in collection.listings] == ["cs.CV"]
    assert collection.position.get("cs.CV") == "2026-04-21"
    assert collection.position.get("cs.ML") is None
    assert upstream.paths() == ["/rss/cs.ML", "/rss/cs.CV"]
    with pytest.raises(SourceError, match=r'arXiv knows no category "cs\.ML"'):
        source.check(now=NOON)


def test_error_entry_of_the_api_never_becomes_a_paper(upstream: Upstream) -> None:
    for status in (400, 200):
        arxiv = Arxiv(upstream, {TUESDAY: [paper(1)]}, TUESDAY)
        arxiv.faults["query"] = Reply(status=status, body=error_feed("max_results too large"))
        collection = opened("arxiv", upstream.url).collect(Position(), now=NOON, window_days=7)
        assert collection.status == "failed"
        assert "arXiv answered with an error: max_results too large" in str(collection.error)
        assert [x.title for x in collection.listings] == ["Paper 1"]


def test_polite_interval_holds_over_feeds_and_api() -> None:
    """Its own, for arXiv's hosts, where settings say nothing; and none for others."""
    time = Time()
    asked: list[tuple[str, float]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.url.host, time.now))
        return httpx2.Response(500)

    client = Client(
        user_agent="test",
        pace=MemoryPace(time.clock),
        transport=httpx2.MockTransport(answer),
        clock=time.clock,
        sleep=time.sleep,
    )
    settings = Settings(kind="arxiv", name="arxiv", categories=("cs.CV", "cs.LG"))
    collection = open_source(settings, client).collect(Position(), now=NOON, window_days=3)
    assert collection.status == "failed"
    hosts = [host for host, _ in asked]
    assert hosts == ["rss.arxiv.org"] * 4 + ["export.arxiv.org"] * 2
    times = [at for _, at in asked]
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == [3.0] * 5


def test_days_are_new_yorks_also_in_winter(upstream: Upstream) -> None:
    winter = dt.date(2026, 1, 15)
    Arxiv(upstream, {winter: [paper(1)]}, winter)
    source = opened("arxiv", upstream.url)
    collection = source.collect(Position(), now=moment("2026-01-15 05:30"), window_days=0)
    assert [x.day for x in collection.listings] == [winter]


def test_interval_of_the_settings_holds_between_all_requests() -> None:
    time = Time()
    asked: list[float] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(time.now)
        return httpx2.Response(404)

    client = Client(
        user_agent="test",
        pace=MemoryPace(time.clock),
        transport=httpx2.MockTransport(answer),
        clock=time.clock,
        sleep=time.sleep,
    )
    settings = Settings(
        kind="arxiv",
        name="arxiv",
        min_interval_s=7.0,
        base_url="http://mirror.example",
        api_url="http://mirror.example/q?key=1",
    )
    found = open_source(settings, client).collect(Position(), now=NOON, window_days=1)
    assert asked == [1000.0, 1007.0, 1014.0]
    assert "GET http://mirror.example/q?key=…&search_query=" in str(found.error)
