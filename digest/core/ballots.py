"""Upvotes of our own readers in, what they count together out: nobody's many mailboxes are many readers.

A reader votes once on a paper, and only who confirmed an address is a reader. An address is cheap all the
same: so it counts whose mail domain it is of, and for how long its reader has been one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from digest.core.soft import soft

if TYPE_CHECKING:
    from collections.abc import Iterable

NEWCOMER = dt.timedelta(days=1)  # whoever voted sooner after joining than this
NEWCOMERS = 3.0  # what all votes of newcomers count together, at most
NEIGHBOURS = 5.0  # votes of one mail domain that count whole

# Under a country's own domain, these are everybody's.
_SHARED = frozenset(("ac", "co", "com", "edu", "go", "gov", "gob", "gouv", "ne", "net", "or", "org"))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One upvote: the domain of the reader's address, and whether they had only just joined."""

    domain: str
    newcomer: bool = False

    @classmethod
    def of(cls, email: str, *, at: dt.datetime, joined: dt.datetime | None) -> Ballot:
        """Of an upvote given at that time. Who joined at no known time joined long ago."""
        newcomer = joined is not None and at - joined < NEWCOMER
        return cls(domain=email.rpartition("@")[2], newcomer=newcomer)


def votes_weight(ballots: Iterable[Ballot]) -> float:
    """What these upvotes of one paper count.

    Those of one mail domain (an attacker's, a lab's, a large provider's) count whole up to five, and softly
    from there on: thirty are 14, a thousand 31. Those of readers who had joined less than a day before count
    three together, whatever their domains; that stays so, whenever it is counted.

    >>> votes_weight([Ballot(domain="a.org"), Ballot(domain="b.org")])
    2.0
    """
    known: Counter[str] = Counter()
    new = 0
    for ballot in ballots:
        if ballot.newcomer:
            new += 1
        else:
            known[registered(ballot.domain)] += 1
    return min(float(new), NEWCOMERS) + sum(soft(count, NEIGHBOURS) for count in known.values())


def registered(domain: str) -> str:
    """The part of a domain that somebody registered, as far as that can be told by looking at it: whoever has
    it can have any number of names below it. Two labels, or three below the likes of `ac.uk` and `com.br`.

    >>> registered("mail.lab.Example.org"), registered("cs.ox.ac.uk")
    ('example.org', 'ox.ac.uk')
    """
    labels = domain.strip().casefold().rstrip(".").split(".")
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and _SHARED.issuperset(labels[-2:-1])
    return ".".join(labels[-3 if is_shared else -2 :])
