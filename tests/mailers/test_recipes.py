"""The recipes of docs/providers.md are settings that load and open."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from digest.config.settings import MailSettings, SiteSettings
from digest.mailers import PROVIDERS, open_mailer

GUIDE = (Path(__file__).parents[2] / "docs" / "providers.md").read_text()
RECIPES = [tomllib.loads(block) for block in re.findall(r"(?s)```toml\n(.*?)```", GUIDE)]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe["mail"]["provider"])
def test_recipe_opens_a_mailer(recipe: dict) -> None:
    settings = MailSettings(**{name: value for name, value in recipe["mail"].items() if name != "dkim"})
    mailer = open_mailer(settings)
    assert mailer.name == recipe["mail"]["provider"]
    mailer.close()
    MailSettings(**recipe["mail"])
    SiteSettings(secret="x" * 32, **recipe.get("site", {}))


def test_every_provider_is_documented() -> None:
    rows = set(re.findall(r"(?m)^\| `(\w+)` \|", GUIDE))
    assert rows == set(PROVIDERS)
