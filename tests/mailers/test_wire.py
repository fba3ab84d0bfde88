"""The edge that all providers share: addresses, reasons, the order of a batch."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import AddressError
from digest.mailers.wire import in_order, names, one_line, wire_address
from digest.model import Message, Outcome
from tests.mailers.messages import message


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "ada.lovelace+papers@mail.example.org",
        "o'brien_%&/=?^`{|}~!#$*-@example.org",
        "digest@localhost",
        "a@1.example.org",
        "x" * 64 + "@example.org",
    ],
)
def test_plain_address_stays_as_it_is(address: str) -> None:
    assert wire_address(address) == address


def test_domain_in_other_letters_goes_in_its_ascii_form() -> None:
    assert wire_address("ada@bücher.example") == "ada@xn--bcher-kva.example"


ODD = st.text(alphabet='ab<>@. \r\n,;:"()[]\\\x00é', min_size=1, max_size=20)


@settings(max_examples=150)
@given(text=st.text(max_size=30) | st.builds("{}@{}".format, ODD, ODD))
def test_nothing_passes_that_could_end_or_widen_a_command(text: str) -> None:
    try:
        passed = wire_address(text)
    except AddressError:
        return
    assert re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", passed)
    assert not set(passed) & set('<>()[],;: "\\')
    assert passed.count("@") == 1


def test_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(AddressError) as caught:
        wire_address("hostile words@example.org")
    assert "hostile" not in str(caught.value)


@settings(max_examples=80)
@given(text=st.text(max_size=500), limit=st.integers(min_value=10, max_value=300))
def test_reason_is_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit=limit)
    assert line.isprintable()
    assert len(line) <= limit
    assert line == " ".join(line.split())


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("<ada@example.org>: no", "(address): no"),
        ("mailto:ada@example.org.", "(address)."),
        ("to 'ada@example.org'", "to '(address)'"),
        ("to ada@localhost", "to (address)"),
        ("to ada@[192.0.2.1]; no", "to (address); no"),
        ('to "ada lovelace"@example.org', "to (address)"),
        ("at 12:00 @ noon", "at 12:00 @ noon"),
        ("a\u202eb\u200bc\x00d", "a b c d"),
        (b"caf\xe9", "caf\ufffd"),
    ],
)
def test_reason_without_addresses_and_without_hidden_characters(answer: str | bytes, line: str) -> None:
    assert one_line(answer) == line


def test_names_of_an_address_are_taken_out_as_words() -> None:
    assert names("ada.l+papers@example.org") == ("ada.l+papers", "ada.l")
    assert names("al@example.org") == ()
    told = "ADA.L is unknown; see adaXl, ada.ls and ada.l+papers%40example.org"
    private = names("ada.l+papers@example.org")
    assert one_line(told, private=private) == "(name) is unknown; see adaXl, ada.ls and (name)%40example.org"


def test_messages_after_a_stop_are_not_tried_and_keep_its_pause() -> None:
    tried: list[str] = []

    def send(mail: Message) -> Outcome:
        tried.append(mail.delivery_id)
        stop = len(tried) == 2
        return Outcome(kind="retry", reason="full", retry_after_s=9.0 if stop else None, stop=stop)

    outcomes = list(in_order([message(n) for n in range(4)], send))
    assert tried == ["delivery-0", "delivery-1"]
    assert [outcome.stop for outcome in outcomes] == [False, True, True, True]
    assert [outcome.retry_after_s for outcome in outcomes] == [None, 9.0, 9.0, 9.0]
    assert outcomes[3].reason == "not tried: full"


def test_unfit_recipient_after_a_stop_is_untried_like_the_others() -> None:
    def send(mail: Message) -> Outcome:
        return Outcome(kind="retry", reason="down", stop=True)

    odd = Message(delivery_id="x", sender="a@e.org", recipient="no address", raw=b"")
    assert [outcome.kind for outcome in in_order([message(1), odd], send)] == ["retry", "retry"]
