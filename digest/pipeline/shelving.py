"""Under which heading of a reader an imported library goes: one that they have, or a new one. Reads and,
for a new one, writes the reader's topics; imports nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digest.core.text import clean
from digest.errors import UsageError
from digest.model import Topic

if TYPE_CHECKING:
    from digest.store import Store
    from digest.store.members import Membership

HEADING = "Your library"
LONGEST_NAME = 200  # characters, as in the configuration


def heading(store: Store, member: Membership, name: str | None) -> tuple[Topic, bool]:
    """The topic of that name, whatever its case; with no name the reader's only one, or else `HEADING`.
    Returns whether it was made for this: by what is liked alone, its name says nothing of what to look for.

    UsageError for no name at all, for a reader who has left, and where a new topic would have to stand in the
    configuration file, which is the operator's to write.
    """
    reader = member.subscriber
    if member.status == "left":
        raise UsageError(
            f"{reader.email}: has left, and gets no mail that likes could shape; nothing was imported"
        )
    known = topic_named(member, name if name is not None else HEADING)
    if known is not None:
        return known, False
    if name is None and len(reader.topics) == 1:
        return reader.topics[0], False
    wanted = Topic(name=_name(name) if name is not None else HEADING, likes_only=True)
    if member.origin == "file":
        raise UsageError(_refusal(reader.email, wanted.name, [topic.name for topic in reader.topics]))
    return store.libraries.add_topic(reader.id, wanted), True


def topic_named(member: Membership, name: str) -> Topic | None:
    """The reader's topic of that name, whatever its case."""
    wanted = _folded(name)
    return next((topic for topic in member.subscriber.topics if _folded(topic.name) == wanted), None)


def _folded(name: str) -> str:
    return clean(name, limit=2 * LONGEST_NAME).casefold()


def _name(text: str) -> str:
    name = clean(text, limit=2 * LONGEST_NAME)
    if not 0 < len(name) <= LONGEST_NAME:
        raise UsageError(f"--topic: {name[:40]!r} is not a name of 1 to {LONGEST_NAME} characters")
    return name


def _refusal(email: str, name: str, known: list[str]) -> str:
    table = f"[[subscribers.topics]] with name = {json.dumps(name, ensure_ascii=False)} and likes_only = true"
    choice = f"; or choose one that is there, with --topic: {', '.join(known)}" if known else ""
    return (
        f"{email}: their topics stand in the configuration file, which an import does not change; add "
        f"{table} there, and import again{choice}"
    )
