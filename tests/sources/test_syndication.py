"""Bytes that may be a feed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError, MalformedError
from digest.sources import KINDS, open_source, syndication
from digest.sources.identifiers import find_arxiv_ids, find_dois
from tests.sources.opening import Settings, opened

FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>F</title>"
    + "".join(f"<item><title>Title {n}</title><guid>g{n}</guid></item>" for n in range(5))
    + "</channel></rss>"
).encode()


@given(st.integers(0, len(FEED)))
@settings(max_examples=60)
def test_cut_anywhere_whole_entries_are_kept_and_no_half_ones(cut: int) -> None:
    piece = FEED[:cut]
    try:
        document = syndication.read(piece, name="x")
    except MalformedError:
        assert piece.count(b"</item>") == 0
    else:
        assert [syndication.text(entry, "title") for entry in document.entries] == [
            f"Title {n}" for n in range(piece.count(b"</item>"))
        ]
        assert document.whole == piece.endswith(b"</rss>")


@given(st.binary(max_size=300), st.integers(0, len(FEED)))
@settings(max_examples=60)
def test_no_bytes_raise_anything_but_malformed(noise: bytes, at: int) -> None:
    for body in (noise, FEED[:at] + noise + FEED[at:]):
        with contextlib.suppress(MalformedError):
            assert syndication.read(body, name="x").title is not None


def test_half_an_entry_in_atom_is_dropped() -> None:
    body = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><id>1</id><title>One</title></entry>"
        b"<entry><id>2</id><title>Tw"
    )
    document = syndication.read(body, name="x")
    assert (document.whole, [syndication.text(entry, "title") for entry in document.entries]) == (
        False,
        ["One"],
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://arxiv.org/pdf/2604.01234v3.pdf", ("2604.01234",)),
        ("arXiv:astro-ph/0601001v1 and https://arxiv.org/abs/math.GT/0309136",
         ("astro-ph/0601001", "math/0309136")),
        ("2604.01234 is a number, and so is 10.1101/2604.01234", ()),
        ("arXiv:2699.01234", ()),
    ],
)  # fmt: skip
def test_arxiv_ids_in_a_text(text: str, found: tuple[str, ...]) -> None:
    assert tuple(known for known, _ in find_arxiv_ids(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(doi:10.1000/ABC.1).", ("10.1000/abc.1",)),
        ("https://www.biorxiv.org/content/10.1101/2023.12.16.571984v1?rss=1", ("10.1101/2023.12.16.571984",)),
        ("10.1016/S0140-6736(20)30183-5, 10.1000/x", ("10.1016/s0140-6736(20)30183-5", "10.1000/x")),
        ("version 10.12/x", ()),
    ],
)
def test_dois_in_a_text(text: str, found: tuple[str, ...]) -> None:
    assert find_dois(text) == found


def test_each_kind_opens_under_its_name() -> None:
    for kind in KINDS:
        assert opened(kind, "https://example.org", name=f"my {kind}").name == f"my {kind}"


def test_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match='unknown kind "usenet"; known: arxiv, huggingface, feed'):
        open_source(Settings(kind="usenet"), None)  # type: ignore[arg-type]
