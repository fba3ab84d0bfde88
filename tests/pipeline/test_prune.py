"""The end of a run: what is past goes in small steps, and mail is never kept waiting for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.links import Signer
from digest.mail.templates import Templates
from digest.mailers.null import NullMailer
from digest.model import Cadence, Collection, Listing, Position, Subscriber, Topic
from digest.pipeline import Works
from digest.pipeline.prune import ROWS, STEPS, kept_for, prune
from digest.store import Store, tables
from digest.store.members import Admission
from digest.store.tables_learning import paper_counts
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

YEAR = Path(__file__).parents[2] / "benchmarks" / "year.py"
BEGIN = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def telescope(day: dt.date) -> Listing:
    key = f"{day:%y%m}.{90000 + day.day}"
    return Listing(
        source="told", key=key, arxiv_id=key, day=day,
        title=f"Telescope of {day:%d %B}", abstract="Its mirrors are described.",
    )  # fmt: skip


class Sky:
    """One telescope a day; what `again` says of a day comes with it."""

    name, title = "told", "Told"

    def __init__(self, again: dict[dt.date, Listing] | None = None) -> None:
        self.again = again or {}
        self.asked: list[str] = []

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        listings = (telescope(now.date()), *filter(None, [self.again.get(now.date())]))
        return Collection(listings=listings, status="ok", position=position, seen=len(listings))

    def look_up(self, arxiv_ids: Sequence[str], *, now: dt.datetime) -> tuple[Listing, ...]:
        self.asked += arxiv_ids
        return tuple(telescope(BEGIN.date()) for one in arxiv_ids if one == "2601.90001")

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """Two daily readers of telescopes."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        topic = Topic(name="Telescopes", keywords=("telescope",))
        for name in ("ada", "bo"):
            store.subscribers.add(
                Admission(
                    subscriber=Subscriber(
                        email=f"{name}@example.org", topics=(topic,), cadence=Cadence(kind="daily")
                    )
                )
            )
        yield Works(
            store=store,
            sources=(Sky(),),
            mailer=NullMailer(),
            templates=Templates.load(),
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            keep_days=50,
        )


def day(number: int) -> dt.datetime:
    return BEGIN + dt.timedelta(days=number)


def at(works: Works, moment: dt.datetime) -> Works:
    return dataclasses.replace(works, clock=lambda: moment)


def live(works: Works, first: int, last: int) -> list[pipeline.Report]:
    """A run a day, by a clock of its own."""
    return [pipeline.run(at(works, day(n)), now=day(n)) for n in range(first, last + 1)]


def slots(works: Works) -> list[str]:
    return sorted({one.slot.key for one, _ in works.store.deliveries.latest()})


def with_words(works: Works) -> int:
    with works.store.database.read() as connection:
        papers = tables.papers
        return connection.scalar(sa.select(sa.func.count()).where(papers.c.abstract != "")) or 0


def count(works: Works, table: sa.Table) -> int:
    with works.store.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_daily_runs_keep_so_many_days_and_no_paper_comes_twice(works: Works) -> None:
    old = dataclasses.replace(telescope(day(0).date()), channel="again", day=day(62).date())
    reports = live(dataclasses.replace(works, sources=(Sky({old.day: old}),)), 0, 65)
    assert all(report.accepted == 2 for report in reports)
    assert slots(works) == [f"{day(n):%Y-%m-%d}" for n in range(16, 66)]
    assert count(works, tables.editions) == count(works, tables.deliveries) == 100
    # Each was shown its 66 telescopes, and the one that was named again was not shown again.
    editions = works.store.editions.by_delivery(reports[62].accepted_ids)
    assert [[item.paper_id for item in one.edition.items] for one in editions.values()] == [[63], [63]]
    assert works.store.editions.shown([1, 2]) == dict.fromkeys((1, 2), frozenset(range(1, 67)))
    # Words are kept a window longer than editions, and the one that was named has its own back.
    assert with_words(works) == 66 - 8 + 1


@pytest.mark.parametrize("keep_days", [0, 50])
def test_counts_of_forty_days_are_kept_whatever_else_is(works: Works, keep_days: int) -> None:
    rows = [{"paper_id": 1, "day": day(n).date(), "upvotes": n} for n in range(61)]
    with works.store.database.begin() as connection:
        connection.execute(sa.insert(paper_counts), rows)
    prune(at(dataclasses.replace(works, keep_days=keep_days), day(60)), now=day(60))
    with works.store.database.read() as connection:
        kept = connection.scalars(sa.select(paper_counts.c.day)).all()
    assert sorted(kept) == [day(n).date() for n in range(20, 61)]


def test_keep_days_of_nothing_keeps_everything(works: Works) -> None:
    keeping = dataclasses.replace(works, keep_days=0)
    live(keeping, 0, 2)
    live(keeping, 900, 900)
    assert len(slots(works)) == 4
    assert with_words(works) == 4
    live(works, 901, 901)
    assert len(slots(works)) == 2
    assert with_words(works) == 2


def test_fewer_days_than_a_run_looks_back_on_are_not_obeyed(works: Works) -> None:
    assert kept_for(dataclasses.replace(works, keep_days=1, window_days=20)) == dt.timedelta(days=50)
    assert kept_for(dataclasses.replace(works, keep_days=1, window_days=7)) == dt.timedelta(days=44)
    assert kept_for(dataclasses.replace(works, keep_days=60)) == dt.timedelta(days=60)
    assert kept_for(dataclasses.replace(works, keep_days=0)) is None


