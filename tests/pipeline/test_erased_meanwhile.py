"""Readers who are erased while the run that would mail them is on its way."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest import pipeline
from digest.model import Subscriber, Topic
from digest.store.database import CHUNK
from digest.store.members import Admission
from tests.pipeline.test_deliver import ACCEPTED, NOW, ToldMailer, works

if TYPE_CHECKING:
    from digest.model import Message, Outcome
    from digest.pipeline.works import Works

__all__ = ["works"]


def test_a_reader_erased_while_others_are_mailed_gets_nothing_and_stops_nobody(works: Works) -> None:
    subscribers = works.store.subscribers
    topic = Topic(name="Telescopes", keywords=("telescope",))
    many = [Subscriber(email=f"many{n}@example.org", topics=(topic,)) for n in range(CHUNK)]
    subscribers.add_all([Admission(subscriber=reader) for reader in many])
    erased: list[str] = []

    def answer(message: Message) -> Outcome:
        # Whose edition is prepared in a later block: those whom nobody has been asked for when the first is.
        if not erased:
            ready = works.store.deliveries.waiting(("composed",))
            last = works.store.subscribers.by_id([ready[-1].subscriber_id])
            erased.extend(member.subscriber.email for member in last.values())
            assert subscribers.erase(erased[0], at=NOW)
        return ACCEPTED

    mailer = ToldMailer(answer)
    report = pipeline.run(dataclasses.replace(works, mailer=mailer), now=NOW)
    assert len(erased) == 1
    assert erased[0] not in {message.recipient for message in mailer.handed}
    assert (report.accepted, report.waiting) == (20 + CHUNK - 1, 0)
