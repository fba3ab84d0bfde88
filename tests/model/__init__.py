"""The ledger and the pipeline, driven against a model of what they promise."""

import pytest

pytest.register_assert_rewrite("tests.model.plain", "tests.model.world", "tests.model.machine")
