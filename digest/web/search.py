"""Search over all papers that are kept, by words or by meaning. All of it stands in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import flask

from digest.core.query import parse
from digest.mail.words import number, plural
from digest.web.choices import Step
from digest.web.desk import desk
from digest.web.entries import entry_words
from digest.web.forms import join_items
from digest.web.keeping import kept_publicly
from digest.web.opinions import opinions
from digest.web.render import page
from digest.web.sought import Finding, Sought, find, read_sought

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.core.query import Query, Term

blueprint = flask.Blueprint("search", __name__)

PAGE_SIZE = 20


@blueprint.get("/search")
def search() -> flask.Response:
    """The form, and what it finds."""
    sought = read_sought()
    asks = not sought.faults and not sought.is_empty
    found = find(sought, limit=PAGE_SIZE, offset=sought.page * PAGE_SIZE) if asks else Finding()
    year = desk().today.year
    entries = [
        entry_words(
            entry.paper,
            year=year,
            curated=entry.curated,
            marks=found.marks,
            why=found.why.get(entry.paper.id, ""),
        )
        for entry in found.entries
    ]
    shown = page(
        "search",
        400 if sought.faults else 200,
        asked=sought.words,
        title=f"{sought.words_for_title}, search" if asks else "Search",
        heading="Search",
        sought=sought,
        sentence=_sentence(sought, found) if asks else "",
        is_warning=asks and not found.entries,
        ways=_ways(sought, found) if asks else (),
        atom=sought.newest().path("/search.atom") if asks else "",
        is_narrowed=any(sought.typed[name] for name in ("from", "to", "category")),
        show_help=not asks and not sought.faults,
        here=sought.path(page=sought.page),
        entries=entries,
        opinions=opinions(entry.paper.id for entry in found.entries),
        before=_step(sought, sought.page - 1, found),
        after=_step(sought, sought.page + 1, found),
    )
    return shown if sought.faults else kept_publicly(shown)


def _sentence(sought: Sought, found: Finding) -> str:
    """How many there are, or what to do where there are none."""
    cut = " Only the beginning of what you wrote was read." if found.is_cut else ""
    if found.is_making:
        return "Searching by meaning is being made ready; try again in a minute, or search by words." + cut
    if not found.total:
        hint = (
            "Fewer words find more, and so does searching by meaning."
            if sought.by == "words"
            else "Say it in other words, or in more."
        )
        wider = " Or take dates and category away." if sought.first or sought.last or sought.category else ""
        return f"Nothing was found. {hint}{wider}{cut}"
    if not found.entries:
        return f"There is no page {sought.page + 1}: {plural(found.total, 'paper')} were found.{cut}"
    count = f"More than {number(found.total)} papers" if found.more else plural(found.total, "paper")
    how = "newest first" if sought.order == "newest" else "best first"
    if sought.by == "meaning" and sought.order == "best":
        how = "nearest first"
    pages = ""
    if found.total > len(found.entries):
        start = sought.page * PAGE_SIZE
        pages = f": {number(start + 1)} to {number(start + len(found.entries))}"
    return f"{count}, {how}{pages}.{cut}" if found.total > 1 else f"{count}.{cut}"


def _ways(sought: Sought, found: Finding) -> list[Step]:
    """What else can be done with a search; an order is for more than one paper."""
    other = (
        Step(words="Newest first", path=sought.path(order="newest"))
        if sought.order == "best"
        else Step(words="Best first", path=sought.path(order="best"))
    )
    ways = [other] if found.total > 1 else []
    if desk().may_subscribe and sought.words:
        ways.append(Step(words="Save as topic", path=topic_path(sought)))
    return [*ways, Step(words="Atom feed of this search", path=sought.newest().path("/search.atom"))]


def topic_path(sought: Sought) -> str:
    """Where the search becomes a topic: its words in the fields of one who subscribes, or of the topic of
    a reader whom this browser remembers."""
    return "/subscribe?" + urlencode(topic_fields(sought))


def topic_fields(sought: Sought) -> dict[str, str]:
    """A search in the fields of a topic: words, authors, categories and what to leave out; or, where it is
    by meaning, its text.

    >>> topic_fields(Sought(words='nerf author:"Ada Lovelace" -survey'))
    {'words': 'nerf', 'authors': 'ada lovelace', 'exclude': 'survey'}
    """
    query = parse(sought.words)
    categories = dict.fromkeys((*query.categories, *([sought.category] if sought.category else [])))
    fields = {
        "words": _words(query),
        "authors": _joined(term for term in query.wanted if term.field == "author"),
        "categories": join_items(tuple(categories)),
        "exclude": _joined(query.unwanted),
        "examples": join_items(tuple(key[6:] for key in query.keys if key.startswith("arxiv:"))),
    }
    if sought.by == "meaning":
        fields = {"text": sought.words, "categories": fields["categories"]}
    return {name: value for name, value in fields.items() if value}


def _words(query: Query) -> str:
    """The words of no field: those that were quoted each by themselves, the others as one."""
    terms = [term for term in query.wanted if term.field != "author"]
    phrases = [" ".join(term.words) for term in terms if term.exact]
    loose = " ".join("-".join(term.words) for term in terms if not term.exact)
    return join_items(tuple(dict.fromkeys(one for one in (loose, *phrases) if one)))


def _joined(terms: Iterable[Term]) -> str:
    return join_items(tuple(dict.fromkeys(" ".join(term.words) for term in terms)))


def _step(sought: Sought, to: int, found: Finding) -> Step | None:
    pages = -(-found.total // PAGE_SIZE)
    if not 0 <= to < pages:
        return None
    return Step(words=f"Page {to + 1} of {pages}", path=sought.path(page=to))
