"""A compiled mail and one letter in, the bytes of one message out. Renders, parses and folds nothing.

The bytes decode to what rendering, inlining and `email.message.EmailMessage` would make of the same letter,
more than a hundred times as fast (`benchmarks/compose.py`).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.addresses import address, verp
from digest.mail.cards import card_key
from digest.mail.filling import Scope, fill
from digest.mail.headers import named, own_lines, shared_lines
from digest.mail.letters import mail_of, subject_words, trimmed
from digest.mail.marks import MAIL, SECTION
from digest.mail.quoted import PLAIN, decoded_size
from digest.mail.reasons import REASONS_SHOWN, told
from digest.model import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.mail.cards import CardKey
    from digest.mail.filling import Drawn, Encoded
    from digest.mail.forms import Field, Forms
    from digest.mail.marks import Slot
    from digest.mail.site import Letter, Site
    from digest.model import Edition, Item

HTML_LIMIT = 80_000  # bytes as decoded; Gmail cuts a mail off near 102 KB


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CompiledMail:
    """Everything that mails to these readers share, encoded; made by `compile_mail`."""

    site: Site
    own: bytes  # what `own_lines` fills
    head: bytes  # the header lines that all mails have, and the start of the text part
    middle: bytes  # from the text part to the HTML part
    tail: bytes
    forms: Forms
    why: Field
    html: Sequence[Encoded]
    text: Sequence[Encoded]
    subjects: Mapping[str, Sequence[str | Slot]]  # by SubjectWords.kind
    places: Mapping[CardKey, int]
    titles: Mapping[tuple[int, int], str]  # of the papers, by id and revision

    def compose(self, letter: Letter) -> Message:
        """The message for one reader, with as many papers as fit in HTML_LIMIT.

        Raises AddressError for a reader's address, LookupError for an edition that was not compiled.
        """
        recipient = address(letter.subscriber.email)
        raw, mail = self._written(letter, recipient)
        # Encoding never shrinks, so most mails are known to fit without a second look.
        while len(raw) > HTML_LIMIT and len(letter.edition.items) > 1 and self._html_size(mail) > HTML_LIMIT:
            letter = dataclasses.replace(letter, edition=trimmed(letter.edition))
            raw, mail = self._written(letter, recipient)
        sender = verp(self.site.return_path, letter.delivery_id)
        return Message(delivery_id=letter.delivery_id, sender=sender, recipient=recipient, raw=raw)

    def _written(self, letter: Letter, recipient: str) -> tuple[bytes, Scope]:
        """The message with all papers, and what it was filled with."""
        date, mail = self._drawn(letter)
        own = own_lines(
            self.own,
            recipient=named(letter.subscriber.name, recipient),
            subject=self.subject(letter.edition, date=date),
            delivery_id=letter.delivery_id,
            date=letter.date,
            token=letter.unsubscribe_token,
        )
        parts = [own, self.head]
        fill(self.text, mail, parts)
        parts.append(self.middle)
        fill(self.html, mail, parts)
        parts.append(self.tail)
        return b"".join(parts), mail

    def _html_size(self, mail: Scope) -> int:
        html: list[bytes] = []
        fill(self.html, mail, html)
        return decoded_size(b"".join(html))

    def subject(self, edition: Edition, *, date: str) -> str:
        """The subject of this edition, in Unicode."""
        words = subject_words(edition, date=date, title=self._title)
        parts = self.subjects[words.kind]
        return "".join([part if isinstance(part, str) else getattr(words, part.name) for part in parts])

    def _title(self, item: Item) -> str:
        return self.titles[item.paper_id, item.revision]

    def _drawn(self, letter: Letter) -> tuple[str, Scope]:
        """The mail's date, and all that is this reader's, encoded."""
        year = letter.edition.slot.scheduled_at.year
        words = mail_of(letter, self.site, cards=lambda section: self._cards(section.items, year))
        pieces = self.forms.pieces(MAIL, words)
        sections = [
            Scope((*pieces, *self.forms.pieces(SECTION, section)), (), section.cards)
            for section in words.sections
        ]
        return words.date, Scope(tuple(pieces), sections)

    def _cards(self, items: Sequence[Item], year: int) -> list[Drawn]:
        """The cards of these items, and why they are there.

        Most papers are there for a few keywords, said as they stand: for those this does in a third of the
        time what `card_key`, `told` and `Field.pieces` do for all.
        """
        places, room, count = self.places, self.why.room, len(self.why.forms)
        cards: list[Drawn] = []
        try:
            for item in items:
                keywords = []
                for reason in item.reasons:
                    if reason.kind != "keyword":
                        break
                    keywords.append(reason.words)
                else:
                    why = ", ".join(keywords)
                    raw = why.encode()
                    if (
                        len(raw) <= room
                        and not raw.translate(None, PLAIN)
                        and "  " not in why
                        and " ," not in why
                        and why.strip() == why
                        and len(keywords) <= REASONS_SHOWN
                    ):
                        key = (item.paper_id, item.revision, (), year, item.upvotes, item.stars, item.gist)
                        cards.append((places[key], (raw,) * count if why else ()))
                        continue
                why = told(item.reasons, year=year)
                cards.append((places[card_key(item, year=year)], self.why.pieces(why) if why else ()))
        except KeyError:
            raise LookupError(
                f"paper {item.paper_id} at revision {item.revision}: in none of the editions compiled"
            ) from None
        return cards


def frame(site: Site, boundary: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the two parts, from the shared header lines on.

    A boundary with `=_` in it cannot occur in quoted-printable text (RFC 2045 6.7).
    """
    head = b'%bContent-Type: multipart/alternative; boundary="%b"\r\n\r\n--%b\r\n%b' % (
        shared_lines(site), boundary, boundary, _PLAIN,
    )  # fmt: skip
    return head, b"\r\n--%b\r\n%b" % (boundary, _HTML), b"\r\n--%b--\r\n" % boundary


_PLAIN = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_HTML = b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
