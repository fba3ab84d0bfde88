"""Editors: what they do is kept act for act, and what it comes to follows from that."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.errors import UsageError
from digest.store.curations import KINDS, SENTENCE_LIMIT
from tests.store.test_votes import DAY, NOW, absorb, dump, listing, paper

if TYPE_CHECKING:
    from digest.model import Curated
    from digest.store import Store
    from digest.store.curations import ActKind
    from digest.store.editors import Editor

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def eve(store: Store) -> Editor:
    """An editor, and two papers."""
    absorb(store, listing(1), listing(2))
    return store.editors.add("Eve", at=NOW)


def curated(store: Store, number: int = 1) -> Curated | None:
    entry = store.lists.paper(f"2604.{90000 + number}")
    assert entry is not None
    return entry.curated


def test_each_act_is_kept_with_who_and_when_and_comes_to_what_stands(store: Store, eve: Editor) -> None:
    fay, one = store.editors.add("Fay", at=NOW), paper(store).id
    steps: list[tuple[Editor, ActKind, str]] = [
        (eve, "submit", ""), (fay, "submit", ""), (fay, "pick", ""), (eve, "pick", ""),
        (eve, "pin", "Read it."), (fay, "pin", "Read it."), (fay, "pin", "Read it twice."), (eve, "hide", ""),
    ]  # fmt: skip
    changed = [
        store.curations.act(editor.id, one, kind=kind, at=NOW + number * MINUTE, words=words)
        for number, (editor, kind, words) in enumerate(steps)
    ]
    assert changed == [True, False, True, False, True, False, True, True]
    found = curated(store)
    assert found is not None
    assert (found.submitted_by, found.picked_by, found.sentence, found.hidden_by, found.day) == (
        "Eve", "Fay", "Read it twice.", "Eve", NOW.date(),
    )  # fmt: skip
    assert [(act.editor, act.kind, act.words) for act in store.curations.of(one)] == [
        ("Eve", "hide", ""), ("Fay", "pin", "Read it twice."), ("Eve", "pin", "Read it."),
        ("Fay", "pick", ""), ("Eve", "submit", ""),
    ]  # fmt: skip
    assert store.curations.of(one)[0].at == NOW + 7 * MINUTE
    assert [act.kind for act in store.curations.recent(limit=2)] == ["hide", "pin"]


def test_what_is_taken_back_stands_no_more_and_its_history_stays(store: Store, eve: Editor) -> None:
    one = paper(store).id
    back: tuple[tuple[ActKind, ActKind], ...] = (("pick", "unpick"), ("pin", "unpin"), ("hide", "unhide"))
    for kind, undo in back:
        assert not store.curations.act(eve.id, one, kind=undo, at=NOW)
        assert store.curations.act(eve.id, one, kind=kind, at=NOW, words="Read it." if kind == "pin" else "")
        assert curated(store) is not None
        assert store.curations.act(eve.id, one, kind=undo, at=NOW)
        assert curated(store) is None
    assert len(store.curations.of(one)) == 6
    assert paper(store).community_listed is None


@pytest.mark.parametrize("kind", ["submit", "pick"])
def test_who_submits_or_picks_lists_the_paper_and_makes_it_news(
    store: Store, eve: Editor, kind: ActKind
) -> None:
    before = store.papers.last_sequence()
    late = NOW + dt.timedelta(days=90)  # an editor may choose what is old
    store.curations.act(eve.id, paper(store).id, kind=kind, at=late)
    assert paper(store).community_listed == late.date()
    (news,) = store.papers.news(after=before, upto=store.papers.last_sequence(), first_day=late.date())
    assert news.paper.id == paper(store).id
    assert set(store.curations.news(first_day=late.date())) == {paper(store).id}
    assert store.curations.news(first_day=late.date() + dt.timedelta(days=1)) == {}


def test_a_pick_that_is_taken_back_leaves_a_paper_where_readers_put_it(store: Store, eve: Editor) -> None:
    from digest.model import Subscriber
    from digest.store.members import Admission

    store.subscribers.add(Admission(subscriber=Subscriber(email="ada@example.org")))
    one = paper(store).id
    store.curations.act(eve.id, one, kind="pick", at=NOW)
    store.votes.upvote(1, one, at=NOW)
    store.curations.act(eve.id, one, kind="unpick", at=NOW)
    assert paper(store).community_listed == NOW.date()
    store.votes.upvote(1, one, at=NOW, on=False)
    assert paper(store).community_listed is None


def test_only_an_editor_acts_and_only_on_a_paper_and_in_few_words(store: Store, eve: Editor) -> None:
    store.editors.add("Fay", at=NOW)
    fay = store.editors.end("Fay", at=NOW)
    before, one = dump(store), paper(store).id
    for editor, number, words in (
        (fay.id, one, "x"), (999, one, "x"), (eve.id, 999, "x"), (eve.id, one, ""),
        (eve.id, one, "x" * (SENTENCE_LIMIT + 1)),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="nothing was changed"):
            store.curations.act(editor, number, kind="pin", at=NOW, words=words)
    assert dump(store) == before
    assert store.curations.act(eve.id, one, kind="pin", at=NOW, words="x" * SENTENCE_LIMIT)


def test_two_papers_that_turn_out_to_be_one_have_both_histories(store: Store, eve: Editor) -> None:
    absorb(store, listing(7, source="journal", key="https://example.org/7", arxiv_id=None,
                          title="Quite another title of that work about ancient skies", doi="10.1000/seven",
                          authors=("Bo Ek",)))  # fmt: skip
    old = next(
        one for one in store.lists.new(DAY, DAY, limit=9).entries if one.paper.doi == "10.1000/seven"
    ).paper
    one = paper(store)
    store.curations.act(eve.id, old.id, kind="submit", at=NOW)
    store.curations.act(eve.id, one.id, kind="pin", at=NOW + MINUTE, words="The preprint.")
    store.curations.act(eve.id, old.id, kind="pin", at=NOW + 2 * MINUTE, words="The journal's.")
    absorb(store, dataclasses.replace(listing(1), source="other", doi="10.1000/seven"))
    found = curated(store)
    assert found is not None
    assert (found.submitted_by, found.sentence) == ("Eve", "The journal's.")
    assert [act.kind for act in store.curations.of(one.id)] == ["pin", "pin", "submit"]
    assert store.curations.act(eve.id, old.id, kind="hide", at=NOW)  # by the number of an older page
    found = curated(store)
    assert found is not None
    assert found.hidden_by == "Eve"


def test_what_an_ended_editor_chose_stays_under_their_name(store: Store, eve: Editor) -> None:
    store.curations.act(eve.id, paper(store).id, kind="pick", at=NOW)
    store.editors.end("Eve", at=NOW)
    found = curated(store)
    assert found is not None
    assert found.picked_by == "Eve"


def test_an_editor_who_comes_back_is_a_new_one(store: Store, eve: Editor) -> None:
    with pytest.raises(UsageError, match="is an editor already"):
        store.editors.add("Eve", at=NOW)
    store.editors.end("Eve", at=NOW)
    with pytest.raises(UsageError, match="no such editor"):
        store.editors.end("Eve", at=NOW)
    again = store.editors.add("Eve", at=NOW)
    assert again.id != eve.id
    assert store.editors.named("Eve").id == again.id
    ended = store.editors.find(eve.id)
    assert ended is not None
    assert ended.ended_at == NOW
    assert [one.name for one in store.editors.everyone()] == ["Eve", "Eve"]


def test_every_kind_of_act_is_known(store: Store, eve: Editor) -> None:
    assert KINDS == ("submit", "pick", "unpick", "pin", "unpin", "hide", "unhide")
