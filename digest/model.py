"""The nouns, frozen, in the order in which they follow from one another.

    Listing ──▶ Paper ──▶ Ranking ──▶ Edition ──▶ Message ──▶ Delivery

A `Listing` is a source's words and may be hostile; from `Paper` on, text is clean (`core.identity`).
Datetimes are aware and in UTC. A reader's zone appears in `core.due` and in the words of a mail only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

# ---------------------------------------------------------------------------- listings

ListingKind = Literal["new", "cross", "replace"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one source said about one work on the day on which it announced it. Text is as it came.

    `key` is the source's own identity of the work (an arXiv id, a guid, a link); `channel` the part of
    the source that listed it (an arXiv category; "" where a source has no parts). (source, channel, key)
    is listed once, whenever and however often it is read. `kind` "replace" updates a paper and is no news.
    """

    source: str
    channel: str = ""
    key: str
    kind: ListingKind = "new"
    day: dt.date
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int = 1
    doi: str | None = None
    url: str | None = None
    published: dt.datetime | None = None
    gist: str | None = None
    code_url: str | None = None
    project_url: str | None = None
    thumbnail_url: str | None = None
    submitter: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None


SourceStatus = Literal["ok", "quiet", "stale", "failed"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a source has been read: its watermark, in words that only the source itself understands."""

    marks: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The mark of that name, or None."""
        return dict(self.marks).get(name)

    def moved(self, **marks: str) -> Position:
        """This position with some marks set anew."""
        return Position(marks=tuple(sorted({**dict(self.marks), **marks}.items())))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What one look at a source brought.

    ok: everything since the last position was had (perhaps nothing was new). quiet: the source announced
    nothing, and was not to. stale: an announcement is overdue. failed: by no route could everything since
    the position be had; `listings` holds what could be, and `position` has moved no further than what is
    whole. `error` names the request that failed, also where another route made up for it (status ok).
    """

    listings: tuple[Listing, ...] = ()
    status: SourceStatus
    position: Position
    error: str | None = None
    seen: int = 0


# ---------------------------------------------------------------------------- papers


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One work, folded from all of its listings. All text is clean, all links are http(s).

    `id` is the library's own number (0: not in the library yet). `revision` grows when title, abstract,
    authors or links change, so that an edition can name the words that it showed.
    """

    id: int = 0
    revision: int = 1
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # the primary one first
    arxiv_id: str | None = None
    version: int = 1
    doi: str | None = None
    url: str | None = None  # the abstract page
    pdf_url: str | None = None
    code_url: str | None = None
    project_url: str | None = None
    thumbnail_url: str | None = None
    gist: str | None = None
    submitter: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    first_listed: dt.date
    community_listed: dt.date | None = None  # the day a community (Hugging Face) first listed it
    sources: tuple[str, ...] = ()


# ---------------------------------------------------------------------------- readers


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a reader wants under one heading. Any of keywords, authors, text and examples makes a match;
    `categories` limit where to look (alone, they are the match); `exclude` is final."""

    name: str
    keywords: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    text: str = ""
    examples: tuple[str, ...] = ()  # arXiv ids
    weight: float = 1.0
    max_papers: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often: daily, weekdays (Monday to Friday), weekly on `weekday` (0 = Monday), monthly on
    `month_day` (1 to 28)."""

    kind: Literal["daily", "weekdays", "weekly", "monthly"]
    weekday: int = 0
    month_day: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A reader. `send_at` is local to `timezone` (an IANA name)."""

    id: int = 0
    email: str
    name: str = ""
    timezone: str = "UTC"
    send_at: dt.time = dt.time(7)
    cadence: Cadence = Cadence(kind="daily")
    max_papers: int = 12
    trending: bool = False
    topics: tuple[Topic, ...] = ()


# ---------------------------------------------------------------------------- editions


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A scheduled local period of one reader: key `2026-04-21`, `2026-W17` or `2026-04`; due from
    `scheduled_at` on, until `next_at`, when the next one is."""

    key: str
    scheduled_at: dt.datetime
    next_at: dt.datetime


ReasonKind = Literal["keyword", "author", "text", "example", "category", "trending"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause of a selection. `words` are what matched: the keyword as the reader typed it, the author
    as the paper names them, the terms of the text, the example's title, the category; for trending, what
    the heat came from ("84 upvotes")."""

    kind: ReasonKind
    words: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paper in an edition, with what was true of it when it was selected. `score` is 0 to 100."""

    paper_id: int
    revision: int
    score: float
    reasons: tuple[Reason, ...] = ()
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A topic's papers, or the trending ones. `more` papers matched as well, and had no room."""

    kind: Literal["topic", "trending"]
    title: str
    items: tuple[Item, ...]
    more: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A source that could not be read, or is late, when the edition was made; `title` is for readers."""

    title: str
    status: Literal["failed", "stale"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one reader gets for one slot, frozen: a retry says the same. `considered` papers were new."""

    slot: Slot
    sections: tuple[Section, ...]
    notices: tuple[Notice, ...] = ()
    considered: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in the order of the mail."""
        return tuple(item for section in self.sections for item in section.items)


# ---------------------------------------------------------------------------- mail


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The bytes of one mail to one reader. `raw` is a whole RFC 5322 message with CRLF line ends."""

    delivery_id: str
    sender: str  # the envelope's sender: a bare address
    recipient: str  # a bare address
    raw: bytes


OutcomeKind = Literal["accepted", "retry", "rejected", "suppressed", "uncertain"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one message, and what follows.

    accepted: the provider has it (`provider_id` never empty). retry: provably not accepted; not before
    `retry_after_s` seconds, if given. rejected: never this message. suppressed: never this address.
    uncertain: it may have been accepted. `stop` means that no other message would fare better: keep the
    queue and end the run. `reason` is the provider's answer in one line, without secrets or addresses.
    """

    kind: OutcomeKind
    provider_id: str = ""
    reason: str = ""
    retry_after_s: float | None = None
    stop: bool = False

    def __post_init__(self) -> None:
        if (self.kind == "accepted") != bool(self.provider_id):
            raise ValueError("an outcome is accepted exactly when the provider gave an id")


DeliveryState = Literal[
    "planned", "composed", "skipped", "sending", "accepted", "retry", "rejected", "suppressed", "uncertain",
    "expired",
]  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the ledger: one slot of one subscriber, and what became of it."""

    id: str
    subscriber_id: int
    slot: Slot
    state: DeliveryState
    attempts: int = 0
    provider: str = ""
    provider_id: str = ""
    reason: str = ""
    retry_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
