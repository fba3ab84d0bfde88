"""Topics on one line in, tables out, and back: `Vision: nerf, gaussian splatting; Robots: slam`.

    topics = topic *( ";" topic )
    topic  = name [ ":" item *( "," item ) ]     a name alone is its own keyword
    item   = keyword | option "=" value          option: exclude, author, category, example, text,
                                                 weight, max_papers
A backslash before , ; : = or a backslash takes their meaning away. Checks the notation, not the values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.model import Topic

_LISTS = {"exclude": "exclude", "author": "authors", "category": "categories", "example": "examples"}
_SINGLE = ("text", "weight", "max_papers")
_TOKEN = re.compile(r"\\(?P<kept>.)|(?P<mark>[,;:=])|(?P<plain>[^\\,;:=]+|\\\Z)", re.DOTALL)


def parse_topics(line: str) -> list[dict[str, Any]]:
    """The topics of a line, each as a table like [[subscribers.topics]]. Raises ValueError.

    >>> parse_topics("Vision: nerf, exclude=medical; Slam")
    [{'name': 'Vision', 'keywords': ['nerf'], 'exclude': ['medical']}, {'name': 'Slam', 'keywords': ['Slam']}]
    """
    topics = []
    for tokens in _split(list(_tokens(line)), ";"):
        head, *rest = _split(tokens, ":", limit=1)
        name = _text(head)
        if not name and not (rest and _text(rest[0])):
            continue
        if not name:
            raise ValueError('a topic has no name; write "Name: keyword, keyword; Name: …"')
        topic: dict[str, Any] = {"name": name}
        for item in _split(rest[0], ",") if rest else [head]:
            _put(topic, item)
        topics.append(topic)
    return topics


def format_topics(topics: Iterable[Topic]) -> str:
    """The line that `parse_topics` reads back as the same topics."""
    return "; ".join(f"{_escaped(topic.name)}: {', '.join(_items(topic))}" for topic in topics)


def _items(topic: Topic) -> Iterator[str]:
    yield from map(_escaped, topic.keywords)
    for option, field in _LISTS.items():
        yield from (f"{option}={_escaped(value)}" for value in getattr(topic, field))
    if topic.text:
        yield f"text={_escaped(topic.text)}"
    if topic.weight != 1:
        yield f"weight={topic.weight!r}"
    if topic.max_papers is not None:
        yield f"max_papers={topic.max_papers}"


def _put(topic: dict[str, Any], item: list[tuple[str, bool]]) -> None:
    option, *value = _split(item, "=", limit=1)
    key = _text(option)
    if value and key in _LISTS:
        topic.setdefault(_LISTS[key], []).append(_text(value[0]))
    elif value and key in _SINGLE:
        topic[key] = _text(value[0])
    elif keyword := _text(item):
        topic.setdefault("keywords", []).append(keyword)


def _tokens(line: str) -> Iterator[tuple[str, bool]]:
    """Pieces of the line; True for a mark that separates."""
    for match in _TOKEN.finditer(line):
        yield match["kept"] or match[0], match["mark"] is not None


def _split(
    tokens: list[tuple[str, bool]], mark: str, limit: int | None = None
) -> list[list[tuple[str, bool]]]:
    parts: list[list[tuple[str, bool]]] = [[]]
    for token in tokens:
        if token == (mark, True) and (limit is None or len(parts) <= limit):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _text(tokens: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in tokens).strip()


def _escaped(text: str) -> str:
    return re.sub(r"[\\,;:=]", r"\\\g<0>", text)
