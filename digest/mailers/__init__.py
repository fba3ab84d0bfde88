"""Mail settings in, an open Mailer out: the table of providers. Each is loaded only when it is chosen.

To add one, see docs/providers.md: a module here, a row in PROVIDERS, a class in tests/mailers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.config.settings import MailSettings
    from digest.ports import Mailer


def open_mailer(settings: MailSettings) -> Mailer:
    """The chosen provider; connects to nothing yet. Raises ConfigError for settings that cannot work."""
    return PROVIDERS[settings.provider](settings)


def _outbox(settings: MailSettings) -> Mailer:
    from digest.mailers.outbox import OutboxMailer

    return OutboxMailer(settings.outbox.folder)


def _smtp(settings: MailSettings) -> Mailer:
    from digest.mailers.smtp import SmtpMailer
    from digest.mailers.smtp_session import Server

    smtp, dkim = settings.smtp, settings.dkim
    if not smtp.host:
        raise ConfigError('mail.smtp.host: it is missing; expected the mail server\'s name, like "localhost"')
    server = Server(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username or "",
        password=smtp.password.get_secret_value() if smtp.password else "",
        timeout_s=smtp.timeout_s,
    )
    if dkim is None:
        return SmtpMailer(server)
    from digest.mailers.signing import DkimSigner

    return SmtpMailer(server, sign=DkimSigner(dkim.domain, dkim.selector, dkim.private_key_file))


def _sendgrid(settings: MailSettings) -> Mailer:
    from digest.mailers.sendgrid import SendGridMailer

    api_key = settings.sendgrid.api_key
    return SendGridMailer(api_key.get_secret_value() if api_key else "", settings.sendgrid.base_url)


def _null(settings: MailSettings) -> Mailer:  # noqa: ARG001 - it has no settings
    from digest.mailers.null import NullMailer

    return NullMailer()


PROVIDERS: Mapping[str, Callable[[MailSettings], Mailer]] = {
    "outbox": _outbox,
    "smtp": _smtp,
    "sendgrid": _sendgrid,
    "null": _null,
}
"""How each provider of mail.provider is opened."""
