"""The packaged files of sample listings in, listings out. Asks no clock and no network.

Each file holds one day: what arXiv announced (a paper once, with the categories that listed it), what the
community listed (by arXiv id; the words are those of the paper, as upstream repeats them), and what a
journal's feed brought. All of it is invented; the files say so.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from digest.core.creators import split_creators
from digest.model import Listing, ListingKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SampleSourceName = Literal["arxiv", "huggingface", "feed"]


class _Words(TypedDict, total=False):
    title: str
    authors: str
    abstract: str
    categories: list[str]
    doi: str


class _Announced(_Words):
    id: str
    version: int
    channels: dict[str, ListingKind]


class _Talked(_Words, total=False):
    id: str
    gist: str
    upvotes: int
    comments: int
    stars: int
    code: str
    project: str
    submitter: str


class _Day(TypedDict):
    note: str
    day: str
    arxiv: list[_Announced]
    huggingface: list[_Talked]
    feed: list[_Words]


@functools.cache
def sample_listings(source: SampleSourceName) -> tuple[Listing, ...]:
    """All listings of one sample source, oldest day first, in the order in which they were announced."""
    known: dict[str, _Words] = {}
    found: list[Listing] = []
    for held in _days():
        day = dt.date.fromisoformat(held["day"])
        known |= {paper["id"]: paper for paper in held["arxiv"]}
        if source == "arxiv":
            found += (listing for paper in held["arxiv"] for listing in _announced(paper, day=day))
        elif source == "huggingface":
            found += (_talked(paper, known, day=day) for paper in held["huggingface"])
        else:
            found += (_published(paper, day=day) for paper in held["feed"])
    return tuple(found)


def sample_notes() -> tuple[str, ...]:
    """What each file says of itself."""
    return tuple(held["note"] for held in _days())


def sample_days() -> tuple[dt.date, ...]:
    """The days on which there were listings, oldest first."""
    return tuple(dt.date.fromisoformat(held["day"]) for held in _days())


def _days() -> list[_Day]:
    folder = resources.files("digest.demo") / "listings"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda f: f.name)
    return [cast("_Day", json.loads(file.read_text(encoding="utf-8"))) for file in files]


def _announced(paper: _Announced, *, day: dt.date) -> Iterator[Listing]:
    for channel, kind in paper["channels"].items():
        yield Listing(
            source="arxiv",
            channel=channel,
            key=paper["id"],
            kind=kind,
            day=day,
            title=paper["title"],
            abstract=paper["abstract"],
            authors=split_creators(paper["authors"]),
            categories=tuple(paper["categories"]),
            arxiv_id=paper["id"],
            version=paper["version"],
            doi=paper.get("doi"),
            url=f"https://arxiv.org/abs/{paper['id']}",
        )


def _talked(paper: _Talked, known: Mapping[str, _Words], *, day: dt.date) -> Listing:
    words = paper if "title" in paper else known[paper["id"]]
    return Listing(
        source="huggingface",
        key=paper["id"],
        day=day,
        title=words["title"],
        abstract=words["abstract"],
        authors=split_creators(words["authors"]),
        arxiv_id=paper["id"],
        url=f"https://huggingface.co/papers/{paper['id']}",
        gist=paper["gist"],
        code_url=paper.get("code"),
        project_url=paper.get("project"),
        submitter=paper["submitter"],
        upvotes=paper["upvotes"],
        comments=paper["comments"],
        stars=paper.get("stars"),
    )


def _published(paper: _Words, *, day: dt.date) -> Listing:
    url = f"https://doi.org/{paper['doi']}"
    return Listing(
        source="feed",
        key=url,
        day=day,
        title=paper["title"],
        abstract=paper.get("abstract", ""),
        authors=split_creators(paper["authors"]),
        doi=paper["doi"],
        url=url,
    )
