"""Readers from a spreadsheet, and back into one."""

from __future__ import annotations

import csv as standard
import datetime as dt
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digest.config import DigestSettings, SubscriberSettings, address_key, csv
from digest.config.topics import format_topics, parse_topics
from digest.model import Cadence, Subscriber, Topic

UTC = dt.UTC


def test_every_column_is_read() -> None:
    text = (
        "email,name,timezone,send_at,cadence,topics,agreed_at,agreed_where,max_papers,trending\r\n"
        'ada@example.org,"Lovelace, Ada",Europe/Berlin,06:30,weekly:mon,'
        '"Vision: nerf, gaussian splatting; Robots: slam",2026-04-21T07:00:00+02:00,form at /join,5,yes\r\n'
    )
    parsed = csv.parse(text)
    assert parsed.faults == ()
    assert parsed.rows == (
        csv.Row(
            number=2,
            subscriber=Subscriber(
                email="ada@example.org",
                name="Lovelace, Ada",
                timezone="Europe/Berlin",
                send_at=dt.time(6, 30),
                cadence=Cadence(kind="weekly", weekday=0),
                max_papers=5,
                trending=True,
                topics=(
                    Topic(name="Vision", keywords=("nerf", "gaussian splatting")),
                    Topic(name="Robots", keywords=("slam",)),
                ),
            ),
            agreed_at=dt.datetime(2026, 4, 21, 5, tzinfo=UTC),
            agreed_where="form at /join",
        ),
    )


def test_an_address_is_enough_and_the_rest_is_as_the_digest_says() -> None:
    (row,) = csv.parse("email\nada@example.org\n", DigestSettings(max_papers=3, trending=True)).rows
    assert row.subscriber == Subscriber(email="ada@example.org", max_papers=3, trending=True)
    assert (row.agreed_at, row.agreed_where) == (None, "")


@pytest.mark.parametrize("start", ["", "\ufeff", "sep=;\r\n", "\ufeffsep=;\r\n"])
def test_spreadsheets_semicolons_and_marks_are_understood(start: str) -> None:
    text = f'{start}Name;E-Mail;EMAIL;topics\r\nAda;;ada@example.org;"A: x; B: y"\r\n;;;\r\n'
    parsed = csv.parse(text.replace("E-Mail;", "").replace("Ada;;", "Ada;"))
    assert parsed.faults == ()
    assert [topic.name for topic in parsed.rows[0].subscriber.topics] == ["A", "B"]


def test_every_fault_comes_with_its_row_and_good_rows_stay() -> None:
    text = (
        "email,timezone,cadence,topics,agreed_at\n"
        "ada@example.org,Berlin,weekly,x: category=cs.ML,yesterday\n"
        "bo@example.org,,,,\n"
        "\n"
        "BO@example.org,,,,\n"
        "nobody,,,,2026-04-21T07:00\n"
        "cy@example.org,,,: x,\n"
        "di@example.org,,,Vision: a, b,2026-04-21\n"
        "ed@example.org,,,A: x; A: y,2026-04-21\n"
        ",UTC,,,\n"
    )
    parsed = csv.parse(text)
    assert [row.subscriber.email for row in parsed.rows] == ["bo@example.org"]
    assert [fault.split(": expected")[0] for fault in parsed.faults] == [
        "row 2: agreed_at",
        "row 2: timezone: unknown time zone \"Berlin\"; nearest: Europe/Berlin",
        "row 2: cadence",
        'row 2: topics[0].categories: unknown category "cs.ML"; nearest: cs.LG, stat.ML',
        'row 5: email: "BO@example.org" is that of row 3 already',
        "row 6: agreed_at",
        "row 6: email",
        'row 7: topics: a topic has no name; write "Name: keyword, keyword; Name: …"',
        "row 8: 6 cells under 5 columns; put a cell that holds the separator into quotes",
        'row 9: topics[1].name: "A" is that of topics[0] already; each has one of its own',
        "row 10: email: missing; expected a mail address",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", 'no column "email"'),
        ("name,mail\nAda,a@example.org\n", 'no column "email"'),
        ("email,timzone\na@example.org,UTC\n", 'column "timzone": unknown key; nearest: "timezone"'),
        ("email,email\na@example.org,b@example.org\n", 'column "email": is there twice'),
        ('email,name\na@example.org,"Ada\n', "not a CSV file"),
        (f"email,name\na@example.org,{'x' * 300_000}\n", "not a CSV file: field larger than field limit"),
    ],
)
def test_fault_of_the_file_as_a_whole(text: str, fault: str) -> None:
    parsed = csv.parse(text)
    assert [found for found in parsed.faults if found.startswith(fault)]
    assert parsed.rows == ()


