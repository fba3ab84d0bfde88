"""Searching by meaning with an operator's model: it adds what words do not find, and is never missed."""

from __future__ import annotations

import dataclasses
import re
import time
from typing import TYPE_CHECKING

import pytest

from digest.endpoint import Endpoint
from digest.meaning import Embedder
from digest.pipeline.meaning import Meaning
from digest.web import vicinities
from digest.web.app import create_app
from digest.web.vicinities import near_paper, near_text, vicinity_of
from tests.endpoint.standin import Posted, Said, StandIn, embeddings
from tests.web.conftest import browser, library
from tests.web.test_spaces import cheese, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask

    from digest.store import Store
    from digest.web.desk import Desk

PATH = "/v1/embeddings"
# What a model knows and words do not.
SYNONYMS = {"couture": "laundry", "garments": "shirts", "machines": "robots"}


def knowing(posted: Posted) -> Said:
    texts = [
        re.sub(r"\w+", lambda word: SYNONYMS.get(word[0].lower(), word[0]), text)
        for text in posted.body["input"]
    ]
    return embeddings(dataclasses.replace(posted, body={**posted.body, "input": texts}))


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        server.say(PATH, knowing)
        yield server


@pytest.fixture
def app(desk: Desk, store: Store, stand_in: StandIn) -> flask.Flask:
    """The web side of a library whose papers have vectors; they are in memory."""
    endpoint = Endpoint(url=stand_in.url, timeout_s=5.0, sleep=lambda _: None)
    meaning = Meaning(store, Embedder(endpoint, model="small"), clock=desk.clock)
    assert meaning.embed_news() == 30
    stand_in.posted.clear()
    made = create_app(dataclasses.replace(desk, meaning=meaning))
    ready(made)
    return made


def ready(app: flask.Flask) -> None:
    with app.app_context():
        here: Desk = app.extensions["digest.desk"]
        until(lambda: vicinity_of(here) is not None)


def titles(app: flask.Flask, words: str, **more: str) -> list[str]:
    answer = browser(app).get("/search", query_string={"q": words, "by": "meaning", **more})
    assert answer.status_code == 200
    return re.findall(
        r"Robots that fold laundry, part \d+|Gaussian splatting for small rooms, part \d+", answer.text
    )


def test_papers_are_found_that_share_no_word_with_what_was_typed(app: flask.Flask) -> None:
    assert "Robots that fold laundry" in titles(app, "couture garments machines")[0]


def test_without_a_model_the_same_words_find_nothing(desk: Desk) -> None:
    assert titles(create_app(desk), "couture garments machines") == []


def test_what_words_find_stays_first_where_both_agree(app: flask.Flask) -> None:
    assert "Gaussian splatting" in titles(app, "gaussian splatting rooms")[0]


def test_dates_and_categories_hold_for_what_the_model_finds(app: flask.Flask) -> None:
    assert titles(app, "couture garments machines", category="cs.CV", order="newest") != []
    found = titles(app, "couture garments machines", category="cs.CV")
    assert all("Gaussian" in one for one in found)
    assert titles(app, "couture garments machines", to="2026-04-19") == []


def test_a_search_is_asked_for_once_however_many_pages_it_has(app: flask.Flask, stand_in: StandIn) -> None:
    for page in ("0", "1", "0"):
        titles(app, "robots", p=page)
    assert stand_in.texts() == ["robots"]


@pytest.mark.parametrize(
    "said",
    [
        Said(status=500),
        Said(status=429, headers=(("Retry-After", "60"),)),
        Said(body=b"nothing"),
        Said(body={"data": [{"index": 0, "embedding": [1.0, 2.0]}]}),
        Said(body={"data": [{"index": 0, "embedding": [None] * 32}]}),
    ],
    ids=lambda said: f"{said.status} {said.content[:20]!r}",
)
def test_where_the_model_fails_words_are_searched_for_as_ever(
    app: flask.Flask, desk: Desk, stand_in: StandIn, said: Said
) -> None:
    stand_in.say(PATH, said)
    assert (
        titles(app, "gaussian splatting rooms") == titles(create_app(desk), "gaussian splatting rooms") != []
    )


def test_after_a_failure_it_is_left_alone_for_a_while(
    app: flask.Flask, stand_in: StandIn, told: list[tuple[str, dict[str, object]]]
) -> None:
    stand_in.say(PATH, Said(status=401))
    for words in ("robots", "rooms", "mirrors"):
        titles(app, words)
    assert len(stand_in.posted) == 1
    assert [event for event, _ in told if event != "request"] == ["meaning.failed"]


def test_nobody_waits_long_for_a_model_that_hangs(app: flask.Flask, stand_in: StandIn) -> None:
    stand_in.say(PATH, Said(pause_s=vicinities.WAIT_S + 1))
    begun = time.monotonic()
    assert titles(app, "gaussian splatting rooms")
    assert time.monotonic() - begun < vicinities.WAIT_S + 0.9


def test_strangers_cannot_spend_the_operators_money_without_an_end(
    app: flask.Flask, stand_in: StandIn
) -> None:
    with app.app_context():
        for number in range(vicinities.A_MINUTE + 20):
            near_text(f"robots {number}", limit=1)
    assert len(stand_in.posted) == vicinities.A_MINUTE


def test_what_is_very_long_is_cut(app: flask.Flask, stand_in: StandIn) -> None:
    with app.app_context():
        near_text("robots " * 1000, limit=1)
    assert len(stand_in.texts()[0]) == vicinities.LONGEST


def test_a_papers_page_shows_what_is_near_by_the_vectors_and_asks_nobody(
    app: flask.Flask, store: Store, stand_in: StandIn
) -> None:
    robots = store.papers.by_arxiv_id(["2604.10003"])["2604.10003"]
    with app.app_context():
        near = near_paper(robots.id, limit=4)
    entries = store.lists.entries(near)
    assert robots.id not in near
    assert all("Robots" in entries[one].paper.title for one in near)
    assert browser(app).get("/papers/2604.10003").status_code == 200
    assert stand_in.posted == []


def test_new_vectors_are_taken_up_and_those_of_another_model_are_not(
    app: flask.Flask, store: Store, stand_in: StandIn
) -> None:
    here: Desk = app.extensions["digest.desk"]

    def count() -> int:
        app.extensions[vicinities.EXTENSION].look_at = 0.0
        found = vicinity_of(here)
        return -1 if found is None else len(found.ids)

    library(store, cheese(1))
    assert here.meaning is not None
    here.meaning.embed_news()
    endpoint = Endpoint(url=stand_in.url)
    with app.app_context():
        until(lambda: count() == 31)
        Meaning(store, Embedder(endpoint, model="other", batch=10)).embed_news()
        until(lambda: count() == 0)


def test_without_a_model_nothing_is_read_for_it(desk: Desk) -> None:
    app = create_app(desk)
    with app.app_context():
        assert vicinity_of(desk) is None
        assert near_text("robots", limit=3) == near_paper(1, limit=3) == []
        assert vicinities.EXTENSION not in app.extensions
