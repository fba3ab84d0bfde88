"""A large library, made up: papers, what listed them, readers and their votes, written in bulk.

Words are as frequent as in abstracts: half of them are function words, the others spread by rank (Zipf). What
the program would have written itself (categories, terms, the index of words) is written by the same functions
and triggers. Used by the benchmark of the web side.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from digest.core.packing import pack
from digest.core.statistics import Statistics
from digest.core.stopwords import FUNCTION
from digest.model import Subscriber, Topic
from digest.store import Store, counts, facts, tables, tables_web
from digest.store.members import Admission
from digest.store.terms import terms_of_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = dt.date(2026, 4, 22)
A_DAY = 700  # papers: 4,900 in a week
LISTED = 14  # every so manieth is listed by a community
BATCH = 2000
MADE = "made for a benchmark"
VOCABULARY = 30_000
WORDS = 190  # of a title (10) and an abstract
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za")
CATEGORIES = (
    "cs.CV", "cs.LG", "cs.CL", "cs.AI", "stat.ML", "cs.RO", "cs.IR", "eess.IV", "math.OC", "q-bio.NC",
)  # fmt: skip


@functools.cache
def word(rank: int) -> str:
    """A word for each rank, pronounceable and never twice the same."""
    head, rest = divmod(rank, len(SYLLABLES))
    return SYLLABLES[rest] + (word(head) if head else "n")


def arxiv_id(number: int) -> str:
    """The id of the paper of that number."""
    return f"26{1 + number // 90_000:02}.{number % 90_000:05}"


def make(url: str, *, papers: int, readers: int) -> None:
    """Fill the database, which has nothing in it yet."""
    with Store.open(url) as store:
        statistics = Statistics.empty()
        for start in range(1, papers + 1, BATCH):
            count = min(BATCH, papers + 1 - start)
            with store.database.begin() as connection:
                terms = _papers(connection, start, count, papers)
                if start + 4 * BATCH > papers:
                    statistics = statistics.grown_by(terms)
                facts.put(connection, "statistics", statistics.to_bytes())
        for start in range(0, readers, BATCH):
            numbers = range(start, min(start + BATCH, readers))
            store.subscribers.add_all([Admission(subscriber=reader(number)) for number in numbers])
        _votes(store, papers=papers, readers=readers)
        with store.database.begin() as connection:
            facts.put(connection, MADE, json.dumps({"papers": papers, "readers": readers}).encode())


def _papers(connection: sa.Connection, start: int, count: int, total: int) -> list[Any]:
    dice = np.random.default_rng(start)
    vocabulary = np.array([word(rank) for rank in range(VOCABULARY + 1)], dtype=object)
    common = np.array(sorted(FUNCTION), dtype=object)
    subjects = vocabulary[(VOCABULARY ** dice.random((count, WORDS))).astype(int)]
    glue = common[(len(common) ** dice.random((count, WORDS))).astype(int)]
    texts = np.where(dice.random((count, WORDS)) < 0.5, glue, subjects)
    names = vocabulary[(VOCABULARY ** dice.random((count, 12))).astype(int)]
    rows: list[dict[str, Any]] = []
    terms = []
    for index in range(count):
        number = start + index
        day = TODAY - dt.timedelta(days=(total - number) // A_DAY)
        is_listed = number % LISTED == 0
        places = (len(CATEGORIES) ** dice.random(2)).astype(int) - 1
        row = {
            "id": number,
            "revision": 1,
            "title": " ".join(texts[index, :10]).capitalize(),
            "abstract": " ".join(texts[index, 10:]).capitalize() + ".",
            "authors": [f"{one} {other}".title() for one, other in names[index].reshape(6, 2)],
            "categories": list(dict.fromkeys(CATEGORIES[place] for place in places)),
            "arxiv_id": arxiv_id(number),
            "version": 1,
            "url": f"https://arxiv.org/abs/{arxiv_id(number)}",
            "pdf_url": f"https://arxiv.org/pdf/{arxiv_id(number)}",
            "upvotes": int(dice.integers(200)) if is_listed else None,
            "comments": int(dice.integers(9)) if is_listed else None,
            "gist": " ".join(texts[index, 20:34]).capitalize() if is_listed else None,
            "first_listed": day,
            "community_listed": day if is_listed else None,
            "community_at": dt.datetime.combine(day, dt.time(number % 24), dt.UTC) if is_listed else None,
            "sources": ["arxiv", "huggingface"] if is_listed else ["arxiv"],
        }
        rows.append(row)
        terms.append(terms_of_paper(row["title"], row["abstract"]))
    connection.execute(sa.insert(tables.papers), rows)
    connection.execute(sa.insert(tables.listings), list(_listings(rows)))
    connection.execute(
        sa.insert(tables.paper_keys),
        [{"key": f"arxiv:{row['arxiv_id']}", "paper_id": row["id"]} for row in rows],
    )
    connection.execute(
        sa.insert(tables_web.paper_categories),
        [
            {"category": category, "day": row["first_listed"], "paper_id": row["id"]}
            for row in rows
            for category in row["categories"]
        ],
    )
    connection.execute(
        sa.insert(tables_web.paper_terms),
        [{"paper_id": row["id"], "terms": pack(one)} for row, one in zip(rows, terms, strict=True)],
    )
    return terms


def _listings(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        said = {"key": row["arxiv_id"], "paper_id": row["id"], "kind": "new", "day": row["first_listed"]}
        yield {**said, "source": "arxiv", "channel": row["categories"][0]}
        if row["community_listed"]:
            yield {**said, "source": "huggingface", "channel": ""}


def reader(number: int) -> Subscriber:
    """A reader with two topics of four words each."""
    dice = np.random.default_rng(number)
    topics = tuple(
        Topic(
            name=f"Topic {at}",
            keywords=tuple(word(int(rank)) for rank in VOCABULARY ** dice.random(4)),
        )
        for at in (1, 2)
    )
    return Subscriber(email=f"reader{number}@example.org", topics=topics)


def _votes(store: Store, *, papers: int, readers: int) -> None:
    """Ten upvotes a reader, among the listed papers, counted as the program counts them."""
    listed = range(LISTED, papers + 1, LISTED)
    dice = np.random.default_rng(0)
    at = dt.datetime.combine(TODAY, dt.time(6), dt.UTC)
    pairs = {
        (number, listed[int(place)])
        for number in range(1, readers + 1)
        for place in dice.integers(len(listed), size=10)
    } if listed else set()  # fmt: skip
    rows = [{"subscriber_id": one, "paper_id": other, "at": at} for one, other in sorted(pairs)]
    upvotes, counted = tables_web.upvotes, tables.papers
    count = sa.select(sa.func.count()).where(upvotes.c.paper_id == counted.c.id).scalar_subquery()
    with store.database.begin() as connection:
        if rows:
            connection.execute(sa.insert(upvotes), rows)
        connection.execute(
            sa.update(counted).where(counted.c.community_listed.is_not(None)).values(votes=count)
        )
        counts.weigh(connection, listed)


def told(url: str) -> dict[str, int]:
    """How this library was made; nothing of one that is none."""
    with Store.open(url) as store, store.database.read() as connection:
        value = facts.get(connection, MADE)
    return {} if value is None else json.loads(value)
