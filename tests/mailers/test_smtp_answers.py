"""What an SMTP answer means, row by row, and that no answer at all is without a meaning."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mailers.smtp_answers import Phase, enhanced_code, verdict

PHASES = get_args(Phase)


def judge(phase: Phase, answer: str):
    code, _, text = answer.partition(" ")
    return verdict(phase, int(code), enhanced_code(text), text)


@pytest.mark.parametrize(
    ("phase", "answer", "kind", "stop"),
    [
        ("final", "250 2.0.0 Ok: queued as 4ABC", "accepted", False),
        ("final", "0 no answer in time", "uncertain", False),
        ("final", "-1 what now", "uncertain", False),
        ("final", "354 more", "uncertain", False),
        ("body", "0 closed", "retry", False),
        ("mail", "0 closed", "retry", False),
        ("connect", "0 connection refused", "retry", True),
        ("starttls", "0 certificate refused", "retry", True),
        ("starttls", "454 4.7.0 not now", "retry", True),
        ("auth", "535 5.7.8 no", "retry", True),
        ("auth", "454 4.7.0 Temporary authentication failure", "retry", True),
        ("rcpt", "421 4.7.0 slow down", "retry", False),
        ("rcpt", "450 4.2.2 mailbox full", "retry", False),
        ("rcpt", "550 5.1.1 no such user", "suppressed", False),
        ("rcpt", "550 5.1.10 null MX", "suppressed", False),
        ("final", "550 5.1.1 no such user", "suppressed", False),
        ("rcpt", "550 5.1.8 bad sender", "retry", True),
        ("mail", "550 5.1.1 no such sender", "retry", True),
        ("mail", "550 5.7.1 not you", "retry", True),
        ("mail", "552 5.3.4 too big", "rejected", False),
        ("mail", "552 too big", "rejected", False),
        ("mail", "550 5.4.5 Daily user sending limit exceeded", "retry", True),
        ("rcpt", "550 5.4.5 Daily user sending limit exceeded", "retry", True),
        ("final", "550 5.4.5 Daily user sending limit exceeded", "retry", True),
        ("rcpt", "550 5.7.1 blocked by policy", "rejected", False),
        ("final", "550 5.7.26 unauthenticated mail", "rejected", False),
        ("rcpt", "553 5.7.1 Sender address rejected: not owned by user x", "retry", True),
        ("final", "550 5.7.60 Client does not have permissions to send as this sender", "retry", True),
        ("rcpt", "554 5.7.1 Relay access denied", "retry", True),
        ("rcpt", "550 relay not permitted", "retry", True),
        ("rcpt", "530 5.7.0 Authentication Required", "retry", True),
        ("rcpt", "550 User unknown", "suppressed", False),
        ("rcpt", "550 No such user here", "suppressed", False),
        ("rcpt", "550 mailbox unavailable", "rejected", False),
        ("final", "550 User unknown", "rejected", False),
        ("rcpt", "552 5.2.2 mailbox full", "rejected", False),
        ("rcpt", "550 5.2.1 mailbox disabled", "rejected", False),
        ("final", "552 5.3.4 too big", "rejected", False),
        ("data", "503 bad sequence", "retry", False),
        ("data", "554 no valid recipients", "rejected", False),
        ("rcpt", "451 5.1.1 says two things", "retry", False),
    ],
)
def test_answer_table(phase: Phase, answer: str, kind: str, stop: bool) -> None:
    outcome = judge(phase, answer)
    assert (outcome.kind, outcome.stop) == (kind, stop)


@settings(max_examples=150)
@given(
    phase=st.sampled_from(PHASES),
    code=st.integers(min_value=-1, max_value=999),
    text=st.text(max_size=80) | st.from_regex(r"[245]\.[0-7]\.[0-9]{1,2} [a-z ]*", fullmatch=True),
)
def test_every_answer_has_a_meaning_that_keeps_the_promises(phase: Phase, code: int, text: str) -> None:
    outcome = verdict(phase, code, enhanced_code(text), text)
    assert (outcome.kind == "accepted") == (phase == "final" and 200 <= code < 300)
    assert outcome.kind != "uncertain" or phase == "final"
    assert outcome.kind not in ("rejected", "suppressed") or 500 <= code < 600
    assert outcome.reason.isprintable()
    if 400 <= code < 500:
        assert outcome.kind == "retry"


def test_only_what_names_the_daily_limit_is_paused_for_an_hour() -> None:
    assert judge("rcpt", "550 5.4.5 Daily user sending limit exceeded").retry_after_s == 3600
    assert judge("rcpt", "450 4.2.1 later").retry_after_s is None


@pytest.mark.parametrize(
    ("text", "provider_id"),
    [
        ("2.0.0 Ok: queued as 4ABC", "4ABC"),
        ("OK id=1tqBcD-0001-Ab", "1tqBcD-0001-Ab"),
        ("2.0.0 OK  1612345678 a1sm123.5 - gsmtp", "2.0.0 OK 1612345678 a1sm123.5 - gsmtp"),
        ("", "250"),
        ("\x00\x1b", "250"),
    ],
)
def test_id_is_the_queues_name_for_it_or_all_that_was_said(text: str, provider_id: str) -> None:
    assert verdict("final", 250, enhanced_code(text), text).provider_id == provider_id


def test_reason_holds_no_address_and_one_line() -> None:
    outcome = judge("rcpt", "550 5.1.1 <ada@example.org>: unknown\nask postmaster@example.net\x1b[31m")
    assert "@" not in outcome.reason
    assert "\n" not in outcome.reason
    assert "\x1b" not in outcome.reason
    assert "5.1.1 (address): unknown ask (address)" in outcome.reason
