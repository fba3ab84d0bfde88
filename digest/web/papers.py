"""A paper's page, and its citation. Whatever names a paper leads to its one address, by a permanent redirect.

An arXiv id of any version, an old one with its slash, the number of a paper that was merged into another: all
are the paper that stands for them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import flask

from digest.core.arxiv import normalise_arxiv_id
from digest.core.bibtex import bibtex
from digest.mail.words import clean, listed, long_date, number
from digest.web.addresses import to, whole
from digest.web.choices import Step
from digest.web.desk import desk
from digest.web.entries import entry_words, paper_path, paper_ref
from digest.web.keeping import kept_publicly
from digest.web.opinions import opinions
from digest.web.periods import period_of
from digest.web.render import page
from digest.web.spaces import space
from digest.web.vicinities import both, near_paper

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Paper
    from digest.store.lists import Entry

blueprint = flask.Blueprint("papers", __name__)

AUTHORS_SHOWN = 30  # the others can be unfolded
AUTHORS_LINKED = 200  # a collaboration has thousands
AUTHORS_CITED = 100  # the file names all
VERSIONS_SHOWN = 8
SIMILAR = 8
SAID_LIMIT = 40


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something about a paper: a term, and what is said of it, in links and words."""

    term: str
    links: tuple[Step, ...] = ()
    words: str = ""


@blueprint.get("/papers/<path:ref>.bib")
def citation(ref: str) -> flask.Response:
    """The paper's BibTeX entry, as a file."""
    entry = _found(ref)
    own = paper_ref(entry.paper)
    if own != ref:
        return _moved(f"{paper_path(entry.paper)}.bib")
    response = flask.Response(bibtex(entry.paper), content_type="application/x-bibtex; charset=utf-8")
    name = own.replace("/", "-")  # letters, digits, dots and hyphens: an arXiv id or a number
    response.headers["Content-Disposition"] = f'inline; filename="{name}.bib"'
    return kept_publicly(response)


@blueprint.get("/papers/<path:ref>")
def paper(ref: str) -> flask.Response:
    """The paper's page."""
    entry = _found(ref)
    if ref != paper_ref(entry.paper):
        return _moved(paper_path(entry.paper))
    one = entry.paper
    authors = [_author(name) for name in one.authors]
    return kept_publicly(
        page(
            "paper",
            opinion=opinions([one.id]).get(one.id),
            entry=entry_words(one, year=desk().today.year, curated=entry.curated),
            canonical=whole(paper_path(one)),
            title=clean(one.title),
            authors=authors[:AUTHORS_SHOWN],
            more_authors=authors[AUTHORS_SHOWN:AUTHORS_LINKED],
            last_authors=", ".join(step.words for step in authors[AUTHORS_LINKED:]),
            author_count=number(len(authors)),
            gist=clean(one.gist or ""),
            abstract=clean(one.abstract),
            facts=_facts(one),
            similar=_similar(one),
            bibtex=bibtex(_brief(one)),
            is_brief=_brief(one) is not one,
        )
    )


def _found(ref: str) -> Entry:
    entry = desk().store.lists.paper(ref)
    if entry is None:
        flask.abort(_missing(ref))
    return entry


def _missing(ref: str) -> flask.Response:
    """A page that says where else the paper may be."""
    named = normalise_arxiv_id(ref)
    if named is None:
        return page(
            "missing_paper",
            status=404,
            headline="No paper has this address",
            sentence=f"“{clean(ref)[:SAID_LIMIT]}” is neither an arXiv id, such as 2604.12345 or "
            "hep-th/9901001, nor a number of this library, such as p123.",
            query=clean(ref)[:200],
            arxiv_url="",
        )
    return page(
        "missing_paper",
        status=404,
        headline=f"{named[0]} is not in this library",
        sentence="It keeps the papers that its sources listed since it began to read them.",
        query="",
        arxiv_url=f"https://arxiv.org/abs/{named[0]}",
    )


