"""What pages cost on a large library: 100,000 papers and 10,000 readers, 4,900 papers in the last week.

    python benchmarks/web.py [--papers 100000] [--readers 10000] [--requests 200] [--clients 8] [--seconds 5]
                             [--database FILE] [--json]

Makes the library in a temporary folder (two minutes), or keeps it in FILE and takes it from there the next
time. Two things are measured. *Handling*: requests one after the other, of each kind as many as `--requests`,
all of them different, through the app itself without a socket; the goals are p95 ≤ 50 ms for a list, a paper
and a search by words (a word of half of all papers among them), ≤ 150 ms for a search by meaning and for the
live preview, and pages of 100 KB at most. How many statements the costliest request of a kind sends is told.
*Serving*: `--clients` at once on kept-alive connections to a process of waitress, as `digest web` runs it,
for `--seconds` each; beside it a process with one bare Flask route. The clients share the machine with it.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import http.client
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import library
import sqlalchemy as sa

from digest.links import Signer
from digest.mail.site import Site
from digest.store import Store
from digest.web import spaces
from digest.web.app import create_app
from digest.web.desk import Desk, SourceLabel, desk
from digest.web.previews import week
from digest.web.serving import listening, server_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import flask

GOALS_MS = {"list": 50, "paper": 50, "words": 50, "meaning": 150, "preview": 150}
GOAL_KB = 100
SECRET = "a-secret-that-is-only-used-here-0123456789"
SITE = Site(
    name="Paper Digest",
    url="http://127.0.0.1:8000",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="digest@example.org",
    unsubscribe="digest@example.org",
    list_id="digest.example.org",
)
SOURCES = (
    SourceLabel(name="arxiv", title="arXiv", kind="arxiv"),
    SourceLabel(name="huggingface", title="Hugging Face", kind="huggingface"),
)

Request = tuple[str, dict[str, str] | None]  # an address, and a form where it is a POST


@contextlib.contextmanager
def opened(url: str) -> Iterator[flask.Flask]:
    """The app on that library, at noon of its last day."""
    noon = dt.datetime.combine(library.TODAY, dt.time(12), dt.UTC)
    with Store.open(url) as store:
        at_hand = Desk(
            store=store,
            site=SITE,
            signer=Signer(SECRET),
            secret=SECRET,
            sources=SOURCES,
            clock=lambda: noon,
        )
        yield create_app(at_hand)


# ------------------------------------------------------------------------ what is asked


def common(app: flask.Flask, share: float) -> str:
    """A word that stands in about that share of the papers."""
    with app.app_context(), desk().store.database.read() as connection:
        papers = connection.scalar(sa.text("SELECT count(*) FROM papers")) or 1
        ask = sa.text("SELECT count(*) FROM paper_words WHERE paper_words MATCH :word")
        counts = {
            word: connection.scalar(ask, {"word": f'"{word}"'}) or 0
            for word in (library.word(rank) for rank in range(1, 200))
        }
    return min(counts, key=lambda word: abs(counts[word] / papers - share))


def asked(kind: str, *, count: int, papers: int, half: str) -> list[Request]:
    """Requests of a kind, each another one."""
    dice = random.Random(kind)
    days = max(1, papers // library.A_DAY)

    def day() -> dt.date:
        return library.TODAY - dt.timedelta(days=dice.randrange(days))

    def words(most: int) -> str:
        ranks = (int(library.VOCABULARY ** dice.random()) for _ in range(dice.randint(1, most)))
        return " ".join(map(library.word, ranks))

    def one_list() -> Request:
        when = day()
        week_ = when.isocalendar()
        path = dice.choice(
            (f"/date/{when}", f"/week/{week_.year}-W{week_.week:02}", f"/month/{when:%Y-%m}", "/")
        )
        said = {"sort": dice.choice(("", "upvotes", "new"))}
        if dice.random() < 0.3:
            said["category"] = dice.choice(library.CATEGORIES)
        elif dice.random() < 0.5 and said["sort"]:
            said["p"] = "1"
        return f"{path}?{urlencode({name: value for name, value in said.items() if value})}", None

    def one_search() -> Request:
        typed = dice.choice(
            (
                words(3),
                half,
                f"{half} {words(2)}",
                f'"{words(2)}"',
                f"title:{words(1)}",
                f"author:{words(1).split()[0]}",
                library.arxiv_id(dice.randrange(1, papers + 1)),
                f"{words(1)} -{half}",
            )
        )
        said = {"q": typed}
        if dice.random() < 0.3:
            said["from"] = day().isoformat()
        if dice.random() < 0.3:
            said["category"] = dice.choice(library.CATEGORIES)
        if dice.random() < 0.2:
            said["order"] = "newest"
        return f"/search?{urlencode(said)}", None

    def one_meaning() -> Request:
        said = {"q": f"{half} {words(8)}", "by": "meaning"}
        if dice.random() < 0.3:
            said["from"] = day().isoformat()
        if dice.random() < 0.3:
            said["category"] = dice.choice(library.CATEGORIES)
        return f"/search?{urlencode(said)}", None

    make: dict[str, Callable[[], Request]] = {
        "list": one_list,
        "paper": lambda: (f"/papers/{library.arxiv_id(dice.randrange(1, papers + 1))}", None),
        "words": one_search,
        "meaning": one_meaning,
        "preview": lambda: ("/subscribe/preview", {"words": f"{half}\n{words(3)}\n{words(2)}"}),
    }
    return [make[kind]() for _ in range(count)]


# ------------------------------------------------------------------------ handling


def handled(app: flask.Flask, requests: list[Request]) -> dict[str, Any]:
    """Milliseconds (by the wall clock; `cpu_ms` of this process, the mean), bytes and statements of requests,
    one after the other."""
    sent: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context(), desk().store.database.read() as connection:
        engine = connection.engine
    client = app.test_client()
    times, sizes, statements = [], [], []
    spent = time.process_time()
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        for number, (path, form) in enumerate(requests):
            sent.clear()
            # Each from a network of its own: readers are many, and limits are for one.
            said = {"REMOTE_ADDR": f"10.{number % 250}.{number // 250}.9"}
            began = time.perf_counter()
            answer = client.open(
                path,
                method="GET" if form is None else "POST",
                data=form,
                base_url=SITE.url,
                environ_overrides=said,
            )
            body = answer.get_data()
            times.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise SystemExit(f"{path}: answered {answer.status_code}")
            sizes.append(len(body))
            statements.append(len(sent))
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
    spent = time.process_time() - spent
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "max_ms": round(ordered[-1], 1),
        "cpu_ms": round(1000 * spent / len(requests), 1),
        "largest_kb": round(max(sizes) / 1000, 1),
        "statements": max(statements),
    }


def made_ready(app: flask.Flask) -> dict[str, Any]:
    """Make what the first requests would have made, and say what it costs."""
    with app.app_context():
        here = desk()
        began = time.perf_counter()
        papers = week(here).papers
        week_s = time.perf_counter() - began
        began = time.perf_counter()
        while (space := spaces.space_of(here)) is None:
            time.sleep(0.05)
        space_s = time.perf_counter() - began
    return {
        "week_papers": len(papers),
        "week_s": round(week_s, 1),
        "space_s": round(space_s, 1),
        "space_mb": round(space.nbytes / 1e6, 1),
        "space_bytes_a_paper": round(space.nbytes / max(1, len(space.ids))),
    }


# ------------------------------------------------------------------------ serving


def bare() -> flask.Flask:
    """An app with one route, which does nothing."""
    import flask

    app = flask.Flask("bare")
    app.add_url_rule("/", view_func=lambda: "well")
    return app


def serve(url: str) -> None:
    """Be the server: print the port, and serve until the end of the process."""
    with contextlib.ExitStack() as stack:
        app = stack.enter_context(opened(url)) if url else bare()
        if url:
            made_ready(app)
        socket = stack.enter_context(listening("127.0.0.1", 0))
        print(socket.getsockname()[1], flush=True)
        server_of(app, socket).run()


def served(url: str, paths: list[str], *, clients: int, seconds: float) -> dict[str, Any]:
    """Requests a second of so many clients at once, and how long each waits."""
    process = subprocess.Popen([sys.executable, __file__, "--serve", url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        waited: list[list[float]] = [[] for _ in range(clients)]
        ready = threading.Barrier(clients)

        def ask(own: list[float], number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            mine = paths[number:] + paths[:number]
            _get(connection, mine[0])
            ready.wait()
            end = time.perf_counter() + seconds
            turn = 0
            while (began := time.perf_counter()) < end:
                _get(connection, mine[turn % len(mine)])
                own.append(1000 * (time.perf_counter() - began))
                turn += 1
            connection.close()

        threads = [threading.Thread(target=ask, args=(own, at)) for at, own in enumerate(waited)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        process.terminate()
        process.wait()
    times = sorted(one for own in waited for one in own)
    return {
        "requests_s": round(len(times) / seconds),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
    }


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: answered {answer.status}")


# ------------------------------------------------------------------------ the whole


def measure(url: str, *, papers: int, requests: int, clients: int, seconds: float) -> dict[str, Any]:
    """All figures."""
    with opened(url) as app:
        half = common(app, 0.5)
        ready = made_ready(app)
        lists = {
            kind: asked(kind, count=requests, papers=papers, half=half)
            for kind in ("list", "paper", "words", "meaning", "preview")
        }
        for some in lists.values():
            handled(app, some[:3])
        handling = {kind: handled(app, some) for kind, some in lists.items()}
    serving = {
        kind: served(url, [path for path, _ in lists[kind]], clients=clients, seconds=seconds)
        for kind in ("list", "paper", "words")
    }
    serving["bare"] = served("", ["/"], clients=clients, seconds=seconds)
    return {"ready": ready, "handling": handling, "serving": serving}


def missed(handling: dict[str, dict[str, Any]]) -> list[str]:
    """The goals that were missed, each a sentence."""
    found = []
    for kind, goal in GOALS_MS.items():
        if handling[kind]["p95_ms"] > goal:
            found.append(f"{kind}: p95 is {handling[kind]['p95_ms']} ms, the goal {goal} ms")
        if handling[kind]["largest_kb"] > GOAL_KB:
            found.append(f"{kind}: a page has {handling[kind]['largest_kb']} KB, the goal is {GOAL_KB} KB")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=200, help="of each kind")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0, help="of serving, for each kind")
    parser.add_argument("--database", type=Path, help="keep the library in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve is not None:
        serve(chosen.serve)
        return 0
    made = {"papers": chosen.papers, "readers": chosen.readers}
    with tempfile.TemporaryDirectory(prefix="digest-web-") as folder:
        file: Path = chosen.database or Path(folder) / "library.db"
        url = f"sqlite:///{file.resolve()}"
        if not file.exists():
            library.make(url, **made)
        elif library.told(url) != made:
            parser.error(f"{file}: is a library of another size, or none of ours; name another file")
        figures = measure(
            url,
            papers=chosen.papers,
            requests=chosen.requests,
            clients=chosen.clients,
            seconds=chosen.seconds,
        )
        size_mb = round(file.stat().st_size / 1e6)
    faults = missed(figures["handling"])
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    report = {"name": "web", "machine": machine, **made, "database_mb": size_mb, **figures, "missed": faults}
    if chosen.json:
        print(json.dumps(report))
    else:
        show(report)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def show(report: dict[str, Any]) -> None:
    """The figures as tables."""
    for name in ("machine", "papers", "readers", "database_mb"):
        print(f"{name:20} {report[name]}")
    for name, value in report["ready"].items():
        print(f"{name:20} {value}")
    for part in ("handling", "serving"):
        print()
        for kind, figures in report[part].items():
            said = "  ".join(f"{name} {value}" for name, value in figures.items())
            print(f"{part} {kind:8} {said}")


if __name__ == "__main__":
    sys.exit(main())
