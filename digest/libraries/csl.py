"""CSL-JSON in (one item of it), an entry out: as Zotero, Mendeley, Paperpile, Crossref and Pandoc write it.
https://docs.citationstyles.org/en/stable/specification.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.libraries.entry import Entry, Fault, entry
from digest.libraries.values import many, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_HINTS = (
    "URL",
    "note",
    "number",
    "container-title",
    "archive_location",
    "volume",
    "publisher",
    "id",
    "source",
)


def read(item: Mapping[str, Any], *, line: int) -> Entry | Fault:
    """What one item says. Anything may be missing, or be of another kind than it should."""
    return entry(
        title=text(item.get("title")),
        authors=[_name(one) for one in many(item.get("author"))],
        year=_date(item.get("issued")) or text(item.get("year")),
        doi=text(item.get("DOI") or item.get("doi")),
        arxiv_id=text(item.get("arxiv") or item.get("arxiv_id")),
        hints=[text(item.get(name)) for name in (*_HINTS, "url")],
        added=text(item.get("dateAdded")) or _date(item.get("accessed")),
        line=line,
    )


def _name(one: object) -> str:
    if not isinstance(one, dict):
        return text(one)
    family, given = text(one.get("family")), text(one.get("given"))
    particle = text(one.get("non-dropping-particle"))
    family = f"{particle} {family}".strip()
    return f"{family}, {given}" if family and given else family or text(one.get("literal")) or given


def _date(value: object) -> str:
    """`{"date-parts": [[2017, 6, 12]]}`, `{"raw": "2017-06-12"}` or a text, as year-month-day."""
    if not isinstance(value, dict):
        return text(value)
    for parts in many(value.get("date-parts")):
        found = [text(part) for part in many(parts)][:3]
        if found and all(part.isdecimal() for part in found):
            return "-".join([*found, *["1"] * (3 - len(found))])
    return text(value.get("raw") or value.get("literal"))