def test_a_run_for_a_day_that_has_not_come_takes_nothing_away_by_that_day(works: Works) -> None:
    live(works, 0, 2)
    pipeline.run(at(works, day(3)), now=day(2000))
    assert len(slots(works)) == 4
    assert with_words(works) >= 3


def test_a_run_for_one_reader_takes_nothing_away(works: Works) -> None:
    live(works, 0, 1)
    late = at(works, day(500))
    pipeline.run(late, now=day(500), email="ada@example.org")
    assert len(slots(works)) == 3
    pipeline.run(late, now=day(500))
    assert len(slots(works)) == 1


def test_a_run_takes_so_much_away_and_the_next_one_goes_on(works: Works) -> None:
    rows = [
        {
            "id": f"{n:016x}", "subscriber_id": 1, "slot": f"old {n}", "state": "accepted",
            "scheduled_at": BEGIN - dt.timedelta(minutes=n), "next_at": BEGIN, "updated_at": BEGIN,
        }
        for n in range(ROWS * STEPS + 700)
    ]  # fmt: skip
    with works.store.database.begin() as connection:
        connection.execute(sa.insert(tables.deliveries), rows)
    late = at(works, day(500))
    prune(late, now=day(500))
    assert count(works, tables.deliveries) == 700
    prune(late, now=day(500))
    assert count(works, tables.deliveries) == 0


def test_who_asks_for_the_end_gets_it(works: Works) -> None:
    live(works, 0, 2)
    prune(dataclasses.replace(works, clock=lambda: day(500), should_stop=lambda: True), now=day(500))
    assert len(slots(works)) == 3


def test_it_is_left_to_the_next_run_when_its_time_is_up(works: Works) -> None:
    live(works, 0, 2)
    times = iter(day(500) + dt.timedelta(seconds=3 * n) for n in range(100))
    prune(dataclasses.replace(works, clock=lambda: next(times)), now=day(500))
    assert len(slots(works)) == 3


def test_a_database_that_refuses_is_said_and_the_mail_of_the_run_stands(works: Works) -> None:
    live(works, 0, 2)
    told: list[str] = []
    with works.store.database.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE DELETE ON editions BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        )
    late = dataclasses.replace(
        works, clock=lambda: day(500), tell=lambda event, **keys: told.append(f"{event} {keys}")
    )
    assert pipeline.run(late, now=day(500)).accepted == 2
    assert any("store.not_pruned" in line and "disk is full" in line for line in told)
    assert len(slots(works)) == 4  # nothing half done


def test_an_example_whose_words_are_gone_is_looked_up_again(works: Works) -> None:
    live(works, 0, 0)
    live(works, 500, 500)
    (known,) = works.store.papers.by_arxiv_id(["2601.90001"]).values()
    assert known.abstract == ""
    topic = Topic(name="Like it", examples=("2601.90001",))
    works.store.subscribers.add(Admission(subscriber=Subscriber(email="eva@example.org", topics=(topic,))))
    live(works, 501, 502)
    assert isinstance(works.sources[0], Sky)
    assert works.sources[0].asked == ["2601.90001"]
    (known,) = works.store.papers.by_arxiv_id(["2601.90001"]).values()
    assert known.abstract == "Its mirrors are described."


def test_no_statement_of_a_run_goes_through_all_that_was(works: Works) -> None:
    """What grows for ever is only searched by an index, and never by "all of this reader's"."""
    examples = Topic(name="Like it", examples=("2601.90001",))
    works.store.subscribers.add(
        Admission(subscriber=Subscriber(email="eva@example.org", topics=(examples,), trending=True))
    )
    live(works, 0, 40)
    live(works, 100, 100)
    asked: set[tuple[str, tuple[object, ...]]] = set()

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        one = parameters[0] if isinstance(parameters, list) else parameters
        assert isinstance(one, tuple)
        asked.add((statement, one))

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        live(works, 101, 102)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    grown = "papers|paper_keys|paper_revisions|listings|deliveries|delivery_events|editions|shown_papers"
    walks = re.compile(rf"SCAN ({grown})\b|SEARCH (deliveries|editions)\b.*\(subscriber_id=\?\)")
    short = re.compile("editions_to_remember|papers_merged")  # indexes of little
    first = re.compile(r"SCAN delivery_events$|deliveries_by_reader \(subscriber_id=\?\)$")  # in their order
    bad = []
    with works.store.database.read() as connection:
        for statement, parameters in sorted(asked, key=str):
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                is_bounded = short.search(row.detail) or ("LIMIT" in statement and first.search(row.detail))
                if walks.search(row.detail) and not is_bounded:
                    bad.append((row.detail, statement))
    assert len(asked) > 40
    assert bad == []


@pytest.mark.slow
def test_a_season_stays_within_the_documented_size_and_its_runs_take_no_longer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = importlib.util.spec_from_file_location("benchmark_year", YEAR)
    assert spec is not None
    assert spec.loader is not None
    year = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = year  # dataclasses look their module up
    spec.loader.exec_module(year)
    year.main(["--days", "80", "--readers", "30", "--papers", "40", "--keep", "44", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["mails"] > 0.9 * 75 * 30
    assert told["size_met"], told
    # Of the processor: by the wall clock other tests would be measured too.
    assert told["cpu_ratio"] <= told["goal"], told
    # From the first that may go on the file grows by what stays for ever alone.
    assert told["size_mb"]["80"] - told["size_mb"]["60"] < 0.6 * (
        told["size_mb"]["60"] - told["size_mb"]["30"]
    )
