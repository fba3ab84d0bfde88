from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.identity import fold, keys, normalise_arxiv_id, normalise_doi, same_work
from digest.model import Listing

if TYPE_CHECKING:
    from digest.model import Paper

DAY = dt.date(2026, 4, 20)


def listing(**words: Any) -> Listing:
    return Listing(
        **{"source": "arxiv", "key": "k", "day": DAY, "title": "Attention is all you need"} | words
    )


def folded(*listings: Listing) -> Paper:
    paper = None
    for one in listings:
        paper = fold(paper, one)
    assert paper is not None
    return paper


ARXIV = listing(
    channel="cs.CV", key="2604.90001", arxiv_id="2604.90001", categories=("cs.CV", "cs.LG"),
    authors=("Ann Lee", "Bo Li"),
    abstract="We attend. Code: https://github.com/ann/attend.",
)  # fmt: skip
HUGGING = listing(
    source="huggingface", key="2604.90001", arxiv_id="2604.90001", title="Attention Is All",
    abstract="They attend to it all day.", authors=("A. Lee",), day=DAY + dt.timedelta(2),
    upvotes=7, comments=2, stars=10, gist="Attend.", submitter="ann",
    code_url="https://github.com/ann/official", project_url="https://attend.example",
    thumbnail_url="https://i.example/1.png",
)  # fmt: skip


# ---------------------------------------------------------------------------- ids


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2604.01234", ("2604.01234", None)),
        (" arXiv:2604.01234v3 ", ("2604.01234", 3)),
        ("oai:arXiv.org:2604.01234v1", ("2604.01234", 1)),
        ("http://arxiv.org/abs/astro-ph/0601001v1", ("astro-ph/0601001", 1)),
        ("math.GT/0309136", ("math/0309136", None)),
        ("cond-mat.mtrl-sci/0309136v2", ("cond-mat/0309136", 2)),
        ("https://arxiv.org/pdf/2604.01234v2.pdf", ("2604.01234", 2)),
        ("https://export.arxiv.org/html/2604.01234v2?x=1#s", ("2604.01234", 2)),
        ("10.48550/arXiv.2604.01234", ("2604.01234", None)),
        ("https://doi.org/10.48550/ARXIV.2604.01234", ("2604.01234", None)),
        ("https://huggingface.co/papers/2604.01234", ("2604.01234", None)),
        ("2604.90001", ("2604.90001", None)),
        ("0704.0001", ("0704.0001", None)),
        ("1412.7755v7", ("1412.7755", 7)),
        ("1501.00001", ("1501.00001", None)),
    ],
)
def test_arxiv_id_is_read_from_whatever_names_it(text: str, known: tuple[str, int | None]) -> None:
    assert normalise_arxiv_id(text) == known


@pytest.mark.parametrize(
    "text",
    ["", None, "2613.01234", "2600.01234", "1412.77551", "1501.0001", "0703.0001",
     "2604.012345", "foo/0601001",
     "math/0704001", "math/0613001",
     "x2604.01234", "2604.01234 and more", "2604.01234v0", "10.1101/2604.01234",
     "https://example.org/abs/2604.01234", "https://arxiv.org/list/cs.CV/2604"],
)  # fmt: skip
def test_other_text_is_no_arxiv_id(text: str | None) -> None:
    assert normalise_arxiv_id(text) is None


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1103/PhysRevD.76.013009", "10.1103/physrevd.76.013009"),
        ("https://dx.doi.org/10.1016/S0140-6736(20)30183-5", "10.1016/s0140-6736(20)30183-5"),
        ("doi:10.1000/abc.", "10.1000/abc"),
        ("10.1101/2020.01.01.123456v2", "10.1101/2020.01.01.123456"),
        ("10.64898/2025.12.01.123456v1", "10.64898/2025.12.01.123456"),
        ("10.1101/743294v3", "10.1101/743294"),
        (
            "https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf+html",
            "10.1101/2020.01.01.123456",
        ),
        ("10.1000/x%2Fy", "10.1000/x/y"),
        ("", None),
        (None, None),
        ("11.1000/x", None),
        ("10.1000/a b", None),
        ("10.1000/<script>", None),
    ],
)
def test_doi_is_read_without_resolver_case_and_version(text: str | None, doi: str | None) -> None:
    assert normalise_doi(text) == doi


