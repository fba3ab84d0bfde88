"""`[[subscribers]]` and their topics: who reads, what, and when. `to_model` gives the nouns of the model."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from digest.config.addresses import Address
from digest.config.papers import Categories, Examples
from digest.config.section import CountOrNone, Score, Section, Weight
from digest.config.times import CadenceValue, SendAt, Zone
from digest.config.values import Line, Lines, OptionalLine, Text
from digest.model import Cadence, Subscriber, Topic

if TYPE_CHECKING:
    from digest.config.settings import DigestSettings


class TopicSettings(Section):
    """What a reader wants under one heading."""

    name: Annotated[Line, Field(max_length=200, description='a heading, such as "Computer vision"')]
    keywords: Lines = ()
    exclude: Lines = ()
    authors: Lines = ()
    categories: Categories = ()
    text: Annotated[Text, Field(max_length=20_000)] = ""
    examples: Examples = ()
    weight: Weight = 1.0
    max_papers: CountOrNone = None
    min_score: Score = 0.0
    likes_only: bool = False

    def to_model(self) -> Topic:
        """The topic as the core knows it."""
        return Topic(
            name=self.name,
            keywords=self.keywords,
            exclude=self.exclude,
            authors=self.authors,
            categories=self.categories,
            text=self.text,
            examples=self.examples,
            weight=self.weight,
            max_papers=self.max_papers,
            min_score=self.min_score,
            likes_only=self.likes_only,
        )


class SubscriberSettings(Section):
    """A reader. None means: as [digest] says."""

    email: Annotated[Address, Field(description="a mail address")]
    name: OptionalLine = ""
    timezone: Zone = "UTC"
    send_at: SendAt = dt.time(7)
    cadence: CadenceValue = Cadence(kind="daily")
    max_papers: CountOrNone = None
    trending: bool | None = None
    outside: bool | None = None
    topics: tuple[TopicSettings, ...] = ()

    def to_model(self, defaults: DigestSettings) -> Subscriber:
        """The subscriber (id 0: not in the library yet), with the defaults of [digest] filled in."""
        return Subscriber(
            email=self.email,
            name=self.name,
            timezone=self.timezone,
            send_at=self.send_at,
            cadence=self.cadence,
            max_papers=defaults.max_papers if self.max_papers is None else self.max_papers,
            trending=defaults.trending if self.trending is None else self.trending,
            outside=defaults.outside if self.outside is None else self.outside,
            topics=tuple(topic.to_model() for topic in self.topics),
        )
