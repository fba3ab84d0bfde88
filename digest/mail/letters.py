"""A letter in, the words around its cards out: intro, sections, notice, footer. The cards are the caller's.

Sentences about a number are made here and never in a template: a template has no arithmetic.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from digest.mail.site import quoted
from digest.mail.words import BRIEF, WEEKDAYS, clean, listed, long_date, number, shorten, zone_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.mail.site import Letter, Site
    from digest.model import Edition, Item, Notice, Section, Subscriber

Card = TypeVar("Card")

NAMED_TOPICS = 5
SUBJECT_TITLE_LIMIT = 60


class SectionWords(NamedTuple, Generic[Card]):
    """A heading, its cards, best first, and "4 more papers matched." or ""."""

    title: str
    cards: Sequence[Card]
    more: str


class MailWords(NamedTuple, Generic[Card]):
    """One reader's mail as a template sees it. Of `intro` and `quiet`, one is empty.

    Bare tuples, as are those of the sections, because they are made for every mail.
    """

    date: str  # Tuesday 21 April, where the reader is
    intro: str
    quiet: str
    sections: tuple[SectionWords[Card], ...]
    notice: str
    about: str  # why the reader gets this
    unsubscribe_url: str
    unsubscribe_token: str
    preferences_url: str
    pause_url: str
    edition_url: str
    vote_token: str  # as it stands in a link


def mail_words(letter: Letter, site: Site, *, card: Callable[[Item], Card]) -> MailWords[Card]:
    """The words of one mail; `card` makes a card of an item."""
    return mail_of(letter, site, cards=lambda section: [card(item) for item in section.items])


def mail_of(letter: Letter, site: Site, *, cards: Callable[[Section], Sequence[Card]]) -> MailWords[Card]:
    """The words of one mail; `cards` makes the cards of a section."""
    edition, reader = letter.edition, letter.subscriber
    date, hour = _here(edition.slot.scheduled_at, reader.timezone)
    sections = [
        SectionWords(title=BRIEF[section.title], cards=cards(section), more=more(section))
        for section in edition.sections
        if section.items
    ]
    return MailWords(
        date=date,
        intro=intro(edition) if sections else "",
        quiet="" if sections else quiet(edition, reader),
        sections=tuple(sections),
        notice=notice(edition.notices, hour=hour) if edition.notices else "",
        about=about(reader, site),
        unsubscribe_url=site.unsubscribe_url(letter.unsubscribe_token),
        unsubscribe_token=clean(letter.unsubscribe_token),
        preferences_url=site.preferences_url(letter.preferences_token),
        pause_url=site.pause_url(letter.preferences_token),
        edition_url=site.edition_url(letter.edition_token, letter.delivery_id),
        vote_token=quoted(letter.vote_token),
    )


@functools.lru_cache(maxsize=1024)  # the few hours of a run, in a few zones
def _here(time: dt.datetime, timezone: str) -> tuple[str, int]:
    here = time.astimezone(ZoneInfo(timezone))
    return long_date(here.date()), here.hour


def trimmed(edition: Edition) -> Edition:
    """One paper fewer: the last of the longest section (of the later one of two), so that none disappears."""
    lengths = [len(section.items) for section in edition.sections]
    place = max(range(len(lengths)), key=lambda one: (lengths[one], one))
    section = edition.sections[place]
    shorter = dataclasses.replace(section, items=section.items[:-1], more=section.more + 1)
    return dataclasses.replace(
        edition, sections=(*edition.sections[:place], shorter, *edition.sections[place + 1 :])
    )


def intro(edition: Edition) -> str:
    """12 of 231 new papers: 7 for Vision, 3 for Robots, 1 from outside your topics, 1 trending."""
    topics: list[str] = []
    others: list[str] = []
    count = left = left_topics = 0
    for section in edition.sections:
        papers = len(section.items)
        count += papers
        if not papers:
            continue
        if section.kind == "trending":
            others.append(f"{papers} trending")
        elif section.kind == "outside":
            others.append(f"{papers} from outside your topics")
        elif len(topics) < NAMED_TOPICS:
            topics.append(f"{papers} for {BRIEF[section.title]}")
        else:
            left += papers
            left_topics += 1
    of = f" of {edition.considered:,}" if edition.considered >= count else ""
    lead = f"{count:,}{of} new {'paper' if count == 1 and edition.considered <= 1 else 'papers'}"
    if len(topics) + len(others) == 1 and not left:
        share = (topics or others)[0].partition(" ")[2]
        return f"{lead}, {'all ' if count > 1 else ''}{share}"
    if left:
        topics.append(f"{left} for {left_topics} more {'topic' if left_topics == 1 else 'topics'}")
    return f"{lead}: {', '.join(topics + others)}"


def more(section: Section) -> str:
    """What had no room."""
    if not section.more:
        return ""
    papers = "paper" if section.more == 1 else "papers"
    if section.kind == "trending":
        return f"{number(section.more)} more {papers} {'is' if section.more == 1 else 'are'} trending."
    return f"{number(section.more)} more {papers} matched."


def quiet(edition: Edition, reader: Subscriber) -> str:
    """What a mail without papers says, and the date of the next."""
    if not edition.considered:
        said = "No new papers since your last mail."
    elif not reader.topics:
        said = f"None of the {number(edition.considered)} new papers is trending."
    elif edition.considered == 1:
        said = "The one new paper did not match your topics."
    else:
        said = f"None of the {number(edition.considered)} new papers matched your topics."
    return f"{said} The next mail comes on {_here(edition.slot.next_at, reader.timezone)[0]}."


def notice(notices: tuple[Notice, ...], *, hour: int) -> str:
    """One line for all the sources that failed or are late; `hour` is the reader's."""
    failed = [clean(one.title) for one in notices if one.status == "failed"]
    stale = [clean(one.title) for one in notices if one.status == "stale"]
    said = []
    if failed:
        part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
        whose = "its" if len(failed) == 1 else "their"
        said.append(
            f"{listed(failed)} could not be read this {part}; {whose} papers will come in a later mail."
        )
    if stale:
        have = "has" if len(stale) == 1 else "have"
        said.append(
            f"{listed(stale)} {have} not announced today's papers yet; they will come in a later mail."
        )
    return " ".join(said)


