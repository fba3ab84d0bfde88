"""A folder on an IMAP server: what is read, when it is marked, and what is told when it fails."""

from __future__ import annotations

import datetime as dt
import re
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from digest.errors import DigestError, FolderError, UsageError
from digest.returns.folders import open_folder
from digest.returns.imap import ImapFolder
from digest.returns.mime import BYTES_LIMIT
from tests.returns.imap_server import HANG_UP, PASSWORD, STALL, serving

if TYPE_CHECKING:
    import ssl

MAILS = {3: b"Subject: 3\r\n\r\nthree\r\n", 20: b"Subject: 20\r\n\r\n", 100: b"Subject: 100\r\n\r\n"}


def test_unread_mails_come_oldest_first_and_are_marked_when_the_caller_says_so(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, MAILS) as server:
        server.seen.add(20)
        with open_folder(server.url, password=PASSWORD, tls=client_tls) as folder:
            mails = list(folder.mails())
            assert [(one.key, one.raw) for one in mails] == [("3", MAILS[3]), ("100", MAILS[100])]
            assert {one.arrived for one in mails} == {dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)}
            assert server.seen == {20}
            folder.mark(["3"])
            assert server.seen == {3, 20}
        assert all("PEEK" in one for one in server.commands if "FETCH" in one)
        assert server.commands[-1] == "LOGOUT"


def test_without_writing_the_folder_is_only_examined(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, MAILS) as server:
        with open_folder(server.url, password=PASSWORD, tls=client_tls, writing=False) as folder:
            folder.mark([one.key for one in folder.mails()])
        assert server.seen == set()
        assert not [one for one in server.commands if one.startswith("SELECT")]


def test_many_marks_are_a_few_commands(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    mails = dict.fromkeys(range(1, 451), b"Subject: x\r\n\r\n")
    with serving(server_tls, mails) as server:
        with open_folder(server.url, password=PASSWORD, tls=client_tls) as folder:
            folder.mark([str(uid) for uid in mails])
        assert len(server.seen) == 450
        assert sum("STORE" in one for one in server.commands) == 3


def test_of_a_large_mail_only_its_beginning_is_fetched(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with (
        serving(server_tls, {1: b"x" * 3_000_000}) as server,
        open_folder(server.url, password=PASSWORD, tls=client_tls) as folder,
    ):
        (mail,) = folder.mails()
    assert len(mail.raw) == BYTES_LIMIT


def test_a_mail_that_is_gone_is_passed_over(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    with (
        serving(server_tls, {1: b"", 2: b"Subject: 2\r\n\r\n"}) as server,
        open_folder(server.url, password=PASSWORD, tls=client_tls) as folder,
    ):
        assert [one.key for one in folder.mails()] == ["2"]


def test_a_password_beyond_ascii_goes_another_way(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, {}) as server:
        with open_folder(server.url, password="grün", tls=client_tls) as folder:
            assert list(folder.mails()) == []
        assert "AUTHENTICATE PLAIN" in server.commands


def failure(url: str, *, tls: ssl.SSLContext | None, password: str | None = PASSWORD) -> str:
    """What is told when a folder is opened, read and marked."""
    with pytest.raises(DigestError) as caught, open_folder(url, password=password, tls=tls) as folder:
        folder.mark([one.key for one in folder.mails()])
    told = str(caught.value)
    assert password is None or password not in told
    assert told.isprintable()
    return told


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"LOGIN": b"TAG NO bad password: correct horse\r\n"}, r"refused the login: .*\(secret\).*an app"),
        ({"SELECT": b"TAG NO no such folder\r\n"}, "cannot open the folder 'INBOX': no such folder"),
        ({"SELECT": b"TAG BAD what?\r\n"}, "cannot open the folder 'INBOX': .*what"),
        ({"SELECT": HANG_UP}, "cannot open the folder 'INBOX'"),
        ({"SEARCH": b"TAG BAD what?\r\n"}, "cannot look for unread mails: .*what"),
        ({"SEARCH": b"TAG NO not now\r\n"}, "cannot look for unread mails: not now"),
        ({"SEARCH": HANG_UP}, "cannot look for unread mails"),
        ({"FETCH": b"TAG NO it is damaged\r\n"}, "cannot fetch a mail: it is damaged"),
        ({"FETCH": HANG_UP}, "cannot fetch a mail"),
        ({"FETCH": b"* 3 FETCH (BODY[] {4000000000}\r\n"}, "announced 4,000,000,000 bytes"),
        ({"FETCH": b"\xff\xfe nonsense\r\n"}, "cannot fetch a mail"),
        ({"STORE": b"TAG NO read only\r\n"}, "cannot mark mails as seen: read only"),
    ],
)  # fmt: skip
def test_what_a_server_refuses_is_one_sentence(
    script: dict[str, bytes], words: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, MAILS, script) as server:
        told = failure(server.url, tls=client_tls)
        assert told.startswith(f"localhost:{server.port}: ")
        assert re.search(words, told), told


@pytest.mark.parametrize("step", ["greeting", "SEARCH"])
def test_a_server_that_falls_silent_is_not_waited_for(
    step: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, MAILS, {step: STALL}) as server:
        begun = time.perf_counter()
        with (
            pytest.raises(FolderError, match="timed out"),
            closing(ImapFolder(server.url, password=PASSWORD, tls=client_tls, timeout_s=0.3)) as folder,
        ):
            list(folder.mails())
        assert time.perf_counter() - begun < 5


def test_a_certificate_that_nobody_vouches_for_gets_no_password(server_tls: ssl.SSLContext) -> None:
    with serving(server_tls, MAILS) as server:
        assert "certificate verify failed" in failure(server.url, tls=None).lower()
        assert server.commands == []


def test_a_certificate_for_another_host_gets_no_password(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls, MAILS) as server:
        told = failure(server.url.replace("localhost", "127.0.0.1"), tls=client_tls)
        assert "certificate verify failed" in told.lower()
        assert server.commands == []


def test_where_nobody_listens_that_is_told() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    assert failure(f"imaps://b@localhost:{port}/", tls=None).startswith(f"localhost:{port}: cannot connect: ")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("imap://b@localhost/INBOX", "without TLS"),
        ("https://b@localhost/INBOX", "expected imaps://"),
        ("imaps://b:correct%20horse@localhost/INBOX", "a password stands in the address"),
        ("imaps://localhost/INBOX", "names no user"),
        ("imaps://b@/INBOX", "names no host"),
        ("imaps://b@localhost:port/INBOX", "no address of an IMAP folder"),
        ("imaps://b@localhost/Entw%C3%BCrfe", "must be ASCII"),
        ("imaps://b@localhost/a%0D%0Ab", "must be ASCII"),
        ("imaps://b%0D%0Ax@localhost/INBOX", "control"),
    ],
)
def test_an_address_that_is_none_is_a_usage_error(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        ImapFolder(url, password=PASSWORD)
    assert PASSWORD not in str(caught.value)
    assert "correct" not in str(caught.value)


@pytest.mark.parametrize("password", [None, "", "a\r\nb"])
def test_without_a_password_that_can_be_said_nothing_is_asked(password: str | None) -> None:
    with pytest.raises(UsageError, match="password"):
        ImapFolder("imaps://b@localhost/INBOX", password=password)