def test_no_cell_is_a_formula_when_it_is_written() -> None:
    row = csv.Row(
        number=2, subscriber=Subscriber(email="+a@example.org", name="=HYPERLINK(1)"), agreed_where="@x"
    )
    text = csv.format([row])
    for cells in standard.reader(io.StringIO(text)):
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert csv.parse(text).rows == (row,)


LINES = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=12
).filter(str.strip)
MARKS = st.text(st.sampled_from("ab ,;:=\\'\"-+@"), min_size=1, max_size=10).filter(str.strip)
WORDS = st.lists(LINES | MARKS, max_size=3)
TOPICS = st.fixed_dictionaries(
    {
        "name": LINES | MARKS,
        "keywords": st.lists(LINES | MARKS, min_size=1, max_size=3),
        "exclude": WORDS,
        "authors": WORDS,
        "categories": st.lists(st.sampled_from(["cs.CL", "math.AG"]), max_size=2),
        "text": st.just("") | MARKS | st.just("two\nlines, and; marks: \\"),
        "examples": st.lists(st.sampled_from(["1706.03762", "math/0309136"]), max_size=2),
        "weight": st.floats(0.01, 100),
        "max_papers": st.none() | st.integers(1, 200),
    }
)
READERS = st.fixed_dictionaries(
    {
        "name": st.just("") | LINES | MARKS,
        "timezone": st.sampled_from(["UTC", "Asia/Kolkata"]),
        "send_at": st.times().map(lambda time: time.replace(second=0, microsecond=0)),
        "cadence": st.sampled_from(["daily", "weekdays", "weekly:sun", "monthly:28"]),
        "max_papers": st.integers(1, 200),
        "trending": st.booleans(),
        "topics": st.lists(TOPICS, max_size=2, unique_by=lambda topic: topic["name"].strip().casefold()),
    }
)
AGREED = st.none() | st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(READERS, AGREED, st.just("") | LINES | MARKS), max_size=3))
def test_what_is_written_is_read_back_as_it_was(
    readers: list[tuple[dict[str, object], dt.datetime | None, str]],
) -> None:
    rows = []
    for number, (values, agreed_at, where) in enumerate(readers, start=2):
        reader = SubscriberSettings.model_validate({"email": f"r{number}@example.org", **values})
        model = reader.to_model(DigestSettings())
        where = SubscriberSettings.model_validate({"email": "a@example.org", "name": where}).name
        rows.append(csv.Row(number=number, subscriber=model, agreed_at=agreed_at, agreed_where=where))
    names = [[address_key(topic.name) for topic in row.subscriber.topics] for row in rows]
    assume(all(len(set(each)) == len(each) for each in names))
    parsed = csv.parse(csv.format(rows))
    assert parsed.faults == ()
    assert parsed.rows == tuple(rows)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("email,;\t\r\n\"'=\\:x@.org\ufeff"), max_size=80) | st.text(max_size=40))
def test_no_text_whatever_is_more_than_faults(text: str) -> None:
    csv.parse(text)
    csv.parse(f"email,topics\na@example.org,{text}")


def test_topics_notation() -> None:
    line = (
        r'Vision: nerf, "exact phrase", exclude=medical, category=cs.CV; C\:\\: a\, b, x=y, weight=2; SLAM; '
    )
    assert parse_topics(line) == [
        {
            "name": "Vision",
            "keywords": ["nerf", '"exact phrase"'],
            "exclude": ["medical"],
            "categories": ["cs.CV"],
        },
        {"name": "C:\\", "keywords": ["a, b", "x=y"], "weight": "2"},
        {"name": "SLAM", "keywords": ["SLAM"]},
    ]
    assert parse_topics("") == []
    assert format_topics((Topic(name="A;B", keywords=("c,d",), authors=("E",), max_papers=2),)) == (
        r"A\;B: c\,d, author=E, max_papers=2"
    )
