"""The occasion of a short mail in, its words out: to confirm a wish, to find the way back, to know of a move.

A note holds no word that somebody typed: nobody can have us mail their words to a stranger.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Literal

from digest.errors import ConfigError
from digest.mail.site import quoted

if TYPE_CHECKING:
    from digest.mail.site import Site

Occasion = Literal["confirm", "move", "known", "link", "moved"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoteWords:
    """A note as a template sees it: what stands before the button and after it. `url` and `button` are ""
    where there is nothing to open; `why` is how the recipient comes to get this."""

    subject: str
    headline: str
    before: tuple[str, ...]
    button: str = ""
    url: str = ""
    after: tuple[str, ...] = ()
    why: str


def note_words(site: Site, occasion: Occasion, *, token: str = "") -> NoteWords:
    """What a note of that occasion says. `token` confirms (confirm, move) or opens the preferences (known,
    link). Raises ConfigError where no link can be made, because `site.url` is not set."""
    if not site.url:
        raise ConfigError(
            "site.url: it is not set, so no link can be mailed; expected the web side's address"
        )
    host = re.sub(r"^https?://", "", site.url)
    typed = f"You get this one mail because this address was typed in at {host}."
    stranger = f"{typed} If that was not you, doing nothing is enough: nothing more will come of it."
    nobody = f"{typed} If that was not you, doing nothing is enough."
    keep = "Keep that address to yourself: whoever has it can change what you get."
    match occasion:
        case "confirm":
            return NoteWords(
                subject=f"Confirm your subscription to {site.name}",
                headline="Confirm your subscription",
                before=(
                    f"Somebody, probably you, asked that {site.name} mails this address.",
                    "No mail comes until you confirm. The page shows what was chosen.",
                ),
                button="Confirm",
                url=f"{site.url.rstrip('/')}/c/{quoted(token)}",
                after=("The link works for seven days.",),
                why=stranger,
            )
        case "move":
            return NoteWords(
                subject=f"Confirm your new address for {site.name}",
                headline="Confirm your new address",
                before=(f"A reader of {site.name}, probably you, wants to get their mail at this address.",),
                button="Confirm",
                url=f"{site.url.rstrip('/')}/c/{quoted(token)}",
                after=("The link works for seven days. Until then all stays as it is.",),
                why=stranger,
            )
        case "known":
            return NoteWords(
                subject=f"You are a reader of {site.name} already",
                headline="You are a reader already",
                before=(
                    "Somebody, probably you, asked for mail at this address, which is a reader's already.",
                    "Nothing was changed.",
                    "Topics, days and hours are yours to change on your own page.",
                ),
                button="Your preferences",
                url=site.preferences_url(token),
                after=(keep,),
                why=nobody,
            )
        case "link":
            return NoteWords(
                subject=f"Your preferences at {site.name}",
                headline="Your preferences",
                before=("Here is the way to your own page, as it was asked for.",),
                button="Your preferences",
                url=site.preferences_url(token),
                after=(keep,),
                why=nobody,
            )
        case "moved":
            return NoteWords(
                subject=f"Your mail from {site.name} goes to another address now",
                headline="Your mail goes to another address now",
                before=(
                    f"What {site.name} mailed to this address goes to another one from now on.",
                    "That was asked on your own page, and confirmed at the other address.",
                    "If it was you, nothing is to be done, and no more mail comes here.",
                    f"If not, write to {site.contact}: somebody else may have the link to your page.",
                ),
                why="You get this last mail because this address was a reader's.",
            )
