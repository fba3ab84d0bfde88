"""What surrounds a request: its URL and how it is named, where it is sent on to, when to come back."""

from __future__ import annotations

import datetime as dt
import email.utils
import re

import httpx2

from digest.errors import FetchError

_SECRET = re.compile(r"key|token|secret|pass|auth|sig|credential|session", re.IGNORECASE)
_DAY_S = 86_400.0


def parsed(url: str) -> httpx2.URL:
    """An http(s) URL with a host. Raises FetchError."""
    try:
        found = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError) as why:
        raise FetchError(f"GET {named(url)}: not a URL ({why})") from why
    if found.scheme not in ("http", "https") or not found.host:
        raise FetchError(f"GET {named(url)}: refused: only http and https URLs with a host are fetched")
    return found


def redirected(at: httpx2.URL, location: str | None, *, asked: str) -> httpx2.URL:
    """Where a redirect leads. Raises FetchError where that is nowhere that may be fetched."""
    if not location:
        raise FetchError(f"GET {named(asked)}: redirected to nowhere (no Location)")
    try:
        return parsed(str(at.join(location)))
    except (httpx2.InvalidURL, ValueError) as why:
        raise FetchError(f"GET {named(asked)}: redirected to {named(location)}, not a URL") from why
    except FetchError as why:
        raise FetchError(
            f"GET {named(asked)}: redirected to {named(location)}: only http(s) is followed"
        ) from why


def named(url: str) -> str:
    """The URL as it may be shown: without login, without the values of what looks like secrets, in one
    line, not too long.

    >>> named("https://me:pw@example.org/feed?cat=x&api_key=abc")
    'https://example.org/feed?cat=x&api_key=…'
    """
    url = re.sub(r"^(\w+://)[^/?#]*@", r"\1", "".join(c if c.isprintable() else " " for c in url))
    url = re.sub(
        r"([?&;])([^=&;#]+)=([^&;#]*)",
        lambda m: f"{m[1]}{m[2]}=…" if _SECRET.search(m[2]) else m[0],
        url,
    )
    return url if len(url) <= 300 else f"{url[:299]}…"


def own_interval_s(host: str) -> float:
    """What a host is known to ask for between requests: 3 s for arXiv's (its API's terms of use)."""
    name = host.lower().rstrip(".")
    return 3.0 if name == "arxiv.org" or name.endswith(".arxiv.org") else 0.0


def retry_after_s(status: int, header: str | None, *, now: float) -> float | None:
    """How long an answer asks to be left alone (RFC 9110, 10.2.3): 429 always, 503 where it says so; else
    None. At most a day; what cannot be read counts as a minute."""
    if status != 429 and not (status == 503 and header):
        return None
    text = (header or "").strip()
    if text.isdecimal() and len(text) < 12:
        return min(float(text), _DAY_S)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 60.0
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return min(max(when.timestamp() - now, 0.0), _DAY_S)
