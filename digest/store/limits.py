"""How much may leave now: rates and daily caps used up, and domains that are left alone for a while.

Counted in the database, in the transaction that claims: what several processes send together keeps to the
limits. The arithmetic is `core.limits` and `core.breaker`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from digest.core.breaker import Breaker, gate, tripped
from digest.core.limits import Rate, next_midnight, take, warmup_cap
from digest.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Outcome

FIRST_DAY = "first day"
LONGEST_PAUSE = dt.timedelta(
    hours=2
)  # farther ahead no provider's pause was ever written: the clock was set back


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Warmup:
    """A new sender's daily cap: `first_day` mails on its first day, `growth` times as many each day."""

    first_day: int
    growth: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the operator allows: mails a second and a day for the provider, a minute for a recipients'
    domain (`domains` names single ones). None: as many as there are."""

    per_second: float | None = None
    per_day: int | None = None
    domain_per_minute: float | None = None
    domains: Mapping[str, float] = dataclasses.field(default_factory=dict)
    warmup: Warmup | None = None

    @property
    def rate(self) -> Rate | None:
        """The rate for the provider: a second's worth may leave at once."""
        if self.per_second is None:
            return None
        return Rate(count=self.per_second, per_s=1.0, burst=max(1, int(self.per_second)))

    def rate_of(self, domain: str) -> Rate | None:
        """The rate for a recipients' domain: a second's worth may leave at once."""
        per_minute = self.domains.get(domain, self.domain_per_minute)
        if per_minute is None:
            return None
        return Rate(count=per_minute, per_s=60.0, burst=max(1, int(per_minute / 60)))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a delivery is not handed over now, until when, and whom else that holds: those to the same domain,
    or everybody, by a limit of ours ("provider") or by the provider's own word ("pause")."""

    until: dt.datetime
    reason: str
    reach: Literal["domain", "provider", "pause"]


@dataclasses.dataclass(slots=True)
class _Allowance:
    free_at: float = 0.0
    day: dt.date | None = None
    count: int = 0


