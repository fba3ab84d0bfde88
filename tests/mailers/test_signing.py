"""DKIM: what leaves can be verified by anybody who asks DNS, one-click unsubscribe included."""

from __future__ import annotations

import base64
import dataclasses
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from digest.errors import ConfigError
from digest.mailers.signing import DkimSigner
from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_session import Server
from tests.mailers.aiosmtpd_server import serving
from tests.mailers.messages import message

if TYPE_CHECKING:
    from pathlib import Path

PEM = serialization.Encoding.PEM
PKCS8, PKCS1 = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
PLAIN = serialization.NoEncryption()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def key_file(key: rsa.RSAPrivateKey, tmp_path: Path) -> Path:
    path = tmp_path / "dkim.pem"
    path.write_bytes(key.private_bytes(PEM, PKCS8, PLAIN))
    return path


def is_genuine(raw: bytes, key: rsa.RSAPrivateKey) -> bool:
    """What a receiver finds, with the key that DNS would give it."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"digest2026._domainkey.example.org."
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    return bool(dkim.verify(raw, dnsfunc=dns))


def test_signature_arrives_over_smtp_and_holds(key: rsa.RSAPrivateKey, key_file: Path) -> None:
    with serving() as mailbox:
        server = Server(host="127.0.0.1", port=mailbox.port, security="none", timeout_s=5)
        mailer = SmtpMailer(server, sign=DkimSigner("example.org", "digest2026", key_file))
        outcomes = list(mailer.send([message(1), message(2, extra=b".dots\r\n..more\r\n")]))
        mailer.close()
    assert [outcome.kind for outcome in outcomes] == ["accepted", "accepted"]
    raws = [mail.raw or b"" for mail in mailbox.mails]
    assert [is_genuine(raw, key) for raw in raws] == [True, True]
    assert raws[0].endswith(message(1).raw)


def test_signature_covers_both_headers_of_one_click_unsubscribe(
    key: rsa.RSAPrivateKey, key_file: Path
) -> None:
    raw = DkimSigner("example.org", "digest2026", key_file)(message(1).raw)
    (covered,) = re.findall(rb"\sh=([^;]*);", raw)
    names = [name.strip().lower() for name in re.sub(rb"\s", b"", covered).split(b":")]
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"subject", b"to", b"date", b"message-id"} <= {
        *names
    }
    assert names.count(b"from") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"https://papers.", b"https://others."),
        (b"One-Click", b"Two-Click"),
        (b"Subject: =?utf-8?q?Three", b"Subject: =?utf-8?q?Seven"),
        (b"Subject:", b"From: Evil <evil@example.net>\r\nSubject:"),
        (b"reader 1", b"reader 9"),
    ],
)
def test_changed_message_is_found_out(key: rsa.RSAPrivateKey, key_file: Path, old: bytes, new: bytes) -> None:
    raw = DkimSigner("example.org", "digest2026", key_file)(message(1).raw)
    assert old in raw
    assert not is_genuine(raw.replace(old, new, 1), key)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("form", [PKCS8, PKCS1])
def test_keys_as_openssl_writes_them(
    key: rsa.RSAPrivateKey, tmp_path: Path, form: serialization.PrivateFormat, line_end: bytes
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(PEM, form, PLAIN).replace(b"\n", line_end))
    assert is_genuine(DkimSigner("example.org", "digest2026", path)(message(1).raw), key)


def unusable_keys(key: rsa.RSAPrivateKey) -> list[bytes]:
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(b"passphrase")
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    begin, end = b"-----BEGIN PRIVATE KEY-----\n", b"\n-----END PRIVATE KEY-----\n"
    return [
        b"",
        b"not a key",
        begin + b"AAAA" + end,
        begin + b"MIIB" + end,
        begin + b"!!!" + end,
        key.private_bytes(PEM, PKCS8, PLAIN)[:400] + end,
        curve.private_bytes(PEM, PKCS8, PLAIN),
        key.private_bytes(PEM, PKCS8, locked),
        public,
    ]


@pytest.mark.parametrize("number", range(9))
def test_key_that_cannot_sign_is_named_before_anything_is_sent(
    key: rsa.RSAPrivateKey, tmp_path: Path, number: int
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(unusable_keys(key)[number])
    with pytest.raises(ConfigError, match=r"mail\.dkim\.private_key_file: .*key\.pem does not sign"):
        DkimSigner("example.org", "digest2026", path)


def test_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mail\.dkim\.private_key_file: .*No such file"):
        DkimSigner("example.org", "digest2026", tmp_path / "none.pem")


@pytest.mark.parametrize(
    ("domain", "selector", "named"),
    [
        ("", "s", "domain"),
        ("a b", "s", "domain"),
        ("example.org", "a;b", "selector"),
        ("ex\r\n", "s", "domain"),
    ],
)
def test_names_that_dns_cannot_hold_are_refused(
    key_file: Path, domain: str, selector: str, named: str
) -> None:
    with pytest.raises(ConfigError, match=rf"mail\.dkim\.{named}"):
        DkimSigner(domain, selector, key_file)


def test_message_that_cannot_be_signed_is_rejected_and_the_next_goes_out(key_file: Path) -> None:
    without_from = dataclasses.replace(message(1), raw=b"Subject: no sender\r\n\r\nhello\r\n")
    with serving() as mailbox:
        server = Server(host="127.0.0.1", port=mailbox.port, security="none", timeout_s=5)
        mailer = SmtpMailer(server, sign=DkimSigner("example.org", "digest2026", key_file))
        first, second = mailer.send([without_from, message(2)])
        mailer.close()
    assert (first.kind, second.kind) == ("rejected", "accepted")
    assert "cannot be signed" in first.reason


def test_missing_package_is_told_in_a_sentence(key_file: Path) -> None:
    program = (
        "import sys, pathlib; sys.modules['dkim'] = None\n"
        "from digest.errors import ConfigError\n"
        "from digest.mailers.signing import DkimSigner\n"
        "try: DkimSigner('example.org', 's', pathlib.Path(sys.argv[1]))\n"
        "except ConfigError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(key_file)], capture_output=True, text=True, check=True
    )
    assert "pip install dkimpy" in run.stdout
