"""A mail address as a form sent it in; the address, or what is wrong with it, out. Asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.config.addresses import parse_address
from digest.mail.words import clean

if TYPE_CHECKING:
    from digest.web.forms import Fields

FIELD = "email"
TRAP = "homepage"  # a field that no person sees; who fills it in is a program


def read(fields: Fields) -> str | None:
    """The address in the field `email`; None with a fault beside it."""
    typed = fields.raw(FIELD).strip()
    if not typed:
        fields.wrong(FIELD, "Write your mail address.")
        return None
    try:
        return parse_address(typed)
    except ValueError as error:
        why = clean(str(error.__cause__ or "")).rstrip(".")
        said = "This is no mail address that mail can be sent to"
        fields.wrong(FIELD, f"{said}: {why}." if why else f"{said}.")
        return None
