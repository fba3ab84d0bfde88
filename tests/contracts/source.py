"""What every source promises, whatever it reads. An adapter is held to it by a subclass that says how its
upstream answers: see `tests/sources/test_contract.py`."""

from __future__ import annotations

import abc
import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from digest.errors import SourceError
from digest.model import Position
from tests.http.upstream import Reply

if TYPE_CHECKING:
    from digest.model import Collection
    from digest.ports import Source
    from tests.http.upstream import Upstream

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)  # a Tuesday
HOSTILE = "<script>alert(1)</script>\u202egnp.exe\x0b line two"

FAULTS = {
    "404": Reply(status=404),
    "410": Reply(status=410),
    "429": Reply(status=429, headers=(("Retry-After", "2"),)),
    "429 for hours": Reply(status=429, headers=(("Retry-After", "7200"),)),
    "500": Reply(status=500, body=b"<html>oops</html>"),
    "503": Reply(status=503, headers=(("Retry-After", "2"),)),
    "an HTML page": Reply(body=b"<html><body><h1>Service temporarily unavailable</h1></body></html>"),
    "no bytes": Reply(body=b""),
    "bytes of nothing": Reply(body=bytes(range(256)) * 4),
    "the wrong compression": Reply(body=b"x", headers=(("Content-Encoding", "gzip"),)),
    "reset": Reply(body=b"0123456789", manner="reset"),
    "slow": Reply(body=b"x" * 1000, manner="slow"),
    "elsewhere, inside": Reply(status=302, headers=(("Location", "file:///etc/passwd"),)),
}


def patience(fault: str) -> float:
    """A short timeout where it is to be met, a long one where a busy machine must not meet it."""
    return 0.3 if fault == "slow" else 20.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An upstream and the source that reads it, at `NOW`."""

    upstream: Upstream
    source: Source

    def look(self, position: Position | None = None, **arguments: object) -> Collection:
        """Collect from there, or from the start."""
        wanted = {"now": NOW, "window_days": 7, **arguments}
        return self.source.collect(position or Position(), **wanted)  # type: ignore[arg-type]


class SourceContract(abc.ABC):
    """Subclass it, and say how the upstream answers."""

    @abc.abstractmethod
    def stage(self, upstream: Upstream, *, timeout_s: float = 20.0, login: str = "") -> Stage:
        """Open the source on this upstream, with `login` before the host."""

    @abc.abstractmethod
    def announce(self, upstream: Upstream, titles: list[str]) -> None:
        """From now on the upstream has announced these today (none: a valid answer without papers)."""

    @abc.abstractmethod
    def break_down(self, upstream: Upstream, fault: Reply) -> None:
        """From now on every route answers with the fault."""

    def test_all_that_was_announced_is_listed(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", "Two", "Three"])
        collection = stage.look()
        assert (collection.status, collection.error, collection.seen) == ("ok", None, 3)
        assert sorted(listing.title for listing in collection.listings) == ["One", "Three", "Two"]
        assert {listing.source for listing in collection.listings} == {stage.source.name}
        assert {listing.day for listing in collection.listings} == {NOW.date()}
        assert all(listing.key for listing in collection.listings)
        assert collection.position != Position()

    def test_second_look_is_ok_and_brings_nothing_that_was_not_listed(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", "Two"])
        first = stage.look()
        second = stage.look(first.position)
        known = {(listing.channel, listing.key) for listing in first.listings}
        assert second.status == "ok"
        assert {(listing.channel, listing.key) for listing in second.listings} <= known
        assert second.position == first.position

    def test_source_remembers_nothing_itself(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", "Two"])
        assert stage.look() == stage.look() == self.stage(upstream).look()

    def test_position_is_words_that_a_database_can_keep(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One"])
        position = stage.look().position
        kept = json.loads(json.dumps(position.marks))
        assert Position(marks=tuple((name, value) for name, value in kept)) == position

    def test_nonsense_for_a_position_is_read_as_none(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One"])
        position = stage.look().position
        nonsense = Position(marks=tuple((name, "\x00 nonsense \u202e") for name, _ in position.marks))
        assert [listing.title for listing in stage.look(nonsense).listings] == ["One"]

    def test_valid_answer_without_papers_is_quiet(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, [])
        collection = stage.look()
        assert (collection.status, collection.listings, collection.error) == ("quiet", (), None)

    @pytest.mark.parametrize("fault", FAULTS)
    def test_fault_is_a_failed_look_that_names_the_request(self, upstream: Upstream, fault: str) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One"])
        before = stage.look().position
        self.break_down(upstream, FAULTS[fault])
        stage = self.stage(upstream, timeout_s=patience(fault))
        collection = stage.look(since=NOW.date() - dt.timedelta(days=1), position=before)
        assert (collection.status, collection.listings) == ("failed", ())
        assert collection.error
        assert f"GET {upstream.url}/" in collection.error
        assert "\n" not in collection.error

    @pytest.mark.parametrize("fault", ["500", "an HTML page", "no bytes", "reset"])
    def test_what_a_failure_kept_back_comes_with_the_next_look(self, upstream: Upstream, fault: str) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", "Two"])
        self.break_down(upstream, FAULTS[fault])
        failed = stage.look()
        assert failed.position == Position()
        self.announce(upstream, ["One", "Two"])
        later = self.stage(upstream).look(failed.position)
        assert sorted(listing.title for listing in later.listings) == ["One", "Two"]
        assert later.status == "ok"

    def test_since_reads_again_whatever_the_position_says(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", "Two"])
        first = stage.look()
        again = stage.look(first.position, since=NOW.date())
        assert again.listings == first.listings
        assert again.status == "ok"

    def test_hostile_words_cost_no_paper_beside_them(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One", HOSTILE, "Three", "Drop\r\nBcc: x@example.org"])
        titles = [listing.title for listing in stage.look().listings]
        assert len(titles) == 4
        assert {"One", "Three"} <= set(titles)

    @pytest.mark.parametrize("fault", ["500", "an HTML page", "no bytes", "reset"])
    def test_login_in_an_address_is_never_told(self, upstream: Upstream, fault: str) -> None:
        stage = self.stage(upstream, login="me:hunter2@")
        self.break_down(upstream, FAULTS[fault])
        error = str(stage.look().error)
        assert f"GET {upstream.url}/" in error
        assert "hunter2" not in error

    def test_check_is_one_request_and_one_sentence(self, upstream: Upstream) -> None:
        stage = self.stage(upstream)
        self.announce(upstream, ["One"])
        said = stage.source.check(now=NOW)
        assert len(upstream.asked) == 1
        assert said
        assert "\n" not in said

    @pytest.mark.parametrize("fault", ["500", "an HTML page", "no bytes", "slow"])
    def test_check_of_a_broken_upstream_says_why(self, upstream: Upstream, fault: str) -> None:
        stage = self.stage(upstream, timeout_s=patience(fault))
        self.break_down(upstream, FAULTS[fault])
        with pytest.raises(SourceError, match=f"GET {upstream.url}/"):
            stage.source.check(now=NOW)

    def test_names_are_for_settings_and_for_readers(self, upstream: Upstream) -> None:
        source = self.stage(upstream).source
        assert source.name
        assert source.title
