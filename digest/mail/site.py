"""Who sends, and one letter to be written. Nothing here is said to anybody until `Site.checked`."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from digest.errors import ConfigError
from digest.mail.addresses import address, domain, return_path
from digest.mail.words import clean

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Edition, Subscriber


_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~!$&()*+,;=:@%/-]*)?")

Vote = Literal["more", "less", "upvote"]

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~@+"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The sender, the same in every mail of a run. Addresses are bare (`digest@example.org`).

    `url` is "" where no web side answers: a mail then offers unsubscribing by mail alone, and every address
    of a page below is "". `return_path`
    is the envelope's sender, where it is not the sender's address; `{delivery}` in it becomes each
    delivery's id. `thumbnails` lets a mail show pictures that the reader's mail program fetches from
    elsewhere.
    """

    name: str
    url: str = ""
    sender_name: str
    sender_address: str
    contact: str
    unsubscribe: str
    postal_address: str = ""
    list_id: str
    return_path: str = ""
    thumbnails: bool = False

    def checked(self) -> Site:
        """This site as headers and templates may take it: ASCII addresses, names of one line.

        Raises AddressError for an address, ConfigError for a `url` that no link can be made of.
        """
        if self.url and not _URL.fullmatch(self.url):
            raise ConfigError(
                f"site.url: {clean(self.url)!r} cannot begin a link; expected https://host, in ASCII"
            )
        return dataclasses.replace(
            self,
            name=clean(self.name),
            sender_name=clean(self.sender_name),
            sender_address=address(self.sender_address),
            contact=address(self.contact),
            unsubscribe=address(self.unsubscribe),
            postal_address=clean(self.postal_address),
            list_id=domain(self.list_id),
            return_path=return_path(self.return_path or self.sender_address),
        )

    def mailto_url(self, token: str) -> str:
        """A mail to `unsubscribe` whose subject is the token (RFC 6068)."""
        return f"mailto:{quoted(self.unsubscribe)}?subject={quoted(token)}"

    def web_url(self, token: str) -> str:
        """The page that unsubscribes; "" without a web side."""
        return self._page("u", token)

    def unsubscribe_url(self, token: str) -> str:
        """Where a reader's click leads: the page if there is one, else a mail ready to be sent."""
        return self.web_url(token) or self.mailto_url(token)

    def preferences_url(self, token: str) -> str:
        """The page where a reader chooses topics and times."""
        return self._page("p", token)

    def pause_url(self, token: str) -> str:
        """The page where a reader pauses: one of the preferences', with the same token."""
        page = self.preferences_url(token)
        return f"{page}/pause" if page else ""

    def vote_url(self, token: str, paper_id: int, what: Vote) -> str:
        """The page where a reader says what they think of a paper; `what` is asked there first."""
        page = self._page("v", token)
        return f"{page}/{paper_id}?do={what}" if page else ""

    def edition_url(self, token: str, delivery_id: str) -> str:
        """The page that shows the mail of that delivery in a browser."""
        page = self._page("e", token)
        return f"{page}/{quoted(delivery_id)}" if page else ""

    def _page(self, kind: str, token: str) -> str:
        return f"{self.url.rstrip('/')}/{kind}/{quoted(token)}" if self.url else ""


def quoted(text: str) -> str:
    """Text as it may stand in a URL."""
    # `quote` looks at each character where a token has none to be quoted.
    return quote(text, safe="@+") if text.encode("utf-8", "replace").translate(None, _UNRESERVED) else text


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to be composed. `date` is when it was first composed, and the same on every retry.

    A token opens what it is named for, and nothing else; all but the first are needed with a web side only.
    """

    delivery_id: str
    edition: Edition
    subscriber: Subscriber
    unsubscribe_token: str
    preferences_token: str
    vote_token: str
    edition_token: str
    date: dt.datetime
