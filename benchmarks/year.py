"""What years of daily runs cost: how large the database becomes, and whether a run's time grows with it.

    python benchmarks/year.py [--days 365] [--readers 500] [--papers 150] [--keep 400] [--events 2] [--json]

Each day is one `pipeline.run`, as `digest run` calls it, on a real database with made-up papers whose words
are spread as in language (Zipf): new ones and cross-lists; what a community names the day after; replacements
of papers that are ten, a hundred and three hundred days old; old papers that are named again. Every reader
has topics of their own and gets a mail a day, which goes to the null provider; then `--events` events are
told of each mail, which is not part of the run. The clock is the simulation's.

The time of a run early and late is measured in the end: a copy was kept of the database as it was before day
60, and five early days run on it in turn with the last five days, so that a machine that is slower today than
an hour ago is so for both. Medians of the five by the wall clock; the goal is a ratio of 1.2 at most. The
bound on the size is the one of docs/delivery.md: `bound_bytes`.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import functools
import json
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from digest import pipeline
from digest.links import Signer
from digest.mail.site import Site
from digest.mail.templates import Templates
from digest.mailers.null import NullMailer
from digest.model import Cadence, Collection, DeliveryEvent, Listing, Position, Subscriber, Topic
from digest.pipeline import Works
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.members import Admission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GOAL = 1.2
EARLY = 60
ROUNDS = 5
MARKS = (30, 60, 90, 180, 365)
FIRST = dt.date(2026, 1, 1)
VOCABULARY = 30_000
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za")
SITE = Site(
    name="Paper Digest",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="digest@example.org",
    unsubscribe="digest@example.org",
    list_id="digest.example.org",
)


# ------------------------------------------------------------------------ papers and readers


@functools.cache
def word(rank: int) -> str:
    """A word for each rank, pronounceable and never twice the same."""
    head, rest = divmod(rank, len(SYLLABLES))
    return SYLLABLES[rest] + (word(head) if head else "n")


def words(count: int, *, dice: random.Random) -> str:
    """Words as frequent as words are: the rank is log-uniform, which is Zipf's law."""
    return " ".join(word(int(VOCABULARY ** dice.random())) for _ in range(count))


def paper(day: dt.date, number: int, *, version: int = 1) -> Listing:
    """The announcement of that day's paper of that number: always the same. Some 1,300 characters."""
    key = f"{day:%y%m}.{day.day:02}{number:03}"
    dice = random.Random(key)
    code = f" Code: https://example.org/{key}" if number % 4 == 0 else ""
    return Listing(
        source="papers",
        channel="cs.CV",
        key=key,
        arxiv_id=key,
        day=day,
        title=words(9, dice=dice).capitalize(),
        abstract=f"{words(180, dice=dice)}.{code} Version {version}.",
        authors=tuple(words(2, dice=dice).title() for _ in range(6)),
        categories=("cs.CV", "cs.LG"),
        version=version,
    )


def announced(day: dt.date, papers: int) -> Iterator[Listing]:
    """All that a source says on a day."""
    for number in range(papers):
        one = paper(day, number)
        yield one
        if number % 2:
            yield dataclasses.replace(one, channel="cs.LG", kind="cross")
    for age in (10, 100, 300):
        for number in range(0, papers, 20):
            old = paper(day - dt.timedelta(days=age), number, version=2)
            yield dataclasses.replace(old, kind="replace", day=day)


