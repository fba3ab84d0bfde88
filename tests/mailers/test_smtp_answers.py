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
        ("rcpt", "550 #5.1.0 Address rejected.", "suppressed", False),
        ("final", "454 Throttling failure: Daily message quota exceeded.", "retry", True),
        ("final", "454 Throttling failure: Maximum sending rate exceeded.", "retry", True),
        ("rcpt", "552 5.2.3 longer than this mailbox takes", "rejected", False),
        ("data", "503 bad sequence", "retry", False),
        ("data", "554 no valid recipients", "rejected", False),
        ("rcpt", "451 5.1.1 says two things", "retry", False),
    ],
)
def test_answer_table(phase: Phase, answer: str, kind: str, stop: bool) -> None:
    outcome = judge(phase, answer)
    assert (outcome.kind, outcome.stop) == (kind, stop)


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("rcpt", "421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume"),
        ("data", "421 too many messages"),
        ("body", "421 4.3.2 shutting down"),
        ("final", "421 4.7.28 unusual rate of mail from your address"),
        ("rcpt", "450 4.7.0 try again later"),
        ("final", "451 4.7.23 no PTR record"),
        ("final", "450 4.7.32 From: is not aligned"),
        ("rcpt", "451 4.7.500 Server busy. Please try again later"),
        ("rcpt", "451 4.7.650 temporarily rate limited due to IP reputation"),
        ("rcpt", "450 4.3.2 not accepting network messages"),
        ("rcpt", "451 4.7.1 you are throttled"),
        ("rcpt", "452 too many connections"),
        ("rcpt", "550 5.7.1 blocked by policy"),
        ("data", "554 5.7.26 unauthenticated mail"),
        ("final", "550 5.7.1 spam"),
        ("rcpt", "554 Service unavailable; Client host blocked using zen.spamhaus.org"),
    ],
)
def test_refusal_by_the_recipients_domain_reaches_the_domain_and_no_further(
    phase: Phase, answer: str
) -> None:
    outcome = judge(phase, answer)
    assert (outcome.kind, outcome.stop) == ("retry" if answer[0] == "4" else "rejected", False)
    assert (outcome.domain, outcome.soft) == (True, False)


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("rcpt", "450 4.2.1 the user is receiving mail at a rate that prevents more"),
        ("rcpt", "452 4.2.2 mailbox full"),
        ("final", "452 4.2.2 over quota"),
        ("rcpt", "452 The mailbox is full"),
        ("rcpt", "552 5.2.2 mailbox full"),
        ("final", "552 5.2.2 over quota"),
        ("rcpt", "550 5.2.1 mailbox disabled"),
        ("rcpt", "552 Requested mail action aborted: exceeded storage allocation"),
        ("rcpt", "554 user over quota"),
    ],
)
def test_refusal_by_the_mailbox_is_a_soft_bounce(phase: Phase, answer: str) -> None:
    outcome = judge(phase, answer)
    assert (outcome.kind, outcome.stop) == ("retry" if answer[0] == "4" else "rejected", False)
    assert (outcome.domain, outcome.soft) == (False, True)


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("rcpt", "450 4.2.0 Recipient address rejected: Greylisted, see help"),
        ("rcpt", "450 4.7.1 greylisting in action"),
        ("rcpt", "451 4.7.0 Graylisted, come back"),
        ("rcpt", "450 4.2.0 please try again later"),
        ("rcpt", "450 4.7.1 cannot find your hostname"),
        ("rcpt", "451 local error in processing"),
        ("final", "452 4.3.1 insufficient system storage"),
        ("mail", "421 4.7.0 later"),
        ("mail", "450 4.7.28 you are too fast"),
        ("mail", "452 4.2.2 mailbox full"),
        ("rcpt", "550 mailbox unavailable"),
        ("rcpt", "552 5.3.4 too big"),
        ("final", "554 transaction failed"),
    ],
)
def test_other_refusals_say_nothing_of_mailbox_or_domain(phase: Phase, answer: str) -> None:
    outcome = judge(phase, answer)
    assert (outcome.domain, outcome.soft, outcome.stop) == (False, False, False)
    assert outcome.kind == ("retry" if answer[0] == "4" else "rejected")


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
    assert sum((outcome.stop, outcome.domain, outcome.soft)) <= 1
    assert not (outcome.domain or outcome.soft) or phase in ("rcpt", "data", "body", "final")
    assert not outcome.soft or outcome.kind in ("retry", "rejected")
    assert outcome.reason.isprintable()
    if 400 <= code < 500:
        assert outcome.kind == "retry"


def test_only_what_names_the_daily_limit_is_paused_for_an_hour() -> None:
    assert judge("rcpt", "550 5.4.5 Daily user sending limit exceeded").retry_after_s == 3600
    assert judge("final", "454 Throttling failure: Daily message quota exceeded.").retry_after_s == 3600
    assert judge("final", "454 Throttling failure: Maximum sending rate exceeded.").retry_after_s == 60
    assert judge("rcpt", "450 4.2.1 later").retry_after_s is None
    assert judge("rcpt", "452 4.2.2 over their daily quota").retry_after_s is None


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


def test_names_are_judged_by_and_not_repeated() -> None:
    said = "5.1.1 User unknown; user=<user@example.org> (USER%40example.org, users, b3)"
    outcome = verdict("rcpt", 550, "5.1.1", said, private=("user",))
    assert outcome.kind == "suppressed"
    assert "550 5.1.1 (name) unknown; (name)=(address) ((name)%40example.org, users, b3)" in outcome.reason
    heuristic = verdict("rcpt", 550, "", "User unknown", private=("user", "unknown"))
    assert (heuristic.kind, "User" in heuristic.reason) == ("suppressed", False)
    assert verdict("final", 250, "", "queued for user", private=("user",)).provider_id == "queued for (name)"
