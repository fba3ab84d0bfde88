"""What `digest deliveries` costs on a ledger that has grown for years: whole processes, start to end.

    python benchmarks/deliveries.py [--deliveries 1000000] [--readers 500] [--rounds 5] [--json]

Makes a database in a temporary folder: a mail a day for each reader, each with a history as long as a real
one's, twenty uncertain ones among them, of every age. Then starts `digest` for each question, in turn, and
times it by the wall clock, the file still in the system's cache; the best of the rounds counts. The goal is
one second for each. A round of `settle` settles another delivery.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.model import Cadence, Subscriber
from digest.store import Store, tables
from digest.store.ledger import history_line
from digest.store.members import Admission

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL_S = 1.0
UNCERTAIN = 20
BATCH = 50_000
NOW = dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
COLUMNS = (
    "id", "subscriber_id", "slot", "scheduled_at", "next_at", "state", "cut_off", "attempts", "provider",
    "provider_id", "reason", "owner", "soft", "maybe_sent", "planned_at", "updated_at", "history",
)  # fmt: skip


def history(at: dt.datetime, last: str) -> str:
    """Four lines, as a delivery that was accepted, or that nobody knows of, has them."""
    return (
        history_line(at, "planned", f"due {at:%Y-%m-%d %H:%M} UTC")
        + history_line(at, "composed", "")
        + history_line(at, "sending", "to smtp, by 0123456789abcdef, 8 in flight")
        + history_line(at, "accepted", f"{last} 250 2.0.0 queued as 4ZkQ0x1Pz9z3")
    )


def rows(deliveries: int, readers: int) -> Iterator[tuple[object, ...]]:
    """The ledger's rows, in the order in which a program would have written them: day after day."""
    days = -(-deliveries // readers)
    lost = {number * deliveries // UNCERTAIN for number in range(UNCERTAIN)}
    for day in range(days):
        at = NOW - (days - 1 - day) * DAY
        text, following, told = (f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in (at, at + DAY, at + DAY / 24))
        past = history(at, "")
        for reader in range(min(readers, deliveries - day * readers)):
            number = day * readers + reader
            state = "uncertain" if number in lost else "delivered" if number % 3 else "accepted"
            yield (
                f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}", reader + 1, f"{at:%Y-%m-%d}", text, following,
                state, day, 1, "smtp", "250 2.0.0 queued as 4ZkQ0x1Pz9z3", "", "0123456789abcdef", False,
                False, text, told, past,
            )  # fmt: skip


def make(folder: Path, *, deliveries: int, readers: int) -> None:
    """A configuration and a database with that many deliveries."""
    config = folder / "digest.toml"
    config.write_text(
        '[site]\nsender = "digest@example.org"\nsecret = "a-secret-that-is-only-used-here-0123456789"\n'
    )
    config.chmod(0o600)
    names, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        store.subscribers.add_all(
            [
                Admission(subscriber=Subscriber(email=f"r{n}@example.org", cadence=Cadence(kind="daily")))
                for n in range(readers)
            ]
        )
        batch: list[tuple[object, ...]] = []
        for row in rows(deliveries, readers):
            batch.append(row)
            if len(batch) == BATCH:
                insert(store, names, marks, batch)
        insert(store, names, marks, batch)
        with store.database.read() as connection:
            found = connection.scalar(sa.select(sa.func.count()).select_from(tables.deliveries))
    if found != deliveries:
        raise SystemExit(f"{found} deliveries were made, and not {deliveries}")


def insert(store: Store, names: str, marks: str, batch: list[tuple[object, ...]]) -> None:
    """Insert a batch, and empty it."""
    if batch:
        with store.database.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO deliveries ({names}) VALUES ({marks})", batch)
        batch.clear()


def asked_s(folder: Path, *words: str) -> tuple[float, str]:
    """One command as a process: seconds, and what it said. Raises where it fails."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    command = [sys.executable, "-m", "digest", "--config", str(folder / "digest.toml"), "deliveries", *words]
    start = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"digest deliveries {' '.join(words)}: {done.stderr}")
    return seconds, done.stdout


def measure(*, deliveries: int, readers: int, rounds: int) -> dict[str, object]:
    """The figures, by what was measured."""
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="digest-deliveries-") as name:
        folder = Path(name)
        start = time.perf_counter()
        make(folder, deliveries=deliveries, readers=readers)
        made_s = time.perf_counter() - start
        size = (folder / "digest.db").stat().st_size
        for _ in range(rounds):
            said = json.loads(asked_s(folder, "list", "--state", "uncertain", "--json")[1])
            lost = said[0]["id"]
            for words in (
                ("list",),
                ("list", "--state", "uncertain", "--json"),
                ("list", "--state", "uncertain", "--state", "retry", "--state", "accepted"),
                ("list", "--subscriber", "r7@example.org"),
                ("show", lost),
                ("settle", lost, "--accepted"),
            ):
                question = " ".join("ID" if word == lost else word for word in words)
                times.setdefault(question, []).append(asked_s(folder, *words)[0])
    best = {question: round(min(seconds), 3) for question, seconds in times.items()}
    return {
        "what": "deliveries",
        "machine": f"{processor()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "deliveries": deliveries,
        "readers": readers,
        "rounds": rounds,
        "made_s": round(made_s, 1),
        "database_mb": round(size / 1e6),
        "best_s": best,
        "goal_s": GOAL_S,
        "reached": max(best.values()) <= GOAL_S,
    }


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    if not 1 <= said.rounds <= UNCERTAIN <= said.deliveries:
        parser.error(f"at least {UNCERTAIN} deliveries, and from 1 to {UNCERTAIN} rounds: each settles one")
    figures = measure(deliveries=said.deliveries, readers=said.readers, rounds=said.rounds)
    if said.json:
        print(json.dumps(figures))
    else:
        print(
            f"{figures['deliveries']:,} deliveries of {figures['readers']} readers, "
            f"{figures['database_mb']} MB, {figures['machine']}, Python {figures['python']}; "
            f"best of {figures['rounds']}:"
        )
        best = figures["best_s"]
        assert isinstance(best, dict)
        for question, seconds in best.items():
            print(f"  digest deliveries {question:70} {seconds:6.3f} s")
        print(f"the goal of {GOAL_S:g} s each is {'' if figures['reached'] else 'not '}reached")
    return 0 if figures["reached"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