# ---------------------------------------------------------------------------- keys


def test_keys_stand_strongest_first() -> None:
    assert keys(dataclasses.replace(ARXIV, doi="10.1000/X")) == (
        "arxiv:2604.90001",
        "doi:10.1000/x",
        "title:attention is all you need|lee|2026",
    )


def test_cross_list_replacement_and_other_source_share_the_first_key() -> None:
    cross = dataclasses.replace(ARXIV, channel="cs.LG", kind="cross")
    replacement = dataclasses.replace(
        ARXIV, arxiv_id="2604.90001v2", kind="replace", title="Attention", authors=()
    )
    assert {keys(one)[0] for one in (ARXIV, cross, replacement, HUGGING)} == {"arxiv:2604.90001"}


@pytest.mark.parametrize(
    "words",
    [
        {"doi": "10.48550/arXiv.2604.90001"},
        {"url": "https://arxiv.org/abs/2604.90001v1"},
        {"key": "oai:arXiv.org:2604.90001v1"},
    ],
)
def test_arxiv_paper_is_known_wherever_its_id_stands(words: dict[str, str]) -> None:
    assert keys(listing(source="a feed", **words))[0] == "arxiv:2604.90001"
    assert not any(key.startswith("doi:") for key in keys(listing(source="a feed", **words)))


def test_bare_number_as_a_feeds_guid_is_not_taken_for_arxiv() -> None:
    assert keys(listing(source="a feed", key="2604.90001")) == ("own:a feed|2604.90001",)


def test_title_key_is_the_same_for_other_case_tex_hyphens_and_spelling_of_the_author() -> None:
    one = listing(title='Attention-Based {\\em Nets} for G\\"odel', authors=('Bernhard Sch\\"olkopf',))
    two = listing(title="attention based nets  for Gödel", authors=("Schoelkopf, B.", "Ann Lee"))
    assert keys(one) == keys(two)
    assert keys(one)[0].startswith("title:")


@pytest.mark.parametrize(
    "title", ["Reply", "Erratum", "Editorial", "Deep nets", "Reply to the letter of Smith", "编者的话"]
)
def test_short_or_generic_title_is_no_key(title: str) -> None:
    assert keys(listing(title=title, authors=("Ann Lee",))) == ("own:arxiv|k",)


def test_title_without_author_is_no_key() -> None:
    assert keys(listing()) == ("own:arxiv|k",)


def test_year_is_that_of_publication_unless_it_is_nonsense() -> None:
    words = {"authors": ("Ann Lee",)}
    published = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)
    assert keys(listing(published=published, **words))[0].endswith("|2025")
    assert keys(listing(published=published.replace(year=1), **words))[0].endswith("|2026")


def test_long_key_of_a_source_is_shortened() -> None:
    (own,) = keys(listing(key="x" * 5000))
    assert own != keys(listing(key="x" * 5001))[0]
    assert len(own) < 100


# ---------------------------------------------------------------------------- a listing becomes a paper


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
    paper = folded(listing(arxiv_id="astro-ph/0601001v3", url="https://elsewhere.example/"))
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


# ---------------------------------------------------------------------------- listings fold together


def test_newer_version_replaces_the_words_and_an_older_one_only_fills_gaps() -> None:
    newer = dataclasses.replace(
        ARXIV,
        version=2,
        title="Attention is what you need",
        abstract="",
        kind="replace",
        day=DAY + dt.timedelta(9),
    )
    for order in ((ARXIV, newer), (newer, ARXIV)):
        paper = folded(*order)
        assert (paper.title, paper.version) == ("Attention is what you need", 2)
        assert paper.abstract == ARXIV.abstract
        assert paper.first_listed == DAY


def test_arxivs_words_stand_over_those_of_others() -> None:
    paper = folded(HUGGING, ARXIV)
    assert (paper.title, paper.abstract, paper.authors) == (ARXIV.title, ARXIV.abstract, ARXIV.authors)
    assert (paper.gist, paper.submitter, paper.upvotes) == ("Attend.", "ann", 7)
    assert (paper.first_listed, paper.community_listed) == (DAY, HUGGING.day)
    assert paper.sources == ("arxiv", "huggingface")


