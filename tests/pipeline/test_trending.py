"""What trends in a mail, from the reading of a source to the words of a reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.links import Signer
from digest.mail.cards import card_key
from digest.mail.templates import Templates
from digest.mailers.null import NullMailer
from digest.model import Collection, Listing, Position, Subscriber
from digest.pipeline import Works, run
from digest.store import Store
from digest.store.members import Admission
from tests.site import SITE

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 4, 22, 6, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Community:
    """What a community lists, as it is counted when it is read."""

    name, title = "told", "Told"

    def __init__(self, *listings: Listing) -> None:
        self.listings = listings

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        return Collection(listings=self.listings, status="ok", position=position, seen=len(self.listings))

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


def listed(number: int, title: str, at: dt.datetime, **counts: int) -> Listing:
    key = f"2604.9{number:04}"
    return Listing(
        source="told", key=key, arxiv_id=key, day=at.date(), title=title, community_at=at, **counts
    )


def test_the_mail_of_the_morning_says_what_the_heat_came_from_and_favours_no_hour(tmp_path: Path) -> None:
    noon = NOW - 18 * HOUR
    yesterday = [
        listed(1, "Rivers under winter taxation", noon, upvotes=20, stars=500),
        listed(2, "Glaciers and their ledgers", noon - 4 * HOUR, upvotes=60, stars=9000),
        listed(3, "Orchards in early markets", noon, upvotes=6),
    ]
    later = [
        dataclasses.replace(yesterday[0], stars=620),
        yesterday[1],
        dataclasses.replace(yesterday[2], comments=23),
        listed(4, "Moths around street lamps", NOW - 7 * HOUR, upvotes=45),
    ]
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        with store.database.begin() as connection:
            store.papers.absorb(connection, yesterday, at=noon + HOUR)
        store.subscribers.add(Admission(subscriber=Subscriber(email="ada@example.org", max_papers=9)))
        works = Works(
            store=store,
            sources=(Community(*later),),
            mailer=NullMailer(),
            templates=Templates.load(),
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            clock=lambda: NOW,
        )
        (accepted,) = run(works, now=NOW).accepted_ids
        edition = store.editions.by_delivery([accepted])[accepted].edition
        page = store.lists.trending(
            NOW.date() - 24 * HOUR, NOW.date(), has_community=True, hot_at=NOW, limit=9
        )
    (section,) = edition.sections
    assert section.kind == "trending"
    assert [[reason.words for reason in item.reasons] for item in section.items] == [
        ["45 upvotes"],
        ["60 upvotes"],
        ["+120 stars since yesterday", "20 upvotes"],
        ["23 comments"],
    ]
    # What no reason says the card says.
    assert [card_key(item, year=2026)[4] for item in section.items] == [None, None, None, 6]
    assert [item.paper_id for item in section.items] == [entry.paper.id for entry in page.entries]
