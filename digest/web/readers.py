"""A token in, the reader whom it names out, or a page that says what is wrong with the link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web.desk import desk
from digest.web.problems import abort_page

if TYPE_CHECKING:
    from digest.store.members import Membership


def reader_of(purpose: str, token: str) -> Membership:
    """Whose token that is, whatever their status: also one who left has pages.

    Ends the view with 404 for a token that was not signed here for that purpose, with 410 for one whose
    reader was erased.
    """
    subscriber_id = desk().signer.read(purpose, token)
    if subscriber_id is None:
        abort_page(
            404,
            "This link is not whole",
            "Part of its address may be missing. Open it from the mail again, or have a new one sent to you.",
        )
    found = desk().store.subscribers.by_id([subscriber_id]).get(subscriber_id)
    if found is None:
        abort_page(
            410,
            "Nobody is kept under this link",
            "What was known about its reader was erased, and no mail is sent any more.",
        )
    return found
