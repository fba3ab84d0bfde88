"""`digest suppressions` and `digest subscribers erase`: who gets no mail, whatever file names them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

    Digest = Callable[..., Said]

ADA = "ada@example.org"
CONSENT = ("--agreed-at", "2026-11-01T09:00:00Z", "--agreed-where", "wrote to us")
HOSTILE = (
    "nobody",
    "",
    " ",
    "a\0@example.org",
    "a@b@c",
    "\udcff@example.org",
    "a@example.org\r\nBcc: x@example.org",
)


def listed(digest: Digest, *words: str) -> list[tuple[str, str]]:
    return [(one["email"], one["cause"]) for one in digest("suppressions", "list", "--json", *words).json]


def mails(digest: Digest, at: str = AT) -> int:
    return int(digest("run", "--at", at, "--json").json["accepted"])


def test_where_nobody_is_suppressed_that_is_said(digest: Digest) -> None:
    assert digest("suppressions", "list").out == "No address is suppressed.\n"
    assert digest("suppressions", "list", "--cause", "bounce").out == "No address is suppressed for bounce.\n"
    assert listed(digest) == []


def test_a_suppressed_reader_gets_no_mail_until_it_is_lifted(digest: Digest) -> None:
    assert digest("suppressions", "add", "ADA@example.org", "--evidence", "asked by phone").code == 0
    assert mails(digest) == 0
    assert listed(digest) == [("ADA@example.org", "operator")]
    assert digest("suppressions", "list", "--json").json[0]["evidence"] == "asked by phone"
    said = digest("suppressions", "remove", ADA)
    assert (said.code, said.out) == (0, f"{ADA}: lifted (operator)\n")
    assert mails(digest) == 1


def test_the_first_evidence_stays(digest: Digest) -> None:
    digest("suppressions", "add", ADA, "--evidence", "first")
    assert "was suppressed already" in digest("suppressions", "add", ADA, "--evidence", "second").out
    assert [one["evidence"] for one in digest("suppressions", "list", "--json").json] == ["first"]


def test_a_list_says_where_an_active_reader_gets_nothing(digest: Digest) -> None:
    digest("suppressions", "add", ADA, "--cause", "bounce")
    (row,) = digest("subscribers", "list").out.splitlines()[1:]
    assert "active, suppressed (bounce)" in row
    assert "active, suppressed (bounce)" in digest("subscribers", "show", ADA).out
    (one,) = digest("subscribers", "list", "--json").json
    assert (one["status"], one["suppressed"]) == ("active", ["bounce"])


def test_one_cause_is_lifted_and_what_remains_is_said(digest: Digest) -> None:
    for cause in ("bounce", "complaint", "operator"):
        digest("suppressions", "add", ADA, "--cause", cause)
    said = digest("suppressions", "remove", ADA, "--cause", "bounce")
    assert (said.code, said.out) == (0, f"{ADA}: lifted (bounce)\n")
    assert "still gets no mail (complaint, operator)" in said.err
    assert "not suppressed for bounce" in digest("suppressions", "remove", ADA, "--cause", "bounce").err
    assert digest("suppressions", "remove", ADA).code == 0
    assert listed(digest) == []


def test_who_left_is_not_brought_back_by_lifting(digest: Digest) -> None:
    digest("subscribers", "remove", ADA)
    assert digest("suppressions", "list", "--json").json[0]["evidence"] == "the operator's command"
    for words in ((), ("--cause", "unsubscribe")):
        said = digest("suppressions", "remove", ADA, *words)
        assert said.code == 2
        assert f"digest subscribers resume {ADA} --agreed-at" in said.err
    assert mails(digest) == 0
    assert digest("subscribers", "resume", ADA, *CONSENT).code == 0
    assert mails(digest) == 1


def test_lifting_the_rest_leaves_the_persons_own_word(digest: Digest) -> None:
    digest("subscribers", "remove", ADA)
    digest("suppressions", "add", ADA, "--cause", "bounce")
    said = digest("suppressions", "remove", ADA)
    assert (said.code, said.out) == (1, f"{ADA}: lifted (bounce)\n")
    assert "new consent" in said.err
    assert listed(digest) == [(ADA, "unsubscribe")]


def test_an_added_unsubscribe_ends_the_membership(digest: Digest) -> None:
    digest("suppressions", "add", ADA, "--cause", "unsubscribe", "--evidence", "a letter")
    assert digest("subscribers", "list", "--json").json[0]["status"] == "left"
    assert digest("subscribers", "resume", ADA).code == 2


def test_a_bounced_reader_is_not_resumed_before_it_is_lifted(digest: Digest) -> None:
    digest("suppressions", "add", ADA, "--cause", "bounce")
    digest("suppressions", "add", "bo@example.org", "--cause", "bounce")
    for email in (ADA, "bo@example.org"):
        said = digest("subscribers", "resume", email, *CONSENT)
        assert said.code == 2
        assert f"digest suppressions remove {email}" in said.err


@pytest.mark.parametrize("address", HOSTILE)
def test_what_is_no_address_is_refused(digest: Digest, address: str) -> None:
    for command in ("add", "remove"):
        said = digest("suppressions", command, "--", address)
        assert (said.code, said.out) == (2, "")
        assert "expected a mail address" in said.err
        assert not {"\0", "\r"} & set(said.err)
    for command in ("show", "pause", "resume", "remove", "erase"):
        said = digest("subscribers", command, "--", address)
        assert (said.code, said.out) == (2, "")
        assert "no such subscriber" in said.err
        assert not {"\0", "\r"} & set(said.err)
    assert listed(digest) == []


def test_words_that_could_move_a_cursor_are_no_evidence(digest: Digest) -> None:
    said = digest("suppressions", "add", ADA, "--evidence", "a\x1b[2Jb")
    assert said.code == 2
    assert "--evidence" in said.err


def test_an_unknown_cause_is_told_with_the_known_ones(digest: Digest) -> None:
    said = digest("suppressions", "add", ADA, "--cause", "bouncd")
    assert said.code == 2
    assert 'did you mean "bounce"' in said.err
    assert "unsubscribe" in digest("suppressions", "list", "--cause", "x").err


def test_a_csv_takes_in_what_is_right_and_names_what_is_not(digest: Digest, folder: Path) -> None:
    path = folder / "gone.csv"
    path.write_text(
        "email;cause;at;evidence\nbo@example.org;bounce;2026-01-02;550 5.1.1\nnobody;bounce;;\n"
        "cy@example.org;vanished;;\ndi@example.org;;yesterday;\neve@example.org;;;\n"
        "bo@example.org;complaint;2026-01-03T10:00:00+01:00;\nbo@example.org;bounce;;\n",
        encoding="utf-8",
    )
    said = digest("suppressions", "import", str(path), "--json")
    assert (said.code, said.json["added"], said.json["known"]) == (1, 3, 0)
    assert [fault[:12].rstrip() for fault in said.json["faults"]] == [
        "row 3: email", "row 4: cause", "row 5: at: e", "row 8: email",
    ]  # fmt: skip
    found = digest("suppressions", "list", "--json").json
    assert [(one["email"], one["cause"], one["at"][:16]) for one in found[:2]] == [
        ("bo@example.org", "bounce", "2026-01-02T00:00"),
        ("bo@example.org", "complaint", "2026-01-03T09:00"),
    ]
    assert (found[0]["evidence"], found[2]["evidence"]) == ("550 5.1.1", "imported from gone.csv")
    assert digest("suppressions", "import", str(path)).out == "0 added, 3 known already, 4 left out\n"


def test_bare_addresses_are_taken_in_one_a_line(digest: Digest, folder: Path) -> None:
    path = folder / "gone.txt"
    path.write_text("\ufeffbo@example.org\n\nnot an address\r\n cy@example.org \n", encoding="utf-8")
    said = digest("suppressions", "import", str(path), "--cause", "unsubscribe")
    assert (said.code, said.out) == (1, "2 added, 0 known already, 1 left out\n")
    assert "row 3: email: expected a mail address" in said.err
    assert listed(digest) == [("bo@example.org", "unsubscribe"), ("cy@example.org", "unsubscribe")]


def test_a_list_of_one_column_may_name_it(digest: Digest, folder: Path) -> None:
    (folder / "gone.csv").write_text('"email"\nbo@example.org\n')
    assert digest("suppressions", "import", str(folder / "gone.csv")).code == 0
    assert listed(digest) == [("bo@example.org", "operator")]


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"address,why\nbo@example.org,x\n", b'email,cause\n"bo@'])
def test_a_file_that_cannot_be_read_is_said(digest: Digest, folder: Path, raw: bytes) -> None:
    (folder / "gone.csv").write_bytes(raw)
    said = digest("suppressions", "import", str(folder / "gone.csv"))
    assert said.code in (1, 2)
    assert f"{folder / 'gone.csv'}: " in said.err
    assert listed(digest) == []


def test_an_imported_departure_ends_the_membership(digest: Digest, folder: Path) -> None:
    (folder / "gone.csv").write_text(f"email,cause\n{ADA},unsubscribe\n")
    digest("suppressions", "import", str(folder / "gone.csv"))
    (one,) = digest("subscribers", "list", "--json").json
    assert (one["status"], one["suppressed"]) == ("left", ["unsubscribe"])


def test_what_is_exported_can_be_imported(digest: Digest, folder: Path) -> None:
    digest("suppressions", "add", "bo@example.org", "--cause", "bounce", "--evidence", '=1+1, "x"')
    digest("suppressions", "add", "cy@example.org")
    out = folder / "out.csv"
    out.touch(mode=0o644)
    assert digest("suppressions", "export", "--out", str(out)).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = digest("suppressions", "list", "--json").json
    assert digest("suppressions", "export").out == out.read_bytes().decode()
    for email in ("bo@example.org", "cy@example.org"):
        digest("suppressions", "remove", email)
    assert digest("suppressions", "import", str(out), "--json").json == {"added": 2, "known": 0, "faults": []}
    assert digest("suppressions", "list", "--json").json == before


def test_an_export_says_whom_it_cannot_name(digest: Digest) -> None:
    digest("subscribers", "erase", ADA, "--yes")
    said = digest("suppressions", "export")
    assert said.out.splitlines() == ["email,cause,at,evidence"]
    assert "only a hash under this database's own key is kept: 1" in said.err


def test_an_erased_person_is_forgotten_and_never_mailed_again(digest: Digest, folder: Path) -> None:
    assert mails(digest) == 1
    said = digest("subscribers", "erase", "ADA@example.org", "--yes")
    assert said.code == 0
    assert "keyed hash" in said.out
    assert "still names them" in said.err
    assert digest("subscribers", "list", "--json").json == []
    assert digest("deliveries", "list", "--json").json == []
    assert listed(digest) == [("", "unsubscribe")]
    assert "(erased)" in digest("suppressions", "list").out
    assert mails(digest, AT.replace("-21T", "-22T")) == 0
    (folder / "readers.csv").write_text(f"email\n{ADA}\n")
    assert digest("subscribers", "import", str(folder / "readers.csv")).code == 1
    assert "no such subscriber" in digest("subscribers", "erase", ADA, "--yes").err


def test_an_erased_person_comes_back_with_new_consent_alone(digest: Digest, folder: Path) -> None:
    digest("subscribers", "erase", ADA, "--yes")
    assert digest("suppressions", "remove", ADA).code == 2
    assert digest("subscribers", "resume", ADA).code == 2
    assert digest("subscribers", "list", "--json").json == []
    assert digest("subscribers", "resume", ADA, *CONSENT).code == 0
    (one,) = digest("subscribers", "list", "--json").json
    assert (one["status"], one["suppressed"], one["agreed_where"]) == ("active", [], "wrote to us")
    assert mails(digest) == 1


def test_where_nobody_can_be_asked_erasing_needs_a_yes(digest: Digest) -> None:
    said = digest("subscribers", "erase", ADA)
    assert (said.code, said.out) == (2, "")
    assert "--yes" in said.err
    assert digest("subscribers", "list", "--json").json[0]["status"] == "active"


def test_the_address_of_one_who_was_no_reader_is_forgotten_too(digest: Digest) -> None:
    digest("suppressions", "add", "bo@example.org", "--evidence", "Bo called")
    assert digest("subscribers", "erase", "bo@example.org", "--yes").code == 0
    (one,) = digest("suppressions", "list", "--json").json
    assert (one["email"], one["cause"], one["evidence"]) == ("", "operator", "")
    assert "not added" in digest("subscribers", "add", "bo@example.org").err


def test_the_doctor_names_who_is_suppressed_and_who_has_left(digest: Digest, folder: Path) -> None:
    digest("subscribers", "add", "bo@example.org")
    digest("suppressions", "add", "bo@example.org", "--cause", "bounce")
    digest("suppressions", "add", ADA, "--cause", "complaint")
    said = digest("check")
    assert said.code == 0
    assert f"! subscribers: {ADA}: is suppressed (complaint) and gets no mail, although the file" in said.out
    assert "! subscribers: suppressed, and so without mail: bo@example.org (bounce)" in said.out
    digest("subscribers", "erase", ADA, "--yes")
    assert f"! subscribers: {ADA}: has left" in digest("check").out
