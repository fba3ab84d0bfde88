"""The examples of the documentation are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "digest.libraries.entry",
    "digest.libraries.identifiers",
    "digest.libraries.matching",
    "digest.libraries.values",
    "digest.sources.arxiv_titles",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    done = doctest.testmod(importlib.import_module(name))
    assert (done.failed, done.attempted > 0) == (0, True)
