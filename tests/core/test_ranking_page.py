"""The page that says what a score means says the numbers that make it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.core import signs
from digest.core.variety import SAME

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "words",
    [
        f"below **{signs.THRESHOLD:g}** ({signs.PASS:.3f} signs) are not shown",
        f"| a keyword in the abstract | {signs.COMMON:.3f} (a word in every paper) to {signs.RARE:g} ",
        f"up to {signs.REPEATED:g} of that more",
        f"| an author | {signs.AUTHOR:g}, each further wanted author {signs.FURTHER_AUTHOR:g} |",
        f"| the text | {signs.text_signs(1.0):.2f} × the cosine ",
        f"with its likest passage, from {signs.TEXT_FROM:g} on |",
        f"| an example paper | {signs.LIKE:g} × the cosine with the likest example, ",
        f"with the likest example, from {signs.EXAMPLE_FROM:g} on |",
        f"where categories are all that the topic has | {signs.CATEGORY:g} |",
        f"all words of the topic together | {signs.LIKE:g} × the cosine |",
        f"a cosine of {SAME:g} and more",
    ],
)
def test_the_page_has_the_numbers_of_the_code(words: str) -> None:
    assert words in PAGE
