"""A typed text in; what its lines ask for, and what they ask to be spared, out. Weighs nothing.

People paste research profiles, numbered wishes and the prompts of other tools: markdown, lists, "Relevant:"
and "Not relevant:" under each wish, a section "Topics I am less interested in", a last "he does not want to
read …". A line that says what is not wanted must not pull papers in because it names them.
"""

from __future__ import annotations

import dataclasses
import re

LINES = 48  # of a text, wanted and unwanted each; nobody has yet typed 30
LENGTH = 30_000  # characters that are read
WORDS = 80  # in one line; a longer paragraph is parted between sentences


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a text asks for, and what not: passages of one subject each, in the order of the text."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,2000}\)|https?://\S+")
_TITLE = re.compile(r"^(?:#{1,6}\s+.*|(?:\*\*|__)[^*_]+(?:\*\*|__):?)$")  # a heading, or a line in bold
_MARKER = re.compile(r"^(?:[-*+•·–—▪◦]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)])\s+")
_INTRODUCES = re.compile(r"^[^.!?:]{2,80}:\**$")
_ASKED = re.compile(
    r"^(?:(?:highly|most|also)\s+)?(?:relevant|include|interested|wanted|yes)\b[^:]{0,20}:\s*", re.IGNORECASE
)
_SPARED = re.compile(
    r"^(?:(?:not|non|less|ir)[-\s]*(?:relevant|interest(?:ed|ing)?|wanted)|exclu(?:de|ded|sions?)|avoid|ignore"
    r"|unwanted|skip|dislikes?|no)\b[^:.]{0,30}:\s*",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"\b(?:(?:not|never|less|least|no longer|isn['’]?t|aren['’]?t)\s+(?:\w+\s+)?"
    r"(?:interest(?:ed|ing)?|relevant|wanted)"
    r"|irrelevant|uninterest\w*|unwanted"
    r"|(?:do|does|did|would|should|must|will|can)(?:\s+not|n['’]?t)\s+(?:\w+\s+)?"
    r"(?:want|care|like|need|read|send|include|show|suggest|recommend|enjoy|select|match|wish|be|mind|focus)"
    r"|(?:avoid|exclud(?:e|ing)|skip|ignore|omit|dislike|hate)s?|(?:no|nothing|neither)\s+(?:\w+\s+)?"
    r"(?:papers?|articles?|works?|about|on|more)|not\s+(?:about|on|for|papers?|any|necessarily)"
    r"|low(?:er)?\s+(?:priority|weight)|prefer\s+not|tired\s+of)\b|^(?:not?|never|nothing)\b",
    re.IGNORECASE,
)
# From here on a wanted sentence says what it does not mean, and an unwanted one what it would allow.
_TURN = re.compile(
    r"[\s,;(](?:but\s+(?:not|no|never)|(?:and|or)\s+not|rather\s+than|instead\s+of|except(?:\s+for)?|excluding"
    r"|other\s+than|as\s+opposed\s+to|unless|without|not\s+(?:on|about|including)|apart\s+from|lacking)\b",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:weighted|weigh|rank|ranked|rated)\s+(?:\w+\s+)?lower\b", re.IGNORECASE
)  # neither wanted nor not
_NEGATED = re.compile(r"\b(?:not|no|non|never|nor|neither|\w+n['’]t)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\sa-z])|(?<=[。！？；])")


@dataclasses.dataclass(slots=True)
class _Spared:
    """A part about what is not wanted, begun by a line of this indent; a heading's is -1."""

    indent: int
    marked: bool
    lines: int = 0

    def ends_before(self, indent: int, *, marked: bool, gap: bool) -> bool:
        """Whether a line no deeper than the first one is past the part: the next item, or a new paragraph."""
        if not self.lines or indent > self.indent:
            return False
        return indent < self.indent or (self.marked if marked else gap)


def wishes(text: str) -> Wishes:
    """What `text` wants and what it does not; empty for a text without words.

    >>> wishes("1. Speech enhancement\\n2. Not interested in music\\n3. Vowels, but not singing")
    Wishes(wanted=('Speech enhancement', 'Vowels'), unwanted=('in music', 'singing'))
    """
    wanted: list[list[str]] = [[]]
    unwanted: list[str] = []
    spared: _Spared | None = None
    gap = True
    for line in _LINK.sub(r"\1", text[:LENGTH]).expandtabs(4).splitlines():
        content = line.strip()
        if not content:
            gap = True
            continue
        indent, marker = len(line) - len(line.lstrip()), _MARKER.match(content)
        content = " ".join((content[marker.end() :] if marker else content).split())
        titled = _TITLE.match(content) is not None
        if spared and (titled or spared.ends_before(indent, marked=marker is not None, gap=gap)):
            spared = None
        if (titled or _INTRODUCES.match(content)) and _UNWANTED.search(content):
            spared = _Spared(indent=-1 if content.startswith("#") else indent, marked=marker is not None)
        elif spared:
            spared.lines += 1
            _spare(content, unwanted)
        elif label := _SPARED.match(content):
            _spare(content[label.end() :], unwanted)
        else:
            label = _ASKED.match(content)  # belongs to the wish above it
            if not label and (marker or gap or titled):
                wanted.append([])
            for sentence in _SENTENCE.split(content[label.end() :] if label else content):
                _hear(sentence, wanted[-1], unwanted)
        gap = False
    passages = [part for passage in wanted for part in _parted(passage)]
    return Wishes(wanted=tuple(passages[:LINES]), unwanted=tuple(unwanted[:LINES]))


def _hear(sentence: str, wanted: list[str], unwanted: list[str]) -> None:
    if _LESS.search(sentence):
        return
    turn = _TURN.search(sentence)
    head = sentence[: turn.start()] if turn else sentence
    if _UNWANTED.search(head):
        _spare(sentence, unwanted)
        return
    wanted.append(_bare(head))
    if turn and turn[0].split()[-1].lower() not in ("unless", "without", "lacking"):
        _spare(sentence[turn.end() :], unwanted)


def _spare(content: str, unwanted: list[str]) -> None:
    for sentence in _SENTENCE.split(content):
        turn = _TURN.search(sentence)
        head = sentence[: turn.start()] if turn else sentence
        named = _UNWANTED.search(head)
        if named:
            head = head[named.end() :] if len(head) - named.end() > named.start() else head[: named.start()]
        # "papers that do not consider language models": what it names is the very thing that is wanted.
        if head.strip(" .,;:") and not _NEGATED.search(head):
            unwanted.append(_bare(head))


def _bare(text: str) -> str:
    return re.sub(r"[*_`#]{1,3}(?=\w)|(?<=\w)[*_`]{2,3}|^#+\s", "", text).strip(" .,;:)")


def _parted(sentences: list[str]) -> list[str]:
    parts: list[list[str]] = [[]]
    length = 0
    for sentence in filter(None, sentences):
        pieces = sentence.split()
        for start in range(0, len(pieces), WORDS):
            piece = pieces[start : start + WORDS]
            if length + len(piece) > WORDS and parts[-1]:
                parts.append([])
                length = 0
            parts[-1].append(" ".join(piece))
            length += len(piece)
    return [". ".join(part) for part in parts if part]
