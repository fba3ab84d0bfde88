"""Atom: valid by feedparser and by RFC 4287, the same ids for ever, and not sent twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from digest.links import Signer
from digest.model import Collection, Listing, Position
from digest.web.app import create_app
from digest.web.atom import tag_uri
from tests.web.conftest import NOW, READER, SECRET, WORST_TITLE, browser, library
from tests.web.reading import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.model import Subscriber
    from digest.store import Store
    from digest.web.desk import Desk

ATOM = "{http://www.w3.org/2005/Atom}"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")  # RFC 3339
_TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(?:-\d\d){0,2}:[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")  # RFC 4151
_ONCE = {"id", "title", "updated", "subtitle", "generator", "published", "summary", "content", "rights"}
_FEED = _ONCE - {"published", "summary", "content"} | {"author", "link", "entry", "category", "contributor"}
_ENTRY = _ONCE - {"subtitle", "generator"} | {"author", "link", "category", "contributor"}


def valid(answer: TestResponse) -> etree._Element:
    """The feed, after RFC 4287's rules (4.1.1, 4.1.2) and feedparser's."""
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    root = etree.fromstring(answer.data, etree.XMLParser(resolve_entities=False, no_network=True))
    assert root.tag == f"{ATOM}feed"
    _follows(root, _FEED)
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        _follows(entry, _ENTRY)
        assert entry.findall(f"{ATOM}author") or root.findall(f"{ATOM}author")
    ids = [root.findtext(f"{ATOM}id"), *(entry.findtext(f"{ATOM}id") for entry in entries)]
    assert len(ids) == len(set(ids))
    assert [link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']")]
    updates = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert root.findtext(f"{ATOM}updated") >= max(updates, default="")
    return root


def _follows(element: etree._Element, known: set[str]) -> None:
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= known
    assert {"id", "title", "updated"} <= set(names)
    assert all(names.count(name) == 1 for name in _ONCE & set(names))
    assert _TAG.fullmatch(element.findtext(f"{ATOM}id"))
    for name in ("updated", "published"):
        for date in element.findall(f"{ATOM}{name}"):
            assert _DATE.fullmatch(date.text)
            dt.datetime.fromisoformat(date.text)
    for person in element.findall(f"{ATOM}author"):
        assert person.findtext(f"{ATOM}name")
    seen = [
        (link.get("rel"), link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link")
    ]
    assert len(seen) == len(set(seen))
    for link in element.findall(f"{ATOM}link"):
        assert link.get("href").startswith("http://127.0.0.1:8000/")
    for text in element.findall(f"{ATOM}content") + element.findall(f"{ATOM}summary"):
        assert text.get("type", "text") in ("text", "html")
        assert not len(text)
    assert all(child.get("term") for child in element.findall(f"{ATOM}category"))


def titles(root: etree._Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


# ---------------------------------------------------------------------------- the daily feed


def test_the_daily_feed_is_the_communitys_list_newest_day_first(client: FlaskClient) -> None:
    root = valid(client.get("/feed.atom"))
    assert [title.rpartition(" ")[2] for title in titles(root)] == [
        "28", "25", "22", "19", "16", "13", "10", "7", "4", "1",
    ]  # fmt: skip
    entry = root.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "tag:127.0.0.1,2026:papers/28"
    assert entry.find(f"{ATOM}link").get("href") == "http://127.0.0.1:8000/papers/2604.10028"
    assert entry.findtext(f"{ATOM}updated") == "2026-04-23T00:00:00Z"
    assert [one.findtext(f"{ATOM}name") for one in entry.findall(f"{ATOM}author")][:2] == [
        "Ada Lovelace", "Bo Ek",
    ]  # fmt: skip
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == ["q-bio.BM", "cs.AI"]
    content = entry.findtext(f"{ATOM}content")
    assert "We let a diffusion model dream of proteins." in content
    assert "81 upvotes" in content
    assert '<a href="https://example.org/code/27">Code</a> (1.1k stars)' in content


def test_a_feed_may_have_the_most_upvoted_of_each_day_first(client: FlaskClient, store: Store) -> None:
    said = {"source": "huggingface", "day": dt.date(2026, 4, 23), "authors": ("Grace Hopper",)}
    library(
        store,
        Listing(
            key="2604.30001", arxiv_id="2604.30001", title="Much discussed", upvotes=90, comments=30, **said
        ),  # type: ignore[arg-type]
        Listing(key="2604.30002", arxiv_id="2604.30002", title="Much upvoted", upvotes=99, **said),  # type: ignore[arg-type]
    )
    hot, upvoted = (valid(client.get(f"/feed.atom{query}")) for query in ("", "?sort=upvotes"))
    assert titles(hot)[:2] == ["Much discussed", "Much upvoted"]
    assert titles(upvoted)[:2] == ["Much upvoted", "Much discussed"]
    assert sorted(titles(hot)) == sorted(titles(upvoted))
    assert hot.findtext(f"{ATOM}id") != upvoted.findtext(f"{ATOM}id")
    assert upvoted.find(f"{ATOM}link[@rel='self']").get("href").endswith("/feed.atom?sort=upvotes")
    assert upvoted.findtext(f"{ATOM}subtitle") == "The papers of the day, most upvoted first"


def test_a_feed_of_one_category(client: FlaskClient) -> None:
    root = valid(client.get("/feed.atom?category=cs.CV"))
    assert [title.rpartition(" ")[2] for title in titles(root)] == ["25", "19", "13", "7", "1"]
    assert root.findtext(f"{ATOM}title") == "Paper Digest: cs.CV"
    assert root.find(f"{ATOM}link[@rel='self']").get("href").endswith("/feed.atom?category=cs.CV")
    assert root.findtext(f"{ATOM}id") != valid(client.get("/feed.atom")).findtext(f"{ATOM}id")


def test_ids_stay_whatever_the_paper_comes_to_be_called(client: FlaskClient, store: Store) -> None:
    title = "A paper that gets its number later"
    first = Listing(
        source="journal", key="1", day=dt.date(2026, 4, 23), title=title, authors=("Grace Hopper",)
    )
    library(store, first)
    before = valid(client.get("/search.atom?q=later"))
    assert before.find(f"{ATOM}entry/{ATOM}link").get("href").endswith("/papers/p31")
    library(
        store,
        dataclasses.replace(first, source="arxiv", key="2604.30001", arxiv_id="2604.30001", title=title),
    )
    after = valid(client.get("/search.atom?q=later"))
    assert after.find(f"{ATOM}entry/{ATOM}link").get("href").endswith("/papers/2604.30001")
    assert [root.findtext(f"{ATOM}entry/{ATOM}id") for root in (before, after)] == [
        "tag:127.0.0.1,2026:papers/31"
    ] * 2


def test_an_empty_feed_is_valid_and_never_news(desk: Desk, client: FlaskClient) -> None:
    empty = client.get("/search.atom?q=zyzzyva")
    assert titles(valid(empty)) == []
    later = dataclasses.replace(desk, clock=lambda: NOW + dt.timedelta(days=3))
    assert browser(create_app(later)).get("/search.atom?q=zyzzyva").data == empty.data


@pytest.mark.parametrize("url", ["https://[2001:db8::1]:8443/x", "https://example.org", ""])
def test_tags_are_names_for_any_site(url: str) -> None:
    assert _TAG.fullmatch(tag_uri(url, "a b", "ü/ö", "?q=<&>"))


def test_a_site_below_a_path_links_there(desk: Desk) -> None:
    site = dataclasses.replace(desk.site, url="https://example.org/papers-of-us")
    client = browser(create_app(dataclasses.replace(desk, site=site)), host="example.org")
    text = client.get("/papers-of-us/feed.atom").text
    assert 'rel="self" type="application/atom+xml" href="https://example.org/papers-of-us/feed.atom"' in text
    assert 'href="https://example.org/papers-of-us/papers/2604.10028"' in text


# ---------------------------------------------------------------------------- of a search


def test_the_feed_of_a_search_is_newest_first(client: FlaskClient) -> None:
    root = valid(client.get("/search.atom?q=splatting&from=2026-04-21"))
    assert [title.rpartition(" ")[2] for title in titles(root)] == ["25", "19", "13"]
    assert root.findtext(f"{ATOM}title") == "splatting · Paper Digest"
    assert (
        root.find(f"{ATOM}link[@rel='alternate']").get("href").endswith("/search?q=splatting&from=2026-04-21")
    )


def test_the_feed_of_a_search_by_meaning(client: FlaskClient) -> None:
    root = valid(client.get("/search.atom?q=folding+towels&by=meaning"))
    assert {"part 27", "part 21"} <= {title.rpartition(", ")[2] for title in titles(root)}


@pytest.mark.parametrize("query", ["", "?q=", "?from=soon&q=x"])
def test_a_feed_of_no_search_says_what_to_do(query: str, client: FlaskClient) -> None:
    assert client.get(f"/search.atom{query}").status_code == 400


# ---------------------------------------------------------------------------- of a topic


def topic_url(reader: Subscriber, place: int = 0, *, secret: str = SECRET) -> str:
    return f"/feed/topic/{Signer(secret).token('feed', reader.id)}.{reader.topics[place].ref}.atom"


def test_a_topics_feed_has_what_it_would_have_brought_and_why(
    client: FlaskClient, reader: Subscriber
) -> None:
    answer = client.get(topic_url(reader))
    root = valid(answer)
    assert root.findtext(f"{ATOM}title") == "Vision · Paper Digest"
    assert titles(root)
    assert all("Gaussian splatting" in title for title in titles(root))
    assert "<em>gaussian splatting</em>" in root.findtext(f"{ATOM}entry/{ATOM}content")
    assert READER.email not in answer.text
    assert READER.name not in root.findtext(f"{ATOM}title")
    assert "private" in answer.headers["Cache-Control"] or answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_topics_feed_is_not_sent_twice(client: FlaskClient, reader: Subscriber) -> None:
    url = topic_url(reader, 1)
    etag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_topics_feed_follows_old_keys_and_new_words(desk: Desk, reader: Subscriber) -> None:
    signer = Signer("another secret of thirty-two letters", [SECRET])
    client = browser(create_app(dataclasses.replace(desk, signer=signer)))
    valid(client.get(topic_url(reader)))


def test_feeds_of_those_who_left_or_were_erased_and_of_topics_deleted_are_gone(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    url = topic_url(reader)
    deleted = url.replace(reader.topics[0].ref, "0123456789")
    assert client.get(deleted).status_code == 410
    store.subscribers.leave(reader.id, at=NOW, evidence="test")
    assert client.get(url).status_code == 410
    store.subscribers.erase(reader.email, at=NOW)
    assert client.get(url).status_code == 410


@pytest.mark.parametrize(
    "token",
    [
        "x", "1-aaaaaaaaaaaaaaaaaaaaaaaa.0123456789", "..%2f", "%00.0123456789", "1-.", ".", "1",
        "<script>", "A" * 500,
    ],
)  # fmt: skip
def test_a_feed_that_nobody_signed_is_not_there(token: str, client: FlaskClient, reader: Subscriber) -> None:
    assert client.get(f"/feed/topic/{token}.atom").status_code == 404


@pytest.mark.parametrize("purpose", ["unsubscribe", "preferences", "vote", "edition", "confirm"])
def test_a_token_for_something_else_opens_no_feed(
    purpose: str, client: FlaskClient, reader: Subscriber
) -> None:
    token = Signer(SECRET).token(purpose, reader.id)
    assert client.get(f"/feed/topic/{token}.{reader.topics[0].ref}.atom").status_code == 404


# ---------------------------------------------------------------------------- keeping, hostile words


@pytest.mark.parametrize("path", ["/feed.atom", "/search.atom?q=splatting"])
def test_a_feed_is_not_sent_twice(path: str, client: FlaskClient, store: Store) -> None:
    read = Collection(status="ok", position=Position())
    with store.database.begin() as connection:
        store.sources.note(connection, "arxiv", title="arXiv", collection=read, new=0, now=NOW)
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=900"
    assert first.headers["Last-Modified"] == "Thu, 23 Apr 2026 12:00:00 GMT"
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get(path, headers=condition)
        assert (again.status_code, again.data) == (304, b"")
    earlier = {"If-Modified-Since": "Thu, 23 Apr 2026 11:59:59 GMT"}
    assert client.get(path, headers=earlier).status_code == 200


def test_a_feed_asks_as_much_of_the_database_whatever_it_holds(client: FlaskClient, store: Store) -> None:
    seen = []
    for path in ("/feed.atom?category=cs.CV", "/feed.atom"):
        client.get(path)
        with statements(store.database._engine) as told:
            root = valid(client.get(path))
        seen.append((len(titles(root)), len(told)))
    (few, one), (many, other) = seen
    assert few < many
    assert one == other


def test_the_worst_title_is_text_in_every_feed(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    evil = WORST_TITLE + "\x00\x0b\ufffe\ud800 ]]> <![CDATA[ gaussian splatting"
    library(
        store,
        Listing(
            source="huggingface", key="2604.30001", arxiv_id="2604.30001", day=dt.date(2026, 4, 23),
            title=evil, abstract=evil, gist=evil, authors=(evil,), categories=(evil, "cs.CV"), submitter=evil,
            upvotes=999,
        ),
    )  # fmt: skip
    for path in ("/feed.atom", "/search.atom?q=2604.30001", "/search.atom?q=2604.10030", topic_url(reader)):
        answer = client.get(path)
        root = valid(answer)
        assert "{{ 7 * 7 }} & a/b" in " ".join(titles(root))
        assert not {"\x00", "\x0b", "\ufffe", "\u202e"} & set(answer.text)
        shown = feedparser.parse(answer.data)
        assert not any("<script" in one.content[0].value for one in shown.entries)
        inner = etree.fromstring(
            f"<div>{root.findtext(f'{ATOM}entry/{ATOM}content')}</div>", etree.HTMLParser()
        )
        assert not list(inner.iter("script", "img"))


@pytest.mark.parametrize("path", ["/feed.atom", "/search.atom"])
def test_hostile_words_in_an_address_are_text(path: str, client: FlaskClient) -> None:
    evil = '"/><evil/>\r\nX-Evil: 1\x00\u202e&amp;{{ 7 * 7 }}'
    answer = client.get(path, query_string={"q": evil, "category": evil})
    root = valid(answer)
    assert not root.findall(f".//{ATOM}evil")
    assert "X-Evil" not in answer.headers
