"""What a signed post of SendGrid's events tells: each event once in its place, whatever it is made of."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import address_key
from digest.errors import WebhookError
from digest.mailers.sendgrid_bounces import bounce_kind
from digest.mailers.sendgrid_events import BODY_LIMIT, MAX_BYTES
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


def answer(body: bytes) -> int | tuple[DeliveryEvent, ...]:
    """The events of a signed post, or the status that refuses it."""
    try:
        return read(body)
    except WebhookError as error:
        return error.status


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


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("hard_bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 does not exist"}),
        ("hard_bounce", {"type": "bounce", "status": "5.1.10", "reason": "550 5.1.10 RecipientNotFound"}),
        ("hard_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 No Such User Here"}),
        ("hard_bounce", {"type": "bounce", "status": "550", "reason": "550 Requested action not taken"}),
        ("hard_bounce", {"status": "5.0.0", "reason": "500 unknown recipient"}),
        ("hard_bounce", {"type": "bounce", "bounce_classification": "Invalid Address"}),
        # Exchange Online says this of an address that it does not have.
        (
            "hard_bounce",
            {
                "type": "bounce",
                "bounce_classification": "Invalid Address",
                "status": "5.4.1",
                "reason": "550 5.4.1 Recipient address rejected: Access denied.",
            },
        ),
        ("hard_bounce", {"type": "bounce", "bounce_classification": "Unclassified", "status": "5.1.1"}),
        ("hard_bounce", {"type": "Bounce ", "bounce_classification": "invalid  address"}),
        ("soft_bounce", {"type": "blocked", "status": "5.1.1", "reason": "550 5.1.1 does not exist"}),
        ("soft_bounce", {"type": "blocked", "bounce_classification": "Unclassified", "reason": "no MX"}),
        ("soft_bounce", {"type": "expired", "status": "5.1.1"}),
        ("soft_bounce", {"type": "bounce", "status": "5.7.1", "reason": "550 5.7.1 policy"}),
        ("soft_bounce", {"type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 over quota"}),
        ("soft_bounce", {"type": "bounce", "status": "5.2.1", "bounce_classification": "Invalid Address"}),
        ("soft_bounce", {"type": "bounce", "status": "5.3.4", "reason": "552 5.3.4 too big"}),
        ("soft_bounce", {"type": "bounce", "status": "5.1.8", "reason": "553 5.1.8 sender's domain"}),
        ("soft_bounce", {"type": "bounce", "status": "4.2.2", "reason": "452 4.2.2 over quota"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "452 mailbox out of order"}),
        # What the last server said comes before what was made of it.
        ("soft_bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 5.7.1 not for you"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "552 sorry"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 blocked by our spam filter"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 mailbox full"}),
        ("soft_bounce", {"type": "bounce", "bounce_classification": "Mailbox Unavailable"}),
        ("soft_bounce", {"type": "bounce", "status": "5.1.1", "bounce_classification": "Reputation"}),
        ("soft_bounce", {"type": "bounce", "bounce_classification": "something new"}),
    ],
)
def test_only_a_wrong_address_is_a_hard_bounce(kind: str, facts: dict[str, object]) -> None:
    assert bounce_kind(facts) == kind
    (one,) = told(event("bounce", **facts))
    assert (one.kind, one.name) == (kind, "bounce")


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


@pytest.mark.parametrize(
    "bad", [None, 7, "text", [], [event()], True, {}, {"event": 7}, {"event": ["bounce"]}]
)
def test_bad_element_is_kept_and_costs_no_other(bad: object) -> None:
    before, kept, after = told(event("processed"), bad, event("delivered"))
    assert (before.kind, kept.kind, after.kind) == ("processed", "unknown", "delivered")
    assert json.loads(kept.body) == bad
    assert (kept.at, kept.delivery_id) == (NOW, "")


def test_event_that_names_a_key_twice_is_not_guessed_at() -> None:
    body = b'[{"event":"open","event":"bounce","delivery_id":"%s"},{"event":"open"}]' % OURS.encode()
    twofold, other = read(body)
    assert (twofold.kind, twofold.delivery_id, other.name) == ("unknown", "", "open")


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{}", b"null", b"7", b'"[]"', b"[", b"[{]", b"[] []", b"[1,]", b"\xff\xfe[]",
        b"[\"\xe9\"]", "[]".encode("utf-16"), "[]".encode("utf-32-le"), b"\xef\xbb\xbf\xef\xbb\xbf[]", b"[\0]",
        b"[\"\0\"]", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'[{"a":' * 50_000, b"[" + b"9" * 200_000,
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_signed_body_that_is_no_array_is_refused_in_one_sentence(body: bytes) -> None:
    with pytest.raises(WebhookError) as caught:
        read(body)
    assert caught.value.status == 400
    assert "\n" not in str(caught.value)


def test_byte_order_mark_does_no_harm() -> None:
    assert len(read(b"\xef\xbb\xbf" + json.dumps([event()]).encode())) == 1


@pytest.mark.parametrize("depth", [50, 500, *range(850, 1_010, 3)])
def test_depth_ends_in_a_sentence_or_in_an_event(depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    found = answer(b'[{"event":"delivered","deep":%s},{"event":"open"}]' % nested)
    if isinstance(found, int):
        assert (found, depth > 500) == (400, True)
    else:
        assert [one.name for one in found] == ["delivered", "open"]


def test_ten_megabytes_are_refused_by_their_size() -> None:
    with pytest.raises(WebhookError) as caught:
        read(b"[" + b" " * 10_000_000 + b"]")
    assert caught.value.status == 413


def test_large_event_is_cut_for_the_ledger() -> None:
    long = "x@y " * (MAX_BYTES // 20)
    (one,) = told(event(long, reason=long, email=long, useragent=long))
    assert len(one.body) == BODY_LIMIT
    assert len(one.reason) <= 300
    assert len(one.name) <= 64
    assert one.email == ""


@pytest.mark.parametrize(
    "email",
    ["", "ada", "a@b@c", "ada@example.org\n", "Ada <a@b>", "a\0@b", "\ud800@x", 7, "a@" + "b" * 300],
)
def test_what_is_no_address_is_left_out(email: object) -> None:
    (one,) = told(event(email=email))
    assert (one.email, one.kind) == ("", "delivered")


HOSTILE = st.text(st.characters(), max_size=30) | st.sampled_from(["\0", "\ud800", "\u202e", "a@b", "5.1.1"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["event", "timestamp", "email", "delivery_id", "sg_message_id", "reason", "response", "type", "status"]
)
NAMES = st.sampled_from(["processed", "bounce", "dropped", "spamreport", "unsubscribe", "open"])
EVENTS = st.builds(
    lambda name, rest: event(name) | rest, NAMES, st.dictionaries(KEYS | HOSTILE, VALUES, max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(EVENTS | VALUES, max_size=5), ascii_only=st.booleans())
def test_whatever_is_signed_becomes_as_many_events_fit_for_the_ledger(
    items: list[object], ascii_only: bool
) -> None:
    body = json.dumps(items, ensure_ascii=ascii_only).encode("utf-8", "replace")
    events = read(body)
    assert len(events) == len(items)
    for one in events:
        assert dt.datetime(1970, 1, 1, tzinfo=dt.UTC) < one.at <= NOW + dt.timedelta(seconds=MAX_AHEAD_S)
        assert one.delivery_id in ("", OURS)
        assert address_key(one.email).encode() is not None
        for text in (one.name, one.email, one.provider_id, one.reason, one.body):
            assert "\0" not in text
            assert "\n" not in text
            assert text.encode("utf-8").decode("utf-8") == text


@settings(max_examples=60, deadline=None)
@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_no_reason_repeats_the_address(before: str, after: str) -> None:
    (one,) = told(event("deferred", response=f"{before} ada@example.org {after}"))
    assert "ada@example.org" not in one.reason
    assert "(address)" in one.reason


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=200)
    | st.text(st.sampled_from('[]{}",:0e-.\\u d8nf'), max_size=40).map(str.encode)
)
def test_noise_that_is_signed_is_an_array_or_a_sentence(body: bytes) -> None:
    found = answer(body)
    assert found == 400 if isinstance(found, int) else len(found) == len(json.loads(body))
