"""The sample listings: plainly samples, and as varied as real ones."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from digest.config.categories import resolve
from digest.demo.samples import sample_listings, sample_notes

if TYPE_CHECKING:
    from digest.model import Listing

DAYS = [dt.date(2026, 4, 20), dt.date(2026, 4, 21), dt.date(2026, 4, 22)]
ARXIV = sample_listings("arxiv")
TALKED = sample_listings("huggingface")
FEED = sample_listings("feed")
EVERY = (*ARXIV, *TALKED, *FEED)


def works() -> dict[str, dt.date]:
    """Works by arXiv id, or by DOI where there is none; the day on which each was first listed."""
    same = {one.doi: one.arxiv_id for one in ARXIV if one.doi and one.arxiv_id}
    first: dict[str, dt.date] = {}
    for one in EVERY:
        work = one.arxiv_id or same.get(one.doi) or one.doi
        assert work
        first[work] = min(one.day, first.get(work, one.day))
    return first


def of(arxiv_id: str) -> list[Listing]:
    return [one for one in EVERY if one.arxiv_id == arxiv_id]


def test_every_file_says_that_it_holds_samples() -> None:
    assert len(sample_notes()) == 3
    assert all("Samples" in note and "invented" in note for note in sample_notes())


def test_no_number_is_one_that_a_month_reaches() -> None:
    ids = {one.arxiv_id for one in EVERY if one.arxiv_id}
    assert ids
    for arxiv_id in ids:
        assert re.fullmatch(r"2604\.90\d{3}", arxiv_id)
        assert int(arxiv_id[5:]) > 90000


def test_every_doi_has_the_prefix_for_tests() -> None:
    dois = [one.doi for one in EVERY if one.doi]
    assert dois
    assert all(doi.startswith("10.5555/") for doi in dois)


def test_every_arxiv_category_is_one() -> None:
    named = {category for one in ARXIV for category in (one.channel, *one.categories)}
    assert len(named) > 20
    assert {category: resolve(category) for category in named} == {c: (c,) for c in named}


def test_about_sixty_works_over_three_days_fewest_on_monday_and_most_on_tuesday() -> None:
    first = works()
    sizes = Counter(first.values())
    assert sorted(sizes) == DAYS
    assert len(first) == 61
    assert sizes[DAYS[0]] < sizes[DAYS[2]] < sizes[DAYS[1]]


def test_a_listing_stands_once() -> None:
    assert max(Counter((one.source, one.channel, one.key, one.kind, one.day) for one in EVERY).values()) == 1


def test_numbers_grow_with_the_days() -> None:
    new = [one for one in ARXIV if one.kind == "new"]
    assert [one.arxiv_id for one in new] == sorted({one.arxiv_id for one in new if one.arxiv_id})


def test_a_new_paper_is_listed_in_its_primary_category() -> None:
    for one in ARXIV:
        if one.kind == "new":
            assert one.channel == one.categories[0]
        else:
            assert one.channel in one.categories


def test_papers_are_cross_listed_on_the_same_day_and_later() -> None:
    announced = {one.arxiv_id: one.day for one in ARXIV if one.kind == "new"}
    waits = [(one.day - announced[one.arxiv_id]).days for one in ARXIV if one.kind == "cross"]
    assert waits.count(0) > 20
    assert any(wait > 0 for wait in waits)


def test_two_papers_are_replaced_by_later_versions() -> None:
    replaced = {one.arxiv_id for one in ARXIV if one.kind == "replace"}
    assert len(replaced) == 2
    for arxiv_id in replaced:
        assert arxiv_id
        older, newer = (
            [one for one in of(arxiv_id) if one.source == "arxiv" and one.version == version]
            for version in (1, 2)
        )
        assert max(one.day for one in older) < min(one.day for one in newer)
        assert older[0].abstract != newer[0].abstract


def test_the_community_lists_papers_on_their_day_and_later_and_one_of_its_own() -> None:
    announced = {one.arxiv_id: one.day for one in ARXIV if one.kind == "new"}
    waits = [(one.day - announced[one.arxiv_id]).days for one in TALKED if one.arxiv_id in announced]
    assert 0 in waits
    assert 1 in waits
    assert len([one for one in TALKED if one.arxiv_id not in announced]) == 1


def test_the_community_tells_what_it_thinks() -> None:
    for one in TALKED:
        assert one.gist
        assert one.submitter
        assert one.upvotes
        assert one.comments
    assert any(one.stars and one.code_url for one in TALKED)
    assert any(one.code_url is None and one.stars is None for one in TALKED)
    assert any(one.project_url for one in TALKED)
    links = [url for one in TALKED for url in (one.code_url, one.project_url) if url]
    assert all(url.startswith("https://example.org/") for url in links)


def test_a_paper_listed_again_has_won_upvotes() -> None:
    again = [[one for one in TALKED if one.key == key] for key in {one.key for one in TALKED}]
    again = [listings for listings in again if len(listings) > 1]
    assert again
    for earlier, later in again:
        assert earlier.day < later.day
        assert (earlier.upvotes or 0) < (later.upvotes or 0)


def test_a_paper_of_the_feed_comes_to_arxiv_later() -> None:
    assert {one.doi: one.day for one in FEED}["10.5555/pgn.2026.0417"] == DAYS[1]
    assert {one.day for one in ARXIV if one.doi == "10.5555/pgn.2026.0417"} == {DAYS[2]}


@pytest.mark.parametrize(
    "tex",
    [r"$\alpha$", "10^{-6}", r"\emph{", r"\H{o}", r"\'e", r"\"o", r"$\Lambda$", r"\%", "^{-1}$", "``"],
)
def test_text_is_tex_as_upstream_sends_it(tex: str) -> None:
    assert any(tex in f"{one.title} {one.abstract}" for one in ARXIV)


def test_titles_hold_tex_too() -> None:
    assert any("$" in one.title for one in ARXIV)
    assert any("\\emph{" in one.title for one in ARXIV)
    assert any("Erd\\H{o}s--R\\'enyi" in one.title for one in ARXIV)


def test_one_title_reads_like_markup() -> None:
    assert len({one.key for one in EVERY if "<script>" in one.title}) == 1


def test_one_title_has_no_latin_letter() -> None:
    assert len({one.key for one in EVERY if not re.search("[A-Za-z]", one.title)}) == 1


def test_one_work_has_no_abstract() -> None:
    assert len({one.key for one in EVERY if not one.abstract}) == 1


def test_other_abstracts_are_neither_short_nor_long() -> None:
    for one in EVERY:
        if one.abstract:
            assert 80 <= len(one.abstract.split()) <= 180, one.key


def test_authors_are_single_few_and_very_many() -> None:
    sizes = {len(one.authors) for one in ARXIV}
    assert 1 in sizes
    assert max(sizes) > 60
    assert {2, 3, 4} <= sizes


def test_a_collaboration_may_be_the_only_author() -> None:
    assert any(len(one.authors) == 1 and "Collaboration" in one.authors[0] for one in ARXIV)


def test_authors_have_affiliations_with_commas_which_name_no_author() -> None:
    folder = resources.files("digest.demo") / "listings"
    raw = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert "Teodor Aksnes (Harbour Institute, Bergen, Norway), Priyamvada" in raw
    assert of("2604.90001")[0].authors[1:3] == ("Teodor Aksnes", "Priyamvada Kuruvilla")
    for author in (author for one in EVERY for author in one.authors):
        assert re.fullmatch(r"[^\s(),;][^(),;]*[^\s(),;]", author)


def test_two_papers_are_nearly_the_same() -> None:
    words = {one.key: set(one.abstract.split()) for one in ARXIV if one.kind == "new"}
    keys = sorted(words)
    close = [
        (a, b)
        for place, a in enumerate(keys)
        for b in keys[place + 1 :]
        if len(words[a] & words[b]) > 0.75 * len(words[a] | words[b])
    ]
    assert len(close) == 1
    assert len({one.day for key in close[0] for one in of(key) if one.kind == "new"}) == 1


def test_titles_are_told_apart() -> None:
    titles = defaultdict(set)
    for one in EVERY:
        titles[one.title.casefold()].add(one.arxiv_id or one.doi)
    shared = [sorted(map(str, who)) for who in titles.values() if len(who) > 1]
    assert shared == [["10.5555/pgn.2026.0417", "2604.90055"]]