def _moved(path: str) -> flask.Response:
    """A redirect for ever, to a path of ours and to nowhere else."""
    response = flask.Response(status=301, headers={"Location": to(path)})
    return kept_publicly(response)


def author_path(name: str) -> str:
    """The search for an author's papers."""
    words = clean(name).replace('"', " ")
    return "/search?" + urlencode({"q": f'author:"{words}"'})


def _author(name: str) -> Step:
    return Step(words=clean(name), path=author_path(name))


def _facts(paper: Paper) -> list[Fact]:
    """What there is to know beside the abstract, in the order of use; what is not known is left out."""
    facts = [
        Fact(term="Listed", words=_listed(paper)),
        Fact(term="Submitted", words=_day_words(paper.published.date()) if paper.published else ""),
        Fact(term="Versions" if paper.version > 1 else "Version", links=_versions(paper)),
        Fact(
            term="Categories" if len(paper.categories) > 1 else "Category",
            links=tuple(
                Step(words=clean(name), path=_category_path(name, paper.first_listed))
                for name in paper.categories
            ),
        ),
        Fact(
            term="DOI",
            links=(Step(words=paper.doi, path=f"https://doi.org/{quote(paper.doi)}"),) if paper.doi else (),
        ),
        Fact(term="On arXiv", words=paper.arxiv_id or ""),
    ]
    return [fact for fact in facts if fact.links or fact.words]


def _listed(paper: Paper) -> str:
    """`20 April 2026 by arXiv (cs.CV, cs.LG), 21 April 2026 by Hugging Face`."""
    days: dict[dt.date, dict[str, list[str]]] = {}
    for source, channel, day in desk().store.lists.listings_of(paper.id):
        days.setdefault(day, {}).setdefault(source, []).append(clean(channel))
    said = []
    for day, channels in days.items():
        sources = [_source_words(source, names) for source, names in channels.items()]
        said.append(f"{_day_words(day)} by {listed(sources)}")
    return ", ".join(said) or _day_words(paper.first_listed)


def _source_words(source: str, channels: Sequence[str]) -> str:
    """`arXiv (cs.CV, cs.LG)`."""
    title, parts = clean(desk().source_title(source)), ", ".join(filter(None, channels))
    return f"{title} ({parts})" if parts else title


def _brief(paper: Paper) -> Paper:
    """The paper as the page cites it: of thousands of authors the first, and BibTeX's "and others"."""
    if len(paper.authors) <= AUTHORS_CITED:
        return paper
    return dataclasses.replace(paper, authors=(*paper.authors[:AUTHORS_CITED], "others"))


def _versions(paper: Paper) -> tuple[Step, ...]:
    if not paper.arxiv_id:
        return ()
    first = max(1, paper.version - VERSIONS_SHOWN + 1)
    return tuple(
        Step(words=f"v{count}", path=f"https://arxiv.org/abs/{paper.arxiv_id}v{count}")
        for count in range(paper.version, first - 1, -1)
    )


def _category_path(name: str, day: dt.date) -> str:
    month = period_of("month", day)
    return f"/month/{month.key}?" + urlencode({"sort": "new", "category": clean(name)})


def _day_words(day: dt.date) -> str:
    _, _, rest = long_date(day).partition(" ")
    return f"{rest} {day.year}"


def _similar(paper: Paper) -> Sequence[object]:
    """The nearest papers; none while the space is being made, which no page waits for."""
    here = space()
    if here is None:
        return ()
    near = here.similar(paper.id, read=desk().store.terms.read, limit=SIMILAR)
    by_words = [one.paper_id for one in near]
    ids = both(by_words, near_paper(paper.id, limit=SIMILAR), limit=SIMILAR)
    found = desk().store.lists.entries(ids)
    return [
        entry_words(found[one].paper, year=desk().today.year, curated=found[one].curated)
        for one in ids
        if one in found and found[one].paper.id != paper.id
    ]
