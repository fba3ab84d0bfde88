"""`digest.toml`, the environment and secret files in; frozen `Settings` out, or every fault at once.

`load` is what commands call. Nothing here opens a database, asks DNS or sends a request.
"""

from __future__ import annotations

from digest.config.addresses import Mailbox, address_key, parse_address
from digest.config.learning import GistSettings, LearningSettings, MeaningSettings
from digest.config.load import load
from digest.config.readers import SubscriberSettings, TopicSettings
from digest.config.settings import (
    DigestSettings,
    DkimSettings,
    MailSettings,
    OutboxSettings,
    SendgridSettings,
    Settings,
    SiteSettings,
    SmtpSettings,
    StoreSettings,
)
from digest.config.sources import SourceSettings
from digest.config.times import format_cadence, parse_cadence
from digest.config.web import WebSettings

__all__ = [
    "DigestSettings",
    "DkimSettings",
    "GistSettings",
    "LearningSettings",
    "MailSettings",
    "Mailbox",
    "MeaningSettings",
    "OutboxSettings",
    "SendgridSettings",
    "Settings",
    "SiteSettings",
    "SmtpSettings",
    "SourceSettings",
    "StoreSettings",
    "SubscriberSettings",
    "TopicSettings",
    "WebSettings",
    "address_key",
    "format_cadence",
    "load",
    "parse_address",
    "parse_cadence",
]
