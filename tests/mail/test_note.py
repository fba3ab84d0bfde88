"""Short mails of one occasion: whole, legible, and no list's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
from typing import TYPE_CHECKING, get_args

import pytest

from digest.errors import AddressError, ConfigError, TemplateError
from digest.mail.note import check_notes, write_note
from digest.mail.note_words import Occasion, note_words
from digest.mail.templates import Templates
from tests.site import SITE

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from digest.mail.site import Site
    from digest.model import Message

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
WEB = dataclasses.replace(
    SITE, url=f"https://{'a' * 60}.example.org", contact="editor@example.org", postal_address="1 Street"
)
TOKEN = "abc-aaaaaaaaaaaaaaaaaaaaaaaa"
OCCASIONS = get_args(Occasion)


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates.load()


def written(templates: Templates, occasion: Occasion, *, site: Site = WEB) -> Message:
    words = note_words(site, occasion, token=TOKEN)
    return write_note(
        templates, site, words, recipient="ada@example.net", note_id="0123456789abcdef", date=NOW
    )


def parsed(message: Message) -> EmailMessage:
    found = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def part(message: Message, kind: str) -> str:
    body = parsed(message).get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_note_is_a_whole_mail_and_no_lists(templates: Templates, occasion: Occasion) -> None:
    message = written(templates, occasion)
    mail = parsed(message)
    assert not mail.defects
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["To"] == "ada@example.net"
    assert mail["Message-ID"] == "<0123456789abcdef@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "editor@example.org"
    assert not [name for name in mail.keys() if name.lower().startswith("list-")]  # noqa: SIM118
    assert all(len(line) <= 998 for line in message.raw.split(b"\r\n"))
    assert b"\n" not in message.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_both_parts_say_the_same_and_why_it_came(templates: Templates, occasion: Occasion) -> None:
    words = note_words(WEB, occasion, token=TOKEN)
    message = written(templates, occasion)
    text = " ".join(part(message, "plain").split())
    html = part(message, "html")
    for said in (*words.before, *words.after, words.why, words.headline, WEB.contact, "1 Street"):
        assert said in text
        assert said.replace("'", "&#x27;") in html
    assert (words.url in text, f'href="{words.url}"' in html) == (True, bool(words.url))
    assert "You get this" in words.why


def test_a_note_to_a_stranger_says_that_doing_nothing_is_enough(templates: Templates) -> None:
    for occasion in ("confirm", "move", "known", "link"):
        assert "doing nothing is enough" in " ".join(part(written(templates, occasion), "plain").split())


def test_the_styles_are_inline_and_those_of_media_stay(templates: Templates) -> None:
    html = part(written(templates, "confirm"), "html")
    assert re.search(r'<a class="button"[^>]* style="[^"]*background-color:#0b5cad', html)
    assert "@media (prefers-color-scheme: dark)" in html
    assert "!important" in html
    assert html.count("<h1") == 1
    assert '<html lang="en">' in html
    assert "-Q" not in html


def test_two_notes_of_one_shape_differ_in_their_words_alone(templates: Templates) -> None:
    first = note_words(WEB, "confirm", token="1-one")
    second = note_words(WEB, "confirm", token="2-two")
    made = [
        part(write_note(templates, WEB, words, recipient="a@example.net", note_id="0" * 16, date=NOW), "html")
        for words in (first, second, first)
    ]
    assert made[0] == made[2] != made[1]
    assert made[0].replace("1-one", "2-two") == made[1]


def test_names_that_look_like_markup_stay_words(templates: Templates) -> None:
    hostile = dataclasses.replace(WEB, name='<script>alert(1)</script> & "friends"\r\nBcc: x@y.example')
    message = written(templates, "confirm", site=hostile)
    assert "<script>" not in part(message, "html")
    assert parsed(message)["Bcc"] is None


def test_without_a_web_side_no_note_can_be_written() -> None:
    for occasion in OCCASIONS:
        with pytest.raises(ConfigError, match=r"site\.url"):
            note_words(SITE, occasion, token=TOKEN)


def test_what_is_no_address_is_refused(templates: Templates) -> None:
    words = note_words(WEB, "link", token=TOKEN)
    with pytest.raises(AddressError):
        write_note(templates, WEB, words, recipient="a@b\r\nBcc: c@d", note_id="0" * 16, date=NOW)


def test_an_operators_template_is_proved_before_a_note_needs_it(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "note.txt.j2").write_text("{{ note.headlin }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"note\.txt\.j2:1: .*headlin"):
        Templates.load(tmp_path)


def test_the_envelope_names_the_note_where_the_return_path_has_room(templates: Templates) -> None:
    site = dataclasses.replace(WEB, return_path="bounces+{delivery}@example.org")
    assert written(templates, "link", site=site).sender == "bounces+0123456789abcdef@example.org"


def test_the_built_in_templates_pass(templates: Templates) -> None:
    check_notes(templates, WEB)
