"""The table of providers: settings in, an open mailer out, and nothing loaded that was not chosen."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.config.settings import MailSettings
from digest.errors import ConfigError
from digest.mailers import PROVIDERS, open_mailer
from tests.mailers import aiosmtpd_server, sendgrid_server
from tests.mailers.messages import SECRET, message

if TYPE_CHECKING:
    from pathlib import Path


def test_every_provider_of_the_settings_has_a_row_and_every_row_a_setting() -> None:
    assert set(PROVIDERS) == set(get_args(MailSettings.model_fields["provider"].annotation))


def test_outbox_writes_into_its_folder(tmp_path: Path) -> None:
    mailer = open_mailer(MailSettings(provider="outbox", outbox={"folder": tmp_path / "out"}))
    list(mailer.send([message(1)]))
    assert [path.name for path in (tmp_path / "out").glob("*.eml")] == ["delivery-1.eml"]


def test_smtp_signs_where_a_key_is_set(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with aiosmtpd_server.serving() as mailbox:
        smtp = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "timeout_s": 5}
        dkim = {"domain": "example.org", "selector": "s1", "private_key_file": key_file}
        for settings in (
            MailSettings(provider="smtp", smtp=smtp),
            MailSettings(provider="smtp", smtp=smtp, dkim=dkim),
        ):
            mailer = open_mailer(settings)
            assert [outcome.kind for outcome in mailer.send([message(1)])] == ["accepted"]
            mailer.close()
    assert ["dkim-signature" in mail.headers for mail in mailbox.mails] == [False, True]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_smtp_logs_in_with_the_password_of_the_settings() -> None:
    with aiosmtpd_server.serving(login=True) as mailbox:
        smtp = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "timeout_s": 5}
        login = {"username": aiosmtpd_server.USERNAME, "password": SECRET}
        mailer = open_mailer(MailSettings(provider="smtp", smtp={**smtp, **login}))
        assert mailer.check().endswith("answers without encryption, and accepts the login")


def test_sendgrid_takes_key_and_place_from_the_settings() -> None:
    with sendgrid_server.serving() as server:
        settings = MailSettings(provider="sendgrid", sendgrid={"api_key": SECRET, "base_url": server.url})
        assert "which may send mail" in open_mailer(settings).check()


def test_null_needs_nothing() -> None:
    (outcome,) = open_mailer(MailSettings(provider="null")).send([message(1)])
    assert outcome.kind == "accepted"


@pytest.mark.parametrize(
    ("provider", "missing"), [("smtp", "mail.smtp.host"), ("sendgrid", "mail.sendgrid.api_key")]
)
def test_missing_setting_is_named_by_its_path(provider: str, missing: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_mailer(MailSettings(provider=provider))
    assert str(caught.value).startswith(f"{missing}: ")


def test_table_loads_no_provider() -> None:
    program = "import json, sys, digest.mailers; print(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    heavy = {"sendgrid", "python_http_client", "smtplib", "ssl", "dkim", "digest.mailers.smtp"}
    assert not heavy & set(json.loads(told))
