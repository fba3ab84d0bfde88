"""The worst of the outside, through `digest run` as a process: a sentence, a mail, nothing lost beside it.

In every test a journal announces one good paper as well, which must arrive.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import feed, item

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.home import Home, Mail
    from tests.e2e.outside import Outside

AT = "2026-04-21T12:00:00+00:00"
GOOD = "The good telescope of a journal"
READER = """
[[subscribers]]
email = "ada@example.org"
max_papers = 30
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""


def morning(home: Home, outside: Outside, *, timeout_s: int = 30) -> tuple[Any, Mail]:
    """One run; its report and the one mail that it sent. The journal's good paper is in it."""
    home.configure(outside.sources(timeout_s=timeout_s), READER)
    report = home.run(AT)
    assert report["accepted"] == 1, report
    (mail,) = home.mails
    assert GOOD in mail.html
    assert GOOD in mail.text
    return report, mail


def titles(mail: Mail) -> list[str]:
    """The headings of the cards."""
    return [
        re.sub(r"<[^>]+>", "", words).strip()
        for words in re.findall(r"<h3[^>]*>(.*?)</h3>", mail.html, re.DOTALL)
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html><body><h1>Service unavailable</h1></body></html>", id="an HTML page"),
        pytest.param(b"", id="no bytes"),
        pytest.param(b"\x00\x01\x02\xff" * 400, id="noise"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel>'
            b"<title>&b;&b;&b;</title></channel></rss>",
            id="entities",
        ),
    ],
)
def test_what_is_no_feed_is_a_failed_source_and_said_in_the_mail(
    home: Home, outside: Outside, body: bytes
) -> None:
    outside.announce(body)
    outside.routes["/api/query"] = (503, b"")
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"]["status"] == "failed"
    assert report["sources"]["arxiv"]["error"]
    assert "arXiv could not be read" in mail.html
    assert "arXiv could not be read" in mail.text


def test_of_a_cut_off_feed_the_whole_entries_arrive(home: Home, outside: Outside) -> None:
    whole = feed(item(1), item(2, "A second telescope"), item(3, "A telescope cut in half"))
    outside.announce(whole[: whole.index(b"A telescope cut in half") + 40])
    outside.routes["/api/query"] = (503, b"")
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"]["status"] == "failed"
    assert "A second telescope" in mail.html
    assert "cut in half" not in mail.html


def test_arxivs_error_feed_is_no_paper(home: Home, outside: Outside) -> None:
    outside.announce(feed(title="Feed error for query: astro-ph.IM"), status=400)
    outside.routes["/api/query"] = (
        400,
        b"""<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>arXiv Query</title><entry>
        <id>https://arxiv.org/api/errors#bad</id><title>Error</title><summary>telescope</summary>
        </entry></feed>""",
    )
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"]["status"] == "failed"
    assert titles(mail) == [GOOD]


def test_a_wrong_charset_loses_no_paper(home: Home, outside: Outside) -> None:
    body = feed(item(1, "Schrödinger's telescope"), item(2)).decode().encode("latin-1")
    outside.announce(body)
    _, mail = morning(home, outside)
    assert "A telescope for everybody" in titles(mail)


def test_a_paper_listed_five_times_arrives_once(home: Home, outside: Outside) -> None:
    outside.announce(feed(*[item(1)] * 5))
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"]["new"] == 1
    assert titles(mail).count("A telescope for everybody") == 1


def test_a_paper_without_abstract_authors_date_or_link_arrives(home: Home, outside: Outside) -> None:
    outside.announce(
        feed(
            item(1, "A telescope without an abstract", abstract=None),
            item(2, "A telescope without authors", creator=None),
            item(3, "A telescope without a date", date=None),
            item(4, "A telescope without a link", link=""),
            item(5, "A bare telescope", abstract=None, creator=None, date=None, link=""),
        )
    )
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"] == {"status": "ok", "seen": 5, "new": 5, "error": None}
    assert len(titles(mail)) == 6


@pytest.mark.slow
def test_ten_thousand_items_are_read(home: Home, outside: Outside) -> None:
    others = (
        item(n, f"Cheese number {n} of very many", abstract="It ripens in a cave.") for n in range(1, 9_981)
    )
    wanted = (item(n, f"Telescope number {n} of a few") for n in range(9_981, 10_000))
    outside.announce(feed(*others, *wanted, item(0)))
    report, mail = morning(home, outside)
    assert report["sources"]["arxiv"] == {"status": "ok", "seen": 10_000, "new": 10_000, "error": None}
    assert len(titles(mail)) == 21


