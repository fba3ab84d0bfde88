"""What is kept ready for every request: made once, renewed in time, never waited for twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.model import Listing, Topic
from digest.pipeline.topics import recent, try_among
from digest.store import tables_web
from digest.web import previews
from digest.web.app import create_app
from digest.web.desk import desk as desk_at_hand
from digest.web.previews import try_topic, week
from digest.web.renewing import Renewed
from digest.web.spaces import space, space_of
from digest.web.warming import warm
from tests.web.conftest import NOW, library

if TYPE_CHECKING:
    import flask

    from digest.store import Store
    from digest.web.desk import Desk

SPLATTING = Topic(name="Vision", keywords=("gaussian splatting",))


def cheese(number: int) -> Listing:
    return Listing(
        source="feed",
        key=f"cheese {number}",
        day=NOW.date(),
        title=f"On the ripening of cheese, part {number}",
        abstract="Cheese ripens slowly in a cellar.",
    )


def until(found: object) -> None:
    """Wait for another thread, at most ten seconds."""
    end = time.monotonic() + 10
    while not found():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


# ------------------------------------------------------------------------ previews


def test_a_tried_topic_finds_what_a_mail_would_bring(app: flask.Flask, store: Store) -> None:
    with app.app_context():
        tried = try_topic(SPLATTING, 3)
    papers = recent(store, today=NOW.date(), days=7)
    half_life = dt.timedelta(days=180)
    expected = try_among(papers, SPLATTING, now=NOW, half_life=half_life, limit=3)
    assert tried == expected
    assert len(tried.found) == 3
    assert tried.looked_at == 30


def test_the_week_is_made_once_and_anew_when_papers_came(app: flask.Flask, store: Store) -> None:
    with app.app_context():
        first = week(desk_at_hand())
        assert week(desk_at_hand()) is first
        library(store, cheese(1))
        assert try_topic(Topic(name="cheese"), 5).looked_at == 31
        assert week(desk_at_hand()) is not first


def test_a_preview_is_three_statements_and_more_where_examples_are_named(
    app: flask.Flask, store: Store
) -> None:
    sent: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context(), store.database.read() as connection:
        try_topic(SPLATTING, 3)
        sa.event.listen(connection.engine, "before_cursor_execute", hear)
        try:
            for limit in (1, 30):
                sent.clear()
                try_topic(SPLATTING, limit)
                assert len([one for one in sent if one.startswith("SELECT")]) <= 4
        finally:
            sa.event.remove(connection.engine, "before_cursor_execute", hear)


# ------------------------------------------------------------------------ the space


def test_the_space_of_a_small_library_is_there_at_once_and_grows(app: flask.Flask, store: Store) -> None:
    with app.app_context():
        here = space()
        assert here is not None
        found = here.nearest("small rooms of gaussians", read=store.terms.read, limit=3)
        assert "rooms" in store.lists.entries([found[0].paper_id])[found[0].paper_id].paper.title
        assert space() is here
        library(store, cheese(1))
        grown = space()
        assert grown is not None
        (one,) = grown.nearest("cheese", read=store.terms.read, limit=3)
        assert one.paper_id == 31


def test_terms_that_are_missing_are_filled_in_first(app: flask.Flask, store: Store) -> None:
    with store.database.begin() as connection:
        connection.execute(sa.delete(tables_web.paper_terms))
    with app.app_context():
        here = space()
        assert here is not None
        assert len(here.ids) == 30
    assert len(list(store.terms.rows())) == 30


def test_nobody_waits_for_the_space_of_a_large_library(app: flask.Flask, store: Store) -> None:
    with app.app_context():
        here: Desk = desk_at_hand()
        assert space_of(here, small=10) is None
        until(lambda: space_of(here, small=10) is not None)
        made = space_of(here, small=10)
        library(store, cheese(1))
        # It is looked for new papers once a minute.
        assert space_of(here, small=10) is made


def test_a_new_day_makes_the_space_as_a_whole(store: Store, desk: Desk) -> None:
    now = [NOW]
    revised = Listing(
        source="arxiv",
        channel="cs.CV",
        key="2604.10001",
        arxiv_id="2604.10001",
        kind="replace",
        version=2,
        day=NOW.date(),
        title="On quaternions, now",
    )
    app = create_app(dataclasses.replace(desk, clock=lambda: now[0]))
    with app.app_context():
        first = space()
        library(store, revised)
        assert space() is first
        now[0] += dt.timedelta(days=1)
        second = space()
        assert first is not None
        assert second is not None
        assert first.nearest("quaternions", read=store.terms.read, limit=3) == []
        assert [near.paper_id for near in second.nearest("quaternions", read=store.terms.read, limit=3)] == [
            1
        ]


# ------------------------------------------------------------------------ at the start


def test_a_server_makes_ready_what_the_first_requests_need(app: flask.Flask) -> None:
    warm(app).join(30)
    with app.app_context():
        kept = app.extensions[previews.EXTENSION].peek()
        assert kept is week(desk_at_hand())


def test_a_library_that_cannot_be_read_is_told_and_stops_no_server(
    app: flask.Flask, store: Store, told: list[tuple[str, dict[str, object]]]
) -> None:
    with store.database.begin() as connection:
        connection.execute(sa.text("DROP TABLE paper_terms"))
    warm(app).join(30)
    assert [event for event, _ in told] == ["web.not_warmed"]


# ------------------------------------------------------------------------ whatever is kept ready


def test_the_first_ones_wait_and_it_is_made_once() -> None:
    kept: Renewed[int] = Renewed()
    made: list[int] = []

    def make(_before: int | None) -> int:
        made.append(1)
        time.sleep(0.05)
        return 7

    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(kept.get("a", make, tell=untold))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 6
    assert len(made) == 1


def test_what_is_not_quick_is_made_apart_while_the_older_one_answers() -> None:
    kept: Renewed[str] = Renewed()
    assert kept.get("a", lambda _: "old", tell=untold) == "old"
    go_on = threading.Event()

    def make(before: str | None) -> str:
        assert go_on.wait(10)
        return f"{before} and new"

    assert [kept.get("b", make, tell=untold) for _ in range(3)] == ["old"] * 3
    go_on.set()
    until(lambda: kept.peek() == "old and new")
    assert kept.get("b", make, tell=untold) == "old and new"


def test_what_is_quick_is_waited_for() -> None:
    kept: Renewed[int] = Renewed()
    found = [kept.get(state, lambda one: (one or 0) + 1, tell=untold, is_quick=True) for state in "aabb"]
    assert found == [1, 1, 2, 2]


def test_a_failure_apart_is_told_and_the_older_one_goes_on() -> None:
    kept: Renewed[str] = Renewed()
    kept.get("a", lambda _: "old", tell=untold)
    told: list[tuple[str, object]] = []

    def fail(_before: str | None) -> str:
        raise ValueError("no papers today")

    def tell(event: str, **keys: object) -> None:
        told.append((event, keys["error"]))

    assert kept.get("b", fail, tell=tell) == "old"
    until(lambda: bool(told))
    assert kept.get("b", fail, tell=tell) == "old"
    assert told == [("web.not_renewed", "ValueError: no papers today")]


def test_a_failure_of_the_first_one_is_raised() -> None:
    kept: Renewed[str] = Renewed()

    def fail(_before: str | None) -> str:
        raise ValueError("no papers today")

    with pytest.raises(ValueError, match="no papers"):
        kept.get("a", fail, tell=untold)
    assert kept.get("a", lambda _: "well", tell=untold) == "well"
