"""The page that says what a score means says the numbers that make it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.core import signs
from digest.core.calibrate import PRIOR, TAIL_FROM, TAIL_SLOPE
from digest.core.directions import DIMENSION, TERMS
from digest.core.feedback import THEIRS
from digest.core.learn import LIKENESS, REMOVED
from digest.core.learned import TERMS as KEPT
from digest.core.meaning import SIGNS
from digest.core.rank import BEST
from digest.core.variety import SAME
from digest.pipeline.ground import BACKGROUND, BACKGROUND_DAYS, MOST

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "words",
    [
        f"What has less than **{signs.PASS:.3f}** of them is no match",
        f"| a keyword in the abstract | {signs.COMMON:.3f} (a word in every paper) to {signs.RARE:g} ",
        f"up to {signs.REPEATED:g} of that more",
        f"| an author | {signs.AUTHOR:g}, each further wanted author {signs.FURTHER_AUTHOR:g} |",
        f"| the text | {signs.text_signs(1.0):.2f} × the cosine ",
        f"with its likest passage, from {signs.TEXT_FROM:g} on |",
        f"| an example paper | {signs.LIKE:g} × the cosine with the likest example, ",
        f"with the likest example, from {signs.EXAMPLE_FROM:g} on |",
        f"where categories are all that the topic has | {signs.CATEGORY:g} |",
        f"all words of the topic together, and what goes with them | {signs.LIKE:g} × the cosine |",
        f"| {signs.LEARNED:g} for each of the topic's floors |",
        f"Each floor counts {signs.LEARNED:g} signs",
        f"for what has any of these | {SIGNS:g} a point |",
        f"+ {PRIOR:g} × 2^−({TAIL_FROM:g} + {TAIL_SLOPE:g} × signs)) / (papers of the background + ",
        f"the best {100 * BEST:g} % of the background",
        f"the first {REMOVED} directions",
        f"among the first {LIKENESS} directions",
        f"at most {BACKGROUND:,} papers drawn from those days",
        f"the last {BACKGROUND_DAYS} days",
        f"the newest {MOST:,} papers for everybody",
        f"{DIMENSION} of them over the {TERMS:,} heaviest terms",
        f"its {KEPT} heaviest words and pairs",
        f"own words + {THEIRS:g} × related words",
        f"from a cosine of {signs.EXAMPLE_FROM:g} on",
        f"a cosine of {SAME:g} and more",
    ],
)
def test_the_page_has_the_numbers_of_the_code(words: str) -> None:
    assert words in PAGE
