"""Hostile text in; clean text and safe links out. Never makes HTML: what comes out is text, and is escaped
where it is shown."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from digest.core.markup import unescaped, untagged
from digest.core.plurals import stem_plural
from digest.core.tokens import words

__all__ = ["clean", "plain", "safe_url", "shorten", "stem_plural", "words"]

_URL_LIMIT = 2000
_SLACK = 10_000  # characters that tags and entities may cost a text before it is cut

# Controls, line separators, and letters that are blank without being blanks (Hangul fillers, empty Braille).
_BLANK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u115f\u1160\u3164\uffa0\u2800]+")
# Formats (bidi, zero-width, tags), surrogates, private use, noncharacters, variation selectors; not the
# joiners, and not the Arabic and Kaithi number signs, which are formats and are seen.
_GONE = re.compile(
    "[\xad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\uf8ff"
    "\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff]+"
)
# Joiners are part of the spelling of Arabic and Indic scripts, and U+200D and U+FE0F of some emoji.
_JOINED = "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u1780-\u17ff"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_LOOSE = re.compile(
    f"(?<![{_JOINED}])\u200c|\u200c(?![{_JOINED}])"
    f"|(?<![{_JOINED}{_EMOJI}\ufe0f])\u200d|\u200d(?![{_JOINED}{_EMOJI}])"
)
_UNCOLOURED = re.compile(f"(?<![{_EMOJI}0-9#*\xa9\xae])\ufe0f")
# More marks on one letter than any spelling has would run into the lines above and below.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{4}}){_MARK}+")


def plain(text: str) -> str:
    """`text` in NFC on one line: no control, bidi, zero-width, private or unpaired surrogate characters.

    Joiners stay only where a script or an emoji is spelt with them; whitespace of any kind is one blank.

    >>> plain("Ca\\x00t\\u202e nets\\r\\nBcc:\\u200b\\ufeff x")
    'Ca t nets Bcc: x'
    """
    if not text.isascii():
        text = _UNCOLOURED.sub("", _GONE.sub("", _BLANK.sub(" ", text)))
        text = _LOOSE.sub("", text)  # after, for a joiner may stand on a U+FE0F that is still there
        text = _PILE.sub(r"\1", unicodedata.normalize("NFC", text))
    elif not text.isprintable():
        text = _BLANK.sub(" ", text)
    return " ".join(text.split())


def shorten(text: str, *, limit: int) -> str:
    """`text` in at most `limit` (≥ 1) characters, cut between words where it can be and ended with "…".

    >>> shorten("Deep networks, explained", limit=16)
    'Deep networks…'
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    if not text[end].isspace():
        blank = text.rfind(" ", 0, end)
        if blank >= end // 2:
            end = blank
        else:  # one long word, or a script without blanks: not within a letter and its marks
            while end > 0 and (unicodedata.combining(text[end]) or text[end] in "\u200c\u200d\ufe0f"):
                end -= 1
            while end > 0 and text[end - 1] in "\u200c\u200d":
                end -= 1
    return text[:end].rstrip(" ,;:.–—-(") + "…"


def clean(text: str, *, limit: int) -> str:
    """A source's words as text of at most `limit` characters: no tags, entities read once, then `plain`.

    >>> clean("<i>p</i> &lt; 0.05 for <k, v>\\u202e &amp; more", limit=40)
    'p < 0.05 for <k, v> & more'
    >>> clean("<script>alert(1)</script>Cells", limit=40)
    'Cells'
    """
    text = plain(text[: 10 * limit + _SLACK])  # first, or an invisible character would hide a tag
    if "<" in text or "&" in text or "]]>" in text:
        # Feeds escape markup once more than they say, so a tag may come out of an entity.
        text = plain(untagged(unescaped(untagged(text))))
        text = plain(untagged(text))
    return shorten(text, limit=limit)


def safe_url(text: str | None) -> str | None:
    """An absolute http(s) URL in ASCII that is safe in an href and a header, or None.

    None for other schemes, credentials, blanks or control characters inside, a bad host or port, a
    backslash (browsers read it as a slash) and for more than 2,000 characters. A host of other letters
    becomes its IDNA form (UTS 46), other characters are percent-encoded.

    >>> safe_url(" https://bücher.example/ä?q=1#x ")
    'https://xn--bcher-kva.example/%C3%A4?q=1#x'
    >>> safe_url("javascript:alert(1)"), safe_url("https://user:pw@example.org/")
    (None, None)
    """
    text = (text or "").strip()
    if not text or len(text) > _URL_LIMIT or "\\" in text or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc:
        return None
    host = _host(parts.hostname or "")
    if host is None:
        return None
    url = urlunsplit((
        parts.scheme.lower(),
        host if port is None else f"{host}:{port}",
        quote(parts.path, safe="/%:@!$&'()*+,;=~-._"),
        quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"),
        quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?"),
    ))  # fmt: skip
    return url if len(url) <= _URL_LIMIT else None


_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}")


def _host(host: str) -> str | None:
    if ":" in host:
        return f"[{host}]" if _IPV6.fullmatch(host) else None
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None
