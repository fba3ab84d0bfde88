"""`digest check` and a model that writes sentences; what commands and logs never tell of it."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from digest.model import Position
from digest.store import Store
from tests.endpoint.standin import Said as Answer
from tests.endpoint.standin import StandIn
from tests.gists.speaking import NOW, PATH, Sky, good, said, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Said

KEY = "sk-very-secret"
GOOD = "Of mails of twelve papers, 48 researchers opened as many as of thirty papers."


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        server.say(PATH, said(GOOD))
        yield server


def with_model(folder: Path, url: str, *, key: str = KEY) -> None:
    with (folder / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[gist]\nurl = "{url}"\nmodel = "llama3.2"\napi_key = "{key}"\n')


def line(shown: Said) -> str:
    assert shown.code == 0, shown  # mails leave without it
    assert KEY not in shown.out + shown.err
    return next(one for one in shown.out.splitlines() if " gist: " in one)


def test_a_model_that_answers_is_told_with_its_sentence_and_what_today_cost(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    with_model(folder, stand_in.url)
    shown = line(digest("check"))
    assert shown.startswith(f"✓ gist: llama3.2: “{GOOD}” in ")
    assert shown.endswith("; today 1 of 500 requests and 800 of 500,000 tokens")
    assert stand_in.posted[0].headers["authorization"] == f"Bearer {KEY}"
    assert " today 2 of 500 " in line(digest("check"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=401), "it wants another api_key"),
        (Answer(status=404, body={"error": {"code": "model_not_found"}}), "model_not_found"),
        (Answer(body=b"<html>"), "is this an OpenAI-compatible API"),
        (said("Hello! What can I do for you today, my friend?"), "its answer to an example is not used"),
    ],
)
def test_one_that_does_not_is_a_warning_that_says_what_to_do(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn, answer: Answer, words: str
) -> None:
    stand_in.say(PATH, answer)
    with_model(folder, stand_in.url)
    shown = line(digest("check"))
    assert shown.startswith("! gist: ")
    assert words in shown


def test_a_key_that_no_request_can_carry_stops_no_run(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    with_model(folder, stand_in.url, key="two words")
    assert "characters that no key has" in line(digest("check"))
    assert digest("run", "--at", "2026-04-21T12:00:00+00:00").code == 0
    assert stand_in.posted == []


def test_a_dry_run_and_a_preview_ask_no_model(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    with_model(folder, stand_in.url)
    at = ("--at", "2026-04-21T12:00:00+00:00")
    assert digest("run", "--dry-run", *at).code == 0
    assert digest("preview", "ada@example.org", *at).code == 0
    assert stand_in.posted == []


def test_a_run_by_the_settings_says_the_sentence_in_its_mails(
    digest: Callable[..., Said], folder: Path, stand_in: StandIn
) -> None:
    stand_in.say(PATH, good)
    with_model(folder, stand_in.url)
    (one,) = Sky(1).collect(Position(), now=NOW, window_days=7).listings
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store, store.database.begin() as connection:
        store.papers.absorb(connection, [one])
    shown = digest("run", "--at", "2026-04-21T12:00:00+00:00")
    assert shown.code == 0
    assert KEY not in shown.out + shown.err
    assert len(stand_in.posted) == 1  # the other abstracts are short
    (mail,) = (folder / "outbox").glob("*.eml")
    text = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert text is not None
    assert f"{sentence(2100)} (AI summary by llama3.2)" in " ".join(text.get_content().split())
