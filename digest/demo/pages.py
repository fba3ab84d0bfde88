"""Sent sample mails in; a page for each and an index that shows them all out. Sends nothing."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest.demo.samples import sample_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from digest.model import Subscriber

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail that left: to whom, for which slot, when, and the file in the outbox."""

    reader: Subscriber
    slot: str
    sent_at: dt.datetime
    file: Path


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _MailWords:
    subject: str
    when: str
    page: str
    file: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _ReaderWords:
    anchor: str
    name: str
    about: str
    mails: tuple[_MailWords, ...]


def write_pages(folder: Path, mails: Sequence[SentMail], *, papers: int) -> Path:
    """Write `<slot>-<reader>.html` for each mail and `index.html`, reader by reader; returns the index."""
    import jinja2

    readers: dict[str, list[_MailWords]] = {}
    known = {mail.reader.email: mail.reader for mail in mails}
    for mail in sorted(mails, key=lambda mail: (mail.reader.id, mail.sent_at)):
        readers.setdefault(mail.reader.email, []).append(_write_page(folder, mail))
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("digest.demo", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    days = sample_days()
    index = folder / "index.html"
    page = environment.get_template("index.html.j2").render(
        readers=[_reader_words(known[address], words) for address, words in readers.items()],
        mails=mails,
        papers=papers,
        first_day=_day(days[0]),
        last_day=_day(days[-1]),
    )
    index.write_text(page, encoding="utf-8")
    return index


def _write_page(folder: Path, mail: SentMail) -> _MailWords:
    parsed = email.message_from_bytes(mail.file.read_bytes(), policy=email.policy.default)
    body = parsed.get_body(("html",))
    name = f"{mail.slot}-{_local_part(mail.reader)}.html"
    (folder / name).write_text("" if body is None else body.get_content(), encoding="utf-8")
    local = mail.sent_at.astimezone(ZoneInfo(mail.reader.timezone))
    return _MailWords(
        subject=str(parsed["Subject"]),
        when=f"{_day(local.date())}, {local:%H:%M}",
        page=quote(name),
        file=quote(mail.file.relative_to(folder).as_posix()),
    )


def _reader_words(reader: Subscriber, mails: Sequence[_MailWords]) -> _ReaderWords:
    kind = reader.cadence.kind
    often = {
        "daily": "every day",
        "weekdays": "Monday to Friday",
        "weekly": f"every {WEEKDAYS[reader.cadence.weekday]}",
        "monthly": f"on day {reader.cadence.month_day} of the month",
    }[kind]
    wants = [topic.name for topic in reader.topics]
    if reader.trending or not wants:
        wants.append("what is trending")
    city = reader.timezone.rpartition("/")[2].replace("_", " ")
    return _ReaderWords(
        anchor=_local_part(reader),
        name=reader.name,
        about=f"{city}, {often} at {reader.send_at:%H:%M}. Wants: {' · '.join(wants)}.",
        mails=tuple(mails),
    )


def _local_part(reader: Subscriber) -> str:
    return reader.email.partition("@")[0]


def _day(day: dt.date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {day:%B}"
