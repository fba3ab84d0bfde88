"""What SendGrid's answers mean, row by row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mailers.sendgrid_answers import verdict

NOW = 1_776_700_000.0


def body(words: str, field: str | None = None) -> bytes:
    return json.dumps({"errors": [{"message": words, "field": field, "help": None}]}).encode()


@pytest.mark.parametrize(
    ("status", "words", "kind", "stop", "says"),
    [
        (202, "", "accepted", False, ""),
        (200, "", "retry", True, "sandbox mode"),
        (204, "", "uncertain", False, "204"),
        (301, "", "retry", True, "redirect"),
        (308, "", "retry", True, "redirect"),
        (400, "The to array is required", "rejected", False, "The to array"),
        (413, "content too large", "rejected", False, "content too large"),
        (401, "Maximum credits exceeded", "retry", True, "quota"),
        (403, "You have exceeded your messaging limits", "retry", True, "quota"),
        (401, "authorization required", "retry", True, "mail.sendgrid.api_key"),
        (403, "The from address does not match a verified Sender Identity", "retry", True, "site.sender"),
        (404, "not found", "retry", True, "mail.sendgrid.base_url"),
        (405, "method not allowed", "retry", True, "mail.sendgrid.base_url"),
        (407, "proxy", "retry", True, "407"),
        (429, "too many requests", "retry", True, "too many"),
        (408, "", "retry", False, "408"),
        (500, "internal server error", "retry", False, "internal"),
        (503, "", "retry", False, "503"),
        (502, "", "uncertain", False, "502"),
        (504, "", "uncertain", False, "504"),
        (520, "", "uncertain", False, "520"),
    ],
)
def test_answer_table(status: int, words: str, kind: str, stop: bool, says: str) -> None:
    outcome = verdict(status, {}, body(words) if words else b"", NOW)
    assert (outcome.kind, outcome.stop) == (kind, stop)
    assert says in outcome.reason


@pytest.mark.parametrize(
    ("reset", "pause_s"),
    [
        (str(int(NOW) + 30), 30),
        (str(int(NOW) - 500), 1),
        ("1392815263", 1),
        (str(int(NOW) + 10**9), 3600),
        ("soon", 60),
        ("", 60),
        ("nan", 1),
        ("inf", 3600),
        ("-inf", 1),
    ],
)
def test_pause_after_too_many_requests_is_what_was_asked_within_bounds(reset: str, pause_s: float) -> None:
    assert verdict(429, {"X-RateLimit-Reset": reset}, b"", NOW).retry_after_s == pause_s
    assert verdict(429, {"x-ratelimit-reset": reset}, b"", NOW).retry_after_s == pause_s


def test_pause_without_a_word_is_a_minute() -> None:
    assert verdict(429, {}, b"", NOW).retry_after_s == 60


def test_used_up_quota_waits_an_hour() -> None:
    assert verdict(401, {}, body("Maximum credits exceeded"), NOW).retry_after_s == 3600


def test_id_is_sendgrids() -> None:
    assert verdict(202, {"X-Message-Id": "abc.def"}, b"", NOW).provider_id == "abc.def"


def test_field_at_fault_is_named() -> None:
    reason = verdict(400, {}, body("is required", "personalizations.0.to"), NOW).reason
    assert reason == "SendGrid answered 400: is required (personalizations.0.to)"


@settings(max_examples=100)
@given(
    status=st.integers(min_value=100, max_value=599),
    answer=st.binary(max_size=200)
    | st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)).map(
        lambda errors: json.dumps({"errors": errors}).encode()
    ),
)
def test_no_answer_is_without_a_meaning(status: int, answer: bytes) -> None:
    outcome = verdict(status, {}, answer, NOW)
    assert (outcome.kind == "accepted") == (status == 202)
    assert outcome.reason.isprintable()
    assert outcome.kind != "suppressed"


def test_reason_repeats_neither_secret_nor_address() -> None:
    answer = body("key sesame may not send to ada@example.org\nnor <bob@example.org>")
    reason = verdict(400, {}, answer, NOW, secrets=("sesame",)).reason
    assert reason == "SendGrid answered 400: key (secret) may not send to (address) nor (address)"
