"""What every Mailer does (`digest.ports.Mailer`). An adapter's tests inherit the classes that apply to it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digest.errors import MailerError
from digest.mailers import PROVIDERS
from tests.mailers.messages import SECRET, UNSUBSCRIBE, Arrived, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import Message
    from digest.ports import Mailer

HOSTILE_RECIPIENTS = [
    "",
    " ",
    "@",
    "ada",
    "ada@",
    "@example.org",
    "a@e.com\r\nRCPT TO:<evil@example.net>",
    "a@e.com\nBcc: evil@example.net",
    "a@e.com\x00",
    "a@e.com>,<evil@example.net",
    "a@e.com,evil@example.net",
    "a@e.com evil@example.net",
    '"a> RCPT"@example.org',
    "evil@example.net(a@e.com)",
    "@relay.example:evil@example.net",
    "a@b@example.net",
    "ada@-example.org",
    "ada@example..org",
    "jörg@example.org",
    "a" * 65 + "@example.org",
    "ada@" + "a." * 127 + "org",
]


def hostile_messages() -> list[Message]:
    """A message to each of them."""
    return [dataclasses.replace(message(0), recipient=recipient) for recipient in HOSTILE_RECIPIENTS]


class MailerContract:
    """For every adapter. A subclass gives the fixtures `mailer` and `delivered`."""

    @pytest.fixture
    def mailer(self) -> Mailer:
        raise NotImplementedError

    @pytest.fixture
    def delivered(self) -> Callable[[], list[Arrived]]:
        raise NotImplementedError

    def test_is_known_by_its_name(self, mailer: Mailer) -> None:
        assert mailer.name in PROVIDERS

    def test_accepts_each_message_with_an_id_of_its_own_words(self, mailer: Mailer) -> None:
        outcomes = list(mailer.send([message(n) for n in range(4)]))
        assert [outcome.kind for outcome in outcomes] == ["accepted"] * 4
        assert all(outcome.provider_id and not outcome.stop for outcome in outcomes)

    def test_an_empty_batch_has_no_outcomes(self, mailer: Mailer) -> None:
        assert list(mailer.send([])) == []

    def test_hostile_recipients_are_rejected_and_the_next_message_goes_out(self, mailer: Mailer) -> None:
        *hostile, last = mailer.send([*hostile_messages(), message(1)])
        fates = [(outcome.kind, outcome.stop) for outcome in hostile]
        assert dict(zip(HOSTILE_RECIPIENTS, fates, strict=True)) == dict.fromkeys(
            HOSTILE_RECIPIENTS, ("rejected", False)
        )
        assert not any("evil" in outcome.reason or "@" in outcome.reason for outcome in hostile)
        assert all(outcome.reason for outcome in hostile)
        assert last.kind == "accepted"

    @pytest.mark.parametrize("sender", ["", "digest@e.com\r\nRCPT TO:<evil@example.net>", "digest"])
    def test_unfit_sender_stops_the_run_because_every_message_has_it(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]], sender: str
    ) -> None:
        batch = [dataclasses.replace(message(n), sender=sender) for n in range(2)]
        outcomes = list(mailer.send(batch))
        assert [(outcome.kind, outcome.stop) for outcome in outcomes] == [("retry", True)] * 2
        assert "mail.return_path" in outcomes[0].reason
        assert delivered() == []

    def test_check_says_one_sentence_and_sends_nothing(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]]
    ) -> None:
        said = mailer.check()
        assert said.startswith(mailer.name)
        assert "\n" not in said
        assert SECRET not in said
        assert delivered() == []

    def test_close_may_be_called_twice(self, mailer: Mailer) -> None:
        assert [outcome.kind for outcome in mailer.send([message(1)])] == ["accepted"]
        mailer.close()
        mailer.close()

    def test_close_without_a_message_does_nothing(self, mailer: Mailer) -> None:
        mailer.close()


class DeliveringContract(MailerContract):
    """For adapters whose mail can be looked at where it arrives."""

    def test_keeps_the_order(self, mailer: Mailer, delivered: Callable[[], list[Arrived]]) -> None:
        list(mailer.send([message(n) for n in range(4)]))
        assert [mail.recipient for mail in delivered()] == [message(n).recipient for n in range(4)]

    def test_hostile_recipients_never_reach_the_wire(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]]
    ) -> None:
        list(mailer.send([*hostile_messages(), message(1)]))
        assert [mail.recipient for mail in delivered()] == [message(1).recipient]

    def test_sends_a_message_only_when_its_outcome_is_asked_for(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]]
    ) -> None:
        outcomes = mailer.send([message(1), message(2)])
        assert delivered() == []
        assert next(outcomes).kind == "accepted"
        assert [mail.recipient for mail in delivered()] == [message(1).recipient]

    def test_what_arrives_is_what_was_composed(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]]
    ) -> None:
        list(mailer.send([message(1)]))
        (mail,) = delivered()
        assert mail.subject == "Three papers on Gödel and graphs"
        assert mail.text.splitlines()[:3] == ["Grüße, reader 1.", "", ".a line that begins with a dot"]
        assert '<a href="https://digest.example.org/">Gödel</a>' in mail.html
        if mail.raw is not None:
            assert mail.raw == message(1).raw

    def test_unsubscribe_header_arrives_whole(
        self, mailer: Mailer, delivered: Callable[[], list[Arrived]]
    ) -> None:
        list(mailer.send([message(1)]))
        (mail,) = delivered()
        assert mail.headers["list-unsubscribe"] == UNSUBSCRIBE
        assert mail.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert mail.headers["list-id"] == "Paper Digest <digest.example.org>"
        assert mail.headers["message-id"] == "<delivery-1@example.org>"
        if mail.raw is not None:
            assert f"\r\nList-Unsubscribe: {UNSUBSCRIBE}\r\n".encode() in mail.raw


class FailingContract:
    """For adapters that can be out of reach. A subclass gives the fixture `broken`, closed at its end."""

    @pytest.fixture
    def broken(self) -> Mailer:
        raise NotImplementedError

    def test_provider_that_fails_as_a_whole_stops_the_batch(self, broken: Mailer) -> None:
        outcomes = list(broken.send([message(n) for n in range(3)]))
        assert [(outcome.kind, outcome.stop) for outcome in outcomes] == [("retry", True)] * 3
        assert [outcome.reason.startswith("not tried: ") for outcome in outcomes] == [False, True, True]

    def test_reasons_are_one_line_without_secrets_or_addresses(self, broken: Mailer) -> None:
        for outcome in broken.send([message(1), message(2)]):
            assert outcome.reason.isprintable()
            assert SECRET not in outcome.reason
            assert message(1).recipient not in outcome.reason

    def test_check_raises_what_is_wrong(self, broken: Mailer) -> None:
        with pytest.raises(MailerError) as caught:
            broken.check()
        assert f"mail.{broken.name}." in str(caught.value)
        assert SECRET not in str(caught.value)
