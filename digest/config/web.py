"""`[web]`: how the web side answers. Names and numbers; which pages there are is not settled here."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from digest.config.section import Section
from digest.config.values import once, parse_line, shown

_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_HEADER = re.compile(r"[A-Za-z0-9-]+")


def _host(value: object) -> object:
    if not isinstance(value, str):
        return value
    host = value.strip().lower()
    if not _HOST.fullmatch(host):
        raise ValueError(
            f'expected the name of a host without scheme and port, such as "digest", got {shown(value)}'
        )
    return host


def _header(value: object) -> object:
    if isinstance(value, str) and not _HEADER.fullmatch(value.strip()):
        raise ValueError(f'expected the name of a header such as "X-Forwarded-User", got {shown(value)}')
    return parse_line(value)


def _hash(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"(?:scrypt|pbkdf2)(?::[a-z0-9]+)*\$[^$]+\$[0-9a-f]+", secret.get_secret_value()):
        raise ValueError('expected what "digest web --hash-password" prints')
    return secret


Host = Annotated[str, BeforeValidator(_host)]
Hosts = Annotated[tuple[Host, ...], AfterValidator(once)]
HeaderName = Annotated[str, BeforeValidator(_header)]
PasswordHash = Annotated[SecretStr, AfterValidator(_hash)]
Proxies = Annotated[int, Field(ge=0, le=10)]


class WebSettings(Section):
    """The web side. `proxies` is how many stand before it and add X-Forwarded-For; `hosts` are further names
    by which it may be asked. The operator's page is off without a password's hash or a proxy's header."""

    proxies: Proxies = 0
    hosts: Hosts = ()
    subscribe: bool = True
    metrics: bool = True
    operator_password_hash: PasswordHash | None = None
    operator_header: HeaderName | None = None

    @property
    def heeded_header(self) -> str | None:
        """The header in which a proxy names the operator; None while no proxy is known, for then anybody
        could write it."""
        return self.operator_header if self.proxies else None
