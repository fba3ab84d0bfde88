"""Frozen editions → messages → the provider → the ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.core.backoff import backoff_s
from digest.errors import AddressError
from digest.mail.compile import compile_mail
from digest.mail.site import Letter
from digest.model import Outcome
from digest.store.database import parts
from digest.store.flights import Landing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.mail.compose import CompiledMail
    from digest.model import Delivery, Edition, Message, Subscriber
    from digest.pipeline.works import Works
    from digest.store.flights import Hold

PATIENCE_S = 60.0  # a run waits so long for its next permit; what must wait longer is a later run's

Prepared = tuple["Delivery", Letter]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a pass over the queue did: `ids` were this process's to send, `stopped` says why it ended."""

    ids: frozenset[str]
    stopped: str = ""


def deliver(works: Works, *, owner: str, subscriber_id: int | None = None) -> Delivered:
    """Send what is composed, or to be tried again by now, and wait for permits that come soon."""
    store = works.store
    sent: set[str] = set()
    while True:
        ready = store.deliveries.waiting(
            ("composed", "retry"), subscriber_id=subscriber_id, retry_before=works.clock()
        )
        held: dict[str, Hold] = {}
        stopped = _pass(works, ready, owner=owner, sent=sent, held=held)
        wait_s = min(
            ((hold.until - works.clock()).total_seconds() for hold in held.values()), default=PATIENCE_S + 1
        )
        if stopped or works.should_stop() or wait_s > PATIENCE_S:
            if held:
                store.flights.postpone(held, now=works.clock())
            return Delivered(ids=frozenset(sent), stopped=stopped)
        works.sleep(max(0.0, wait_s))


def _pass(
    works: Works, ready: Sequence[Delivery], *, owner: str, sent: set[str], held: dict[str, Hold]
) -> str:
    """Once through the queue; what was claimed goes to `sent`, what was held back to `held`. Returns why the
    provider stopped it, or ""."""
    done = 0
    for block in parts(ready):
        mail, letters = prepare(works, block)
        for flight in _flights(letters, works.delivery.window):
            works.progress("deliver", done, len(ready))
            if works.should_stop():
                return ""
            stopped = _fly(works, mail, flight, owner=owner, sent=sent, held=held)
            if stopped:
                works.tell("run.stopped", reason=stopped)
                return stopped
            done += len(flight)
    works.progress("deliver", done, len(ready))
    return ""


def prepare(works: Works, deliveries: Sequence[Delivery]) -> tuple[CompiledMail, list[Prepared]]:
    """The compiled mail for these deliveries' editions, and a letter for each."""
    store = works.store
    frozen = store.editions.by_delivery([delivery.id for delivery in deliveries])
    members = store.subscribers.by_id(sorted({delivery.subscriber_id for delivery in deliveries}))
    letters = [
        (
            delivery,
            letter(
                works,
                members[delivery.subscriber_id].subscriber,
                delivery.id,
                frozen[delivery.id].edition,
                date=frozen[delivery.id].made_at,
            ),
        )
        for delivery in deliveries
    ]
    return print_mail(works, [one.edition for _, one in letters]), letters


def print_mail(works: Works, editions: Sequence[Edition]) -> CompiledMail:
    """The mail's segments for these editions: every card and the frame, inlined and encoded once."""
    papers = works.store.papers.revisions(
        {(item.paper_id, item.revision) for edition in editions for item in edition.items}
    )
    return compile_mail(works.templates, works.site, editions, papers)


def letter(
    works: Works, subscriber: Subscriber, delivery_id: str, edition: Edition, *, date: dt.datetime
) -> Letter:
    """All that is one reader's own in one mail. For somebody who is no reader (id 0: a test message) the
    token unsubscribes nobody."""
    signer = works.signer
    token = signer.token("unsubscribe", subscriber.id) if subscriber.id else signer.token("test", 1)
    return Letter(
        delivery_id=delivery_id,
        edition=edition,
        subscriber=subscriber,
        unsubscribe_token=token,
        date=date,
    )


def _flights(letters: Sequence[Prepared], window: int) -> Iterator[Sequence[Prepared]]:
    for start in range(0, len(letters), window):
        yield letters[start : start + window]


def _fly(
    works: Works,
    mail: CompiledMail,
    flight: Sequence[Prepared],
    *,
    owner: str,
    sent: set[str],
    held: dict[str, Hold],
) -> str:
    """Compose, claim, send, land: at most a window of deliveries. Nothing leaves that is not claimed."""
    flights = works.store.flights
    messages: list[Message] = []
    outcomes: dict[str, Outcome] = {}
    domains = {delivery.id: domain_of(letter.subscriber.email) for delivery, letter in flight}
    for delivery, one in flight:
        try:
            messages.append(mail.compose(one))
        except AddressError as error:
            outcomes[delivery.id] = Outcome(kind="rejected", reason=str(error))
    works.step("deliver.composed")
    claim = flights.claim(
        list(domains.items()),
        owner=owner,
        provider=works.mailer.name,
        limits=works.delivery.limits,
        now=works.clock(),
    )
    works.step("deliver.claimed")
    held |= claim.held
    sent |= set(claim.taken)
    flying = [message for message in messages if message.delivery_id in claim.taken]
    for message, outcome in zip(flying, works.mailer.send(flying), strict=True):
        outcomes[message.delivery_id] = outcome
        works.step("deliver.answered")
    landings = [
        Landing(
            delivery_id=delivery.id,
            domain=domains[delivery.id],
            outcome=outcomes[delivery.id],
            retry_at=_retry_at(works, outcomes[delivery.id], delivery.attempts),
        )
        for delivery, _ in flight
        if delivery.id in claim.taken
    ]
    works.step("deliver.sent")
    flights.land(landings, owner=owner, soft_bounces=works.delivery.soft_bounces, now=works.clock())
    works.step("deliver.landed")
    return next((landing.outcome.reason for landing in landings if landing.outcome.stop), "")


def domain_of(email: str) -> str:
    """The recipient's domain, as limits and pauses are kept for it."""
    return email.rpartition("@")[2].lower()


def _retry_at(works: Works, outcome: Outcome, attempts: int) -> dt.datetime | None:
    """When to try again; None for the next run, where the provider as a whole refused and named no time."""
    wait_s = outcome.retry_after_s
    if outcome.kind != "retry" or (outcome.stop and wait_s is None):
        return None
    if wait_s is None:
        wait_s = backoff_s(attempts, works.jitter())
    return works.clock() + dt.timedelta(seconds=wait_s)
