"""SendGrid through its own client library, against a stand-in that is as strict as its description."""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import socket
import threading
from typing import TYPE_CHECKING

import jsonschema
import pytest

from digest.errors import ConfigError, MailerError
from digest.mailers.sendgrid import SendGridMailer
from digest.mailers.sendgrid_request import build_request
from tests.contracts.mailer import DeliveringContract, FailingContract
from tests.mailers.messages import SECRET, Arrived, message
from tests.mailers.sendgrid_server import Reply, SendGrid, descriptions, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = 1_776_700_000.0


@pytest.fixture
def sendgrid() -> Iterator[SendGrid]:
    with serving() as server:
        yield server


@pytest.fixture
def mailer(sendgrid: SendGrid) -> SendGridMailer:
    return SendGridMailer(SECRET, sendgrid.url, timeout_s=5, clock=lambda: NOW, jitter=lambda: 0.5)


class TestSendGrid(DeliveringContract, FailingContract):
    @pytest.fixture
    def mailer(self, sendgrid: SendGrid) -> SendGridMailer:
        return SendGridMailer(SECRET, sendgrid.url, timeout_s=5)

    @pytest.fixture
    def delivered(self, sendgrid: SendGrid) -> Callable[[], list[Arrived]]:
        return lambda: [as_arrived(request) for request in sendgrid.requests]

    @pytest.fixture
    def broken(self, closed_port: int) -> SendGridMailer:
        return SendGridMailer(SECRET, f"http://127.0.0.1:{closed_port}", timeout_s=5)


def as_arrived(request: dict) -> Arrived:
    """What SendGrid would make a mail of."""
    text, html = request["content"]
    assert (text["type"], html["type"]) == ("text/plain", "text/html")
    return Arrived(
        recipient=request["personalizations"][0]["to"][0]["email"],
        subject=request["subject"],
        text=text["value"],
        html=html["value"],
        headers={name.lower(): value for name, value in request["headers"].items()},
    )


def error(words: str) -> bytes:
    return json.dumps({"errors": [{"message": words, "field": None, "help": None}]}).encode()


# ---------------------------------------------------------------------------- what is sent


