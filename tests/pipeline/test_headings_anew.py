"""Headings that an import makes where a topic of that first name was renamed: two topics, never one ref."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest import pipeline
from digest.model import Subscriber, Topic
from digest.pipeline.shelving import HEADING, heading
from digest.store.members import Admission
from tests.pipeline.test_community import CHEESE, NOW, SKY, works

if TYPE_CHECKING:
    from digest.pipeline.works import Works

__all__ = ["works"]  # the fixture


def given(works: Works, *topics: Topic) -> int:
    works.store.subscribers.add(Admission(subscriber=Subscriber(email="cy@example.org", topics=topics)))
    cy = works.store.subscribers.find("cy@example.org")
    assert cy is not None
    return cy.subscriber.id


def headed(works: Works, reader: int) -> Topic:
    return heading(works.store, works.store.subscribers.by_id([reader])[reader], None)[0]


def test_a_heading_is_made_beside_the_one_that_was_renamed(works: Works) -> None:
    reader = given(works, SKY, CHEESE)
    first = headed(works, reader)

    def renamed(topic: Topic) -> Topic:
        return dataclasses.replace(topic, name="Papers", key=topic.ref) if topic == first else topic

    works.store.preferences.change(
        reader,
        lambda member: dataclasses.replace(
            member.subscriber, topics=tuple(map(renamed, member.subscriber.topics))
        ),
    )
    second = headed(works, reader)
    assert (second.name, headed(works, reader)) == (HEADING, second)
    topics = works.store.subscribers.by_id([reader])[reader].subscriber.topics
    assert len({topic.ref for topic in topics}) == len(topics) == 4
    assert pipeline.run(works, now=NOW).is_clean


def test_two_imports_at_once_make_one_heading(works: Works) -> None:
    reader = given(works, SKY, CHEESE)
    wanted = Topic(name=HEADING, likes_only=True)
    assert works.store.libraries.add_topic(reader, wanted) == works.store.libraries.add_topic(reader, wanted)
    assert len(works.store.subscribers.by_id([reader])[reader].subscriber.topics) == 3


def test_topics_that_cannot_be_told_apart_stop_no_morning(works: Works) -> None:
    given(works, SKY, dataclasses.replace(CHEESE, key=SKY.ref))
    assert pipeline.run(works, now=NOW).is_clean
