"""Hugging Face's daily papers, date by date."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from digest.core.identity import fold
from digest.model import Listing, Position
from digest.sources import huggingface
from digest.sources.huggingface_item import read_item
from tests.http.upstream import Reply
from tests.sources.opening import day, moment, opened

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Collection
    from tests.http.upstream import Asked, Upstream


def item(number: int, **paper: Any) -> dict[str, Any]:
    """An item of the API, as plain as it comes."""
    return {"title": f"Paper {number}", "paper": {"id": f"2604.{90000 + number}", **paper}}


class World:
    """The daily papers over days; `bad` maps a date to what it answers instead."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.days: dict[str, list[Any]] = {}
        self.bad: dict[str, Reply] = {}
        self.position = Position()
        upstream.routes["/api/daily_papers"] = self._answer

    def _answer(self, asked: Asked) -> Reply:
        date = asked.query["date"][5:]
        if date in self.bad:
            return self.bad[date]
        page, limit = int(asked.query["p"]), int(asked.query["limit"])
        body = json.dumps(self.days.get(date, [])[page * limit : (page + 1) * limit]).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:12]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304)
        return Reply(body=body, headers=(("ETag", etag),))

    def look(self, date: str, hour: int = 12, **arguments: Any) -> Collection:
        """Collect at that hour (UTC), and keep the position."""
        self.upstream.asked.clear()
        now = dt.datetime.combine(day(date), dt.time(hour), dt.UTC)
        source = opened("huggingface", self.upstream.url)
        found = source.collect(self.position, **{"now": now, "window_days": 2, **arguments})
        self.position = found.position
        return found

    def dates(self) -> list[str]:
        return [asked.query["date"][5:] for asked in self.upstream.asked]


@pytest.fixture
def world(upstream: Upstream) -> World:
    return World(upstream)


def test_listing_holds_what_the_item_says(world: World) -> None:
    world.days["04-21"] = [
        {
            "title": "Outer title",
            "summary": "Outer summary",
            "publishedAt": "2026-04-19T20:00:00.000Z",
            "thumbnail": "https://cdn.example/1.png",
            "numComments": 3,
            "submittedBy": {"fullname": "Ada L.", "name": "ada"},
            "paper": {
                "id": "2604.90001",
                "title": "Inner title",
                "summary": "Inner summary",
                "publishedAt": "2026-04-20T00:00:00.000Z",
                "submittedOnDailyAt": "2026-04-21T06:55:15.692Z",
                "authors": [{"name": "A One"}, {"name": "B Two", "hidden": True}, {"name": "C Three"}, 7],
                "upvotes": 47,
                "ai_summary": "A gist.",
                "githubRepo": "https://github.com/a/b",
                "githubStars": 12,
                "projectPage": "https://a.example",
            },
        }
    ]
    (listing,) = world.look("04-21", window_days=0).listings
    assert listing == Listing(
        source="huggingface",
        key="2604.90001",
        day=day("04-21"),
        title="Outer title",
        abstract="Inner summary",
        authors=("A One", "C Three"),
        arxiv_id="2604.90001",
        url="https://arxiv.org/abs/2604.90001",
        published=moment("2026-04-20 00:00"),
        gist="A gist.",
        code_url="https://github.com/a/b",
        project_url="https://a.example",
        thumbnail_url="https://cdn.example/1.png",
        submitter="Ada L.",
        upvotes=47,
        comments=3,
        stars=12,
        community_at=moment("2026-04-21 06:55").replace(second=15, microsecond=692_000),
    )


@pytest.mark.parametrize("said", [None, "", 7, "soon", "2026-04-21T00:00:00.000Z"])
def test_an_hour_that_is_not_told_is_not_known(world: World, said: object) -> None:
    """Midnight is what we ourselves say of a paper of which only the day is known."""
    paper = {"id": "2604.90001", "title": "A title", "upvotes": 1, "submittedOnDailyAt": said}
    world.days["04-21"] = [{"paper": paper}]
    (listing,) = world.look("04-21", window_days=0).listings
    assert listing.community_at is None


