"""Waiting notes in, a provider's answers written down. One note at a time: a process that dies has at most
one in its hands, and that one is uncertain from then on, never sent again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import TYPE_CHECKING

from digest.core.backoff import backoff_s
from digest.errors import AddressError, ConfigError
from digest.mail.note import write_note
from digest.mail.note_words import note_words
from digest.mailers.wire import one_line
from digest.membership.house import CONFIRM, PREFERENCES
from digest.model import Outcome
from digest.store.limits import Hold, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.mail.templates import Templates
    from digest.membership.house import House
    from digest.model import Message
    from digest.ports import Mailer
    from digest.store.occasions import Note
    from digest.store.owners import Owner

PER_HOUR = 200  # notes that leave, whoever asks for them
KEPT = dt.timedelta(days=30)  # how long a note, and a wish that nobody confirmed, is kept
LONGEST_WAIT_S = 1800.0  # a person waits for it


def unlabelled(_label: str) -> None:
    """Nobody counts the steps."""


def never() -> bool:
    """Nobody asks for the end."""
    return False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How notes leave: the operator's templates and limits. `step` is called between every two effects, where
    a crash may strike."""

    templates: Templates
    limits: Limits = dataclasses.field(default_factory=Limits)
    per_hour: int = PER_HOUR
    jitter: Callable[[], float] = random.random
    should_stop: Callable[[], bool] = never
    step: Callable[[str], None] = unlabelled


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a pass over the waiting notes did. `stopped` says why it ended before it was through, or ""."""

    sent: int = 0
    lost: int = 0  # uncertain since this pass
    stopped: str = ""


def post(house: House, mailer: Mailer, owner: Owner, *, rules: Post) -> Posted:
    """Hand over what waits, oldest first, as far as limits and provider allow. Two of these at once never
    send one note twice. Raises StoreError and TemplateError; what became of a note is in the database."""
    store, clock = house.store, house.clock
    lost = store.notes.settle(owner.is_alive, now=clock())
    store.notes.forget(before=clock() - KEPT)
    sent = 0
    for note in store.notes.ready(clock()):
        if rules.should_stop():
            break
        came = _send(house, mailer, owner, note, rules=rules)
        if isinstance(came, str):
            return Posted(sent=sent, lost=lost, stopped=came)
        sent += came
    if sent or lost:
        house.tell("notes.posted", sent=sent, uncertain=lost)
    return Posted(sent=sent, lost=lost)


def _send(house: House, mailer: Mailer, owner: Owner, note: Note, *, rules: Post) -> int | str:
    """One note: how many were accepted, or why no other would fare better."""
    notes, clock = house.store.notes, house.clock
    message = _written(house, note, rules=rules)
    if message is None:
        return 0
    rules.step("note.written")
    domain = note.email.rpartition("@")[2].lower()
    claimed = notes.claim(
        note,
        owner=owner.id,
        provider=mailer.name,
        domain=domain,
        limits=rules.limits,
        per_hour=rules.per_hour,
        now=clock(),
    )
    if isinstance(claimed, Hold):
        if claimed.reach != "domain":
            return claimed.reason
        notes.postpone(note.id, claimed, now=clock())
        return 0
    if not claimed:
        return 0
    rules.step("note.claimed")
    outcome = Outcome(kind="uncertain", reason="the program failed while it was sending")
    try:
        (outcome,) = mailer.send([message])
        rules.step("note.sent")
    finally:
        # Whatever was raised: that a mail may have left must be known.
        retry_at = _retry_at(outcome, note.attempts, now=clock(), jitter=rules.jitter())
        notes.land(
            note,
            outcome,
            owner=owner.id,
            provider=mailer.name,
            domain=domain,
            retry_at=retry_at,
            now=clock(),
        )
    rules.step("note.landed")
    if outcome.stop:
        return outcome.reason
    return 1 if outcome.kind == "accepted" else 0


def _written(house: House, note: Note, *, rules: Post) -> Message | None:
    """The mail; None where nobody can write it, which is noted."""
    try:
        words = note_words(house.site, note.kind, token=_token(house, note))
        return write_note(
            rules.templates,
            house.site,
            words,
            recipient=note.email,
            note_id=note.id,
            date=note.asked_at,
        )
    except AddressError as error:
        # The sentence names the address, which a note's reason never does.
        house.store.notes.reject(note.id, one_line(str(error)), now=house.clock())
    except ConfigError as error:
        if house.site.url:
            raise
        house.store.notes.reject(note.id, str(error), now=house.clock())
        house.tell("notes.rejected", reason=str(error))
    return None


def _token(house: House, note: Note) -> str:
    if note.kind in ("confirm", "move"):
        return house.signer.token(CONFIRM, note.confirmation_id or 0)
    if note.kind in ("known", "link"):
        return house.signer.token(PREFERENCES, note.subscriber_id or 0)
    return ""


def _retry_at(outcome: Outcome, attempts: int, *, now: dt.datetime, jitter: float) -> dt.datetime | None:
    if outcome.kind != "retry":
        return None
    wait_s = outcome.retry_after_s
    if wait_s is None:
        wait_s = min(backoff_s(attempts, jitter), LONGEST_WAIT_S)
    return now + dt.timedelta(seconds=wait_s)