@pytest.mark.slow
def test_a_byte_a_second_ends_at_the_deadline(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    outside.trickle |= {"/rss/astro-ph.IM", "/atom/astro-ph.IM", "/api/query"}
    report, mail = morning(home, outside, timeout_s=2)
    assert report["sources"]["arxiv"]["status"] == "failed"
    assert "arXiv could not be read" in mail.text


HOSTILE = [
    "<script>alert('telescope')</script> Telescope",
    "Telescope\r\nBcc: everybody@example.org",
    "Telescope \u202egnp.exe and \u200bzero\u200b width",
    'Telescope "><img src=x onerror=alert(1)>',
    r"Telescope $\frac{\alpha}{$ \emph{never closed \begin{x}",
    "Telescope {{ site.secret }} {% raw %}",
    "=?utf-8?q?Telescope?= encoded",
]


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_reaches_the_mail_as_words(home: Home, outside: Outside, title: str) -> None:
    outside.announce(feed(item(1, title), item(2)))
    _, mail = morning(home, outside)
    assert len(titles(mail)) == 3
    assert not re.search(r"<(script|img|iframe)\b", mail.html, re.IGNORECASE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00]", mail.html + mail.text)
    assert mail.message["Bcc"] is None
    raw = mail.path.read_bytes()
    assert b"\r\nBcc:" not in raw
    assert "a-secret-that-is-only-used-in-tests" not in mail.html


def test_a_javascript_link_never_leaves(home: Home, outside: Outside) -> None:
    outside.journal(
        b"""<?xml version='1.0'?><rss version="2.0"><channel><title>J</title><link>x</link>
        <description>.</description>
        <item><title>The good telescope of a journal</title><link>https://journal.example.org/1</link></item>
        <item><title>A telescope with a bad link of its own</title><link>javascript:alert(1)</link>
        <guid>urn:2</guid></item></channel></rss>"""
    )
    outside.announce(feed(item(1, link="data:text/html,<script>alert(1)</script>")))
    _, mail = morning(home, outside)
    assert "A telescope with a bad link of its own" in mail.html
    assert "javascript:" not in mail.html + mail.text
    assert "data:" not in mail.html + mail.text


def test_an_address_with_a_line_end_in_it_is_refused_before_anything(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    home.configure(
        outside.sources(),
        '[[subscribers]]\nemail = "ada@example.org\\r\\nRCPT TO:<evil@example.org>"\n',
    )
    ended = home.digest("run", "--at", AT, "--json")
    assert (ended.code, ended.out) == (2, "")
    assert "subscribers[0].email: expected a mail address" in ended.err
    assert outside.asked == []


def test_a_template_with_a_fault_is_named_before_anything_is_sent(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    folder = home.folder / "mine" / "mail"
    folder.mkdir(parents=True)
    (folder / "subject.txt.j2").write_text("fine so far\n{{ nothing.of.that.name }}\n")
    home.configure('[digest]\ntemplates = "mine"', outside.sources(), READER)
    ended = home.digest("run", "--at", AT, "--json")
    assert (ended.code, ended.out) == (2, "")
    assert re.search(r"subject\.txt\.j2.*\b(line )?2\b", ended.err), ended.err
    assert home.mails == []
    home.configure(outside.sources(), READER)
    assert home.run(AT)["accepted"] == 1


@pytest.mark.slow
def test_a_locked_database_is_said_and_the_next_run_goes_on(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    morning(home, outside)
    home.configure('[store]\nurl = "sqlite:///digest.db?timeout=1"', outside.sources(), READER)
    holder = sqlite3.connect(home.folder / "digest.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ended = home.digest("run", "--at", "2026-04-22T12:00:00+00:00", "--json")
    holder.close()
    assert (ended.code, ended.out) == (1, "")
    assert "another process holds the database" in ended.err
    assert "Traceback" not in ended.err
    assert home.run("2026-04-22T12:00:00+00:00")["due"] == 1


def test_a_database_of_a_newer_version_is_left_alone(home: Home, outside: Outside) -> None:
    outside.announce(feed(item(1)))
    morning(home, outside)
    with sqlite3.connect(home.folder / "digest.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ended = home.digest("run", "--at", "2026-04-22T12:00:00+00:00", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "made by a newer version of this program" in ended.err


@pytest.mark.slow
def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(
    home: Home, outside: Outside, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        outside.announce(feed(*(item(n, f"Telescope number {n} of many") for n in range(1, 400))))
        store = f'[store]\nurl = "sqlite:///{small}/digest.db"'
        home.configure(store, outside.sources(), READER)
        ended = home.digest("run", "--at", AT, "--json")
        assert "Traceback" not in ended.err
        assert "the disk is full" in ended.err
        assert (ended.code, ended.out, home.mails) == (1, "", [])
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert home.run(AT)["accepted"] == 1
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.slow
def test_a_full_outbox_keeps_the_queue_and_says_so(home: Home, outside: Outside, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        outside.announce(feed(item(1)))
        home.configure(f'[mail.outbox]\nfolder = "{small}"', outside.sources(), READER)
        report = home.run(AT)
        assert (report["accepted"], report["waiting"]) == (0, 1)
        assert report["stopped"]
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        again = home.run(AT)
        assert (again["due"], again["accepted"]) == (1, 1)
        assert len(list(small.glob("*.eml"))) == 1
    finally:
        subprocess.run(["umount", str(small)], check=True)
