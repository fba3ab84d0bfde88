"""Files that are no library, or a damaged, hostile or huge one."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.text import plain
from digest.errors import UsageError
from digest.libraries import LARGEST, MOST_ENTRIES, MOST_FAULTS, read_library

if TYPE_CHECKING:
    from digest.libraries import Library

BIB = "@article{{k{0}, title = {{The title of number {0}, on things}}, eprint = {{26{1:02}.{0:05}}}}}\n"


def read(raw: bytes) -> Library:
    return read_library(raw, name="library.bib")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"%PDF-1.7\n...", "is a PDF, not a library"),
        (b"PK\x03\x04....", "is a ZIP archive"),
        (b"\x1f\x8b\x08....", "is a compressed file"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (b"<?xml version='1.0'?><xml><records/></xml>", "is XML, and not Zotero's RDF"),
        (bytes(range(256)) * 8, "is no text"),
    ],
)
def test_what_is_no_library_is_told_what_it_is(raw: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=f"library.bib: {why}"):
        read(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_are_known_by_their_marks(encoding: str) -> None:
    text = '@article{a, title = {Über die Größe von "Maßen"}, eprint = {1706.03762}}\r\n'
    library = read(text.encode(encoding))
    assert [one.title for one in library.entries] == ['Über die Größe von "Maßen"']
    assert library.faults == ()


def test_latin_1_is_read_and_told() -> None:
    text = "@article{a,\n title = {Über die Größe}}\n"
    library = read(text.encode("latin-1"))
    assert library.entries[0].title == "Über die Größe"
    assert library.faults == ("line 2: not UTF-8; read as Windows-1252 (Latin-1)",)


def test_one_bad_byte_does_not_spoil_a_file_in_utf_8() -> None:
    text = "@article{a,\n title = {Über die Größe der Öfen}}\n@article{b, title = {Bad X byte}}\n".encode()
    library = read(text.replace(b"X", b"\xff"))
    assert [one.title for one in library.entries] == ["Über die Größe der Öfen", "Bad byte"]
    assert library.faults[0].startswith("line 3: not UTF-8 there")


def test_five_thousand_entries_take_a_moment() -> None:
    raw = "".join(BIB.format(number, 1 + number % 12) for number in range(5000)).encode()
    began = time.perf_counter()
    library = read(raw)
    assert len(library.entries) == 5000
    assert time.perf_counter() - began < 20


def test_more_entries_than_a_library_has_are_cut_off_and_told() -> None:
    raw = "".join(f"26{1 + n // 99999:02}.{n % 99999:05}\n" for n in range(MOST_ENTRIES + 5)).encode()
    library = read(raw)
    assert len(library.entries) == MOST_ENTRIES
    assert library.faults == ("only the first 20000 entries are taken; import it in parts",)


def test_a_file_that_is_too_large_is_refused_by_its_size() -> None:
    with pytest.raises(UsageError, match="larger than 64 MB"):
        read(b" " * (LARGEST + 1))


def test_fifty_megabytes_need_little_more_than_themselves() -> None:
    """One enormous abstract, and one entry: what is held is the file and its text."""
    raw = b"@article{a, title = {A small title of it}, abstract = {" + b"word " * 10_000_000 + b"}}\n"
    tracemalloc.start()
    try:
        library = read_library(raw, name="x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert library.entries[0].title == "A small title of it"
    assert peak < 8 * len(raw)


def test_many_faults_are_counted_and_some_told() -> None:
    raw = b"@article{a, year = {2020}}\n" * (MOST_FAULTS + 7)
    library = read(raw)
    assert (library.entries, library.broken) == ((), MOST_FAULTS + 7)
    assert library.faults[-1] == "… and 7 more that could not be read"


@pytest.mark.parametrize(
    "raw",
    [
        b"@a{b,c=" + b"{" * 200_000,
        b"@a{b,c=\n" * 3000,
        b"@article{k, title={" + b"x @ { " * 20_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"TY  - JOUR\n" * 3000,
        b'title,doi\n"' + b"x," * 200_000,
        b'{"items": [' + b"[]," * 3_000_000,
        b"{" + b'"title": "' + b"\\ud800" * 5000 + b'"}',
        b"\xff\xfe" + b"\x00\xd8" * 5000,
    ],
    ids=range(10),
)
def test_hostile_files_end_soon_and_in_words(raw: bytes) -> None:
    began = time.perf_counter()
    library = read(raw)
    assert len(library.entries) <= 1
    assert time.perf_counter() - began < 10


FORMS = ("", "@article{", "TY  - JOUR\nTI  - ", '[{"title": "', "title,doi\n", "<rdf:RDF ", "{", "# ")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMS), st.text(max_size=120), st.sampled_from(("utf-8", "utf-16", "latin-1")))
def test_whatever_is_given_becomes_entries_or_a_sentence(head: str, text: str, encoding: str) -> None:
    raw = (head + text).encode(encoding, "replace")
    try:
        library = read(raw)
    except UsageError as error:
        library, said = None, str(error)
    if library is None:
        assert said.startswith("library.bib: ")
        return
    for one in library.entries:
        assert one.title == plain(one.title)
        assert one.title or one.doi or one.arxiv_id
        assert one.key.encode()
