"""BibTeX files, as programs write them and as people break them."""

from __future__ import annotations

import datetime as dt

import pytest

from digest.libraries import read_library


def read(text: str) -> list[tuple[str, str | None, str | None]]:
    """Titles, arXiv ids and DOIs of a file without faults."""
    library = read_library(text.encode(), name="library.bib")
    assert (library.kind, library.faults) == ("BibTeX", ())
    return [(one.title, one.arxiv_id, one.doi) for one in library.entries]


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {1706.03762}, archivePrefix = {arXiv}, primaryClass = {cs.CL}",
        "eprint = {1706.03762v5}, eprinttype = {arxiv}",
        "eprint = {arXiv:1706.03762}",
        "journal = {arXiv preprint arXiv:1706.03762}",
        "journal = {ArXiv}, volume = {abs/1706.03762}, url = {https://api.semanticscholar.org/CorpusID:13756489}",
        "journal = {CoRR}, volume = {abs/1706.03762}",
        "url = {http://arxiv.org/abs/1706.03762}",
        "url = {https://arxiv.org/pdf/1706.03762v7.pdf}",
        "doi = {10.48550/arXiv.1706.03762}",
        "doi = {https://doi.org/10.48550/ARXIV.1706.03762}",
        "note = {arXiv:1706.03762 [cs]}",
        "publisher = {arXiv}, number = {arXiv:1706.03762}",
        "howpublished = {\\url{https://arxiv.org/abs/1706.03762}}",
        "arxivid = {1706.03762}",
        "annote = {see https://huggingface.co/papers/1706.03762}",
    ],
)  # fmt: skip
def test_an_arxiv_id_is_found_wherever_programs_put_it(fields: str) -> None:
    text = f"@article{{v, title = {{Attention is all you need}}, {fields}}}"
    assert read(text) == [("Attention is all you need", "1706.03762", None)]


def test_an_id_of_before_2007_stands_in_two_fields() -> None:
    assert read("@misc{a, title={Old}, eprint={9901001}, archivePrefix={hep-th}}")[0][1] == "hep-th/9901001"
    assert (
        read("@misc{a, title={Old}, eprint={hep-th/9901001}, archivePrefix={arXiv}}")[0][1]
        == "hep-th/9901001"
    )


def test_what_another_archive_numbers_is_no_arxiv_id() -> None:
    assert read("@misc{a, title={A jstor number}, eprint={1706.03762}, eprinttype={jstor}}")[0][1] is None


def test_a_paper_has_its_doi_and_its_arxiv_id() -> None:
    text = (
        "@article{a, title={T}, doi={10.1103/PhysRevD.76.013009}, eprint={0704.0001}, archiveprefix={arXiv}}"
    )
    assert read(text) == [("T", "0704.0001", "10.1103/physrevd.76.013009")]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (r"{{BERT}}: Pre-training of {D}eep {T}ransformers", "BERT: Pre-training of Deep Transformers"),
        (r"Sch{\"o}lkopf and {\'E}tale {\O}rsted", "Schölkopf and Étale Ørsted"),
        (r"{The $\alpha$-stable law of $O(n^2)$}", "The α-stable law of O(n²)"),
        ("A title\n        over two lines", "A title over two lines"),
        ("Evil \u202etxt\u202c <script>alert(1)</script>\x07 title", "Evil txt title"),
        (r"10\% \& more, 50\_50", "10% & more, 50_50"),
    ],
)  # fmt: skip
def test_a_title_is_readable(typed: str, shown: str) -> None:
    assert read(f"@article{{a, title = {{{typed}}}}}")[0][0] == shown


def test_authors_year_and_date_added_are_kept() -> None:
    text = (
        "@article{a,\n author = {Ashish Vaswani and Shazeer, Noam and {The Brain Team} and others},\n"
        " title = {Attention}, year = 2017, date-added = {2019-05-06 07:08:09 +0200}, abstract = {Long.}\n}"
    )
    (one,) = read_library(text.encode(), name="x").entries
    assert one.authors == ("Ashish Vaswani", "Noam Shazeer", "The Brain Team")
    assert one.year == 2017
    assert one.added == dt.datetime(2019, 5, 6, 5, 8, 9, tzinfo=dt.UTC)
    assert one.line == 1


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("timestamp = {2008.10.08}", dt.date(2008, 10, 8)),
        ("creationdate = {2021-05-05T12:00:00}", dt.date(2021, 5, 5)),
        ("urldate = {2023-01-31}", dt.date(2023, 1, 31)),
        ("timestamp = {Mon, 13 Aug 2018}", None),
        ("date-added = {2021-13-45}", None),
    ],
)
def test_when_it_was_added_is_told_in_many_ways(field: str, day: dt.date | None) -> None:
    (one,) = read_library(f"@misc{{a, title={{Some title}}, {field}}}".encode(), name="x").entries
    assert (one.added and one.added.date()) == day


def test_the_good_entries_are_taken_and_the_broken_ones_told_with_their_lines() -> None:
    text = """% a comment
@article{good1, title = {The first good one}, year = {2020}}

@article{broken,
  title = {A brace that is never closed,
  year = {2020}

@article{good2,
  title = {The second good one}
}
@misc{nokey title={z}}
@article(round, title = "The third, in round brackets")
@comment{ not an entry }
@article{empty, year = {1999}}
"""
    library = read_library(text.encode(), name="library.bib")
    assert [one.title for one in library.entries] == [
        "The first good one",
        "The second good one",
        "The third, in round brackets",
    ]
    assert [one.line for one in library.entries] == [2, 8, 12]
    lines = [fault.partition(":")[0] for fault in library.faults]
    assert lines == ["line 4", "line 11", "line 14"]
    assert library.broken == 3


def test_macros_are_written_out_wherever_they_stand() -> None:
    text = (
        '@string{ax = "arXiv preprint arXiv:"}\n@string{long = "A long title"}\n\n'
        '@article{a, title = long # " indeed", journal = ax # "1706.03762", month = jan}'
    )
    assert read(text) == [("A long title indeed", "1706.03762", None)]


def test_macros_of_macros_fill_no_memory() -> None:
    doubled = "".join(f"@string{{m{n + 1} = m{n} # m{n} # m{n} # m{n}}}\n" for n in range(60))
    text = f'@string{{m0 = "0123456789"}}\n{doubled}@article{{a, title = "A title", note = m60 # m60}}'
    assert read(text) == [("A title", None, None)]


def test_the_same_paper_or_the_same_name_twice_is_one_or_two_entries() -> None:
    text = (
        "@article{k, title={One title of it}, eprint={1706.03762}}\n@article{k, title={Another title}}\n"
        "@article{j, title={One title, again}, url={https://arxiv.org/abs/1706.03762v3}}\n"
        "@article{i, title={first}, title={second}}"
    )
    library = read_library(text.encode(), name="x")
    assert [one.title for one in library.entries] == ["One title of it", "Another title", "first"]
    assert (library.repeated, library.faults) == (1, ())


def test_nothing_is_written_to_a_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    read_library(b"@article{broken, title={\n\n@article{a, title={A good one}}", name="x")
    assert (caplog.records, capfd.readouterr().err) == ([], "")
