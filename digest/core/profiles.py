"""Topics in, profiles out: a topic read once, in the form in which papers are compared with it.

Readers whose topics say the same share a profile. Knows no papers but the examples that a topic names.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.core.arxiv import normalise_arxiv_id
from digest.core.keywords import Keyword, keyword, keywords
from digest.core.prose import wishes
from digest.core.stopwords import ASKING
from digest.core.terms import stems, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.taught import Taught
    from digest.model import Paper, Topic

_FEW = 4  # words


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a topic asks for. `gist` is all of its words together, for weighing what already matched.

    `anywhere` is true of a topic of categories alone: there, being listed is the match. `taught`: what the
    topic learned, if anything.
    """

    name: str
    keywords: tuple[Keyword, ...]
    excluded: tuple[Keyword, ...]
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    examples: tuple[Paper, ...]
    example_ids: frozenset[str]
    gist: str
    anywhere: bool
    taught: Taught | None = None

    @classmethod
    def of(cls, topic: Topic, examples: Mapping[str, Paper], *, taught: Taught | None = None) -> Profile:
        """Of a topic; `examples` are the papers known by arXiv id, and one that is missing finds nothing.

        A topic with nothing but a name asks for the name, as a keyword and as a text, unless it is to go by
        likes only.
        """
        ids = tuple(dict.fromkeys(map(_arxiv_id, topic.examples)))
        typed = tuple(one for one in topic.keywords if one.strip())
        authors = tuple(dict.fromkeys(one.strip() for one in topic.authors if one.strip()))
        categories = tuple(dict.fromkeys(one.strip().lower() for one in topic.categories if one.strip()))
        signs = bool(typed or authors or topic.text.strip() or ids or topic.likes_only)
        said = wishes(topic.text)
        wanted = tuple(filter(_says_something, said.wanted))
        read = keywords(typed)
        if not signs and not categories:
            read, wanted = keywords((topic.name,)), (topic.name,)
        loose = [one.typed for one in read if not one.quoted]
        named = () if topic.likes_only else (topic.name,)
        return cls(
            name=topic.name,
            keywords=read,
            excluded=tuple(one for one in map(keyword, topic.exclude) if one.spellings),
            authors=authors,
            categories=categories,
            wanted=wanted,
            unwanted=said.unwanted,
            examples=tuple(examples[one] for one in ids if one in examples),
            example_ids=frozenset(ids),
            gist=" . ".join((*named, *loose, *wanted)) if signs or not categories else "",
            anywhere=bool(categories) and not signs,
            taught=taught,
        )


def _says_something(passage: str) -> bool:
    """Not a sentence with one word of substance ("Papers that fit should be rated highly")."""
    heavy = {term for term in terms_of(stems(passage), silent=ASKING) if " " not in term}
    return len(heavy) > 1 or (len(heavy) == 1 and len(passage.split()) <= _FEW)


def _arxiv_id(text: str) -> str:
    found = normalise_arxiv_id(text)
    return found[0] if found else text.strip()


def topic_key(topic: Topic, examples: Mapping[str, Paper]) -> tuple[object, ...]:
    """Equal for topics that find the same papers: all but `weight` and `max_papers`."""
    known = tuple(
        (paper.id, paper.revision) if (paper := examples.get(_arxiv_id(one))) else None
        for one in topic.examples
    )
    return (
        topic.name,
        topic.keywords,
        topic.exclude,
        topic.authors,
        topic.categories,
        topic.text,
        topic.examples,
        topic.likes_only,
        known,
    )
