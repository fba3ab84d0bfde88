"""Whom a post of SendGrid's events is believed: only the key that is configured, and only for a while."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from sendgrid import EventWebhook, EventWebhookHeader

from digest.errors import ConfigError, WebhookError
from digest.mailers.sendgrid_events import MAX_BYTES
from digest.mailers.sendgrid_signature import MAX_AGE_S, MAX_AHEAD_S, SIGNATURE, TIMESTAMP, read_key
from tests.mailers.sendgrid_posts import POSTED, PUBLIC_KEY, Post, event, shown, signed

if TYPE_CHECKING:
    from pathlib import Path

BODY = json.dumps([event()]).encode()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)


def refusal(post: Post, **others: object) -> WebhookError:
    with pytest.raises(WebhookError) as caught:
        post.read(**others)
    return caught.value


def resigned(post: Post, signature: str) -> Post:
    return dataclasses.replace(post, headers=post.headers | {SIGNATURE: signature})


def test_recorded_post_is_taken_with_its_own_key_and_timestamp_only(shared: Path) -> None:
    folder = shared / "samples" / "sendgrid" / "signed"
    kinds = []
    for vector in json.loads((folder / "vectors.json").read_text()):
        post = Post(headers=vector["headers"], body=(folder / vector["body"]).read_bytes())
        now = dt.datetime.fromtimestamp(int(vector["headers"][TIMESTAMP]) + 1, dt.UTC)
        key = vector["public_key_base64_der"]
        if vector["expect"] == "valid":
            (told,) = post.read(public_key=key, now=now)
            assert (told.kind, told.reason, told.email) == ("dropped", "Bounced Address", "hello@world.com")
            assert told.provider_id == "LRzXl_NHStOGhQ4kofSm_A"
            assert told.at == dt.datetime(2020, 9, 14, 19, 41, 32, tzinfo=dt.UTC)
        else:
            assert refusal(post, public_key=key, now=now).status == 401
        kinds.append(vector["expect"].split(":")[0])
    assert sorted(kinds) == ["invalid", "invalid", "valid"]


def test_header_names_are_those_of_sendgrids_library() -> None:
    assert (SIGNATURE, TIMESTAMP) == (EventWebhookHeader.SIGNATURE, EventWebhookHeader.TIMESTAMP)


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_header_names_may_have_any_case(case: object) -> None:
    post = signed(BODY)
    headers = {case(name): value for name, value in post.headers.items()}  # type: ignore[operator]
    assert len(dataclasses.replace(post, headers=headers).read()) == 1


@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
def test_missing_empty_or_doubled_header_is_refused(name: str) -> None:
    post = signed(BODY)
    without = {key: value for key, value in post.headers.items() if key != name}
    doubled = post.headers | {name.lower(): post.headers[name]}
    for headers in (without, without | {name: ""}, doubled):
        error = refusal(dataclasses.replace(post, headers=headers))
        assert error.status == 401
        assert "turn on the signed event webhook" in str(error)


def test_another_key_another_body_or_another_time_is_refused() -> None:
    post = signed(BODY)
    stranger = signed(BODY, key=ec.generate_private_key(ec.SECP256R1()))
    changed = dataclasses.replace(post, body=BODY + b" ")
    later = dataclasses.replace(post, headers=post.headers | {TIMESTAMP: str(POSTED + 1)})
    sentences = {str(refusal(forged)) for forged in (stranger, changed, later)}
    assert len(sentences) == 1
    assert "mail.sendgrid.webhook_key" in sentences.pop()


def test_digits_may_not_wander_from_the_timestamp_into_the_body() -> None:
    """The signature covers one string: `1|234[]` and `12|34[]` are the same one."""
    post = signed(b"7 [1]", at=POSTED)
    moved = Post(headers=post.headers | {TIMESTAMP: f"{POSTED}7"}, body=b" [1]")
    assert refusal(moved).status == 401


def test_every_malformed_signature_is_refused_in_the_same_words() -> None:
    post = signed(BODY)
    der = base64.b64decode(post.headers[SIGNATURE])
    r, s = decode_dss_signature(der)
    malformed = [
        encode_dss_signature(0, 0), encode_dss_signature(0, s), encode_dss_signature(r, 0),
        encode_dss_signature(ORDER, s), encode_dss_signature(r + ORDER, s),
        encode_dss_signature(r, s + ORDER), encode_dss_signature(1 << 400, s),
        bytes.fromhex("3006020181020101"), der + b"\0", der[:-1],
        b"\x30\x80" + der[2:] + b"\0\0", r.to_bytes(32, "big") + s.to_bytes(32, "big"), b"\xff" * 72,
    ]  # fmt: skip
    texts = [base64.b64encode(raw).decode() for raw in malformed]
    texts += ["abc", "!!!!", "é", "\ud800", "\0", "A" * 10_000, f"!{post.headers[SIGNATURE]}"]
    sentences = {(error.status, str(error)) for error in (refusal(resigned(post, text)) for text in texts)}
    assert len(sentences) == 1
    assert sentences.pop()[0] == 401


@pytest.mark.parametrize("timestamp", ["-1", "1e9", "1_000", "١٢٣", f"{POSTED}.0", "9" * 13, "x", "\0"])
def test_timestamp_that_is_no_number_of_seconds_is_refused(timestamp: str) -> None:
    post = signed(BODY)
    assert refusal(dataclasses.replace(post, headers=post.headers | {TIMESTAMP: timestamp})).status == 401


def test_post_is_taken_for_two_days_and_a_little_ahead_of_our_clock() -> None:
    signed(BODY, at=POSTED - int(MAX_AGE_S)).read()
    signed(BODY, at=POSTED + int(MAX_AHEAD_S)).read()
    old = refusal(signed(BODY, at=POSTED - int(MAX_AGE_S) - 1))
    ahead = refusal(signed(BODY, at=POSTED + int(MAX_AHEAD_S) + 1))
    absurd = refusal(signed(BODY, at=999_999_999_999))
    assert [error.status for error in (old, ahead, absurd)] == [401, 401, 401]
    assert "48.0 hours ago" in str(old)
    assert "from now" in str(ahead)


def test_a_narrower_window_can_be_asked_for() -> None:
    signed(BODY, at=POSTED - 60).read(max_age_s=60)
    assert refusal(signed(BODY, at=POSTED - 61), max_age_s=60).status == 401


def test_too_large_a_post_is_refused_before_anything_else() -> None:
    post = Post(headers={}, body=b"x" * (MAX_BYTES + 1))
    assert refusal(post, public_key="no key at all").status == 413
    assert refusal(signed(BODY), max_bytes=len(BODY) - 1).status == 413
    assert len(signed(BODY).read(max_bytes=len(BODY))) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5_000], ids=repr)
def test_what_is_not_signed_is_not_parsed(body: bytes) -> None:
    assert refusal(resigned(signed(body), "AAAA")).status == 401


def test_key_may_be_wrapped_over_lines() -> None:
    lines = "\n".join((PUBLIC_KEY[:64], PUBLIC_KEY[64:], ""))
    assert len(signed(BODY).read(public_key=f"  {lines}")) == 1


@pytest.mark.parametrize(
    "key",
    [
        "", "AAAA", "é", "\ud800", "SG.xxxxxxxx.yyyyyyyy", PUBLIC_KEY[:-4], f"-{PUBLIC_KEY}",
        shown(ec.generate_private_key(ec.SECP384R1()).public_key()),
        shown(ec.generate_private_key(ec.SECP256K1()).public_key()),
        shown(ed25519.Ed25519PrivateKey.generate().public_key()),
    ],
    ids=["none", "short", "letters", "half a letter", "API key", "cut", "prefixed", "P-384", "K1", "Ed25519"],
)  # fmt: skip
def test_key_that_is_none_on_p256_is_the_operators_to_mend(key: str) -> None:
    with pytest.raises(ConfigError, match=r"mail\.sendgrid\.webhook_key"):
        signed(BODY).read(public_key=key)


def test_key_off_the_curve_is_refused() -> None:
    raw = bytearray(base64.b64decode(PUBLIC_KEY))
    raw[-1] ^= 1
    with pytest.raises(ConfigError):
        read_key(base64.b64encode(raw).decode())


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=100))
def test_no_signature_made_of_noise_is_believed(noise: bytes) -> None:
    assert refusal(resigned(signed(BODY), base64.b64encode(noise).decode())).status == 401


@settings(max_examples=60, deadline=None)
@given(value=st.text(max_size=120), timestamp=st.text(max_size=20))
def test_no_header_made_of_noise_is_believed(value: str, timestamp: str) -> None:
    assert refusal(Post(headers={SIGNATURE: value, TIMESTAMP: timestamp}, body=BODY)).status == 401


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60), flip=st.none() | st.integers(0, 63))
def test_agrees_with_sendgrids_own_verifier_where_that_can_read_the_post(text: str, flip: int | None) -> None:
    post = signed(json.dumps([text], ensure_ascii=False).encode())
    if flip is not None:
        der = bytearray(base64.b64decode(post.headers[SIGNATURE]))
        der[6 + flip % (len(der) - 6)] ^= 1
        post = resigned(post, base64.b64encode(der).decode())
    verifier = EventWebhook(PUBLIC_KEY)
    if verifier.verify_signature(post.body.decode(), post.headers[SIGNATURE], post.headers[TIMESTAMP]):
        assert flip is None
        assert len(post.read()) == 1
    else:
        assert refusal(post).status == 401
