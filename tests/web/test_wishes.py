"""What a reader wishes, in words."""

from __future__ import annotations

import dataclasses

from digest.model import Subscriber, Topic
from digest.web.wishes import mail_words, topic_summary

ADA = Subscriber(id=1, email="ada@example.org", topics=(Topic(name="T", keywords=("nerf",)),))


def test_a_long_text_is_shortened_within_its_quotation_marks() -> None:
    topic = Topic(name="T", text="Measurements of the growth of structure, " * 5, categories=("cs.CV",))
    said = topic_summary(topic)
    assert said.startswith("about “Measurements of the growth of structure, ")
    assert said.endswith("…” · in cs.CV")


def test_one_from_outside_is_part_of_what_is_asked_for() -> None:
    assert "outside" not in mail_words(ADA)
    reader = dataclasses.replace(ADA, outside=True, trending=True)
    assert mail_words(reader).endswith(
        "at most 12 papers, with what the community reads, and one from outside the topics"
    )
