"""`digest deliveries`: what became of each mail, and the operator's word where nobody knows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Edition, Slot, Subscriber
from digest.store import Store
from digest.store.limits import Limits
from digest.store.members import Admission
from tests.cli.conftest import AT, NOW, READERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

    Digest = Callable[..., Said]

HOSTILE = (
    "no such id",
    " ",
    "a\0b",
    "\x1b[2J\u202e",
    "\udcff\udc00",
    "'; DROP TABLE deliveries; --",
    "-" + "9" * 999,
)


def open_store(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'digest.db'}")


def make_uncertain(folder: Path, *emails: str, day: int = 20) -> dict[str, str]:
    """Each of these readers has one delivery whose process died while it was sending: ids by address."""
    at = dt.datetime(2026, 4, day, 7, tzinfo=dt.UTC)
    slot = Slot(key=f"2026-04-{day}", scheduled_at=at, next_at=at + dt.timedelta(days=1))
    made = {}
    with open_store(folder) as store:
        for email in emails:
            if store.subscribers.find(email) is None:
                store.subscribers.add(Admission(subscriber=Subscriber(email=email, trending=True)))
            member = store.subscribers.find(email)
            assert member is not None
            (made[email],) = store.deliveries.plan([(member.subscriber.id, slot)], now=NOW)
            _compose(store, made[email], member.subscriber.id, slot)
            flight = [(made[email], "example.org")]
            store.flights.claim(flight, owner="dead", provider="outbox", limits=Limits(), now=NOW)
        store.deliveries.settle_abandoned(lambda _: False, now=NOW)
    return made


def _compose(store: Store, delivery_id: str, subscriber_id: int, slot: Slot) -> None:
    edition = Edition(slot=slot, sections=(), considered=1)
    store.editions.freeze([(delivery_id, subscriber_id, edition)], cut_off=1, made_at=NOW, now=NOW)


def states(digest: Digest) -> dict[str, str]:
    return {one["id"]: one["state"] for one in digest("deliveries", "list", "--json").json}


def test_before_the_first_run_there_is_none_and_that_is_said(digest: Digest) -> None:
    assert digest("deliveries", "list").out == "No deliveries yet.\n"
    assert digest("deliveries", "list", "--json").json == []
    assert digest("deliveries", "list", "--state", "uncertain").out == "No delivery is uncertain.\n"


def test_a_flight_that_may_have_been_cut_off_is_told_before_the_next_run(
    digest: Digest, folder: Path
) -> None:
    digest("run", "--at", AT)
    with open_store(folder) as store, store.database.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'sending', owner = 'dead'")
    said = digest("deliveries", "list", "--state", "uncertain")
    assert said.out == "No delivery is uncertain.\n"
    assert "1 more in flight; if the program died over them, the next run calls them uncertain" in said.err
    assert "in flight" not in digest("deliveries", "list", "--state", "uncertain", "--json").err


def test_what_a_limit_holds_back_says_until_when(digest: Digest, folder: Path) -> None:
    config = folder / "digest.toml"
    other = READERS.replace("ada@", "bo@")
    config.write_text(f"{config.read_text()}\n{other}\n[delivery]\nper_day = 1\n")
    digest("run", "--at", AT)
    held = [one for one in digest("deliveries", "list", "--json").json if one["retry_at"]]
    assert held
    shown = digest("deliveries", "show", held[0]["id"]).out
    assert "today's cap of 1 mails is reached" in shown
    assert f"next try {held[0]['retry_at'][:10]} 00:00 UTC" in shown


def test_a_mail_that_left_is_listed_with_what_became_of_it(digest: Digest, folder: Path) -> None:
    assert digest("run", "--at", AT, "--json").json["accepted"] == 1
    (one,) = digest("deliveries", "list", "--json").json
    assert one.keys() == {
        "id", "email", "slot", "state", "provider", "attempts", "updated", "reason", "retry_at",
    }  # fmt: skip
    (mail,) = (folder / "outbox").glob("*.eml")
    assert one["id"] in mail.name
    assert (one["email"], one["slot"], one["state"]) == ("ada@example.org", "2026-04-21", "accepted")
    assert (one["provider"], one["attempts"]) == ("outbox", 1)
    assert dt.datetime.fromisoformat(one["updated"]).tzinfo is not None


def test_a_pipe_gets_tabs(digest: Digest) -> None:
    digest("run", "--at", AT)
    header, row = digest("deliveries", "list").out.splitlines()
    assert header.split("\t")[:4] == ["id", "address", "slot", "state"]
    assert row.split("\t")[1:4] == ["ada@example.org", "2026-04-21", "accepted"]


def test_a_list_is_narrowed_by_state_and_by_reader(digest: Digest, folder: Path) -> None:
    make_uncertain(folder, "bo@example.org", "cy@example.org")
    digest("run", "--at", AT)

    def listed(*words: str) -> set[tuple[str, str]]:
        return {(one["email"], one["state"]) for one in digest("deliveries", "list", "--json", *words).json}

    lost = {("bo@example.org", "uncertain"), ("cy@example.org", "uncertain")}
    assert listed("--state", "uncertain") == lost
    assert listed("--state", "Uncertain", "--subscriber", "BO@example.org") == {
        ("bo@example.org", "uncertain")
    }
    both = listed("--state", "uncertain", "--state", "accepted", "--state", "uncertain")
    assert both == {one for one in listed() if one[1] in ("uncertain", "accepted")}
    assert both > lost
    assert {email for email, _ in listed("--subscriber", "ada@example.org")} == {"ada@example.org"}


def test_the_latest_come_first_and_the_limit_is_said(digest: Digest, folder: Path) -> None:
    for day in (18, 19, 20):
        make_uncertain(folder, "bo@example.org", day=day)
    said = digest("deliveries", "list", "--limit", "2", "--json")
    assert [one["slot"] for one in said.json] == ["2026-04-20", "2026-04-19"]
    assert "--limit 0" in digest("deliveries", "list", "--limit", "2").err
    assert digest("deliveries", "list", "--limit", "3").err.count("--limit") == 0
    assert len(digest("deliveries", "list", "--limit", "0", "--json").json) == 3


def test_an_unknown_state_is_told_with_the_known_ones(digest: Digest) -> None:
    said = digest("deliveries", "list", "--state", "lost\x1b[2J")
    assert (said.code, said.out) == (2, "")
    assert "unknown" in said.err
    assert "uncertain" in said.err
    assert "\x1b" not in said.err


@pytest.mark.parametrize("email", ["nobody@example.org", *HOSTILE])
def test_the_deliveries_of_nobody_are_refused(digest: Digest, email: str) -> None:
    said = digest("deliveries", "list", f"--subscriber={email}")
    assert (said.code, said.out) == (2, "")
    assert "no such subscriber" in said.err
    assert "\x1b" not in said.err
    assert "\0" not in said.err


def test_show_tells_the_whole_history_one_line_an_event(digest: Digest) -> None:
    digest("run", "--at", AT)
    (id_,) = states(digest)
    said = digest("deliveries", "show", id_)
    head, _, events = said.out.partition("\n\n")
    assert "ada@example.org" in head
    assert "state    accepted" in head
    whats = [line.split()[2] for line in events.splitlines()]
    assert whats == ["planned", "composed", "sending", "accepted"]
    told = digest("deliveries", "show", id_, "--json").json
    assert [event["what"] for event in told["history"]] == whats
    assert told["provider_id"]


@pytest.mark.parametrize("id_", HOSTILE)
def test_an_id_that_there_is_not_is_said_and_harms_nothing(digest: Digest, id_: str) -> None:
    digest("run", "--at", AT)
    for words in (("show", "--", id_), ("settle", "--abandon", "--", id_)):
        said = digest("deliveries", *words)
        assert said.code == (2 if words[0] == "show" else 1)
        assert "no such delivery" in said.err
        assert said.out == ""
        assert not {"\x1b", "\0", "\u202e"} & set(said.err)
    assert list(states(digest).values()) == ["accepted"]


@pytest.mark.parametrize(
    ("verdict", "after"), [("--accepted", "accepted"), ("--resend", "retry"), ("--abandon", "abandoned")]
)
def test_what_is_uncertain_is_settled_as_the_operator_says(
    digest: Digest, folder: Path, verdict: str, after: str
) -> None:
    made = make_uncertain(folder, "bo@example.org", "cy@example.org")
    said = digest("deliveries", "settle", made["bo@example.org"], verdict, "--json")
    assert said.code == 0
    assert said.json == {"settled": [{"id": made["bo@example.org"], "state": after}], "faults": []}
    assert states(digest) == {made["bo@example.org"]: after, made["cy@example.org"]: "uncertain"}
    assert "operator" in digest("deliveries", "show", made["bo@example.org"]).out


def test_what_is_sent_again_carries_the_same_id(digest: Digest, folder: Path) -> None:
    made = make_uncertain(folder, "bo@example.org", day=21)
    digest("deliveries", "settle", made["bo@example.org"], "--resend")
    digest("run", "--at", AT)
    assert states(digest)[made["bo@example.org"]] == "accepted"
    (mail,) = [path for path in (folder / "outbox").glob("*.eml") if made["bo@example.org"] in path.name]
    assert f"Message-ID: <{made['bo@example.org']}@example.org>".encode() in mail.read_bytes()


def test_all_settles_every_uncertain_one(digest: Digest, folder: Path) -> None:
    make_uncertain(folder, "bo@example.org", "cy@example.org")
    assert digest("deliveries", "settle", "--all", "--abandon").out.count("is abandoned") == 2
    assert set(states(digest).values()) == {"abandoned"}
    assert digest("deliveries", "settle", "--all", "--abandon").out == "No delivery is uncertain.\n"


def test_one_that_cannot_be_settled_is_said_and_the_others_are_done(digest: Digest, folder: Path) -> None:
    made = make_uncertain(folder, "bo@example.org", "cy@example.org")
    digest("deliveries", "settle", made["cy@example.org"], "--abandon")
    ids = (made["cy@example.org"], "unknown", made["bo@example.org"], made["bo@example.org"])
    said = digest("deliveries", "settle", *ids, "--accepted")
    assert said.code == 1
    assert said.out == f"{made['bo@example.org']}: counts as accepted\n"
    assert f"{made['cy@example.org']}: it is abandoned" in said.err
    assert "unknown: no such delivery" in said.err
    assert states(digest)[made["cy@example.org"]] == "abandoned"


@pytest.mark.parametrize(
    "words",
    [("--all",), ("--all", "--accepted", "--resend"), ("--accepted",), ("--all", "--accepted", "0" * 16)],
)
def test_settling_needs_one_verdict_and_a_clear_choice(
    digest: Digest, folder: Path, words: tuple[str, ...]
) -> None:
    make_uncertain(folder, "bo@example.org")
    said = digest("deliveries", "settle", *words)
    assert (said.code, said.out) == (2, "")
    assert set(states(digest).values()) == {"uncertain"}


def test_a_list_is_read_while_another_process_writes(digest: Digest, folder: Path) -> None:
    make_uncertain(folder, "bo@example.org")
    with open_store(folder) as store, store.database.begin():
        assert list(states(digest).values()) == ["uncertain"]
