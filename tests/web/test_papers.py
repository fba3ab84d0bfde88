"""A paper's page, its aliases, its citation."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import Curated, Listing, Paper
from digest.store import tables
from digest.web.entries import GIST_LIMIT, curators_words, entry_words, marked, paper_path
from digest.web.papers import AUTHORS_LINKED
from tests.web.conftest import NOW, WORST_TITLE, library, listings
from tests.web.reading import harmless, parsed, remember, said, statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.model import Subscriber
    from digest.store import Store

OLD = Listing(
    source="arxiv",
    channel="hep-th",
    key="hep-th/9901001",
    arxiv_id="hep-th/9901001",
    version=3,
    day=dt.date(2026, 4, 9),
    title="Strings of $\\mathcal{N}=4$ and $\\alpha_s$",
    abstract="We compute $\\sqrt{n}$ and $10^{-6}$ for $x \\in \\mathbb{R}$.",
    authors=("Grace Hopper", 'Kurt G\\"odel'),
    categories=("hep-th", "math-ph"),
    doi="10.1016/s0370-2693(98)00377-3",
    published=dt.datetime(1999, 1, 1, 12, tzinfo=dt.UTC),
)


def facts(answer: object) -> dict[str, str]:
    """What stands under "About this paper"."""
    page = parsed(answer)  # type: ignore[arg-type]
    return dict(zip(said(page, "//dl//dt"), said(page, "//dl//dd"), strict=True))


# ---------------------------------------------------------------------------- the page


def test_a_paper_tells_what_there_is_to_know(client: FlaskClient, store: Store) -> None:
    library(store, OLD)
    answer = client.get("/papers/hep-th/9901001")
    page = parsed(answer)
    assert said(page, "//h1") == ["Strings of N=4 and αₛ"]
    assert "We compute √n and 10⁻⁶ for x ∈ ℝ." in page.text_content()
    assert facts(answer) == {
        "Listed": "9 April 2026 by arXiv (hep-th)",
        "Submitted": "1 January 1999",
        "Versions": "v3 · v2 · v1",
        "Categories": "hep-th · math-ph",
        "DOI": "10.1016/s0370-2693(98)00377-3",
        "On arXiv": "hep-th/9901001",
    }
    assert page.xpath("//dd/a[text()='v2']/@href") == ["https://arxiv.org/abs/hep-th/9901001v2"]
    assert page.xpath("//dd/a[starts-with(text(), '10.')]/@href") == [
        "https://doi.org/10.1016/s0370-2693%2898%2900377-3"
    ]
    assert page.xpath("//link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/papers/hep-th/9901001"]


def test_each_author_leads_to_their_papers(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2604.10004"))
    (link,) = page.xpath("//p[@class='authors']/a[text()='Ada Lovelace']/@href")
    found = parsed(client.get(link))
    assert len(said(found, "//article//h2")) == 20
    (link,) = page.xpath("//p[@class='authors']/a[text()='李 样本']/@href")
    assert said(parsed(client.get(link)), "//article//h2")


def test_a_paper_says_who_listed_it_and_when(client: FlaskClient) -> None:
    assert facts(client.get("/papers/2604.10004"))["Listed"] == (
        "20 April 2026 by arXiv (q-bio.BM) and Hugging Face"
    )


def test_a_collaboration_of_thousands_is_named_whole_on_a_small_page(
    client: FlaskClient, store: Store
) -> None:
    names = tuple(
        f"{chr(65 + number % 26)}{'abcdefghij'[number // 26 % 10]}r {chr(65 + number // 260)}{'x' * 6}stein"
        for number in range(2900)
    )
    library(store, dataclasses.replace(OLD, authors=names))
    page = parsed(client.get("/papers/hep-th/9901001"))
    assert all(name in page.text_content() for name in names)
    assert len(page.xpath("//*[contains(@class, 'authors')]//a")) == AUTHORS_LINKED
    assert said(page, "//summary")[0] == "All 2,900 authors"
    assert "and others" in page.find(".//pre[@id='bibtex']").text_content()
    assert "The file names all authors." in page.text_content()
    assert "and others" not in client.get("/papers/hep-th/9901001.bib").text


def test_similar_papers_are_at_most_eight_and_not_the_paper_itself(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2604.10001"))
    similar = page.xpath("//section[@aria-labelledby='similar']//h3/a/@href")
    assert 0 < len(similar) <= 8
    assert "/papers/2604.10001" not in similar
    # Every sixth paper of the library is of the same subject.
    assert {"/papers/2604.10007", "/papers/2604.10013"} < set(similar)


def test_what_was_picked_and_pinned_is_said(client: FlaskClient, store: Store) -> None:
    ada = store.editors.add("Ada E.", at=NOW).id
    entry = store.lists.paper("2604.10025")
    assert entry is not None
    store.curations.act(ada, entry.paper.id, kind="pick", at=NOW)
    store.curations.act(ada, entry.paper.id, kind="pin", at=NOW, words="Read the appendix first.")
    page = parsed(client.get("/papers/2604.10025"))
    assert said(page, "//p[@class='pinned']") == ["Read the appendix first."]
    assert "picked by Ada E." in page.text_content()


def test_an_abstract_that_was_taken_away_says_so_and_where_it_is(client: FlaskClient, store: Store) -> None:
    assert store.pruning.papers(before=dt.date(2026, 4, 22), limit=1000)
    page = parsed(client.get("/papers/2604.10001"))
    assert "It is not kept here, or not any more. Read it where it was published." in page.text_content()
    assert page.xpath("//a[text()='Read it where it was published']/@href") == [
        "https://arxiv.org/abs/2604.10001"
    ]


def test_a_paper_of_a_title_alone_has_a_page(client: FlaskClient, store: Store) -> None:
    library(store, Listing(source="journal", key="x", day=dt.date(2026, 4, 23), title="A title alone"))
    page = parsed(client.get("/papers/p31"))
    assert said(page, "//h1") == ["A title alone"]
    assert "None came with it." in page.text_content()
    assert facts(client.get("/papers/p31")) == {"Listed": "23 April 2026 by journal"}


def test_a_source_that_is_configured_no_more_keeps_its_title(client: FlaskClient, store: Store) -> None:
    library(store, Listing(source="journal", key="x", day=dt.date(2026, 4, 23), title="A title alone"))
    row = {
        "name": "journal",
        "title": "Annals of Samples",
        "position": [],
        "status": "ok",
        "seen": 1,
        "new": 1,
    }
    with store.database.begin() as connection:
        connection.execute(sa.insert(tables.sources).values(**row, checked_at=NOW, succeeded_at=NOW))
    assert facts(client.get("/papers/p31")) == {"Listed": "23 April 2026 by Annals of Samples"}


def test_upvotes_of_a_similar_paper_stand_behind_its_links(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2604.10007"))
    (card,) = page.xpath("//section[@aria-labelledby='similar']//article[@id='paper-2604.10001']")
    assert said(card, ".//p[@class='links']") == ["Abstract · PDF · Code"]  # it has none
    (card,) = page.xpath("//section[@aria-labelledby='similar']//article[@id='paper-2604.10013']")
    assert said(card, ".//p[@class='links']") == ["Abstract · PDF · Code (480 stars) · 36 upvotes"]


def test_votes_of_whoever_is_not_known_lead_to_a_page_that_says_how(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2604.10028"))
    assert said(page, "//*[@class='count']")[0] == "81 upvotes"
    assert "Readers vote from their mails" in page.text_content()
    (like,) = page.xpath("//a[text()='Have papers like this sent to you']/@href")
    assert like == "/subscribe?examples=2604.10028"
    for link in page.xpath("//div[@class='opinions']//a/@href"):
        assert client.get(link).status_code == 200


def test_a_remembered_reader_votes_by_one_button(client: FlaskClient, reader: Subscriber) -> None:
    remember(client, reader)
    page = parsed(client.get("/papers/2604.10028"))
    (form,) = page.xpath("//div[@class='opinions']//form")
    fields = {one.get("name"): one.get("value") for one in form.iter("input")}
    answer = client.post(form.get("action"), data=fields)
    assert answer.headers["Location"].startswith("/papers/2604.10028")
    again = parsed(client.get("/papers/2604.10028"))
    assert said(again, "//*[@class='count']")[0] == "82 upvotes"
    assert "Readers vote from their mails" not in again.text_content()


# ---------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("alias", "ref"),
    [
        ("2604.10004v1", "2604.10004"),
        ("2604.10004v12", "2604.10004"),
        ("2604.10004V2", "2604.10004"),
        ("arXiv:2604.10004", "2604.10004"),
        ("p4", "2604.10004"),
        ("hep-th/9901001v2", "hep-th/9901001"),
        ("HEP-TH/9901001", "hep-th/9901001"),
        ("https://arxiv.org/abs/2604.10004v1", "2604.10004"),
    ],
)
def test_whatever_names_a_paper_leads_to_its_one_address(
    alias: str, ref: str, client: FlaskClient, store: Store
) -> None:
    library(store, OLD)
    for suffix in ("", ".bib"):
        answer = client.get(f"/papers/{alias}{suffix}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/papers/{ref}{suffix}")
        assert client.get(answer.headers["Location"]).status_code == 200


def test_a_paper_that_was_merged_is_the_one_that_stands_for_it(client: FlaskClient, store: Store) -> None:
    papers = tables.papers
    with store.database.begin() as connection:
        connection.execute(sa.update(papers).where(papers.c.id == 5).values(merged_into=9))
    answer = client.get("/papers/p5")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/papers/2604.10009")


@pytest.mark.parametrize(
    "path",
    [
        "/papers/2605.99999", "/papers/hep-th/9902002", "/papers/p999", "/papers/p0", "/papers/p-1",
        "/papers/p99999999999999999999", "/papers/p١", "/papers/x", "/papers/..%2f..%2fetc%2fpasswd",
        "/papers/%00", "/papers/2605.99999.bib", "/papers/x.bib", "/papers/.bib", "/papers/2604.10001/extra",
        "/papers/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/papers//2604.10001",
    ],
)  # fmt: skip
def test_a_paper_that_there_is_not_gets_a_page_that_helps(path: str, client: FlaskClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = harmless(answer)
    assert page.xpath("//main//form[@action='/search']")


def test_an_arxiv_paper_that_is_not_kept_is_to_be_read_there(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2605.99999v3"))
    assert page.xpath("//a[text()='Read it at arXiv']/@href") == ["https://arxiv.org/abs/2605.99999"]


@given(ref=st.text(max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_address_of_a_paper_is_a_fault_of_ours(ref: str, client: FlaskClient) -> None:
    answer = client.get("/papers/" + ref.replace("?", "").replace("#", ""))
    assert answer.status_code in (301, 404)


# ---------------------------------------------------------------------------- citing


def test_bibtex_stands_on_the_page_and_is_a_file(client: FlaskClient) -> None:
    page = parsed(client.get("/papers/2604.10004"))
    answer = client.get("/papers/2604.10004.bib")
    assert page.find(".//pre[@id='bibtex']").text_content().strip() == answer.text.strip()
    assert answer.text.startswith("@")
    assert "Proteins in a diffusion model" in answer.text
    assert answer.content_type == "application/x-bibtex; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="2604.10004.bib"'
    (button,) = page.xpath("//button[@data-copy='bibtex']")
    assert button.get("hidden") is not None  # the script shows it


def test_the_file_of_an_old_id_has_a_name_without_a_slash(client: FlaskClient, store: Store) -> None:
    library(store, OLD)
    answer = client.get("/papers/hep-th/9901001.bib")
    assert answer.headers["Content-Disposition"] == 'inline; filename="hep-th-9901001.bib"'


# ---------------------------------------------------------------------------- keeping, hostile words


def test_a_page_and_its_redirect_may_be_kept(client: FlaskClient) -> None:
    first = client.get("/papers/2604.10004")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get("/papers/2604.10004", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "max-age" in client.get("/papers/2604.10004v1").headers["Cache-Control"]


def test_a_page_asks_as_much_of_the_database_whatever_it_shows(client: FlaskClient, store: Store) -> None:
    (one,) = (one for one in listings() if one.arxiv_id == "2604.10002")
    library(
        store,
        *(dataclasses.replace(OLD, key=f"2604.2000{n}", arxiv_id=f"2604.2000{n}") for n in range(2)),
        *(dataclasses.replace(one, channel=f"math.{channel}A") for channel in "ABCDEFG"),
    )
    seen = []
    for path in ("/papers/2604.20001", "/papers/2604.10002"):
        client.get(path)
        with statements(store.database._engine) as told:
            page = parsed(client.get(path))
        seen.append((len(said(page, "//section//h3")), len(said(page, "//dl")[0]), len(told)))
    (few, short, one_count), (many, long, other_count) = seen
    assert few < many
    assert short < long
    assert one_count == other_count


def test_the_worst_title_is_text(client: FlaskClient, store: Store) -> None:
    evil = WORST_TITLE + "\r\nX-Evil: 1"
    library(
        store,
        dataclasses.replace(
            OLD, title=evil, abstract=f"{evil} and more", authors=(evil, "Bo Ek"), doi=f"10.1000/{evil}",
            url="javascript:alert(1)", project_url="javascript:alert(1)", submitter=evil, gist=evil,
            categories=(evil, "hep-th"),
        ),
    )  # fmt: skip
    for path in ("/papers/2604.10030", "/papers/hep-th/9901001"):
        answer = client.get(path)
        assert said(harmless(answer), "//h1")[0].startswith("{{ 7 * 7 }} & a/b \"'`")
        assert "X-Evil" not in answer.headers
        assert client.get(f"{path}.bib").status_code == 200


@pytest.mark.parametrize("name", ['Ann "x" Lee', "O'Hara & Sons", "a" * 300, "<b>", "–", "author:x", "-x"])
def test_any_name_makes_a_link_that_searches(name: str, client: FlaskClient, store: Store) -> None:
    library(store, dataclasses.replace(OLD, authors=(name, "Bo Ek")))
    page = parsed(client.get("/papers/hep-th/9901001"))
    for link in page.xpath("//p[@class='authors']/a/@href"):
        assert client.get(link).status_code == 200


# ---------------------------------------------------------------------------- an entry's words

PAPER = Paper(id=7, title="Cells", abstract="Cells grow. They split.", first_listed=dt.date(2026, 4, 21))


@pytest.mark.parametrize(
    ("curated", "submitter", "words"),
    [
        ({"picked_by": "Ada"}, None, "picked by Ada"),
        ({"picked_by": "Ada", "submitted_by": "Bo"}, "Cy", "picked by Ada · submitted by Bo"),
        ({"picked_by": "Ada", "submitted_by": "Ada"}, None, "submitted and picked by Ada"),
        ({}, "Cy", "submitted by Cy"),
        (None, "Cy", "submitted by Cy"),
        (None, None, ""),
    ],
)
def test_who_chose_a_paper_is_said_once(
    curated: dict[str, str] | None, submitter: str | None, words: str
) -> None:
    made = None if curated is None else Curated(day=dt.date(2026, 4, 21), **curated)
    assert curators_words(dataclasses.replace(PAPER, submitter=submitter), made) == words


@given(st.text(max_size=60), st.sets(st.text(min_size=1, max_size=8), max_size=4))
@settings(max_examples=100)
def test_marking_loses_no_letter(text: str, marks: set[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, frozenset(marks))) == text


def test_a_word_is_marked_whatever_its_case_and_diacritics() -> None:
    entry = entry_words(
        dataclasses.replace(PAPER, title="SCHRÖDINGER’s cats"), year=2026, marks={"schrodinger"}
    )
    assert marked(entry.card.title, entry.marks)[0] == ("SCHRÖDINGER", True)


def test_where_the_gist_lacks_the_word_the_sentence_that_has_it_is_shown() -> None:
    abstract = "We grow cells. They split. " + "Then comes what is long, " * 30 + "and telescopes look on."
    paper = dataclasses.replace(PAPER, abstract=abstract)
    assert entry_words(paper, year=2026).card.gist.startswith("We grow cells.")
    shown = entry_words(paper, year=2026, marks={"telescopes"}).card.gist
    assert "telescopes look on" in shown
    assert shown.startswith("…")
    assert len(shown) <= GIST_LIMIT


def test_a_path_is_safe_whatever_the_id() -> None:
    assert paper_path(dataclasses.replace(PAPER, arxiv_id="hep-th/9901001")) == "/papers/hep-th/9901001"
    assert paper_path(PAPER) == "/papers/p7"
