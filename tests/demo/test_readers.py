"""The sample readers: a file that an operator could have written, with something of everything."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from digest.config.load import parse
from digest.demo.samples import sample_listings

TEXT = (resources.files("digest.demo") / "readers.toml").read_text(encoding="utf-8")
SITE = '[site]\nsecret = "a-secret-for-this-test-alone-0123456789"\n'
SETTINGS = parse(SITE + TEXT, path=Path("digest.toml"), environ={})
READERS = SETTINGS.readers()
TOPICS = [topic for reader in READERS for topic in reader.topics]


def test_file_loads_as_part_of_a_configuration_without_a_warning() -> None:
    assert len(READERS) == 6
    assert [warning for warning in SETTINGS.warnings if "subscribers" in warning] == []


def test_addresses_are_nobodys() -> None:
    assert {reader.email.partition("@")[2] for reader in READERS} == {"example.org", "example.com"}
    assert len({reader.email for reader in READERS}) == 6


def test_readers_live_in_six_zones_and_two_of_them_at_half_hours() -> None:
    assert len({reader.timezone for reader in READERS}) == 6
    assert {"Asia/Kolkata", "America/St_Johns"} <= {reader.timezone for reader in READERS}


def test_cadences_differ() -> None:
    assert {reader.cadence.kind for reader in READERS} >= {"daily", "weekdays", "weekly"}


def test_one_reader_has_no_topic() -> None:
    assert len([reader for reader in READERS if not reader.topics]) == 1


def test_trending_is_wanted_by_some() -> None:
    assert {reader.trending for reader in READERS if reader.topics} == {True, False}


def test_every_kind_of_wish_is_there() -> None:
    for part in ("keywords", "exclude", "authors", "categories", "text", "examples", "max_papers"):
        assert any(getattr(topic, part) for topic in TOPICS), part
    assert any(topic.weight != 1 for topic in TOPICS)


def test_examples_are_among_the_samples() -> None:
    known = {listing.arxiv_id for listing in sample_listings("arxiv")}
    assert {example for topic in TOPICS for example in topic.examples} <= known
