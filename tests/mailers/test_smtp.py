"""SMTP against a real server: plain, STARTTLS, TLS, with and without a login."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digest.errors import ConfigError, MailerError
from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_session import Server
from tests.contracts.mailer import DeliveringContract, FailingContract
from tests.mailers.aiosmtpd_server import USERNAME, Mailbox, serving
from tests.mailers.messages import SECRET, Arrived, message

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


# aiosmtpd warns of what these servers are there to be: ones that take a password without STARTTLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


class _SmtpContract(DeliveringContract, FailingContract):
    @pytest.fixture
    def mailbox(self) -> Iterator[Mailbox]:
        raise NotImplementedError

    @pytest.fixture
    def server(self, mailbox: Mailbox, client_tls: ssl.SSLContext) -> Server:
        raise NotImplementedError

    @pytest.fixture
    def mailer(self, server: Server) -> Iterator[SmtpMailer]:
        mailer = SmtpMailer(server)
        yield mailer
        mailer.close()

    @pytest.fixture
    def delivered(self, mailbox: Mailbox) -> Callable[[], list[Arrived]]:
        return lambda: list(mailbox.mails)

    @pytest.fixture
    def broken(self, server: Server, closed_port: int) -> SmtpMailer:
        return SmtpMailer(dataclasses.replace(server, port=closed_port))

    def test_one_connection_carries_all_messages(self, mailer: SmtpMailer, mailbox: Mailbox) -> None:
        list(mailer.send([message(n) for n in range(3)]))
        list(mailer.send([message(n) for n in range(3, 5)]))
        assert mailbox.connections == 1
        assert len(mailbox.mails) == 5

    def test_unknown_reader_is_suppressed_and_the_next_gets_the_mail_over_the_same_connection(
        self, mailer: SmtpMailer, mailbox: Mailbox
    ) -> None:
        unknown = dataclasses.replace(message(0), recipient="unknown@example.org")
        first, second = mailer.send([unknown, message(1)])
        assert (first.kind, first.stop, second.kind) == ("suppressed", False, "accepted")
        assert "unknown@" not in first.reason
        assert [mail.recipient for mail in mailbox.mails] == ["reader1@example.org"]
        assert mailbox.connections == 1

    def test_id_is_the_servers_queue_id(self, mailer: SmtpMailer) -> None:
        assert [outcome.provider_id for outcome in mailer.send([message(1), message(2)])] == ["Q1", "Q2"]


class TestPlain(_SmtpContract):
    @pytest.fixture
    def mailbox(self) -> Iterator[Mailbox]:
        with serving() as mailbox:
            yield mailbox

    @pytest.fixture
    def server(self, mailbox: Mailbox) -> Server:
        return Server(host="127.0.0.1", port=mailbox.port, security="none", timeout_s=5)


class TestStarttlsWithLogin(_SmtpContract):
    @pytest.fixture
    def mailbox(self, server_tls: ssl.SSLContext) -> Iterator[Mailbox]:
        with serving(starttls=server_tls, login=True) as mailbox:
            yield mailbox

    @pytest.fixture
    def server(self, mailbox: Mailbox, client_tls: ssl.SSLContext) -> Server:
        return Server(
            host="localhost",
            port=mailbox.port,
            security="starttls",
            username=USERNAME,
            password=SECRET,
            timeout_s=5,
            tls=client_tls,
        )

    def test_nothing_but_the_greeting_crosses_in_the_open(self, mailer: SmtpMailer, mailbox: Mailbox) -> None:
        list(mailer.send([message(1)]))
        assert mailbox.encrypted == [True]
        assert mailbox.logins == ["PLAIN"]

    def test_wrong_password_is_tried_once_and_stops(self, server: Server, mailbox: Mailbox) -> None:
        mailer = SmtpMailer(dataclasses.replace(server, password="sesame-shut-up"))
        first, second = mailer.send([message(1), message(2)])
        assert (first.kind, first.stop, second.stop) == ("retry", True, True)
        assert "mail.smtp.username" in first.reason
        assert "535 5.7.8" in first.reason
        assert "sesame" not in first.reason
        assert mailbox.logins == ["PLAIN"]

    def test_certificate_of_an_unknown_authority_is_refused(self, server: Server, mailbox: Mailbox) -> None:
        mailer = SmtpMailer(dataclasses.replace(server, tls=None))
        (outcome,) = mailer.send([message(1)])
        assert (outcome.kind, outcome.stop) == ("retry", True)
        assert "certificate was refused" in outcome.reason
        assert mailbox.logins == []

    def test_certificate_of_another_host_is_refused(
        self, server: Server, mailbox: Mailbox, client_tls: ssl.SSLContext
    ) -> None:
        mailer = SmtpMailer(dataclasses.replace(server, host="127.0.0.2"))
        with pytest.raises(MailerError, match=r"certificate was refused|connect"):
            mailer.check()
        assert mailbox.logins == []


class TestTlsWithLogin(_SmtpContract):
    @pytest.fixture
    def mailbox(self, server_tls: ssl.SSLContext) -> Iterator[Mailbox]:
        with serving(tls=server_tls, login=True, mechanisms=("LOGIN",)) as mailbox:
            yield mailbox

    @pytest.fixture
    def server(self, mailbox: Mailbox, client_tls: ssl.SSLContext) -> Server:
        return Server(
            host="localhost",
            port=mailbox.port,
            security="tls",
            username=USERNAME,
            password=SECRET,
            timeout_s=5,
            tls=client_tls,
        )

    def test_login_method_is_what_the_server_offers(self, mailer: SmtpMailer, mailbox: Mailbox) -> None:
        list(mailer.send([message(1)]))
        assert mailbox.encrypted == [True]
        assert mailbox.logins == ["LOGIN"]


def test_server_without_starttls_gets_no_mail_and_no_password(client_tls: ssl.SSLContext) -> None:
    with serving(login=True) as mailbox:
        server = Server(
            host="localhost",
            port=mailbox.port,
            security="starttls",
            username=USERNAME,
            password=SECRET,
            timeout_s=5,
            tls=client_tls,
        )
        (outcome,) = SmtpMailer(server).send([message(1)])
        assert (outcome.kind, outcome.stop) == ("retry", True)
        assert "does not offer STARTTLS" in outcome.reason
        assert (mailbox.mails, mailbox.logins) == ([], [])


def test_login_without_encryption_is_possible_where_it_was_asked_for() -> None:
    with serving(login=True) as mailbox:
        server = Server(
            host="127.0.0.1",
            port=mailbox.port,
            security="none",
            username=USERNAME,
            password=SECRET,
            timeout_s=5,
        )
        mailer = SmtpMailer(server)
        assert [outcome.kind for outcome in mailer.send([message(1)])] == ["accepted"]
        mailer.close()


def test_message_past_the_servers_size_is_rejected_before_it_is_sent() -> None:
    with serving(size_limit=2000) as mailbox:
        mailer = SmtpMailer(Server(host="127.0.0.1", port=mailbox.port, security="none", timeout_s=5))
        first, second = mailer.send([message(1, extra=b"long\r\n" * 400), message(2)])
        mailer.close()
    assert (first.kind, first.stop, second.kind) == ("rejected", False, "accepted")
    assert "too large" in first.reason
    assert [mail.recipient for mail in mailbox.mails] == ["reader2@example.org"]


@pytest.mark.parametrize(
    "extra", [b"bare\nfeed\r\n", b"bare\rreturn\r\n", b"\n.\nMAIL FROM:<evil@example.net>\r\n"]
)
def test_message_with_bare_line_ends_never_leaves(extra: bytes) -> None:
    with serving() as mailbox:
        mailer = SmtpMailer(Server(host="127.0.0.1", port=mailbox.port, security="none", timeout_s=5))
        first, second = mailer.send([message(1, extra=extra), message(2)])
        mailer.close()
    assert (first.kind, second.kind) == ("rejected", "accepted")
    assert [mail.recipient for mail in mailbox.mails] == ["reader2@example.org"]


def test_username_without_password_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ConfigError, match=r"mail\.smtp\.password"):
        SmtpMailer(Server(host="localhost", port=587, security="starttls", username=USERNAME))


def test_host_that_does_not_exist_stops_the_run() -> None:
    mailer = SmtpMailer(Server(host="mail.invalid", port=25, security="none", timeout_s=2))
    (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "mail.smtp.host" in outcome.reason


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example.org"])
def test_host_that_cannot_be_a_name_stops_the_run(host: str) -> None:
    (outcome,) = SmtpMailer(Server(host=host, port=25, security="none", timeout_s=2)).send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)


def test_password_is_in_no_representation() -> None:
    server = Server(host="localhost", port=587, security="starttls", username=USERNAME, password=SECRET)
    assert SECRET not in repr(server)
