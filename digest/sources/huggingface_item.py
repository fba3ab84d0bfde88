"""One item of the daily papers in, a listing out. Every field may be missing, or be something else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from digest.core.arxiv import normalise_arxiv_id
from digest.model import Listing


def read_item(item: Any, *, source: str, day: dt.date) -> Listing | None:
    """None where there is nothing to know the paper by, and where it was withdrawn. What the item says of
    its paper stands inside in one year and outside in another; either place will do."""
    outer = item if isinstance(item, dict) else {}
    paper = outer.get("paper")
    paper = paper if isinstance(paper, dict) else {}
    key = _text(paper, "id") or _text(outer, "id")
    title = _text(outer, "title") or _text(paper, "title")
    if not key or not title or paper.get("withdrawnAt"):
        return None
    known = normalise_arxiv_id(key)
    return Listing(
        source=source,
        key=known[0] if known else key,
        day=day,
        title=title,
        abstract=_text(paper, "summary") or _text(outer, "summary"),
        authors=_authors(paper.get("authors")),
        arxiv_id=known[0] if known else None,
        url=f"https://arxiv.org/abs/{known[0]}" if known else None,
        published=_moment(_text(paper, "publishedAt") or _text(outer, "publishedAt")),
        gist=_text(paper, "ai_summary") or None,
        code_url=_text(paper, "githubRepo") or None,
        project_url=_text(paper, "projectPage") or None,
        thumbnail_url=_text(outer, "thumbnail") or None,
        submitter=_person(outer.get("submittedBy")) or _person(paper.get("submittedOnDailyBy")),
        upvotes=_count(paper, "upvotes"),
        comments=_count(outer, "numComments"),
        stars=_count(paper, "githubStars"),
        community_at=_listed_at(_text(paper, "submittedOnDailyAt")),
    )


def withdrawn(item: Any) -> bool:
    """Whether the item says that its paper was taken back."""
    paper = item.get("paper") if isinstance(item, dict) else None
    return isinstance(paper, dict) and bool(paper.get("withdrawnAt"))


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _count(fields: dict[str, Any], name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _authors(value: Any) -> tuple[str, ...]:
    people = value if isinstance(value, list) else []
    return tuple(
        name
        for person in people
        if isinstance(person, dict) and not person.get("hidden") and (name := _text(person, "name"))
    )


def _person(value: Any) -> str | None:
    fields = value if isinstance(value, dict) else {}
    return _text(fields, "fullname") or _text(fields, "name") or _text(fields, "user") or None


def _listed_at(text: str) -> dt.datetime | None:
    """When it was listed. Midnight is how one who knows the day alone writes it (we do)."""
    when = _moment(text)
    return None if when is None or when.time() == dt.time() else when


def _moment(text: str) -> dt.datetime | None:
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
