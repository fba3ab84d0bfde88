"""Posts that SendGrid would not make: whatever is in them, they end in events or in one sentence."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import address_key
from digest.errors import WebhookError
from digest.mailers.sendgrid_events import BODY_LIMIT, MAX_BYTES
from digest.mailers.sendgrid_signature import MAX_AHEAD_S
from tests.mailers.sendgrid_posts import NOW, OURS, event, signed, told

if TYPE_CHECKING:
    from digest.model import DeliveryEvent


def read(body: bytes) -> tuple[DeliveryEvent, ...]:
    return signed(body).read()


def answer(body: bytes) -> int | tuple[DeliveryEvent, ...]:
    """The events of a signed post, or the status that refuses it."""
    try:
        return read(body)
    except WebhookError as error:
        return error.status


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
        b"[\"\xe9\"]", "[]".encode("utf-16"), "[]".encode("utf-32-le"), b"\xef\xbb\xbf\xef\xbb\xbf[]",
        b"[\0]", b"[\"\0\"]", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'[{"a":' * 50_000,
        b"[" + b"9" * 200_000,
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


def test_depth_ends_in_a_sentence_or_in_an_event() -> None:
    refused = set()
    for depth in (50, 500, *range(700, 1_010)):  # every one about where the interpreter gives up
        nested = b"[" * depth + b"]" * depth
        found = answer(b'[{"event":"delivered","deep":%s},{"event":"open"}]' % nested)
        if isinstance(found, int):
            refused.add((found, depth > 500))
        else:
            assert [one.name for one in found] == ["delivered", "open"]
    assert refused <= {(400, True)}


def test_ten_megabytes_are_refused_by_their_size() -> None:
    with pytest.raises(WebhookError) as caught:
        read(b"[" + b" " * 10_000_000 + b"]")
    assert caught.value.status == 413


def test_large_event_is_cut_for_the_ledger() -> None:
    long = "x@y " * (MAX_BYTES // 20)
    # Unbroken, because the pattern of addresses takes its square in time.
    (one,) = told(event(long, reason="a" * (MAX_BYTES // 5), email=long, useragent=long))
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
