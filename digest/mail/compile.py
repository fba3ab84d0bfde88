"""Templates and a day's papers in, a compiled mail out: every card rendered, inlined and encoded once.

One document holds the skeleton and every distinct card; premailer passes over it once; it is cut at its
marks; the pieces are encoded. What is left for each reader is filling slots and joining bytes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from digest.mail.cards import CardKey, CardWords, card_key, card_words, own_card
from digest.mail.compose import CompiledMail, frame
from digest.mail.encoding import encode, uses
from digest.mail.forms import NOWHERE, Forms
from digest.mail.headers import own_template
from digest.mail.inline import inline
from digest.mail.letters import MailWords, SectionWords, SubjectWords
from digest.mail.marks import CARD, Slot, parse, sentinel
from digest.mail.templates import HTML, SUBJECT, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.mail.site import Site
    from digest.mail.templates import Templates
    from digest.model import Edition, Item, Paper

SUBJECT_KINDS = ("papers", "trending", "quiet")


def compile_mail(
    templates: Templates,
    site: Site,
    editions: Iterable[Edition],
    papers: Mapping[tuple[int, int], Paper],
) -> CompiledMail:
    """What composes the mails of these editions. `papers` by (id, revision), those of the editions at least.

    Raises TemplateError for a template that fails, AddressError or ConfigError for a site that cannot send,
    LookupError for a paper that is not there.
    """
    site = site.checked()
    cards: dict[CardKey, CardWords] = {}
    for edition in editions:
        year = edition.slot.scheduled_at.year
        for item in edition.items:
            key = card_key(item, year=year)
            if key not in cards:
                cards[key] = card_words(_paper(papers, item), key)
    nonce = hashlib.sha256(repr((site, list(cards.values()))).encode("utf-8", "replace")).hexdigest()[:16]
    words = _stand_ins(nonce, site, cards)
    html = inline(templates.render(HTML, nonce=nonce, site=site, mail=words))
    text = templates.render(TEXT, nonce=nonce, site=site, mail=words)
    html_tree, text_tree = parse(html, nonce, name=HTML), parse(text, nonce, name=TEXT)
    forms = Forms.of([*uses(html_tree, html=True), *uses(text_tree, html=False)])
    head, middle, tail = frame(site, f"=_{nonce}".encode())
    return CompiledMail(
        site=site,
        own=own_template(site),
        head=head,
        middle=middle,
        tail=tail,
        forms=forms,
        why=(*forms.fields[CARD], NOWHERE)[0],
        html=encode(html_tree, forms, html=True),
        text=encode(text_tree, forms, html=False),
        subjects={kind: _subject(templates, site, kind=kind, nonce=nonce) for kind in SUBJECT_KINDS},
        places={key: place for place, key in enumerate(cards)},
        titles={key[:2]: card.title for key, card in cards.items()},
    )


def _paper(papers: Mapping[tuple[int, int], Paper], item: Item) -> Paper:
    try:
        return papers[item.paper_id, item.revision]
    except KeyError:
        raise LookupError(
            f"paper {item.paper_id} at revision {item.revision}: in an edition, but not given"
        ) from None


def _stand_ins(nonce: str, site: Site, cards: Mapping[CardKey, CardWords]) -> MailWords[CardWords]:
    """A mail that says a sentinel wherever readers differ, and holds every card."""

    def stand_in(path: str) -> str:
        return sentinel(nonce, path)

    section = SectionWords(
        title=stand_in("section.title"),
        cards=tuple(
            own_card(card, site, paper_id=key[0], token=stand_in("mail.vote_token"), why=stand_in("card.why"))
            for key, card in cards.items()
        ),
        more=stand_in("section.more"),
    )
    names = [name for name in MailWords._fields if name != "sections"]
    return MailWords(sections=(section,), **{name: stand_in(f"mail.{name}") for name in names})


def _subject(templates: Templates, site: Site, *, kind: str, nonce: str) -> list[str | Slot]:
    words = SubjectWords(
        kind=kind, **{name: sentinel(nonce, f"subject.{name}") for name in ("count", "best", "date")}
    )
    rendered = " ".join(templates.render(SUBJECT, nonce=nonce, site=site, subject=words).split())
    # `each` and `when` know nothing of a subject, so there are no blocks in it.
    return cast("list[str | Slot]", parse(rendered, nonce, name=SUBJECT))
