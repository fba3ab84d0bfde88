"""*What do you know about me*: everything, in JSON, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.membership import join, standing
from digest.membership.known import known
from digest.membership.refusals import Refused
from digest.store.suppressions import Suppression
from tests.membership.conftest import ADA, DAY, NOW, added, ask, joined, post_all
from tests.membership.test_standing import works
from tests.pipeline.test_deliver import ToldMailer

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.membership.posting import Post
    from tests.membership.conftest import Clock


def test_it_holds_all_that_is_kept(house: House, rules: Post, clock: Clock) -> None:
    reader = joined(house)
    post_all(house, ToldMailer(), rules)
    at = clock.pass_by(DAY)
    pipeline.run(works(house, rules, at=at), now=at)
    (paper,) = house.store.papers.by_arxiv_id(["2604.90022"]).values()
    house.store.votes.upvote(reader, paper.id, at=at, on=True)
    house.store.votes.like(reader, paper.id, value=-1, at=at)
    house.store.suppressions.add([Suppression(email=ADA.email, cause="complaint", at=at, evidence="spam")])
    told = json.loads(json.dumps(known(house, reader)))
    assert told["you"]["email"] == ADA.email
    assert told["you"]["cadence"] == "daily"
    assert [topic["name"] for topic in told["you"]["topics"]] == ["Vision", "Robots"]
    assert "192.0.2.2" in told["you"]["agreed_where"]
    (delivery,) = told["deliveries"]
    assert [line["state"] for line in delivery["history"]][:1] == ["planned"]
    assert told["upvotes"] == [
        {"paper": paper.id, "arxiv_id": "2604.90022", "title": paper.title, "at": at.isoformat()}
    ]
    assert [(one["value"], one["title"]) for one in told["likes"]] == [(-1, paper.title)]
    assert [one["kind"] for one in told["confirmations"]] == ["join"]
    assert [(one["kind"], one["state"]) for one in told["notes"]] == [("confirm", "suppressed")]
    assert [one["evidence"] for one in told["suppressions"]] == ["spam"]


def test_editions_are_told_with_their_papers_and_reasons(house: House, rules: Post, clock: Clock) -> None:
    from digest.membership import prefer
    from digest.model import Topic

    reader = joined(house)
    prefer.add_topic(house, reader, Topic(name="Telescopes", keywords=("telescope",)))
    at = clock.pass_by(DAY)
    pipeline.run(works(house, rules, at=at), now=at)
    (edition,) = known(house, reader)["editions"]
    (section,) = edition["sections"]
    (paper,) = section["papers"]
    assert (section["title"], paper["title"]) == ("Telescopes", "Telescope of day 22")
    assert paper["reasons"] == ["telescope"]
    assert known(house, reader)["papers_shown"] == [paper["paper"]]


def test_it_holds_the_library_that_was_imported(house: House) -> None:
    from digest.libraries import Entry
    from digest.pipeline.importing import Import

    reader = added(house, ADA.email)
    entries = (Entry(title="A private reading list"), Entry(arxiv_id="2604.90022"))
    Import(store=house.store, reader=reader, topic="one", now=NOW).run(entries)
    told = known(house, reader)["imported"]
    assert [(one["title"], one["arxiv_id"], one["state"]) for one in told] == [
        ("A private reading list", None, "waiting"),
        ("", "2604.90022", "waiting"),
    ]


def test_it_holds_no_token_no_hash_and_nothing_of_others(house: House, clock: Clock) -> None:
    other = added(house, "other@example.net", named="Bo")
    reader = joined(house)
    told = json.dumps(known(house, reader))
    assert "other@" not in told
    assert house.signer.token("preferences", reader) not in told
    assert "hash" not in told
    assert other != reader


def test_from_where_a_stranger_typed_the_address_is_not_told(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    standing.leave(house, reader, evidence="", now=NOW)
    clock.pass_by(DAY)
    ask(house)  # from 192.0.2.1, by nobody knows whom
    (wish,) = known(house, reader)["confirmations"]
    assert (wish["email"], wish["asked_where"]) == (ADA.email, "")
    join.confirm(house, join.token_of(house, 1), where="x", now=clock.now)
    (wish,) = known(house, reader)["confirmations"]
    assert wish["asked_where"] == "192.0.2.1"


def test_also_one_who_left_may_ask_and_nobody_else(house: House) -> None:
    reader = added(house, ADA.email)
    standing.leave(house, reader, evidence="", now=NOW)
    assert known(house, reader)["you"]["status"] == "left"
    standing.erase(house, reader, now=NOW)
    with pytest.raises(Refused):
        known(house, reader)
