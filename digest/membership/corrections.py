"""How a reader corrects what a topic learned: a word struck out, pinned or taken back; everything forgotten.

What was typed into the topic stays what it is: an exclusion is final, and no correction brings back what it
keeps out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.terms import stems, terms_of
from digest.mail.words import brief, clean
from digest.membership.refusals import Refused
from digest.membership.standing import reader
from digest.store.corrections import NOTHING

if TYPE_CHECKING:
    import datetime as dt

    from digest.membership.house import House
    from digest.model import Topic
    from digest.store.corrections import Value

MOST = 100  # corrections of one topic
LONGEST = 200  # characters; a term of core.terms is two words at most
_NO_TOPIC = "That topic is not one of yours any more."


def term_of(typed: str) -> str | None:
    """The term that words stand for: one word, or two side by side; None for what is no term.

    >>> term_of("Gaussian Splats"), term_of("test-time"), term_of("the"), term_of("graph neural networks")
    ('gaussian splat', 'test time', None, None)
    """
    found = stems(words_of(typed))
    term = " ".join(found)
    return term if 1 <= len(found) <= 2 and term in set(terms_of(found)) else None


def words_of(typed: str) -> str:
    """What was typed, as it is kept and shown: one line."""
    return clean(typed)[:LONGEST]


def correct(
    house: House, subscriber_id: int, ref: str, typed: str, *, value: Value, now: dt.datetime
) -> bool:
    """Strike a word out of what the topic of that ref learned (`value` -1), so that it never counts, or pin
    it (1), so that it always does. False where it was so before. Raises Refused (`word`, `topic`)."""
    topic = _topic(house, subscriber_id, ref)
    words = words_of(typed)
    term = term_of(words)
    if term is None:
        raise Refused({"word": _why_not(typed)})
    if value > 0 and _is_kept_out(term, topic):
        raise Refused(
            {"word": f"“{brief(words)}” is among what this topic never brings; take it out there first."}
        )
    known = house.store.corrections.of([subscriber_id]).get((subscriber_id, ref), NOTHING)
    if len(known.words) >= MOST and term not in known.struck | known.pinned:
        raise Refused({"word": f"{MOST} words are struck out or pinned here; take one of them back first."})
    is_new = house.store.corrections.put(subscriber_id, ref, term, words=words, value=value, at=now)
    return _told(house, subscriber_id, has_changed=is_new)


def take_back(house: House, subscriber_id: int, ref: str, typed: str) -> bool:
    """Let a word that was struck out or pinned count for what it is; False where it was neither. Raises
    Refused (`topic`)."""
    _topic(house, subscriber_id, ref)
    term = term_of(typed)
    was_there = term is not None and house.store.corrections.take_back(subscriber_id, ref, term)
    return _told(house, subscriber_id, has_changed=was_there)


def reset(house: House, subscriber_id: int, ref: str, *, now: dt.datetime) -> None:
    """Forget what the topic learned, and its corrections; what was typed stays, and the papers that were
    liked are known to the reader as before. Raises Refused (`topic`)."""
    _topic(house, subscriber_id, ref)
    if house.store.corrections.reset(subscriber_id, ref, at=now):
        house.tell("reader.reset", reader=subscriber_id)


def _topic(house: House, subscriber_id: int, ref: str) -> Topic:
    topics = reader(house, subscriber_id).subscriber.topics
    found = next((topic for topic in topics if topic.ref == ref), None)
    if found is None:
        raise Refused({"topic": _NO_TOPIC})
    return found


def _why_not(typed: str) -> str:
    words = brief(words_of(typed))
    if not words:
        return "Say which word."
    if len(stems(words)) > 2:
        return f"“{words}” is too long: say one word, or two that stand side by side."
    return f"“{words}” tells no papers apart, so it never counts."


def _is_kept_out(term: str, topic: Topic) -> bool:
    return any(f" {' '.join(stems(one))} " in f" {term} " for one in topic.exclude if stems(one))


def _told(house: House, subscriber_id: int, *, has_changed: bool) -> bool:
    if has_changed:
        house.tell("reader.corrected", reader=subscriber_id)
    return has_changed
