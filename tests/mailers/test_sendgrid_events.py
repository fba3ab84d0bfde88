"""What a signed post of SendGrid's events tells: each event once in its place, whatever it is made of."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from digest.mailers.sendgrid_request import build_request
from digest.mailers.sendgrid_signature import MAX_AHEAD_S
from tests.mailers.messages import message
from tests.mailers.sendgrid_posts import NOW, OURS, POSTED, event, signed, told

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import DeliveryEvent


def sample(shared: Path, name: str) -> list[list[dict[str, object]]]:
    """The batches of a file of samples; what is no batch there is left out."""
    items = json.loads((shared / "samples" / "sendgrid" / name).read_text())
    batches = [item["events"] if isinstance(item, dict) and "case" in item else item for item in items]
    return [batch for batch in batches if isinstance(batch, list)]


def read(body: bytes) -> tuple[DeliveryEvent, ...]:
    return signed(body).read()


def test_every_event_of_sendgrids_manual_has_its_kind(shared: Path) -> None:
    first = told(*sample(shared, "events_official_docs.json")[0])
    assert [(one.name, one.kind) for one in first] == [
        ("processed", "processed"),
        ("deferred", "deferred"),
        ("delivered", "delivered"),
        ("open", "unknown"),
        ("click", "unknown"),
        ("bounce", "hard_bounce"),
        ("dropped", "dropped"),
        ("spamreport", "complaint"),
        ("unsubscribe", "unsubscribe"),
        ("group_unsubscribe", "unsubscribe"),
        ("group_resubscribe", "unknown"),
    ]
    assert {one.at for one in first} == {dt.datetime(2017, 12, 15, 0, 59, 29, tzinfo=dt.UTC)}
    assert [one.reason for one in first if one.reason] == [
        "400 try again later", "250 OK", "500 unknown recipient", "Bounced Address",
    ]  # fmt: skip


def test_recorded_events_have_their_kinds(shared: Path) -> None:
    batches = sample(shared, "events_anymail.json")
    events = [one for batch in batches for one in told(*batch)]
    assert [one.kind for one in events] == [
        "processed", "delivered", "dropped", "dropped", "dropped", "hard_bounce", "deferred", "unknown",
        "unknown", "delivered",
    ]  # fmt: skip
    assert [one.reason for one in events if one.kind == "dropped"] == [
        "Invalid", "Bounced Address", "Unsubscribed Address",
    ]  # fmt: skip
    assert events[0].provider_id == "wrfRRvF7Q0GgwUo2CvDmEA"
    assert {one.delivery_id for one in events} == {""}


def test_no_event_of_any_sample_is_lost(shared: Path) -> None:
    batches = sample(shared, "events_official_docs.json") + sample(shared, "events_anymail.json")
    assert len(batches) > 15
    for batch in batches:
        events = told(*batch)
        assert [json.loads(one.body) for one in events] == batch
        assert {one.teller for one in events} == {"sendgrid"}
        assert all(one.at.tzinfo is dt.UTC for one in events)


def test_event_says_whose_when_what_and_why() -> None:
    (one,) = told(event("deferred", response="451 4.7.1 <ada@example.org>:\r\ntry later", attempt="1"))
    assert (one.kind, one.name, one.delivery_id, one.email) == (
        "deferred",
        "deferred",
        OURS,
        "ada@example.org",
    )
    assert one.at == NOW - dt.timedelta(seconds=10)
    assert one.provider_id == "LRzXl_NHStOGhQ4kofSm_A"
    assert one.reason == "451 4.7.1 (address): try later"
    assert json.loads(one.body)["attempt"] == "1"
    assert "\n" not in one.body


def test_delivery_is_named_as_the_request_named_it() -> None:
    request = build_request(message(1))
    (name,) = request["custom_args"]  # type: ignore[misc]
    (one,) = told({"event": "delivered", "timestamp": POSTED, name: OURS})
    assert one.delivery_id == OURS


@pytest.mark.parametrize("other", ["", "delivery-1", OURS.upper(), OURS + "0", f"{OURS}\n", 7, None, [OURS]])
def test_what_is_no_id_of_ours_names_no_delivery(other: object) -> None:
    (one,) = told(event(delivery_id=other))
    assert (one.delivery_id, one.kind) == ("", "delivered")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("LRzXl_NHStOGhQ4kofSm_A", "LRzXl_NHStOGhQ4kofSm_A"),
        ("u9Gvi3mzT6iC2poAb58_qQ.filter0465p1mdw1.8054.5718271B40.0", "u9Gvi3mzT6iC2poAb58_qQ"),
        ("euo2iKxdSayPF4YE4--I7A.recvd-5f54b5d587-pczjm-1-67BADEEA-6.0", "euo2iKxdSayPF4YE4--I7A"),
        ("filter0093p1las1.9128.5717FB8127.0", ""),
        ("14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", ""),
        ("", ""),
        (7, ""),
    ],
)
def test_providers_id_is_what_mail_send_answered(sent: object, kept: str) -> None:
    (one,) = told(event(sg_message_id=sent))
    assert one.provider_id == kept


def test_reason_names_neither_the_address_nor_its_owner() -> None:
    (one,) = told(event("bounce", type="bounce", reason="550 5.1.1 Ada is unknown, <ada@example.org>"))
    assert one.reason == "550 5.1.1 (name) is unknown, (address)"


def test_reason_of_a_drop_stays_as_it_is_even_where_the_address_resembles_it() -> None:
    (one,) = told(event("dropped", email="invalid@example.org", reason="Invalid"))
    assert (one.kind, one.reason) == ("dropped", "Invalid")


def test_name_of_an_event_may_have_any_case() -> None:
    (one,) = told(event(" Spamreport "))
    assert (one.kind, one.name) == ("complaint", "Spamreport")


@pytest.mark.parametrize("name", ["open", "click", "group_resubscribe", "account_status_change", "", "\0"])
def test_unknown_event_is_kept_with_its_delivery(name: str) -> None:
    (one,) = told(event(name))
    assert (one.kind, one.name, one.delivery_id) == ("unknown", name.strip("\0"), OURS)


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        (POSTED - 86_400, NOW - dt.timedelta(days=1)),
        (float(POSTED) - 0.5, NOW - dt.timedelta(seconds=0.5)),
        (str(POSTED - 1), NOW - dt.timedelta(seconds=1)),
        ((POSTED - 1) * 1000, NOW - dt.timedelta(seconds=1)),
        (POSTED + int(MAX_AHEAD_S), NOW + dt.timedelta(seconds=MAX_AHEAD_S)),
        (POSTED + int(MAX_AHEAD_S) + 1, NOW),
        *(
            (absurd, NOW)
            for absurd in (True, None, "", "soon", [], {}, 0, -1, 1e308, -1e308, 10**17, "9" * 20)
        ),
    ],
)
def test_time_is_sendgrids_or_else_that_of_the_post(stamp: object, at: dt.datetime) -> None:
    (one,) = told(event(timestamp=stamp))
    assert (one.at, one.kind) == (at, "delivered")


@pytest.mark.parametrize("stamp", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 6_000, "-" + "9" * 6_000])
def test_number_that_is_none_costs_nothing_but_the_time(stamp: str) -> None:
    first, second = read(b'[{"event":"spamreport","timestamp":%s},{"event":"open"}]' % stamp.encode())
    assert (first.kind, first.at, second.name) == ("complaint", NOW, "open")


def test_repetitions_and_order_stay_as_they_came() -> None:
    bounced, delivered = event("bounce"), event("delivered")
    assert [one.name for one in told(bounced, delivered, bounced)] == ["bounce", "delivered", "bounce"]
    assert told() == ()
