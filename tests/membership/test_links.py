"""A lost link: a reader gets a note, and nobody else learns anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.membership import links, standing
from digest.membership.refusals import Refused
from tests.membership.conftest import ADA, NOW, added, post_all, token_in
from tests.membership.test_join import counts

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.membership.posting import Post
    from tests.pipeline.test_deliver import ToldMailer


@pytest.mark.parametrize("paused", [False, True])
def test_a_reader_gets_the_way_to_their_preferences(
    house: House, mailer: ToldMailer, rules: Post, paused: bool
) -> None:
    reader = added(house, ADA.email)
    if paused:
        standing.pause(house, reader, now=NOW)
    links.ask(house, "ADA@EXAMPLE.ORG", now=NOW)
    post_all(house, mailer, rules)
    (note,) = mailer.handed
    assert note.recipient == ADA.email
    assert house.signer.read("preferences", token_in(note, "p")) == reader


@pytest.mark.parametrize("who", ["nobody", "left", "erased"])
def test_nobody_else_gets_one_and_the_same_is_written(
    house: House, mailer: ToldMailer, rules: Post, who: str
) -> None:
    if who != "nobody":
        reader = added(house, ADA.email)
        standing.leave(house, reader, evidence="", now=NOW)
        if who == "erased":
            standing.erase(house, reader, now=NOW)
    before = counts(house)
    links.ask(house, ADA.email, now=NOW)
    after = counts(house)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"notes": 1}
    post_all(house, mailer, rules)
    assert mailer.handed == []


def test_a_link_is_not_mailed_to_one_who_left_before_it_went_out(
    house: House, mailer: ToldMailer, rules: Post
) -> None:
    reader = added(house, ADA.email)
    links.ask(house, ADA.email, now=NOW)
    standing.leave(house, reader, evidence="", now=NOW)
    post_all(house, mailer, rules)
    assert mailer.handed == []
    (note,) = house.store.notes.latest()
    assert (note.state, note.reason) == ("suppressed", "the address is suppressed")


def test_an_address_gets_three_a_day(house: House) -> None:
    added(house, ADA.email)
    for _ in range(6):
        links.ask(house, ADA.email, now=NOW)
    assert [note.state for note in house.store.notes.latest()].count("waiting") == 3


def test_what_is_no_address_is_refused(house: House) -> None:
    with pytest.raises(Refused) as refused:
        links.ask(house, "nobody", now=NOW)
    assert list(refused.value.faults) == ["email"]
