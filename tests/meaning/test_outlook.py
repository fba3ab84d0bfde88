"""What the model adds to a ranking: nothing where it has nothing to say, and never out of two models."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sqlalchemy as sa

from digest.pipeline.outlook import MeaningWant, Outlook, bearings_of
from digest.store.tables_learning import artefacts, paper_vectors
from tests.endpoint.standin import Said, embeddings
from tests.meaning.conftest import SUBJECTS, Clock, fill, paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.pipeline.meaning import Meaning
    from digest.store import Store
    from tests.endpoint.standin import StandIn

    Make = Callable[..., Meaning]

COUNT = 40
IDS = tuple(range(1, COUNT + 1))


def library(store: Store, meaning: Meaning, count: int = COUNT) -> None:
    fill(store, *(paper(number) for number in range(count)))
    assert meaning.embed_news() == count


def opened(meaning: Meaning) -> Outlook:
    found = Outlook.open(meaning, IDS)
    assert found is not None
    return found


def subject_of_best(outlook: Outlook, want: MeaningWant) -> set[str]:
    (scores,) = outlook.scores([want])
    return {SUBJECTS[int(place) % len(SUBJECTS)] for place in np.argsort(-scores)[:5]}


def test_a_topics_words_and_its_likes_find_papers_of_their_subject(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=16)
    library(store, here)
    outlook = opened(here)
    assert subject_of_best(outlook, MeaningWant(text="robots folding laundry")) == {SUBJECTS[2]}
    assert subject_of_best(outlook, MeaningWant(liked={2: 1.0, 7: 0.5})) == {SUBJECTS[1]}
    (scores,) = outlook.scores([MeaningWant(text="", liked={}, disliked={})])
    assert not scores.any()


def test_there_is_no_outlook_without_a_model_without_vectors_or_with_few(
    store: Store, meaning_of: Make
) -> None:
    here = meaning_of(batch=64)
    assert Outlook.open(None, IDS) is None
    assert Outlook.open(here, IDS) is None
    library(store, here, 10)
    assert Outlook.open(here, IDS) is None
    fill(store, *(paper(number) for number in range(COUNT)))
    here.embed_news()
    assert Outlook.open(here, IDS) is not None


def test_vectors_of_an_earlier_model_tell_nothing(store: Store, meaning_of: Make) -> None:
    library(store, meaning_of(model="old", batch=64))
    opened(meaning_of(model="old"))
    assert Outlook.open(meaning_of(model="new"), IDS) is None
    # Half of the library is the new one's: it knows these, and nothing of the others.
    new = meaning_of(model="new", batch=25)
    new.begin()
    stops = iter([False] * 3 + [True] * 9)
    part = meaning_of(model="new", batch=25, should_stop=lambda: next(stops))
    assert part.embed_news() == 25
    outlook = opened(new)
    assert outlook.sight.units.any(axis=1).tolist() == [False] * 15 + [True] * 25
    (scores,) = outlook.scores([MeaningWant(liked={1: 1.0, 40: 1.0})])
    assert not scores[:15].any()
    assert scores[15:].any()


def test_ranking_goes_on_where_the_model_does_not_answer(
    store: Store, stand_in: StandIn, meaning_of: Make
) -> None:
    library(store, meaning_of(batch=64))
    stand_in.say("/v1/embeddings", Said(status=500))
    outlook = opened(meaning_of())
    by_text, by_like = outlook.scores(
        [MeaningWant(text="robots"), MeaningWant(text="robots", liked={3: 1.0})]
    )
    assert not by_text.any()
    assert by_like.any()


def test_papers_that_are_gone_are_no_likes(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    (scores,) = opened(here).scores([MeaningWant(liked={9999: 1.0}, disliked={8888: 1.0})])
    assert not scores.any()


def test_five_thousand_likes_are_a_few_statements(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    outlook = opened(here)
    sent: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with store.database.read() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        outlook.scores([MeaningWant(liked=dict.fromkeys(range(1, 5001), 1.0))] * 3)
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
    assert len([one for one in sent if one.startswith("SELECT")]) <= 4


def test_directions_that_were_kept_give_the_same_scores(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    outlook = opened(here)
    wants = [MeaningWant(text="proteins"), MeaningWant(liked={5: 1.0}, disliked={1: 1.0})]
    kept = [row.astype(np.float16).astype(np.float32) for row in outlook.directions(wants)]
    assert abs(outlook.sight.scores(kept) - outlook.scores(wants)).max() < 0.02


def test_what_is_usual_is_made_anew_when_the_library_has_grown_or_after_a_month(
    store: Store, meaning_of: Make, clock: Clock
) -> None:
    here = meaning_of(batch=64)
    library(store, here, 30)

    def made() -> tuple[str, int]:
        found = bearings_of(here)
        assert found is not None
        return found.version, found.papers

    first = made()
    fill(store, *(paper(number) for number in range(30, 44)))
    here.embed_news()
    assert made() == first
    fill(store, paper(44))
    here.embed_news()
    assert made() == (made()[0], 45) != first
    second = made()
    fill(store, paper(45))
    here.embed_news()
    clock.now += dt.timedelta(days=29)
    assert made() == second
    clock.now += dt.timedelta(days=2)
    assert made()[1] == 46


def test_bearings_are_one_row_of_the_library(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    opened(here)
    opened(here)
    with store.database.read() as connection:
        names = connection.scalars(sa.select(artefacts.c.name)).all()
    assert names == ["bearings"]


@pytest.mark.parametrize(
    "damage", [lambda body: b"", lambda body: body[:-2], lambda body: body[:-1] + b"\xff"]
)
def test_damaged_bearings_are_made_anew(
    store: Store, meaning_of: Make, damage: Callable[[bytes], bytes]
) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    version = opened(here).version
    with store.database.begin() as connection:
        body = connection.scalar(sa.select(artefacts.c.body).where(artefacts.c.name == "bearings"))
        broken = damage(bytes(body or b""))
        connection.execute(sa.update(artefacts).where(artefacts.c.name == "bearings").values(body=broken))
    assert Outlook.open(here, IDS, only_reads=True) is None
    assert opened(here).version == version


def test_damaged_vectors_are_none(store: Store, meaning_of: Make) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    want = MeaningWant(text=SUBJECTS[0])
    opened(here).scores([want])
    nan = np.full(1, np.nan, dtype="<f2").tobytes()
    with store.database.begin() as connection:
        for table, column in ((paper_vectors, paper_vectors.c.vector), (artefacts, artefacts.c.body)):
            mine = table.c.paper_id == 1 if table is paper_vectors else artefacts.c.name != "bearings"
            whole = connection.scalar(sa.select(column).where(mine)) or b""
            connection.execute(sa.update(table).where(mine).values({column: nan + whole[2:]}))
        connection.execute(sa.delete(artefacts).where(artefacts.c.name == "bearings"))
    (scores,) = opened(here).scores([want])
    assert np.isfinite(scores).all()
    assert scores[0] == 0
    assert scores.any()  # its words were asked for again


def test_a_model_that_comes_back_is_asked_for_the_texts_again(
    store: Store, stand_in: StandIn, meaning_of: Make, clock: Clock
) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    stand_in.say("/v1/embeddings", Said(status=401), embeddings)
    want = MeaningWant(text="robots folding laundry")
    assert not opened(here).scores([want]).any()
    clock.now += dt.timedelta(minutes=6)
    assert opened(here).scores([want]).any()


def test_one_that_only_reads_asks_nobody_and_changes_nothing(
    store: Store, stand_in: StandIn, meaning_of: Make, clock: Clock
) -> None:
    here = meaning_of(batch=64)
    library(store, here)
    want = MeaningWant(text="robots folding laundry")
    assert Outlook.open(here, IDS, only_reads=True) is None
    opened(here)
    stand_in.posted.clear()
    clock.now += dt.timedelta(days=40)
    reading = Outlook.open(here, IDS, only_reads=True)
    assert reading is not None
    assert not reading.scores([want]).any()
    assert stand_in.posted == []
    with store.database.read() as connection:
        assert connection.scalars(sa.select(artefacts.c.name)).all() == ["bearings"]
    assert opened(here).scores([want]).any()
    assert reading.scores([want]).any()
