"""arXiv's statuses: ok, quiet and stale are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.model import Position
from tests.http.upstream import Reply, Upstream
from tests.sources.arxiv_days import FRIDAY, MONDAY, SATURDAY, TUESDAY, World, days_of
from tests.sources.arxiv_upstream import Arxiv, paper
from tests.sources.opening import day, moment, opened

if TYPE_CHECKING:
    import datetime as dt


def test_first_look_reads_today_and_the_window_before(world: World) -> None:
    found = world.look(TUESDAY, window_days=7)
    assert found.status == "ok"
    assert days_of(found) == {
        "10 new": "04-17", "11 cross": "04-17", "20 new": "04-20", "21 new": "04-20", "22 cross": "04-20",
        "30 new": "04-21", "20 replace": "04-21",
    }  # fmt: skip
    assert world.upstream.paths() == ["/rss/cs.CV", "/api/query"]
    assert world.arxiv.queries() == ["cat:cs.CV AND submittedDate:[202604101800 TO 202604171800]"]
    assert world.read == "2026-04-21"


def test_weekend_is_quiet(world: World) -> None:
    world.look(FRIDAY)
    found = world.look(SATURDAY)
    assert (found.status, found.listings, found.error, world.read) == ("quiet", (), None, "2026-04-17")
    assert world.upstream.paths() == ["/rss/cs.CV"]
    assert world.look(day("04-19")).status == "quiet"


def test_valid_empty_feed_on_a_weekday_is_quiet_and_moves_nothing(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.days[MONDAY] = []
    found = world.look(MONDAY)
    assert (found.status, found.error, world.read) == ("quiet", None, "2026-04-17")
    assert world.upstream.paths() == ["/rss/cs.CV"]


def test_second_poll_is_ok_without_news(world: World) -> None:
    world.look(MONDAY)
    for hour in (5, 12, 23):
        found = world.look(MONDAY, hour)
        assert (found.status, found.listings, found.seen) == ("ok", (), 0)
        assert world.upstream.paths() == ["/rss/cs.CV"]
    assert world.look(TUESDAY, 3).status == "ok"  # 23:00 in New York, before the feeds turn over


def test_not_modified_on_a_quiet_day_is_quiet(world: World) -> None:
    world.look(FRIDAY)
    world.look(SATURDAY)
    found = world.look(SATURDAY, 20)
    assert world.upstream.asked[-1].headers["if-none-match"]
    assert (found.status, found.seen) == ("quiet", 0)


@pytest.mark.parametrize("date", [MONDAY, TUESDAY])
def test_yesterdays_batch_is_stale_whatever_dates_stand_on_it(world: World, date: dt.date) -> None:
    world.look(MONDAY)
    before = world.position
    world.arxiv.held, world.arxiv.dated = MONDAY, date
    found = world.look(TUESDAY)
    assert (found.status, found.listings, found.seen) == ("stale", (), 3)
    assert "still holds the announcement of 2026-04-20; that of 2026-04-21 is overdue" in str(found.error)
    assert found.position.get("cs.CV") == before.get("cs.CV") == "2026-04-20"
    again = world.look(TUESDAY, 14)
    assert (again.status, again.seen) == ("stale", 0)  # a 304 means what the body it stands for meant
    world.arxiv.held = world.arxiv.dated = None
    fresh = world.look(TUESDAY, 16)
    assert (fresh.status, days_of(fresh)) == ("ok", {"30 new": "04-21", "20 replace": "04-21"})


@pytest.mark.parametrize("date", [MONDAY, TUESDAY])
def test_nothing_is_stale_before_it_is_overdue(world: World, date: dt.date) -> None:
    world.look(MONDAY)
    world.arxiv.held, world.arxiv.dated = MONDAY, date
    found = world.look(TUESDAY, 6)
    assert (found.status, found.listings, world.read) == ("ok", (), "2026-04-20")
    assert world.look(TUESDAY, 8).status == "stale"


def test_first_look_at_an_old_feed_is_stale_and_keeps_its_papers(world: World) -> None:
    world.arxiv.held = MONDAY
    found = world.look(TUESDAY, window_days=2)
    assert found.status == "stale"
    assert days_of(found) == {"20 new": "04-20", "21 new": "04-20", "22 cross": "04-20"}
    world.arxiv.held = None
    assert days_of(world.look(TUESDAY, 16)) == {"30 new": "04-21", "20 replace": "04-21"}


def test_older_copy_of_a_feed_that_was_read_is_no_news_and_not_stale(world: World) -> None:
    world.look(MONDAY)
    world.look(TUESDAY)
    world.arxiv.held = MONDAY
    assert (world.look(TUESDAY, 16).status, world.read) == ("ok", "2026-04-21")
    world.arxiv.held = None
    assert (world.look(TUESDAY, 18).status, world.read) == ("ok", "2026-04-21")


def test_worst_category_names_the_status(upstream: Upstream) -> None:
    days = {MONDAY: [paper(1), paper(2, categories=("cs.LG",))], TUESDAY: [paper(3)]}
    arxiv = Arxiv(upstream, days, MONDAY)
    source = opened("arxiv", upstream.url, categories=("cs.CV", "cs.LG"))
    first = source.collect(Position(), now=moment("2026-04-20 12:00"), window_days=0)
    arxiv.today = TUESDAY
    upstream.serve("/rss/cs.LG", Reply(status=500))
    upstream.serve("/atom/cs.LG", Reply(status=500))
    arxiv.faults["query"] = Reply(status=500)
    second = source.collect(first.position, now=moment("2026-04-21 12:00"), window_days=0)
    assert (second.status, [x.key[-1] for x in second.listings]) == ("failed", ["3"])
    assert (second.position.get("cs.CV"), second.position.get("cs.LG")) == ("2026-04-21", "2026-04-20")
