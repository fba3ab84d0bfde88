"""A form's fields in, a topic out, and back. Reads no library and no reader but what it is given."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.config import address_key
from digest.config.categories import resolve, suggest
from digest.config.papers import parse_example
from digest.core.keywords import keyword
from digest.mail.words import BRIEF, clean, listed, shorten
from digest.membership.limits import ENTRIES, ENTRY
from digest.model import Topic
from digest.web.forms import Form, join_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.web.forms import Fields

LONGEST_TEXT = 20_000
LONGEST_NAME = 200
MOST_PAPERS = 200
HEAVIEST = 100.0
BEST = 100.0  # a score that no paper reaches
_NAME_SHOWN = 60
_TAXONOMY = "arXiv’s list is at arxiv.org/category_taxonomy."

FIELDS = ("words", "name", "authors", "categories", "exclude", "text", "examples", "most")
"""The fields of a topic; `most` limits the papers of this topic alone."""


def read(fields: Fields, *, was: Topic | None = None, taken: Iterable[str] = ()) -> Topic | None:
    """The topic that the fields say, with what `was` has and no field shows (its key and weight). `taken`
    are the names of the reader's other topics. None where nothing at all was said; with faults in `fields`,
    what comes back is to be shown, not kept."""
    words = _searchable(fields, "words")
    name = fields.line("name", most=LONGEST_NAME)
    authors = fields.items("authors")
    categories = _categories(fields)
    exclude = _searchable(fields, "exclude")
    text = fields.passage("text", most=LONGEST_TEXT)
    examples = _examples(fields)
    most = fields.count("most", most=MOST_PAPERS, optional=True)
    if not (words or authors or categories or text or examples or name):
        if exclude:
            fields.wrong("words", "Say what to look for: exclusions alone find nothing.")
        return None
    name = name or default_name(words, authors=authors, categories=categories, text=text, examples=examples)
    if address_key(name) in {address_key(one) for one in taken}:
        fields.wrong("name", f"You have a topic “{BRIEF[name]}” already; give this one another heading.")
    if was is None:
        was = Topic(name=name)
    return dataclasses.replace(
        was,
        name=name,
        keywords=words,
        authors=authors,
        categories=categories,
        exclude=exclude,
        text=text,
        examples=examples,
        max_papers=most,
    )


def filled(topic: Topic) -> Form:
    """The form that `read` reads back as the same topic."""
    return Form(typed=typed(topic))


def typed(topic: Topic) -> Mapping[str, str]:
    """What stands in the fields for a topic."""
    return {
        "words": join_items(topic.keywords),
        "name": topic.name,
        "authors": join_items(topic.authors),
        "categories": join_items(topic.categories),
        "exclude": join_items(topic.exclude),
        "text": topic.text,
        "examples": join_items(topic.examples),
        "most": "" if topic.max_papers is None else str(topic.max_papers),
    }


def unshown(topic: Topic) -> Mapping[str, str]:
    """What no field shows, for the hidden ones of a page that brings a topic back."""
    return {
        "weight": repr(topic.weight),
        "min_score": repr(topic.min_score),
        "likes_only": "on" if topic.likes_only else "",
    }


def hidden(sent: Mapping[str, str]) -> Topic:
    """The topic that `unshown` told of; what is forged is as if it were not said."""
    weight, least = _number(sent, "weight"), _number(sent, "min_score")
    return Topic(
        name="",
        weight=weight if 0 < weight <= HEAVIEST else 1.0,
        min_score=least if 0 < least < BEST else 0.0,
        likes_only=sent.get("likes_only") == "on",
    )


def _number(sent: Mapping[str, str], name: str) -> float:
    try:
        return float(sent.get(name, ""))
    except ValueError:
        return 0.0


def begun(asked: Mapping[str, str]) -> Mapping[str, str]:
    """What an address brings for the fields of a new topic, each under its name; `q`: a search's words.

    >>> begun({"q": "nerf", "authors": "Ada Lovelace", "do": "x"})
    {'words': 'nerf', 'authors': 'Ada Lovelace'}
    """
    said = {name: clean(asked.get(name, "")[:LONGEST_TEXT]) for name in FIELDS}
    said["words"] = said["words"] or clean(asked.get("q", "")[:LONGEST_TEXT])
    return {name: value for name, value in said.items() if value}


def default_name(
    words: tuple[str, ...],
    *,
    authors: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    text: str = "",
    examples: tuple[str, ...] = (),
) -> str:
    """A heading for a topic that was given none.

    >>> default_name(("gaussian splatting", "nerf"))
    'Gaussian splatting, nerf'
    """
    said = (
        ", ".join(one.strip("\"“”„«»'‘’") for one in words)
        or (f"By {listed(authors)}" if authors else "")
        or " ".join(text.split())
        or (f"In {listed(categories)}" if categories else "")
        or (f"Like {listed(examples)}" if examples else "")
    )
    name = shorten(said, _NAME_SHOWN)
    first = name.split(" ", 1)[0]
    return name[:1].upper() + name[1:] if first.islower() else name


def _searchable(fields: Fields, name: str) -> tuple[str, ...]:
    items = fields.items(name)
    vain = [f"“{BRIEF[one]}”" for one in items[:ENTRIES] if len(one) <= ENTRY and not keyword(one).spellings]
    if vain:
        shown = listed(vain[:3])
        verb = "finds nothing: it holds" if len(vain) == 1 else "find nothing: they hold"
        fields.wrong(name, f"{shown} {verb} no word that tells papers apart.")
    return items


def _categories(fields: Fields) -> tuple[str, ...]:
    found: dict[str, None] = {}
    unknown: list[str] = []
    for word in fields.items("categories"):
        names = resolve(word)
        found.update(dict.fromkeys(names))
        unknown += () if names else (word,)
    if unknown:  # one is told; looking for what each of thousands may have meant would take seconds
        near = suggest(unknown[0][:40])
        hint = f"did you mean {_either(near)}?" if near else _TAXONOMY
        fields.wrong("categories", f"arXiv has no category “{BRIEF[unknown[0]]}”; {hint}")
    return tuple(found)


def _examples(fields: Fields) -> tuple[str, ...]:
    found: list[str] = []
    for word in fields.items("examples"):
        try:
            found.append(str(parse_example(word)))
        except ValueError:
            fields.wrong("examples", f"“{BRIEF[word]}” is no arXiv id; one looks like 1706.03762.")
    return tuple(dict.fromkeys(found))


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(([", ".join(names[:-1])] if names[1:] else []) + [names[-1]])
