"""The bytes of one mail, what a provider answered, what it told later, and what became of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

from digest.model.editions import Slot


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The bytes of one mail to one reader. `raw` is a whole RFC 5322 message with CRLF line ends."""

    delivery_id: str
    sender: str  # the envelope's sender: a bare address
    recipient: str  # a bare address
    raw: bytes


OutcomeKind = Literal["accepted", "retry", "rejected", "suppressed", "uncertain"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one message, and what follows.

    accepted: the provider has it (`provider_id` never empty). retry: provably not accepted; not before
    `retry_after_s` seconds, if given. rejected: never this message. suppressed: never this address.
    uncertain: it may have been accepted.

    How far a refusal reaches: `stop` means that no other message would fare better: keep the queue and end
    the run. `domain` means that the recipient's whole domain refuses: leave it alone for a while. `soft`
    means that it was the mailbox (full, switched off), which may be different tomorrow: a soft bounce.
    `reason` is the provider's answer in one line, without secrets or addresses.
    """

    kind: OutcomeKind
    provider_id: str = ""
    reason: str = ""
    retry_after_s: float | None = None
    stop: bool = False
    domain: bool = False
    soft: bool = False

    def __post_init__(self) -> None:
        if (self.kind == "accepted") != bool(self.provider_id):
            raise ValueError("an outcome is accepted exactly when the provider gave an id")


DeliveryState = Literal[
    "planned", "composed", "skipped", "sending", "accepted", "retry", "rejected", "suppressed", "uncertain",
    "expired", "abandoned", "deferred", "delivered", "dropped", "bounced", "complained",
]  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the ledger: one slot of one subscriber, and what became of it."""

    id: str
    subscriber_id: int
    slot: Slot
    state: DeliveryState
    attempts: int = 0
    provider: str = ""
    provider_id: str = ""
    reason: str = ""
    retry_at: dt.datetime | None = None
    planned_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None


EventKind = Literal[
    "processed", "deferred", "delivered", "dropped", "soft_bounce", "hard_bounce", "complaint", "unsubscribe",
    "unknown",
]  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEvent:
    """What a provider, or a mail that came back, tells of a delivery after it was sent.

    processed: the provider has it. soft_bounce: this time not; hard_bounce: the address does not exist.
    unknown: nothing that we act on, and kept all the same. `delivery_id` is "" where it names none of ours.
    `name` is the teller's own word for it ("spamreport"), `at` the time that the teller gives, `email` the
    address that it names, if any. (delivery, name, at) is told once, however often it is repeated.
    """

    kind: EventKind
    teller: str  # "sendgrid", or "mail" for a report that came by mail
    name: str
    at: dt.datetime
    delivery_id: str = ""
    email: str = ""
    provider_id: str = ""
    reason: str = ""
    body: str = ""  # the event as it came, for people


SuppressionCause = Literal["bounce", "complaint", "unsubscribe", "operator"]
