"""Days of arXiv that were missed, and what is never asked twice."""

from __future__ import annotations

from digest.model import Position
from digest.sources import arxiv_feed, arxiv_query
from tests.http.upstream import Reply, Upstream
from tests.sources.arxiv_days import FRIDAY, MONDAY, SATURDAY, TUESDAY, WEDNESDAY, World, days_of
from tests.sources.arxiv_upstream import Announced, Arxiv, paper
from tests.sources.opening import day, moment, opened


def test_missed_days_are_filled_in_under_their_own_days(world: World) -> None:
    world.look(FRIDAY)
    found = world.look(WEDNESDAY)
    assert found.status == "ok"
    assert days_of(found) == {
        "20 new": "04-20", "21 new": "04-20", "22 cross": "04-20", "30 new": "04-21",
        "40 new": "04-22", "30 replace": "04-22",
    }  # fmt: skip
    assert world.arxiv.queries() == ["cat:cs.CV AND submittedDate:[202604161800 TO 202604201800]"]
    assert [x.day for x in found.listings] == sorted(x.day for x in found.listings)
    world.look(WEDNESDAY, 18)
    assert world.upstream.paths() == ["/rss/cs.CV"]


def test_friday_that_was_missed_is_filled_in_on_saturday(world: World) -> None:
    world.arxiv.days[day("04-16")] = [paper(5)]
    world.look(day("04-16"))
    found = world.look(SATURDAY)
    assert (found.status, days_of(found)) == ("ok", {"10 new": "04-17", "11 cross": "04-17"})
    assert world.read == "2026-04-17"


def test_paper_in_the_last_minute_belongs_to_one_announcement_only(world: World) -> None:
    world.arxiv.days[WEDNESDAY] = [paper(41, submitted=moment("2026-04-20 18:00"))]
    world.look(FRIDAY)
    assert days_of(world.look(WEDNESDAY))["41 new"] == "04-22"


def test_gap_that_cannot_be_filled_is_failed_and_remembered(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.faults["query"] = Reply(status=500)
    found = world.look(WEDNESDAY)
    assert (found.status, days_of(found)) == ("failed", {"40 new": "04-22", "30 replace": "04-22"})
    assert "/api/query?search_query=cat:cs.CV+AND" in str(found.error)
    assert (world.read, world.position.get("cs.CV:also")) == ("2026-04-17", "2026-04-22")
    world.arxiv.faults.clear()
    found = world.look(WEDNESDAY, 18)
    assert (found.status, set(days_of(found))) == ("ok", {"20 new", "21 new", "22 cross", "30 new"})
    assert world.arxiv.queries() == ["cat:cs.CV AND submittedDate:[202604161800 TO 202604201800]"]
    assert (world.read, world.position.get("cs.CV:also")) == ("2026-04-22", None)


def test_since_reads_from_that_day_whatever_the_position_says(world: World) -> None:
    world.look(FRIDAY)
    world.look(WEDNESDAY)
    found = world.look(WEDNESDAY, 18, since=TUESDAY)
    assert set(days_of(found)) == {"30 new", "40 new", "30 replace"}
    assert world.read == "2026-04-22"


def test_since_beyond_a_gap_leaves_the_gap_to_be_filled(world: World) -> None:
    world.look(FRIDAY)
    world.look(WEDNESDAY, since=WEDNESDAY)
    assert (world.read, world.position.get("cs.CV:also")) == ("2026-04-17", "2026-04-22")
    assert set(days_of(world.look(WEDNESDAY, 18))) == {"20 new", "21 new", "22 cross", "30 new"}


def test_archive_is_asked_for_with_its_classes(upstream: Upstream) -> None:
    arxiv = Arxiv(upstream, {MONDAY: [paper(1, categories=("math.GT",))], TUESDAY: []}, TUESDAY)
    upstream.serve("/rss/math", Reply(body=arxiv.rss("math").encode()))
    source = opened("arxiv", upstream.url, categories=("math",))
    found = source.collect(Position(), now=moment("2026-04-21 12:00"), window_days=1)
    assert arxiv.queries()[0].startswith("(cat:math OR cat:math.*) AND ")
    assert [(x.key, x.kind) for x in found.listings] == [("2604.90001", "new")]


def test_long_absence_is_asked_for_in_parts(world: World) -> None:
    world.look(FRIDAY)
    world.look(day("06-30"))
    assert len(world.arxiv.queries()) == 3


def test_feed_that_is_full_is_completed_by_the_api(world: World) -> None:
    full: list[Announced] = [paper(number) for number in range(arxiv_feed.MOST_ITEMS)]
    rest = [paper(9000), paper(9001)]
    world.arxiv.days[TUESDAY] = full
    world.arxiv.today = TUESDAY
    feed = world.arxiv.rss("cs.CV")
    world.arxiv.days[TUESDAY] = full + rest
    world.upstream.serve("/rss/cs.CV", Reply(body=feed.encode()))
    found = world.look(TUESDAY)
    assert (found.status, len(found.listings)) == ("ok", arxiv_feed.MOST_ITEMS + 2)
    assert {x.day for x in found.listings} == {TUESDAY}
    assert world.read == "2026-04-21"
    assert len(world.arxiv.queries()) == 3


def pages(world: World, *short: int) -> None:
    """The API leaves out so many entries, request by request; then none."""
    left = list(short)

    def answer(asked: object) -> Reply:
        return Reply(body=world.arxiv.query(asked.query, leave_out=left.pop(0) if left else 0).encode())  # type: ignore[attr-defined]

    world.upstream.routes["/api/query"] = answer


def test_short_page_is_asked_for_once_more(world: World) -> None:
    world.look(FRIDAY)
    pages(world, 3)
    found = world.look(WEDNESDAY)
    assert (found.status, found.error, world.read) == ("ok", None, "2026-04-22")
    assert len(world.arxiv.queries()) == 2


def test_page_that_stays_short_is_failed_and_keeps_what_it_gave(world: World) -> None:
    world.look(FRIDAY)
    pages(world, 3, 2)
    found = world.look(WEDNESDAY)
    assert (found.status, world.read) == ("failed", "2026-04-17")
    assert "2 of 4 papers were left out, twice" in str(found.error)
    assert set(days_of(found)) >= {"20 new", "40 new"}


def test_pages_follow_one_another(world: World) -> None:
    many = [paper(n + 100) for n in range(arxiv_query.PAGE + 5)]
    world.arxiv.days[MONDAY] = many
    world.look(FRIDAY)
    found = world.look(TUESDAY)
    assert {x.key for x in found.listings} >= {entry.id for entry in many}
    assert [asked.query["start"] for asked in world.upstream.asked[1:]] == ["0", str(arxiv_query.PAGE)]
