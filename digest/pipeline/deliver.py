"""Frozen editions → messages → the provider → the ledger."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.core.backoff import backoff_s
from digest.core.limits import shunned_s
from digest.errors import AddressError
from digest.mail.compile import compile_mail
from digest.mail.site import Letter
from digest.mailers.wire import one_line
from digest.model import Outcome
from digest.store.database import parts
from digest.store.flights import Landing
from digest.store.ledger import READY
from digest.store.limits import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.mail.compose import CompiledMail
    from digest.model import Delivery, Edition, Message, Subscriber
    from digest.pipeline.works import Works
    from digest.store.flights import Claim

PAUSES = 10  # so often does a run wait for a provider that wants a short pause
PATIENCE_S = 60.0  # a run waits so long for its next permit; what must wait longer is a later run's

Prepared = tuple["Delivery", Letter]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a pass over the queue did: `ids` were this process's to send, `stopped` says why it ended."""

    ids: frozenset[str]
    stopped: str = ""


def deliver(works: Works, *, owner: str, subscriber_id: int | None = None) -> Delivered:
    """Send what is composed, or to be tried again by now, and wait for permits that come soon."""
    queue = Queue(works, owner=owner)
    works.store.flights.reconsider(works.delivery.limits, now=works.clock())
    while True:
        ready = works.store.deliveries.waiting(READY, subscriber_id=subscriber_id, retry_before=works.clock())
        stopped = queue.send(ready)
        wait_s = queue.wait_s()
        if stopped or works.should_stop() or wait_s > PATIENCE_S:
            queue.postpone()
            return Delivered(ids=frozenset(queue.sent), stopped=stopped)
        wait(works, wait_s)


def wait(works: Works, seconds: float) -> None:
    """Sleep, and wake up where somebody asks for the end."""
    while seconds > 0 and not works.should_stop():
        works.sleep(min(seconds, 1.0))
        seconds -= 1.0


def avoid_shunned(works: Works) -> None:
    """Sleep while nothing may leave."""
    wait(works, shunned_s(works.clock(), works.delivery.shunned_minutes))


class Queue:
    """A run's way through what is ready. Knows what it sent, and what is held back until when."""

    def __init__(self, works: Works, *, owner: str) -> None:
        self._works = works
        self._owner = owner
        self.sent: set[str] = set()
        self._pauses = 0
        self._held: dict[str, Hold] = {}
        self._domains: dict[str, Hold] = {}  # those that are left alone, so that nobody asks for each mail

    def send(self, ready: Sequence[Delivery]) -> str:
        """Once through; returns why the provider stopped it, or ""."""
        works = self._works
        now = works.clock()
        self._held.clear()
        self._domains = {domain: hold for domain, hold in self._domains.items() if hold.until > now}
        done = 0
        for block in parts(ready):
            mail, letters = prepare(works, block)
            rest = collections.deque(letters)
            while rest:
                works.progress("deliver", done, len(ready))
                avoid_shunned(works)
                if works.should_stop():
                    return ""
                flight = self._next_flight(rest)
                hold = None
                if flight:
                    stopped, hold = self._fly(mail, flight, rest)
                    if stopped:
                        works.tell("run.stopped", reason=stopped)
                        return stopped
                done = len(ready) - len(rest)
                if hold is None:
                    continue
                # Nobody may leave for a moment: waiting here is cheaper than coming again.
                wait_s = (hold.until - works.clock()).total_seconds()
                if wait_s > PATIENCE_S:
                    self._held |= dict.fromkeys((delivery.id for delivery in ready), hold)
                    return hold.reason if hold.reach == "pause" else ""
                wait(works, wait_s)
        works.progress("deliver", done, len(ready))
        return ""

    def wait_s(self) -> float:
        """How long until the first of what is held may leave; more than PATIENCE_S where nothing is held."""
        now = self._works.clock()
        waits = [(hold.until - now).total_seconds() for hold in self._held.values()]
        return min(waits, default=PATIENCE_S + 1)

    def postpone(self) -> None:
        """Leave what is still held to a later run."""
        if self._held:
            self._works.store.flights.postpone(self._held, now=self._works.clock())

    def _next_flight(self, rest: collections.deque[Prepared]) -> list[Prepared]:
        flight: list[Prepared] = []
        while rest and len(flight) < self._works.delivery.window:
            delivery, one = rest.popleft()
            hold = self._domains.get(domain_of(one.subscriber.email))
            if hold is None:
                flight.append((delivery, one))
            else:
                self._held[delivery.id] = hold
        return flight

    def _fly(
        self, mail: CompiledMail, flight: Sequence[Prepared], rest: collections.deque[Prepared]
    ) -> tuple[str, Hold | None]:
        """One flight; what must wait for the provider goes back to the head of `rest`. Returns why the
        provider stopped the run, and what holds everybody."""
        claim, landings = fly(self._works, mail, flight, owner=self._owner)
        self.sent |= set(claim.taken)
        stopped, everybody = self._stop(landings)
        for delivery, one in reversed(flight):
            hold = claim.held.get(delivery.id)
            if hold is None:
                continue
            if hold.reach == "domain":
                self._held[delivery.id] = hold
                self._domains[domain_of(one.subscriber.email)] = hold
            else:
                rest.appendleft((delivery, one))
                everybody = hold
        return stopped, everybody

    def _stop(self, landings: Sequence[Landing]) -> tuple[str, Hold | None]:
        """Why the provider wants the run to end, or "" and the hold where a short pause is all it wants."""
        last = next((one for one in landings if one.outcome.stop), None)
        if last is None:
            return "", None
        pause_s = last.outcome.retry_after_s
        if last.retry_at is None or pause_s is None or pause_s > PATIENCE_S or self._pauses >= PAUSES:
            return last.outcome.reason, None
        self._pauses += 1
        for one in landings:
            if one.outcome.stop and one.retry_at is not None:
                self._held[one.delivery_id] = Hold(
                    until=one.retry_at, reason=one.outcome.reason, reach="pause"
                )
        return "", Hold(until=last.retry_at, reason=last.outcome.reason, reach="pause")