class Permits:
    """The permits for one flight. `take` in the order of the flight, then `write`, in one transaction."""

    def __init__(
        self,
        limits: Limits,
        provider: str,
        allowances: dict[str, _Allowance],
        breakers: dict[str, Breaker],
        *,
        now: dt.datetime,
    ) -> None:
        self._limits, self._provider = limits, f"provider {provider}"
        self._pause = f"pause {provider}"
        self._allowances, self._breakers = allowances, breakers
        self._now = now
        self._changed: set[str] = set()
        self._probing: set[str] = set()

    @classmethod
    def read(
        cls,
        connection: sa.Connection,
        limits: Limits,
        provider: str,
        domains: Sequence[str],
        *,
        now: dt.datetime,
    ) -> Permits:
        """What is known of these domains and of the provider; reads nothing where there are no limits."""
        names = sorted(set(domains))
        ill = tables.domains
        breakers = {
            row.name: Breaker(failures=row.failures, open_until=row.open_until)
            for row in connection.execute(sa.select(ill).where(ill.c.name.in_(names)))
        }
        table = tables.allowances
        wanted = [f"pause {provider}"]
        if limits != Limits():
            wanted += [FIRST_DAY, f"provider {provider}", *(f"domain {name}" for name in names)]
        allowances = {
            row.name: _Allowance(free_at=row.free_at, day=row.day, count=row.used)
            for row in connection.execute(sa.select(table).where(table.c.name.in_(wanted)))
        }
        return cls(limits, provider, allowances, breakers, now=now)

    def take(self, domain: str) -> Hold | None:
        """None: it may leave."""
        paused_until = self._allowance(self._pause).free_at
        if self._now.timestamp() < paused_until <= (self._now + LONGEST_PAUSE).timestamp():
            until = dt.datetime.fromtimestamp(paused_until, dt.UTC)
            return Hold(
                until=until, reason=f"the provider asked for a pause until {until:%H:%M} UTC", reach="pause"
            )
        breaker = self._breakers.get(domain)
        if breaker is not None:
            now = self._now.timestamp()
            state = gate(breaker, now)
            if state == "open":
                until = dt.datetime.fromtimestamp(breaker.open_until, dt.UTC)
                times = "once" if breaker.failures == 1 else f"{breaker.failures} times in a row"
                reason = f"{domain} is left alone for a while: it refused {times}"
                return Hold(until=until, reason=reason, reach="domain")
            if state == "probe" and domain in self._probing:
                return Hold(until=self._now, reason=f"{domain} is tried with one mail first", reach="domain")
        full = self._day_is_full()
        if full is not None:
            return full
        wanted: list[tuple[str, Rate | None, Literal["domain", "provider"]]] = [
            (f"domain {domain}", self._limits.rate_of(domain), "domain"),
            (self._provider, self._limits.rate, "provider"),
        ]
        taken: list[tuple[str, float]] = []
        for name, rate, reach in wanted:
            if rate is None:
                continue
            free_at, wait_s = take(self._allowance(name).free_at, rate, self._now.timestamp())
            if wait_s > 0:
                until = self._now + dt.timedelta(seconds=wait_s)
                return Hold(until=until, reason=f"the rate of {name} is limited", reach=reach)
            taken.append((name, free_at))
        for name, free_at in taken:
            self._allowance(name).free_at = free_at
            self._changed.add(name)
        if breaker is not None:
            self._probing.add(domain)
        self._count()
        return None

    def write(self, connection: sa.Connection) -> None:
        """Keep what was taken."""
        table = tables.allowances
        if self._changed:
            connection.execute(sa.delete(table).where(table.c.name.in_(sorted(self._changed))))
            connection.execute(
                sa.insert(table),
                [
                    {"name": name, "free_at": one.free_at, "day": one.day, "used": one.count}
                    for name in sorted(self._changed)
                    for one in (self._allowances[name],)
                ],
            )

    def _allowance(self, name: str) -> _Allowance:
        return self._allowances.setdefault(name, _Allowance())

    def _counts_days(self) -> bool:
        return self._limits.per_day is not None or self._limits.warmup is not None

    def _cap(self) -> int | None:
        warmup = self._limits.warmup
        if warmup is None:
            return self._limits.per_day
        first = self._allowance(FIRST_DAY).day or self._now.date()
        day = max(0, (self._now.date() - first).days)
        return warmup_cap(day, warmup.first_day, warmup.growth, self._limits.per_day)

    def _day_is_full(self) -> Hold | None:
        if not self._counts_days():
            return None
        used, cap = self._allowance(self._provider), self._cap()
        if cap is None or used.day != self._now.date() or used.count < cap:
            return None
        reason = f"today's cap of {cap} mails is reached"
        return Hold(until=next_midnight(self._now), reason=reason, reach="provider")

    def _count(self) -> None:
        if not self._counts_days():
            return
        used, today = self._allowance(self._provider), self._now.date()
        used.count = used.count + 1 if used.day == today else 1
        used.day = today
        self._changed.add(self._provider)
        first = self._allowance(FIRST_DAY)
        if first.day is None:
            first.day = today
            self._changed.add(FIRST_DAY)


def note_pause(connection: sa.Connection, provider: str, *, until: dt.datetime) -> None:
    """The provider as a whole asked to be left alone until then."""
    table = tables.allowances
    name = f"pause {provider}"
    connection.execute(sa.delete(table).where(table.c.name == name))
    connection.execute(sa.insert(table), {"name": name, "free_at": until.timestamp(), "used": 0})


def note_answers(
    connection: sa.Connection, answers: Sequence[tuple[str, Outcome]], *, now: dt.datetime
) -> None:
    """What the answers mean for the recipients' domains: one that refused is left alone for a while, one
    that took a mail is well again."""
    table = tables.domains
    names = sorted({domain for domain, _ in answers})
    known = {
        row.name: Breaker(failures=row.failures, open_until=row.open_until)
        for row in connection.execute(sa.select(table).where(table.c.name.in_(names)))
    }
    breakers = dict(known)
    for domain, outcome in answers:
        if outcome.domain:
            # Eight refusals of one flight are one: they were under way before the first was known.
            before = known.get(domain, Breaker())
            breakers[domain] = tripped(before, now=now.timestamp(), wait_s=outcome.retry_after_s)
        elif outcome.kind in ("accepted", "suppressed") or outcome.soft:
            # It took a mail, or spoke of a single mailbox: the domain itself is well.
            breakers.pop(domain, None)
    changed = [name for name in names if breakers.get(name) != known.get(name)]
    if changed:
        connection.execute(sa.delete(table).where(table.c.name.in_(changed)))
    for name in changed:
        if name in breakers:
            one = breakers[name]
            connection.execute(
                sa.insert(table), {"name": name, "failures": one.failures, "open_until": one.open_until}
            )
