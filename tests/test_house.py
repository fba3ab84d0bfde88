"""The house itself: its plan names every room, and its limits hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "digest"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


def test_the_plan_names_every_module() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    missing = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if path.stem not in ("__init__", "__main__") and not re.search(rf"\b{path.stem}\b", plan)
    ]
    assert missing == []


def test_the_top_holds_what_was_agreed() -> None:
    agreed = {
        "pyproject.toml", "README.md", "digest", "templates", "tests", "config.example.toml", "Makefile",
        "LICENSE", "CHANGELOG.md", "uv.lock", "docs", "benchmarks", "deploy",
    }  # fmt: skip
    made = {"demo", "bench"}  # by `make demo` and the benchmarks; git ignores them
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made <= agreed


def test_no_work_is_put_off_in_a_comment() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    assert [path for path in MODULES if marks.search(path.read_text(encoding="utf-8"))] == []
