"""A configuration file becomes settings, or every one of its faults at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from digest.config import SourceSettings, SubscriberSettings, TopicSettings, load
from digest.config.flags import checked
from digest.config.settings import Settings
from digest.errors import ConfigError, UsageError
from digest.mailers import PROVIDERS
from digest.model import Cadence, Subscriber, Topic
from digest.sources import KINDS

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "0123456789abcdef0123456789abcdef"
SITE = f'[site]\nsecret = "{SECRET}"\nsender = "Digest <digest@example.org>"\n'


def written(folder: Path, text: str, *, site: str = SITE) -> Path:
    path = folder / "digest.toml"
    path.write_text(site + text, encoding="utf-8")
    path.chmod(0o600)
    return path


def faults(folder: Path, text: str, *, site: str = SITE) -> list[str]:
    """The faults of a file, without its path."""
    path = written(folder, text, site=site)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert caught.value.exit_code == 2
    assert all(fault.startswith(f"{path}: ") for fault in caught.value.faults)
    return [fault.removeprefix(f"{path}: ") for fault in caught.value.faults]


def test_readers_come_with_the_defaults_of_digest_filled_in(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [digest]
        max_papers = 5
        trending = true
        [[subscribers]]
        email = "Ada@Example.ORG"
        name = "Ada"
        timezone = "Europe/Berlin"
        send_at = "06:30"
        cadence = "weekly:mon"
        [[subscribers.topics]]
        name = "Vision"
        keywords = ["NeRF", "gaussian splatting"]
        exclude = ["medical"]
        authors = ["Grace Hopper"]
        categories = ["cs.cv"]
        text = "radiance fields"
        examples = ["https://arxiv.org/abs/2003.08934v2"]
        weight = 2
        max_papers = 3
        [[subscribers]]
        email = "bo@example.org"
        max_papers = 7
        trending = false
        send_at = 07:15:00
        """,
    )
    ada, bo = load(path, {}).readers()
    assert ada == Subscriber(
        email="Ada@example.org",
        name="Ada",
        timezone="Europe/Berlin",
        send_at=dt.time(6, 30),
        cadence=Cadence(kind="weekly", weekday=0),
        max_papers=5,
        trending=True,
        topics=(
            Topic(
                name="Vision",
                keywords=("NeRF", "gaussian splatting"),
                exclude=("medical",),
                authors=("Grace Hopper",),
                categories=("cs.CV",),
                text="radiance fields",
                examples=("2003.08934",),
                weight=2.0,
                max_papers=3,
            ),
        ),
    )
    assert (bo.max_papers, bo.trending, bo.send_at) == (7, False, dt.time(7, 15))


