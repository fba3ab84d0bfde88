"""What sources announce, and the works that come of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

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
    community_at: dt.datetime | None = None  # when a community took it into the list of `day`


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
    upvotes: int | None = None  # as a source counted them
    votes: int = 0  # of our own readers
    comments: int | None = None
    stars: int | None = None
    published: dt.datetime | None = None  # of the first version, as far as a source says so
    first_listed: dt.date
    community_listed: dt.date | None = None  # the day a community (Hugging Face, or ours) first listed it
    community_at: dt.datetime | None = None  # the moment, as far as it is known
    warmth: float = 0.0  # the attention it has had (`core.trending`), as the store weighed it
    sources: tuple[str, ...] = ()

    @property
    def all_upvotes(self) -> int | None:
        """The source's and our readers' together; None where nobody counts or has voted."""
        return None if self.upvotes is None and not self.votes else (self.upvotes or 0) + self.votes
