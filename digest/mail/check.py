"""Templates in, nothing out, or a TemplateError: they are proved on a sample before a reader gets a mail.

Each sample letter is rendered the plain way and composed from the compiled mail, with and without a web side
and pictures; both must say the same. So a template that compiling would misunderstand never gets out.
"""

from __future__ import annotations

import dataclasses
import email
import email.policy
from typing import TYPE_CHECKING

from digest.errors import TemplateError
from digest.mail import sample
from digest.mail.compile import compile_mail
from digest.mail.note import check_notes
from digest.mail.plain import Rendered, render
from digest.mail.templates import HTML, SUBJECT, TEXT

if TYPE_CHECKING:
    from digest.mail.site import Site
    from digest.mail.templates import Templates
    from digest.model import Message

SITES = (
    sample.SITE,
    dataclasses.replace(sample.SITE, url="https://example.org", thumbnails=True, postal_address=""),
)


def check(templates: Templates) -> None:
    """Raises TemplateError, which names the file and, where it is known, the line."""
    for site in SITES:
        _check(templates, site.checked())
        if site.url:
            check_notes(templates, site)


def _check(templates: Templates, site: Site) -> None:
    letters = sample.letters()
    compiled = compile_mail(templates, site, [letter.edition for letter in letters], sample.PAPERS)
    for letter in letters:
        meant = render(templates, site, letter, papers=sample.PAPERS)
        got = decoded(compiled.compose(letter))
        _same(HTML, meant.html, got.html)
        _same(TEXT, meant.text, got.text)
        _same(SUBJECT, meant.subject, got.subject)
        if not got.subject or got.subject.lower().startswith(("re:", "fwd:", "fw:")):
            raise TemplateError(
                f"{SUBJECT}: makes the subject {got.subject!r}; "
                "it must say something, and not pass for an answer"
            )


def decoded(message: Message) -> Rendered:
    """A message's parts as a mail program sees them, with LF line ends."""
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    parts = {part.get_content_subtype(): part.get_content() for part in parsed.iter_parts()}
    html, text = (parts[kind].replace("\r\n", "\n") for kind in ("html", "plain"))
    return Rendered(subject=parsed["Subject"], html=html, text=text)


def _same(name: str, meant: str, got: str) -> None:
    if meant == got:
        return
    pairs = zip(f"{meant}\n".split("\n"), f"{got}\n".split("\n"), strict=False)
    was, is_now = next((one, other) for one, other in pairs if one != other)
    raise TemplateError(
        f"{name}: says {is_now.strip()[:120]!r} to a reader for whom it means {was.strip()[:120]!r}. "
        "What differs from reader to reader may stand in text or be a link's href, through `wrap` at most; "
        "it cannot be tested, cut or joined"
    )
