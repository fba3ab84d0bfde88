"""A reader or a topic in; the same, as the settings' own rules write it, or every fault by its field out.

What a page has read is looked at once more where it is kept, by the code that reads the configuration file:
whatever a form lets through, no run meets a reader whom the file could not hold.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from digest.config import SubscriberSettings, TopicSettings, address_key, format_cadence
from digest.config.faults import sentences
from digest.membership.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Subscriber, Topic

TOPICS = 50
ENTRIES = 500  # of one kind in one topic
ENTRY = 200  # characters
NAME = 120
KEY = 10

_LISTS = ("keywords", "exclude", "authors", "categories", "examples")


def checked(reader: Subscriber, *, was: Subscriber | None = None) -> Subscriber:
    """The reader, as `digest.config.readers` would write them, with their id. Raises Refused, whose faults
    are named by the reader's fields; those of a topic, `topics`. What `was` already beyond what a form takes
    (an operator's file may hold more) may stay, and grows no further."""
    faults: dict[str, str] = {}
    if len(reader.name) > NAME and (was is None or reader.name != was.name):
        faults["name"] = f"A name has at most {NAME} characters."
    try:
        clean = SubscriberSettings.model_validate(_values(reader))
    except ValidationError as error:
        for place, sentence in sentences(error, SubscriberSettings):
            faults.setdefault(str(place[0]), _sentence(sentence))
        raise Refused(faults) from error
    faults |= _topic_faults(reader.topics, was=was.topics if was else ())
    if faults:
        raise Refused(faults)
    return dataclasses.replace(
        reader,
        email=clean.email,
        name=clean.name,
        topics=tuple(
            dataclasses.replace(topic.to_model(), key=was.key)
            for topic, was in zip(clean.topics, reader.topics, strict=True)
        ),
    )


def checked_topic(topic: Topic) -> Topic:
    """The topic, as `digest.config.readers` would write it, with its key. Raises Refused, whose faults are
    named by the topic's fields."""
    values = dataclasses.asdict(topic)
    del values["key"]
    faults: dict[str, str] = {}
    try:
        clean = TopicSettings.model_validate(values)
    except ValidationError as error:
        for place, sentence in sentences(error, TopicSettings):
            faults.setdefault(str(place[0]), _sentence(sentence))
        raise Refused(faults) from error
    return dataclasses.replace(clean.to_model(), key=topic.key)


def same_name(one: str, other: str) -> bool:
    """Whether two topics would share a heading."""
    return address_key(one.strip()) == address_key(other.strip())


def _topic_faults(topics: Sequence[Topic], *, was: Sequence[Topic]) -> dict[str, str]:
    if len(topics) > max(TOPICS, len(was)):
        return {"topics": f"These are {len(topics)} topics; there is room for {TOPICS}."}
    names: set[str] = set()
    refs: set[str] = set()
    for topic in topics:
        for field in () if topic in was else _LISTS:
            entries = getattr(topic, field)
            if len(entries) > ENTRIES:
                return {"topics": f"“{topic.name}” has {len(entries)} {field}; there is room for {ENTRIES}."}
            if any(len(one) > ENTRY for one in entries):
                return {"topics": f"An entry of “{topic.name}” has more than {ENTRY} characters."}
        name = address_key(topic.name.strip())
        if name in names:
            return {"topics": f"You have a topic “{topic.name}” already; give one of them another heading."}
        if topic.ref in refs or not (topic.ref.isascii() and topic.ref.isalnum() and len(topic.ref) == KEY):
            return {"topics": f"The topic “{topic.name}” cannot be told from another; add it anew."}
        names.add(name)
        refs.add(topic.ref)
    return {}


def _values(reader: Subscriber) -> dict[str, Any]:
    topics = []
    for topic in reader.topics:
        values = dataclasses.asdict(topic)
        del values["key"]
        topics.append(values)
    return {
        "email": reader.email,
        "name": reader.name,
        "timezone": reader.timezone,
        "send_at": reader.send_at,
        "cadence": format_cadence(reader.cadence),
        "max_papers": reader.max_papers,
        "trending": reader.trending,
        "topics": topics,
    }


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?')) else '.'}"
