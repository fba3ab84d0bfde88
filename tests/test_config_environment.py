"""Variables and secret files override the file, and their faults name the variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.config import load
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "digest.toml"
    path.write_text(f'[site]\nname = "Ours"\nsecret = "{SECRET}"\n[mail.smtp]\nport = 25\n')
    return path


def faults(path: Path, environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    return caught.value.faults


def test_variables_override_single_options(path: Path) -> None:
    settings = load(
        path,
        {
            "DIGEST_SITE__SECRET": "y" * 40,
            "DIGEST_MAIL__SMTP__HOST": "mail.example.org",
            "DIGEST_DIGEST__TRENDING": "true",
            "DIGEST_SITE__OLD_SECRETS": '["first", "second"]',
        },
    )
    assert settings.site.secret.get_secret_value() == "y" * 40
    assert settings.site.name == "Ours"
    assert (settings.mail.smtp.host, settings.mail.smtp.port) == ("mail.example.org", 25)
    assert settings.digest.trending is True
    assert [old.get_secret_value() for old in settings.site.old_secrets] == ["first", "second"]


def test_lists_of_tables_are_written_as_json(path: Path) -> None:
    settings = load(path, {"DIGEST_SOURCES": '[{"kind": "huggingface"}]'})
    assert [source.kind for source in settings.sources] == ["huggingface"]


def test_a_file_variable_names_a_file_that_holds_the_value(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("z" * 40 + "\n")
    settings = load(path, {"DIGEST_SITE__SECRET_FILE": str(secret)})
    assert settings.site.secret.get_secret_value() == "z" * 40


def test_an_option_that_ends_in_file_is_that_option(path: Path, tmp_path: Path) -> None:
    settings = load(
        path,
        {
            "DIGEST_MAIL__DKIM__DOMAIN": "example.org",
            "DIGEST_MAIL__DKIM__SELECTOR": "digest",
            "DIGEST_MAIL__DKIM__PRIVATE_KEY_FILE": "dkim.pem",
        },
    )
    assert settings.mail.dkim is not None
    assert settings.mail.dkim.private_key_file == tmp_path / "dkim.pem"


def test_other_peoples_variables_are_left_alone(path: Path) -> None:
    environ = {"DIGEST_CONFIG": "x", "DIGEST_VERSION": "1", "PATH": "/bin", "XDIGEST_SITE__NAME": "no"}
    assert load(path, environ).site.name == "Ours"


def test_the_environment_of_the_process_is_not_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_SITE__NAME", "Theirs")
    assert load(path, {}).site.name == "Ours"


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"DIGEST_MAIL__SMTP__PORT": "x"}, 'mail.smtp.port: expected a whole number, got "x"'),
        ({"DIGEST_SITE__SECRT": "hunter2"}, 'site.secrt: unknown key; nearest: "secret"'),
        ({"DIGEST_SITES__SECRET": "hunter2"}, "unknown; nearest: DIGEST_SITE__…"),
        ({"DIGEST_SITE__SECRET": "hunter2"}, "site.secret: expected at least 32 characters, got 7"),
        ({"DIGEST_SITE__OLD_SECRETS": '["hunter2'}, "expected JSON"),
        (
            {"DIGEST_SITE__SECRET_FILE": "/no"},
            "cannot read the file that it names: No such file or directory",
        ),
        ({"DIGEST_MAIL__SMTP__PORT__X": "1"}, "mail.smtp.port: expected a whole number, got a table"),
    ],
)  # fmt: skip
def test_a_variables_fault_names_the_variable(path: Path, environ: dict[str, str], fault: str) -> None:
    (name,) = environ
    assert faults(path, environ) == (f"{name}: {fault}",)


def test_a_value_given_twice_is_refused(path: Path) -> None:
    environ = {"DIGEST_SITE__SECRET": "y" * 40, "DIGEST_SITE__SECRET_FILE": "/nowhere"}
    assert faults(path, environ) == (
        "DIGEST_SITE__SECRET_FILE: DIGEST_SITE__SECRET is given too; keep one of them",
    )


def test_secret_file_that_is_not_text_is_told_without_its_content(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"\xff\xfe\x00")
    (fault,) = faults(path, {"DIGEST_SITE__SECRET_FILE": str(secret)})
    assert fault == "DIGEST_SITE__SECRET_FILE: cannot read the file that it names: it is not UTF-8"
