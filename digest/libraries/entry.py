"""What a file says of one paper, as an Entry: clean words, plain identifiers. Fields in, entry out; looks
nothing up.

Every parser of this package hands its fields to `entry`, so what was typed, exported or forged comes out
alike: titles on one line without TeX, tags, control or bidi characters, an arXiv id or DOI wherever one is
named.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING

from digest.core.arxiv import normalise_arxiv_id
from digest.core.creators import display_name, split_creators
from digest.core.doi import normalise_doi
from digest.core.reading import TITLE_LIMIT, readable_text
from digest.core.tokens import words
from digest.libraries.identifiers import find_arxiv_id, find_doi

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_AUTHORS = 50  # of an entry: they only tell papers of one title apart
_NAMES_LIMIT = 5000  # characters of a list of names that are read
_LONGEST_KEY = 200

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DAY = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:[T\s/]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\.\d+)?"
    r"\s*(?P<offset>Z|[+-]\d\d:?\d\d)?)?"
)
_EARLIEST_ADDED = 1990  # nobody kept a paper in a file before; such a date is a blank one


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as a file names it: by id, DOI or title, at least one of them. `added`: when it came into
    that library, in UTC, as far as the file says so. `line` is where it stands, from 1; 0 where there are
    no lines."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    added: dt.datetime | None = None
    line: int = 0

    @property
    def key(self) -> str:
        """What tells entries of one library apart: `arxiv:…`, else `doi:…`, else `title:` and its words."""
        if self.arxiv_id:
            return f"arxiv:{self.arxiv_id}"
        if self.doi:
            return f"doi:{self.doi}"
        joined = " ".join(words(self.title))
        return f"title:{joined if len(joined) <= _LONGEST_KEY else _hashed(joined)}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of a file that could not be read, and why, in words that follow its line."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}" if self.line else self.words


def entry(
    *,
    title: str = "",
    authors: Iterable[str] = (),
    year: str = "",
    doi: str = "",
    arxiv_id: str = "",
    hints: Iterable[str] = (),
    added: str = "",
    line: int = 0,
) -> Entry | Fault:
    """The entry of these fields, as a file spells them. `arxiv_id` may be a bare number; in `hints` (links,
    journals, notes) an id counts where it says of itself what it is. A fault where nothing names a paper."""
    hints = [hint for hint in hints if hint]
    named = normalise_arxiv_id(arxiv_id) or normalise_arxiv_id(doi)
    plain_id = named[0] if named else next(filter(None, map(find_arxiv_id, (doi, *hints))), None)
    plain_doi = normalise_doi(doi) or next(filter(None, map(find_doi, (doi, *hints))), None)
    if plain_doi and normalise_arxiv_id(plain_doi):
        plain_doi = None  # arXiv's own DOI is its id
    shown = clean_title(title)
    if not plain_id and not plain_doi and not words(shown):
        return Fault(line=line, words="names neither a title nor an arXiv id nor a DOI")
    found = _YEAR.search(year[:100])
    return Entry(
        title=shown,
        authors=tuple(filter(None, (display_name(clean_title(name)) for name in authors)))[:MOST_AUTHORS],
        year=int(found[1]) if found else None,
        doi=plain_doi,
        arxiv_id=plain_id,
        added=moment(added),
        line=line,
    )


def clean_title(text: str) -> str:
    r"""Words on one line, as a paper's title stands in the library; braces are BibTeX's, and go.

    >>> clean_title("{A} {\\\"O}de to {BERT}\u202e,\r\n  annotated")
    'A Öde to BERT, annotated'
    """
    if "{" in text or "}" in text:
        text = _GROUPED.sub(r"\1", text)
        return " ".join(readable_text(text, limit=TITLE_LIMIT).replace("{", "").replace("}", "").split())
    return readable_text(text, limit=TITLE_LIMIT)


_GROUPED = re.compile(r"(?<![\\\w}^_])\{([^{}\\$]*)\}")  # no argument of a command, nothing raised or lowered


def names(text: str) -> tuple[str, ...]:
    """The authors of one field: parted by semicolons, by `and` (BibTeX's), or by commas.

    >>> names("He, Kaiming and {The Team} and others"), names("He, K.; Sun, J."), names("A. Ng, B. Ek, C. Li")
    (('He, Kaiming', '{The Team}'), ('He, K.', 'Sun, J.'), ('A. Ng', 'B. Ek', 'C. Li'))
    """
    text = " ".join(text[:_NAMES_LIMIT].split())
    if ";" in text:
        parted: Iterable[str] = text.split(";")
    elif re.search(r"\sand\s", text, re.IGNORECASE):
        parted = re.split(r"\s+and\s+", text, flags=re.IGNORECASE)
    elif text.count(",") > 1:
        parted = split_creators(text)
    else:
        parted = (text,)
    stripped = (name.strip() for name in parted)
    return tuple(name for name in stripped if name and name.lower() not in ("others", "et al.", "et al"))


def moment(text: str) -> dt.datetime | None:
    """When something was added, by any of the ways in which programs write it; None where that is no date.

    >>> moment("2021-03-04 05:06:07 +0100"), moment("2008.10.08"), moment("today"), moment("0000-00-00")
    (datetime.datetime(2021, 3, 4, 4, 6, 7, tzinfo=datetime.timezone.utc), \
datetime.datetime(2008, 10, 8, 0, 0, tzinfo=datetime.timezone.utc), None, None)
    """
    found = _DAY.match(text.strip()[:60])
    if found is None or int(found["year"]) < _EARLIEST_ADDED:
        return None
    offset = found["offset"] or "Z"
    zone = dt.UTC
    try:
        if offset != "Z":
            sign = -1 if offset[0] == "-" else 1
            zone = dt.timezone(sign * dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))
        return dt.datetime(
            int(found["year"]), int(found["month"]), int(found["day"]),
            int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0), tzinfo=zone,
        ).astimezone(dt.UTC)  # fmt: skip
    except (ValueError, OverflowError):
        return None


def _hashed(text: str) -> str:
    return "sha256-" + hashlib.sha256(text.encode()).hexdigest()
