"""The operator's model on the command line: whether it answers, and that a run goes on where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.store import Store
from tests.cli.conftest import AT
from tests.endpoint.standin import Said as Answer
from tests.endpoint.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Said


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


def configure(folder: Path, url: str, *more: str) -> None:
    with (folder / "digest.toml").open("a") as file:
        file.write("\n".join(("", "[meaning]", f'url = "{url}"', 'model = "small"', *more, "")))


def line(said: Said) -> tuple[str, str]:
    (found,) = [one for one in said.json if one["what"] == "meaning"]
    return found["status"], found["sentence"]


def have(folder: Path) -> list[int]:
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        return [paper_id for paper_id, _ in store.vectors.rows("small")]


def test_check_says_that_it_answers(digest: Callable[..., Said], folder: Path, stand_in: StandIn) -> None:
    configure(folder, stand_in.url, 'api_key = "sk-very-secret"')
    said = digest("check", "--json")
    assert said.code == 0
    status, sentence = line(said)
    assert status == "ok"
    assert "small: vectors of 32 numbers" in sentence
    assert stand_in.posted[0].headers["authorization"] == "Bearer sk-very-secret"


def test_check_says_that_it_does_not_and_what_to_do(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    configure(folder, stand_in.url, 'api_key = "sk-very-secret"')
    stand_in.say("/v1/embeddings", Answer(status=401))
    status, sentence = line(digest("check", "--json"))
    assert status == "warning"
    assert "it wants another api_key" in sentence
    assert "sk-very-secret" not in sentence


def test_a_run_embeds_and_a_dry_run_asks_nothing(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    configure(folder, stand_in.url)
    assert digest("run", "--dry-run", "--at", AT).code == 0
    assert stand_in.posted == []
    assert digest("run", "--at", AT).code == 0
    assert have(folder) == [1, 2, 3]


@pytest.mark.parametrize("more", [(), ('api_key = "schlüssel"',)])
def test_a_run_goes_on_without_it(
    digest: Callable[..., Said], folder: Path, closed_port: int, more: tuple[str, ...]
) -> None:
    configure(folder, f"http://127.0.0.1:{closed_port}/v1", *more)
    said = digest("run", "--at", AT)
    assert said.code == 0
    assert "1 written into" in said.out
    assert line(digest("check", "--json"))[0] == "warning"
    assert have(folder) == []


def test_without_one_there_is_no_line(digest: Callable[..., Said]) -> None:
    assert [one for one in digest("check", "--json").json if one["what"] == "meaning"] == []
