from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.select import Candidate, Want, Window, select, try_topic
from digest.core.statistics import Statistics
from digest.model import Reason, Subscriber, Topic
from tests.core import abstracts
from tests.core.windows import TODAY, chosen, ids, paper, window

SPEECH = Topic(name="Speech", keywords=("speech", "voices", "diarisation", "whispered"))
QUANTUM = Topic(name="Quantum", keywords=("quantum", "qubits", "magic states", "neutral atoms"))
PROTEINS = Topic(name="Proteins", keywords=("protein", "amino acid", "antibodies"))
NOWHERE = Topic(name="Nowhere", keywords=("zeppelin",))
PAPERS = abstracts.papers()
HOT = [dataclasses.replace(one, upvotes=10 * one.id, community_listed=TODAY) for one in PAPERS]


def test_sections_stand_in_the_readers_order_and_empty_ones_are_left_out() -> None:
    assert list(ids(chosen(PAPERS, QUANTUM, NOWHERE, SPEECH))) == ["Quantum", "Speech"]


def test_a_paper_goes_where_it_scores_best() -> None:
    both = paper(1, "Qubits that recognise speech", "Qubits, qubits and more qubits of a quantum computer.")
    assert ids(chosen([both], SPEECH, QUANTUM)) == {"Quantum": [1]}


def test_weight_pulls_a_paper_into_the_heavier_topic() -> None:
    both = paper(1, "Qubits that recognise speech", "Qubits, qubits and more qubits of a quantum computer.")
    heavy = dataclasses.replace(SPEECH, weight=5.0)
    assert ids(chosen([both], heavy, QUANTUM)) == {"Speech": [1]}


def test_what_came_before_the_cut_off_and_what_was_sent_is_not_news() -> None:
    everything = ids(chosen(PAPERS, QUANTUM, max_papers=40))["Quantum"]
    later = chosen(PAPERS, QUANTUM, max_papers=40, since=20, sent=frozenset({everything[0], 25, 9002}))
    assert set(ids(later)["Quantum"]) == {one for one in everything if one > 20} - {everything[0], 25}
    assert later.considered == len({*range(21, 41), *range(9001, 9061)} - {everything[0], 25, 9002})


def test_a_paper_listed_again_later_is_news_again() -> None:
    one = paper(1, "Quantum codes")
    again = Window.of(Statistics.empty(), [Candidate(paper=one, sequence=50)], today=TODAY)
    want = Want(subscriber=Subscriber(email="a@example.org", topics=(QUANTUM,)), since=40)
    assert [item.paper_id for item in select(again, [want])[0].sections[0].items] == [1]


def test_quota_of_a_topic_and_limit_of_the_reader_hold_and_the_rest_is_counted() -> None:
    little = dataclasses.replace(QUANTUM, max_papers=2)
    whole = chosen(PAPERS, QUANTUM, SPEECH, max_papers=40)
    cut = chosen(PAPERS, little, SPEECH, max_papers=5)
    assert [len(section.items) for section in cut.sections] == [2, 3]
    for full, short in zip(whole.sections, cut.sections, strict=True):
        assert full.more == 0
        assert short.more == len(full.items) - len(short.items)
        assert [item.paper_id for item in short.items] == [item.paper_id for item in full.items][
            : len(short.items)
        ]


def test_every_topic_gets_its_best_before_any_gets_its_fifth() -> None:
    heavy = dataclasses.replace(QUANTUM, weight=100.0)
    counts = {title: len(papers) for title, papers in ids(chosen(PAPERS, heavy, SPEECH, PROTEINS)).items()}
    assert counts == {"Quantum": 4, "Speech": 4, "Proteins": 4}


def test_beyond_that_weight_decides() -> None:
    heavy = dataclasses.replace(QUANTUM, weight=100.0)
    counts = {title: len(papers) for title, papers in ids(chosen(PAPERS, SPEECH, heavy)).items()}
    assert counts["Quantum"] > counts["Speech"] >= 4


def test_less_strong_of_near_duplicates_goes_to_the_end() -> None:
    text = "Magic states of surface codes are distilled with qubits of half the usual number and weight."
    papers = [
        paper(1, "Quantum magic for qubits", text),
        paper(2, "Quantum magic, told again", text),
        paper(3, "Trams", "A quantum of solace on trams."),
    ]
    assert ids(chosen(papers, QUANTUM)) == {"Quantum": [1, 3, 2]}


def test_trending_shows_the_hottest_that_no_section_has() -> None:
    hot = chosen(HOT, QUANTUM, trending=True, max_papers=6)
    first, last = hot.sections
    assert (last.kind, last.title) == ("trending", "Trending today")
    assert len(first.items) == 4
    shown = {item.paper_id for item in first.items}
    expected = [one.id for one in reversed(HOT) if one.id not in shown][:2]
    assert [item.paper_id for item in last.items] == expected
    assert last.items[0].reasons == (Reason(kind="trending", words=f"{10 * expected[0]} upvotes"),)
    assert last.more > 0


