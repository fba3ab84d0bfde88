"""The recorded days of April 2026: arXiv and Hugging Face as they were, with the replay's faults."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from digest.model import Position
from tests.sources.opening import day, moment, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = moment("2026-04-22 12:00")
FAULTS = ("404", "410", "429", "500", "503", "html", "empty", "truncated", "slow", "reset")


class Replay:
    """The outside world, on loopback."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, date: str, **faults: str) -> None:
        """Change the day and the faults."""
        body = json.dumps({"date": date, "faults": faults}).encode()
        request = urllib.request.Request(f"{self.url}/_control", data=body, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def asked(self) -> list[str]:
        """The paths that were asked for, but for the test's own."""
        with urllib.request.urlopen(f"{self.url}/_log", timeout=10) as answer:
            return [request["path"] for request in json.load(answer) if not request["path"].startswith("/_")]


@pytest.fixture(scope="module")
def server(shared: Path) -> Iterator[Replay]:
    script = shared / "upstream" / "replay.py"
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield Replay(process.stdout.readline().strip())
        finally:
            process.terminate()


@pytest.fixture
def replay(server: Replay) -> Replay:
    server.set("2026-04-22")
    return server


@pytest.fixture(scope="module")
def had(server: Replay) -> Position:
    """The position of who read 17 April, and slept since."""
    server.set("2026-04-17")
    source = opened("arxiv", server.url)
    return source.collect(Position(), now=moment("2026-04-17 12:00"), window_days=0).position


def papers(shared: Path, date: str, *kinds: str) -> set[str]:
    """What a recorded day announced."""
    path = shared / "upstream" / "days" / f"arxiv-cs.CV-2026-{date}.json.gz"
    return {
        p["arxiv_id"] for p in json.loads(gzip.decompress(path.read_bytes())) if p["announce_type"] in kinds
    }


def test_every_new_paper_of_missed_days_is_listed_under_its_day(
    replay: Replay, had: Position, shared: Path
) -> None:
    before = len(replay.asked())
    source = opened("arxiv", replay.url)
    found = source.collect(had, now=NOON, window_days=7)
    assert found.status == "ok"
    for date in ("04-20", "04-21", "04-22"):
        listed = {x.key for x in found.listings if x.day == day(date) and x.kind == "new"}
        assert listed == papers(shared, date, "new"), date
    today = {x.key for x in found.listings if x.day == day("04-22") and x.kind == "cross"}
    assert today == papers(shared, "04-22", "cross")
    asked = replay.asked()[before:]
    assert len(asked) == len(set(asked)) == 2
    source.collect(found.position, now=NOON, window_days=7)
    assert replay.asked()[before + 2 :] == ["/rss/cs.CV"]


def test_day_after_day_each_paper_is_listed_on_its_day(replay: Replay, shared: Path) -> None:
    position = Position()
    statuses = []
    for date in ("04-17", "04-18", "04-19", "04-20", "04-21", "04-22"):
        replay.set(f"2026-{date}")
        source = opened("arxiv", replay.url)
        found = source.collect(position, now=moment(f"2026-{date} 12:00"), window_days=0)
        position = found.position
        statuses.append(found.status)
        assert {x.key for x in found.listings if x.kind == "new"} == papers(shared, date, "new")
        assert {x.key for x in found.listings if x.kind == "cross"} == papers(shared, date, "cross")
        assert {x.key for x in found.listings if x.kind == "replace"} == papers(
            shared, date, "replace", "replace-cross"
        )
        assert {x.day for x in found.listings} <= {day(date)}
    assert statuses == ["ok", "quiet", "quiet", "ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("fault", "routes"),
    [
        pytest.param(
            fault, routes, id=f"{fault} {'+'.join(routes)}",
            marks=[pytest.mark.slow] if fault == "slow" and len(routes) == 2 else [],
        )
        for fault in FAULTS
        for routes in (("rss",), ("rss", "atom"), ("rss", "atom", "query"))
    ],
)  # fmt: skip
def test_fault_of_arxiv_ends_as_its_status(
    replay: Replay, had: Position, shared: Path, fault: str, routes: tuple[str, ...]
) -> None:
    replay.set("2026-04-22", **dict.fromkeys(routes, fault))
    # A slow route is to meet its deadline, and a good one is not, on a busy machine either.
    patience = 20.0 if fault != "slow" else 0.3 if "query" in routes else 2.5
    found = opened("arxiv", replay.url, timeout_s=patience).collect(had, now=NOON, window_days=7)
    expected = "failed" if "query" in routes else "ok"
    assert found.status == expected
    for route in routes:
        assert f"/{route}" in str(found.error)
    if expected == "ok":
        listed = {x.key for x in found.listings if x.kind == "new"}
        assert listed == papers(shared, "04-20", "new") | papers(shared, "04-21", "new") | papers(
            shared, "04-22", "new"
        )
        assert found.position.get("cs.CV") == "2026-04-22"
    else:
        assert found.position.get("cs.CV") == "2026-04-17"
        assert bool(found.listings) == (fault == "truncated")


@pytest.mark.parametrize("routes", [("rss",), ("rss", "atom")], ids="+".join)
def test_stale_batch_is_stale_and_the_days_before_it_are_had(
    replay: Replay, had: Position, shared: Path, routes: tuple[str, ...]
) -> None:
    replay.set("2026-04-22", **dict.fromkeys(routes, "stale"))
    found = opened("arxiv", replay.url).collect(had, now=NOON, window_days=7)
    assert found.status == "stale"
    assert "that of 2026-04-22 is overdue" in str(found.error)
    listed = {x.key for x in found.listings if x.kind == "new"}
    assert listed == papers(shared, "04-20", "new") | papers(shared, "04-21", "new")
    assert found.position.get("cs.CV") == "2026-04-21"


def test_unknown_category_is_failed_by_name(replay: Replay) -> None:
    found = opened("arxiv", replay.url, categories=("cs.ML",)).collect(Position(), now=NOON, window_days=7)
    assert (found.status, found.listings) == ("failed", ())
    assert 'arXiv knows no category "cs.ML"' in str(found.error)


def test_daily_papers_of_missed_days_are_listed_under_their_days(replay: Replay) -> None:
    replay.set("2026-04-17")
    source = opened("huggingface", replay.url)
    first = source.collect(Position(), now=moment("2026-04-17 12:00"), window_days=4)
    replay.set("2026-04-22")
    found = source.collect(first.position, now=NOON, window_days=7)
    counted: dict[str, int] = {}
    for listing in (*first.listings, *found.listings):
        counted[f"{listing.day:%m-%d}"] = counted.get(f"{listing.day:%m-%d}", 0) + 1
    assert counted == {
        "04-13": 14, "04-14": 32, "04-15": 26, "04-16": 22, "04-17": 22,
        "04-20": 19, "04-21": 31, "04-22": 28,
    }  # fmt: skip
    assert (first.status, found.status) == ("ok", "ok")
    assert all(x.upvotes is not None and x.gist is not None for x in found.listings if x.key == "2604.16044")
    assert any(x.code_url and x.stars for x in found.listings)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_hugging_face_is_failed(replay: Replay, fault: str) -> None:
    replay.set("2026-04-22", daily_papers=fault)
    source = opened("huggingface", replay.url, timeout_s=0.3 if fault == "slow" else 20.0)
    found = source.collect(Position(), now=NOON, window_days=1)
    assert (found.status, found.listings, found.position) == ("failed", (), Position())
    assert f"GET {replay.url}/api/daily_papers?date=2026-04-21" in str(found.error)


def test_recorded_answers_of_the_api_are_papers_or_errors(shared: Path, upstream: Any) -> None:
    from tests.http.upstream import Reply

    folder = shared / "samples" / "arxiv-api"
    upstream.serve("/rss/cs.SE", Reply(status=500))
    upstream.serve("/atom/cs.SE", Reply(status=500))
    source = opened("arxiv", upstream.url, categories=("cs.SE",))
    for name, keys in {
        "id_astro-ph_0601001_s0_m100.xml": ["astro-ph/0601001"],
        "id_0808.05394_1707.08567_s0_m100.xml": ["1707.08567"],
        "id_0000.0000_s0_m100.xml": [],
        "id_abc_s0_m100.xml": [],
    }.items():
        upstream.serve("/api/query", Reply(body=(folder / name).read_bytes()))
        found = source.collect(Position(), now=NOON, window_days=1)
        assert [x.key for x in found.listings] == keys, name
        assert ("incorrect id format for abc" in str(found.error)) == ("abc" in name)
    upstream.serve("/api/query", Reply(body=(folder / "q_testing_s0_m10.xml").read_bytes()))
    found = source.collect(Position(), now=NOON, window_days=1)
    assert found.status == "failed"  # ten of 214881
    first = found.listings[0]
    assert (first.key, first.kind, first.doi) == ("2202.12139", "new", "10.1109/ICSTW55395.2022.00035")
    assert first.authors == ("Mohit Kumar Ahuja", "Arnaud Gotlieb", "Helge Spieker")
    assert first.categories == ("cs.SE", "cs.LG")
