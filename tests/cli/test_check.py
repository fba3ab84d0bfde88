"""`digest check`: a line for each thing, with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mailers.sendgrid_posts import PUBLIC_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said


def statuses(said: Said) -> dict[str, str]:
    return {line["what"]: line["status"] for line in said.json}


def test_a_good_set_up_passes(digest: Callable[..., Said]) -> None:
    said = digest("check", "--json")
    assert said.code == 0, said
    assert statuses(said) == {
        "settings": "warning",  # no source is configured
        "database": "ok",
        "templates": "ok",
        "provider outbox": "ok",
    }


def test_every_fault_of_the_settings_has_a_line(digest: Callable[..., Said], folder: Path) -> None:
    (folder / "digest.toml").write_text('[site]\nsecret = "short"\n[mail]\nprovider = "sendgird"\n')
    said = digest("check")
    assert said.code == 1
    assert said.out.count("✗ settings:") == 2
    assert "sendgrid" in said.out


def test_a_source_that_does_not_answer_fails_and_the_rest_is_looked_at(
    digest: Callable[..., Said], folder: Path
) -> None:
    with (folder / "digest.toml").open("a") as file:
        file.write(
            '\n[[sources]]\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\nallow_private_address = true\n'
        )
    said = digest("check", "--json")
    assert said.code == 1
    assert statuses(said)["feed"] == "failed"
    assert statuses(said)["provider outbox"] == "ok"


def test_who_has_left_although_the_file_names_them_is_said(digest: Callable[..., Said]) -> None:
    digest("subscribers", "remove", "ada@example.org")
    said = digest("check")
    assert said.code == 0
    assert "! subscribers: ada@example.org: has left" in said.out


def test_a_broken_template_is_named(digest: Callable[..., Said], folder: Path) -> None:
    (folder / "mine" / "mail").mkdir(parents=True)
    (folder / "mine" / "mail" / "subject.txt.j2").write_text("{% if %}")
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[digest]\ntemplates = "mine"\n')
    said = digest("check", "--json")
    assert said.code == 1
    assert statuses(said)["templates"] == "failed"


def test_a_test_message_is_really_sent(digest: Callable[..., Said], folder: Path) -> None:
    said = digest("check", "--send", "me@example.com", "--json")
    assert said.code == 0
    assert statuses(said)["test message"] == "ok"
    (mail,) = (folder / "outbox").glob("*.eml")
    assert b"To: <me@example.com>" in mail.read_bytes()
    assert b"Paper Digest (test)" in mail.read_bytes()


def test_a_test_message_to_no_address_fails(digest: Callable[..., Said], folder: Path) -> None:
    said = digest("check", "--send", "nobody", "--json")
    assert statuses(said)["test message"] == "failed"
    assert not list(folder.glob("outbox/*.eml"))


def test_the_key_of_the_webhook_is_looked_at(digest: Callable[..., Said], folder: Path) -> None:
    before = (folder / "digest.toml").read_text()
    for key, status, code in ((PUBLIC_KEY, "ok", 0), ("not a key", "failed", 1), ("QUJD", "failed", 1)):
        (folder / "digest.toml").write_text(f'{before}\n[mail.sendgrid]\nwebhook_key = "{key}"\n')
        said = digest("check", "--json")
        assert (key, said.code, statuses(said)["webhook"]) == (key, code, status)
        sentences = [line["sentence"] for line in said.json if line["what"] == "webhook"]
        assert "mail.sendgrid.webhook_key" in sentences[0]


def test_where_the_database_is_refused_the_provider_is_still_tried(
    digest: Callable[..., Said], folder: Path
) -> None:
    (folder / "digest.db").write_bytes(b"this is a text, and a long one at that " * 40)
    with (folder / "digest.toml").open("a") as file:
        file.write('\n[[sources]]\nkind = "huggingface"\n')
    said = digest("check", "--json")
    assert said.code == 1
    assert statuses(said) == {
        "settings": "ok",
        "database": "failed",
        "templates": "ok",
        "huggingface": "failed",
        "provider outbox": "ok",
    }
