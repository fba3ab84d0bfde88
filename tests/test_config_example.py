"""`config.example.toml` loads, and holds every option with its default and a line that explains it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic_core import PydanticUndefined

from digest.config import (
    DkimSettings,
    Settings,
    SourceSettings,
    SubscriberSettings,
    TopicSettings,
    load,
)
from digest.config.delivery import WarmupSettings

if TYPE_CHECKING:
    from pydantic import BaseModel

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
OPTION = re.compile(r"(?P<off>#?)(?P<key>[a-z_]+) = (?P<value>.+)")
HEADER = re.compile(r"#?(?P<open>\[\[?)(?P<name>[a-z.]+)\]\]?")

# What has no default, or one that would make no example.
SHOWN = {
    "site.secret", "sources.kind", "sources.name", "sources.categories", "subscribers.email",
    "subscribers.topics.name", "subscribers.topics.keywords",
}  # fmt: skip
MODELS: dict[str, type[BaseModel]] = {
    "delivery.warmup": WarmupSettings,
    "mail.dkim": DkimSettings,
    "sources": SourceSettings,
    "subscribers": SubscriberSettings,
    "subscribers.topics": TopicSettings,
}


def options() -> dict[str, tuple[bool, Any, str]]:
    """Every option of the example: whether it is on, its value, and the line above it."""
    found: dict[str, tuple[bool, Any, str]] = {}
    section, above = "", ""
    for line in TEXT.splitlines():
        if header := HEADER.fullmatch(line):
            section = header["name"]
        elif option := OPTION.fullmatch(line):
            value = tomllib.loads(f"v = {option['value']}")["v"]
            found.setdefault(f"{section}.{option['key']}", (not option["off"], value, above))
        above = line
    return found


def fields() -> dict[str, Any]:
    """Every option that the settings have, with its default."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        if name in MODELS:
            continue
        assert isinstance(field.annotation, type)
        for key, inner in field.annotation.model_fields.items():
            default = inner.default
            if hasattr(default, "model_dump"):
                found.update({f"{name}.{key}.{k}": getattr(default, k) for k in type(default).model_fields})
            elif f"{name}.{key}" not in MODELS:
                found[f"{name}.{key}"] = default
    for section, model in MODELS.items():
        found.update({f"{section}.{k}": f.default for k, f in model.model_fields.items() if k != "topics"})
    return found


def test_every_option_is_in_the_example_and_no_other() -> None:
    assert options().keys() == fields().keys()


@pytest.mark.parametrize("path", sorted(options()))
def test_what_is_on_has_its_default_and_what_is_off_has_none(path: str) -> None:
    on, value, _ = options()[path]
    default = fields()[path]
    if path in SHOWN:
        assert on
        return
    assert on == (default is not None and default is not PydanticUndefined), default
    if on:
        section, key = path.rpartition(".")[::2]
        loaded: Any = load(EXAMPLE, {})
        for step in section.split("."):
            loaded = getattr(loaded, step)
            loaded = loaded[0] if isinstance(loaded, tuple) else loaded
        expected = default if not isinstance(default, Path) else EXAMPLE.parent / default
        if path == "store.url":
            expected = f"sqlite:///{EXAMPLE.parent}/digest.db"
        assert getattr(loaded, key) == expected, value


@pytest.mark.parametrize("path", sorted(options()))
def test_every_option_has_one_line_of_explanation(path: str) -> None:
    above = options()[path][2]
    assert re.fullmatch(r"# [\"A-Za-z].*[.)]", above), above


def test_what_is_off_can_be_switched_on(tmp_path: Path) -> None:
    on = re.sub(r"(?m)^#(\[|[a-z_]+ = )", r"\1", TEXT)
    on = on.replace('url = "https://journal.example.org/feed.xml"\n', "")  # of another kind of source
    path = tmp_path / "digest.toml"
    path.write_text(on, encoding="utf-8")
    settings = load(path, {})
    assert settings.mail.dkim is not None
    assert settings.mail.smtp.host == "smtp.example.org"


def test_the_example_says_that_its_secret_is_none() -> None:
    assert any("everybody knows" in warning for warning in load(EXAMPLE, {}).warnings)


@pytest.mark.parametrize("path", sorted(options()))
def test_every_option_is_in_the_documentation(path: str) -> None:
    page = (EXAMPLE.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    section, _, key = path.rpartition(".")
    shown = path.removeprefix("mail.") if section.startswith("mail") else key
    assert f"`{shown}`" in page
