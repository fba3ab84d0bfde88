"""A search's address in, what it asks for and what it finds out: the same for its page and its feed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import flask

from digest.config.categories import resolve
from digest.core.query import LONGEST, parse
from digest.mail.words import brief, clean
from digest.web.desk import desk
from digest.web.spaces import space
from digest.web.vicinities import both, near_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.store.lists import Entry

By = Literal["words", "meaning"]
Order = Literal["best", "newest"]

CATEGORY_LIMIT = 80
NEAREST = 100  # papers that a search by meaning finds
ALIKE = 6  # words that say why
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for. `typed` is what stands in the fields, `faults` what is wrong with it, by field."""

    words: str = ""
    by: By = "words"
    first: dt.date | None = None
    last: dt.date | None = None
    category: str = ""
    order: Order = "best"
    page: int = 0
    typed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for."""
        return not (self.words or self.category or self.first or self.last)

    @property
    def words_for_title(self) -> str:
        """`gaussian splatting`; what stands for it where there are no words."""
        return brief(self.words or self.category or "All papers")

    def newest(self) -> Sought:
        """The same, newest first, from its beginning."""
        return dataclasses.replace(self, order="newest", page=0)

    def query(self, *, page: int = 0, order: Order | None = None) -> str:
        """The address's part after the question mark; what is usual is left out."""
        order = order or self.order
        said = (
            ("q", self.words),
            ("by", self.by if self.by != "words" else ""),
            ("from", self.first.isoformat() if self.first else ""),
            ("to", self.last.isoformat() if self.last else ""),
            ("category", self.category),
            ("order", order if order != "best" else ""),
            ("p", str(page) if page else ""),
        )
        return urlencode([(name, value) for name, value in said if value])

    def path(self, base: str = "/search", *, page: int = 0, order: Order | None = None) -> str:
        """The same search at another address of ours."""
        return f"{base}?{self.query(page=page, order=order)}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Some of `total` papers. `more`: there are more than were counted; `why` says, by paper, what is alike;
    `is_cut`: more was typed than is read; `is_making`: the space of meanings is not ready yet."""

    entries: tuple[Entry, ...] = ()
    total: int = 0
    more: bool = False
    marks: frozenset[str] = frozenset()
    why: Mapping[int, str] = dataclasses.field(default_factory=dict)
    is_cut: bool = False
    is_making: bool = False

    @property
    def newest(self) -> tuple[Entry, ...]:
        """The entries, newest first."""
        return tuple(
            sorted(self.entries, key=lambda one: (one.paper.first_listed, one.paper.id), reverse=True)
        )


def read_sought() -> Sought:
    """What the address at hand asks for."""
    asked = flask.request.args
    names = ("q", "by", "from", "to", "category", "order")
    typed = {name: clean(asked.get(name, "")[: 4 * LONGEST]) for name in names}
    faults: dict[str, str] = {}
    first = _date(typed["from"], "from", faults)
    last = _date(typed["to"], "to", faults)
    if first and last and last < first:
        faults["to"] = "This is before the first day."
    written = asked.get("p", "")
    return Sought(
        words=typed["q"],
        by="meaning" if typed["by"] == "meaning" else "words",
        first=first,
        last=last,
        category=_category(typed["category"]),
        order="newest" if typed["order"] == "newest" else "best",
        page=int(written) if written.isascii() and written.isdigit() and len(written) < 5 else 0,
        typed=typed,
        faults=faults,
    )


def _date(text: str, name: str, faults: dict[str, str]) -> dt.date | None:
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    faults[name] = "Write the date as 2026-04-21."
    return None


def _category(text: str) -> str:
    """The category as the library writes it: `CS.cv` is `cs.CV`; a name that arXiv has not stays."""
    named = resolve(text) if text else ()
    return named[0] if len(named) == 1 else text[:CATEGORY_LIMIT]


def find(sought: Sought, *, limit: int, offset: int = 0) -> Finding:
    """The papers that are asked for, in the order that is asked for."""
    if sought.by == "meaning" and sought.words:
        return _by_meaning(sought, limit=limit, offset=offset)
    store = desk().store
    if not sought.words and not sought.category:
        listed = store.lists.new(
            sought.first or dt.date.min, sought.last or dt.date.max, limit=limit, offset=offset
        )
        return Finding(entries=listed.entries, total=listed.total)
    found = store.search.words(
        sought.words,
        first=sought.first,
        last=sought.last,
        category=sought.category,
        limit=limit,
        offset=offset,
        order="newest" if sought.order == "newest" else "relevance",
    )
    return Finding(
        entries=found.entries, total=found.total, more=found.more, marks=found.marks, is_cut=found.is_cut
    )


def _by_meaning(sought: Sought, *, limit: int, offset: int) -> Finding:
    """The `NEAREST` papers, in pages; by their words, and by an operator's model where there is one."""
    import numpy as np

    here, store = space(), desk().store
    if here is None:
        return Finding(is_making=True)
    among = None
    if sought.first or sought.last or sought.category:
        among = np.array(store.lists.ids(sought.first, sought.last, category=sought.category), dtype=np.int64)
    near = here.nearest(sought.words, read=store.terms.read, limit=NEAREST, among=among)
    order = [one.paper_id for one in near]
    order = both(order, near_text(sought.words, limit=NEAREST, among=among), limit=NEAREST)
    if sought.order == "newest":
        order.sort(reverse=True)
    some = order[offset : offset + limit]
    entries = store.lists.entries(some)
    alike = {one.paper_id: one.words for one in near}
    return Finding(
        entries=tuple(entries[paper_id] for paper_id in some if paper_id in entries),
        total=len(order),
        marks=parse(sought.words).marks,
        why={paper_id: ", ".join(alike.get(paper_id, ())[:ALIKE]) for paper_id in some},
        is_cut=len(sought.words) > LONGEST,
    )