def prepare(works: Works, deliveries: Sequence[Delivery]) -> tuple[CompiledMail, list[Prepared]]:
    """The compiled mail for these deliveries' editions, and a letter for each; none for a reader who was
    erased in the meantime, and the delivery and its edition with them."""
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
        if delivery.id in frozen and delivery.subscriber_id in members
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
    tokens open nothing."""

    def token(purpose: str) -> str:
        return works.signer.token(purpose, subscriber.id) if subscriber.id else works.signer.token("test", 1)

    pages = bool(works.site.url)  # only their addresses hold the other tokens
    return Letter(
        delivery_id=delivery_id,
        edition=edition,
        subscriber=subscriber,
        unsubscribe_token=token("unsubscribe"),
        preferences_token=token("preferences") if pages else "",
        vote_token=token("vote") if pages else "",
        edition_token=token("edition") if pages else "",
        date=date,
    )


def fly(
    works: Works, mail: CompiledMail, flight: Sequence[Prepared], *, owner: str
) -> tuple[Claim, list[Landing]]:
    """Compose, claim, send, land: at most a window of deliveries. Nothing leaves that is not claimed."""
    flights = works.store.flights
    messages: list[Message] = []
    outcomes: dict[str, Outcome] = {}
    domains = {delivery.id: domain_of(one.subscriber.email) for delivery, one in flight}
    for delivery, one in flight:
        try:
            messages.append(mail.compose(one))
        except AddressError as error:
            # the sentence names the address, which a ledger's reason never does
            outcomes[delivery.id] = Outcome(kind="rejected", reason=one_line(str(error)))
    works.step("deliver.composed")
    claim = flights.claim(
        list(domains.items()),
        owner=owner,
        provider=works.mailer.name,
        limits=works.delivery.limits,
        now=works.clock(),
    )
    works.step("deliver.claimed")
    flying = [message for message in messages if message.delivery_id in claim.taken]
    sending = works.mailer.send(flying)
    for message in flying:
        # The flight may have begun just before such a minute; each mail leaves when its outcome is asked for.
        avoid_shunned(works)
        outcomes[message.delivery_id] = next(sending)
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
    flights.land(
        landings,
        owner=owner,
        provider=works.mailer.name,
        soft_bounces=works.delivery.soft_bounces,
        now=works.clock(),
    )
    works.step("deliver.landed")
    return claim, landings


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
