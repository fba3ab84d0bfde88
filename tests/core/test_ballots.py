"""Votes of our own readers: each counts, and one person's many mailboxes do not count as many readers."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.ballots import NEWCOMERS, Ballot, registered, votes_weight

NOW = dt.datetime(2026, 4, 22, 12, tzinfo=dt.UTC)
BALLOTS = st.lists(
    st.builds(
        Ballot, domain=st.sampled_from(["a.org", "b.org", "x.b.org", "c.ac.uk"]), newcomer=st.booleans()
    ),
    max_size=40,
)


def test_readers_of_many_places_count_one_each() -> None:
    assert votes_weight([]) == 0
    assert votes_weight([Ballot(domain=f"lab{number}.org") for number in range(80)]) == 80
    assert votes_weight([Ballot(domain="lab.org")] * 5) == 5


def test_mailboxes_of_one_domain_count_ever_less() -> None:
    weights = [votes_weight([Ballot(domain="evil.org")] * count) for count in (5, 30, 1000, 10**5)]
    assert weights == sorted(weights)
    assert [round(weight) for weight in weights] == [5, 14, 31, 55]


def test_subdomains_are_no_other_domains() -> None:
    assert votes_weight([Ballot(domain=f"m{number}.evil.org") for number in range(1000)]) < 32


def test_newcomers_count_three_together_wherever_they_are_from() -> None:
    army = [Ballot(domain=f"throwaway{number}.com", newcomer=True) for number in range(1000)]
    assert votes_weight(army) == NEWCOMERS == 3
    assert votes_weight([*army, Ballot(domain="lab.org")]) == 4
    assert votes_weight(army[:1]) == 1


def test_who_joined_a_day_before_voting_is_no_newcomer() -> None:
    day = dt.timedelta(days=1)
    for joined, newcomer in ((NOW, True), (NOW - day / 2, True), (NOW - day, False), (None, False)):
        assert Ballot.of("ada@lab.org", at=NOW, joined=joined) == Ballot(domain="lab.org", newcomer=newcomer)


@settings(max_examples=60, deadline=None)
@given(BALLOTS, BALLOTS)
def test_a_further_vote_never_takes_away_and_never_counts_more_than_one(
    some: list[Ballot], more: list[Ballot]
) -> None:
    before, after = votes_weight(some), votes_weight([*some, *more])
    assert before <= after <= before + len(more) + 1e-9
    assert votes_weight(list(reversed(some))) == pytest.approx(before)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("Example.ORG", "example.org"), ("a.b.example.org.", "example.org"), ("x.com.br", "x.com.br"),
        ("y.x.com.br", "x.com.br"), ("com.br", "com.br"), ("tum.de", "tum.de"), ("in.tum.de", "tum.de"),
        ("localhost", "localhost"), ("", ""),
    ],
)  # fmt: skip
def test_who_registered_a_domain(domain: str, expected: str) -> None:
    assert registered(domain) == expected
