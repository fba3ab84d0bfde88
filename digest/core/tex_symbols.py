"""A macro's name in, what it stands for out: tables, and pylatexenc's for the rest. Reads no text."""

from __future__ import annotations

import functools
import unicodedata

# Chosen before pylatexenc's: characters that every mail client has, and that a reader can search for.
_CHOSEN = {
    "sim": "~", "thicksim": "~", "simeq": "≃", "leqslant": "≤", "geqslant": "≥", "lt": "<", "gt": ">",
    "ne": "≠", "ast": "*", "star": "⋆", "colon": ":", "to": "→", "gets": "←", "iff": "⇔", "implies": "⇒",
    "land": "∧", "lor": "∨", "lnot": "¬", "neg": "¬", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "prime": "′", "degree": "°", "deg": "°",
    "textdegree": "°", "cdot": "·", "cdots": "⋯", "checkmark": "✓", "emptyset": "∅", "varnothing": "∅",
    "setminus": "∖", "triangle": "△", "Box": "□", "square": "□", "diamond": "⋄", "bullet": "•",
    "dagger": "†", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "textless": "<",
    "textgreater": ">", "textbar": "|", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textquotesingle": "'", "textregistered": "®", "texttrademark": "™",
    "textmu": "µ", "micro": "µ", "slash": "/", "backslash": "\\", "epsilon": "ε", "varepsilon": "ε",
    "phi": "φ", "varphi": "φ", "dots": "…", "ldots": "…", "arrowvert": "|", "Pr": "Pr",
    "argmax": "argmax", "argmin": "argmin", "det": "det", "dim": "dim", "gcd": "gcd", "ker": "ker",
    "arg": "arg", "hom": "hom", "lg": "lg", "tr": "tr", "cot": "cot", "sec": "sec", "csc": "csc",
    "coth": "coth", "omicron": "ο",
}  # fmt: skip
# Macros that authors define for themselves, and all in the same way; and names.
WORDS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "eg": "e.g.", "ie": "i.e.",
    "etal": "et al.", "etc": "etc.", "wrt": "w.r.t.",
}  # fmt: skip
LETTERS = {
    "oe": "œ", "OE": "Œ", "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "ss": "ß",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
ACCENTS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323", "t": "\u0361",
}  # fmt: skip
MATHS_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c",
    "breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a",
}  # fmt: skip
SPACES = {
    ",": " ", ";": " ", ":": " ", ">": " ", " ": " ", "!": "", "quad": " ", "qquad": " ", "enspace": " ",
    "thinspace": " ", "space": " ", "nobreakspace": " ", "negthinspace": "", "newline": " ", "par": " ",
}  # fmt: skip
ALPHABETS = {
    "mathbb": "DOUBLE-STRUCK",
    "mathds": "DOUBLE-STRUCK",
    "mathcal": "SCRIPT",
    "mathscr": "SCRIPT",
    "mathfrak": "BLACK-LETTER",
}
# One argument, shown as it is.
_TEXT = """
emph enquote fbox hbox mbox text textbf textit textlf textmd textnormal textquote textrm textsc textsf
textsl texttt textup ul uline underline uppercase
"""
_MATHS = """
bm bold boldsymbol ensuremath mathbf mathbin mathds mathit mathnormal mathop mathord mathrel mathrm
mathsf mathtt operatorname pmb underline
"""
# No argument, nothing to show.
_SWITCHING = """
allowbreak Bbb bf bfseries big Big Bigg bigg Biggl biggl Biggr biggr bigl Bigl Bigr bigr bigskip cal
centering displaystyle em frak it itshape large left limits linebreak medskip middle mit newline nobreak
noindent nolimits normalfont par protect relax right rm rmfamily sc scriptstyle scshape sf sffamily sl
small smallskip textstyle tt ttfamily upshape xspace
"""
TEXT_FONTS = frozenset(_TEXT.split())
MATHS_FONTS = frozenset(_MATHS.split())
SWITCHES = frozenset(_SWITCHING.split())


def letterlike(letter: str, alphabet: str) -> str:
    """ℝ, ℒ, ℌ where Unicode has them among its letterlike symbols; elsewhere the plain letter.

    Letters such as 𝒪 lie beyond U+FFFF: missing from fonts that mails are read in, and from searches.

    >>> letterlike("R", "DOUBLE-STRUCK"), letterlike("O", "SCRIPT")
    ('ℝ', 'O')
    """
    size = "CAPITAL" if letter.isupper() else "SMALL"
    try:
        symbol = unicodedata.lookup(f"{alphabet} {size} {letter.upper()}")
    except KeyError:
        return letter
    return symbol if ord(symbol) <= 0xFFFF else letter


@functools.cache
def symbol(name: str) -> str | None:
    r"""What `\name` stands for: a symbol, a letter or a function's name; None if that is not known.

    >>> symbol("alpha"), symbol("approx"), symbol("log"), symbol("method")
    ('α', '≈', 'log', None)
    """
    if name in _CHOSEN:
        return _CHOSEN[name]
    spec = _pylatexenc().get_macro_spec(name)
    text = getattr(spec, "simplify_repl", None)
    if not isinstance(text, str) or name == "today":  # pylatexenc would look at the clock
        return None
    text = text.strip()
    known = len(text) == 1 or (text.isascii() and text.replace(" ", "").isalpha())
    return text if known and text.isprintable() else None


@functools.cache
def _pylatexenc():  # type: ignore[no-untyped-def]  # the library is untyped
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()
