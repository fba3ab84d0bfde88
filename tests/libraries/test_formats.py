"""RIS, CSL-JSON, Zotero, Semantic Scholar, arxiv-sanity, tables and lists, each known by what it holds."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from digest.errors import UsageError
from digest.libraries import read_library

if TYPE_CHECKING:
    from pathlib import Path

    from digest.libraries import Library

ZOTERO = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
 <rdf:Description rdf:about="http://arxiv.org/abs/1706.03762">
  <z:itemType>preprint</z:itemType>
  <bib:authors><rdf:Seq>
   <rdf:li><foaf:Person><foaf:surname>Vaswani</foaf:surname><foaf:givenName>Ashish</foaf:givenName></foaf:Person></rdf:li>
  </rdf:Seq></bib:authors>
  <dc:title>Attention Is All You Need</dc:title>
  <dc:date>2017-06-12</dc:date>
  <dc:description>arXiv:1706.03762 [cs]</dc:description>
  <dc:identifier><dcterms:URI><rdf:value>http://arxiv.org/abs/1706.03762</rdf:value></dcterms:URI></dc:identifier>
  <dcterms:dateSubmitted>2023-02-03 04:05:06</dcterms:dateSubmitted>
 </rdf:Description>
 <z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>Full Text</dc:title></z:Attachment>
 <bib:Memo rdf:about="#item_3"><rdf:value>A note</rdf:value></bib:Memo>
 <bib:Article rdf:about="#item_4"><z:itemType>journalArticle</z:itemType>
  <dcterms:isPartOf rdf:resource="urn:issn:1234"/><dc:title>A paper of a journal</dc:title></bib:Article>
 <bib:Journal rdf:about="urn:issn:1234"><dc:title>Journal</dc:title><dc:identifier>DOI 10.1000/xyz</dc:identifier></bib:Journal>
 <bib:Article rdf:about="#item_5"><z:itemType>journalArticle</z:itemType>
  <dcterms:isPartOf><bib:Journal><dc:title>Other</dc:title><dc:identifier>DOI 10.1000/within</dc:identifier></bib:Journal></dcterms:isPartOf>
  <dc:title>A paper with its journal within</dc:title></bib:Article>
 <z:Collection rdf:about="#collection_1"><dc:title>Reading</dc:title></z:Collection>
</rdf:RDF>"""  # noqa: E501


def read(text: str | bytes, name: str = "library") -> Library:
    return read_library(text if isinstance(text, bytes) else text.encode(), name=name)


def ids(library: Library) -> list[str | None]:
    return [one.arxiv_id for one in library.entries]


