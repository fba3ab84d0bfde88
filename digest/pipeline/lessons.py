"""A topic in, what it has learned out, for its reader to read and correct."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.model import Lesson, LessonLike, Subscriber
from digest.pipeline.ground import Ground
from digest.pipeline.learning import learn_topics
from digest.pipeline.signals import weight
from digest.pipeline.spelling import spelled
from digest.store.corrections import NOTHING

if TYPE_CHECKING:
    from digest.model import Topic
    from digest.store import Store
    from digest.store.tastes import Said

WORDS = 12  # for, and as many against


def shown(
    store: Store,
    subscriber_id: int,
    topic: Topic,
    *,
    now: dt.datetime,
    half_life: dt.timedelta,
) -> Lesson:
    """What a topic has learned by now, as the next mail goes by it. Keeps nothing."""
    members = store.subscribers.by_id([subscriber_id])
    others = [
        other for member in members.values() for other in member.subscriber.topics if other.ref != topic.ref
    ]
    reader = Subscriber(id=subscriber_id, email="", topics=(topic, *others))
    ground = Ground(store=store, today=now.date())
    learning = learn_topics(ground, [reader], now=now, half_life=half_life, keep=False)
    taught = learning.taught[subscriber_id][topic.ref]
    taste = store.tastes.of([subscriber_id]).get(subscriber_id)
    if taste is None:
        return Lesson()
    since = taste.forgotten.get(topic.ref)
    said = [one for one in taste.said if one.topic == topic.ref and (since is None or one.at > since)]
    if not others:
        said += [one for one in taste.said if not one.topic and (since is None or one.at > since)]
    terms = taught.learned.terms if taught.learned is not None else {}
    pinned = taste.pinned.get(topic.ref, frozenset())
    words = [(term, share) for term, share in terms.items() if term not in pinned]
    speaking = [(term, share) for term, share in words if share > 0][:WORDS]
    against = [(term, -share) for term, share in words if share < 0][:WORDS]
    given = [one for one in sorted(said, key=lambda one: one.at, reverse=True) if one.value]
    papers = {
        number: entry.paper for number, entry in store.lists.entries({one.paper_id for one in given}).items()
    }
    written = spelled(
        (term for term, _ in (*speaking, *against)),
        (papers[one.paper_id] for one in given if one.paper_id in papers),
    )
    corrected = store.corrections.of([subscriber_id]).get((subscriber_id, topic.ref), NOTHING)
    fresh = sum(abs(_worth(one)) for one in said)
    now_worth = sum(abs(weight(one, now=now, half_life=half_life)) for one in said)
    return Lesson(
        words_for=tuple((written[term], share) for term, share in speaking),
        words_against=tuple((written[term], share) for term, share in against),
        likes=tuple(
            LessonLike(
                paper_id=papers[one.paper_id].id,
                title=papers[one.paper_id].title,
                at=one.at,
                share=abs(weight(one, now=now, half_life=half_life)),
                value=1 if one.value > 0 else -1,
            )
            for one in given
            if one.paper_id in papers
        ),
        evidence=max(0.0, taught.evidence),
        faded=1 - now_worth / fresh if fresh else 0.0,
        struck=tuple(one.words for one in corrected.words if one.value < 0),
        pinned=tuple(one.words for one in corrected.words if one.value > 0),
        reset_at=since,
    )


def _worth(one: Said) -> float:
    return weight(one, now=one.at, half_life=dt.timedelta(days=1))
