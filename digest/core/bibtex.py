r"""A paper in, its entry for BibTeX out. Text in, text out; knows no style.

Written for BibTeX and biber alike: what TeX would take for a command is escaped, Latin letters with accents
are spelt in TeX, other scripts stay as they are (for biber, or a TeX that reads UTF-8). No brace is loose:
BibTeX counts those after a backslash as well.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING

from digest.core.arxiv import is_category
from digest.core.authors import last_name
from digest.core.tex_symbols import ACCENTS, LETTERS

if TYPE_CHECKING:
    from digest.model import Paper

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIAL = {
    **{sign: "\\" + sign for sign in "$&%#_"},
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~",
    **{letter: f"{{\\{name}}}" for name, letter in LETTERS.items()},
}  # fmt: skip
_ACCENTS = {mark: name for name, mark in ACCENTS.items() if name != "t"}
_ARXIV_MONTH = re.compile(r"(?:[a-z-]+/)?(\d\d)(0[1-9]|1[0-2])")
_SUFFIX = re.compile(r"(?P<first>.+) (?P<last>\S+),? (?P<suffix>(?:Jr|Sr)\.?|II|III|IV)")
_GROUP = re.compile(r",|\band\b|\b(?:collaboration|consortium|team|group)\b", re.IGNORECASE)


def bibtex(paper: Paper) -> str:
    r"""The entry of a paper, with a line's end. Its key stays as long as its first author and its id do.

    >>> from digest.model import Paper
    >>> paper = Paper(
    ...     title="50% of Gödel",
    ...     authors=("Kurt Gödel",),
    ...     arxiv_id="2604.01234",
    ...     first_listed=dt.date(2026, 4, 21),
    ... )
    >>> print(bibtex(paper))
    @misc{godel:2604.01234,
      title         = {{50\% of G{\"o}del}},
      author        = {Kurt G{\"o}del},
      year          = {2026},
      month         = apr,
      eprint        = {2604.01234},
      archivePrefix = {arXiv},
    }
    <BLANKLINE>
    """
    when = _listed(paper)
    fields = {
        "title": f"{{{{{_tex(paper.title)}}}}}",
        "author": f"{{{' and '.join(map(_name, paper.authors))}}}" if paper.authors else "",
        "year": f"{{{when.year}}}",
        "month": _MONTHS[when.month - 1],
        "eprint": f"{{{paper.arxiv_id}}}" if paper.arxiv_id else "",
        "archivePrefix": "{arXiv}" if paper.arxiv_id else "",
        "primaryClass": f"{{{paper.categories[0]}}}" if _is_classed(paper) else "",
        "doi": f"{{{_address(paper.doi)}}}" if paper.doi else "",
        "url": f"{{{_address(paper.url)}}}" if paper.url else "",
    }
    lines = [f"  {name:13} = {value}," for name, value in fields.items() if value]
    return "\n".join((f"@misc{{{_key(paper)},", *lines, "}", ""))


def _key(paper: Paper) -> str:
    first = re.sub("[^a-z0-9]", "", last_name(paper.authors[0])) if paper.authors else ""
    return f"{first or 'paper'}:{(paper.arxiv_id or f'p{paper.id}').replace('/', '.')}"


def _listed(paper: Paper) -> dt.date:
    """The month of an arXiv id, or when the paper was published, or first listed."""
    found = _ARXIV_MONTH.match(paper.arxiv_id or "")
    if found:
        year = int(found[1])
        return dt.date(year + (1900 if year > 90 else 2000), int(found[2]), 1)
    return paper.published.date() if paper.published else paper.first_listed


def _is_classed(paper: Paper) -> bool:
    return bool(paper.arxiv_id and paper.categories and is_category(paper.categories[0]))


def _name(name: str) -> str:
    """A name as BibTeX reads it: one that is no person's, or has an `and` in it, is one word."""
    suffixed = _SUFFIX.fullmatch(name)
    if suffixed:
        return _tex(f"{suffixed['last']}, {suffixed['suffix']}, {suffixed['first']}")
    return f"{{{_tex(name)}}}" if _GROUP.search(name) else _tex(name)


def _tex(text: str) -> str:
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if not marks or not base.isascii() or any(mark not in _ACCENTS for mark in marks):
        return letter
    spelt = f"\\{base}" if base in "ij" else base
    for mark in marks:
        name = _ACCENTS[mark]
        inside = spelt if len(spelt) == 1 or spelt in ("\\i", "\\j") else f"{{{spelt}}}"
        spelt = f"\\{name} {inside}" if name.isalpha() and len(inside) == 1 else f"\\{name}{inside}"
    return f"{{{spelt}}}"


def _address(text: str) -> str:
    """A link or a DOI as it is, but for what would end its field."""
    return re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", text)
