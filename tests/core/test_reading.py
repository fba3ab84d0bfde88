from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.identity import fold, keys
from tests.core.works import ARXIV, HUGGING, folded, listing


def test_hostile_listing_becomes_a_clean_paper() -> None:
    paper = folded(
        listing(
            title="<script>alert(1)</script>Cells\r\nBcc: x\u202e & $\\alpha$ \\textless script\\textgreater",
            abstract="p < 0.05\x00 <img src=x onerror=alert(1)> for $\\mathcal{O}(n^2)$",
            authors=("Ann\r\nLee (MIT)", "", "<b>Bo</b> Li"),
            url="javascript:alert(1)",
            code_url="data:text/html,x",
            project_url="https://user:pw@x.example/",
            thumbnail_url="https://i.example/ä.png",
            gist="It <b>attends</b>\u200b.",
            submitter="ann\x00",
            upvotes=-3,
        )
    )
    assert paper.title == "Cells Bcc: x & α < script>"
    assert paper.abstract == "p < 0.05 for O(n²)"
    assert paper.authors == ("Ann Lee", "Bo Li")
    assert (paper.url, paper.code_url, paper.project_url) == (None, None, None)
    assert paper.thumbnail_url == "https://i.example/%C3%A4.png"
    assert (paper.gist, paper.submitter, paper.upvotes) == ("It attends.", "ann", 0)


def test_lengths_are_limited() -> None:
    paper = folded(
        listing(
            title="Deep " * 1000,
            abstract="word " * 9000,
            authors=tuple(f"Ann Lee{'x' * 300}" for _ in range(4000)),
        )
    )
    assert len(paper.title) <= 300
    assert len(paper.abstract) <= 6000
    assert len(paper.authors) <= 3000
    assert max(map(len, paper.authors)) <= 200
    many = folded(
        listing(
            authors=tuple(f"Ann {'I' * (number % 60)} Lee {chr(65 + number % 26)}o" for number in range(5000))
        )
    )
    assert 0 < len(many.authors) <= 3000


@pytest.mark.parametrize("title", ["", " \u200b\r\n", "<p></p>", "\u202e"])
def test_listing_without_title_is_no_paper(title: str) -> None:
    assert fold(None, listing(title=title)) is None


def test_title_of_nothing_known_still_updates_counts() -> None:
    paper = folded(ARXIV, dataclasses.replace(HUGGING, title=""))
    assert (paper.title, paper.upvotes) == (ARXIV.title, 7)


def test_paper_with_nothing_but_a_title_is_a_paper() -> None:
    paper = folded(listing())
    assert (paper.abstract, paper.authors, paper.categories, paper.url) == ("", (), (), None)


def test_links_of_an_arxiv_paper_are_built_from_its_id() -> None:
    paper = folded(
        listing(arxiv_id="astro-ph/0601001v3", url="https://elsewhere.example/", categories=("astro-ph.GA",))
    )
    assert paper.url == "https://arxiv.org/abs/astro-ph/0601001"
    assert paper.pdf_url == "https://arxiv.org/pdf/astro-ph/0601001"
    assert paper.version == 3


def test_paper_without_link_leads_to_its_doi() -> None:
    assert folded(listing(doi="10.1000/x(1)")).url == "https://doi.org/10.1000/x(1)"


def test_repository_named_in_the_abstract_is_the_code_until_a_source_names_one() -> None:
    assert folded(ARXIV).code_url == "https://github.com/ann/attend"
    assert (
        folded(ARXIV, HUGGING).code_url
        == folded(HUGGING, ARXIV).code_url
        == "https://github.com/ann/official"
    )


def test_words_of_relays_are_left_out() -> None:
    paper = folded(listing(
        title="Deep nets (arXiv:2604.90001v1 [cs.CV])",
        abstract="arXiv:2604.90001v1 Announce Type: new \nAbstract: We net.",
    ))  # fmt: skip
    assert (paper.title, paper.abstract) == ("Deep nets", "We net.")


def test_one_line_of_authors_is_split() -> None:
    assert folded(listing(authors=("Ann Lee (MIT, X), Bo Li, Cy Wu",))).authors == (
        "Ann Lee",
        "Bo Li",
        "Cy Wu",
    )
    assert folded(listing(authors=("Lee, Ann",))).authors == ("Ann Lee",)


hostile = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(["javascript:x", "https://a.example/\r\n", "10.1/x", "2604.90001v2"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.lists(st.text(max_size=20), max_size=3),
    hostile,
    hostile,
    hostile,
)
def test_any_listing_gives_keys_and_a_clean_paper_or_none(
    title: str, abstract: str, authors: list[str], url: str | None, doi: str | None, arxiv_id: str | None
) -> None:
    one = listing(
        title=title, abstract=abstract, authors=tuple(authors), url=url, doi=doi, arxiv_id=arxiv_id, key=title
    )
    assert keys(one)
    paper = fold(None, one)
    if paper is None:
        return
    assert paper.title
    assert all(name and "\n" not in name and "\x00" not in name for name in (paper.title, *paper.authors))
    assert paper.url is None or paper.url.startswith(("http://", "https://"))
    assert fold(paper, one) == paper
