"""A feed's bytes in, its whole entries out. Fetches nothing; believes no entry to be a paper yet.

feedparser is given bytes only: given a string, it opens paths and URLs by itself, and without a timeout.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from typing import Any

from digest.errors import MalformedError

Entry = Any  # feedparser's own dictionary; read it with `text` and `moment` only

_HARMLESS = frozenset({"CharacterEncodingOverride", "NonXMLContentType"})
# What feedparser's loose parser has been known to raise on bytes that no grammar foresaw.
_STUMBLES = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)
_ENDS = (b"</rss>", b"</feed>", b"</rdf>", b":rdf>", b":rss>", b":feed>")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed. `whole` is False where it broke off; the half-read last entry is then left out. `about` is
    what feedparser says of the channel."""

    entries: tuple[Entry, ...]
    about: Entry
    whole: bool
    title: str


def read(body: bytes, *, name: str, content_type: str | None = None) -> Document:
    """Parse RSS, RDF or Atom. `name` names it in errors. Raises MalformedError where it is none."""
    import feedparser

    if not body.strip():
        raise MalformedError(f"{name}: the answer is empty; a feed was expected")
    # Links are resolved by who knows where the feed came from; TeX is no HTML to be sanitised.
    try:
        parsed = feedparser.parse(
            body,
            resolve_relative_uris=False,
            sanitize_html=False,
            response_headers=_charset_headers(body, content_type),
        )
    except _STUMBLES as why:
        raise MalformedError(f"{name}: the answer cannot be read as a feed ({why})") from why
    if not parsed.get("version") and not parsed.entries:
        raise MalformedError(f"{name}: the answer is not a feed{_looks_like(body)}")
    fault = type(parsed.bozo_exception).__name__ if parsed.bozo else ""
    entries = tuple(parsed.entries)
    # What breaks the rules of XML in its middle is read by feedparser's loose parser to the end; what has
    # no end was cut off. Only the entries that were closed are whole then.
    whole = not fault or fault in _HARMLESS or body.rstrip().lower().endswith(_ENDS)
    if not whole:
        closed = len(re.findall(rb"</(?:\w+:)?(?:item|entry)\s*>", body))
        entries = entries[:closed]
    return Document(entries=entries, about=parsed.feed, whole=whole, title=text(parsed.feed, "title"))


def text(entry: Entry, key: str) -> str:
    """The value of a key as text; "" where it is missing or something else."""
    value = plain(entry, key)
    return value if isinstance(value, str) else ""


def plain(entry: Entry, key: str) -> Any:
    """The value of a key, or None."""
    # dict.get and not entry.get: feedparser's own warns where it takes one key for another.
    return dict.get(entry, key) if isinstance(entry, dict) else None


def moment(entry: Entry, *keys: str) -> dt.datetime | None:
    """The first of the entry's dates that makes sense, in UTC."""
    for key in keys:
        value = plain(entry, f"{key}_parsed")
        if value:
            try:
                return dt.datetime.fromtimestamp(calendar.timegm(value), dt.UTC)
            except (TypeError, ValueError, OverflowError, OSError):
                continue
    return None


def terms(entry: Entry) -> tuple[str, ...]:
    """The entry's categories, in order, each once."""
    tags = plain(entry, "tags") or ()
    return tuple(dict.fromkeys(term for tag in tags if (term := text(tag, "term").strip())))


def _charset_headers(body: bytes, content_type: str | None) -> dict[str, str]:
    """A charset that the document names itself is right more often than the one that a server adds."""
    if content_type and "charset" in content_type.lower() and b"encoding=" not in body[:200]:
        return {"content-type": content_type}
    return {}


def _looks_like(body: bytes) -> str:
    start = body[:2000].lstrip().lower()
    return " but an HTML page" if b"<html" in start or start.startswith(b"<!doctype html") else ""
