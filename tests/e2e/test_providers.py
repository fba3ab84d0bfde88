"""`digest check` and `digest run` over real protocols: SMTP with STARTTLS and login, SendGrid's API."""

from __future__ import annotations

import email
import email.policy
import re
import ssl
from typing import TYPE_CHECKING

import trustme

from tests.e2e.outside import feed, item
from tests.mailers import aiosmtpd_server, sendgrid_server
from tests.mailers.messages import SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

AT = "2026-04-21T12:00:00+00:00"
READERS = "".join(
    f"""
[[subscribers]]
email = "reader{number}@example.org"
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""
    for number in range(3)
)
WEB = '[site]\nurl = "https://digest.example.org/a/path/that/is/long/enough/to/be/folded/by/anything/that/folds"\n'


def with_web(home: Home) -> None:
    """Give the site an address of its own, 80 characters long."""
    path = home.folder / "digest.toml"
    path.write_text(path.read_text().replace("[site]\n", WEB, 1))


def test_mails_leave_by_smtp_over_one_encrypted_connection(
    home: Home, outside: Outside, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_tls)
    environ = {"DIGEST_MAIL__SMTP__PASSWORD": SECRET, "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    outside.announce(feed(item(1)))
    with aiosmtpd_server.serving(starttls=server_tls, login=True) as mailbox:
        home.configure(
            f"""
[mail]
provider = "smtp"
[mail.smtp]
host = "localhost"
port = {mailbox.port}
security = "starttls"
username = "{aiosmtpd_server.USERNAME}"
""",
            outside.sources(),
            READERS,
        )
        with_web(home)
        checked = home.digest("check", "--json", **environ)
        assert checked.code == 0, checked
        assert mailbox.mails == []
        wrong = home.digest(
            "run", "--at", AT, "--json", **{**environ, "DIGEST_MAIL__SMTP__PASSWORD": "not it"}
        )
        assert (wrong.code, wrong.json["accepted"], wrong.json["waiting"]) == (1, 0, 3)
        assert wrong.json["stopped"]
        assert "not it" not in wrong.err + wrong.out
        mailbox.connections = 0
        ended = home.digest("run", "--at", AT, "--json", **environ)
        assert ended.json["accepted"] == 3, ended
        assert mailbox.connections == 1
        assert set(mailbox.encrypted) == {True}
    raws = [arrived.raw for arrived in mailbox.mails]
    assert len(raws) == len(set(raws)) == 3
    for raw in raws:
        whole = re.search(rb"\r\nList-Unsubscribe: <(https://[^>\s]+)>, <mailto:[^>\s]+>\r\n", raw)
        assert whole, raw[:2000]
        assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_mails_leave_by_sendgrids_api(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    with sendgrid_server.serving() as sendgrid:
        home.configure(
            f'[mail]\nprovider = "sendgrid"\n[mail.sendgrid]\nbase_url = "{sendgrid.url}"\n',
            outside.sources(),
            READERS,
        )
        with_web(home)
        wrong = home.digest("run", "--at", AT, "--json", DIGEST_MAIL__SENDGRID__API_KEY="SG.not-it")
        assert wrong.code == 1
        assert (wrong.json["accepted"], wrong.json["waiting"]) == (0, 3)
        assert wrong.json["stopped"]
        assert "SG.not-it" not in wrong.err + wrong.out
        assert home.digest("check", DIGEST_MAIL__SENDGRID__API_KEY=SECRET).code == 0
        ended = home.digest("run", "--at", AT, "--json", DIGEST_MAIL__SENDGRID__API_KEY=SECRET)
        assert (ended.json["due"], ended.json["accepted"]) == (3, 3)
    to = sorted(request["personalizations"][0]["to"][0]["email"] for request in sendgrid.requests)
    assert to == ["reader0@example.org", "reader1@example.org", "reader2@example.org"]
    for request in sendgrid.requests:
        assert request["headers"]["List-Unsubscribe"].startswith("<https://digest.example.org/a/path")
        assert request["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert request["custom_args"]["delivery_id"]


def test_the_null_provider_takes_everything_and_keeps_nothing(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    home.configure('[mail]\nprovider = "null"\n', outside.sources(), READERS)
    assert home.run(AT)["accepted"] == 3
    assert home.mails == []


def test_an_eml_of_the_outbox_is_a_mail(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    home.configure(outside.sources(), READERS)
    home.run(AT)
    for mail in home.mails:
        raw = mail.path.read_bytes()
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
        assert mail.path.stem in parsed["Message-ID"]
        assert "mailto:" in parsed["List-Unsubscribe"]
        assert parsed["List-Unsubscribe-Post"] is None
