"""Nowhere: every byte is read, none is kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digest.mailers.null import NullMailer
from tests.contracts.mailer import MailerContract
from tests.mailers.messages import Arrived, message

if TYPE_CHECKING:
    from collections.abc import Callable


class TestNull(MailerContract):
    @pytest.fixture
    def mailer(self) -> NullMailer:
        return NullMailer()

    @pytest.fixture
    def delivered(self) -> Callable[[], list[Arrived]]:
        return list


def test_every_byte_was_read() -> None:
    raw = message(1).raw
    changed = dataclasses.replace(message(1), raw=raw[:-3] + b"!" + raw[-2:])
    first, second, third = NullMailer().send([message(1), changed, message(1)])
    assert first.provider_id == third.provider_id
    assert first.provider_id != second.provider_id
