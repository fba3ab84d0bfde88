"""Any RSS, RDF or Atom feed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest

from digest.model import Collection, Position
from tests.http.upstream import Reply
from tests.sources.opening import day, moment, opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.http.upstream import Upstream

NOW = moment("2026-04-21 12:00")
TODAY = day("04-21")


def rss(*items: str, head: str = "") -> bytes:
    """An RSS feed of these items."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"{head}<rss version='2.0'><channel><title>F</title>{inside}</channel></rss>".encode()


def look(upstream: Upstream, body: bytes, position: Position | None = None, **options: Any) -> Collection:
    """Serve this body as the feed, and collect."""
    upstream.serve("/sub/feed.xml", Reply(body=body, headers=options.pop("headers", ())))
    source = opened("feed", f"{upstream.url}/sub/feed.xml")
    wanted = {"now": NOW, "window_days": 7, **options}
    return source.collect(position or Position(), **wanted)


@pytest.mark.parametrize(
    ("item", "key", "arxiv_id", "doi"),
    [
        ("<link>https://arxiv.org/abs/2604.01234v2</link>", "2604.01234", "2604.01234", None),
        ("<link>https://huggingface.co/papers/2604.01234</link>", "2604.01234", "2604.01234", None),
        ("<guid>oai:arXiv.org:2604.01234v1</guid><link>/x</link>", "2604.01234", "2604.01234", None),
        ("<link>/x</link><description>see arXiv:2604.01234</description>", "2604.01234", "2604.01234", None),
        ("<link>https://doi.org/10.1101/2023.12.16.571984</link>", "doi:10.1101/2023.12.16.571984", None,
         "10.1101/2023.12.16.571984"),
        ("<guid>doi:10.1000/ABC.1</guid>", "doi:10.1000/abc.1", None, "10.1000/abc.1"),
        ("<link>/x</link><description>DOI 10.1000/ABC.1.</description>", "doi:10.1000/abc.1", None,
         "10.1000/abc.1"),
        ("<link>https://doi.org/10.48550/arXiv.2604.01234</link>", "2604.01234", "2604.01234", None),
        ("<guid isPermaLink='false'>tag:a,1</guid><link>/x</link>", "tag:a,1", None, None),
        ("<title>T</title><description>arXiv:2604.01234 and arXiv:2604.05678</description>", "title:T", None,
         None),
    ],
)  # fmt: skip
def test_entry_is_known_by(
    upstream: Upstream, item: str, key: str, arxiv_id: str | None, doi: str | None
) -> None:
    (listing,) = look(upstream, rss(item)).listings
    assert (listing.key, listing.arxiv_id, listing.doi) == (key, arxiv_id, doi)


def test_link_is_the_last_thing_to_know_an_entry_by(upstream: Upstream) -> None:
    (listing,) = look(upstream, rss("<title>T</title><link>../p/1</link>")).listings
    assert listing.key == listing.url == f"{upstream.url}/p/1"


def test_entry_of_nothing_is_left_out_beside_the_others(upstream: Upstream) -> None:
    found = look(upstream, rss("", "<title>Kept</title>", "<description>no name</description>"))
    assert [x.title for x in found.listings] == ["Kept"]
    assert (found.status, found.seen) == ("ok", 3)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://["]
)
def test_link_that_is_none_is_left_out(upstream: Upstream, link: str) -> None:
    (listing,) = look(upstream, rss(f"<title>T</title><guid>g</guid><link>{escape(link)}</link>")).listings
    assert (listing.url, listing.title) == (None, "T")