def test_hours_of_recorded_days_are_read(shared: Path) -> None:
    for day_ in ("2026-04-14", "2026-04-20", "2026-04-22"):
        file = shared / "upstream" / "days" / f"huggingface-{day_}.json.gz"
        for item in json.loads(gzip.decompress(file.read_bytes())):
            listing = read_item(item, source="huggingface", day=dt.date.fromisoformat(day_))
            assert listing is not None
            paper = fold(None, listing)
            assert paper is not None
            assert paper.community_at is not None
            assert paper.community_at.date() == listing.day == paper.community_listed


BAD_ITEMS: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    {"paper": None},
    {"paper": {"id": 7}},
    {"title": "no id", "paper": {}},
    {"paper": {"id": "2604.90009"}},
]


def test_bad_item_never_loses_the_others(world: World) -> None:
    odd = item(2, upvotes="many", authors="Ada", summary=None, publishedAt="soon", githubStars=-1)
    world.days["04-21"] = [*BAD_ITEMS, item(1), {**odd, "numComments": True, "submittedBy": "me"}, item(1)]
    found = world.look("04-21", window_days=0)
    assert (found.status, found.seen) == ("ok", len(BAD_ITEMS) + 3)
    first, second = found.listings
    assert (first.title, second.title) == ("Paper 1", "Paper 2")
    assert (second.upvotes, second.comments, second.stars, second.authors) == (None, None, None, ())


def test_items_that_are_all_unusable_are_failed(world: World) -> None:
    world.days["04-21"] = BAD_ITEMS
    found = world.look("04-21", window_days=0)
    assert (found.status, found.listings) == ("failed", ())
    assert "none of the 9 items is a paper" in str(found.error)


def test_withdrawn_paper_is_not_listed(world: World) -> None:
    world.days["04-21"] = [item(1, withdrawnAt="2026-04-21T01:00:00Z")]
    found = world.look("04-21", window_days=0)
    assert (found.status, found.listings) == ("ok", ())


@pytest.mark.parametrize("body", [b'{"error": "x"}', b"[" * 100_000, b'[{"paper"', b"\xff\xfe"])
def test_json_of_another_kind_is_failed(world: World, body: bytes) -> None:
    world.bad["04-21"] = Reply(body=body)
    found = world.look("04-21", window_days=0)
    assert found.status == "failed"
    assert "date=2026-04-21" in str(found.error)


def test_first_look_reaches_back_over_the_window(world: World) -> None:
    world.days.update({"04-19": [], "04-20": [item(1)], "04-21": [item(2)]})
    found = world.look("04-21")
    assert world.dates() == ["04-19", "04-20", "04-21"]
    assert [(x.key[-1], f"{x.day:%m-%d}") for x in found.listings] == [("1", "04-20"), ("2", "04-21")]


def test_running_day_is_read_again_and_once_more_after_it_has_ended(world: World) -> None:
    world.look("04-21", 1)
    world.days["04-21"] = [item(1, upvotes=1)]
    assert [x.upvotes for x in world.look("04-21", 9).listings] == [1]
    assert world.dates() == ["04-21"]
    world.days["04-21"] = [item(1, upvotes=5), item(2)]
    found = world.look("04-22", 1)
    assert world.dates() == ["04-21", "04-22"]
    assert [(x.key[-1], x.upvotes, x.day) for x in found.listings] == [
        ("1", 5, day("04-21")),
        ("2", None, day("04-21")),
    ]
    world.look("04-22", 9)
    assert world.dates() == ["04-22"]


def test_running_day_that_has_not_changed_is_ok_without_news(world: World) -> None:
    world.days["04-21"] = [item(1)]
    world.look("04-21", 9)
    found = world.look("04-21", 10)
    assert (found.status, found.seen, found.listings) == ("ok", 0, ())
    assert world.upstream.asked[0].headers["if-none-match"].startswith("W/")


def test_weekend_is_quiet(world: World) -> None:
    world.days["04-17"] = [item(1)]
    world.look("04-17")
    assert world.look("04-18").status == "quiet"  # although Friday is read once more