def test_relative_paths_stand_beside_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [digest]
        templates = "mine"
        [mail.dkim]
        domain = "example.org"
        selector = "digest"
        private_key_file = "keys/dkim.pem"
        """,
    )
    settings = load(path, {})
    assert settings.store.url == f"sqlite:///{tmp_path}/digest.db"
    assert settings.mail.outbox.folder == tmp_path / "outbox"
    assert settings.digest.templates == tmp_path / "mine"
    assert settings.mail.dkim is not None
    assert settings.mail.dkim.private_key_file == tmp_path / "keys" / "dkim.pem"


@pytest.mark.parametrize(
    "url", ["sqlite:////var/lib/digest.db", "sqlite:///:memory:", "postgresql://db/digest"]
)
def test_a_database_that_is_not_a_relative_file_stays_as_it_is(tmp_path: Path, url: str) -> None:
    assert load(written(tmp_path, f'[store]\nurl = "{url}"\n'), {}).store.url == url


def test_contact_and_unsubscribe_are_the_senders_unless_given(tmp_path: Path) -> None:
    site = load(written(tmp_path, ""), {}).site
    assert site.contact_address == site.unsubscribe_address == site.sender_address == "digest@example.org"
    assert (site.sender_name, site.list_id) == ("Digest", "digest.example.org")
    more = 'contact = "Ed <ed@example.org>"\nunsubscribe = "out@example.org"\n'
    site = load(written(tmp_path, more), {}).site
    assert (site.contact_address, site.unsubscribe_address) == ("ed@example.org", "out@example.org")


def test_port_is_the_usual_one_for_the_security_unless_given(tmp_path: Path) -> None:
    def port(text: str) -> int:
        return load(written(tmp_path, f"[mail.smtp]\n{text}\n"), {}).mail.smtp.port

    assert [port(""), port('security = "tls"'), port('security = "none"')] == [587, 465, 25]
    assert port('security = "tls"\nport = 2465') == 2465


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load(written(tmp_path, ""), {})
    with pytest.raises(ValidationError):
        settings.site.name = "other"


def test_a_source_is_named_for_its_kind_and_an_archive_means_its_categories(tmp_path: Path) -> None:
    sources = """
        [[sources]]
        kind = "arxiv"
        categories = ["eess", "cs.CL", "cmp-lg"]
        [[sources]]
        kind = "feed"
        name = "journal"
        url = "https://journal.example.org/feed/"
        """
    arxiv, feed = load(written(tmp_path, sources), {}).sources
    assert arxiv.name == "arxiv"
    assert arxiv.categories == ("eess.AS", "eess.IV", "eess.SP", "eess.SY", "cs.CL")
    assert (arxiv.include, arxiv.min_interval_s, arxiv.timeout_s) == (("new", "cross"), None, 30)
    assert (feed.name, feed.url) == ("journal", "https://journal.example.org/feed/")


MANY = """
[mail]
provider = "sendgird"
[mail.smtp]
port = "abc"
pasword = "x"
[sourcess]
[digest]
max_papers = 0
trending = "perhaps"
window_days = 1.5
[[sources]]
kind = "arxiv"
categories = ["cs.ML", "cs.CL"]
[[sources]]
kind = "fed"
[[subscribers]]
email = "ada@example.org"
timezone = "Berlin"
cadence = "weekly"
[[subscribers.topics]]
name = "A"
keywords = ["a"]
[[subscribers.topics]]
name = "B"
keywords = "nerf"
examples = ["somewhere"]
[[subscribers]]
email = "nobody"
send_at = "25:00"
"""


def test_every_fault_is_told_at_once_with_its_path_and_what_was_expected(tmp_path: Path) -> None:
    assert faults(tmp_path, MANY) == [
        'sourcess: unknown key; nearest: "sources"',
        f'mail.provider: unknown "sendgird"; known: {", ".join(PROVIDERS)}',
        'mail.smtp.port: expected a whole number, got "abc"',
        'mail.smtp.pasword: unknown key; nearest: "password"',
        "digest.max_papers: expected at least 1, got 0",
        'digest.trending: expected true or false, got "perhaps"',
        "digest.window_days: expected a whole number, got 1.5",
        'sources[0].categories: unknown category "cs.ML"; nearest: cs.LG, stat.ML',
        f'sources[1].kind: unknown "fed"; known: {", ".join(KINDS)}',
        'subscribers[0].timezone: unknown time zone "Berlin"; nearest: Europe/Berlin',
        (
            'subscribers[0].cadence: expected "daily", "weekdays", "weekly:mon" (to "weekly:sun") or '
            '"monthly:1" (to "monthly:28"), got "weekly"'
        ),
        (
            'subscribers[0].topics[1].keywords: expected a list of strings such as ["graph neural network"], '
            'got "nerf"'
        ),
        (
            'subscribers[0].topics[1].examples[0]: expected an arXiv id or address such as "1706.03762", '
            'got "somewhere"'
        ),
        'subscribers[1].email: expected a mail address, got "nobody": An email address must have an @-sign',
        'subscribers[1].send_at: expected a time of day such as "07:00", got "25:00"',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[[subscribers]]\nemail = "ada@example.org"\n[[subscribers]]\nemail = "ADA@Example.org"',
            (
                'subscribers[1].email: "ADA@example.org" is that of subscribers[0] already; '
                "each has one of its own"
            ),
        ),
        (
            '[[sources]]\nkind = "huggingface"\n[[sources]]\nkind = "huggingface"',
            'sources[1].name: "huggingface" is that of sources[0] already; each has one of its own',
        ),
        (
            '[[sources]]\nkind = "huggingface"\ncategories = ["cs.CL"]',
            'sources[0].categories: not an option of kind "huggingface"; it is one of kind "arxiv"',
        ),
        ('[[sources]]\nkind = "feed"', "sources[0].url: missing; expected the address of a feed"),
        (
            f'[[subscribers]]\nemail = "a@b.org"\n[[subscribers.topics]]\nname="A"\ntext="{"word " * 4100}"',
            "subscribers[0].topics[0].text: expected at most 20000 characters, got 20500",
        ),
        (
            '[[sources]]\nkind = "arxiv"',
            'sources[0].categories: missing; expected a list of arXiv categories such as ["cs.CL"]',
        ),
        (
            '[mail]\nprovider = "smtp"',
            'mail.smtp.host: missing; provider "smtp" needs the name of a mail server',
        ),
        (
            '[mail]\nprovider = "smtp"\nsmtp = {host = "h", username = "u"}',
            "mail.smtp.password: missing; a login takes a username and a password",
        ),
        (
            '[mail]\nprovider = "sendgrid"',
            'mail.sendgrid.api_key: missing; provider "sendgrid" needs a key of SendGrid',
        ),
        ('[mail]\nsmtp = "smtp://u:hunter2@h"', "mail.smtp: expected a table, got text"),
        ("[[mail]]", "mail: expected a table, got a list"),
        ('sources = "arxiv"', "sources: expected tables under [[sources]], got \"arxiv\""),
        (
            "[mail.dkim]\nselector='s'\nprivate_key_file='k'",
            "mail.dkim.domain: missing; expected the sender's domain",
        ),
        ('[store]\nurl = "digest.db"', 'store.url: expected the address of a database such as "sqlite:///digest.db"'),
        (
            '_env_file = "x"',
            f"_env_file: unknown key; known: {', '.join(Settings.model_fields)}",
        ),
    ],
)  # fmt: skip
def test_fault_between_and_in_sections(tmp_path: Path, text: str, expected: str) -> None:
    site = SITE if text.startswith("[") else ""
    found = faults(tmp_path, text + ("" if site else "\n" + SITE), site=site)
    assert found == [expected]


def test_duplicates_are_told_together_with_faults_elsewhere(tmp_path: Path) -> None:
    twice = '[[subscribers]]\nemail = "ada@example.org"\n' * 2
    found = faults(tmp_path, f"[digest]\nmax_papers = 0\n{twice}")
    assert [fault.partition(":")[0] for fault in found] == ["digest.max_papers", "subscribers[1].email"]


def test_composed_and_decomposed_spellings_are_one_address(tmp_path: Path) -> None:
    both = [f'[[subscribers]]\nemail = "post@{name}.example"\n' for name in ("d\u00f6rte", "do\u0308rte")]
    (fault,) = faults(tmp_path, "".join(both))
    assert fault.startswith("subscribers[1].email: ")


def test_missing_site_and_missing_secret_are_told(tmp_path: Path) -> None:
    assert faults(tmp_path, "", site="") == ["site: missing; expected [site]"]
    assert faults(tmp_path, "", site="[site]\n") == [
        "site.secret: missing; expected at least 32 characters that nobody can guess"
    ]


def test_smtp_and_sendgrid_want_a_sender(tmp_path: Path) -> None:
    mail = '[mail]\nprovider = "smtp"\nsmtp = {host = "mail.example.org"}\n'
    assert faults(tmp_path, mail, site=f'[site]\nsecret = "{SECRET}"\n') == [
        'site.sender: missing; provider "smtp" sends from it: expected a mailbox'
    ]


HUNTER = "hunter2-SG.s3cr3t"


@pytest.mark.parametrize(
    "text",
    [
        f'[site]\nsecret = "{HUNTER}"',
        f'[site]\nsecret = ["{HUNTER}"]',
        f'site = "{HUNTER}"',
        f'[site]\nsecrt = "{HUNTER}"',
        f'[site]\nold_secrets = "{HUNTER}"',
        f'[site]\nold_secrets = [["{HUNTER}"]]',
        f'[mail.smtp]\npassword = ["{HUNTER}"]',
        f'[mail.smtp]\npasword = "{HUNTER}"',
        f'[mail]\nsmtp = "{HUNTER}"',
        f'[mail.sendgrid]\napi_key = {{key = "{HUNTER}"}}',
        f'[mail.sendgrid]\nbase_url = "ftp://user:{HUNTER}@example.org"',
        f'[store]\nurl = ["postgresql://u:{HUNTER}@db"]',
        f'[site]\nsecret = "{HUNTER}\nname = 5',
    ],
)
def test_no_secret_is_in_any_error(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, site="")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    chain: BaseException | None = caught.value
    while chain is not None:
        assert HUNTER not in f"{chain}{chain!r}"
        chain = chain.__cause__ or chain.__context__


def test_no_secret_is_in_the_settings_repr(tmp_path: Path) -> None:
    text = f'old_secrets = ["{HUNTER}"]\n[mail]\nsmtp.password = "{HUNTER}"\nsendgrid.api_key = "{HUNTER}"\n'
    settings = load(written(tmp_path, f'{text}[store]\nurl = "postgresql://u:{HUNTER}@db/d"'), {})
    assert HUNTER not in repr(settings)
    assert SECRET not in repr(settings)
    assert settings.mail.smtp.password is not None
    assert settings.mail.smtp.password.get_secret_value() == HUNTER


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'there is no such file; write one with "digest init"'):
        load(tmp_path / "digest.toml", {})


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_syntax_error_comes_with_line_and_column(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "[mail]\nprovider outbox\n", site="")
    assert fault.startswith("line 2, column 10: not TOML: ")


def test_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "digest.toml"
    path.write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="byte 8 is not UTF-8"):
        load(path, {})


def test_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, "", site="\ufeff" + SITE)
    assert load(path, {}).site.sender_name == "Digest"


def test_secrets_that_others_can_read_are_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, '[[sources]]\nkind = "huggingface"\n')
    assert load(path, {}).warnings == ()
    path.chmod(0o644)
    (warning,) = load(path, {}).warnings
    assert warning == f"{path}: others can read it (mode 0644), and it holds site.secret; chmod 600 {path}"
    path.write_text('[[sources]]\nkind = "huggingface"\n')
    assert load(path, {"DIGEST_SITE__SECRET": SECRET}).warnings == ()


def test_what_will_not_do_what_it_seems_to_is_a_warning(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [mail]
        provider = "smtp"
        smtp = {host = "mail.example.org", security = "none", username = "u", password = "p"}
        [[subscribers]]
        email = "ada@example.org"
        [[subscribers.topics]]
        name = "Robots"
        keywords = ["a*", "(cat:cs.RO OR cat:cs.CV)"]
        """,
    )
    told = "\n".join(load(path, {}).warnings)
    assert "mail.smtp.security:" in told
    assert "sources: there is none" in told
    assert "subscribers[0].topics[0].keywords[1]: looks like a query" in told
    assert "keywords[0]" not in told


def test_values_from_elsewhere_are_checked_in_the_same_words() -> None:
    with pytest.raises(UsageError) as caught:
        checked(TopicSettings, name="", categories=("cs.ML",), examples=("x",))
    told = str(caught.value).splitlines()
    assert [fault.partition(":")[0] for fault in told] == ["name", "categories", "examples[0]"]
    twice = [{"name": "A", "keywords": ["x"]}, {"name": "a", "keywords": ["y"]}, {"name": "B"}]
    with pytest.raises(UsageError, match=r"^topics\[1\].name: "):
        checked(SubscriberSettings, email="ada@example.org", topics=twice)
    assert checked(SourceSettings, kind="huggingface").name == "huggingface"
