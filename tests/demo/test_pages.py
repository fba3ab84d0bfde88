"""Every sample mail has its page, and the index shows them all."""

from __future__ import annotations

import datetime as dt
import html.parser
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from digest.demo.pages import SentMail, write_pages
from digest.model import Cadence, Subscriber, Topic

if TYPE_CHECKING:
    from pathlib import Path

ADA = Subscriber(
    id=1,
    email="ada.o'hara@example.org",
    name="Ada <O'Hara>",
    timezone="Asia/Kolkata",
    send_at=dt.time(11),
    cadence=Cadence(kind="weekly", weekday=1),
    topics=(Topic(name="Lenses & <b>mirrors</b>"),),
)
BO = Subscriber(id=2, email="bo@example.org", name="Bo", timezone="America/St_Johns")
NOON = dt.datetime(2026, 4, 21, 12, 30, tzinfo=dt.UTC)


class _Seen(html.parser.HTMLParser):
    """Links, frames and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.frames: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "iframe":
            self.frames.append(dict(attrs)["src"] or "")

    def handle_data(self, data: str) -> None:
        self.text += " " + " ".join(data.split())


def sent(folder: Path, reader: Subscriber, *, slot: str, subject: str, html: str) -> SentMail:
    """A mail file as the outbox leaves it."""
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("text")
    message.add_alternative(html, subtype="html")
    file = folder / "outbox" / f"{reader.id}-{slot}.eml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(message.as_bytes())
    return SentMail(reader=reader, slot=slot, sent_at=NOON, file=file)


@pytest.fixture
def mails(tmp_path: Path) -> list[SentMail]:
    return [
        sent(tmp_path, ADA, slot="2026-W17", subject="5 for you: <i>α</i> & β", html="<p>Ada's ⚘</p>"),
        sent(tmp_path, BO, slot="2026-04-21", subject="Trending: x", html="<p>first</p>"),
        sent(tmp_path, BO, slot="2026-04-22", subject="Trending: y", html="<p>second</p>"),
    ]


def test_page_is_the_html_of_the_mail(tmp_path: Path, mails: list[SentMail]) -> None:
    write_pages(tmp_path, mails, papers=9)
    assert (tmp_path / "2026-W17-ada.o'hara.html").read_text(encoding="utf-8").strip() == "<p>Ada's ⚘</p>"
    assert (tmp_path / "2026-04-22-bo.html").read_text(encoding="utf-8").strip() == "<p>second</p>"


def test_index_shows_and_links_every_mail_and_nothing_that_is_not_there(
    tmp_path: Path, mails: list[SentMail]
) -> None:
    index = write_pages(tmp_path, mails, papers=9)
    seen = _Seen(index.read_text(encoding="utf-8"))
    assert index == tmp_path / "index.html"
    assert len(seen.frames) == 3
    local = [unquote(link) for link in (*seen.links, *seen.frames) if not link.startswith("#")]
    assert {str(mail.file.relative_to(tmp_path)) for mail in mails} <= set(local)
    assert all((tmp_path / link).is_file() for link in local)


def test_names_and_subjects_are_text_and_never_markup(tmp_path: Path, mails: list[SentMail]) -> None:
    seen = _Seen(write_pages(tmp_path, mails, papers=9).read_text(encoding="utf-8"))
    assert "Ada <O'Hara>" in seen.text
    assert "5 for you: <i>α</i> & β" in seen.text
    assert "Lenses & <b>mirrors</b>" in seen.text
    assert not {"i", "b", "o'hara"} & set(seen.tags)


def test_index_goes_reader_by_reader(tmp_path: Path, mails: list[SentMail]) -> None:
    turned = write_pages(tmp_path, [mails[1], mails[0], mails[2]], papers=9)
    frames = [unquote(frame) for frame in _Seen(turned.read_text(encoding="utf-8")).frames]
    assert frames == ["2026-W17-ada.o'hara.html", "2026-04-21-bo.html", "2026-04-22-bo.html"]


def test_one_mail_is_not_told_in_the_plural(tmp_path: Path, mails: list[SentMail]) -> None:
    text = _Seen(write_pages(tmp_path, mails, papers=9).read_text(encoding="utf-8")).text
    assert "Ada <O'Hara> 1 mail Bo 2 mails" in " ".join(text.split())


def test_index_says_who_reads_what_where_and_when(tmp_path: Path, mails: list[SentMail]) -> None:
    text = _Seen(write_pages(tmp_path, mails, papers=9).read_text(encoding="utf-8")).text
    assert "Kolkata, every Tuesday at 11:00." in text
    assert "St Johns, every day at 07:00. Wants: what is trending." in text
    assert "Tuesday 21 April, 18:00" in text  # 12:30Z
    assert "Tuesday 21 April, 10:00" in text
    assert "out of 9 papers" in text
    assert "invented" in text
