"""Each fault of the replayed world ends as the right status, and in a mail that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.e2e.replay import Replay

FAULTS = ("404", "410", "429", "500", "503", "html", "empty", "truncated", "slow", "reset")
READER = """
[[subscribers]]
email = "ada@example.org"
trending = true
[[subscribers.topics]]
name = "Segmentation"
keywords = ["segmentation"]
"""
YESTERDAY, TODAY = "2026-04-20T12:00:00+00:00", "2026-04-21T12:00:00+00:00"


def tuesday(
    home: Home, replay: Replay, faults: dict[str, str]
) -> tuple[dict[str, dict[str, object]], str, str]:
    """A good Monday, then a Tuesday with faults: its sources, and its mail as HTML and text."""
    quick = replay.sources.replace('kind = "arxiv"', 'kind = "arxiv"\ntimeout_s = 2').replace(
        'kind = "huggingface"', 'kind = "huggingface"\ntimeout_s = 2'
    )
    home.configure(quick, READER)
    replay.set(date="2026-04-20")
    home.run(YESTERDAY)
    before = {mail.path.name for mail in home.mails}
    replay.set(date="2026-04-21", faults=faults)
    report = home.run(TODAY)
    (mail,) = [mail for mail in home.mails if mail.path.name not in before]
    return report["sources"], mail.html, mail.text


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_where_no_route_works_arxiv_has_failed_and_the_mail_says_so(
    home: Home, replay: Replay, fault: str
) -> None:
    sources, html, text = tuesday(home, replay, dict.fromkeys(("rss", "atom", "query"), fault))
    assert sources["arxiv"]["status"] == "failed"
    assert "/rss/cs.CV" in str(sources["arxiv"]["error"])
    assert sources["huggingface"]["status"] == "ok"
    assert "arXiv could not be read" in html
    assert "arXiv could not be read" in text


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_where_another_route_works_all_is_had_and_the_error_still_named(
    home: Home, replay: Replay, fault: str
) -> None:
    sources, html, _ = tuesday(home, replay, {"rss": fault})
    assert sources["arxiv"]["status"] == "ok"
    assert sources["arxiv"]["new"] > 100  # type: ignore[operator]
    assert "/rss/cs.CV" in str(sources["arxiv"]["error"])
    assert "could not be read" not in html


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_community_cannot_be_read_the_mail_says_so(home: Home, replay: Replay, fault: str) -> None:
    sources, html, text = tuesday(home, replay, {"daily_papers": fault})
    assert sources["huggingface"]["status"] == "failed"
    assert sources["arxiv"]["status"] == "ok"
    assert "Hugging Face could not be read" in html
    assert "Hugging Face could not be read" in text


@pytest.mark.slow
def test_yesterdays_batch_under_todays_date_is_stale(home: Home, replay: Replay) -> None:
    sources, html, text = tuesday(home, replay, {"rss": "stale", "atom": "stale"})
    assert sources["arxiv"]["status"] == "stale"
    assert sources["arxiv"]["new"] == 0
    assert "arXiv has not announced" in html
    assert "arXiv has not announced" in text
    replay.set(faults={})
    report = home.run("2026-04-21T15:00:00+00:00")
    assert report["sources"]["arxiv"]["status"] == "ok"
    assert report["sources"]["arxiv"]["new"] > 100


@pytest.mark.slow
def test_a_weekend_is_quiet_and_makes_no_mail(home: Home, replay: Replay) -> None:
    home.configure(replay.sources, READER)
    home.run("2026-04-17T12:00:00+00:00")
    for day in ("2026-04-18", "2026-04-19"):
        replay.set(date=day)
        report = home.run(f"{day}T12:00:00+00:00")
        assert {one["status"] for one in report["sources"].values()} == {"quiet"}, report
        assert report["skipped"] == report["due"] == 1
    assert len(home.mails) == 1


@pytest.mark.slow
def test_after_a_failed_day_its_papers_are_news_in_the_next_edition(home: Home, replay: Replay) -> None:
    tuesday(home, replay, dict.fromkeys(("rss", "atom", "query"), "500"))
    replay.set(date="2026-04-22", faults={})
    report = home.run("2026-04-22T12:00:00+00:00")
    assert report["sources"]["arxiv"]["status"] == "ok"
    assert report["sources"]["arxiv"]["new"] > 300
    assert report["accepted"] == 1
