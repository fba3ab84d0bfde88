"""Where one route to arXiv fails, another makes up for it."""

from __future__ import annotations

import dataclasses

import pytest

from tests.http.upstream import Reply
from tests.sources.arxiv_days import FRIDAY, MONDAY, SATURDAY, TUESDAY, World, days_of
from tests.sources.arxiv_upstream import error_feed, paper

BAD = {
    "500": Reply(status=500),
    "an HTML page": Reply(body=b"<!doctype html><html><body>Sorry</body></html>"),
    "no bytes": Reply(),
    "reset": Reply(body=b"0123456789", manner="reset"),
    "304 unasked": Reply(status=304),
}


@pytest.mark.parametrize("fault", BAD)
def test_atom_makes_up_for_rss_and_the_error_is_told(world: World, fault: str) -> None:
    world.look(MONDAY)
    if fault == "304 unasked":
        world.position = dataclasses.replace(world.position, marks=(("cs.CV", "2026-04-20"),))
    world.arxiv.faults["rss"] = BAD[fault]
    found = world.look(TUESDAY)
    assert (found.status, days_of(found)) == ("ok", {"30 new": "04-21", "20 replace": "04-21"})
    assert f"GET {world.upstream.url}/rss/cs.CV: " in str(found.error)
    assert world.upstream.paths() == ["/rss/cs.CV", "/atom/cs.CV"]
    assert world.read == "2026-04-21"


@pytest.mark.parametrize("fault", BAD)
def test_api_makes_up_for_both_feeds(world: World, fault: str) -> None:
    world.look(MONDAY)
    world.position = dataclasses.replace(world.position, marks=(("cs.CV", "2026-04-20"),))
    world.arxiv.faults.update(rss=BAD[fault], atom=BAD[fault])
    found = world.look(TUESDAY)
    assert (found.status, days_of(found)) == ("ok", {"30 new": "04-21"})
    assert f"{world.upstream.url}/rss/cs.CV: " in str(found.error)
    assert f"{world.upstream.url}/atom/cs.CV: " in str(found.error)
    assert world.read == "2026-04-21"


def test_feeds_that_fail_on_a_weekend_hide_nothing(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.faults.update(rss=BAD["500"], atom=BAD["500"])
    found = world.look(SATURDAY)
    assert (found.status, found.listings) == ("quiet", ())
    assert "answered HTTP 500" in str(found.error)
    assert world.arxiv.queries() == []


def test_api_that_knows_of_nothing_does_not_stand_for_a_day_whose_feeds_failed(world: World) -> None:
    world.look(MONDAY)
    world.arxiv.faults.update(rss=BAD["500"], atom=BAD["500"])
    world.arxiv.days[TUESDAY] = []
    assert world.look(TUESDAY).status == "quiet"
    assert world.read == "2026-04-20"


@pytest.mark.parametrize("manner", ["cut body", "cut connection"])
def test_whole_entries_of_a_feed_that_broke_off_are_kept(world: World, manner: str) -> None:
    world.arxiv.today = MONDAY
    world.arxiv.days[MONDAY] = [paper(n, abstract="long " * 50) for n in range(20)]
    body = world.arxiv.rss("cs.CV").encode()
    half = body[: len(body) // 2]
    cut = Reply(body=half) if manner == "cut body" else Reply(body=body, manner="short")
    world.arxiv.faults.update(rss=cut, atom=BAD["500"], query=BAD["500"])
    found = world.look(MONDAY)
    whole = half.count(b"</item>")
    assert 5 < whole < 15
    assert (found.status, len(found.listings), world.read) == ("failed", whole, None)
    assert {x.abstract.strip() for x in found.listings} == {("long " * 50).strip()}
    world.arxiv.faults.clear()
    assert (world.look(MONDAY, 14).status, world.read) == ("ok", "2026-04-20")


def test_half_an_answer_of_the_api_is_kept_and_failed(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.days[MONDAY] = [paper(n) for n in range(20)]

    def cut(asked: object) -> Reply:
        body = world.arxiv.query(asked.query).encode()  # type: ignore[attr-defined]
        return Reply(body=body[: len(body) // 2])

    world.upstream.routes["/api/query"] = cut
    found = world.look(TUESDAY)
    assert (found.status, world.read) == ("failed", "2026-04-17")
    assert "the answer broke off after" in str(found.error)
    assert len([x for x in found.listings if x.day == MONDAY]) > 5


def test_rate_limit_that_lasts_ends_the_asking(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.faults["rss"] = Reply(status=429, headers=(("Retry-After", "7200"),))
    found = world.look(TUESDAY)
    assert (found.status, world.upstream.paths()) == ("failed", ["/rss/cs.CV"])
    assert "is to be left alone for 7200 s" in str(found.error)


def test_error_of_the_api_for_one_day_says_what_arxiv_said(world: World) -> None:
    world.look(FRIDAY)
    world.arxiv.faults["query"] = Reply(status=400, body=error_feed("start must be non-negative"))
    found = world.look(TUESDAY)
    assert found.status == "failed"
    assert "start must be non-negative" in str(found.error)
    assert "Error" not in [x.title for x in found.listings]
