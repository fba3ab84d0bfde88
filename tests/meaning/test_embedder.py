"""The client of an embedding model: it believes nothing that it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from digest.endpoint import Endpoint
from digest.errors import EndpointError
from digest.meaning import LONGEST, Embedder
from tests.endpoint.standin import DIMENSIONS, Posted, Said, StandIn, embeddings, vector
from tests.meaning.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/v1/embeddings"
TEXTS = ["red apples", "green pears", "blue plums"]


def embedder(stand_in: StandIn, **options: Any) -> Embedder:
    endpoint = Endpoint(url=stand_in.url, api_key=KEY, timeout_s=5.0, sleep=lambda _: None)
    return Embedder(endpoint, **{"model": "small", "batch": 8, **options})


def answering(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Posted], Said]:
    """A good answer, spoilt: `change` is given its vectors, and what it returns stands in their place."""

    def answer(posted: Posted) -> Said:
        body: Any = embeddings(posted).body
        changed = change(body["data"])
        return Said(body=json.dumps({**body, "data": changed}, allow_nan=True).encode())

    return answer


def unit(text: str) -> np.ndarray[Any, Any]:
    row = np.array(vector(text, model="small"))
    return np.asarray(row / np.sqrt(row @ row))


def test_each_text_has_a_row_of_length_one(stand_in: StandIn) -> None:
    found = embedder(stand_in).embed(TEXTS)
    assert found.which == (0, 1, 2)
    assert found.rows.dtype == np.float32
    assert found.rows.shape == (3, DIMENSIONS)
    for text, row in zip(TEXTS, found.rows, strict=True):
        np.testing.assert_allclose(row, unit(text), atol=1e-6)
    (posted,) = stand_in.posted
    assert posted.body == {"model": "small", "input": TEXTS}
    assert posted.headers["authorization"] == f"Bearer {KEY}"


def test_the_size_that_is_asked_for_is_named_and_part_of_the_label(stand_in: StandIn) -> None:
    here = embedder(stand_in, dimensions=16)
    assert here.embed(TEXTS).rows.shape == (3, 16)
    assert stand_in.posted[0].body["dimensions"] == 16
    assert here.label == "small (16)"
    assert embedder(stand_in).label == "small"


def test_rows_are_put_by_their_index_whatever_order_they_come_in(stand_in: StandIn) -> None:
    stand_in.say(PATH, answering(lambda rows: [rows[2], rows[0], rows[1]]))
    found = embedder(stand_in).embed(TEXTS)
    np.testing.assert_allclose(found.rows, np.stack([unit(text) for text in TEXTS]), atol=1e-6)


def test_where_no_index_is_given_the_order_counts(stand_in: StandIn) -> None:
    stand_in.say(PATH, answering(lambda rows: [{"embedding": row["embedding"]} for row in rows]))
    found = embedder(stand_in).embed(TEXTS)
    np.testing.assert_allclose(found.rows[1], unit(TEXTS[1]), atol=1e-6)


def test_a_text_without_words_is_not_sent(stand_in: StandIn) -> None:
    found = embedder(stand_in).embed(["", "pears", " \n"])
    assert (found.which, set(found.refused)) == ((1,), {0, 2})
    assert stand_in.texts() == ["pears"]
    assert embedder(stand_in).embed([""]).which == ()
    assert len(stand_in.posted) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:-1],
        lambda rows: [*rows, rows[0]],
        lambda rows: [],
        lambda rows: None,
        lambda rows: "vectors",
        lambda rows: [1, 2, 3],
        lambda rows: [{**row, "index": 0} for row in rows],
        lambda rows: [{**row, "index": row["index"] + 1} for row in rows],
        lambda rows: [{**row, "index": str(row["index"])} for row in rows],
        lambda rows: [{**row, "index": bool(row["index"])} for row in rows],
        lambda rows: [rows[0], rows[1], {"embedding": rows[2]["embedding"]}],
    ],
)
def test_an_answer_of_which_it_is_not_clear_what_is_whose_is_refused_whole(
    stand_in: StandIn, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    stand_in.say(PATH, answering(change))
    with pytest.raises(EndpointError) as why:
        embedder(stand_in).embed(TEXTS)
    assert all(word not in str(why.value) for word in (KEY, *TEXTS))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ([0.0] * DIMENSIONS, "all zeros"),
        ([float("nan")] + [1.0] * (DIMENSIONS - 1), "no number"),
        ([float("inf")] + [1.0] * (DIMENSIONS - 1), "no number"),
        ([10**400] + [1] * (DIMENSIONS - 1), "without measure"),
        ([1.0] * (DIMENSIONS - 1), f"has {DIMENSIONS - 1} numbers; expected {DIMENSIONS}"),
        ([1.0] * (DIMENSIONS * 2), f"expected {DIMENSIONS}"),
        ([1.0], "expected 2 to"),
        ([], "expected 2 to"),
        ([1.0] * 9000, "expected 2 to"),
        (None, "no list of numbers"),
        ("AACAPwAAAEA=", "no list of numbers"),
        ({"0": 1.0}, "no list of numbers"),
        ([True] * DIMENSIONS, "no list of numbers"),
        (["1.0"] * DIMENSIONS, "no list of numbers"),
        ([[1.0]] * DIMENSIONS, "no list of numbers"),
    ],
    ids=str,
)
def test_a_vector_that_is_none_is_refused_and_the_others_are_taken(
    stand_in: StandIn, bad: object, why: str
) -> None:
    stand_in.say(PATH, answering(lambda rows: [rows[0], {**rows[1], "embedding": bad}, rows[2]]))
    found = embedder(stand_in).embed(TEXTS)
    assert found.which == (0, 2)
    assert set(found.refused) == {1}
    assert why in found.refused[1]
    assert np.isfinite(found.rows).all()


def test_huge_numbers_are_numbers(stand_in: StandIn) -> None:
    stand_in.say(PATH, answering(lambda rows: [{**row, "embedding": [1e300, 1e300]} for row in rows]))
    found = embedder(stand_in).embed(TEXTS)
    np.testing.assert_allclose(found.rows, np.full((3, 2), 2**-0.5), atol=1e-6)


def test_vectors_of_another_size_than_those_kept_are_refused(stand_in: StandIn) -> None:
    found = embedder(stand_in).embed(TEXTS, size=DIMENSIONS + 1)
    assert found.which == ()
    assert "another model stands behind the name" in found.refused[0]


def test_texts_too_long_for_the_model_are_sent_again_shorter_and_so_are_later_ones(stand_in: StandIn) -> None:
    def small_context(posted: Posted) -> Said:
        if max(map(len, posted.body["input"])) > 1500:
            return Said(status=400, body={"error": {"message": "context length exceeded"}})
        return embeddings(posted)

    stand_in.say(PATH, small_context)
    here = embedder(stand_in)
    assert here.embed(["word " * 2000]).which == (0,)
    assert [len(one.body["input"][0]) for one in stand_in.posted] == [LONGEST[0], LONGEST[1]]
    here.embed(["word " * 2000])
    assert len(stand_in.posted) == 3


def test_a_short_text_that_is_refused_is_not_sent_again(stand_in: StandIn) -> None:
    stand_in.say(PATH, Said(status=400))
    with pytest.raises(EndpointError, match="HTTP 400"):
        embedder(stand_in).embed(TEXTS)
    assert len(stand_in.posted) == 1


def test_a_busy_model_is_asked_again_when_it_said(stand_in: StandIn) -> None:
    stand_in.say(PATH, Said(status=429, headers=(("Retry-After", "3"),)), embeddings)
    assert embedder(stand_in).embed(TEXTS).which == (0, 1, 2)
    assert len(stand_in.posted) == 2


def test_more_than_a_batch_is_our_own_mistake(stand_in: StandIn) -> None:
    with pytest.raises(ValueError, match="at most 2"):
        embedder(stand_in, batch=2).embed(TEXTS)


def test_a_name_alone_asks_nobody() -> None:
    here = Embedder(None, model="small")
    assert (here.is_asked, here.label) == (False, "small")
    with pytest.raises(EndpointError, match="not asked"):
        here.embed(TEXTS)


def test_a_check_says_what_it_makes(stand_in: StandIn) -> None:
    assert embedder(stand_in, batch=1).check().startswith(f"small: vectors of {DIMENSIONS} numbers, in ")
    stand_in.say(PATH, answering(lambda rows: [{**row, "embedding": None} for row in rows]))
    with pytest.raises(EndpointError, match="is it an embedding model"):
        embedder(stand_in).check()
    stand_in.say(PATH, Said(status=404, body={"error": {"code": "model_not_found"}}))
    with pytest.raises(EndpointError, match="model_not_found"):
        embedder(stand_in).check()
