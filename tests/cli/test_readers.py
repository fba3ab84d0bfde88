"""`digest subscribers`: who gets mail, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

CSV = """email,name,timezone,send_at,cadence,topics,agreed_at,agreed_where
bo@example.org,Bo,Europe/Berlin,06:30,weekly:mon,"Vision: nerf; Robots: slam",2026-01-02,lab meeting
not an address,X,,,,,,
cy@example.org,Cy,Asia/Kolkata,,,,,
"""


def test_readers_of_the_file_and_of_the_command_are_listed_together(digest: Callable[..., Said]) -> None:
    added = digest(
        "subscribers", "add", "bo@example.org", "--topic", "Vision: nerf, exclude=medical", "--timezone",
        "Europe/Berlin", "--agreed-at", "2026-01-02T10:00:00+01:00", "--agreed-where", "lab meeting",
    )  # fmt: skip
    assert (added.code, added.out) == (0, "bo@example.org: added\n")
    listed = digest("subscribers", "list", "--json").json
    assert [(one["email"], one["origin"], one["status"]) for one in listed] == [
        ("ada@example.org", "file", "active"),
        ("bo@example.org", "command", "active"),
    ]
    assert listed[1]["topics"][0]["exclude"] == ["medical"]
    assert listed[1]["agreed_at"] == "2026-01-02T09:00:00+00:00"


def test_a_list_says_the_same_twice(digest: Callable[..., Said]) -> None:
    assert digest("subscribers", "list", "--json").out == digest("subscribers", "list", "--json").out


def test_adding_again_brings_up_to_date(digest: Callable[..., Said]) -> None:
    digest("subscribers", "add", "bo@example.org")
    again = digest("subscribers", "add", "BO@example.org", "--name", "Bo", "--json")
    assert again.json == {"email": "BO@example.org", "added": False}
    assert "Bo" in digest("subscribers", "show", "bo@example.org").out


def test_all_faults_of_an_addition_are_told_at_once(digest: Callable[..., Said]) -> None:
    said = digest("subscribers", "add", "nobody", "--timezone", "Mars/Olympus", "--cadence", "hourly")
    assert (said.code, said.out) == (2, "")
    assert all(word in said.err for word in ("email:", "timezone:", "cadence:"))


def test_a_csv_takes_in_what_is_right_and_names_what_is_not(
    digest: Callable[..., Said], folder: Path
) -> None:
    path = folder / "readers.csv"
    path.write_text(CSV, encoding="utf-8")
    said = digest("subscribers", "import", str(path), "--json")
    assert said.code == 1
    assert (said.json["added"], said.json["updated"]) == (2, 0)
    assert len(said.json["faults"]) == 1
    assert said.json["faults"][0].startswith("row 3: email: expected a mail address")


def test_a_row_with_several_faults_is_left_out_once(digest: Callable[..., Said], folder: Path) -> None:
    path = folder / "readers.csv"
    path.write_text(
        "email,timezone,send_at\nnobody,Berlin,25:00\nbo@example.org,UTC,07:00\n", encoding="utf-8"
    )
    said = digest("subscribers", "import", str(path))
    assert said.err.count("row 2: ") == 3
    assert said.out == "1 added, 0 brought up to date, 1 left out\n"


def test_what_is_exported_can_be_imported(digest: Callable[..., Said], folder: Path) -> None:
    path = folder / "readers.csv"
    path.write_text(CSV, encoding="utf-8")
    digest("subscribers", "import", str(path))
    out = folder / "out.csv"
    assert digest("subscribers", "export", "--out", str(out)).code == 0
    assert out.stat().st_mode & 0o077 == 0
    again = digest("subscribers", "import", str(out), "--json")
    assert again.json == {"added": 0, "updated": 3, "faults": []}
    assert digest("subscribers", "export").out == out.read_bytes().decode()


def test_one_who_was_removed_stays_out_until_new_consent(digest: Callable[..., Said], folder: Path) -> None:
    assert digest("subscribers", "remove", "ada@example.org").code == 0
    assert digest("subscribers", "list", "--json").json[0]["status"] == "left"
    assert "has left" in digest("subscribers", "add", "ada@example.org").err
    (folder / "readers.csv").write_text("email\nada@example.org\n")
    imported = digest("subscribers", "import", str(folder / "readers.csv"), "--json")
    assert (imported.code, imported.json["added"], imported.json["updated"]) == (1, 0, 0)
    refused = digest("subscribers", "resume", "ada@example.org")
    assert refused.code == 2
    assert "new consent" in refused.err
    consent = ("--agreed-at", "2026-04-21T09:00:00Z", "--agreed-where", "wrote to us")
    assert digest("subscribers", "resume", "ada@example.org", *consent).code == 0
    shown = digest("subscribers", "show", "ada@example.org", "--json").json
    assert (shown["status"], shown["agreed_where"], shown["left_at"]) == ("active", "wrote to us", None)


def test_a_paused_reader_gets_nothing_and_resumes(digest: Callable[..., Said]) -> None:
    at = ("--at", "2026-04-21T12:00:00+00:00", "--json")
    digest("subscribers", "pause", "ada@example.org")
    assert digest("run", *at).json["due"] == 0
    digest("subscribers", "resume", "ada@example.org")
    assert digest("run", *at).json["accepted"] == 1


def test_an_unknown_address_is_said(digest: Callable[..., Said]) -> None:
    for command in ("show", "pause", "resume", "remove"):
        said = digest("subscribers", command, "nobody@example.org")
        assert said.code == 2
        assert "no such subscriber" in said.err


def test_what_is_not_said_again_stays_as_it_was(digest: Callable[..., Said]) -> None:
    digest(
        "subscribers", "add", "bo@example.org", "--name", "Bo", "--timezone", "Asia/Kolkata", "--send-at",
        "06:30", "--cadence", "weekly:mon", "--max-papers", "5", "--trending", "--topic", "Vision: nerf",
    )  # fmt: skip
    before = digest("subscribers", "show", "bo@example.org", "--json").json
    digest("subscribers", "add", "bo@example.org", "--cadence", "daily", "--no-trending")
    after = digest("subscribers", "show", "bo@example.org", "--json").json
    assert after == before | {"cadence": "daily", "trending": False}


def test_one_whom_the_file_dropped_is_added_for_good(digest: Callable[..., Said], folder: Path) -> None:
    at = ("--at", "2026-04-21T12:00:00+00:00", "--json")
    config = folder / "digest.toml"
    named = config.read_text()
    said = digest("subscribers", "add", "ada@example.org", "--name", "Ada L.")
    assert "names this reader" in said.err
    config.write_text(named.partition("[[subscribers]]")[0])
    assert digest("run", *at).json["due"] == 0
    said = digest("subscribers", "add", "ada@example.org", "--send-at", "06:00")
    assert "names this reader" not in said.err
    assert digest("run", *at).json["accepted"] == 1


def test_a_csv_that_names_a_known_reader_keeps_what_it_leaves_open(
    digest: Callable[..., Said], folder: Path
) -> None:
    digest("subscribers", "add", "bo@example.org", "--topic", "Vision: nerf", "--send-at", "06:30")
    (folder / "readers.csv").write_text("email,name,topics\nbo@example.org,Bo,\n")
    assert digest("subscribers", "import", str(folder / "readers.csv"), "--json").json["updated"] == 1
    shown = digest("subscribers", "show", "bo@example.org", "--json").json
    assert (shown["name"], shown["send_at"], shown["topics"][0]["name"]) == ("Bo", "06:30", "Vision")
