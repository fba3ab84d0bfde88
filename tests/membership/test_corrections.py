"""Who corrects what a topic learned, and by which words."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.terms import stems, terms_of
from digest.membership import corrections, join, move, prefer, standing
from digest.membership.corrections import MOST, correct, reset, take_back, term_of, words_of
from digest.membership.known import known
from digest.membership.refusals import Refused
from digest.store.corrections import NOTHING, Corrected
from tests.membership.conftest import ADA, DAY, NOW, joined

if TYPE_CHECKING:
    from digest.membership.house import House
    from tests.membership.conftest import Clock, Lines

VISION, ROBOTS = ADA.topics


def of(house: House, reader: int, ref: str = VISION.ref) -> Corrected:
    return house.store.corrections.of([reader]).get((reader, ref), NOTHING)


def fault(house: House, reader: int, typed: str, *, value: int = 1, ref: str = VISION.ref) -> dict[str, str]:
    before = house.store.corrections.of([reader])
    with pytest.raises(Refused) as caught:
        correct(house, reader, ref, typed, value=value, now=NOW)  # type: ignore[arg-type]
    assert house.store.corrections.of([reader]) == before
    return caught.value.faults


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("splats", "splat"), ("Gaussian  Splatting", "gaussian splatting"), ("test-time", "test time"),
        ("3D", "3d"), ("C++", "c++"), ("“nerf”", "nerf"), ("图", "图"), ("Bayes", "baye"),
        ("the", None), ("", None), ("?!", None), ("of the", None), ("the robot", None),
        ("x" * 5000, "x" * 200),
        ("graph neural networks", None), ("\0\u202e", None), ("7", None),
    ],
)  # fmt: skip
def test_a_correction_is_of_a_term_that_papers_have(typed: str, term: str | None) -> None:
    assert term_of(typed) == term


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_a_term_is_its_own_term_and_weighs(typed: str) -> None:
    term = term_of(typed)
    assert term_of(words_of(typed)) == term
    if term is not None:
        assert term in terms_of(stems(words_of(typed)))
        assert term_of(term) == term


def test_words_are_struck_pinned_and_taken_back(house: House, lines: Lines) -> None:
    reader = joined(house)
    lines.told.clear()
    assert correct(house, reader, VISION.ref, "Medical images", value=-1, now=NOW)
    assert not correct(house, reader, VISION.ref, "medical image", value=-1, now=NOW)
    assert correct(house, reader, VISION.ref, "splatting", value=1, now=NOW)
    assert (of(house, reader).struck, of(house, reader).pinned) == ({"medical image"}, {"splatting"})
    assert [one.words for one in of(house, reader).words] == ["Medical images", "splatting"]
    assert correct(house, reader, VISION.ref, "medical image", value=1, now=NOW)
    assert of(house, reader).pinned == {"medical image", "splatting"}
    assert take_back(house, reader, VISION.ref, "MEDICAL image")
    assert not take_back(house, reader, VISION.ref, "medical image")
    assert not take_back(house, reader, VISION.ref, "the")
    assert of(house, reader, ROBOTS.ref) == NOTHING
    assert lines.events() == ["reader.corrected"] * 4
    assert "medical" not in json.dumps(lines.told)


def test_what_cannot_be_a_correction_is_said_in_a_sentence(house: House) -> None:
    reader = joined(house)
    assert fault(house, reader, " ") == {"word": "Say which word."}
    assert fault(house, reader, "of") == {"word": "“of” tells no papers apart, so it never counts."}
    assert fault(house, reader, "graph neural networks")["word"].startswith(
        "“graph neural networks” is too long: say one word"
    )
    assert fault(house, reader, "nerf", ref="0123456789") == {
        "topic": "That topic is not one of yours any more."
    }


def test_an_exclusion_is_final_and_cannot_be_pinned_over(house: House) -> None:
    reader = joined(house)
    topic = dataclasses.replace(VISION, exclude=("Medical", "remote sensing"))
    prefer.save_topic(house, reader, VISION.ref, topic, was=prefer.mark(VISION))
    for typed in ("medical", "medical images", "remote sensing"):
        assert "never brings" in fault(house, reader, typed)["word"]
    assert correct(house, reader, VISION.ref, "remote", value=1, now=NOW)
    assert correct(house, reader, VISION.ref, "medical", value=-1, now=NOW)


def test_there_is_room_for_a_hundred_and_those_can_still_be_turned(house: House) -> None:
    reader = joined(house)
    for number in range(MOST):
        house.store.corrections.put(
            reader, VISION.ref, f"word{number}", words=f"word{number}", value=-1, at=NOW
        )
    assert f"{MOST} words" in fault(house, reader, "lidar")["word"]
    assert correct(house, reader, VISION.ref, "word7", value=1, now=NOW)
    assert correct(house, reader, ROBOTS.ref, "lidar", value=1, now=NOW)


def test_one_who_left_corrects_nothing(house: House) -> None:
    reader = joined(house)
    standing.leave(house, reader, evidence="", now=NOW)
    assert fault(house, reader, "nerf") == {"": "You have left; come back first."}
    for act in (
        lambda: take_back(house, reader, VISION.ref, "nerf"),
        lambda: reset(house, reader, VISION.ref, now=NOW),
    ):
        with pytest.raises(Refused):
            act()


def test_a_reset_is_of_one_topic_and_told_with_all_that_is_kept(house: House, lines: Lines) -> None:
    reader = joined(house)
    for topic in (VISION, ROBOTS):
        correct(house, reader, topic.ref, "nerfs", value=-1, now=NOW)
    reset(house, reader, VISION.ref, now=NOW + DAY)
    assert of(house, reader) == Corrected(reset_at=NOW + DAY)
    assert lines.events()[-1] == "reader.reset"
    told = known(house, reader)
    assert told["corrections"] == [
        {"topic": ROBOTS.ref, "words": "nerfs", "value": -1, "at": NOW.isoformat()}
    ]
    assert told["resets"] == [{"topic": VISION.ref, "at": (NOW + DAY).isoformat()}]
    with pytest.raises(Refused):
        corrections.reset(house, reader, "0123456789", now=NOW)


def test_a_topic_that_is_renamed_or_brought_back_keeps_its_corrections(house: House, clock: Clock) -> None:
    reader = joined(house)
    correct(house, reader, VISION.ref, "medical", value=-1, now=NOW - 90 * DAY)
    saved = prefer.save_topic(
        house, reader, VISION.ref, dataclasses.replace(VISION, name="Seeing"), was=prefer.mark(VISION)
    )
    assert saved.ref == VISION.ref
    assert of(house, reader).struck == {"medical"}
    gone, place = prefer.remove_topic(house, reader, VISION.ref, was=prefer.mark(saved))
    month_ago = clock.now - 30 * DAY
    assert house.store.corrections.prune(before=month_ago, limit=9) == 1
    assert of(house, reader).struck == {"medical"}
    prefer.add_topic(house, reader, gone, place=place, key=VISION.ref)
    assert of(house, reader).struck == {"medical"}


def test_corrections_move_with_their_reader_to_another_address(house: House, clock: Clock) -> None:
    reader = joined(house)
    correct(house, reader, VISION.ref, "medical", value=-1, now=NOW)
    move.ask(house, reader, "ada@new.example", where="192.0.2.3", shown="Move my mail.", now=clock.now)
    newest = max(note.confirmation_id or 0 for note in house.store.notes.latest())
    assert move.confirm(house, join.token_of(house, newest), now=clock.pass_by(DAY)).is_new
    found = house.store.subscribers.find("ada@new.example")
    assert found is not None
    assert of(house, found.subscriber.id).struck == {"medical"}