@pytest.mark.parametrize(("room", "trending"), [(1, 0), (2, 0), (3, 1), (6, 2), (9, 3), (12, 3)])
def test_trending_keeps_a_few_places_and_never_more_than_a_third(room: int, trending: int) -> None:
    half = [dataclasses.replace(one, categories=("cs.CV",) if one.id <= 20 else ()) for one in HOT]
    found = ids(chosen(half, Topic(name="Half", categories=("cs",)), trending=True, max_papers=room))
    assert {title: len(papers) for title, papers in found.items() if papers} == {
        title: count for title, count in (("Half", room - trending), ("Trending today", trending)) if count
    }


@pytest.mark.parametrize(("room", "trending"), [(2, 2), (7, 3), (12, 4), (30, 10)])
def test_trending_takes_of_the_room_that_topics_leave_a_third_at_most(room: int, trending: int) -> None:
    found = ids(chosen(HOT, NOWHERE, trending=True, max_papers=room))
    assert found == {"Trending today": [40 - number for number in range(trending)]}


def test_reader_without_topics_gets_the_trending_list_asked_or_not() -> None:
    assert ids(chosen(HOT, max_papers=3)) == {"Trending today": [40, 39, 38]}


def test_reader_with_topics_gets_no_trending_unasked() -> None:
    assert list(ids(chosen(HOT, QUANTUM))) == ["Quantum"]


def test_excluded_papers_do_not_trend() -> None:
    spared = dataclasses.replace(NOWHERE, exclude=("cat code", "children's speech"))
    assert ids(chosen(HOT, spared, trending=True, max_papers=2)) == {"Trending today": [38, 37]}


def test_papers_without_votes_do_not_trend() -> None:
    assert chosen(PAPERS, max_papers=5).sections == ()
    one = paper(1, "T", upvotes=1)
    assert chosen([one]).sections[0].items[0].reasons == (Reason(kind="trending", words="1 upvote"),)


def test_item_freezes_what_was_true() -> None:
    one = paper(1, "Qubits", revision=3, upvotes=5, comments=2, stars=9)
    item = chosen([one], QUANTUM).sections[0].items[0]
    assert (item.paper_id, item.revision, item.upvotes, item.comments, item.stars) == (1, 3, 5, 2, 9)
    assert 10 <= item.score <= 100


def test_equal_papers_stand_by_heat_then_newest_listing() -> None:
    papers = [
        paper(at, f"Qubits {at}", "Ions.", upvotes=votes) for at, votes in ((1, 0), (2, 0), (3, 4), (4, 0))
    ]
    assert ids(chosen(papers, QUANTUM)) == {"Quantum": [3, 4, 2, 1]}


def test_one_selection_for_each_want_in_order_whoever_else_asks() -> None:
    made = window(PAPERS)
    wants = [
        Want(subscriber=Subscriber(email=f"{at}@example.org", topics=topics), since=at)
        for at, topics in enumerate([(QUANTUM,), (), (SPEECH, QUANTUM), (NOWHERE,), (QUANTUM,)])
    ]
    together = select(made, wants)
    assert together == [select(made, [want])[0] for want in wants]
    assert together == select(made, wants, block=1) == select(made, wants, block=2)
    assert [selection.considered for selection in together] == [100, 99, 98, 97, 96]


def test_try_topic_stands_best_first_within_its_limit() -> None:
    made = window(PAPERS)
    items = try_topic(made, QUANTUM, limit=5)
    scores = [item.score for item in items]
    assert len(items) == 5
    assert scores == sorted(scores, reverse=True)
    assert try_topic(made, QUANTUM, limit=0) == []


@pytest.mark.parametrize("papers", [[], [paper(1, "")], [paper(1, "Qubits", authors=(), abstract="")]])
def test_small_windows(papers: list[object]) -> None:
    made = Window.of(
        Statistics.empty(),
        [Candidate(paper=one, sequence=1) for one in papers],  # type: ignore[arg-type]
        today=dt.date(2026, 4, 22),
    )
    reader = Subscriber(email="a@example.org", topics=(QUANTUM, NOWHERE), trending=True)
    assert select(made, [Want(subscriber=reader)])[0].considered == len(papers)
    assert select(made, []) == []


