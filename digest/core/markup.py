"""HTML in a feed's text → plain text. Never parses a document, and never makes something safe to
insert into a page: its result is text, and is escaped like any other text where it is shown.

Only what is surely a tag goes: `p < 0.05`, `<k, v>`, `a<b and c>d` and the `<think>` of a language
model's prompt are words. nh3 or any other HTML parser would take them for tags and drop what follows.
"""

from __future__ import annotations

import html
import re

from digest.core.scripts import lowered, raised

# Elements that feeds really use to lay out a title or an abstract; JATS is how Crossref and bioRxiv say it.
_PLAIN = (
    "a abbr acronym address b basefont big blockquote br center cite code dd del dfn div dl dt em figure "
    "figcaption font h1 h2 h3 h4 h5 h6 hr i ins kbd li mark math mfenced mfrac mi mml:math mn mo mover mrow "
    "msqrt mspace mstyle msub msubsup msup mtext munder ol p picture pre q s samp small source span strike "
    "strong sub sup table tbody td tfoot th thead tr tt u ul var wbr"
)
# Elements that do something; of these, whatever stands up to the next > goes too.
_ACTIVE = (
    "applet audio base body button embed form frame frameset head html iframe img input link meta object "
    "script select style svg template textarea title video"
)
_ATTRIBUTE = r"""[\w:.@-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)"""
_BARE = r"(?:async|autoplay|checked|controls|defer|disabled|hidden|loop|muted|nowrap|open|readonly|selected)"


def _names(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>jats:[a-z-]+|{_names(_PLAIN)})"
    rf"(?:[\s/]+(?:{_ATTRIBUTE}|{_BARE}))*+[\s/]*>"
    rf"|</?(?:{_names(_ACTIVE)})(?![\w:-])(?:[\s/][^<>]{{0,1000}})?>"
    r"|<\?xml[^<>]{0,200}>|<!doctype[^<>]{0,200}>",
    re.IGNORECASE,
)
_INERT = re.compile(r"<(script|style)\b[^<>]{0,1000}>.{0,4000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_ANY = _names(_PLAIN + " " + _ACTIVE)
_CUT_OFF = re.compile(rf"<(?:{_ANY})\s[^<>]{{0,1000}}=[^<>]{{0,1000}}$", re.IGNORECASE)
_SCRIPT = re.compile(r"<(su[bp])>\s*([^<>]{1,12}?)\s*</\1>", re.IGNORECASE)
_WITHIN_WORDS = """
a abbr acronym b big cite code del dfn em font i ins kbd mark mi mn mo q s samp small span strike strong sub
sup tt u var wbr jats:italic jats:bold jats:sup jats:sub jats:monospace jats:sc jats:underline
"""
_INLINE = frozenset(_WITHIN_WORDS.split())
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ROUNDS = 6


def _script(found: re.Match[str]) -> str:
    """`<sup>2</sup>` as ²; what has no raised or lowered form stays plain, as stripping would leave it."""
    text = found[2]
    return (raised(text) if found[1].lower() == "sup" else lowered(text)) or text


def _blank(found: re.Match[str]) -> str:
    return "" if (found["name"] or "").lower() in _INLINE else " "


def untagged(text: str) -> str:
    """`text` without HTML tags, comments, scripts and styles. Entities are left as they are.

    >>> untagged('<p>A <b class="x">bold</b> p < 0.05, <k, v> and x<sup>2</sup></p>').strip()
    'A bold p < 0.05, <k, v> and x²'
    >>> untagged("<script>alert(1)</script>Cells<img src=x onerror=alert(1)>")
    ' Cells '
    """
    for _ in range(_ROUNDS):  # a tag may appear where an inner one was taken out
        if "<" not in text and "]]>" not in text:
            return text
        before = text
        text = _COMMENT.sub(" ", text)
        text = _INERT.sub(" ", text)
        text = _SCRIPT.sub(_script, text)
        text = _TAG.sub(_blank, text)
        text = _CUT_OFF.sub(" ", text)
        if text == before:
            return text
    return text.replace("<", " ")  # nested as no feed nests: somebody is trying


def unescaped(text: str) -> str:
    """`text` with its character references read once. Only those that end in `;`: `AT&T`, `?a=1&copy=2` stay.

    >>> unescaped("Gr&uuml;n &amp; R&D, p &lt; 0.05, &amp;lt;")
    'Grün & R&D, p < 0.05, &lt;'
    """
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text
