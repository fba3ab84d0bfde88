"""What somebody typed into a search box in; what is to be found out. Never raises, whatever is typed; knows
no library and no index.

    graph networks          papers with all of the words, anywhere, in singular or plural
    "graph networks"        the words side by side, as they are written here
    pre-training            the words side by side, or written as one; the last in singular or plural
    title:graph             in the title
    author:"K. He"          by such an author: the words of the name beside each other, in any order
    category:cs.CV          in the category
    -survey -"social media" without
    2604.01234 or a URL, or a DOI: that very paper

Case and diacritics do not matter. Words that are in every text ("of the") are left out if there are others.
There is no OR and no wildcard: `AND`, `NEAR(`, `*`, quotes in a word and the like are signs that part words.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

from digest.core.arxiv import normalise_arxiv_id
from digest.core.doi import normalise_doi
from digest.core.plurals import numbers
from digest.core.stopwords import FUNCTION
from digest.core.text import plain

LONGEST = 1000  # characters that are read
MOST = 24  # terms that are looked for
MOST_WORDS = 24  # of one phrase

Field = Literal["", "title", "author"]

_FIELDS: dict[str, Field] = {
    **dict.fromkeys(("title", "ti", "intitle"), "title"),
    **dict.fromkeys(("author", "authors", "au", "by"), "author"),
}
_CATEGORY = frozenset(("category", "categories", "cat"))
_QUOTE = '"“”„‟«»'
_CHUNK = re.compile(
    rf"(?P<minus>[-−]?)(?:(?P<field>[A-Za-z]{{2,10}}):(?=\S))?"
    rf"(?:[{_QUOTE}](?P<phrase>[^{_QUOTE}]*)[{_QUOTE}]|(?P<word>\S+))"
)
_WORD = re.compile(r"[^\W_]+")
_HYPHENED = re.compile(r"[^\W_]+(?:[-‐‑–][^\W_]+){1,3}")
_ROUND = ".,;:!?()[]{}<>'" + _QUOTE


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand side by side, in lower case, each of letters and digits alone; never empty. One word,
    or a phrase. `exact`: as they are, in no other number. `hyphened`: they may be written as one. Of an
    author's words the order does not matter."""

    words: tuple[str, ...]
    field: Field = ""
    exact: bool = False
    hyphened: bool = False

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """The runs of words that count as this term.

        >>> Term(words=("pre", "training"), hyphened=True).spellings
        (('pre', 'training'), ('pre', 'trainings'), ('pretraining',), ('pretrainings',))
        """
        if self.exact or self.field == "author":
            return (self.words,)
        *before, last = self.words
        apart = tuple((*before, form) for form in numbers(last))
        return (*apart, *((form,) for form in numbers("".join(self.words)))) if self.hyphened else apart


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is to be found: all of `wanted`, nothing of `unwanted`, in all of `categories`; and the papers
    that are named by `keys` (`arxiv:2604.01234`, `doi:10.…`, as `core.identity` has them). `is_cut`: there
    was more than is read."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    categories: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def marks(self) -> frozenset[str]:
        """The words that make a paper one of those found, in lower case, in singular and plural."""
        return frozenset(word for term in self.wanted for spelling in term.spellings for word in spelling)


def parse(text: str) -> Query:
    """Read what was typed.

    >>> query = parse('author:Hinton capsule-networks -"a survey" arxiv.org/abs/2604.01234v2')
    >>> [(term.field, term.words) for term in query.wanted]
    [('author', ('hinton',)), ('', ('capsule', 'networks'))]
    >>> query.unwanted[0].words, query.keys
    (('a', 'survey'), ('arxiv:2604.01234',))
    """
    cut = text[: 4 * LONGEST]
    read = plain(cut)
    is_cut = len(read) > LONGEST or len(cut) < len(text)
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    categories: dict[str, None] = {}
    keys: dict[str, None] = {}
    for chunk in _CHUNK.finditer(read[:LONGEST]):
        field = (chunk["field"] or "").lower()
        is_phrase = chunk["phrase"] is not None
        said = chunk["phrase"] if is_phrase else chunk["word"]
        key = None if chunk["minus"] else _key(f"{field}:{said}" if field else said)
        if key:
            keys[key] = None
        elif field in _CATEGORY and not chunk["minus"]:
            categories[said.strip(_ROUND)] = None
        elif term := _term(field, said, is_phrase=is_phrase):
            (unwanted if chunk["minus"] else wanted)[term] = None
    is_cut = is_cut or len(wanted) > MOST or len(unwanted) > MOST
    return Query(
        wanted=_telling(tuple(wanted))[:MOST],
        unwanted=tuple(unwanted)[:MOST],
        categories=tuple(filter(None, categories))[:MOST],
        keys=tuple(keys)[:MOST],
        is_cut=is_cut,
    )


def _key(text: str) -> str | None:
    """What the library knows a paper by, if `text` names one."""
    text = text.strip(_ROUND + " ")
    if " " in text:
        return None
    found = normalise_arxiv_id(text)
    if found:
        return f"arxiv:{found[0]}"
    doi = normalise_doi(text)
    return f"doi:{doi}" if doi else None


def _term(field: str, said: str, *, is_phrase: bool) -> Term | None:
    known = _FIELDS.get(field)
    text = f"{field} {said}" if field and known is None else said  # std::vector, or a URL
    words = tuple(found.lower() for found in _WORD.findall(text))[:MOST_WORDS]
    if known == "author":
        # The letter of a given name stands for many: the rest of the name has to do.
        words = tuple(one for one in words if len(one) > 1 or not one.isascii()) or words
    if not words:
        return None
    hyphened = not is_phrase and known != "author" and _HYPHENED.fullmatch(text.strip(_ROUND)) is not None
    return Term(words=words, field=known or "", exact=is_phrase, hyphened=hyphened)


def _telling(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms without those that stand in every text, unless there are no others."""
    found = tuple(
        term for term in terms if term.exact or term.field or not all(word in FUNCTION for word in term.words)
    )
    return found or terms
