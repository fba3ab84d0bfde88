"""What the other end took, against what was due and what the ledger says. Believes the other end."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from typing import TYPE_CHECKING

from digest.links import Signer
from digest.store.ledger import NEXT
from tests.e2e.home import SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crash.ends import Taken
    from tests.crash.ledger import Row
    from tests.crash.shots import Shot


OPERATOR = "operator@example.org"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One `kill -9` that struck; `in_flight` deliveries were left in the air by it."""

    shot: Shot
    on_wire: bool
    in_flight: int
    window: int


@dataclasses.dataclass(slots=True, kw_only=True)
class Account:
    """What came of one scenario. `problems` has a sentence for each violation."""

    provider: str
    number: int
    deliveries: int = 0
    kills: list[Kill] = dataclasses.field(default_factory=list)
    accepted: int = 0
    named: set[str] = dataclasses.field(default_factory=set)  # ever called uncertain by the command
    lost: int = 0
    doubled: int = 0
    misdirected: int = 0
    seconds: float = 0.0
    unstruck: list[str] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)


def judge(
    account: Account,
    *,
    rows: dict[str, Row],
    taken: Sequence[Taken],
    named: dict[str, str],
    days: Sequence[str],
    readers: Sequence[str],
    window: int,
) -> None:
    """Write into the account what is right and what is not. `named`: id → address, of what
    `digest deliveries list` calls uncertain at the end."""
    taken = [one for one in taken if not _is_notice(one)]
    account.deliveries = len(rows)
    account.accepted = sum(row.state == "accepted" for row in rows.values())
    _nothing_lost(account, rows, taken, named, days, readers)
    _nothing_doubled(account, rows, taken)
    _each_to_its_own(account, rows, taken)
    _no_more_uncertain_than_in_flight(account, rows, window)
    _histories(account, rows)


def _is_notice(one: Taken) -> bool:
    """Whether it is what the operator is told, which is no delivery."""
    return one.delivery_id.startswith("operator-") and one.envelope == one.to == OPERATOR


def _nothing_lost(
    account: Account,
    rows: dict[str, Row],
    taken: Sequence[Taken],
    named: dict[str, str],
    days: Sequence[str],
    readers: Sequence[str],
) -> None:
    by_slot = {(row.email, row.slot): row for row in rows.values()}
    has = {(one.envelope, one.day) for one in taken}
    for day in days:
        for reader in readers:
            row = by_slot.get((reader, day))
            if row is None:
                account.lost += 1
                account.problems.append(f"lost: {reader} was never owed the mail of {day}")
                continue
            # An operator who abandons one has had it named to them.
            is_known = (row.state == "uncertain" and named.get(row.id) == reader) or (
                row.state == "abandoned" and row.id in account.named
            )
            if (reader, day) not in has and not is_known:
                account.lost += 1
                account.problems.append(f"lost: the other end never took {row.story}")
    for row in rows.values():
        if (row.state == "uncertain") != (row.id in named):
            account.problems.append(f"`digest deliveries list` and the database differ on {row.story}")
        if row.state not in ("accepted", "uncertain", "abandoned"):
            account.problems.append(f"nothing but a kill happened to it, yet it is {row.state}: {row.story}")


def _nothing_doubled(account: Account, rows: dict[str, Row], taken: Sequence[Taken]) -> None:
    by_id = collections.Counter(one.delivery_id for one in taken)
    by_slot = collections.Counter((one.envelope, one.day) for one in taken)
    double = {
        one.delivery_id for one in taken if by_id[one.delivery_id] > 1 or by_slot[one.envelope, one.day] > 1
    }
    for delivery_id in sorted(double):
        account.doubled += 1
        story = rows[delivery_id].story if delivery_id in rows else f"{delivery_id}, which nobody knows"
        account.problems.append(f"doubled: taken {by_id[delivery_id]} times by its Message-ID: {story}")


def _each_to_its_own(account: Account, rows: dict[str, Row], taken: Sequence[Taken]) -> None:
    signer = Signer(SECRET)
    for one in taken:
        row = rows.get(one.delivery_id)
        if (
            row is None
            or not one.envelope == one.to == row.email
            or signer.read("unsubscribe", one.token) != row.reader_id
            or one.day != row.slot
        ):
            account.misdirected += 1
            whose = row.story if row else "nobody's"
            account.problems.append(
                f"misdirected: handed over for {one.envelope} on {one.day}, addressed to {one.to}: {whose}"
            )


def _no_more_uncertain_than_in_flight(account: Account, rows: dict[str, Row], window: int) -> None:
    for kill in account.kills:
        if kill.in_flight > window:
            account.problems.append(f"{kill.in_flight} were in flight at {kill.shot}; the window is {window}")
    became = sum(state == "uncertain" for row in rows.values() for _, state, _ in row.history)
    in_flight = sum(kill.in_flight for kill in account.kills)
    if became > in_flight:
        account.problems.append(
            f"{became} times one became uncertain; only {in_flight} were in flight at kills"
        )


def _histories(account: Account, rows: dict[str, Row]) -> None:
    for row in rows.values():
        states = [state for _, state, _ in row.history]
        steps = itertools.pairwise(states)
        if states[:1] != ["planned"] or states[-1:] != [row.state] or any(b not in NEXT[a] for a, b in steps):
            account.problems.append(f"a history that does not end in the state, or cannot be: {row.story}")