def test_ris_is_read_record_by_record() -> None:
    text = """TY  - JOUR
AU  - Vaswani, Ashish
AU  - Shazeer, Noam
TI  - Attention Is All
   You Need
PY  - 2017/06/12
JO  - arXiv preprint arXiv:1706.03762
Y2  - 2023/02/03/04:05:06
ER  -

TY  - CONF
T1  - A paper with a DOI
DO  - 10.1000/ABC
ER  -
"""
    library = read(text)
    assert (library.kind, library.faults) == ("RIS", ())
    first, second = library.entries
    assert (first.title, first.arxiv_id, first.year) == ("Attention Is All You Need", "1706.03762", 2017)
    assert first.authors == ("Ashish Vaswani", "Noam Shazeer")
    assert first.added == dt.datetime(2023, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    assert (second.title, second.doi, second.line) == ("A paper with a DOI", "10.1000/abc", 11)


def test_broken_ris_costs_only_its_own_records() -> None:
    text = (
        "AU  - Nobody's author\nTY  - JOUR\nTI  - Never ended\n\nTY  - JOUR\nTI  - The good one\nER  - \n"
        "TY  - JOUR\nPY  - 2020\nER  -\nTY - JOUR\nTI - Written with one blank\nER -\nTY  - JOUR\nTI  - Cut o"
    )
    library = read(text)
    assert [one.title for one in library.entries] == ["The good one", "Written with one blank"]
    assert [fault.partition(":")[0] for fault in library.faults] == ["line 1", "line 2", "line 8", "line 14"]


def test_csl_json_is_read_item_by_item() -> None:
    items = [
        {"id": "a", "type": "article", "title": "Attention Is All You Need", "number": "arXiv:1706.03762",
         "author": [{"family": "Vaswani", "given": "Ashish"}, {"literal": "The Team"}],
         "issued": {"date-parts": [["2017", 6, 12]]}, "accessed": {"date-parts": [[2023, 2, 3]]}},
        {"title": ["From Crossref"], "DOI": "10.1000/ABC", "author": "no", "issued": {"raw": "2020-01-01"}},
        {"title": 3, "DOI": None, "URL": {"x": 1}, "author": [None, 4]},
        "1706.03762", 7, None,
    ]  # fmt: skip
    library = read(json.dumps(items))
    assert [(one.title, one.arxiv_id, one.doi, one.year) for one in library.entries] == [
        ("Attention Is All You Need", "1706.03762", None, 2017),
        ("From Crossref", None, "10.1000/abc", 2020),
        ("3", None, None, None),
    ]
    assert library.entries[0].added == dt.datetime(2023, 2, 3, tzinfo=dt.UTC)
    assert (library.repeated, library.broken) == (1, 2)


@pytest.mark.parametrize("wrap", [lambda x: {"items": x}, lambda x: [{"key": "A", "data": one} for one in x]])
def test_zotero_json_is_read_with_when_items_were_added(wrap: Any) -> None:
    items = [
        {"itemType": "preprint", "title": "A preprint of it", "archiveID": "arXiv:1706.03762", "date": "2017",
         "creators": [{"creatorType": "author", "firstName": "A.", "lastName": "Vaswani"}],
         "dateAdded": "2021-01-02T03:04:05Z"},
        {"itemType": "note", "title": "not a paper"},
    ]  # fmt: skip
    (one,) = read(json.dumps(wrap(items))).entries
    assert (one.arxiv_id, one.authors, one.year) == ("1706.03762", ("A. Vaswani",), 2017)
    assert one.added == dt.datetime(2021, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_semantic_scholars_papers_are_read_bare_wrapped_and_line_by_line() -> None:
    paper = {
        "paperId": "204e", "externalIds": {"ArXiv": "1706.03762", "DOI": None, "CorpusId": 13756489},
        "title": "Attention is All you Need", "year": 2017, "authors": [{"name": "Ashish Vaswani"}],
    }  # fmt: skip
    other = {"paperId": "b", "title": "Another paper", "externalIds": {"DOI": "10.1000/X"}}
    for text in (
        json.dumps([paper, other]),
        json.dumps({"data": [paper, other]}),
        json.dumps({"papers": [{"paper": paper, "addedAt": "2020-02-02"}, {"paper": other}]}),
        f"{json.dumps(paper)}\n{json.dumps(other)}\n",
    ):
        first, second = read(text).entries
        assert (first.arxiv_id, first.year, first.authors) == ("1706.03762", 2017, ("Ashish Vaswani",))
        assert (second.title, second.doi) == ("Another paper", "10.1000/x")


def test_zotero_rdf_is_read_with_dois_of_journals() -> None:
    library = read(ZOTERO)
    assert (library.kind, library.faults) == ("Zotero RDF", ())
    assert [(one.title, one.arxiv_id, one.doi) for one in library.entries] == [
        ("Attention Is All You Need", "1706.03762", None),
        ("A paper with its journal within", None, "10.1000/within"),
        ("A paper of a journal", None, "10.1000/xyz"),
    ]
    first = library.entries[0]
    assert (first.authors, first.year) == (("Ashish Vaswani",), 2017)
    assert first.added == dt.datetime(2023, 2, 3, 4, 5, 6, tzinfo=dt.UTC)


def test_a_journals_doi_is_nobodys_where_two_papers_name_it() -> None:
    other = (
        "<bib:Article><z:itemType>journalArticle</z:itemType><dc:title>One more of it</dc:title>"
        '<dcterms:isPartOf rdf:resource="urn:issn:1234"/></bib:Article>'
    )
    twice = ZOTERO.replace("<bib:Memo", f"{other}<bib:Memo")
    found = {one.title: one.doi for one in read(twice).entries}
    assert found["A paper of a journal"] is found["One more of it"] is None


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/evil.dtd">',
    ],
)
def test_rdf_that_declares_entities_is_refused(declared: str) -> None:
    text = declared + ZOTERO.replace("A paper of a journal", "&b;&x;" if "ENTITY" in declared else "x")
    library = read(text)
    assert library.entries == ()
    assert "refused" in library.faults[0]
    assert "root:" not in str(library)


