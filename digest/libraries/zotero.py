"""Zotero's RDF in, entries out; and items of its JSON. Its CSV is `columns`', its other exports those of
their formats.

RDF is read as a stream, with no entity, no external part and no fetching: what declares one is refused. A DOI
may stand on the item's journal, within it or beside it (Zotero joins the two by the journal's ISSN, and then
the journal's DOI is that of the one item that names it).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from digest.libraries.entry import Entry, Fault, entry
from digest.libraries.values import many, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

NAMESPACE = "http://www.zotero.org/namespaces/export#"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BIB = "{http://purl.org/net/biblio#}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_Z = f"{{{NAMESPACE}}}"
_NO_PAPER = frozenset(("attachment", "note", "annotation"))
_HINTS = ("url", "extra", "archiveID", "publicationTitle", "number", "reportNumber", "archiveLocation")
_DEEPEST = 64


def parse(raw: bytes) -> Iterator[Entry | Fault]:
    """The items of an RDF file, in its order; what waits for its journal at the end. Bytes: the file itself
    says in which encoding it is."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException

    waiting: list[tuple[dict[str, Any], str]] = []
    named: dict[str, str] = {}
    counts: dict[str, int] = {}
    try:
        for element in _top(raw):
            about = element.get(f"{_RDF}about", "")
            fields = _fields(element)
            if fields is None:
                doi = _doi(element)
                if about and doi:
                    named[about] = doi
                continue
            journal = _linked(element)
            if journal:
                counts[journal] = counts.get(journal, 0) + 1
            if journal and not fields["doi"]:
                waiting.append((fields, journal))
            else:
                yield entry(**fields)
    except DefusedXmlException as why:
        kind = type(why).__name__
        yield Fault(
            line=0, words=f"the file is refused from there on: it declares what RDF needs not ({kind})"
        )
    except (ParseError, ValueError, RecursionError) as why:
        line = getattr(why, "position", (0, 0))[0]
        yield Fault(
            line=line, words=f"the XML is broken there, and nothing behind it could be read: {why}"[:200]
        )
    for fields, journal in waiting:
        doi = named.get(journal, "") if counts[journal] == 1 else ""
        yield entry(**{**fields, "doi": doi})


def is_own(item: Mapping[str, Any]) -> bool:
    """Whether an object of JSON is an item as Zotero (or Better BibTeX) writes it."""
    data = item.get("data")
    return "itemType" in item or (isinstance(data, dict) and "itemType" in data)


def read(item: Mapping[str, Any], *, line: int) -> Entry | Fault | None:
    """What an item of JSON says; None for a note or an attachment."""
    inner = item.get("data")
    data: Mapping[str, Any] = inner if isinstance(inner, dict) else item
    if text(data.get("itemType")) in _NO_PAPER:
        return None
    people = [one for one in many(data.get("creators")) if isinstance(one, dict)]
    authors = [one for one in people if text(one.get("creatorType")) in ("author", "")] or people
    return entry(
        title=text(data.get("title")),
        authors=[_person(text(one.get("lastName")), text(one.get("firstName"))) or text(one.get("name"))
                 for one in authors],
        year=text(data.get("date")),
        doi=text(data.get("DOI")),
        hints=[text(data.get(name)) for name in _HINTS],
        added=text(data.get("dateAdded")),
        line=line,
    )  # fmt: skip


def _top(raw: bytes) -> Iterator[Element]:
    """The elements right under the root, one at a time; none is kept."""
    from defusedxml.ElementTree import iterparse

    depth, root = 0, None
    events = iterparse(io.BytesIO(raw), events=("start", "end"), forbid_dtd=True)
    for event, element in events:
        if event == "start":
            depth += 1
            root = element if root is None else root
            if depth > _DEEPEST:
                raise ValueError(f"elements stand within each other more than {_DEEPEST} deep")
            continue
        depth -= 1
        if depth == 1 and root is not None:
            yield element
            root.clear()


def _fields(element: Element) -> dict[str, Any] | None:
    """An item's fields, as `entry` takes them; None for what is no item."""
    kind = _of(element, f"{_Z}itemType")
    if kind in _NO_PAPER or (not kind and element.tag not in _ITEMS):
        return None
    links = [
        value.text or ""
        for path in (f"{_DC}identifier/{_TERMS}URI/{_RDF}value", f"{_DC}identifier/{_RDF}value")
        for value in element.findall(path)
    ]
    numbers = [
        _of(element, f"{_DC}identifier"),
        _of(element, f"{_PRISM}number"),
        _of(element, f"{_Z}archiveID"),
    ]
    journal = element.find(f"{_TERMS}isPartOf/*")
    within = [] if journal is None else [_of(journal, f"{_DC}title"), _of(journal, f"{_PRISM}number")]
    return {
        "title": _of(element, f"{_DC}title"),
        "authors": [
            _person(
                _of(one, f"{_FOAF}surname"), _of(one, f"{_FOAF}givenName") or _of(one, f"{_FOAF}givenname")
            )
            for one in element.findall(f"{_BIB}authors/{_RDF}Seq/{_RDF}li/{_FOAF}Person")
        ],
        "year": _of(element, f"{_DC}date"),
        "doi": _doi(element) or ("" if journal is None else _doi(journal)),
        "hints": [*links, *numbers, _of(element, f"{_DC}description"), *within],
        # Zotero does not write when an item was added, but when its page was looked at.
        "added": _of(element, f"{_TERMS}dateSubmitted"),
    }


_ITEMS = frozenset(
    _BIB + name
    for name in ("Article", "Book", "BookSection", "ConferenceProceedings", "Document", "Manuscript",
                 "Report", "Thesis", "Data")
)  # fmt: skip


def _doi(element: Element) -> str:
    said = [one.text or "" for one in element.findall(f"{_DC}identifier")]
    return next((one for one in said if one.strip().upper().startswith(("DOI", "10."))), "")


def _linked(element: Element) -> str:
    found = element.find(f"{_TERMS}isPartOf")
    return "" if found is None else found.get(f"{_RDF}resource", "")


def _of(element: Element, tag: str) -> str:
    found = element.find(tag)
    return "" if found is None else (found.text or "").strip()


def _person(family: str, given: str) -> str:
    return f"{family}, {given}" if family and given else family or given
