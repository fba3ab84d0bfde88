r"""TeX in titles, abstracts and names → readable Unicode. Text in, text out; runs nothing, expands nothing.

Listings mix TeX with plain text, so whatever may be either is left alone: prices in dollars, `foo_bar`,
paths, URLs. So is every macro and every formula that has no plain form. pylatexenc's own converter drops
what it does not know and reads `5%` as a comment; here it lends its table of symbols (`tex_symbols`).
The time is linear in the text, whatever the text is.

>>> readable(r"An $\mathcal{O}(n^2)$ proof of H\"older's 10\% bound, \emph{e.g.} $10^{-6}$")
"An O(n²) proof of Hölder's 10% bound, e.g. 10⁻⁶"
>>> readable(r"From $5 to $10 for foo_bar in C:\temp\new with \method and $\crit x$")
'From $5 to $10 for foo_bar in C:\\temp\\new with \\method and $\\crit x$'
"""

from __future__ import annotations

import re

from digest.core.scripts import lowered, raised
from digest.core.tex_letters import accented, after_letter
from digest.core.tex_maths import MACRO, Maths, UnreadableError, group_ends
from digest.core.tex_symbols import ACCENTS, LETTERS, SPACES, SWITCHES, TEXT_FONTS, WORDS, symbol

_TEX = re.compile(r"[\\$^_{}~]|--|``|`[^`']+'")
_NEXT = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s{}$]*)"
    r"|(?P<path>(?<![A-Za-z])[A-Za-z]:\\[^\s$]*|(?<!\S)\\\\[\w.-]+\\[^\s$]*)"
    r"|(?P<lost>(?<![\\\w])(?:text(?:tt|bf|it|sc)?|emph|math(?:bf|cal|rm|bb))(?=\{))"
    r"|(?P<slang>(?<!\w)(?:w\\o|I\\O)(?!\w))"
    # H_2O, CO_2, N_0, π_0: digits below one or two letters; not file_1, v_1_2, a/b_1 or IMG_2034
    r"|(?P<formula>(?<![\w/.\\~@-])(?:[A-Z][A-Za-z]?|[a-z\u0370-\u03ff])_[0-9]{1,2}"
    r"(?:[A-Z][A-Za-z]?_[0-9]{1,2}){0,5}(?![a-z_\d/@]|\.\d))"
    r"|(?P<dash>(?<!-)-{2,3}(?!-))"
    r"|[\\$^_{}~]"
)
_DOUBLY_QUOTED = re.compile(r"(?<!`)``([^`\"]{1,400}?)(?:''|\")")
_QUOTED = re.compile(r"(?<![\w`\\])`([^`'\n]{1,80})'(?![\w'])")
_DEEPEST = 25
_LONGEST = 1000  # characters of a formula
_PROSE_WORD = re.compile(r"(?<![\\\w{])[A-Za-z]{3,}(?![\w}])")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\}|\[[^\[\]]*\])*|\\.", re.DOTALL)
_DIGITS = re.compile(r"-?[0-9]+|\*|[A-Za-z](?![A-Za-z])|\\?circ\b")
_BASE = re.compile(r"[^\W_]+\Z")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*[A-Za-z%]{0,2}\Z")
_LOW = re.compile("_([0-9]+)")
_GROUP = re.compile(r"[A-Z0-9][\w-]*(?: [\w-]+)*")


def readable(text: str) -> str:
    """`text` with its TeX in Unicode. What cannot be read is left exactly as it is; never raises."""
    if not _TEX.search(text):
        return text
    if "``" in text:
        text = _DOUBLY_QUOTED.sub(r"“\1”", text)
    if "`" in text:
        text = _QUOTED.sub(r"‘\1’", text)
    return _Prose(text).read(0, len(text), 0)


