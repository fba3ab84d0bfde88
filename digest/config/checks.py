"""Raw settings in, faults out: what no section can see alone, such as a name given twice.

Works on what the file holds, before it is settings, so that these faults are told together with all
others; what is not of the expected type is skipped here, and told elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.config.addresses import address_key, parse_address
from digest.config.faults import written
from digest.config.sources import ONLY_FOR
from digest.config.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from digest.config.faults import Fault, Place

_NEEDED = {
    "smtp": (("smtp", "host", "the name of a mail server"),),
    "sendgrid": (("sendgrid", "api_key", "a key of SendGrid"),),
}


def faults(values: Mapping[str, object]) -> Iterator[Fault]:
    """Every fault that lies between sections."""
    yield from _mail(values)
    sources = _tables(values, "sources")
    yield from _twice(sources, ("sources",), lambda source: source.get("name", source.get("kind")), "name")
    for index, source in sources:
        yield from _source(source, ("sources", index))
    subscribers = _tables(values, "subscribers")
    yield from _twice(subscribers, ("subscribers",), _address, "email")
    for index, subscriber in subscribers:
        yield from topic_faults(subscriber, ("subscribers", index))


def topic_faults(subscriber: Mapping[str, object], place: Place) -> Iterator[Fault]:
    """Topics that share a name. (One that has nothing but a name asks for the name: `core.profiles`.)"""
    topics = _tables(subscriber, "topics")
    yield from _twice(topics, (*place, "topics"), lambda topic: topic.get("name"), "name")


def _mail(values: Mapping[str, object]) -> Iterator[Fault]:
    mail, site = _table(values, "mail"), _table(values, "site")
    provider = mail.get("provider")
    if provider not in ("smtp", "sendgrid"):
        return
    if "sender" not in site:
        yield ("site", "sender"), f'missing; provider "{provider}" sends from it: expected a mailbox'
    for section, key, wanted in _NEEDED[str(provider)]:
        if not _table(mail, section).get(key):
            yield ("mail", section, key), f'missing; provider "{provider}" needs {wanted}'
    smtp = _table(mail, "smtp")
    if provider == "smtp" and bool(smtp.get("username")) != bool(smtp.get("password")):
        absent = "password" if smtp.get("username") else "username"
        yield ("mail", "smtp", absent), "missing; a login takes a username and a password"


def _source(source: Mapping[str, object], place: Place) -> Iterator[Fault]:
    kind = source.get("kind")
    if kind not in ("arxiv", "huggingface", "feed"):
        return
    for key, kinds in ONLY_FOR.items():
        if key in source and kind not in kinds:
            yield (*place, key), f'not an option of kind "{kind}"; it is one of kind "{kinds[0]}"'
    if kind == "arxiv" and not source.get("categories"):
        yield (*place, "categories"), 'missing; expected a list of arXiv categories such as ["cs.CL"]'
    if kind == "arxiv" and source.get("include") == []:
        yield (*place, "include"), 'expected "new", "cross" or both, got an empty list'
    if kind == "feed" and not source.get("url"):
        yield (*place, "url"), "missing; expected the address of a feed"


def _twice(
    tables: list[tuple[int, Mapping[str, object]]],
    place: Place,
    name_of: Callable[[Mapping[str, object]], object],
    key: str,
) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, table in tables:
        name = name_of(table)
        if not isinstance(name, str):
            continue
        folded = address_key(name.strip())
        if folded in seen:
            first = written((*place, seen[folded]))
            yield (*place, index, key), f"{shown(name)} is that of {first} already; each has one of its own"
        seen.setdefault(folded, index)


def _address(subscriber: Mapping[str, object]) -> object:
    try:
        return parse_address(subscriber.get("email"))
    except ValueError:
        return None  # told by the section


def _table(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _tables(values: Mapping[str, object], key: str) -> list[tuple[int, Mapping[str, object]]]:
    value = values.get(key)
    if not isinstance(value, list):
        return []
    return [(index, table) for index, table in enumerate(value) if isinstance(table, dict)]
