"""The benchmark runs, compares equal mails, and reports as all benchmarks do."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "compose.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """benchmarks/compose.py, as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_compose", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_benchmark_reports_both_ways_of_one_run(
    benchmark: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    status = benchmark.main(["--json", "--readers", "20", "--rounds", "1", "--compared", "3"])
    told = json.loads(capsys.readouterr().out)
    (figure,) = told["figures"]
    assert set(figure) == {"what", "ours", "theirs", "unit", "ratio", "goal", "met"}
    assert figure["ratio"] == pytest.approx(figure["theirs"] / figure["ours"], rel=0.02)
    assert status == (0 if figure["met"] else 1)
    assert figure["ratio"] > 20  # a busy machine may miss the goal of 100; half of it would be a defect
    assert told["mail"]["decoded"] == "equal"


def test_mails_that_are_timed_are_each_reader_s_own(benchmark: ModuleType) -> None:
    library = benchmark.papers()
    letters = benchmark.letters(library, readers=8)
    reasons = [{reason.words for item in one.edition.items for reason in item.reasons} for one in letters]
    tokens = {one.unsubscribe_token for one in letters}
    assert len(tokens) == 8
    assert all(len(one.edition.items) == 15 for one in letters)
    for place, own in enumerate(reasons):
        keywords = {words for words in own if words.endswith(f" {place}")}
        assert keywords
        assert not any(keywords & other for other in reasons[:place])
