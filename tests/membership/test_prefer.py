"""What readers choose for themselves: kept, guarded, and never lost to another tab."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.membership import prefer, standing
from digest.membership.limits import TOPICS
from digest.membership.refusals import Changed, Refused
from digest.model import Cadence, Topic
from tests.membership.conftest import ADA, NOW, added, found

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.model import Subscriber


def topics(house: House, reader: int) -> tuple[Topic, ...]:
    return subscriber(house, reader).topics


def subscriber(house: House, reader: int) -> Subscriber:
    return house.store.subscribers.by_id([reader])[reader].subscriber


def test_what_is_chosen_is_kept_and_the_rest_stays(house: House) -> None:
    reader = added(house, ADA.email)
    before = subscriber(house, reader)
    chosen: dict[str, Any] = {
        "cadence": Cadence(kind="weekly", weekday=4),
        "send_at": dt.time(18, 30),
        "timezone": "Asia/Tokyo",
        "max_papers": 20,
        "trending": True,
    }
    member = prefer.save(house, reader, **chosen)
    assert member.subscriber == subscriber(house, reader) == dataclasses.replace(before, **chosen)
    assert (member.origin, member.next_due_at) == ("web", None)
    assert prefer.save(house, reader, name="").subscriber.name == ""


def test_a_choice_that_changes_nothing_takes_nobody_from_their_file(house: House) -> None:
    house.store.subscribers.synchronise([ADA])
    reader = found(house, ADA.email)
    assert prefer.save(house, reader, max_papers=ADA.max_papers).origin == "file"


def test_the_file_neither_overrides_nor_ends_one_who_chose(house: House) -> None:
    house.store.subscribers.synchronise([ADA])
    reader = found(house, ADA.email)
    prefer.save(house, reader, max_papers=3)
    house.store.subscribers.synchronise([dataclasses.replace(ADA, name="Of the file")])
    assert (subscriber(house, reader).max_papers, subscriber(house, reader).name) == (3, ADA.name)
    house.store.subscribers.synchronise([])
    assert [one.subscriber.id for one in house.store.subscribers.due(NOW)] == [reader]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"max_papers": 0}, "max_papers"),
        ({"max_papers": 1001}, "max_papers"),
        ({"name": "two\nlines"}, "name"),
        ({"send_at": dt.time(7, 0, 30)}, "send_at"),
    ],
)
def test_what_the_settings_would_refuse_is_refused_by_field(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    reader = added(house, ADA.email)
    before = subscriber(house, reader)
    with pytest.raises(Refused) as refused:
        prefer.save(house, reader, **wrong)
    assert list(refused.value.faults) == [field]
    assert subscriber(house, reader) == before


def test_one_who_left_or_was_erased_chooses_nothing(house: House) -> None:
    reader = added(house, ADA.email)
    standing.leave(house, reader, evidence="", now=NOW)
    with pytest.raises(Refused, match="left"):
        prefer.save(house, reader, max_papers=3)
    standing.erase(house, reader, now=NOW)
    with pytest.raises(Refused, match="no such reader"):
        prefer.save(house, reader, max_papers=3)


# ---------------------------------------------------------------------------- topics


def test_a_topic_is_added_at_the_end_or_at_its_place(house: House) -> None:
    reader = added(house, ADA.email)
    last = prefer.add_topic(house, reader, Topic(name="Last", keywords=("x",)))
    first = prefer.add_topic(house, reader, Topic(name="First", keywords=("y",)), place=0)
    assert [topic.name for topic in topics(house, reader)] == ["First", "Vision", "Robots", "Last"]
    assert (topics(house, reader)[0], topics(house, reader)[-1]) == (first, last)


def test_a_renamed_topic_keeps_its_ref_and_so_what_was_liked_for_it(house: House) -> None:
    reader = added(house, ADA.email)
    before = topics(house, reader)[0]
    renamed = dataclasses.replace(before, name="Seeing")
    kept = prefer.save_topic(house, reader, before.ref, renamed, was=prefer.mark(before))
    assert (kept.name, kept.ref) == ("Seeing", before.ref)
    again = prefer.save_topic(
        house, reader, kept.ref, dataclasses.replace(kept, name="Vision"), was=prefer.mark(kept)
    )
    assert again.ref == before.ref


def test_a_new_topic_by_a_name_that_another_once_had_has_a_ref_of_its_own(house: House) -> None:
    reader = added(house, ADA.email)
    before = topics(house, reader)[0]
    prefer.save_topic(
        house, reader, before.ref, dataclasses.replace(before, name="Seeing"), was=prefer.mark(before)
    )
    new = prefer.add_topic(house, reader, Topic(name="Vision", keywords=("x",)))
    refs = [topic.ref for topic in topics(house, reader)]
    assert new.ref in refs
    assert len(set(refs)) == 3


def test_of_two_tabs_the_later_one_is_told_what_stands_now(house: House) -> None:
    reader = added(house, ADA.email)
    seen = topics(house, reader)[0]
    mine, theirs = (dataclasses.replace(seen, keywords=(word,)) for word in ("mine", "theirs"))
    prefer.save_topic(house, reader, seen.ref, mine, was=prefer.mark(seen))
    with pytest.raises(Changed) as changed:
        prefer.save_topic(house, reader, seen.ref, theirs, was=prefer.mark(seen))
    assert changed.value.topic == topics(house, reader)[0] == mine
    with pytest.raises(Changed):
        prefer.remove_topic(house, reader, seen.ref, was=prefer.mark(seen))
    assert topics(house, reader)[0] == mine


def test_a_topic_that_was_removed_elsewhere_cannot_be_saved(house: House) -> None:
    reader = added(house, ADA.email)
    seen = topics(house, reader)[0]
    prefer.remove_topic(house, reader, seen.ref, was=prefer.mark(seen))
    with pytest.raises(Changed) as changed:
        prefer.save_topic(house, reader, seen.ref, seen, was=prefer.mark(seen))
    assert changed.value.topic is None


@pytest.mark.parametrize("name", ["Vision", "Seeing"])
def test_a_removed_topic_comes_back_as_it_was_where_it_was(house: House, name: str) -> None:
    reader = added(house, ADA.email)
    before = topics(house, reader)[0]
    renamed = dataclasses.replace(before, name=name)
    prefer.save_topic(house, reader, before.ref, renamed, was=prefer.mark(before))
    stood = topics(house, reader)
    gone, place = prefer.remove_topic(house, reader, stood[0].ref, was=prefer.mark(stood[0]))
    assert len(topics(house, reader)) == 1
    prefer.add_topic(house, reader, gone, place=place, key=gone.ref)
    assert topics(house, reader) == stood


def test_topics_are_put_in_order_and_another_set_of_them_is_told(house: House) -> None:
    reader = added(house, ADA.email)
    refs = [topic.ref for topic in topics(house, reader)]
    prefer.order_topics(house, reader, refs[::-1])
    assert [topic.name for topic in topics(house, reader)] == ["Robots", "Vision"]
    for wrong in (refs[:1], [*refs, "0123456789"], [refs[0], refs[0]], []):
        with pytest.raises(Changed):
            prefer.order_topics(house, reader, wrong)


@pytest.mark.parametrize("name", ["Vision", "vision ", "VISION", ""])
def test_two_topics_never_share_a_heading(house: House, name: str) -> None:
    reader = added(house, ADA.email)
    with pytest.raises(Refused):
        prefer.add_topic(house, reader, Topic(name=name, keywords=("x",)))
    robots = topics(house, reader)[1]
    with pytest.raises(Refused):
        prefer.save_topic(
            house, reader, robots.ref, dataclasses.replace(robots, name=name), was=prefer.mark(robots)
        )
    assert [topic.name for topic in topics(house, reader)] == ["Vision", "Robots"]


def test_there_is_room_for_so_many_topics(house: House) -> None:
    reader = added(house, ADA.email)
    for number in range(TOPICS - 2):
        prefer.add_topic(house, reader, Topic(name=f"T{number}"))
    with pytest.raises(Refused, match=f"room for {TOPICS}"):
        prefer.add_topic(house, reader, Topic(name="one more"))


def test_a_forged_key_is_not_taken(house: House) -> None:
    reader = added(house, ADA.email)
    vision = topics(house, reader)[0]
    for key in ("../../../x", "x" * 10, vision.ref, "A" * 10):
        kept = prefer.add_topic(house, reader, Topic(name=f"N {key[:3]}"), key=key)
        assert kept.ref not in (vision.ref, key)


WORDS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and text.isprintable())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(WORDS, max_size=6), acts=st.lists(st.integers(0, 2), max_size=6))
def test_refs_stay_unique_whatever_is_added_renamed_and_removed(
    house: House, names: list[str], acts: list[int]
) -> None:
    member = house.store.subscribers.find(ADA.email)
    reader = added(house, ADA.email) if member is None else member.subscriber.id
    for name, act in zip(names, acts, strict=False):
        known = topics(house, reader)
        try:
            if act == 0 or not known:
                prefer.add_topic(house, reader, Topic(name=name, keywords=("x",)))
            elif act == 1:
                renamed = dataclasses.replace(known[-1], name=name)
                kept = prefer.save_topic(house, reader, known[-1].ref, renamed, was=prefer.mark(known[-1]))
                assert kept.ref == known[-1].ref
            else:
                prefer.remove_topic(house, reader, known[0].ref, was=prefer.mark(known[0]))
        except Refused:
            assert topics(house, reader) == known
    refs = [topic.ref for topic in topics(house, reader)]
    assert len(set(refs)) == len(refs)
