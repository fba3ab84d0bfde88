"""Single values: what is understood, what is refused, and what is suggested instead."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import format_cadence, parse_cadence
from digest.config.addresses import (
    Mailbox,
    address_key,
    parse_address,
    parse_mailbox,
    parse_site_url,
    parse_url,
)
from digest.config.categories import CATEGORIES, SUBSUMED, resolve, suggest
from digest.config.papers import parse_example
from digest.config.times import parse_send_at, parse_timezone, suggest_timezone
from digest.config.values import parse_line, parse_text, shown
from digest.model import Cadence

CADENCES = [
    Cadence(kind="daily"),
    Cadence(kind="weekdays"),
    *(Cadence(kind="weekly", weekday=day) for day in range(7)),
    *(Cadence(kind="monthly", month_day=day) for day in range(1, 29)),
]


@pytest.mark.parametrize("cadence", CADENCES, ids=format_cadence)
def test_cadence_is_read_as_it_is_written(cadence: Cadence) -> None:
    assert parse_cadence(format_cadence(cadence)) == cadence


@pytest.mark.parametrize(
    "word",
    ["", "weekly", "weekly:xyz", "weekly:m", "monthly:0", "monthly:29", "daily:1", "monthly:²", 5, None],
)
def test_other_cadences_are_refused(word: object) -> None:
    with pytest.raises(ValueError, match='expected "daily"'):
        parse_cadence(word)


@pytest.mark.parametrize("word", ["24:00", "7", "07:60", "7am", "07:00:30", "٠٧:٠٠", 700, dt.time(7, 0, 30)])
def test_other_times_are_refused(word: object) -> None:
    with pytest.raises(ValueError, match='expected a time of day such as "07:00"'):
        parse_send_at(word)


def test_spreadsheets_time_is_understood() -> None:
    assert parse_send_at("7:05:00") == parse_send_at("07:05") == dt.time(7, 5)


@pytest.mark.parametrize(
    ("word", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"),
        ("IST", "Asia/Kolkata"),
        ("xyzzy", None),
    ],
)
def test_nearest_zone(word: str, zone: str | None) -> None:
    assert suggest_timezone(word) == zone
    with pytest.raises(ValueError, match="unknown time zone"):
        parse_timezone(word)


@pytest.mark.parametrize("word", ["../../etc/passwd", "localtime", "posixrules", "", "Europe"])
def test_what_is_a_file_and_no_zone_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        parse_timezone(word)


@pytest.mark.parametrize(
    "address",
    ["a@example.org\r\nBcc: x@example.org", "a@example.org,b@example.org", "a@@example.org", "a@gmail",
     "@x.org",
     "a b@example.org", "Ada <a@example.org>", "a@example.org\x00", "a\u202e@example.org", "",
     "a@[127.0.0.1]",
     "zoë@example.org", "zoë@reader.test", "a@..test", "a@-x.test", "<a@example.org>", 5, None],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: object) -> None:
    with pytest.raises(ValueError, match="expected a mail address"):
        parse_address(address)


@pytest.mark.parametrize("address", ["me@localhost", "ada@reader.test", "root@nas.local", "a.b+c@x.internal"])
def test_addresses_of_a_house_and_of_a_test_bench_are_addresses(address: str) -> None:
    assert parse_address(address) == address


@pytest.mark.parametrize("typed", ["Zoe@Bücher.example", "zoe@BÜCHER.example", "zoe@bu\u0308cher.example"])
def test_a_domain_in_other_letters_is_one_address_however_it_is_typed(typed: str) -> None:
    kept = parse_address("Zoe@bücher.example")
    assert kept == "Zoe@xn--bcher-kva.example"
    assert address_key(typed) == address_key(kept)


@pytest.mark.parametrize("typed", ["zoe@\u202e.example", "ü", "@ü", "zoe@" + "ü" * 300, "zoe@-ü.example"])
def test_what_is_no_address_has_a_key_too(typed: str) -> None:
    assert address_key(typed)


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("digest@example.org", Mailbox(address="digest@example.org")),
        ("Paper Digest <digest@example.org>", Mailbox(name="Paper Digest", address="digest@example.org")),
        ('"Digest, Paper" <d@example.org>', Mailbox(name="Digest, Paper", address="d@example.org")),
        (" <d@example.org> ", Mailbox(address="d@example.org")),
    ],
)
def test_mailbox_with_and_without_a_name(text: str, mailbox: Mailbox) -> None:
    assert parse_mailbox(text) == mailbox


@pytest.mark.parametrize(
    "text", ["A\r\nBcc: x <d@example.org>", "a <b> <d@example.org>", "a <d@example.org> b", ""]
)
def test_mailbox_that_would_be_two_headers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_mailbox(text)


@pytest.mark.parametrize(
    "url",
    ["ftp://x.org", "javascript:alert(1)", "x.org", "https://", "https://x.org:port", "http://x.org/a b"],
)
def test_only_web_addresses_are_urls(url: str) -> None:
    with pytest.raises(ValueError, match="expected an address such as"):
        parse_url(url)


def test_site_url_loses_its_slash_and_takes_no_query() -> None:
    assert parse_site_url(" https://d.example.org/papers/ ") == "https://d.example.org/papers"
    with pytest.raises(ValueError, match=r"without \? and #"):
        parse_site_url("https://d.example.org/?a=1")


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("1706.03762", "1706.03762"),
        ("arXiv:1706.03762v7", "1706.03762"),
        ("https://arxiv.org/abs/1706.03762", "1706.03762"),
        ("http://export.arxiv.org/pdf/0704.0001v2.pdf", "0704.0001"),
        ("arxiv.org/html/2604.90001", "2604.90001"),
        ("https://huggingface.co/papers/2604.90001#community", "2604.90001"),
        ("https://doi.org/10.48550/arXiv.1706.03762", "1706.03762"),
        ("math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/astro-ph/0601001v1", "astro-ph/0601001"),
        ("cond-mat.str-el/0102003", "cond-mat/0102003"),
    ],
)
def test_example_papers_are_known_by_id_or_address(text: str, identifier: str) -> None:
    assert parse_example(text) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "Attention is all you need",
        "1706.0376",
        "1713.03762",
        "https://example.org/1706.03762",
        "170603762",
        "",
    ],
)
def test_what_names_no_arxiv_paper_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an arXiv id or address"):
        parse_example(text)


def test_the_taxonomy_is_whole() -> None:
    assert len(CATEGORIES) == 155
    assert {name.partition(".")[0] for name in CATEGORIES} == {
        "cs", "econ", "eess", "math", "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph",
        "hep-th",
        "math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "q-bio", "q-fin", "quant-ph", "stat",
    }  # fmt: skip
    assert set(SUBSUMED.values()) <= CATEGORIES.keys()


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("cs.ML", ("cs.LG", "stat.ML")),
        ("cs.NLP", ("cs.CL",)),
        ("machine learning", ("cs.LG", "stat.ML")),
        ("Robotics", ("cs.RO",)),
        ("cs,CL", ("cs.CL",)),
        ("quant-phy", ("quant-ph",)),
        ("zzz", ()),
    ],
)
def test_nearest_categories(word: str, names: tuple[str, ...]) -> None:
    assert suggest(word) == names
    assert resolve(word) == ()


def test_every_suggestion_is_a_category() -> None:
    for word in ["ai", "bio", "cs.rl", "vision", "hep", "eess.cv", "quantum", "stat.st", "math.xx"]:
        assert suggest(word)
        assert set(suggest(word)) <= CATEGORIES.keys()


def test_text_is_one_line_without_control_characters() -> None:
    assert parse_line("  e\u0301 ") == "é"
    for bad in ["a\nb", "a\x00", "\u2028x\u2028y", "a\rb", " "]:
        with pytest.raises(ValueError, match="expected"):
            parse_line(bad)
    assert parse_text("a\r\n\tb\n") == "a\n\tb"
    with pytest.raises(ValueError, match="without control"):
        parse_text("a\x1b[2J")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200) | st.integers() | st.booleans())
def test_a_value_is_shown_short_and_on_one_line(value: object) -> None:
    line = shown(value)
    assert line.isprintable()
    assert len(line) <= 62


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "hunter2" not in shown("smtp://ada:hunter2@mail.example.org")
