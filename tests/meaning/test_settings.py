"""`[meaning]` and `[gist]` in the settings: what is wrong with them, and what is unwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.config import load
from tests.test_config import faults, written

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = ("meaning", "gist")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    ("url", "is_warned"),
    [
        ("https://api.example.org/v1", False),
        ("http://127.0.0.1:11434/v1", False),
        ("http://localhost:11434/v1", False),
        ("http://models.example.org/v1", True),
        ("http://192.168.0.7:8000/v1", True),
    ],
)
def test_a_key_that_leaves_in_the_clear_is_told(
    tmp_path: Path, section: str, url: str, is_warned: bool
) -> None:
    key = 'api_key = "sk-very-secret"\n'
    text = f'[{section}]\nurl = "{url}"\nmodel = "small"\n'
    told = "\n".join(load(written(tmp_path, text + key), {}).warnings)
    assert (f"{section}.url: sends the api_key in the clear" in told) is is_warned
    assert "sk-very-secret" not in told
    assert "in the clear" not in "\n".join(load(written(tmp_path, text), {}).warnings)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("text", ['url = "http://127.0.0.1/v1"', 'model = "small"'])
def test_an_address_and_a_model_belong_together(tmp_path: Path, section: str, text: str) -> None:
    (fault,) = faults(tmp_path, f"[{section}]\n{text}\n")
    assert "url and model belong together" in fault


@pytest.mark.parametrize("text", ["dimensions = 4", "dimensions = 99999", "batch = 0", "batch = 5000"])
def test_sizes_have_bounds(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, f'[meaning]\nurl = "http://127.0.0.1/v1"\nmodel = "small"\n{text}\n')
