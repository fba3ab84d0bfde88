"""A reader's wishes in, the sentences that say them out: on pages, and as the evidence of consent.

Reads nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail.words import BRIEF, clean, plural, shorten
from digest.web.rhythm import rhythm_words

if TYPE_CHECKING:
    from digest.model import Subscriber, Topic

SUMMARY_LIMIT = 240
EVIDENCE_LIMIT = 4_000

SUBSCRIBE_BUTTON = "Send me the confirmation"
CONFIRM_BUTTON = "Yes, send me the digest"
COME_BACK_BUTTON = "Send me the digest again"


def topic_summary(topic: Topic, *, limit: int = SUMMARY_LIMIT) -> str:
    """What a topic looks for, in one line: nerf, slam · by Ada Lovelace · in cs.CV · without medical."""
    said = (
        ("", topic.keywords),
        ("by ", topic.authors),
        ("about ", (topic.text,) if topic.text else ()),
        ("like ", topic.examples),
        ("in ", topic.categories),
        ("without ", topic.exclude),
    )
    parts = ((lead, ", ".join(BRIEF[one] for one in words)) for lead, words in said if words)
    line = " · ".join(f"{lead}“{words}”" if lead == "about " else lead + words for lead, words in parts)
    return shorten(line or clean(topic.name), limit)


def papers_words(reader: Subscriber) -> str:
    """How much a mail holds: at most 12 papers, with what the community reads, and one from outside."""
    community = ", with what the community reads" if reader.trending and reader.topics else ""
    outside = ", and one from outside the topics" if reader.outside and reader.topics else ""
    return f"at most {plural(reader.max_papers, 'paper')}{community}{outside}"


def mail_words(reader: Subscriber) -> str:
    """One mail every day at 07:00, Berlin time, with at most 12 papers."""
    return f"One mail {rhythm_words(reader)}, with {papers_words(reader)}"


def topic_lines(reader: Subscriber) -> tuple[tuple[str, str], ...]:
    """A reader's topics as (heading, what it looks for); for one without topics, what they get instead. A
    heading that says it all stands alone."""
    if not reader.topics:
        return (("The community’s list", "what readers and editors picked and voted for"),)
    return tuple((BRIEF[topic.name], beside(topic)) for topic in reader.topics)


def beside(topic: Topic) -> str:
    """What a topic looks for, where its heading does not say it already."""
    summary = topic_summary(topic)
    return "" if summary.casefold() == clean(topic.name).casefold() else summary


def shown_words(reader: Subscriber, *, site: str, button: str) -> str:
    """What a person was shown when they pressed `button`, as it is kept beside their consent."""
    topics = "; ".join(": ".join(filter(None, line)) for line in topic_lines(reader))
    return shorten(f"{site}. {mail_words(reader)}. {topics}. “{button}”", EVIDENCE_LIMIT)
