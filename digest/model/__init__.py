"""The nouns, frozen, in the order in which they follow from one another.

    Listing ──▶ Paper ──▶ Ranking ──▶ Edition ──▶ Message ──▶ Delivery

A `Listing` is a source's words and may be hostile; from `Paper` on, text is clean (`core.identity`).
Datetimes are aware and in UTC. A reader's zone appears in `core.due` and in the words of a mail only.
"""

from digest.model.curations import Curated
from digest.model.deliveries import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    EventKind,
    Message,
    Outcome,
    OutcomeKind,
    SuppressionCause,
)
from digest.model.editions import Edition, Gist, Item, Notice, Reason, ReasonKind, Section, Slot
from digest.model.figures import Held, Tally
from digest.model.lessons import Lesson, LessonLike
from digest.model.papers import Collection, Listing, ListingKind, Paper, Position, SourceStatus
from digest.model.readers import Cadence, Subscriber, Topic

__all__ = [
    "Cadence",
    "Collection",
    "Curated",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Edition",
    "EventKind",
    "Gist",
    "Held",
    "Item",
    "Lesson",
    "LessonLike",
    "Listing",
    "ListingKind",
    "Message",
    "Notice",
    "Outcome",
    "OutcomeKind",
    "Paper",
    "Position",
    "Reason",
    "ReasonKind",
    "Section",
    "Slot",
    "SourceStatus",
    "Subscriber",
    "SuppressionCause",
    "Tally",
    "Topic",
]