@pytest.mark.parametrize(
    "date", ["", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Sun, 21 Apr 2126 00:00:00 GMT"]
)
def test_absent_and_nonsense_dates_are_the_day_of_reading(upstream: Upstream, date: str) -> None:
    (listing,) = look(upstream, rss(f"<title>T</title><pubDate>{date}</pubDate>")).listings
    assert (listing.day, listing.published) == (TODAY, None)


def test_date_of_an_entry_is_the_day_of_its_listing(upstream: Upstream) -> None:
    item = "<title>T</title><pubDate>Sun, 19 Apr 2026 23:00:00 -0400</pubDate>"
    (listing,) = look(upstream, rss(item)).listings
    assert (listing.day, listing.published) == (day("04-20"), moment("2026-04-20 03:00"))


def test_first_look_takes_no_entry_older_than_the_window_nor_does_the_next(upstream: Upstream) -> None:
    old = "<title>Old</title><pubDate>Wed, 01 Apr 2026 00:00:00 GMT</pubDate>"
    first = look(upstream, rss(old, "<title>New</title>"))
    assert [x.title for x in first.listings] == ["New"]
    later = look(upstream, rss(old, "<title>Newer</title>"), first.position, now=NOW + dt.timedelta(days=3))
    assert [x.title for x in later.listings] == ["Newer"]
    again = look(upstream, rss(old), first.position, since=day("04-01"))
    assert [x.title for x in again.listings] == ["Old"]


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_feed_that_has_not_changed_is_ok_with_nothing(upstream: Upstream, name: str) -> None:
    first = look(upstream, rss("<title>T</title>"), headers=((name, "Mon, 20 Apr 2026 00:00:00 GMT"),))
    upstream.serve("/sub/feed.xml", Reply(status=304))
    source = opened("feed", f"{upstream.url}/sub/feed.xml")
    second = source.collect(first.position, now=NOW, window_days=7)
    condition = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[name]
    assert upstream.asked[-1].headers[condition] == "Mon, 20 Apr 2026 00:00:00 GMT"
    assert (second.status, second.listings, second.seen) == ("ok", (), 0)


def test_empty_feed_that_has_not_changed_is_still_quiet(upstream: Upstream) -> None:
    first = look(upstream, rss(), headers=(("ETag", '"1"'),))
    upstream.serve("/sub/feed.xml", Reply(status=304))
    second = opened("feed", f"{upstream.url}/sub/feed.xml").collect(first.position, now=NOW, window_days=7)
    assert (first.status, second.status) == ("quiet", "quiet")


@pytest.mark.parametrize("manner", ["cut body", "cut connection"])
def test_whole_entries_of_a_feed_that_broke_off_are_kept(upstream: Upstream, manner: str) -> None:
    body = rss(*(f"<title>T{n}</title><description>{'x' * 100}</description>" for n in range(10)))
    half = body[: len(body) // 2]
    upstream.serve("/f", Reply(body=half) if manner == "cut body" else Reply(body=body, manner="short"))
    found = opened("feed", f"{upstream.url}/f").collect(Position(), now=NOW, window_days=7)
    assert (found.status, found.position) == ("failed", Position())
    assert [x.title for x in found.listings] == [f"T{n}" for n in range(half.count(b"</item>"))]
    assert {len(x.abstract) for x in found.listings} == {100}
    assert "broke off" in str(found.error)


@pytest.mark.parametrize(
    "body", [b"<html><body>no</body></html>", b'{"a": 1}', b"  ", b"%PDF-1.7", b"\x1f\x8b"]
)
def test_what_is_no_feed_is_failed(upstream: Upstream, body: bytes) -> None:
    found = look(upstream, body)
    assert (found.status, found.listings) == ("failed", ())
    assert f"GET {upstream.url}/sub/feed.xml: " in str(found.error)


def test_charset_of_the_server_counts_where_the_document_names_none(upstream: Upstream) -> None:
    body = rss("<title>ФИЗИКА</title>").decode().encode("koi8-r")
    found = look(upstream, body, headers=(("Content-Type", "application/rss+xml; charset=koi8-r"),))
    assert [x.title for x in found.listings] == ["ФИЗИКА"]
    named = rss("<title>Poincaré</title>", head="<?xml version='1.0' encoding='utf-8'?>")
    found = look(upstream, named, headers=(("Content-Type", "application/rss+xml; charset=koi8-r"),))
    assert [x.title for x in found.listings] == ["Poincaré"]


def test_entities_from_outside_and_entity_bombs_are_not_expanded(upstream: Upstream, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    doctype = (
        f'<!DOCTYPE rss [<!ENTITY out SYSTEM "file://{secret}"><!ENTITY a "{"ha" * 1000}">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(6))
        + "]>"
    )
    body = rss("<title>One &out; &g;</title>", "<title>Two</title>", head=doctype)
    found = look(upstream, body)
    assert "Two" in [x.title for x in found.listings]
    assert not any("hunter2" in x.title or len(x.title) > 10_000 for x in found.listings)


def test_ten_thousand_items_are_read(upstream: Upstream) -> None:
    found = look(upstream, rss(*(f"<title>Paper {n}</title><guid>g{n}</guid>" for n in range(10_000))))
    assert (found.status, len(found.listings)) == ("ok", 10_000)


def test_title_for_readers_is_the_name_or_the_host() -> None:
    assert opened("feed", "https://www.example.org/feed").title == "example.org"
    assert opened("feed", "https://www.example.org/feed", name="The Journal").title == "The Journal"


def test_login_in_the_address_is_sent_and_never_told(upstream: Upstream) -> None:
    upstream.serve("/f", Reply(status=403))
    url = upstream.url.replace("http://", "http://me:hunter2@")
    found = opened("feed", f"{url}/f?token=hunter3").collect(Position(), now=NOW, window_days=7)
    assert upstream.asked[0].headers["authorization"] == "Basic bWU6aHVudGVyMg=="
    assert "hunter" not in str(found.error)


# ---------------------------------------------------------------------------- recorded feeds


def recorded(upstream: Upstream, shared: Path, name: str) -> Collection:
    body = (shared / "samples" / "feeds" / name).read_bytes()
    return look(upstream, body, since=dt.date(2000, 1, 1))


def test_recorded_rdf_is_known_by_its_dois(upstream: Upstream, shared: Path) -> None:
    found = recorded(upstream, shared, "biorxiv-plant-biology-2019.rdf")
    assert (found.status, len(found.listings)) == ("ok", 30)
    first = found.listings[0]
    assert (first.key, first.doi) == ("doi:10.1101/743294", "10.1101/743294")
    assert (first.authors[0], first.authors[8]) == ("M. Kaur", "K. K. Bhati")
    assert first.day == dt.date(2019, 8, 27)
    (trimmed,) = recorded(upstream, shared, "biorxiv-trimmed.rdf").listings
    assert trimmed.doi == "10.1101/2023.12.16.571984"
    assert trimmed.title.strip().startswith("Complete genome of the Medicago")


def test_recorded_rss_without_guids_is_known_by_its_links(upstream: Upstream, shared: Path) -> None:
    found = recorded(upstream, shared, "medscape-2025.rss")
    assert (found.status, len(found.listings)) == ("ok", 20)
    assert all(x.key == x.url and "/viewarticle/" in x.key for x in found.listings)
    assert found.listings[0].published == dt.datetime(2025, 11, 5, 18, 52, 10, tzinfo=dt.UTC)


def test_recorded_atom_is_read(upstream: Upstream, shared: Path) -> None:
    found = recorded(upstream, shared, "neverworkintheory.atom")
    assert (found.status, found.seen) == ("ok", 20)
    assert found.listings[0].title == "Retrospective"
    assert found.listings[0].day == dt.date(2024, 3, 21)
    assert all(x.abstract and x.url for x in found.listings)
