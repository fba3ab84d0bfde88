"""Mails that came back → the ledger: read, absorb, and only then mark as dealt with.

In blocks: what a block says is committed before its mails are marked, so that whatever ends the process in
between, a mail is read again and never lost. Reading one twice changes nothing: an event is kept once, a
reader leaves once, and a wish to leave that is older than a new consent is past.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.returns.reports import read

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from digest.model import DeliveryEvent
    from digest.returns.folders import Folder, Returned
    from digest.returns.reports import Report
    from digest.returns.whose import Ours
    from digest.store import Store
    from digest.store.bounces import SoftBounces

    Absorb = Callable[[Sequence["DeliveryEvent"], Sequence["Departure"]], "Consequences"]

BLOCK = 100  # mails
EVIDENCE = "mail: asked to leave, with the token of their own mail"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A reader who leaves, by a token that only they had, in a mail that came at `at`."""

    subscriber_id: int
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What followed: `new` events were not known, `moved` ones changed a delivery's state, `suppressed`
    addresses are mailed no more, `left` readers are gone, `foreign` events name no delivery of this database.
    """

    new: int = 0
    moved: int = 0
    suppressed: int = 0
    left: int = 0
    foreign: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What a folder said: each mail's key and report, and what followed."""

    reports: tuple[tuple[str, Report], ...] = ()
    consequences: Consequences = dataclasses.field(default_factory=Consequences)

    def count(self, kind: str) -> int:
        """How many mails of that kind."""
        return sum(report.kind == kind for _, report in self.reports)


def take_in(folder: Folder, ours: Ours, *, absorb: Absorb, mark_all: bool = False) -> Readings:
    """Read a folder's mails, absorb what they say, mark those that are dealt with.

    A mail that only a person can answer is left unread in its folder, for that person, unless `mark_all`.
    Raises FolderError and StoreError; the blocks before are then absorbed and marked.
    """
    reports: list[tuple[str, Report]] = []
    followed = [Consequences()]
    for block in _blocks(folder.mails(), ours):
        followed.append(
            absorb(
                [event for _, report in block for event in report.events],
                [
                    Departure(subscriber_id=reader, at=mail.arrived)
                    for mail, report in block
                    for reader in report.departures
                ],
            )
        )
        folder.mark([mail.key for mail, report in block if mark_all or report.kind != "unknown"])
        reports += [(mail.key, report) for mail, report in block]
    return Readings(reports=tuple(reports), consequences=_sum(followed))


def nothing_follows(_events: Sequence[DeliveryEvent], _departures: Sequence[Departure]) -> Consequences:
    """What a trial absorbs."""
    return Consequences()


def into(store: Store, *, soft_bounces: SoftBounces, clock: Callable[[], dt.datetime]) -> Absorb:
    """Absorbs into that database."""

    def absorb(events: Sequence[DeliveryEvent], departures: Sequence[Departure]) -> Consequences:
        done = store.events.absorb(events, soft_bounces=soft_bounces, now=clock())
        left = sum(_leave(store, departure, now=clock()) for departure in departures)
        return Consequences(
            new=done.new, moved=done.moved, suppressed=done.suppressed, left=left, foreign=done.foreign
        )

    return absorb


def _leave(store: Store, departure: Departure, *, now: dt.datetime) -> bool:
    """Whether that reader left by this."""
    who = departure.subscriber_id
    member = store.subscribers.by_id([who]).get(who)
    # A mail in an mbox is read each time: one who came back later is not to leave again by the old one.
    agreed_at = None if member is None else member.agreed_at
    if agreed_at is not None and departure.at < agreed_at <= now:
        return False
    return store.subscribers.leave(who, at=now, evidence=EVIDENCE)


def _blocks(mails: Iterator[Returned], ours: Ours) -> Iterator[list[tuple[Returned, Report]]]:
    """Mails with their reports, the bytes let go of once they are read."""
    block: list[tuple[Returned, Report]] = []
    for mail in mails:
        block.append((dataclasses.replace(mail, raw=b""), read(mail.raw, ours, arrived=mail.arrived)))
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _sum(followed: Sequence[Consequences]) -> Consequences:
    names = [field.name for field in dataclasses.fields(Consequences)]
    return Consequences(**{name: sum(getattr(one, name) for one in followed) for name in names})
