"""A morning of this tree beside a morning of another commit, both measured in this one run.

    python benchmarks/against.py COMMIT [--readers 500] [--papers 300] [--rounds 5] [--provider null] [--json]

The other commit is taken out of the repository's history into a temporary folder and runs under the same
interpreter with the same libraries. Each round makes a fresh folder for each of the two, in turn: one feed on
loopback, the readers in the configuration file, and then `digest run --at …` as a process, timed from its
start to its end by the wall clock. The first run plans, composes and delivers to everybody; a second one the
next morning does so with a history. The best of the rounds counts (the disk of a shared machine is in the
others); the goal is a ratio of 1.2 at most.
"""

from __future__ import annotations

import argparse
import contextlib
import http.server
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 1.2
ROOT = Path(__file__).parents[1]
DAYS = ("2026-04-21", "2026-04-22")
SKY = "telescope mirror spectrum galaxy lens survey orbit dust cluster radio transit pulsar flare halo"
CRAFT = "neutrino comet nebula photometry detector image model noise inference network graph"
WORDS = [*SKY.split(), *CRAFT.split()]


def feed(day: str, papers: int) -> bytes:
    """An RSS feed with that many papers of that day; always the same for the same day."""
    rng = random.Random(day)

    def words(count: int) -> str:
        return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize()

    when = f"{day}T04:00:00Z"
    items = "".join(
        f"<item><title>{words(8)}</title><link>https://journal.example.org/{day}/{n}</link>"
        f"<guid>{day}-{n}</guid><description>{words(120)}.</description><pubDate>{when}</pubDate></item>"
        for n in range(papers)
    )
    head = "<title>A journal</title><link>https://journal.example.org/</link><description>.</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


@contextlib.contextmanager
def serving(papers: int) -> Iterator[str]:
    """The feed of each day under /DAY on loopback; yields the base address."""
    bodies = {f"/{day}": feed(day, papers) for day in DAYS}

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            body = bodies[self.path]
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def configuration(day: str, *, base: str, readers: int, provider: str) -> str:
    """A digest.toml for that morning."""
    rng = random.Random(1)
    people = "".join(
        f'[[subscribers]]\nemail = "r{n}@example.org"\n[[subscribers.topics]]\nname = "One"\n'
        f"keywords = {json.dumps(rng.sample(WORDS, 3))}\n"
        for n in range(readers)
    )
    return (
        '[site]\nsender = "digest@example.org"\nsecret = "a-secret-that-is-only-used-here-0123456789"\n'
        f'[mail]\nprovider = "{provider}"\n'
        f'[[sources]]\nkind = "feed"\nname = "journal"\nurl = "{base}/{day}"\nallow_private_address = true\n'
        f"{people}"
    )


def morning_s(tree: Path, folder: Path, day: str) -> float:
    """One `digest run` of that tree; seconds. Raises where not everybody got a mail."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DIGEST_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    command = [sys.executable, "-m", "digest", "--config", str(folder / "digest.toml")]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "run", "--at", f"{day}T12:00:00+00:00", "--json"],
        cwd=tree, env={**environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    report = json.loads(done.stdout)
    if not report["due"] or report["accepted"] + report["skipped"] != report["due"]:
        raise SystemExit(f"{tree}: not everybody got a mail: {done.stdout} {done.stderr}")
    return seconds


def measure(commit: str, *, readers: int, papers: int, rounds: int, provider: str) -> dict[str, object]:
    """The figures, by what was measured."""
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="digest-against-") as name, serving(papers) as base:
        other = Path(name) / "other"
        other.mkdir()
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(other)], input=archive, check=True)
        for number in range(rounds):
            for which, tree in (("other", other), ("this", ROOT)):
                folder = Path(name) / f"{which}-{number}"
                folder.mkdir()
                for day in DAYS:
                    path = folder / "digest.toml"
                    path.write_text(configuration(day, base=base, readers=readers, provider=provider))
                    path.chmod(0o600)
                    times.setdefault((which, day), []).append(morning_s(tree, folder, day))
    figures: dict[str, object] = {
        "what": "morning",
        "against": commit,
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "readers": readers,
        "papers": papers,
        "provider": provider,
        "rounds": rounds,
        "goal": GOAL,
    }
    for label, day in zip(("first", "second"), DAYS, strict=True):
        this, that = min(times["this", day]), min(times["other", day])
        figures |= {f"{label}_s": round(this, 3), f"{label}_other_s": round(that, 3)}
        figures[f"{label}_ratio"] = round(this / that, 3)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("commit")
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--papers", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--provider", default="null", choices=("null", "outbox"))
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    figures = measure(
        said.commit, readers=said.readers, papers=said.papers, rounds=said.rounds, provider=said.provider
    )
    if said.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:16} {value}" for name, value in figures.items()))
    ratios = [figures["first_ratio"], figures["second_ratio"]]
    return 0 if all(isinstance(ratio, float) and ratio <= GOAL for ratio in ratios) else 1


if __name__ == "__main__":
    raise SystemExit(main())
