"""Settings in, sentences out: what is allowed and yet unwise. Refuses nothing."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digest.config.faults import Fault
    from digest.config.settings import Settings

EXAMPLE_SECRET = "an example: write 32 or more characters of your own"  # noqa: S105 - it is no secret
_SECRETS = (
    ("site", "secret"),
    ("site", "old_secrets"),
    ("mail", "smtp", "password"),
    ("mail", "sendgrid", "api_key"),
    ("web", "operator_password_hash"),
    ("meaning", "api_key"),
    ("gist", "api_key"),
)
_QUERY = re.compile(r"\b(?:cat|ti|abs|au|all):\S|\s(?:AND|OR|ANDNOT)\s")
_NO_QUERY = (
    "looks like a query of arXiv's search; a keyword is words of a title or abstract, "
    "and categories have a list of their own"
)


def secrets_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the secrets that a raw file holds."""
    found = []
    for place in _SECRETS:
        value: Any = values
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if value:
            found.append(".".join(place))
    store = values.get("store")
    if isinstance(store, dict) and re.search(r"://[^/@]*:[^/@]*@", str(store.get("url", ""))):
        found.append("store.url")
    return tuple(found)


def permissions(secrets: tuple[str, ...], mode: int, path: Path) -> Iterator[str]:
    """Others can read the secrets of the file."""
    if secrets:
        yield f"others can read it (mode {mode:04o}), and it holds {', '.join(secrets)}; chmod 600 {path}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def unwise(settings: Settings) -> Iterator[Fault]:
    """What will not do what it seems to."""
    if settings.site.secret.get_secret_value() == EXAMPLE_SECRET:
        yield ("site", "secret"), "is that of the example, which everybody knows; write one of your own"
    if (url := settings.site.url) and url.lower().startswith("http://") and not _is_loopback(url):
        yield ("site", "url"), "sends the links of readers in the clear; put it behind https (docs/web.md)"
    if settings.web.operator_header and not settings.web.proxies:
        yield (
            ("web", "operator_header"),
            "is not heeded while web.proxies is 0: without a proxy that sets it, anybody could write it",
        )
    smtp = settings.mail.smtp
    local = smtp.host in {"localhost", "127.0.0.1", "::1"}
    if settings.mail.provider == "smtp" and smtp.security == "none" and smtp.password and not local:
        yield ("mail", "smtp", "security"), '"none" sends the password in the clear; use "starttls" or "tls"'
    for name, model in (("meaning", settings.meaning), ("gist", settings.gist)):
        if (
            model.api_key
            and model.url
            and model.url.lower().startswith("http://")
            and not _is_loopback(model.url)
        ):
            yield (name, "url"), "sends the api_key in the clear; use https, or a model on this machine"
    if not settings.sources:
        yield ("sources",), "there is none, so that no paper will ever come in; add a [[sources]]"
    for i, reader in enumerate(settings.subscribers):
        for j, topic in enumerate(reader.topics):
            for k, keyword in enumerate(topic.keywords):
                if _QUERY.search(keyword):
                    yield ("subscribers", i, "topics", j, "keywords", k), _NO_QUERY
