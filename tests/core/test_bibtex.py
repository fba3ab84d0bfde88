"""Entries for BibTeX: it can read them, and they say what the paper says."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.bibtex import bibtex
from digest.core.tex import readable
from digest.model import Paper

DAY = dt.date(2026, 4, 21)


def paper(**words: object) -> Paper:
    return Paper(**{"title": "Sampling the sky", "first_listed": DAY, **words})  # type: ignore[arg-type]


def fields(entry: str) -> dict[str, str]:
    """As BibTeX reads it: names, and values between braces that it counts, whatever stands before them."""
    head = re.match(r"@misc\{([^\s,{}%#\\\"']+),\n", entry)
    assert head, entry
    at, found = head.end(), {"": head[1]}
    while not entry.startswith("}", at):
        name = re.compile(r"\s*(\w+)\s*= ").match(entry, at)
        assert name, entry[at:]
        end = name.end()
        if entry[end] == "{":
            depth = 0
            while True:
                depth += {"{": 1, "}": -1}.get(entry[end], 0)
                end += 1
                if not depth:
                    break
        else:
            end = entry.index(",", end)
        found[name[1]] = entry[name.end() : end]
        assert entry[end : end + 2] == ",\n"
        at = end + 2
    assert entry[at:] == "}\n"
    return found


def test_an_arxiv_paper_names_its_eprint() -> None:
    entry = fields(
        bibtex(
            paper(
                authors=("Ada Lovelace", "Bo Ek"),
                arxiv_id="2604.01234",
                categories=("cs.CV", "cs.LG"),
                doi="10.1000/abc_1",
                url="https://arxiv.org/abs/2604.01234",
            )
        )
    )
    assert entry == {
        "": "lovelace:2604.01234",
        "title": "{{Sampling the sky}}",
        "author": "{Ada Lovelace and Bo Ek}",
        "year": "{2026}",
        "month": "apr",
        "eprint": "{2604.01234}",
        "archivePrefix": "{arXiv}",
        "primaryClass": "{cs.CV}",
        "doi": "{10.1000/abc_1}",
        "url": "{https://arxiv.org/abs/2604.01234}",
    }


def test_a_paper_without_an_id_goes_by_its_number_and_its_day() -> None:
    entry = fields(bibtex(paper(id=7, categories=("Plant Biology",))))
    assert entry == {"": "paper:p7", "title": "{{Sampling the sky}}", "year": "{2026}", "month": "apr"}
    published = dt.datetime(2024, 12, 3, tzinfo=dt.UTC)
    assert fields(bibtex(paper(published=published)))["year"] == "{2024}"


@pytest.mark.parametrize(
    ("arxiv_id", "year", "month"),
    [("1706.03762", 2017, "jun"), ("math/0309136", 2003, "sep"), ("hep-th/9108001", 1991, "aug")],
)
def test_an_old_paper_that_is_listed_today_is_of_its_own_year(arxiv_id: str, year: int, month: str) -> None:
    entry = fields(bibtex(paper(arxiv_id=arxiv_id)))
    assert (entry["year"], entry["month"]) == (f"{{{year}}}", month)


def test_the_key_stays_when_the_title_changes() -> None:
    one = paper(authors=("Bernhard Schölkopf",), arxiv_id="2604.01234")
    other = paper(authors=("B. Schölkopf", "Bo Ek"), arxiv_id="2604.01234", title="Another", revision=2)
    assert fields(bibtex(one))[""] == fields(bibtex(other))[""] == "scholkopf:2604.01234"


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("50% & more_x #1 $5", r"50\% \& more\_x \#1 \$5"),
        (
            "{a} \\b ~c^d",
            r"\textbraceleft{}a\textbraceright{} \textbackslash{}b \textasciitilde{}c\textasciicircum{}d",
        ),
        ("Gödel, Erdős, Łódź, Ångström", r"G{\"o}del, Erd{\H o}s, {\L}{\'o}d{\'z}, {\AA}ngstr{\"o}m"),
        ("naïve façade ế", r"na{\"\i}ve fa{\c c}ade {\'{\^e}}"),
        ("1990–2000 — “so”", "1990--2000 --- ``so''"),
        ("神经网络 Привет α²", "神经网络 Привет α²"),
    ],
)
def test_a_title_is_spelt_in_tex(text: str, spelt: str) -> None:
    assert fields(bibtex(paper(title=text)))["title"] == f"{{{{{spelt}}}}}"


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("Jo Roe Jr.", "Roe, Jr., Jo"),
        ("Martin Luther King III", "King, III, Martin Luther"),
        ("The ATLAS Collaboration", "{The ATLAS Collaboration}"),
        ("Sand and Sea", "{Sand and Sea}"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("李 明", "李 明"),
    ],
)
def test_a_name_is_one_name(name: str, spelt: str) -> None:
    assert fields(bibtex(paper(authors=(name, "Bo Ek"))))["author"] == f"{{{spelt} and Bo Ek}}"


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(min_size=1, max_size=30), st.text(max_size=20))
def test_bibtex_can_read_every_entry(title: str, author: str, rest: str) -> None:
    entry = fields(
        bibtex(
            paper(id=3, title=title, authors=(author,), doi=f"10.1/{rest}", url=f"https://a.example/{rest}")
        )
    )
    assert {"title", "author", "doi", "url"} <= entry.keys()


@pytest.mark.parametrize("title", ["Gödel & Łukasiewicz", "Erdős, Çelik, Dvořák", "100% naïve_x"])
def test_what_is_written_in_tex_reads_the_same_again(title: str) -> None:
    written = fields(bibtex(paper(title=title)))["title"]
    assert readable(written.removeprefix("{{").removesuffix("}}")) == title
