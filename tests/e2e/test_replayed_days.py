"""Six readers in six zones over recorded days: each slot once, no paper twice."""

from __future__ import annotations

import collections
import datetime as dt
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.e2e.replay import Replay

READERS = """
[[subscribers]]
email = "ada@example.org"
timezone = "America/Los_Angeles"
trending = true
[[subscribers.topics]]
name = "Splatting"
keywords = ["gaussian splatting", "3dgs"]

[[subscribers]]
email = "bo@example.org"
timezone = "Europe/Berlin"
[[subscribers.topics]]
name = "Segmentation"
keywords = ["segmentation"]
[[subscribers.topics]]
name = "Nothing"
keywords = ["zymurgy of quokkas"]

[[subscribers]]
email = "chandra@example.org"
timezone = "Asia/Kolkata"
cadence = "weekdays"
[[subscribers.topics]]
name = "Medical"
keywords = ["medical imaging", "MRI", "CT"]

[[subscribers]]
email = "dai@example.org"
timezone = "Asia/Tokyo"
send_at = "06:30"

[[subscribers]]
email = "eve@example.org"
timezone = "Australia/Adelaide"
cadence = "weekly:tue"
[[subscribers.topics]]
name = "Diffusion"
text = "diffusion models for image and video generation, sampling, guidance and distillation"

[[subscribers]]
email = "fin@example.org"
timezone = "America/St_Johns"
send_at = "08:15"
[[subscribers.topics]]
name = "Robots"
keywords = ["robot", "vision-language-action"]
"""
ZONES = {
    "ada@example.org": ("America/Los_Angeles", dt.time(7)),
    "bo@example.org": ("Europe/Berlin", dt.time(7)),
    "chandra@example.org": ("Asia/Kolkata", dt.time(7)),
    "dai@example.org": ("Asia/Tokyo", dt.time(6, 30)),
    "eve@example.org": ("Australia/Adelaide", dt.time(7)),
    "fin@example.org": ("America/St_Johns", dt.time(8, 15)),
}
BEGIN = dt.datetime(2026, 4, 17, 5, tzinfo=dt.UTC)
END = dt.datetime(2026, 4, 23, 0, tzinfo=dt.UTC)


def papers_in(html: str) -> list[str]:
    """The arXiv ids whose abstract pages a mail links to."""
    return list(dict.fromkeys(re.findall(r"https://arxiv\.org/abs/(\d{4}\.\d{5})", html)))


def sections_in(html: str) -> list[str]:
    """The headings of a mail's sections."""
    return [
        re.sub(r"<[^>]+>", "", words).strip() for words in re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.DOTALL)
    ]


@pytest.mark.slow
def test_each_slot_once_and_no_paper_twice_hour_by_hour(home: Home, replay: Replay) -> None:
    home.configure(replay.sources, READERS)
    sent: dict[str, list[tuple[dt.datetime, str]]] = collections.defaultdict(list)
    seen_mails: set[str] = set()
    hour = BEGIN
    while hour < END:
        replay.set(date=f"{hour:%Y-%m-%d}")
        report = home.run(hour.isoformat())
        assert report["failed"] == report["waiting"] == report["uncertain_total"] == 0, report
        for mail in home.mails:
            if mail.path.name not in seen_mails:
                seen_mails.add(mail.path.name)
                sent[mail.to].append((hour, mail.html))
        hour += dt.timedelta(hours=1)

    for address, mails in sent.items():
        zone, send_at = ZONES[address]
        days = []
        for number, (at, html) in enumerate(mails):
            local = at.astimezone(ZoneInfo(zone))
            days.append(local.date())
            if number:  # the first slot may be made good at any hour
                due = local.replace(hour=send_at.hour, minute=send_at.minute)
                assert dt.timedelta(0) <= local - due < dt.timedelta(hours=1), (address, local)
            assert papers_in(html)
        everything = [paper for _, html in mails for paper in papers_in(html)]
        assert len(everything) == len(set(everything)), address
        assert len(days[1:]) == len(set(days[1:])), (address, days)
    assert set(sent) == set(ZONES)
    headings = {heading for _, html in sent["bo@example.org"] for heading in sections_in(html)}
    assert headings == {"Segmentation"}

    before = len(home.mails)
    for again in (BEGIN, BEGIN + dt.timedelta(hours=30), END - dt.timedelta(hours=1)):
        report = home.run(again.isoformat())
        assert report["accepted"] == report["due"] == 0, report
    assert len(home.mails) == before


def test_a_second_run_of_the_same_hour_sends_nothing(home: Home, replay: Replay) -> None:
    home.configure(replay.sources, READERS)
    first = home.run("2026-04-17T05:30:00+00:00")
    assert first["accepted"] == 6, first
    assert {name: one["status"] for name, one in first["sources"].items()} == {
        "arxiv": "ok",
        "huggingface": "ok",
    }
    again = home.run("2026-04-17T05:30:00+00:00")
    assert again["due"] == again["accepted"] == again["composed"] == 0
    assert again["sources"]["arxiv"] == {
        "status": "ok",
        "seen": again["sources"]["arxiv"]["seen"],
        "new": 0,
        "error": None,
    }
    assert len(home.mails) == 6


@pytest.mark.slow
def test_missed_days_are_caught_up(home: Home, replay: Replay) -> None:
    home.configure(replay.sources, READERS)
    home.run("2026-04-17T12:00:00+00:00")
    replay.set(date="2026-04-22")
    report = home.run("2026-04-22T12:00:00+00:00")
    assert report["sources"]["arxiv"]["status"] == "ok"
    assert report["sources"]["arxiv"]["new"] > 400
    splatting = [mail for mail in home.mails if mail.to == "ada@example.org"]
    assert len(splatting) == 2
    assert all("plat" in mail.html for mail in splatting)
