"""Frozen editions → messages → the provider → the ledger."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.errors import AddressError
from digest.mail.compile import compile_mail
from digest.mail.site import Letter
from digest.model import Outcome
from digest.store.database import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.mail.compose import CompiledMail
    from digest.model import Delivery, Edition, Message, Subscriber
    from digest.pipeline.works import Works

WINDOW = 8  # deliveries in flight, and so uncertain after one kill
BACKOFF_S = (300, 900, 1800, 3600, 7200)  # before the second attempt, the third, …; the last one repeats

Prepared = tuple["Delivery", Letter]


def deliver(works: Works, *, owner: str, subscriber_id: int | None = None) -> str:
    """Send what is composed, or to be tried again by now; returns why the provider stopped it, or ""."""
    store = works.store
    ready = store.deliveries.waiting(
        ("composed", "retry"), subscriber_id=subscriber_id, retry_before=works.clock()
    )
    done = 0
    for block in parts(ready):
        mail, letters = prepare(works, block)
        for flight in _flights(letters):
            works.progress("deliver", done, len(ready))
            if works.should_stop():
                return ""
            stopped = _fly(works, mail, flight, owner=owner)
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


def _flights(letters: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    for start in range(0, len(letters), WINDOW):
        yield letters[start : start + WINDOW]


def _fly(works: Works, mail: CompiledMail, flight: Sequence[Prepared], *, owner: str) -> str:
    """Compose, claim, send, settle: at most WINDOW deliveries. Nothing leaves that is not claimed."""
    store = works.store
    messages: list[Message] = []
    outcomes: dict[str, Outcome] = {}
    for delivery, one in flight:
        try:
            messages.append(mail.compose(one))
        except AddressError as error:
            outcomes[delivery.id] = Outcome(kind="rejected", reason=str(error))
    ids = [delivery.id for delivery, _ in flight]
    mine = set(store.deliveries.claim(ids, owner=owner, provider=works.mailer.name, now=works.clock()))
    flying = [message for message in messages if message.delivery_id in mine]
    for message, outcome in zip(flying, works.mailer.send(flying), strict=True):
        outcomes[message.delivery_id] = outcome
    settled = [
        (delivery.id, outcomes[delivery.id], _retry_at(works, outcomes[delivery.id], delivery.attempts))
        for delivery, _ in flight
        if delivery.id in mine
    ]
    store.deliveries.settle(settled, owner=owner, now=works.clock())
    return next((outcome.reason for _, outcome, _ in settled if outcome.stop), "")


def _retry_at(works: Works, outcome: Outcome, attempts: int) -> dt.datetime | None:
    """When to try again; None for the next run, where the provider as a whole refused and named no time."""
    wait_s = outcome.retry_after_s
    if outcome.kind != "retry" or (outcome.stop and wait_s is None):
        return None
    if wait_s is None:
        wait_s = BACKOFF_S[min(attempts, len(BACKOFF_S) - 1)]
    return works.clock() + dt.timedelta(seconds=wait_s)
