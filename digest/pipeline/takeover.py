"""What a dead process left in the air: uncertain from now on, unless the provider can prove otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.ports import Witness

if TYPE_CHECKING:
    import datetime as dt

    from digest.pipeline.works import Works
    from digest.store.owners import Owner


def take_over(works: Works, owner: Owner, *, at: dt.datetime) -> set[str]:
    """Judge what nobody sends any more; returns the ids of all deliveries that changed.

    A provider that can tell afterwards (the outbox has the file, or never began it) settles what is its own.
    Of the rest nobody knows, and it is sent again only if the operator chose so.
    """
    deliveries, clock = works.store.deliveries, works.clock
    changed = set(deliveries.settle_abandoned(owner.is_alive, now=clock()))
    works.step("takeover.uncertain")
    if isinstance(works.mailer, Witness):
        asked = [one.id for one in deliveries.waiting(("uncertain",)) if one.provider == works.mailer.name]
        if asked:
            changed |= set(deliveries.recall(works.mailer.recall(asked), now=clock()))
            works.step("takeover.recalled")
    if works.delivery.uncertain == "resend":
        changed |= set(deliveries.resend(at=at, now=clock(), give_up=works.delivery.give_up))
    return changed
