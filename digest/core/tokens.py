"""A text's words, for matching and for weighing. Strings in, lists of tokens out; knows no stop words and
no weights.

Readers' keywords and papers go through the same door, so a phrase is found as a run of equal tokens:
`GPT-4` is the run `gpt 4`, `graph neural networks` one of three, 神经网络 one of four.
"""

from __future__ import annotations

import re
import unicodedata

# Scripts written without blanks, or with particles stuck on (Korean): every character is a token, and a
# word is a run of them.
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_SIGN = r"[a-z]\+\+|(?<!\w)[acdfjqx]#|(?<![\w*])[a-z]\*(?![\w*])"  # c++, c#, a*
_ASCII = re.compile(rf"(?<![a-z0-9])(?:{_SIGN})|[a-z0-9]*[0-9](?:\.[0-9]+)+|[a-z0-9]+")
_WIDE = re.compile(
    rf"(?<!\w)(?:{_SIGN})|[a-z0-9]*[0-9](?:\.[0-9]+)+"
    rf"|[\u0900-\u0963\u0966-\u0dff]+|[{_SINGLE}]|[^\W_\u0900-\u0dff{_SINGLE}]+"
)
_POSSESSIVE = re.compile(r"(?<=[a-z0-9])['’]s\b")
# Accents of Latin, Greek and Cyrillic; the points of Hebrew and Arabic, which are mostly left out.
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]+")
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
    }
)


def folded(text: str) -> str:
    """`text` without case, diacritics and compatibility forms: what two spellings of a word have in common.

    >>> folded("Schölkopf ŁÓDŹ 𝒪(n²)")
    'scholkopf lodz o(n2)'
    """
    if text.isascii():
        return text.lower()
    text = _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """The tokens of `text`, folded, in order. A hyphen parts words; `c++`, `c#`, `a*`, `3d`, `3.5` are one
    token each; of Chinese, Japanese, Korean, Thai and their like each character is one.

    >>> words("GPT-3.5's C++ for 3D Poincaré maps (x_1) 神经网络")
    ['gpt', '3.5', 'c++', 'for', '3d', 'poincare', 'maps', 'x', '1', '神', '经', '网', '络']
    """
    text = _POSSESSIVE.sub("", folded(text))
    return (_ASCII if text.isascii() else _WIDE).findall(text)
