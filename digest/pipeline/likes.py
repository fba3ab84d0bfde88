"""Readers in, readers whose topics have what they liked among their examples out, and the papers they know.

The newest likes of a topic teach it; what a reader wants less of is no example, even where the topic names
it, and is not shown to them. Nothing is learned here beyond that.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Paper, Subscriber, Topic
    from digest.store import Store
    from digest.store.votes import Taste

NEWEST = 20  # likes of a topic that teach it


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Readers in the order in which they were given; the papers that their topics name as examples, by those
    names; and for each reader's number the papers that are no news to them."""

    readers: tuple[Subscriber, ...]
    examples: Mapping[str, Paper]
    known: Mapping[int, frozenset[int]]


def taught(store: Store, readers: Sequence[Subscriber]) -> Taught:
    """Let these readers' likes into their topics. A fixed number of queries for a block of readers."""
    tastes = store.votes.liked([reader.id for reader in readers])
    newest = {
        paper
        for reader in readers
        if reader.id in tastes
        for topic in reader.topics
        for paper in tastes[reader.id].more.get(topic.ref, ())[:NEWEST]
    }
    liked = {number: entry.paper for number, entry in store.lists.entries(newest).items()}
    named = store.papers.by_arxiv_id(
        {one for reader in readers for topic in reader.topics for one in topic.examples}
    )
    examples = {**named, **{name(paper): paper for paper in liked.values()}}
    known: dict[int, frozenset[int]] = {}
    done: list[Subscriber] = []
    for reader in readers:
        taste = tastes.get(reader.id)
        # What a reader gave as an example they have read already.
        given = {named[one].id for topic in reader.topics for one in topic.examples if one in named}
        known[reader.id] = frozenset(given) if taste is None else taste.known | given
        if taste is not None:
            topics = tuple(_taught(topic, taste, liked=liked, named=named) for topic in reader.topics)
            reader = dataclasses.replace(reader, topics=topics)
        done.append(reader)
    return Taught(readers=tuple(done), examples=examples, known=known)


def name(paper: Paper) -> str:
    """What a topic's examples call a paper: its arXiv id, or `p` and the library's number."""
    return paper.arxiv_id or f"p{paper.id}"


def _taught(topic: Topic, taste: Taste, *, liked: Mapping[int, Paper], named: Mapping[str, Paper]) -> Topic:
    more = [name(liked[paper]) for paper in taste.more.get(topic.ref, ())[:NEWEST] if paper in liked]
    told = [one for one in topic.examples if one not in named or named[one].id not in taste.less]
    return dataclasses.replace(topic, examples=tuple(dict.fromkeys((*told, *more))))
