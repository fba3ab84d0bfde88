"""Entries in; request by request, which of arXiv's papers they are out. Asks one catalogue, politely by its
own pace; keeps nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from digest.core.reading import read
from digest.errors import MalformedError
from digest.libraries.matching import is_short, match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.libraries import Entry
    from digest.model import Listing
    from digest.ports import Catalogue

IDS_AT_ONCE = 100
TITLES_AT_ONCE = 8
_SUSPICIOUS = 10  # ids of which not one is known: more likely an empty page, which heals by itself

NO_ID = "arXiv has no paper of this id (yet)"
NO_TITLE = "arXiv has no paper of this title"
NO_WORDS = "no paper here has this DOI, and there is no title to ask arXiv for"
TOO_MANY = "more papers have words like these than arXiv tells of at once"
UNSEARCHED = "no arXiv id, and this source cannot be asked for titles"

_MONTH = re.compile(r"(?:[a-z-]+/)?(\d\d)(\d\d)")


@runtime_checkable
class TitleIndex(Protocol):
    """A catalogue that can also be asked for titles."""

    def find_titles(
        self, wanted: Sequence[tuple[str, str]], *, now: dt.datetime
    ) -> tuple[tuple[Listing, ...], bool]:
        """Papers of titles like these (each a title and an author, "" for none), and whether that is all that
        there are. Raises SourceError."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request brought: listings, which arXiv id each entry (by its key) is, and why others are
    missing."""

    listings: tuple[Listing, ...] = ()
    named: Mapping[str, str] = dataclasses.field(default_factory=dict)
    missing: Mapping[str, str] = dataclasses.field(default_factory=dict)


def seek(entries: Sequence[Entry], catalogue: Catalogue, *, now: dt.datetime) -> Iterator[Answer]:
    """Answers as they come; each entry is in one of them. Raises SourceError where the source does not
    answer."""
    named = [entry for entry in entries if entry.arxiv_id]
    titled = [entry for entry in entries if not entry.arxiv_id and entry.title]
    nameless = [entry for entry in entries if not entry.arxiv_id and not entry.title]
    if nameless:
        yield Answer(missing={entry.key: NO_WORDS for entry in nameless})
    for start in range(0, len(named), IDS_AT_ONCE):
        yield _by_id(named[start : start + IDS_AT_ONCE], catalogue, now=now)
    if not isinstance(catalogue, TitleIndex):
        if titled:
            yield Answer(missing={entry.key: UNSEARCHED for entry in titled})
        return
    # An author tells short titles apart, and is asked for with one title alone.
    plain = [entry for entry in titled if not is_short(entry.title)]
    for start in range(0, len(plain), TITLES_AT_ONCE):
        yield from _by_titles(plain[start : start + TITLES_AT_ONCE], catalogue, now=now)
    for entry in titled:
        if is_short(entry.title):
            yield from _by_titles([entry], catalogue, now=now)


def _by_id(entries: Sequence[Entry], catalogue: Catalogue, *, now: dt.datetime) -> Answer:
    ids = {entry.key: entry.arxiv_id or "" for entry in entries}
    listings = catalogue.look_up(list(dict.fromkeys(ids.values())), now=now)
    if not listings and len(ids) >= _SUSPICIOUS:
        raise MalformedError(f"arXiv gave none of {len(ids)} papers: more likely its fault than theirs")
    known = {listing.arxiv_id for listing in listings if read(listing).title}
    return Answer(
        listings=tuple(_dated(listing) for listing in listings if listing.arxiv_id in ids.values()),
        named={key: arxiv_id for key, arxiv_id in ids.items() if arxiv_id in known},
        missing={key: NO_ID for key, arxiv_id in ids.items() if arxiv_id not in known},
    )


def _by_titles(entries: Sequence[Entry], index: TitleIndex, *, now: dt.datetime) -> Iterator[Answer]:
    """One request for all of these titles, and one more for each that it left open."""
    listings, whole = index.find_titles(
        [(entry.title, entry.authors[0] if entry.authors else "") for entry in entries], now=now
    )
    papers = {listing.key: read(listing) for listing in listings}
    chosen: dict[str, str] = {}
    missing: dict[str, str] = {}
    left: list[Entry] = []
    for entry in entries:
        paper, why = match(entry, papers.values())
        if paper is not None and paper.arxiv_id:
            chosen[entry.key] = paper.arxiv_id
        elif why or whole or len(entries) == 1:
            missing[entry.key] = why or (NO_TITLE if whole else TOO_MANY)
        else:
            left.append(entry)
    wanted = set(chosen.values())
    kept = tuple(_dated(listing) for listing in listings if listing.arxiv_id in wanted)
    yield Answer(listings=kept, named=chosen, missing=missing)
    for entry in left:
        yield from _by_titles([entry], index, now=now)


def _dated(listing: Listing) -> Listing:
    """The listing under the day of its paper: where the source tells none, under its id's month, so that an
    old paper is not in today's lists."""
    month = _MONTH.match(listing.arxiv_id or "")
    if listing.published is not None or month is None:
        return listing
    year = int(month[1])
    return dataclasses.replace(listing, day=dt.date(year + (1900 if year > 90 else 2000), int(month[2]), 1))
