"""Which of SendGrid's bounces say that the address is wrong."""

from __future__ import annotations

import pytest

from digest.mailers.sendgrid_bounces import bounce_kind
from tests.mailers.sendgrid_posts import event, told


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("hard_bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 does not exist"}),
        ("hard_bounce", {"type": "bounce", "status": "5.1.10", "reason": "550 5.1.10 RecipientNotFound"}),
        ("hard_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 No Such User Here"}),
        ("hard_bounce", {"type": "bounce", "status": "550", "reason": "550 Requested action not taken"}),
        ("hard_bounce", {"status": "5.0.0", "reason": "500 unknown recipient"}),
        ("hard_bounce", {"type": "bounce", "bounce_classification": "Invalid Address"}),
        # Exchange Online says this of an address that it does not have.
        (
            "hard_bounce",
            {
                "type": "bounce",
                "bounce_classification": "Invalid Address",
                "status": "5.4.1",
                "reason": "550 5.4.1 Recipient address rejected: Access denied.",
            },
        ),
        ("hard_bounce", {"type": "bounce", "bounce_classification": "Unclassified", "status": "5.1.1"}),
        ("hard_bounce", {"type": "Bounce ", "bounce_classification": "invalid  address"}),
        ("soft_bounce", {"type": "blocked", "status": "5.1.1", "reason": "550 5.1.1 does not exist"}),
        ("soft_bounce", {"type": "blocked", "bounce_classification": "Unclassified", "reason": "no MX"}),
        ("soft_bounce", {"type": "expired", "status": "5.1.1"}),
        ("soft_bounce", {"type": "bounce", "status": "5.7.1", "reason": "550 5.7.1 policy"}),
        ("soft_bounce", {"type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 over quota"}),
        ("soft_bounce", {"type": "bounce", "status": "5.2.1", "bounce_classification": "Invalid Address"}),
        ("soft_bounce", {"type": "bounce", "status": "5.3.4", "reason": "552 5.3.4 too big"}),
        ("soft_bounce", {"type": "bounce", "status": "5.1.8", "reason": "553 5.1.8 sender's domain"}),
        ("soft_bounce", {"type": "bounce", "status": "4.2.2", "reason": "452 4.2.2 over quota"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "452 mailbox out of order"}),
        ("soft_bounce", {"type": "bounce", "status": "4.4.7", "bounce_classification": "Invalid Address"}),
        # What the last server said comes before what was made of it.
        ("soft_bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 5.7.1 not for you"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "552 sorry"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 blocked by our spam filter"}),
        ("soft_bounce", {"type": "bounce", "status": "5.0.0", "reason": "550 mailbox full"}),
        ("soft_bounce", {"type": "bounce", "bounce_classification": "Mailbox Unavailable"}),
        ("soft_bounce", {"type": "bounce", "status": "5.1.1", "bounce_classification": "Reputation"}),
        ("soft_bounce", {"type": "bounce", "bounce_classification": "something new"}),
    ],
)
def test_only_a_wrong_address_is_a_hard_bounce(kind: str, facts: dict[str, object]) -> None:
    assert bounce_kind(facts) == kind
    (one,) = told(event("bounce", **facts))
    assert (one.kind, one.name) == (kind, "bounce")
