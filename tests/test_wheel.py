"""What is installed holds what it needs: templates, samples, migrations, the example of every option."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files in the wheel."""
    (wheel,) = WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]
    )
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_every_template(names: set[str]) -> None:
    templates = {
        f"digest/{path.relative_to(ROOT)}" for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    assert {"digest/templates/mail/edition.html.j2", "digest/templates/web/static/style.css"} <= templates
    assert templates <= names


def test_the_wheel_holds_every_file_of_the_package(names: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "digest").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= names
    assert "digest/config.example.toml" in names


def test_the_wheel_holds_no_test(names: set[str]) -> None:
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "demo/"))]
