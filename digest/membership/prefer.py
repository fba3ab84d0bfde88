"""What a reader chooses: how often, when, how much, and their topics.

Who edits a topic says which one they saw (`was`, its `mark`): of two tabs, the later one is told (`Changed`),
and nothing is lost in silence. From the first choice on, no configuration file chooses for them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING

from digest.membership.limits import KEY, TOPICS, checked, checked_topic, same_name
from digest.membership.refusals import Changed, Refused
from digest.membership.standing import GONE, HAS_LEFT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.membership.house import House
    from digest.model import Cadence, Subscriber, Topic
    from digest.store.members import Membership


def mark(topic: Topic) -> str:
    """What a form carries of the topic that it shows: another one for any other content."""
    said = json.dumps(dataclasses.asdict(topic), ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def save(
    house: House,
    subscriber_id: int,
    *,
    name: str | None = None,
    cadence: Cadence | None = None,
    send_at: dt.time | None = None,
    timezone: str | None = None,
    max_papers: int | None = None,
    trending: bool | None = None,
    outside: bool | None = None,
) -> Membership:
    """Change what is given, and leave the rest; the membership as it stands then. Raises Refused, with a
    sentence by the field, for what the settings would not allow."""
    given = {
        "name": name,
        "cadence": cadence,
        "send_at": send_at,
        "timezone": timezone,
        "max_papers": max_papers,
        "trending": trending,
        "outside": outside,
    }
    said = {field: value for field, value in given.items() if value is not None}
    return _change(house, subscriber_id, lambda reader: dataclasses.replace(reader, **said))  # type: ignore[arg-type]


def add_topic(
    house: House, subscriber_id: int, topic: Topic, *, place: int | None = None, key: str = ""
) -> Topic:
    """Add a topic, at the end or at `place` (0 first); returns it as it is kept. `key` is the ref of one that
    was removed, and comes back with what was liked for it. Raises Refused (`name`, `topics`)."""
    topic = kept = checked_topic(topic)

    def edit(reader: Subscriber) -> Subscriber:
        nonlocal kept
        topics = list(reader.topics)
        if len(topics) >= TOPICS:
            raise Refused({"topics": f"You have {len(topics)} topics; there is room for {TOPICS}."})
        _refuse_name(topic.name, topics)
        bare = dataclasses.replace(topic, key="")
        wanted = dataclasses.replace(bare, key=key) if _is_key(key) and key != bare.ref else bare
        kept = wanted.apart(topics)
        topics.insert(len(topics) if place is None else max(0, place), kept)
        return dataclasses.replace(reader, topics=tuple(topics))

    return _topic(_change(house, subscriber_id, edit), lambda: kept.ref)


def save_topic(house: House, subscriber_id: int, ref: str, topic: Topic, *, was: str) -> Topic:
    """Put `topic` in the place of the one of that ref, which it keeps, whatever it is called now. Raises
    Changed where that one is no more what `was` is the mark of, and Refused by the topic's fields."""
    topic = checked_topic(topic)

    def edit(reader: Subscriber) -> Subscriber:
        known = _known(reader, ref, was=was)
        others = [one for one in reader.topics if one.ref != ref]
        _refuse_name(topic.name, others)
        key = known.key or (ref if topic.name != known.name else "")
        kept = dataclasses.replace(topic, key=key)
        topics = tuple(kept if one.ref == ref else one for one in reader.topics)
        return dataclasses.replace(reader, topics=topics)

    return _topic(_change(house, subscriber_id, edit), lambda: ref)


def remove_topic(house: House, subscriber_id: int, ref: str, *, was: str) -> tuple[Topic, int]:
    """Remove the topic of that ref; returns it, and the place where it stood, for who wants it back: then it
    comes with what was liked for it, and for a while with how it was corrected. Raises Changed where it is
    another now."""
    gone: tuple[Topic, int] | None = None

    def edit(reader: Subscriber) -> Subscriber:
        nonlocal gone
        known = _known(reader, ref, was=was)
        gone = (known, reader.topics.index(known))
        return dataclasses.replace(reader, topics=tuple(one for one in reader.topics if one.ref != ref))

    _change(house, subscriber_id, edit)
    if gone is None:
        raise Changed(_ANOTHER)
    house.store.corrections.touch(subscriber_id, ref, at=house.clock())
    return gone


def order_topics(house: House, subscriber_id: int, refs: Sequence[str]) -> Membership:
    """Put the topics into this order. Raises Changed where they are not the same topics any more."""

    def edit(reader: Subscriber) -> Subscriber:
        topics = {topic.ref: topic for topic in reader.topics}
        if len(refs) != len(topics) or set(refs) != set(topics):
            raise Changed("Your topics are others now than this page showed; here they are as they stand.")
        return dataclasses.replace(reader, topics=tuple(topics[ref] for ref in refs))

    return _change(house, subscriber_id, edit)


_ANOTHER = "This topic was changed elsewhere since you opened it; here it is as it stands now."
_REMOVED = "This topic was removed elsewhere since you opened it."


def _known(reader: Subscriber, ref: str, *, was: str) -> Topic:
    known = next((one for one in reader.topics if one.ref == ref), None)
    if known is None:
        raise Changed(_REMOVED)
    if mark(known) != was:
        raise Changed(_ANOTHER, topic=known)
    return known


def _refuse_name(name: str, others: Sequence[Topic]) -> None:
    if any(same_name(name, one.name) for one in others):
        raise Refused({"name": f"You have a topic “{name.strip()}” already; give this one another heading."})


def _is_key(key: str) -> bool:
    return len(key) == KEY and not set(key) - set("0123456789abcdef")


def _topic(member: Membership, ref: Callable[[], str]) -> Topic:
    return next(topic for topic in member.subscriber.topics if topic.ref == ref())


def _change(house: House, subscriber_id: int, edit: Callable[[Subscriber], Subscriber]) -> Membership:
    def guarded(member: Membership) -> Subscriber:
        if member.status == "left":
            raise Refused(HAS_LEFT)
        return checked(edit(member.subscriber), was=member.subscriber)

    done = house.store.preferences.change(subscriber_id, guarded)
    if done is None:
        raise Refused(GONE)
    member, has_changed = done
    if has_changed:
        house.tell("reader.chose", reader=subscriber_id)
    return member
