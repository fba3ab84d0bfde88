"""What may leave how fast: rates, daily caps, a warm-up, and domains that are left alone for a while."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.core.breaker import FIRST_PAUSE_S
from digest.model import Outcome
from digest.pipeline.works import DeliveryRules
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.flights import Claim, Landing
from digest.store.limits import Limits, Warmup
from tests.pipeline.test_deliver import ACCEPTED, ToldMailer, works
from tests.pipeline.test_deliver import NOW as MORNING
from tests.store.test_deliveries import NOW, composed, reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.pipeline.works import Works

__all__ = ["works"]
REFUSED = Outcome(kind="retry", reason="421 go away", domain=True)
DAY = dt.timedelta(days=1)


@pytest.fixture
def second(store: Store) -> Iterator[Store]:
    """Another process's store, on the same file."""
    with Store.open(f"sqlite:///{store.database.path}") as opened:
        yield opened


def several(store: Store, count: int, *, domain: str = "example.org", day: int = 21) -> list[str]:
    return [composed(store, reader(store, f"{domain[0]}{n}@{domain}"), day) for n in range(count)]


def claim(
    store: Store,
    ids: Sequence[str],
    limits: Limits,
    *,
    now: dt.datetime = NOW,
    domain: str = "example.org",
    owner: str = "me",
) -> Claim:
    flight = [(delivery_id, domain) for delivery_id in ids]
    return store.flights.claim(flight, owner=owner, provider="null", limits=limits, now=now)


def land(
    store: Store, ids: Sequence[str], outcome: Outcome, *, now: dt.datetime = NOW, domain: str = "example.org"
) -> None:
    landings = [Landing(delivery_id=one, domain=domain, outcome=outcome) for one in ids]
    store.flights.land(landings, owner="me", provider="null", soft_bounces=SoftBounces(), now=now)


# ---------------------------------------------------------------------------- rates


def test_a_providers_rate_holds_across_flights_and_processes(store: Store, second: Store) -> None:
    ids = several(store, 5)
    limits = Limits(per_second=2)
    first = claim(store, ids[:3], limits)
    assert first.taken == tuple(ids[:2])
    (held,) = first.held.values()
    assert (held.until - NOW, held.reach) == (dt.timedelta(seconds=0.5), "provider")
    assert claim(second, ids[3:], limits, owner="you").taken == ()
    half = NOW + dt.timedelta(seconds=0.5)
    assert claim(second, ids[3:], limits, owner="you", now=half).taken == (ids[3],)
    assert claim(store, [ids[2]], limits, now=half).taken == ()


def test_a_domains_rate_holds_for_that_domain_alone(store: Store) -> None:
    here, there = several(store, 2), several(store, 2, domain="elsewhere.example")
    limits = Limits(domain_per_minute=1, domains={"elsewhere.example": 60})
    first = claim(store, here, limits)
    assert first.taken == (here[0],)
    held = first.held[here[1]]
    assert (held.until - NOW, held.reach) == (dt.timedelta(minutes=1), "domain")
    assert claim(store, there[:1], limits, domain="elsewhere.example").taken == (there[0],)
    later = NOW + dt.timedelta(seconds=1)
    assert claim(store, there[1:], limits, domain="elsewhere.example", now=later).taken == (there[1],)


def test_no_permit_is_used_up_by_what_another_process_has_already(store: Store, second: Store) -> None:
    ids = several(store, 4)
    limits = Limits(per_day=4)
    assert len(claim(store, ids[:2], limits).taken) == 2
    stale = claim(second, ids[:2], limits, owner="you")
    assert (stale.taken, stale.held) == ((), {})
    assert len(claim(second, ids[2:], limits, owner="you").taken) == 2


def test_without_limits_everything_leaves_and_nothing_is_counted(store: Store) -> None:
    ids = several(store, 3)
    assert len(claim(store, ids, Limits()).taken) == 3
    assert claim(store, several(store, 1, day=22), Limits(per_day=1), now=NOW).held == {}


# ---------------------------------------------------------------------------- days


def test_a_days_cap_holds_across_processes_until_midnight(store: Store, second: Store) -> None:
    ids = several(store, 5)
    limits = Limits(per_day=3)
    assert len(claim(store, ids[:2], limits).taken) == 2
    late = claim(second, ids[2:], limits, owner="you")
    assert late.taken == (ids[2],)
    midnight = dt.datetime(2026, 4, 22, tzinfo=dt.UTC)
    assert {held.until for held in late.held.values()} == {midnight}
    assert all("cap of 3" in held.reason for held in late.held.values())
    assert claim(store, ids[3:], limits, now=midnight - dt.timedelta(seconds=1)).taken == ()
    assert len(claim(store, ids[3:], limits, now=midnight).taken) == 2


def test_a_new_senders_cap_grows_from_day_to_day_up_to_the_full_one(store: Store) -> None:
    limits = Limits(per_day=7, warmup=Warmup(first_day=2, growth=2.0))
    ids = several(store, 22)
    left = []
    for day in range(4):
        taken = claim(store, ids, limits, now=NOW + day * DAY).taken
        left.append(len(taken))
        ids = [one for one in ids if one not in taken]
    assert left == [2, 4, 7, 7]


