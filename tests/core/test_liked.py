"""The liked paper that another one resembles most: a reason, found among packed papers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from digest.core.liked import Columns, Liked, likest
from digest.core.packing import pack
from digest.core.statistics import Statistics
from digest.core.terms import paper_terms, stems
from tests.core.windows import paper, window

DAY = dt.date(2026, 4, 12)
PAPERS = [
    paper(1, "Gaussian splatting of rooms", "Radiance fields of a room are rendered from photographs."),
    paper(2, "Whispered vowels", "Speech of whispering speakers is recognised."),
    paper(3, "Leaking qubits", "Surface codes correct errors of qubits."),
]


def liked(number: int, title: str, abstract: str = "") -> Liked:
    terms = pack(paper_terms(stems(title), stems(abstract)))
    return Liked(paper_id=number, title=title, on=DAY, terms=terms)


def test_the_likest_of_several_is_named_and_a_paper_is_likest_to_itself() -> None:
    here = window(PAPERS)
    likes = [liked(90 + one.id, one.title, one.abstract) for one in PAPERS]
    rows = here.packed.rows(likes)
    for place in range(3):
        found, cosine = likest(rows, here.rows[place])
        assert found == place
        assert cosine == pytest.approx(1, abs=0.05)


def test_the_cosine_is_that_of_the_ranker() -> None:
    """But for terms that the window does not have: their rarity is not known here."""
    here = window(PAPERS)
    rows = here.packed.rows([liked(9, "Radiance fields of rooms"), liked(8, "Errors of qubits")])
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    assert lengths == pytest.approx([1, 1], abs=1e-5)
    found, cosine = likest(rows, here.rows[0])
    assert found == 0
    assert 0.2 < cosine < 0.8


@pytest.mark.parametrize("terms", [b"", pack({"zither": 3, "zither duet": 1})])
def test_what_shares_no_word_is_no_reason(terms: bytes) -> None:
    here = window(PAPERS)
    rows = here.packed.rows([Liked(paper_id=9, title="Zithers", on=DAY, terms=terms)])
    assert likest(rows, here.rows[0]) == (0, 0.0)


def test_no_likes_and_no_papers_are_no_fault() -> None:
    here = window(PAPERS)
    assert likest(here.packed.rows([]), here.rows[0]) == (-1, 0.0)
    nothing = Columns.of({}, statistics=Statistics.empty())
    assert nothing.rows([liked(9, "Rooms")]).shape == (1, 0)