def test_categories_are_united_with_the_primary_first() -> None:
    cross = dataclasses.replace(
        ARXIV, channel="stat.ML", kind="cross", categories=("cs.CV", "stat.ML", "cs.AI")
    )
    assert (
        folded(ARXIV, cross).categories
        == folded(cross, ARXIV).categories
        == ("cs.CV", "cs.AI", "cs.LG", "stat.ML")
    )


def test_counts_are_the_last_ones_told() -> None:
    later = dataclasses.replace(HUGGING, upvotes=40, comments=None, stars=3)
    paper = folded(HUGGING, later)
    assert (paper.upvotes, paper.comments, paper.stars) == (40, 2, 3)


def test_revision_grows_with_what_a_mail_shows_and_not_with_counts() -> None:
    paper = folded(ARXIV, HUGGING)
    assert paper.revision == 2
    again = folded(ARXIV, HUGGING, dataclasses.replace(HUGGING, upvotes=99, day=DAY + dt.timedelta(3)), ARXIV)
    assert (again.revision, again.upvotes) == (2, 99)
    assert (
        folded(ARXIV, HUGGING, dataclasses.replace(ARXIV, version=2, title="Another title of it")).revision
        == 3
    )


def test_identity_in_the_library_is_kept() -> None:
    paper = dataclasses.replace(folded(ARXIV), id=17, revision=4)
    after = fold(paper, dataclasses.replace(HUGGING, gist=None))
    assert after is not None
    assert after.id == 17
    assert after.revision == 5


def test_other_arxiv_id_under_the_same_title_is_another_paper() -> None:
    paper = dataclasses.replace(folded(ARXIV), id=17)
    other = dataclasses.replace(ARXIV, arxiv_id="2604.90002", key="2604.90002")
    assert not same_work(paper, other)
    separate = fold(paper, other)
    assert separate is not None
    assert (separate.id, separate.arxiv_id) == (0, "2604.90002")


def test_feeds_paper_learns_its_arxiv_id() -> None:
    paper = folded(
        listing(source="a feed", url="https://journal.example/1", doi="10.1000/x", authors=("Ann Lee",)),
        ARXIV,
    )
    assert (paper.arxiv_id, paper.doi, paper.url) == (
        "2604.90001",
        "10.1000/x",
        "https://arxiv.org/abs/2604.90001",
    )


WORKS = [
    ARXIV,
    dataclasses.replace(ARXIV, channel="cs.LG", kind="cross"),
    dataclasses.replace(
        ARXIV, version=2, kind="replace", title="Attention is what you need", day=DAY + dt.timedelta(5)
    ),
    dataclasses.replace(
        ARXIV, version=3, kind="replace", authors=("Ann Lee", "Bo Li", "Cy Wu"), day=DAY + dt.timedelta(6)
    ),
    HUGGING,
    dataclasses.replace(HUGGING, day=DAY + dt.timedelta(4), gist="Attend to it.", upvotes=50, code_url=None),
    listing(
        source="a feed",
        doi="10.1000/x",
        url="https://journal.example/1",
        authors=("Ann Lee",),
        abstract="Feed words.",
    ),
    listing(
        source="b feed",
        doi="10.1000/w",
        url="https://mirror.example/1",
        title="ATTENTION IS ALL YOU NEED!",
        abstract="More feed words.",
    ),
]
COUNTS = {"upvotes": None, "comments": None, "stars": None, "revision": 1}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORKS), min_size=2, max_size=5, unique=True), st.randoms())
def test_order_of_sources_does_not_matter(works: list[Listing], random: Any) -> None:
    shuffled = works.copy()
    random.shuffle(shuffled)
    assert dataclasses.replace(folded(*works), **COUNTS) == dataclasses.replace(folded(*shuffled), **COUNTS)


def test_every_order_of_three_sources_gives_one_paper() -> None:
    papers = {
        dataclasses.replace(folded(*order), **COUNTS)
        for order in itertools.permutations((ARXIV, HUGGING, WORKS[2], WORKS[6]))
    }
    assert len(papers) == 1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WORKS), st.lists(st.sampled_from(WORKS), max_size=4))
def test_listing_read_again_changes_nothing(work: Listing, others: list[Listing]) -> None:
    paper = folded(work, *others, work)
    assert folded(work, *others, work, work) == paper


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
