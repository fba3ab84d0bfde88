"""The settings, section by section, frozen. Every option, its type and its default; no file is read here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from digest.config.addresses import Mailbox, MailboxValue, SiteUrl
from digest.config.delivery import DeliverySettings, OperatorSettings, ReturnPath
from digest.config.learning import GistSettings, LearningSettings, MeaningSettings
from digest.config.readers import SubscriberSettings
from digest.config.section import Count, Days, KeepDays, Port, Seconds, Section
from digest.config.sources import SourceSettings
from digest.config.values import Line, Text
from digest.config.web import WebSettings

if TYPE_CHECKING:
    from digest.model import Subscriber

SECRET_LENGTH = 32


def _long(secret: SecretStr) -> SecretStr:
    if (length := len(secret.get_secret_value())) < SECRET_LENGTH:
        raise ValueError(f"expected at least {SECRET_LENGTH} characters, got {length}")
    return secret


def _database(value: object) -> object:
    if isinstance(value, str) and "://" not in value:
        raise ValueError('expected the address of a database such as "sqlite:///digest.db"')
    return value


class SiteSettings(Section):
    """Who sends."""

    name: Line = "Paper Digest"
    url: SiteUrl | None = None
    sender: MailboxValue = Mailbox(address="digest@localhost")
    contact: MailboxValue | None = None
    unsubscribe: MailboxValue | None = None
    postal_address: Text = ""
    secret: Annotated[
        SecretStr,
        AfterValidator(_long),
        Field(description=f"at least {SECRET_LENGTH} characters that nobody can guess"),
    ]
    old_secrets: tuple[SecretStr, ...] = ()

    @property
    def sender_name(self) -> str:
        """The name in From: the mailbox's own, or the site's."""
        return self.sender.name or self.name

    @property
    def sender_address(self) -> str:
        """The bare address in From."""
        return self.sender.address

    @property
    def contact_address(self) -> str:
        """Whom to write to: told to readers, and to the hosts that are asked for listings."""
        return (self.contact or self.sender).address

    @property
    def unsubscribe_address(self) -> str:
        """Where a mail that asks to leave is sent."""
        return (self.unsubscribe or self.sender).address

    @property
    def list_id(self) -> str:
        """The List-Id (RFC 2919): one label under the sender's domain."""
        return f"digest.{self.sender.address.rpartition('@')[2]}"


class StoreSettings(Section):
    """Where the library is, and how long it keeps what is past. `url` may hold a password and is not shown;
    `keep_days` 0 keeps everything."""

    url: Annotated[str, BeforeValidator(_database), Field(repr=False)] = "sqlite:///digest.db"
    keep_days: KeepDays = 400


class OutboxSettings(Section):
    """The folder of .eml files."""

    folder: Path = Path("outbox")


_PORTS = {"none": 25, "starttls": 587, "tls": 465}


class SmtpSettings(Section):
    """A mail server. `port` is, unless given, the usual one for `security`."""

    host: Line | None = None
    port: Port = _PORTS["starttls"]
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: Line | None = None
    password: SecretStr | None = None
    timeout_s: Seconds = 30

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, values: object) -> object:
        if isinstance(values, dict) and "port" not in values and values.get("security") in _PORTS:
            return {**values, "port": _PORTS[values["security"]]}
        return values


class SendgridSettings(Section):
    """SendGrid's mail/send."""

    api_key: SecretStr | None = None
    webhook_key: Line | None = None
    base_url: SiteUrl = "https://api.sendgrid.com"


class DkimSettings(Section):
    """The key that signs what leaves by SMTP."""

    domain: Annotated[Line, Field(description="the sender's domain")]
    selector: Annotated[Line, Field(description="the name of the key's DNS record")]
    private_key_file: Annotated[Path, Field(description="the path of a private key in PEM")]


class MailSettings(Section):
    """How mails leave."""

    provider: Literal["outbox", "smtp", "sendgrid", "null"] = "outbox"
    return_path: ReturnPath | None = None
    outbox: OutboxSettings = OutboxSettings()
    smtp: SmtpSettings = SmtpSettings()
    sendgrid: SendgridSettings = SendgridSettings()
    dkim: DkimSettings | None = None


class DigestSettings(Section):
    """The defaults of a reader, and of every mail."""

    max_papers: Count = 12
    trending: bool = False
    outside: bool = False
    when_empty: Literal["skip", "send"] = "skip"
    window_days: Days = 7
    templates: Path | None = None
    thumbnails: bool = False


class Settings(BaseSettings):
    """All of it. `load` makes one; `Settings(site=…)` makes one of values alone, from nowhere else."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix="DIGEST_",
        env_nested_delimiter="__",
    )

    site: SiteSettings
    store: StoreSettings = StoreSettings()
    mail: MailSettings = MailSettings()
    delivery: DeliverySettings = DeliverySettings()
    operator: OperatorSettings = OperatorSettings()
    digest: DigestSettings = DigestSettings()
    web: WebSettings = WebSettings()
    learning: LearningSettings = LearningSettings()
    meaning: MeaningSettings = MeaningSettings()
    gist: GistSettings = GistSettings()
    sources: tuple[SourceSettings, ...] = ()
    subscribers: tuple[SubscriberSettings, ...] = ()

    _path: Path = PrivateAttr(default=Path("digest.toml"))
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values given, and no others: `load` puts the environment in, so that it is asked in one place."""
        return (init_settings,)

    @property
    def path(self) -> Path:
        """The file that these settings came from."""
        return self._path

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet unwise, a sentence each."""
        return self._warnings

    def remember(self, *, path: Path, warnings: tuple[str, ...]) -> None:
        """Note where these settings came from; for `load` alone."""
        self._path, self._warnings = path, warnings

    def readers(self) -> tuple[Subscriber, ...]:
        """The subscribers of the file, in its order, with the defaults of [digest]."""
        return tuple(reader.to_model(self.digest) for reader in self.subscribers)
