"""What every Witness does (`digest.ports.Witness`): a mailer that can tell afterwards. For its tests to
inherit, beside a contract of `tests.contracts.mailer`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.ports import Witness
from tests.mailers.messages import message

if TYPE_CHECKING:
    from digest.ports import Mailer


class WitnessContract:
    """A subclass gives the fixture `mailer`."""

    @pytest.fixture
    def mailer(self) -> Mailer:
        raise NotImplementedError

    def test_nothing_is_told_of_what_was_never_handed_over(self, mailer: Mailer) -> None:
        assert isinstance(mailer, Witness)
        assert mailer.recall([]) == {}
        assert mailer.recall(["delivery-1", "", "../x", "a\nb"]) == {}
        list(mailer.send([message(1)]))
        assert "delivery-2" not in mailer.recall(["delivery-1", "delivery-2"])

    def test_accepted_is_told_with_the_id_that_was_given(self, mailer: Mailer) -> None:
        assert isinstance(mailer, Witness)
        given = [outcome.provider_id for outcome in mailer.send([message(1), message(2)])]
        told = mailer.recall(["delivery-1", "delivery-2"])
        assert {delivery_id: outcome.kind for delivery_id, outcome in told.items()} == {
            "delivery-1": "accepted",
            "delivery-2": "accepted",
        }
        assert [told["delivery-1"].provider_id, told["delivery-2"].provider_id] == given

    def test_what_was_not_tried_any_more_may_be_tried_and_is_never_accepted(self, mailer: Mailer) -> None:
        assert isinstance(mailer, Witness)
        assert next(mailer.send([message(1), message(2), message(3)])).kind == "accepted"
        told = mailer.recall(["delivery-2", "delivery-3"])
        assert [(outcome.kind, outcome.stop) for outcome in told.values()] == [("retry", False)] * len(told)
        assert [outcome.kind for outcome in mailer.send([message(2), message(3)])] == ["accepted"] * 2
        assert {outcome.kind for outcome in mailer.recall(["delivery-2", "delivery-3"]).values()} == {
            "accepted"
        }

    def test_asking_changes_no_answer(self, mailer: Mailer) -> None:
        assert isinstance(mailer, Witness)
        next(mailer.send([message(1), message(2)]))
        ids = ["delivery-2", "delivery-1", "delivery-1", "delivery-9"]
        assert mailer.recall(ids) == mailer.recall(ids) == mailer.recall(ids[::-1])
