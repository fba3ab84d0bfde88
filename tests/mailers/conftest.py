"""The providers' tests: everything listens on 127.0.0.1 only."""

import pytest

pytest.register_assert_rewrite("tests.contracts.mailer")
