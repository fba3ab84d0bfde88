from __future__ import annotations

import pytest

from digest.core.identity import normalise_arxiv_id, normalise_doi


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