def test_a_warm_ups_first_day_is_the_first_that_anything_left(store: Store) -> None:
    limits = Limits(warmup=Warmup(first_day=1, growth=3.0))
    claim(store, [], limits, now=NOW)
    ids = several(store, 4)
    assert len(claim(store, ids, limits, now=NOW + 5 * DAY).taken) == 1
    assert len(claim(store, ids, limits, now=NOW + 6 * DAY).taken) == 3


# ---------------------------------------------------------------------------- domains that refuse


def test_a_domain_that_refuses_is_left_alone_and_the_others_are_not(store: Store, second: Store) -> None:
    ids, there = several(store, 3), several(store, 1, domain="elsewhere.example")
    claim(store, ids[:1], Limits())
    land(store, ids[:1], REFUSED)
    held = claim(second, ids[1:], Limits(), owner="you").held
    assert {one.until for one in held.values()} == {NOW + dt.timedelta(seconds=FIRST_PAUSE_S)}
    assert all("example.org is left alone" in one.reason for one in held.values())
    assert claim(store, there, Limits(), domain="elsewhere.example").taken == tuple(there)


def test_refusals_of_one_flight_are_one(store: Store) -> None:
    ids = several(store, 4)
    claim(store, ids[:3], Limits())
    land(store, ids[:3], REFUSED)
    assert claim(store, ids[3:], Limits()).held[ids[3]].until == NOW + dt.timedelta(seconds=FIRST_PAUSE_S)


def test_after_the_pause_one_mail_asks_for_all(store: Store) -> None:
    ids = several(store, 4)
    claim(store, ids[:1], Limits())
    land(store, ids[:1], REFUSED)
    over = NOW + dt.timedelta(seconds=FIRST_PAUSE_S)
    probe = claim(store, ids[1:], Limits(), now=over)
    assert (probe.taken, set(probe.held)) == ((ids[1],), set(ids[2:]))
    land(store, [ids[1]], ACCEPTED, now=over)
    assert set(claim(store, ids[2:], Limits(), now=over).taken) == set(ids[2:])


def test_a_domain_that_refuses_the_one_too_is_left_alone_for_longer(store: Store) -> None:
    ids = several(store, 3)
    claim(store, ids[:1], Limits())
    land(store, ids[:1], REFUSED)
    over = NOW + dt.timedelta(seconds=FIRST_PAUSE_S)
    claim(store, ids[1:2], Limits(), now=over)
    land(store, ids[1:2], REFUSED, now=over)
    held = claim(store, ids[2:], Limits(), now=over).held[ids[2]]
    assert held.until == over + dt.timedelta(seconds=2 * FIRST_PAUSE_S)
    assert "2 times in a row" in held.reason


# ---------------------------------------------------------------------------- a run


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.slept: list[float] = []

    def clock(self) -> dt.datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += dt.timedelta(seconds=seconds)


def limited(works: Works, limits: Limits, time: Time) -> Works:
    return dataclasses.replace(
        works, mailer=ToldMailer(), delivery=DeliveryRules(limits=limits), clock=time.clock, sleep=time.sleep
    )


@pytest.mark.parametrize("limits", [Limits(domain_per_minute=20), Limits(per_second=1 / 3)])
def test_a_run_waits_for_permits_that_come_soon(works: Works, limits: Limits) -> None:
    time = Time(MORNING)
    assert pipeline.run(limited(works, limits, time), now=MORNING).accepted == 20
    assert time.at - MORNING == pytest.approx(dt.timedelta(seconds=57), abs=dt.timedelta(seconds=1))


@pytest.mark.parametrize("limits", [Limits(domain_per_minute=0.5), Limits(per_second=1 / 120)])
def test_a_run_leaves_waiting_what_would_wait_longer_than_a_minute(works: Works, limits: Limits) -> None:
    time = Time(MORNING)
    report = pipeline.run(limited(works, limits, time), now=MORNING)
    assert (report.accepted, report.waiting, time.slept) == (1, 19, [])
    waiting = works.store.deliveries.waiting(("composed",))
    assert {one.retry_at for one in waiting} == {MORNING + dt.timedelta(minutes=2)}
    assert all("limited" in one.reason for one in waiting)
    early = Time(MORNING + dt.timedelta(seconds=119))
    assert pipeline.run(limited(works, limits, early), now=MORNING).accepted == 0
    due = Time(MORNING + dt.timedelta(seconds=120))
    assert pipeline.run(limited(works, limits, due), now=MORNING).accepted == 1


def test_a_run_leaves_waiting_what_the_days_cap_forbids(works: Works) -> None:
    time = Time(MORNING)
    report = pipeline.run(limited(works, Limits(per_day=12), time), now=MORNING)
    assert (report.accepted, report.waiting, time.slept) == (12, 8, [])
    waiting = works.store.deliveries.waiting(("composed",))
    assert {one.retry_at for one in waiting} == {dt.datetime(2026, 4, 22, tzinfo=dt.UTC)}
    after = Time(dt.datetime(2026, 4, 22, tzinfo=dt.UTC))
    assert pipeline.run(limited(works, Limits(per_day=12), after), now=after.at).accepted == 8


def test_a_domain_that_is_well_again_gets_the_rest_in_the_same_run(works: Works) -> None:
    refusing = dataclasses.replace(works, mailer=ToldMailer(lambda _: REFUSED))
    assert pipeline.run(refusing, now=MORNING).waiting == 20
    time = Time(MORNING + dt.timedelta(seconds=FIRST_PAUSE_S))
    assert pipeline.run(limited(works, Limits(), time), now=MORNING).accepted == 20