def test_odd_weights_quotas_and_limits_do_no_harm() -> None:
    odd = [
        dataclasses.replace(QUANTUM, weight=float("nan")),
        dataclasses.replace(SPEECH, weight=float("inf")),
        dataclasses.replace(PROTEINS, weight=-1.0, max_papers=-3),
    ]
    assert set(ids(chosen(PAPERS, *odd, max_papers=9))) == {"Quantum", "Speech"}
    assert chosen(PAPERS, QUANTUM, max_papers=0).sections == ()
    assert chosen(PAPERS, QUANTUM, max_papers=-4).sections == ()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            Topic,
            name=st.sampled_from(["A", "B", "C"]),
            keywords=st.lists(
                st.sampled_from(["speech", "quantum", "protein", "splats", "model", "driving"]), max_size=3
            ).map(tuple),
            exclude=st.lists(st.sampled_from(["noise", "cells", "network"]), max_size=1).map(tuple),
            weight=st.floats(0.1, 9),
            max_papers=st.one_of(st.none(), st.integers(0, 9)),
        ),
        max_size=4,
    ),
    st.integers(0, 15),
    st.integers(0, 45),
    st.frozensets(st.integers(1, 40)),
    st.booleans(),
)
def test_no_paper_twice_none_sent_none_old_and_the_limits_hold(
    topics: list[Topic], room: int, since: int, sent: frozenset[int], trending: bool
) -> None:
    made = select(
        window(HOT),
        [
            Want(
                subscriber=Subscriber(
                    email="a@example.org", topics=tuple(topics), max_papers=room, trending=trending
                ),
                since=since,
                sent=sent,
            )
        ],
    )[0]
    items = [item for section in made.sections for item in section.items]
    shown = [item.paper_id for item in items]
    assert len(shown) == len(set(shown)) <= room
    assert not set(shown) & sent
    assert all(one > since for one in shown)
    assert all(section.items and section.more >= 0 for section in made.sections)
    assert all(item.reasons and 0 < item.score <= 100 for item in items)


# ------------------------------------------------------------------------ one from outside, and a least score


def test_one_from_outside_is_the_hottest_that_no_topic_finds_or_rules_out() -> None:
    cool = dataclasses.replace(QUANTUM, exclude=(HOT[-1].title.split()[0],))
    selection = chosen(HOT, cool, outside=True, max_papers=12)
    (outside,) = [section for section in selection.sections if section.kind == "outside"]
    (item,) = outside.items
    inside = {one for title, some in ids(selection).items() if title != outside.title for one in some}
    assert item.paper_id not in inside
    everything = set(ids(chosen(HOT, cool, max_papers=99))["Quantum"])
    excluded = {one.id for one in HOT if ids(chosen([one], dataclasses.replace(cool, exclude=()))) and one.id}
    hotter = {one.id for one in HOT if (one.upvotes or 0) > (item.upvotes or 0)}
    assert item.paper_id not in everything
    assert all(
        one in everything | excluded or any(word in _words(one) for word in cool.exclude) for one in hotter
    )
    assert item.reasons[0].kind == "outside"
    assert "upvotes" in item.reasons[0].words


def _words(number: int) -> str:
    one = next(paper for paper in HOT if paper.id == number)
    return f"{one.title} {one.abstract}"


def test_nobody_gets_one_from_outside_who_did_not_ask_or_has_no_topic() -> None:
    for topics, reader in (((QUANTUM,), {}), ((), {"outside": True})):
        kinds = {section.kind for section in chosen(HOT, *topics, max_papers=9, **reader).sections}
        assert "outside" not in kinds


@pytest.mark.parametrize("room", [1, 2, 3, 12])
def test_one_from_outside_takes_a_place_of_the_readers_and_no_more(room: int) -> None:
    selection = chosen(HOT, QUANTUM, SPEECH, outside=True, trending=True, max_papers=room)
    shown = [item.paper_id for section in selection.sections for item in section.items]
    assert len(shown) == room == len(set(shown))
    assert sum(section.kind == "outside" for section in selection.sections) == (room > 1)


def test_what_was_sent_is_not_from_outside_either() -> None:
    first = ids(chosen(HOT, QUANTUM, outside=True))["From outside your topics"]
    again = ids(chosen(HOT, QUANTUM, outside=True, sent=frozenset(first)))["From outside your topics"]
    assert first != again


def test_a_topic_shows_nothing_below_the_score_that_its_reader_asks_for() -> None:
    items = [item for section in chosen(PAPERS, QUANTUM, max_papers=40).sections for item in section.items]
    middle = sorted(item.score for item in items)[len(items) // 2]
    strict = dataclasses.replace(QUANTUM, min_score=middle)
    kept = [item for section in chosen(PAPERS, strict, max_papers=40).sections for item in section.items]
    assert {item.paper_id for item in kept} == {item.paper_id for item in items if item.score >= middle}
    assert len(kept) < len(items)


def test_a_paper_below_one_topics_score_goes_to_the_other() -> None:
    both = paper(1, "Rooms that recognise speech", "One qubit listens.")
    things = ("qubit", "telescope", "seismometer", "spectrograph", "cloud chamber", "hydrophone")
    heavy = Topic(name="Instruments", keywords=things, weight=9.0)
    assert ids(chosen([both], SPEECH, heavy)) == {"Instruments": [1]}
    strict = dataclasses.replace(heavy, min_score=99.9)
    assert ids(chosen([both], SPEECH, strict)) == {"Speech": [1]}
