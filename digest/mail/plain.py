"""One letter, rendered the slow and obvious way: what a compiled mail must decode to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.cards import CardWords, card_key, card_words, own_card, why_words
from digest.mail.compose import HTML_LIMIT
from digest.mail.inline import inline
from digest.mail.letters import mail_words, subject_words, trimmed
from digest.mail.templates import HTML, SUBJECT, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.mail.site import Letter, Site
    from digest.mail.templates import Templates
    from digest.model import Item, Paper


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The three parts of a mail, in Unicode with LF line ends; `html` has its styles inline."""

    subject: str
    html: str
    text: str


def render(
    templates: Templates, site: Site, letter: Letter, *, papers: Mapping[tuple[int, int], Paper]
) -> Rendered:
    """Template, premailer and size limit for this one letter; `site` is a checked one."""
    edition = letter.edition

    def card(item: Item) -> CardWords:
        year = edition.slot.scheduled_at.year
        key = card_key(item, year=year)
        return own_card(
            card_words(papers[item.paper_id, item.revision], key),
            site,
            paper_id=item.paper_id,
            token=letter.vote_token,
            why=why_words(item, year=year),
        )

    words = mail_words(letter, site, card=card)
    html = inline(templates.render(HTML, site=site, mail=words))
    if len(html.replace("\n", "\r\n").encode()) > HTML_LIMIT and len(edition.items) > 1:
        shorter = dataclasses.replace(letter, edition=trimmed(edition))
        return render(templates, site, shorter, papers=papers)
    subject = subject_words(edition, date=words.date, title=lambda item: card(item).title)
    return Rendered(
        subject=" ".join(templates.render(SUBJECT, site=site, subject=subject).split()),
        html=html,
        text=templates.render(TEXT, site=site, mail=words),
    )