def named(day: dt.date, papers: int) -> Iterator[Listing]:
    """What the community names: a sixth of yesterday's papers, and a few that are old."""
    yesterday, long_ago = day - dt.timedelta(days=1), day - dt.timedelta(days=200)
    for one in (
        *(paper(yesterday, number) for number in range(0, papers, 6)),
        *(paper(long_ago, number) for number in range(min(3, papers))),
    ):
        dice = random.Random(f"{one.key} votes")
        yield dataclasses.replace(
            one,
            source="community",
            channel="",
            day=day,
            gist=words(14, dice=dice),
            thumbnail_url=f"https://i.example/{one.key}/thumbnail.png",
            upvotes=dice.randrange(200),
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A source of made-up papers."""

    name: str
    papers: int

    @property
    def title(self) -> str:
        return self.name.capitalize()

    def collect(
        self,
        position: Position,
        *,
        now: dt.datetime,
        window_days: int,  # noqa: ARG002
        since: dt.date | None = None,  # noqa: ARG002
    ) -> Collection:
        """What there is to read on that day."""
        told = (announced if self.name == "papers" else named)(now.date(), self.papers)
        # The first look at a source brings what is before that day: nothing here.
        listings = tuple(one for one in told if one.day >= FIRST)
        return Collection(listings=listings, status="ok", position=position, seen=len(listings))

    def check(self, *, now: dt.datetime) -> str:  # noqa: ARG002
        """It always is."""
        return "ready"


def readers(count: int) -> Iterator[Admission]:
    """Two topics each, of words that nobody else's topics have all of; and what trends."""
    for number in range(count):
        dice = random.Random(number)
        topics = tuple(
            Topic(name=f"Topic {at}", keywords=tuple(words(1, dice=dice) for _ in range(5))) for at in (1, 2)
        )
        reader = Subscriber(
            email=f"reader{number}@example.org", cadence=Cadence(kind="daily"), topics=topics, trending=True
        )
        yield Admission(subscriber=reader, agreed_at=dt.datetime(2025, 12, 31, tzinfo=dt.UTC))


# ------------------------------------------------------------------------ days


@dataclasses.dataclass(slots=True, kw_only=True)
class Life:
    """A database, and the days that it has seen."""

    works: Works
    events: int
    now: dt.datetime = dt.datetime(2025, 12, 31, 12, tzinfo=dt.UTC)
    mails: int = 0
    shown: int = 0

    def day(self) -> tuple[float, float]:
        """One more day; the seconds of its run, by the wall clock and of the processor. Every reader gets a
        mail, or the benchmark measures nothing."""
        self.now += dt.timedelta(days=1)
        works = dataclasses.replace(self.works, clock=lambda: self.now)
        wall, cpu = time.perf_counter(), time.process_time()
        report = pipeline.run(works, now=self.now)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        if not report.is_clean or not report.accepted or report.accepted + report.skipped != report.due:
            brief = dataclasses.replace(report, accepted_ids=())
            raise SystemExit(f"{self.now:%Y-%m-%d}: not everybody got a mail: {brief}")
        self.mails += report.accepted
        self._tell(report.accepted_ids)
        return spent

    def _tell(self, ids: Iterable[str]) -> None:
        told = [
            DeliveryEvent(
                kind=kind,
                teller="sendgrid",
                name=kind,
                at=self.now + dt.timedelta(seconds=5 * place),
                delivery_id=one,
                provider_id="14c5d75ce93.dfd.64b469",
                reason="250 OK" if kind == "delivered" else "",
                body=json.dumps({"event": kind, "delivery_id": one, "filler": "x" * 250}),
            )
            for one in ids
            for place, kind in enumerate(("processed", "delivered")[: self.events])
        ]
        self.works.store.events.absorb(told, soft_bounces=SoftBounces(), now=self.now)

    def bytes(self) -> int:
        """The size of the database, its log included where it lies beside it."""
        path = self.works.store.database.path
        assert path is not None
        return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*") if one.is_file())


def works(store: Store, *, papers: int, keep: int) -> Works:
    """All that a run works with."""
    return Works(
        store=store,
        sources=(Made(name="papers", papers=papers), Made(name="community", papers=papers)),
        mailer=NullMailer(),
        templates=Templates.load(),
        site=SITE,
        signer=Signer("a secret that is long enough for a benchmark", ()),
        keep_days=keep,
    )


# Bytes, with their share of indexes and of room between rows: a mail of 15 papers with its delivery, an event
# told of it, the ids of what it showed; a paper's words with its revisions and what finds them (the index of
# words, its terms), and its name, links and listings.
MAIL, EVENT, SHOWN, WORDS, NAME = 2_000, 1_000, 60, 4_500, 2_000
BASE = 20_000_000  # the counts of words, the readers, the log
DIRECTIONS = 90_000_000  # what topics learn along: 42 MB at most, as much in the log


def bound_bytes(*, days: int, readers: int, papers: int, keep: int, events: int) -> int:
    """The documented size: what is kept for `keep` days (and a month more, until it is all found), and what
    stays for ever."""
    kept = min(days, keep + 30) if keep else days
    mails = readers * (kept * (MAIL + events * EVENT) + days * SHOWN)
    return BASE + DIRECTIONS + mails + papers * (kept * WORDS + days * NAME)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sizes by day, and the seconds of early and late runs, in turn."""

    sizes: dict[int, int]
    wall: tuple[list[float], list[float]]
    cpu: tuple[list[float], list[float]]
    late: int
    mails: int
    total_s: float


def simulate(*, days: int, population: int, papers: int, keep: int, events: int, folder: Path) -> Figures:
    """Live through the days, then measure."""
    began = time.perf_counter()
    early_day, late_day = min(EARLY, days // 2), days - ROUNDS
    if early_day <= ROUNDS:
        raise SystemExit(f"--days {days}: too few to compare early with late days; at least {2 * ROUNDS + 2}")
    sizes: dict[int, int] = {}
    early_path = folder / "early.db"
    with Store.open(f"sqlite:///{folder / 'late.db'}") as store:
        store.subscribers.add_all(list(readers(population)))
        late = Life(works=works(store, papers=papers, keep=keep), events=events)
        early_now = late.now
        for day in range(1, late_day + 1):
            if day == early_day - ROUNDS + 1:
                copy(store, early_path)
                early_now = late.now
            late.day()
            tell_progress(day, days, late.bytes())
            if day in MARKS:
                sizes[day] = late.bytes()
        with Store.open(f"sqlite:///{early_path}") as early_store:
            early = Life(works=works(early_store, papers=papers, keep=keep), events=events, now=early_now)
            pairs = [(early.day(), late.day()) for _ in range(ROUNDS)]
        sizes[days] = late.bytes()
    return Figures(
        sizes=sizes,
        wall=([pair[0][0] for pair in pairs], [pair[1][0] for pair in pairs]),
        cpu=([pair[0][1] for pair in pairs], [pair[1][1] for pair in pairs]),
        late=days,
        mails=late.mails,
        total_s=time.perf_counter() - began,
    )


def copy(store: Store, path: Path) -> None:
    """The database as it stands, as another file."""
    with store.database.read() as connection, sqlite3.connect(path) as target:
        connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
    target.close()


def tell_progress(day: int, days: int, size: int) -> None:
    """A line that is written over on a terminal; one in thirty elsewhere."""
    if sys.stderr.isatty() or day % 30 == 0:
        end = "\r" if sys.stderr.isatty() else "\n"
        print(f"day {day} of {days}, {size / 1e6:.0f} MB", end=end, file=sys.stderr, flush=True)


def report(figures: Figures, **said: int) -> dict[str, object]:
    """The benchmark's answer."""
    early_day = min(EARLY, said["days"] // 2)
    wall = [statistics.median(times) for times in figures.wall]
    cpu = [statistics.median(times) for times in figures.cpu]
    ratio = wall[1] / wall[0]
    bound = {day: bound_bytes(**{**said, "days": day}) for day in figures.sizes}
    return {
        "name": "year",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        **said,
        "mails": figures.mails,
        "took_s": round(figures.total_s),
        "size_mb": {day: round(size / 1e6, 1) for day, size in figures.sizes.items()},
        "bound_mb": {day: round(size / 1e6, 1) for day, size in bound.items()},
        "run_s": {early_day: round(wall[0], 2), figures.late: round(wall[1], 2)},
        "run_cpu_s": {early_day: round(cpu[0], 2), figures.late: round(cpu[1], 2)},
        "ratio": round(ratio, 2),
        "cpu_ratio": round(cpu[1] / cpu[0], 2),
        "goal": GOAL,
        "size_met": all(figures.sizes[day] <= bound[day] for day in bound),
        "time_met": ratio <= GOAL,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if the size or the time is beyond its bound."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--papers", type=int, default=150, help="new papers a day")
    parser.add_argument("--keep", type=int, default=400, help="keep_days")
    parser.add_argument("--events", type=int, default=2, choices=(0, 1, 2), help="told of each mail")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = vars(parser.parse_args(arguments))
    as_json = chosen.pop("json")
    with tempfile.TemporaryDirectory(prefix="digest-year-") as folder:
        figures = simulate(
            days=chosen["days"],
            population=chosen["readers"],
            papers=chosen["papers"],
            keep=chosen["keep"],
            events=chosen["events"],
            folder=Path(folder),
        )
    told = report(figures, **chosen)
    if as_json:
        print(json.dumps(told))
    else:
        print("\n".join(f"{name:10} {value}" for name, value in told.items()))
    return 0 if told["size_met"] and told["time_met"] else 1


if __name__ == "__main__":
    sys.exit(main())