def about(reader: Subscriber, site: Site) -> str:
    """Why this reader gets this mail, and when. Topics are counted, not named: their names stand over their
    papers, and one over no papers says nothing."""
    wanted = []
    if count := len(reader.topics):
        wanted.append(f"{number(count)} topic{'' if count == 1 else 's'}")
        if reader.outside:
            wanted.append(f"one paper from outside {'it' if count == 1 else 'them'}")
    if reader.trending or not wanted:
        wanted.append("what is trending")
    hour = f"{reader.send_at.hour:02}:{reader.send_at.minute:02}"
    when = f"{_often(reader)} at {hour} {zone_words(reader.timezone)}"
    who = clean(reader.email)
    return f"You get this {when}, because {who} subscribed to {listed(wanted)} at {site.name}."


def _often(reader: Subscriber) -> str:
    cadence = reader.cadence
    match cadence.kind:
        case "daily":
            return "every day"
        case "weekdays":
            return "from Monday to Friday"
        case "weekly":
            return f"every {WEEKDAYS[cadence.weekday]}"
        case "monthly":
            return f"on day {cadence.month_day} of each month"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWords:
    """What a subject is made of. kind: "papers", "trending" (nothing else in it) or "quiet"."""

    kind: str
    count: str
    best: str  # the best paper's title, cut at a word
    date: str


def subject_words(edition: Edition, *, date: str, title: Callable[[Item], str]) -> SubjectWords:
    """The best paper is the strongest that a topic brought; where none did, the one from outside the topics,
    or else the hottest."""
    topical = trending = 0
    best: Item | None = None
    outside: tuple[Item, ...] = ()
    strongest = -math.inf
    for section in edition.sections:
        items = section.items
        if section.kind == "trending":
            trending += len(items)
            continue
        topical += len(items)
        if section.kind == "outside":
            outside = items
            continue
        for item in items:
            if item.score > strongest:
                best, strongest = item, item.score
    if best is None and topical + trending:
        best = (outside or edition.items)[0]
    return SubjectWords(
        kind="papers" if topical else "trending" if trending else "quiet",
        count=number(topical + trending),
        best=_best(title(best)) if best else "",
        date=date,
    )


@functools.lru_cache(maxsize=4096)  # one paper is the best of many mails
def _best(title: str) -> str:
    return shorten(title, SUBJECT_TITLE_LIMIT)
