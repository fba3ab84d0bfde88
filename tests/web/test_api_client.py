"""Hugging Face's own client, unchanged, over our server; and our own source, which reads both alike."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import huggingface_hub
import pytest
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

from digest.config import SourceSettings
from digest.http import Client, MemoryPace
from digest.model import Position
from digest.sources.huggingface import HuggingFaceSource
from tests.web.conftest import library
from tests.web.served import served
from tests.web.test_api import RICH

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask

    from digest.store import Store


@pytest.fixture
def endpoint(app: flask.Flask, store: Store) -> Iterator[str]:
    library(store, RICH)
    with served(app) as url:
        yield url


@pytest.fixture
def api(endpoint: str) -> Iterator[huggingface_hub.HfApi]:
    """The real client, as anybody makes it."""
    yield huggingface_hub.HfApi(endpoint=endpoint, token=False)
    huggingface_hub.close_session()


def test_the_client_lists_the_daily_papers(api: huggingface_hub.HfApi) -> None:
    papers = list(api.list_daily_papers(date="2026-04-21"))
    assert len(papers) == 3
    first = papers[0]
    assert first.id == "2604.20001"
    assert first.title == "Everything that a listing can say"
    assert first.summary == "It says all of it."
    assert first.upvotes == 700
    assert first.comments == 3
    assert first.published_at == dt.datetime(2026, 4, 19, 17, 30, 1, 250_000, tzinfo=dt.UTC)
    assert first.authors is not None
    assert [author.name for author in first.authors] == ["Ada Lovelace", "Bo Ek"]
    assert first.submitted_by is not None
    assert first.submitted_by.fullname == "taesiri"
    assert all(paper.id and paper.title and paper.submitted_at for paper in papers)


def test_the_client_lists_weeks_months_submitters_and_pages(api: huggingface_hub.HfApi) -> None:
    week = [paper.id for paper in api.list_daily_papers(week="2026-W17", sort="trending")]
    assert len(week) == 11
    assert [paper.id for paper in api.list_daily_papers(month="2026-04")] == week
    assert sorted(paper.id for paper in api.list_daily_papers(week="2026-W17", sort="publishedAt")) == sorted(
        week
    )
    paged = [paper.id for p in range(3) for paper in api.list_daily_papers(week="2026-W17", p=p, limit=4)]
    assert paged == week
    assert [paper.id for paper in api.list_daily_papers(month="2026-04", submitter="taesiri")] == [
        "2604.20001"
    ]
    assert len(list(api.list_daily_papers())) >= 2


def test_the_client_asks_for_one_paper(api: huggingface_hub.HfApi) -> None:
    paper = api.paper_info("2604.20001")
    assert (paper.id, paper.upvotes, paper.github_stars) == ("2604.20001", 700, 41)
    assert (paper.github_repo, paper.project_page) == (
        "https://github.com/ada/all",
        "https://ada.example.org/all",
    )
    assert paper.ai_summary == "All of it."
    assert paper.submitted_at == dt.datetime(2026, 4, 21, tzinfo=dt.UTC)
    assert paper.submitted_by is not None
    assert paper.submitted_by.username == "taesiri"
    assert api.read_paper("2604.20001").startswith("# Everything that a listing can say\n")


def test_the_client_searches(api: huggingface_hub.HfApi) -> None:
    found = list(api.list_papers(query="gaussian splatting", limit=3))
    assert len(found) == 3
    assert all(paper.title is not None and "splatting" in paper.title for paper in found)
    assert len(list(api.list_papers(limit=7))) == 7


def test_the_client_raises_what_it_raises_there(api: huggingface_hub.HfApi) -> None:
    with pytest.raises(HfHubHTTPError, match="Paper not found") as missing:
        api.paper_info("2604.99999")
    assert missing.value.response.status_code == 404
    with pytest.raises(HfHubHTTPError) as unread:
        api.read_paper("2604.99999")
    assert unread.value.response.status_code == 404
    with pytest.raises(BadRequestError, match="Invalid date: expected YYYY-MM-DD"):
        list(api.list_daily_papers(date="2026-02-30"))


def test_our_own_source_reads_us_as_it_reads_hugging_face(endpoint: str, store: Store) -> None:
    settings = SourceSettings(
        kind="huggingface", name="another", base_url=endpoint, allow_private_address=True
    )
    source = HuggingFaceSource(settings, Client(user_agent="test", pace=MemoryPace()))
    now = dt.datetime(2026, 4, 23, 12, tzinfo=dt.UTC)
    collection = source.collect(Position(), now=now, window_days=7)
    assert (collection.status, collection.error, collection.seen) == ("ok", None, 11)
    for listing in collection.listings:
        entry = store.lists.paper(listing.key)
        assert entry is not None
        assert (listing.title, listing.abstract) == (entry.paper.title, entry.paper.abstract)
        assert (listing.upvotes, listing.day) == (entry.paper.upvotes, entry.paper.community_listed)
    rich = next(one for one in collection.listings if one.key == RICH.key)
    published = RICH.published.replace(microsecond=250_000) if RICH.published else None
    assert rich == dataclasses.replace(
        RICH, source="another", url="https://arxiv.org/abs/2604.20001", published=published
    )
    again = source.collect(collection.position, now=now, window_days=7)
    assert (again.status, again.listings) == ("ok", ())  # 304
