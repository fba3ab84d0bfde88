from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import digest.core

MODULES = sorted(module.name for module in pkgutil.iter_modules(digest.core.__path__, "digest.core."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0, f"{name}: {outcome.failed} of {outcome.attempted} examples failed"
