"""The directions along which a library varies."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import sparse

from digest.core.directions import Directions
from digest.core.packing import column_of, pack
from digest.errors import StoreError

SUBJECTS = (
    "graph node edge walk",
    "protein cell gene virus",
    "star galaxy orbit dust",
    "court law judge jury",
)


def library(size: int, *, seed: int = 1) -> list[dict[str, int]]:
    """Papers of four subjects, eight words each."""
    draw = random.Random(seed)
    return [
        {word: draw.randint(1, 3) for word in [*SUBJECTS[at % 4].split(), f"word{at}", f"word{at // 2}"]}
        for at in range(size)
    ]


def made(size: int = 80) -> Directions:
    return Directions.fit([pack(terms) for terms in library(size)])


def test_papers_of_one_subject_lie_side_by_side() -> None:
    found = made()
    words = [word for subject in SUBJECTS for word in subject.split()]
    numbers = np.array([column_of(word) for word in words], dtype=np.uint32)
    rows = found.project(sparse.eye(len(words), format="csr", dtype=np.float32), numbers)[:, :4]
    cosine = rows @ rows.T / np.outer(np.linalg.norm(rows, axis=1), np.linalg.norm(rows, axis=1))
    same = np.kron(np.eye(4), np.ones((4, 4)))
    assert cosine[same == 1].min() > 0.8
    assert np.abs(cosine[same == 0]).max() < 0.5


def test_directions_stand_at_right_angles_and_fall_in_strength() -> None:
    found = made()
    basis = found.basis.astype(np.float64)
    assert np.allclose(basis.T @ basis, np.eye(found.dimension), atol=5e-3)
    assert (np.diff(found.spread) <= 1e-7).all()


def test_spread_is_the_mean_square_of_the_rows_along_a_direction() -> None:
    terms = [dict.fromkeys(subject.split(), 1) for subject in SUBJECTS for _ in range(10)]
    found = Directions.fit([pack(one) for one in terms])
    # Four subjects without a word in common: each row is one direction, a quarter of the papers each.
    assert np.allclose(found.spread[:4], 0.25, atol=1e-3)


def test_the_same_papers_give_the_same_directions() -> None:
    assert made().version == made().version
    assert made().version != made(84).version


@pytest.mark.parametrize("size", [0, 1, 3, 4, 40])
def test_a_young_library_has_a_direction_to_four_papers(size: int) -> None:
    found = made(size)
    assert found.dimension <= size // 4
    unknown = found.project(sparse.csr_matrix(np.ones((2, 1), np.float32)), np.array([7], np.uint32))
    assert unknown.shape == (2, found.dimension)
    assert not unknown.any()


def test_papers_without_a_word_harm_nothing() -> None:
    found = Directions.fit([pack({})] * 8 + [pack(terms) for terms in library(20)])
    assert np.isfinite(found.basis.astype(np.float32)).all()
    nothing = Directions.fit([pack({})] * 8)
    assert nothing.dimension == 0


def test_only_the_columns_that_weigh_most_are_kept() -> None:
    found = Directions.fit([pack(terms) for terms in library(80)], terms=16)
    assert len(found.columns) == 16
    alone = {column_of(f"word{at}") for at in range(40, 80)}  # one paper holds each
    assert not alone & set(made().columns.tolist())


def test_bytes_bring_the_same_directions_back() -> None:
    found = made()
    again = Directions.from_bytes(found.to_bytes())
    assert again.version == found.version
    assert again.papers == found.papers
    assert np.array_equal(again.basis, found.basis)
    assert np.array_equal(again.spread, found.spread)
    empty = Directions.from_bytes(Directions.fit([]).to_bytes())
    assert empty.dimension == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data[:10], "cut off"),
        (lambda data: data[:-5], "checksum"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "checksum"),
        (lambda data: b"XXXX" + data[4:], "begin"),
        (lambda data: data[:4] + b"\x63" + data[5:], "version 99"),
    ],
)
def test_damage_is_told_in_a_sentence(change, why) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoreError, match=why):
        Directions.from_bytes(change(made().to_bytes()))
