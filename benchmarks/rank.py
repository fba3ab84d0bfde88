"""What ranking costs a reader: a window of made-up papers, and readers with three topics each.

    python benchmarks/rank.py [--json] [--papers 1000] [--readers 500] [--rounds 3]

Calls `Window.of` and `select`, as `digest run` does. Every topic has words of its own, so that none is ranked
for two readers at once; the papers' words are spread as in language (Zipf). CPU time of this process, the
best of the rounds. Reading from a database is not in it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import random
import time
from typing import TYPE_CHECKING

from digest.core.select import Candidate, Want, Window, select
from digest.core.statistics import Statistics
from digest.model import Paper, Subscriber, Topic

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = dt.date(2026, 4, 22)
VOCABULARY = 30_000
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za")


def word(rank: int) -> str:
    """A word for each rank, pronounceable and never twice the same."""
    parts = []
    while True:
        rank, rest = divmod(rank, len(SYLLABLES))
        parts.append(SYLLABLES[rest])
        if not rank:
            return "".join(parts) + "n"


def words(count: int, *, dice: random.Random) -> list[str]:
    """Words as frequent as words are: the rank is log-uniform, which is Zipf's law."""
    return [word(int(VOCABULARY ** dice.random())) for _ in range(count)]


def papers(count: int, *, dice: random.Random) -> list[Paper]:
    """Titles of nine words, abstracts of 180, six authors."""
    return [
        Paper(
            id=number,
            title=" ".join(words(9, dice=dice)).capitalize(),
            abstract=" ".join(words(180, dice=dice)) + ".",
            authors=tuple(" ".join(words(2, dice=dice)).title() for _ in range(6)),
            categories=("cs.CV",),
            upvotes=dice.randrange(80) if number % 5 == 0 else None,
            first_listed=TODAY,
        )
        for number in range(1, count + 1)
    ]


def readers(count: int, *, dice: random.Random) -> list[Want]:
    """Three topics each: four keywords of one or two words, an author, a line of text."""

    def topic(number: int) -> Topic:
        pairs = (" ".join(words(1 + at % 2, dice=dice)) for at in range(4))
        return Topic(
            name=f"Topic {number}",
            keywords=tuple(pairs),
            authors=(" ".join(words(2, dice=dice)).title(),),
            text=" ".join(words(12, dice=dice)),
        )

    return [
        Want(
            subscriber=Subscriber(
                id=number,
                email=f"reader{number}@example.org",
                trending=True,
                topics=tuple(topic(3 * number + at) for at in range(3)),
            )
        )
        for number in range(count)
    ]


def best(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of CPU of the quickest round."""
    found = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)


def main() -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    dice = random.Random(1)
    candidates = [Candidate(paper=paper, sequence=paper.id) for paper in papers(options.papers, dice=dice)]
    wants = readers(options.readers, dice=dice)
    statistics = Statistics.empty().grown(one.paper for one in candidates)
    window = Window.of(statistics, candidates, today=TODAY)
    selections = select(window, wants)
    shown = sum(len(section.items) for selection in selections for section in selection.sections)
    window_s = best(options.rounds, lambda: Window.of(statistics, candidates, today=TODAY))
    select_s = best(options.rounds, lambda: select(window, wants))
    result = {
        "python": platform.python_version(),
        "papers": options.papers,
        "readers": options.readers,
        "topics": 3 * options.readers,
        "shown": shown,
        "window_ms": round(1000 * window_s, 1),
        "select_ms": round(1000 * select_s, 1),
        "us_a_reader": round(1e6 * select_s / max(1, options.readers), 1),
    }
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:12} {value}")


if __name__ == "__main__":
    main()
