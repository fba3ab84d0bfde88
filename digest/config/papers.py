"""arXiv ids and categories as the settings hold them. Nobody is asked whether a paper exists."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from digest.config import categories
from digest.config.values import once, shown

_NEW = r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5}"
_OLD = r"[a-z]+(?:-[a-z]+)?(?:\.[a-z-]+)?/\d{7}"
_ID = rf"({_NEW}|{_OLD})(?:v\d+)?"
_HOSTS = r"(?:[\w.-]+\.)?(?:arxiv|alphaxiv|huggingface|hf|doi)\.(?:org|co)"


def parse_example(value: object) -> object:
    """An arXiv id without its version, from an id or from the address of a page that shows the paper.

    >>> parse_example("https://arxiv.org/pdf/1706.03762v7"), parse_example("math.GT/0309136")
    ('1706.03762', 'math/0309136')
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    match = re.fullmatch(rf"(?:arxiv:\s*)?{_ID}", text, re.IGNORECASE) or re.fullmatch(
        rf"(?:https?://)?{_HOSTS}/(?:\S*?[/.:=])?{_ID}(?:\.pdf)?/?(?:[?#]\S*)?", text, re.IGNORECASE
    )
    if match is None:
        raise ValueError(f'expected an arXiv id or address such as "1706.03762", got {shown(value)}')
    archive, slash, number = match[1].lower().partition("/")
    # "until 0703, the archive may carry .XX": math.GT/0309136 is math/0309136
    return f"{archive.partition('.')[0]}/{number}" if slash else archive


def parse_categories(value: object) -> object:
    """Categories of arXiv, each checked; an archive such as `eess` stands for all of its own."""
    if not isinstance(value, list | tuple):
        return value
    found: list[str] = []
    unknown: list[str] = []
    for word in value:
        if not isinstance(word, str):
            return value  # the type is told by whoever looks at the elements
        names = categories.resolve(word)
        found.extend(names)
        if not names:
            near = ", ".join(categories.suggest(word))
            hint = f"nearest: {near}" if near else "the list is at arxiv.org/category_taxonomy"
            unknown.append(f"unknown category {shown(word)}; {hint}")
    if unknown:
        raise ValueError("\n".join(unknown))
    return tuple(dict.fromkeys(found))


Example = Annotated[str, BeforeValidator(parse_example)]
Examples = Annotated[tuple[Example, ...], AfterValidator(once)]
Categories = Annotated[tuple[str, ...], BeforeValidator(parse_categories)]