def test_names_of_sender_and_reader_go_along(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    list(mailer.send([message(1)]))
    (request,) = sendgrid.requests
    assert request["from"] == {"email": "digest@example.org", "name": "Paper Digest"}
    assert request["personalizations"] == [{"to": [{"email": "reader1@example.org", "name": "Renée"}]}]


def test_delivery_is_named_for_the_events_that_come_back(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    (outcome,) = mailer.send([message(1)])
    assert sendgrid.requests[0]["custom_args"] == {"delivery_id": "delivery-1"}
    assert outcome.provider_id == "sg-1"


def test_links_are_left_as_they_are(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    list(mailer.send([message(1)]))
    tracking = sendgrid.requests[0]["tracking_settings"]
    assert [setting["enable"] for setting in tracking.values()] == [False] * 4
    assert tracking["click_tracking"]["enable_text"] is False


def test_headers_that_sendgrid_reserves_stay_behind() -> None:
    reserved = b"DKIM-Signature: v=1\r\nReceived: x\r\nX-SG-ID: y\r\nReply-To: Desk <desk@example.org>\r\n"
    custom = b"X-Topic: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFeedback-ID: a:b\r\n c\r\n"
    request = build_request(dataclasses.replace(message(1), raw=reserved + custom + message(1).raw))
    assert {name.lower() for name in request["headers"]} == {
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "x-topic",
        "feedback-id",
    }
    assert request["headers"]["X-Topic"] == "=?utf-8?q?Gr=C3=BC=C3=9Fe?="
    assert request["headers"]["Feedback-ID"] == "a:b c"
    assert request["reply_to"] == {"email": "desk@example.org", "name": "Desk"}
    for description in descriptions():
        description.validate(request)


def test_our_description_refuses_what_the_official_one_does(shared: Path) -> None:
    own, official = descriptions()
    good = build_request(message(1))
    spoilt = [
        {**good, "unknown": 1},
        {**good, "personalizations": []},
        {**good, "personalizations": [{"to": []}]},
        {**good, "content": []},
        {**good, "headers": {"X": 1}},
        {**good, "subject": ""},
        {key: value for key, value in good.items() if key != "from"},
    ]
    for request in spoilt:
        for description in (own, official):
            with pytest.raises(jsonschema.ValidationError):
                description.validate(request)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no mail at all",
        b"From: a@example.org\r\nSubject: x\r\nContent-Type: image/png\r\n\r\nx",
        b"Subject: no sender\r\n\r\ntext\r\n",
        b"From: a@example.org, b@example.org\r\n\r\ntext\r\n",
        b"From: a@example.org\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\r\n",
        b"From: a@example.org\r\nSubject: x\r\n\r\nSG.abcdef.ghijkl is a key\r\n",
    ],
)
def test_message_that_cannot_be_put_into_a_request_is_rejected(
    mailer: SendGridMailer, sendgrid: SendGrid, raw: bytes
) -> None:
    first, second = mailer.send([dataclasses.replace(message(1), raw=raw), message(2)])
    assert (first.kind, first.stop, second.kind) == ("rejected", False, "accepted")
    assert len(sendgrid.requests) == 1


# ---------------------------------------------------------------------------- what comes back


def test_reader_whom_sendgrid_refuses_does_not_stop_the_next(mailer: SendGridMailer) -> None:
    refused = dataclasses.replace(message(0), recipient="refused@example.org")
    first, second = mailer.send([refused, message(1)])
    assert (first.kind, first.stop, second.kind) == ("rejected", False, "accepted")
    assert "refused@" not in first.reason


def test_accepted_without_an_id_is_known_by_our_own(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    sendgrid.replies = [Reply(status=202)]
    (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.provider_id) == ("accepted", "delivery-delivery-1")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_and_the_key_goes_nowhere_else(
    mailer: SendGridMailer, sendgrid: SendGrid, status: int
) -> None:
    with serving() as elsewhere:
        sendgrid.replies = [Reply(status=status, headers=(("Location", f"{elsewhere.url}/v3/mail/send"),))]
        (outcome,) = mailer.send([message(1)])
        assert elsewhere.keys == []
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "mail.sendgrid.base_url" in outcome.reason
    assert len(sendgrid.keys) == 1


def test_too_many_requests_waits_as_long_as_it_was_told_with_jitter(
    mailer: SendGridMailer, sendgrid: SendGrid
) -> None:
    sendgrid.replies = [Reply(status=429, headers=(("X-RateLimit-Reset", str(int(NOW) + 40)),))]
    first, second = mailer.send([message(1), message(2)])
    assert (first.kind, first.stop, first.retry_after_s) == ("retry", True, 42.5)
    assert (second.kind, second.stop, len(sendgrid.requests)) == ("retry", True, 1)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(cut=True), "uncertain"),
        (Reply(stall_s=5), "uncertain"),
        (Reply(status=502, body=b"Ack! Bad proxy!"), "uncertain"),
        (Reply(status=504), "uncertain"),
        (Reply(status=500, body=error("internal server error")), "retry"),
        (Reply(status=503), "retry"),
        (Reply(status=500, body=b"x" * 3_000_000), "retry"),
        (Reply(status=202, body=b"x" * 3_000_000), "accepted"),
    ],
)
def test_trouble_of_one_request_leaves_the_next_alone(sendgrid: SendGrid, reply: Reply, kind: str) -> None:
    sendgrid.replies = [reply]
    mailer = SendGridMailer(SECRET, sendgrid.url, timeout_s=0.3)
    first, second = mailer.send([message(1), message(2)])
    assert (first.kind, first.stop, second.kind) == (kind, False, "accepted")
    assert len(sendgrid.requests) == 2


@pytest.mark.parametrize(("status", "kind"), [(503, "retry"), (504, "uncertain")])
def test_trouble_three_times_in_a_row_ends_the_run(
    mailer: SendGridMailer, sendgrid: SendGrid, status: int, kind: str
) -> None:
    sendgrid.replies = [Reply(status=status)] * 5
    outcomes = list(mailer.send([message(n) for n in range(5)]))
    assert [outcome.kind for outcome in outcomes] == [kind, kind, kind, "retry", "retry"]
    assert [outcome.stop for outcome in outcomes] == [False, False, True, True, True]
    assert len(sendgrid.requests) == 3


def test_recorded_answers_of_the_real_thing(shared: Path, mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    recorded = json.loads((shared / "samples" / "sendgrid" / "mail_send_responses.json").read_text())
    fates = {
        202: ("accepted", False),
        400: ("rejected", False),
        413: ("rejected", False),
        500: ("retry", False),
        502: ("uncertain", False),
    }
    for answer in recorded:
        said = answer["body"] if isinstance(answer["body"], str) else json.dumps(answer["body"])
        headers = {name: value for name, value in answer["headers"].items() if name != "content-length"}
        sendgrid.replies = [
            Reply(status=answer["status"], headers=tuple(headers.items()), body=said.encode())
        ]
        (outcome,) = mailer.send([message(1)])
        assert (outcome.kind, outcome.stop) == fates.get(answer["status"], ("retry", True)), answer
        list(mailer.send([message(2)]))  # a good one between, so that no streak of trouble builds up


def test_connection_that_breaks_while_the_message_is_written_is_safe_to_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def take_a_little() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)

        thread = threading.Thread(target=take_a_little)
        thread.start()
        mailer = SendGridMailer(SECRET, f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=5)
        (outcome,) = mailer.send([message(1, extra=(b"x" * 70 + b"\r\n") * 150_000)])
        thread.join(5)
    assert (outcome.kind, outcome.stop) == ("retry", False)
    assert "before the message was written" in outcome.reason


