"""Notes and readers of the web side, from the command line: posted by a run, named by the doctor."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import structlog

from digest.config import load
from digest.links import Signer
from digest.membership import join, links, move, prefer
from digest.membership.house import House
from digest.model import Subscriber
from digest.store import Store
from digest.wiring import open_desk, site_of
from tests.cli.conftest import AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

URL = "https://digest.example.org"


def with_site(folder: Path) -> None:
    path = folder / "digest.toml"
    path.write_text(path.read_text().replace("[site]", f'[site]\nurl = "{URL}"', 1))


def house(folder: Path, store: Store) -> House:
    settings = load(folder / "digest.toml")
    return House(store=store, site=site_of(settings), signer=Signer("any secret will do here, to ask"))


def ask(folder: Path) -> None:
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        reader = Subscriber(email="new@example.org")
        now = dt.datetime.now(dt.UTC)
        join.ask(house(folder, store), reader, where="192.0.2.1", shown="Yes.", now=now)


def counts(folder: Path) -> dict[str, int]:
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        return {str(state): count for state, count in store.notes.counts().items()}


def outbox(folder: Path) -> list[str]:
    return [path.read_text() for path in (folder / "outbox").glob("*.eml")]


def test_a_run_posts_the_notes_that_wait(digest: Callable[..., Said], folder: Path) -> None:
    with_site(folder)
    ask(folder)
    digest("run", "--dry-run", "--at", AT)
    digest("run", "--subscriber", "ada@example.org", "--at", AT)
    assert counts(folder) == {"waiting": 1}
    said = digest("run", "--at", AT)
    assert said.code == 0, said
    assert counts(folder) == {"accepted": 1}
    (note,) = [mail for mail in outbox(folder) if "To: <new@example.org>" in mail]
    assert f"{URL}/c/" in note
    digest("run", "--at", AT)
    assert len([mail for mail in outbox(folder) if "new@example.org" in mail]) == 1


def test_the_web_sides_own_thread_posts_them_too(folder: Path) -> None:
    with_site(folder)
    with open_desk(load(folder / "digest.toml"), tell=structlog.get_logger().info) as desk:
        links.ask(desk.house, "ada@example.org", now=desk.clock())
        end = time.monotonic() + 20
        while desk.store.notes.counts() != {"accepted": 1}:
            assert time.monotonic() < end
            time.sleep(0.01)
    (note,) = outbox(folder)
    assert f"{URL}/p/" in note


def test_who_chose_on_the_web_is_named_where_the_file_says_otherwise(
    digest: Callable[..., Said], folder: Path
) -> None:
    digest("subscribers", "list")
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        member = store.subscribers.find("ada@example.org")
        assert member is not None
        prefer.save(house(folder, store), member.subscriber.id, max_papers=3)
    said = digest("check")
    assert "chose on the web, so that what the file says of them is not used: ada@example.org" in said.out
    (listed,) = digest("subscribers", "list", "--json").json
    assert (listed["origin"], listed["max_papers"]) == ("web", 3)
    assert "the web side" in digest("subscribers", "show", "ada@example.org").out
    assert digest("subscribers", "list", "--json").out == digest("subscribers", "list", "--json").out


def test_whom_the_file_still_names_by_the_address_that_they_moved_from_is_not_said_to_have_left(
    digest: Callable[..., Said], folder: Path
) -> None:
    digest("subscribers", "list")
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        member, now = store.subscribers.find("ada@example.org"), dt.datetime.now(dt.UTC)
        assert member is not None
        membership, mine = house(folder, store), member.subscriber.id
        move.ask(membership, mine, "ada@new.example", where="192.0.2.1", shown="", now=now)
        move.confirm(membership, join.token_of(membership, 1), now=now)
    said = digest("check").out
    assert "ada@example.org: moved to another address on the web, and reads there" in said
    assert "has left" not in said
    (listed,) = digest("subscribers", "list", "--json").json
    assert (listed["email"], listed["status"]) == ("ada@new.example", "active")


def test_until_when_a_reader_pauses_is_shown(digest: Callable[..., Said], folder: Path) -> None:
    digest("subscribers", "list")
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        member = store.subscribers.find("ada@example.org")
        assert member is not None
        store.pauses.pause(member.subscriber.id, until=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    assert "paused until 2026-05-01 00:00 UTC" in digest("subscribers", "show", "ada@example.org").out
    assert digest("subscribers", "resume", "ada@example.org").code == 0
    assert "until" not in digest("subscribers", "show", "ada@example.org").out
