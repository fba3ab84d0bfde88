"""A topic and a rhythm survive their forms; whatever is typed gets a sentence or is taken as text."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Cadence, Subscriber, Topic
from digest.web import rhythm, topic_forms
from digest.web.forms import Fields, join_items, split_items
from digest.web.zones import zone_groups

ENTRIES = st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Cn", "Z")), min_size=1)).map(
    tuple
)


def topic_of(**typed: str) -> tuple[Topic | None, dict[str, str]]:
    fields = Fields(typed)
    return topic_forms.read(fields), fields.faults


@settings(max_examples=60)
@given(ENTRIES)
def test_entries_come_back_from_the_line_that_shows_them(items: tuple[str, ...]) -> None:
    assert tuple(one.strip() for one in split_items(join_items(items)) if one.strip()) == items


def test_topic_comes_back_from_its_form_with_what_the_form_does_not_show() -> None:
    topic = Topic(
        name="Splats",
        keywords=("gaussian splatting", r"\d+ nerf", "a,b; c"),
        exclude=("medical",),
        authors=("Lovelace, Ada",),
        categories=("cs.CV", "eess.IV"),
        text="Scenes\nfrom few views",
        examples=("1706.03762", "math/0309136"),
        weight=2.5,
        max_papers=4,
        key="abc",
    )
    fields = Fields(topic_forms.typed(topic))
    assert topic_forms.read(fields, was=topic) == topic
    assert fields.faults == {}


def test_words_may_be_parted_by_commas_semicolons_and_lines() -> None:
    topic, faults = topic_of(words="nerf, gaussian splatting\r\npoint cloud；slam,, nerf")
    assert topic == Topic(
        name="Nerf, gaussian splatting, point cloud, slam",
        keywords=("nerf", "gaussian splatting", "point cloud", "slam"),
    )
    assert faults == {}


def test_nothing_said_is_no_topic() -> None:
    assert topic_of() == (None, {})
    assert topic_of(words=" , ;\n") == (None, {})


def test_exclusions_alone_are_told() -> None:
    assert topic_of(exclude="medical") == (
        None,
        {"words": "Say what to look for: exclusions alone find nothing."},
    )


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("words", "(.*)+", "“(.*)+” finds nothing: it holds no word that tells papers apart."),
        ("words", "😀, the, nerf", "“😀” and “the” find nothing: they hold no word that tells papers apart."),
        (
            "words",
            "x" * 10_000,
            (
                "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” is 10,000 characters long; one entry has at most 200. "
                "Part several by commas."
            ),
        ),
        ("words", ",".join(f"w{n}" for n in range(900)), "These are 900 entries; there is room for 500."),
        ("name", "n" * 201, "This is 201 characters long; there is room for 200."),
        ("text", "t" * 20_001, "This is 20,001 characters long; there is room for 20,000."),
        ("categories", "cs.ML", "arXiv has no category “cs.ML”; did you mean cs.LG or stat.ML?"),
        ("categories", "@@", "arXiv has no category “@@”; arXiv’s list is at arxiv.org/category_taxonomy."),
        ("examples", "../../etc", "“../../etc” is no arXiv id; one looks like 1706.03762."),
        ("most", "-3", "Write a whole number from 1 to 200."),
        ("most", "1e2", "Write a whole number from 1 to 200."),
        ("most", "٣", "Write a whole number from 1 to 200."),
    ],
)
def test_fault_is_told_beside_its_field_which_comes_back_filled(
    field: str, typed: str, sentence: str
) -> None:
    fields = Fields({"words": "nerf", field: typed})
    topic_forms.read(fields)
    assert fields.faults == {field: sentence}
    assert fields.form().value(field) == typed


@pytest.mark.parametrize(
    "words",
    [
        "=cmd()|' /C calc'!A0",
        "'; DROP TABLE subscribers; --",
        "[a-z]+$",
        "مرحبا بالعالم",
        "日本語",
        "ZWJ 👩‍🔬 lab",
    ],
)
def test_what_looks_like_code_is_text(words: str) -> None:
    topic, faults = topic_of(words=words.replace(";", "\\;"))
    assert topic is not None
    assert topic.keywords == (words,)
    assert faults == {}


def test_controls_and_overrides_go() -> None:
    topic, faults = topic_of(words="ne\x00rf\u202e", name="a\r\nBcc: b", text="one\x07\r\ntwo")
    assert topic == Topic(name="a Bcc: b", keywords=("ne rf",), text="one\ntwo")
    assert faults == {}


def test_field_of_megabytes_is_cut_before_it_is_read() -> None:
    fields = Fields({"words": "a," * 3_000_000})
    topic_forms.read(fields)
    assert len(fields.typed["words"]) <= 50_000


@pytest.mark.parametrize("field", topic_forms.FIELDS)
def test_thousands_of_entries_are_read_in_no_time(field: str) -> None:
    began = time.process_time()
    topic_of(**{field: ",".join(f"c{number}x.ML" for number in range(9000))})
    assert time.process_time() - began < 1


def test_heading_of_another_topic_is_refused_in_any_case() -> None:
    fields = Fields({"words": "nerf", "name": "VISION"})
    topic_forms.read(fields, taken=("Vision",))
    assert fields.faults == {"name": "You have a topic “VISION” already; give this one another heading."}


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(topic_forms.FIELDS), st.text(max_size=80)))
def test_whatever_is_typed_is_read_or_told(typed: dict[str, str]) -> None:
    fields = Fields(typed)
    topic = topic_forms.read(fields)
    if topic is not None and not fields.faults:
        again = Fields(topic_forms.typed(topic))
        assert topic_forms.read(again) == topic


def test_rhythm_comes_back_from_its_form() -> None:
    reader = Subscriber(
        email="ada@example.org",
        cadence=Cadence(kind="weekly", weekday=4),
        send_at=dt.time(18, 5),
        timezone="America/Argentina/Buenos_Aires",
        max_papers=7,
        trending=True,
    )
    read = rhythm.read(Fields(rhythm.typed(reader)))
    assert read is not None
    assert read.of(Subscriber(email="ada@example.org")) == reader
    assert rhythm.rhythm_words(reader) == "every Friday at 18:05, Buenos Aires time"


def test_rhythm_without_fields_names_every_one() -> None:
    fields = Fields({})
    assert rhythm.read(fields) is None
    assert set(fields.faults) == {"cadence", "send_at", "timezone", "max_papers"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Mars/Olympus", "There is no time zone “Mars/Olympus”; choose one of the list."),
        ("PST", "There is no time zone “PST”; did you mean America/Los_Angeles?"),
        ("../../etc/passwd", "There is no time zone “../../etc/passwd”; choose one of the list."),
        ("x" * 5000, f"There is no time zone “{'x' * 79}…”; choose one of the list."),
    ],
)
def test_zone_that_does_not_exist_is_told(typed: str, sentence: str) -> None:
    fields = Fields({"cadence": "daily", "send_at": "07:00", "timezone": typed, "max_papers": "5"})
    assert rhythm.read(fields) is None
    assert fields.faults == {"timezone": sentence}


def test_every_zone_that_is_offered_is_taken() -> None:
    names = [name for _, zones in zone_groups() for name, _ in zones]
    assert {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Calcutta"} <= set(names)
    for name in names:
        fields = Fields({"cadence": "daily", "send_at": "07:00", "timezone": name, "max_papers": "5"})
        assert rhythm.read(fields) is not None


def test_zone_of_another_kind_is_offered_to_whom_it_belongs_and_nonsense_to_nobody() -> None:
    assert [name for name, _ in zone_groups("Etc/GMT+5")[0][1]] == ["Etc/GMT+5"]
    assert zone_groups("Mars/Olympus") == zone_groups()


def test_every_cadence_that_is_offered_is_taken() -> None:
    for _, choices in rhythm.CADENCES:
        for value, _ in choices:
            fields = Fields({"cadence": value, "send_at": "07:00", "timezone": "UTC", "max_papers": "5"})
            assert rhythm.read(fields) is not None
