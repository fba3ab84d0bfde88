"""An entry of a list in, the object that Hugging Face's API has for it out. Pure; names no path of ours.

Field names, types and what may be missing are those of huggingface.co's recorded answers. What we do not know
(its internal ids, avatars, discussions, keywords, organizations) is left out, as it is there where it is
absent; nothing is made up.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from digest.web.entries import paper_ref

if TYPE_CHECKING:
    from digest.model import Paper
    from digest.store.lists import Entry

_MARKUP = re.compile(r"([\\`*_\[\]<>&#|~])")
_CODE = frozenset({"github.com", "www.github.com"})


def listed_item(entry: Entry) -> dict[str, Any]:
    """An item of a list or of a search: the paper, and around it what is said of its listing."""
    paper = entry.paper
    item: dict[str, Any] = {
        "paper": paper_object(entry),
        "publishedAt": moment(published(paper)),
        "title": paper.title,
        "summary": paper.abstract,
    }
    if paper.thumbnail_url:
        item["thumbnail"] = paper.thumbnail_url
    if paper.comments is not None:
        item["numComments"] = paper.comments
    if name := submitter(entry):
        item["submittedBy"] = {"fullname": name, "name": name, "type": "user"}
    return item


def paper_object(entry: Entry) -> dict[str, Any]:
    """One paper. `id` is its arXiv id or, for a paper without one, `p` and the library's number."""
    paper = entry.paper
    found: dict[str, Any] = {
        "id": paper_ref(paper),
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "publishedAt": moment(published(paper)),
    }
    if paper.community_listed is not None:
        found["submittedOnDailyAt"] = moment(paper.community_at or _midnight(paper.community_listed))
    found["title"] = paper.title
    if name := submitter(entry):
        found["submittedOnDailyBy"] = {"fullname": name, "user": name, "name": name, "type": "user"}
    found["summary"] = paper.abstract
    found["upvotes"] = paper.all_upvotes or 0
    optional = {
        "projectPage": paper.project_url,
        "githubRepo": paper.code_url if _is_github(paper.code_url) else None,
        "githubStars": paper.stars,
        "ai_summary": paper.gist,
    }
    found.update({name: value for name, value in optional.items() if value is not None})
    return found


def markdown_page(entry: Entry) -> str:
    """What a paper's page says, in Markdown (CommonMark): no word of a title is markup or HTML."""
    paper = entry.paper
    lines = [f"# {_plain(paper.title)}"]
    if paper.authors:
        lines.append(", ".join(map(_plain, paper.authors)))
    if paper.gist:
        lines.append(f"**In brief:** {_plain(paper.gist)}")
    if paper.abstract:
        lines += ["## Abstract", _plain(paper.abstract)]
    links = (
        ("Abstract page", paper.url), ("PDF", paper.pdf_url), ("Code", paper.code_url),
        ("Project page", paper.project_url),
    )  # fmt: skip
    if any(url for _, url in links):
        lines += ["## Links", "\n".join(f"- {name}: <{_linked(url)}>" for name, url in links if url)]
    return "\n\n".join(lines) + "\n"


def submitter(entry: Entry) -> str:
    """Who submitted a paper to the list: an editor of ours, or whom a source names; "" for nobody. This is
    the name that the parameter `submitter` asks for."""
    ours = entry.curated.submitted_by if entry.curated is not None else ""
    return ours or entry.paper.submitter or ""


def published(paper: Paper) -> dt.datetime:
    """When a paper was published; where no source says so, the day on which one first listed it."""
    return paper.published or _midnight(paper.first_listed)


def moment(when: dt.datetime) -> str:
    """A time as Hugging Face writes it, which its client takes in no other form.

    >>> moment(dt.datetime(2026, 4, 22, 0, 40, 29, 628_900, tzinfo=dt.UTC))
    '2026-04-22T00:40:29.628Z'
    """
    return f"{when.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _linked(url: str) -> str:
    """Nothing that ends an autolink."""
    return url.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")


def _is_github(url: str | None) -> bool:
    return url is not None and urlsplit(url).hostname in _CODE