# ---------------------------------------------------------------------------- TLS, key, settings


def test_mail_goes_over_tls_with_the_certificate_checked(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        (trusted,) = SendGridMailer(SECRET, url, timeout_s=5, tls=client_tls).send([message(1)])
        (unknown,) = SendGridMailer(SECRET, url, timeout_s=5).send([message(2)])
    assert trusted.kind == "accepted"
    assert (unknown.kind, unknown.stop) == ("retry", True)
    assert "certificate was refused" in unknown.reason
    assert len(server.requests) == 1


def test_host_that_does_not_exist_stops_the_run() -> None:
    (outcome,) = SendGridMailer(SECRET, "https://sendgrid.invalid", timeout_s=2).send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "cannot be reached" in outcome.reason


def test_key_is_in_no_log_whatever_the_level(
    mailer: SendGridMailer, sendgrid: SendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="python_http_client.client")
    sendgrid.replies = [Reply(status=400, body=error("no"))]
    list(mailer.send([message(1), message(2)]))
    mailer.check()
    assert SECRET not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("python_http_client")]


def test_key_that_an_answer_repeats_is_not_in_the_reason(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    sendgrid.replies = [Reply(status=401, body=error(f"{SECRET} is not a key"))]
    (outcome,) = mailer.send([message(1)])
    assert outcome.stop
    assert SECRET not in outcome.reason
    assert "(secret) is not a key" in outcome.reason


@pytest.mark.parametrize("api_key", ["", " ", "two words", "line\nend", "schlüssel", "nul\x00"])
def test_key_that_cannot_be_one_is_refused_at_once(api_key: str) -> None:
    with pytest.raises(ConfigError, match=r"mail\.sendgrid\.api_key"):
        SendGridMailer(api_key)


def test_key_of_the_environment_is_not_taken_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.from-somewhere")
    with pytest.raises(ConfigError, match=r"mail\.sendgrid\.api_key"):
        SendGridMailer("")


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.sendgrid.com",
        "http://10.0.0.1",
        "ftp://api.sendgrid.com",
        "api.sendgrid.com",
        "",
        "https://",
        "https://user:word@api.sendgrid.com",
        "https://api.sendgrid.com?x=1",
        "https://api.sendgrid.com:port",
        "https://a..b",
        "http://localhost.example.org",
    ],
)
def test_base_url_that_would_show_the_key_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigError, match=r"mail\.sendgrid\.base_url"):
        SendGridMailer(SECRET, base_url)


def test_slash_at_the_end_of_the_base_url_is_no_matter(sendgrid: SendGrid) -> None:
    list(SendGridMailer(SECRET, sendgrid.url + "/", timeout_s=5).send([message(1)]))
    assert sendgrid.paths == ["/v3/mail/send"]


# ---------------------------------------------------------------------------- check


def test_check_wants_the_permission_to_send(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    sendgrid.scopes = ["stats.read"]
    with pytest.raises(MailerError, match="Mail Send"):
        mailer.check()


def test_check_tells_a_wrong_key_from_a_wrong_place(sendgrid: SendGrid) -> None:
    with pytest.raises(MailerError, match=r"mail\.sendgrid\.api_key"):
        SendGridMailer("wrong", sendgrid.url, timeout_s=5).check()
    sendgrid.replies = [Reply(status=200, body=b"<html>It works!</html>")]
    with pytest.raises(MailerError, match=r"mail\.sendgrid\.base_url"):
        SendGridMailer(SECRET, sendgrid.url, timeout_s=5).check()


def test_redirected_check_does_not_carry_the_key_along(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    with serving() as elsewhere:
        sendgrid.replies = [Reply(status=302, headers=(("Location", elsewhere.url),))]
        with pytest.raises(MailerError, match="redirect"):
            mailer.check()
        assert elsewhere.keys == []


def test_urls_of_readers_are_not_rewritten(mailer: SendGridMailer, sendgrid: SendGrid) -> None:
    list(mailer.send([message(1)]))
    html = sendgrid.requests[0]["content"][1]["value"]
    assert re.findall(r'href="([^"]*)"', html) == ["https://digest.example.org/"]
