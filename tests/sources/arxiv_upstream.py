"""An arXiv on loopback: announcements that a test writes, in the layouts of its feeds and of its API."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from typing import Any
from xml.sax.saxutils import escape

from digest.sources import timetable
from tests.http.upstream import Asked, Reply, Upstream

_NAMES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)
_XML = "<?xml version='1.0' encoding='UTF-8'?>"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One entry of an announcement. It was submitted in the middle of the window, unless told."""

    id: str
    kind: str = "new"
    version: int = 1
    title: str = "A title"
    abstract: str = "An abstract."
    creators: str = "Ada Lovelace, Alan Turing"
    categories: tuple[str, ...] = ("cs.CV",)
    submitted: dt.datetime | None = None


def paper(number: int, **fields: Any) -> Announced:
    """A paper that no month reaches."""
    return Announced(id=f"2604.{90000 + number}", **{"title": f"Paper {number}", **fields})


class Arxiv:
    """`days` maps an announcement day to its entries; `today` is the day of the feeds. `faults` maps a route
    (rss, atom, query) to a Reply; `dated` puts another date on the items."""

    def __init__(self, upstream: Upstream, days: dict[dt.date, list[Announced]], today: dt.date) -> None:
        self.days = days
        self.today = today
        self.dated: dt.date | None = None
        self.held: dt.date | None = None
        self.faults: dict[str, Reply] = {}
        self.unknown: set[str] = set()
        self.upstream = upstream
        upstream.routes["/*"] = self._answer

    def queries(self) -> list[str]:
        """The search queries that were asked."""
        return [asked.query["search_query"] for asked in self.upstream.asked if asked.path == "/api/query"]

    def _answer(self, asked: Asked) -> Reply:
        route = "query" if asked.path == "/api/query" else asked.path.split("/")[1]
        if route in self.faults:
            return self.faults[route]
        if route == "query":
            return Reply(body=self.query(asked.query).encode())
        spec = asked.path.rpartition("/")[2]
        body = (self.rss if route == "rss" else self.atom)(spec).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers=(("ETag", etag),))
        status = 400 if self.unknown & set(spec.split("+")) else 200
        return Reply(status=status, body=body, headers=(("ETag", etag),))

    def _entries(self, spec: str) -> list[Announced]:
        wanted = set(spec.split("+"))
        found = self.days.get(self.held or self.today, [])
        return [entry for entry in found if wanted & set(entry.categories)]

    def _title(self, spec: str) -> str:
        bad = self.unknown & set(spec.split("+"))
        return f"Feed error for query: {min(bad)}" if bad else f"{spec} updates on arXiv.org"

    def _midnight(self) -> dt.datetime:
        day = self.dated or self.held or self.today
        return dt.datetime.combine(day, dt.time(0), timetable.ZONE)

    def rss(self, spec: str) -> str:
        """The RSS feed."""
        date = self._midnight().strftime("%a, %d %b %Y %H:%M:%S %z")
        items = "".join(
            f"<item><title>{escape(e.title)}</title><link>https://arxiv.org/abs/{e.id}</link>"
            f"<description>{escape(_description(e))}</description>"
            f'<guid isPermaLink="false">oai:arXiv.org:{e.id}v{e.version}</guid>'
            + "".join(f"<category>{name}</category>" for name in e.categories)
            + f"<pubDate>{date}</pubDate><arxiv:announce_type>{e.kind}</arxiv:announce_type>"
            f"<dc:creator>{escape(e.creators)}</dc:creator></item>"
            for e in self._entries(spec)
        )
        built = dt.datetime.combine(self.today, dt.time(4), dt.UTC).strftime("%a, %d %b %Y %H:%M:%S %z")
        return (
            f'{_XML}<rss {_NAMES} version="2.0"><channel><title>{self._title(spec)}</title>'
            f"<lastBuildDate>{built}</lastBuildDate>{items}</channel></rss>"
        )

    def atom(self, spec: str) -> str:
        """The Atom feed."""
        date = self._midnight().isoformat()
        entries = "".join(
            f"<entry><id>oai:arXiv.org:{e.id}v{e.version}</id><title>{escape(e.title)}</title>"
            f'<link href="https://arxiv.org/abs/{e.id}" rel="alternate"/>'
            f"<summary>{escape(_description(e))}</summary>"
            + "".join(f'<category term="{name}"/>' for name in e.categories)
            + f"<published>{date}</published><arxiv:announce_type>{e.kind}</arxiv:announce_type>"
            f"<dc:creator>{escape(e.creators)}</dc:creator></entry>"
            for e in self._entries(spec)
        )
        return (
            f'{_XML}<feed {_NAMES} xmlns="http://www.w3.org/2005/Atom"><title>{self._title(spec)}</title>'
            f"{entries}</feed>"
        )

    def query(self, asked: dict[str, str], *, leave_out: int = 0) -> str:
        """A page of the API; `leave_out` entries short."""
        wanted = re.fullmatch(
            r"\(?cat:([\w.-]+)(?: OR cat:\S+\))? AND submittedDate:\[(\d{12}) TO (\d{12})\]",
            asked["search_query"],
        )
        assert wanted, asked
        found = [
            (moment, entry)
            for day, entries in self.days.items()
            for entry in entries
            if entry.kind in ("new", "cross")
            and any(name == wanted[1] or name.startswith(f"{wanted[1]}.") for name in entry.categories)
            and wanted[2] <= f"{(moment := _submitted(entry, day)):%Y%m%d%H%M}" <= wanted[3]
        ]
        found.sort(key=lambda pair: (pair[0], pair[1].id))
        start, count = int(asked["start"]), int(asked["max_results"])
        assert asked["sortBy"] == "submittedDate"
        assert asked["sortOrder"] == "ascending"
        page = found[start : start + count]
        page = page[: len(page) - leave_out]
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{e.id}v{e.version}</id><title>{escape(e.title)}</title>"
            f"<published>{moment:%Y-%m-%dT%H:%M:%SZ}</published>"
            f"<summary>{escape(e.abstract)}</summary>"
            + "".join(f"<author><name>{escape(name.strip())}</name></author>" for name in names(e))
            + "".join(f'<category term="{name}"/>' for name in e.categories)
            + f'<arxiv:primary_category term="{e.categories[0]}"/></entry>'
            for moment, e in page
        )
        return (
            f'{_XML}<feed {_NAMES} xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>'
            f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>{entries}</feed>"
        )


def names(entry: Announced) -> list[str]:
    """The authors, as the API parts them."""
    return entry.creators.split(",")


def _description(entry: Announced) -> str:
    return f"arXiv:{entry.id}v{entry.version} Announce Type: {entry.kind} \nAbstract: {entry.abstract}"


def _submitted(entry: Announced, day: dt.date) -> dt.datetime:
    start, end = timetable.submission_window(day)
    return entry.submitted or start + (end - start) / 2


def error_feed(said: str) -> bytes:
    """What the API answers to a bad query."""
    return (
        f'{_XML}<feed {_NAMES} xmlns="http://www.w3.org/2005/Atom"><title>arXiv Search Results</title>'
        "<opensearch:totalResults>1</opensearch:totalResults><entry>"
        "<id>https://arxiv.org/api/errors#bad_query</id><title>Error</title>"
        f"<summary>{escape(said)}</summary></entry></feed>"
    ).encode()