class _Prose:
    def __init__(self, source: str) -> None:
        self.source = source
        self.ends = group_ends(source)
        self.maths = Maths(source, self.ends, self.read)

    def read(self, start: int, end: int, depth: int) -> str:
        """The text from `start` to `end`, read."""
        if depth > _DEEPEST:
            return self.source[start:end]
        out: list[str] = []
        at = start
        while found := _NEXT.search(self.source, at, end):
            begin = found.start()
            out.append(self.source[at:begin])
            if found.lastgroup:
                piece, at = self._named(found, end, depth)
            else:
                match self.source[begin]:
                    case "\\":
                        piece, at = self._macro(begin, end, depth)
                    case "$":
                        piece, at = self._dollar(begin, end, depth)
                    case "{":
                        piece, at = self._group(begin, end, depth)
                    case "^":
                        piece, at = self._above(begin, end, depth)
                    case "_":
                        piece, at = self._below(begin, end, depth)
                    case "~":
                        piece, at = self._tie(begin), begin + 1
                    case other:
                        piece, at = other, begin + 1
            out.append(piece)
        out.append(self.source[at:end])
        return "".join(out)

    def _named(self, found: re.Match[str], end: int, depth: int) -> tuple[str, int]:
        text, begin, after = found[0], found.start(), found.end()
        match found.lastgroup:
            case "url":
                url = _ESCAPED.sub(r"\1", text)
                close = self.ends.get(after)
                if close is None or close >= end:
                    return url, after
                label = self.read(after + 1, close, depth + 1)  # a relay took \href and its braces
                return _linked(label, url), close + 1
            case "path":
                name = re.match(r"[A-Za-z]:\\([A-Za-z]+)", text)
                if name and (name[1] in TEXT_FONTS or name[1] in LETTERS or symbol(name[1])):
                    return text[:2], begin + 2
                return text, after
            case "lost":  # a relay took the backslashes
                close = self.ends.get(after)
                return (self.read(after + 1, close, depth + 1), close + 1) if close else (text, after)
            case "formula":
                return _LOW.sub(lambda low: lowered(low[1]) or low[0], text), after
            case "dash":
                around = self.source[begin - 1 : begin] + self.source[after : after + 1]
                if (
                    begin == 0
                    or len(around) < 2
                    or around[0].isspace() != around[1].isspace()
                    or around[1] == ">"
                ):
                    return text, after  # --verbose, -->
                return "—" if len(text) == 3 or around.isspace() else "–", after
            case _:
                return text, after

    def _dash(self, begin: int, after: int) -> str:
        dashes, around = self.source[begin:after], self.source[max(0, begin - 1) : after + 1]
        if begin == 0 or len(around) < len(dashes) + 2 or around[-1] == ">":
            return dashes
        if around[0].isspace() != around[-1].isspace():  # --verbose
            return dashes
        return "—" if len(dashes) == 3 or around[0].isspace() else "–"

    def _dollar(self, at: int, end: int, depth: int) -> tuple[str, int]:
        width = 2 if self.source.startswith("$$", at) else 1
        begin = at + width
        close = begin
        while (close := self.source.find("$" * width, close, min(end, begin + _LONGEST))) >= 0:
            if self.source[close - 1] != "\\":
                break
            close += 1
        after = close + width
        if close < 0 or not _is_formula(self.source[begin:close], self.source[after : after + 1]):
            return "$" * width, begin
        return self._formula(at, begin, close, after, depth)

    def _formula(self, at: int, begin: int, close: int, after: int, depth: int) -> tuple[str, int]:
        try:
            text = self.maths.read(begin, close, depth + 1).lstrip(" ")
            return text if self.source[after : after + 1].isalnum() else text.rstrip(" "), after
        except UnreadableError:
            return self.source[at:after], after

    def _group(self, at: int, end: int, depth: int) -> tuple[str, int]:
        close = self.ends.get(at)
        if close is None or close >= end:
            return "{", at + 1
        inside = self.source[at + 1 : min(close, at + 200)]
        beside = self.source[at - 1 : at].isalnum() or self.source[close + 1 : close + 2].isalnum()
        if inside in ("=", "<", ">", "+", "-", "~", ","):
            return inside, close + 1
        if inside[:1] == "\\":
            text = self.read(at + 1, close, depth + 1)
            return self.source[at : close + 1] if text == self.source[at + 1 : close] else text, close + 1
        if not inside or (_GROUP.fullmatch(inside) and (len(inside) > 1 or beside)):
            return self.read(at + 1, close, depth + 1), close + 1
        return "{", at + 1

    def _above(self, at: int, end: int, depth: int) -> tuple[str, int]:
        if at == 0 or not (self.source[at - 1].isalnum() or self.source[at - 1] in ")]}|$*"):
            return "^", at + 1
        if self.ends.get(at + 1, end) < end:
            try:
                return self.maths.script(at, end, depth + 1)
            except UnreadableError:
                return "^", at + 1
        found = _DIGITS.match(self.source, at + 1, end)
        if not found or (found[0][0] == "-" and not self.source[at - 1].isdigit()):
            return "^", at + 1
        return ("°" if "circ" in found[0] else raised(found[0]) or "^" + found[0]), found.end()

    def _below(self, at: int, end: int, depth: int) -> tuple[str, int]:
        close = self.ends.get(at + 1, end)
        if close >= end:
            return "_", at + 1
        base = _BASE.search(self.source, max(0, at - 12), at)
        template = base and len(base[0]) > 3 and self.source[at + 2 : close].islower()  # user_{name}
        if base and not template:
            try:
                return self.maths.script(at, end, depth + 1)
            except UnreadableError:
                pass
        return self.source[at : close + 1], close + 1

    def _tie(self, at: int) -> str:
        before, after = self.source[at - 1 : at] if at else "", self.source[at + 1 : at + 2]
        if after.isdigit() and _NUMBER.search(self.source, max(0, at - 12), at):
            return "~"  # 10~20, 1M~4M: a range
        tied = (before.isalnum() or before in tuple(".,;:)]}$")) and (
            after.isalnum() or after in tuple("\\$([{“‘")
        )
        return " " if tied else "~"

    def _macro(self, at: int, end: int, depth: int) -> tuple[str, int]:
        found = MACRO.match(self.source, at, end)
        if found is None:
            return "\\", at + 1
        name, after = found[1], found.end()
        following = self.source[after : after + 1]
        if name in "%&_#${}":
            return name, after
        if name in "([":
            close = self.source.find("\\" + ")]"["([".index(name)], after, min(end, after + _LONGEST))
            return self._formula(at, after, close, close + 2, depth) if close >= 0 else (found[0], after)
        if name == "\\":  # a line's end
            return ("" if not following or following.isspace() else found[0]), after
        if name == "/":
            return "/", after
        if name in ACCENTS and (letter := accented(self.source, after, name)):
            return letter
        if name in SPACES:
            return SPACES[name], after
        if name in TEXT_FONTS and (close := self.ends.get(after, end)) < end:
            return self.read(after + 1, close, depth + 1), close + 1
        if name in SWITCHES and name not in ("left", "right", "big", "small", "large", "par"):
            return "", after + 1 if following == " " else after
        if name in _LINKS:
            return self._link(name, at, after, end, depth)
        if name in LETTERS:
            return LETTERS[name], after_letter(self.source, at, after)
        if name in WORDS:
            word = WORDS[name]
            after += 2 * (self.ends.get(after) == after + 1)
            return (word[:-1] if self.source.startswith(".", after) else word), after
        if name.isalpha() and (text := symbol(name)):  # outside of formulas a blank is meant
            if len(text) > 1 and self.source[at - 1 : at].isalnum():
                text = " " + text  # n\log n
            return text, after + 2 * (self.ends.get(after) == after + 1)
        try:
            return self.maths.macro(at, end, depth + 1)
        except UnreadableError:
            return self._verbatim(at, after, end)

    def _link(self, name: str, at: int, after: int, end: int, depth: int) -> tuple[str, int]:
        first = self.ends.get(after, end)
        if first >= end:
            return self._verbatim(at, after, end)
        target = _ESCAPED.sub(r"\1", self.source[after + 1 : first]).strip()
        if name == "url":
            return target, first + 1
        if name in ("cite", "citep", "citet"):
            return f"[{target}]", first + 1
        if name == "footnote":
            return f" ({self.read(after + 1, first, depth + 1)})", first + 1
        second = self.ends.get(first + 1, end)
        if second >= end:
            return self._verbatim(at, after, end)
        text = self.read(first + 2, second, depth + 1)
        return (text if name == "textcolor" else _linked(text, target)), second + 1

    def _verbatim(self, at: int, after: int, end: int) -> tuple[str, int]:
        """The macro at `at` as it stands, with its arguments."""
        while (close := self.ends.get(after, end)) < end:
            after = close + 1
        return self.source[at:after], after


_ESCAPED = re.compile(r"\\([_%#&~])")
_LINKS = frozenset(("href", "url", "footnote", "cite", "citep", "citet", "textcolor"))


def _linked(text: str, url: str) -> str:
    """What a link says and where it leads, as text."""
    return url if url.rstrip("./").endswith(text.strip(" ./")) else f"{text} ({url})"


def _is_formula(inside: str, after: str) -> bool:
    """Whether what stands between two dollars is a formula, and not the words between two prices."""
    if not inside.strip():
        return False
    if re.search(r"[\\^_{}]", inside):
        return len(_PROSE_WORD.findall(_COMMAND.sub(" ", inside))) < 2
    if inside[0].isspace() or inside[-1].isspace() or (inside[0].isdigit() and after.isdigit()):
        return False
    return not (" " in inside and re.search("[A-Za-z]{2}", inside))