def test_rdf_that_is_cut_off_keeps_what_was_whole() -> None:
    library = read(ZOTERO[: ZOTERO.index("<bib:Memo")])
    assert ids(library) == ["1706.03762"]
    assert (
        library.faults[0].startswith("line 19: the XML is broken there")
        or "broken there" in library.faults[0]
    )
    deep = ZOTERO.replace("<bib:Memo", "<a>" * 5000 + "<bib:Memo")
    assert ids(read(deep)) == ["1706.03762"]


def test_zoteros_csv_is_known_by_its_columns() -> None:
    text = (
        '"Key","Item Type","Publication Year","Author","Title","Journal","DOI","Url","Date Added","Extra"\n'
        '"A","preprint","2017","Vaswani, Ashish; Shazeer, Noam","Attention, in ""full""","","","http://arxiv.org/abs/'
        '1706.03762","2021-01-02 03:04:05","arXiv:1706.03762 [cs]"\n'
        '"B","attachment","","","Full Text","","","","",""\n'
        '"C","journalArticle","2020","","Over\ntwo lines","","10.1000/ABC","","",""\n'
        '"D","journalArticle","2020","","","","","","",""\n'
    )
    library = read(text)
    assert library.kind == "CSV"
    first, second = library.entries
    assert (first.title, first.arxiv_id) == ('Attention, in "full"', "1706.03762")
    assert first.authors == ("Ashish Vaswani", "Noam Shazeer")
    assert first.added == dt.datetime(2021, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert (second.title, second.doi, second.line) == ("Over two lines", "10.1000/abc", 4)
    assert library.faults == ("line 6: names neither a title nor an arXiv id nor a DOI",)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_other_tables_are_read_by_the_names_of_their_columns(mark: str) -> None:
    text = (
        mark.join(("when", "Paper URL", "Paper Title"))
        + "\n"
        + mark.join(("x", "https://arxiv.org/abs/1706.03762", "T"))
    )
    assert ids(read(text)) == ["1706.03762"]
    assert ids(read("doi\n10.48550/arXiv.1706.03762\n")) == ["1706.03762"]


def test_a_table_without_any_known_column_says_what_it_has() -> None:
    with pytest.raises(
        UsageError, match="no column of titles, DOIs, links or arXiv ids; it has: colour, weight"
    ):
        read("colour,weight\nred,3\n", name="things.csv")


def test_a_list_holds_ids_addresses_dois_and_titles() -> None:
    text = """# my reading list

1706.03762
arXiv:2604.01234v2
- https://arxiv.org/abs/2604.01235 a comment
* [A title](https://huggingface.co/papers/2604.01236)
3. doi:10.1000/ABC.
hep-th/9901001, 2604.01237
"A title of several words"
https://example.org/nothing
word
2604.01238 Some title behind it
"""
    library = read(text, name="list.txt")
    assert library.kind == "list"
    assert ids(library) == [
        "1706.03762", "2604.01234", "2604.01235", "2604.01236", None, "hep-th/9901001", "2604.01237", None,
        "2604.01238",
    ]  # fmt: skip
    assert library.entries[4].doi == "10.1000/abc"
    assert library.entries[7].title == "A title of several words"
    assert [fault.partition(":")[0] for fault in library.faults] == ["line 10", "line 11"]


def sanity(path: Path, users: dict[str, Any]) -> bytes:
    """An arxiv-sanity-lite `dict.db` of these users' tags, as `sqlitedict` writes it."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE tags (key TEXT PRIMARY KEY, value BLOB)")
        for user, tags in users.items():
            value = zlib.compress(pickle.dumps(tags, pickle.HIGHEST_PROTOCOL))
            connection.execute("INSERT INTO tags VALUES (?, ?)", (user, value))
    connection.close()
    return path.read_bytes()


def test_arxiv_sanitys_tags_are_read_out_of_its_database(tmp_path: Path) -> None:
    raw = sanity(tmp_path / "dict.db", {"root": {"nlp": {"1706.03762", "2604.01234"}, "empty": set()}})
    assert ids(read(raw)) == ["1706.03762", "2604.01234"]
    assert ids(read(json.dumps({"nlp": ["1706.03762"], "cv": ["2604.01234", "1706.03762"]}))) == [
        "1706.03762",
        "2604.01234",
    ]


def test_of_several_users_one_must_be_named(tmp_path: Path) -> None:
    raw = sanity(tmp_path / "dict.db", {"ann": {"a": {"1706.03762"}}, "bob": {"b": {"2604.01234"}}})
    with pytest.raises(
        UsageError, match="holds what 2 users kept \\('ann', 'bob'\\); say whose with --owner"
    ):
        read(raw)
    assert ids(read_library(raw, name="x", owner="bob")) == ["2604.01234"]


class Evil:
    """What a pickle of it does when it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("a pickle was carried out",))


