"""Headers, on the raw bytes that leave: a parser would undo the damage that is looked for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import AddressError, ConfigError
from digest.mail.headers import encoded_words, named, unstructured
from tests.mail.editions import EDITIONS, READER, ROBOTS, SITE, VISION, WEB_SITE, composed, letter

if TYPE_CHECKING:
    from digest.mail.templates import Templates

TOKEN = "2.1745.4SRzbG9uZy1hbmQtc2lnbmVkLXRva2VuLW9mLWZvcnR5LXRocmVl"


def head(raw: bytes) -> list[bytes]:
    """The raw header lines, folds left in place."""
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def field(raw: bytes, name: bytes) -> list[bytes]:
    """The values of one header, as they stand in their first line."""
    return [line.partition(b": ")[2] for line in head(raw) if line.lower().startswith(name.lower() + b":")]


def parsed(raw: bytes) -> EmailMessage:
    """The message, parsed as a mail program does; any defect is a failure."""
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    for value in message.values():
        assert not getattr(value, "defects", ()), value
    return message


def test_headers_are_those_of_the_contract(templates: Templates) -> None:
    raw = composed(templates, EDITIONS["rich"]).raw
    assert [line.partition(b":")[0] for line in head(raw) if not line.startswith(b" ")] == [
        b"To", b"Subject", b"Date", b"Message-ID", b"List-Unsubscribe", b"From", b"List-Id",
        b"Auto-Submitted", b"Precedence", b"MIME-Version", b"Reply-To", b"Content-Type",
    ]  # fmt: skip
    assert field(raw, b"To") == [b"Ada Sample <ada@example.org>"]
    assert field(raw, b"From") == [b"Paper Digest <digest@example.org>"]
    assert field(raw, b"Reply-To") == [b"editor@example.org"]
    assert field(raw, b"Message-ID") == [b"<d-17@example.org>"]
    assert field(raw, b"Date") == [b"Tue, 21 Apr 2026 05:00:00 +0000"]
    assert field(raw, b"List-Id") == [b"Paper Digest <digest.example.org>"]
    assert field(raw, b"Auto-Submitted") == [b"auto-generated"]


def test_a_retry_is_the_same_message_to_the_byte(templates: Templates) -> None:
    assert composed(templates, EDITIONS["rich"]) == composed(templates, EDITIONS["rich"])


def test_message_is_multipart_alternative_with_text_first(templates: Templates) -> None:
    message = parsed(composed(templates, EDITIONS["rich"]).raw)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_every_line_ends_in_crlf_and_is_short(name: str, templates: Templates) -> None:
    raw = composed(templates, EDITIONS[name], site=WEB_SITE).raw
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert max(len(line) for line in head(raw)) <= 998
    assert raw.isascii()


@pytest.mark.parametrize(
    "url", ["https://d.example.org", "https://" + "papers-every-morning." * 3 + "example.org/a"]
)
def test_one_click_unsubscribing_stays_whole_in_the_bytes(url: str, templates: Templates) -> None:
    site = dataclasses.replace(SITE, url=url)
    raw = composed(templates, letter(VISION, token=TOKEN), site=site).raw
    assert field(raw, b"List-Unsubscribe") == [
        f"<{url}/u/{TOKEN}>, <mailto:unsubscribe@example.org?subject={TOKEN}>".encode()
    ]
    assert field(raw, b"List-Unsubscribe-Post") == [b"List-Unsubscribe=One-Click"]


def test_the_long_site_url_is_as_long_as_the_contract_says() -> None:
    assert len("https://" + "papers-every-morning." * 3 + "example.org/a") >= 80


def test_without_a_web_side_only_the_mailto_is_offered(templates: Templates) -> None:
    raw = composed(templates, letter(VISION, token=TOKEN)).raw
    assert field(raw, b"List-Unsubscribe") == [f"<mailto:unsubscribe@example.org?subject={TOKEN}>".encode()]
    assert b"List-Unsubscribe-Post" not in raw


@pytest.mark.parametrize(
    "name", ["Örn Ünïcödé", "李 明", "Sample, Ada", 'Ada "the" Sample', "a\\b", "A=?utf-8?q?B?=", "Ada (x)"]
)
def test_display_names_come_out_as_they_went_in(name: str, templates: Templates) -> None:
    one = letter(VISION, reader=dataclasses.replace(READER, name=name))
    message = parsed(
        composed(templates, one, site=dataclasses.replace(SITE, sender_name=name, name=name)).raw
    )
    assert message["To"].addresses[0].display_name == name
    assert message["To"].addresses[0].addr_spec == "ada@example.org"
    assert message["From"].addresses[0].display_name == name


def test_without_a_name_there_is_the_address_alone(templates: Templates) -> None:
    raw = composed(templates, letter(VISION, reader=dataclasses.replace(READER, name=""))).raw
    assert field(raw, b"To") == [b"<ada@example.org>"]
    raw = composed(
        templates, letter(VISION), site=dataclasses.replace(SITE, name="", contact=SITE.sender_address)
    ).raw
    assert field(raw, b"List-Id") == [b"<digest.example.org>"]
    assert field(raw, b"Reply-To") == []


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: a@example.org", "x\nBcc: a@example.org", "x\x00y", "x\rSubject: y", "\u202ex"]
)
def test_nothing_that_people_write_makes_a_header_line(evil: str, templates: Templates) -> None:
    evil_topic = dataclasses.replace(VISION, title=evil)
    one = letter(evil_topic, reader=dataclasses.replace(READER, name=evil), token=evil)
    site = dataclasses.replace(WEB_SITE, name=evil, sender_name=evil, postal_address=evil)
    raw = composed(templates, one, site=site).raw
    names = [line.partition(b":")[0] for line in head(raw) if not line.startswith(b" ")]
    assert len(names) == len(set(names)) == 13
    assert b"Bcc" not in names
    assert b"\x00" not in raw
    assert "\u202e" not in str(parsed(raw)["To"])


@pytest.mark.parametrize(
    "address",
    [
        "", "ada", "@example.org", "ada@", "ada@example.org\r\nRCPT TO:<evil@example.org>", "a b@example.org",
        "ada@exa mple.org", "<ada@example.org>", "ada@example.org, bo@example.org", "adä@example.org",
        "ada@-x.org", "a@b@c.org", "ada\x00@example.org", "ada@ex\u202eample.org", "x" * 65 + "@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str, templates: Templates) -> None:
    with pytest.raises(AddressError, match=r"address|domain"):
        composed(templates, letter(VISION, reader=dataclasses.replace(READER, email=address)))
    with pytest.raises(AddressError):
        dataclasses.replace(SITE, sender_address=address).checked()


def test_a_domain_beyond_ascii_is_written_in_idna(templates: Templates) -> None:
    message = composed(
        templates, letter(VISION, reader=dataclasses.replace(READER, email="ada@bücher.example.com"))
    )
    assert message.recipient == "ada@xn--bcher-kva.example.com"
    assert field(message.raw, b"To") == [b"Ada Sample <ada@xn--bcher-kva.example.com>"]


@pytest.mark.parametrize(
    "url", ["ftp://x.org", "https://x.org/\r\nX: y", "https://bü.org", "javascript:x", "https://x.org/>"]
)
def test_a_site_url_that_no_link_can_begin_with_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"site\.url"):
        dataclasses.replace(SITE, url=url).checked()


@pytest.mark.parametrize("delivery_id", ["", "a b", "x\r\nBcc: y", "a@b", "x" * 200])
def test_a_delivery_id_that_cannot_be_a_message_id_is_refused(delivery_id: str, templates: Templates) -> None:
    with pytest.raises(ValueError, match="delivery id"):
        composed(templates, letter(VISION, delivery_id=delivery_id))


def test_envelope_takes_the_return_path(templates: Templates) -> None:
    assert composed(templates, letter(VISION)).sender == "digest@example.org"
    site = dataclasses.replace(SITE, return_path="bounces@example.org")
    assert composed(templates, letter(VISION), site=site).sender == "bounces@example.org"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("rich", "5 for you: Splats that remember: Gaussian splatting with a memory…"),
        ("trending", "Trending: Open weights, closed doors: a survey of what is shared"),
        ("quiet", "Nothing new for you on Tuesday 21 April"),
    ],
)
def test_subject_says_how_many_and_the_best(name: str, subject: str, templates: Templates) -> None:
    assert parsed(composed(templates, EDITIONS[name]).raw)["Subject"] == subject


def test_subject_names_the_strongest_paper_of_any_topic(templates: Templates) -> None:
    assert parsed(composed(templates, letter(ROBOTS, VISION)).raw)["Subject"].startswith("4 for you: Splats")


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_subject_is_one_header_and_decodes_to_its_words(text: str) -> None:
    raw = b"Subject: " + unstructured(text) + b"\r\n\r\n"
    assert re.fullmatch(rb"[ -~]*(\r\n [ -~]+)*", unstructured(text))
    words = str(message_from_bytes(raw, policy=policy.default)["Subject"])
    assert "\n" not in words
    assert len(message_from_bytes(raw, policy=policy.default).keys()) == 1


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120))
@settings(max_examples=60)
def test_encoded_words_are_short_and_cut_no_character(text: str) -> None:
    encoded = encoded_words(text)
    for word in encoded.split(b"\r\n "):
        assert len(word) <= 75
    value = message_from_bytes(b"X-Words: " + encoded + b"\r\n\r\n", policy=policy.compat32)["X-Words"]
    from email.header import decode_header, make_header

    assert str(make_header(decode_header(value))) == text


@given(st.text(max_size=100))
@settings(max_examples=60)
def test_any_name_leaves_one_address(name: str) -> None:
    raw = b"To: " + named(name, "ada@example.org") + b"\r\n\r\n"
    message = message_from_bytes(raw, policy=policy.default)
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]


def test_date_keeps_its_zone(templates: Templates) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    one = dataclasses.replace(letter(VISION), date=dt.datetime(2026, 4, 21, 12, tzinfo=zone))
    assert field(composed(templates, one).raw, b"Date") == [b"Tue, 21 Apr 2026 12:00:00 +0530"]