def test_what_a_friday_lists_late_is_no_silence(world: World) -> None:
    world.days["04-17"] = [item(1)]
    world.look("04-17")
    world.days["04-17"] = [item(1), item(2)]
    assert world.look("04-18").status == "ok"
    found = world.look("04-18", 18)
    assert (found.status, found.error) == ("quiet", None)
    assert world.look("04-19").status == "quiet"


def test_days_that_were_missed_are_read_one_by_one(world: World) -> None:
    world.look("04-17")
    world.days.update({"04-20": [item(1)], "04-21": [item(2)], "04-22": [item(3)]})
    found = world.look("04-22")
    assert world.dates() == ["04-17", "04-18", "04-19", "04-20", "04-21", "04-22"]
    assert [f"{x.day:%m-%d}" for x in found.listings] == ["04-20", "04-21", "04-22"]


@pytest.mark.parametrize("bad", [Reply(status=500), Reply(body=b"<html></html>"), Reply(body=b"")])
def test_bad_day_in_the_middle_stops_the_watermark_and_not_the_reading(world: World, bad: Reply) -> None:
    world.look("04-17")
    world.days.update({"04-20": [item(1)], "04-21": [item(2)], "04-22": [item(3)]})
    world.bad["04-20"] = bad
    found = world.look("04-22")
    assert (found.status, [x.key[-1] for x in found.listings]) == ("failed", ["2", "3"])
    assert "date=2026-04-20" in str(found.error)
    assert world.position.get("read") == "2026-04-19"
    world.bad.clear()
    found = world.look("04-22", 18)
    assert (found.status, world.dates()) == ("ok", ["04-20", "04-21", "04-22"])
    assert {x.key[-1] for x in found.listings} >= {"1", "2"}
    assert world.position.get("read") == "2026-04-21"


def test_host_that_is_down_is_left_alone_after_two_dates(world: World) -> None:
    world.upstream.serve("/api/daily_papers", Reply(status=500))
    world.look("04-22", window_days=7)
    assert world.dates() == ["04-15", "04-16"]


def test_since_reads_again_and_moves_the_watermark_only_over_what_was_read(world: World) -> None:
    world.look("04-13")
    world.look("04-21", since=day("04-20"))
    assert (world.dates(), world.position.get("read")) == (["04-20", "04-21"], "2026-04-12")
    world.look("04-21")
    assert world.dates()[0] == "04-13"
    world.look("04-21", since=day("04-19"))
    assert world.position.get("read") == "2026-04-20"


def test_long_days_have_several_pages(world: World) -> None:
    world.days["04-21"] = [item(number) for number in range(huggingface.PAGE + 3)]
    found = world.look("04-21", window_days=0)
    assert len(found.listings) == found.seen == huggingface.PAGE + 3
    assert [asked.query["p"] for asked in world.upstream.asked] == ["0", "1"]


def test_layout_of_2024_is_read(world: World, shared: Path) -> None:
    items = json.loads((shared / "samples" / "huggingface" / "2024-05-27.json").read_bytes())
    world.days["04-21"] = items
    found = world.look("04-21", window_days=0)
    assert (found.status, len(found.listings)) == ("ok", len(items))
    first = found.listings[0]
    assert first.arxiv_id == items[0]["paper"]["id"]
    assert first.title == " ".join(items[0]["paper"]["title"].split())
    assert first.upvotes == items[0]["paper"]["upvotes"]
    assert first.authors[:2] == ("Chunjiang Ge", "Sijie Cheng")
    assert all(x.title and x.abstract and x.authors for x in found.listings)


def test_nothing_is_asked_of_the_time_before_there_was_a_list(world: World) -> None:
    source = opened("huggingface", world.upstream.url)
    now = dt.datetime(2023, 5, 3, 12, tzinfo=dt.UTC)
    source.collect(Position(), now=now, window_days=2, since=dt.date(1900, 1, 1))
    assert world.dates() == ["05-01", "05-02", "05-03"]


@pytest.mark.parametrize("kind", ["arxiv", "huggingface"])
def test_of_two_sources_of_a_kind_each_is_told_by_its_name(kind: str) -> None:
    one, two = (opened(kind, "https://example.org", name=name) for name in (kind, "second"))
    assert two.title == f"{one.title} (second)"