def test_a_pickle_that_is_a_program_is_not_carried_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = sanity(tmp_path / "dict.db", {"root": {"nlp": Evil()}})
    with pytest.raises(UsageError, match="cannot be read: holds STACK_GLOBAL, which is no plain value"):
        read(raw)
    assert capsys.readouterr().out == ""


def test_a_pickle_that_asks_for_a_huge_memo_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dict.db"
    sanity(path, {"root": {}})
    with sqlite3.connect(path) as connection:
        value = zlib.compress(b"\x80\x04}r\xff\xff\xff\x7f.")
        connection.execute("UPDATE tags SET value = ?", (value,))
    connection.close()
    with pytest.raises(UsageError, match="holds LONG_BINPUT"):
        read(path.read_bytes())


def test_the_older_arxiv_sanitys_library_is_read(tmp_path: Path) -> None:
    path = tmp_path / "as.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE user (user_id INTEGER PRIMARY KEY, username TEXT, pw_hash TEXT)")
        connection.execute(
            "CREATE TABLE library (lib_id INTEGER, paper_id TEXT, user_id INTEGER, update_time INTEGER)"
        )
        connection.execute("INSERT INTO user VALUES (1, 'ann', 'x')")
        connection.executemany(
            "INSERT INTO library VALUES (?, ?, 1, ?)", [(1, "1706.03762", 1500000000), (2, "x", 0)]
        )
    connection.close()
    library = read(path.read_bytes())
    assert ids(library) == ["1706.03762"]
    assert library.entries[0].added == dt.datetime(2017, 7, 14, 2, 40, tzinfo=dt.UTC)
    assert library.broken == 1


def test_another_database_is_told_from_it(tmp_path: Path) -> None:
    path = tmp_path / "zotero.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE items (id INTEGER)")
    connection.close()
    with pytest.raises(UsageError, match="not one of arxiv-sanity"):
        read(path.read_bytes())
    with pytest.raises(UsageError, match="cannot be read"):
        read(path.read_bytes()[:16] + b"\xff" * 4000)
