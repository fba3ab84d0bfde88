"""Names of authors in; whether two of them may be one person out. Knows no person, only spellings.

`split_creators` and `display_name` (`core.creators`) are offered here as well.
"""

from __future__ import annotations

import dataclasses
import functools
import re

from digest.core.creators import display_name, split_creators
from digest.core.tokens import folded

__all__ = ["display_name", "last_name", "matches", "signature", "split_creators"]

_PARTICLES = frozenset(
    (
        *(
            "van",
            "von",
            "de",
            "der",
            "den",
            "del",
            "della",
            "dello",
            "di",
            "da",
            "dos",
            "das",
            "do",
            "du",
            "la",
        ),
        *(
            "le",
            "les",
            "el",
            "al",
            "bin",
            "ibn",
            "ben",
            "ter",
            "ten",
            "te",
            "zu",
            "zur",
            "zum",
            "af",
            "av",
            "y",
        ),
    )
)
# In front of a whole name these may also be a given name (Le Song, Da Li); the others are not.
_LEADING = frozenset(("van", "von", "de", "der", "den", "del", "della", "dos", "du", "ter", "zur"))
_TITLES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md", "dr", "prof", "professor"))
_GROUPS = frozenset(("collaboration", "collaborations", "consortium", "team", "group"))
_GERMAN = str.maketrans(dict(zip("äöüøåÄÖÜØÅ", "ae oe ue oe aa Ae Oe Ue Oe Aa".split(), strict=True)))  # noqa: SIM905
_WRITTEN_OUT = re.compile(r"(?<=[a-z])(?P<vowel>[aou])e(?=[bcdfghjklmnpqrstvwxz])")
_APOSTROPHES = re.compile(r"['’‘`ʼ´]")
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_Forms = frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    given: tuple[_Forms, ...]  # an initial is one letter
    family: _Forms
    last: str
    group: bool
    whole: _Forms  # all words, whatever their order, where none is an initial


def matches(wanted: str, name: str) -> bool:
    """Whether `name`, as a paper gives it, may be the author whom a reader typed as `wanted`.

    Last names are equal but for case, diacritics (Schölkopf, Scholkopf, Schoelkopf), hyphens and particles.
    Given names agree as far as both are told: an initial stands for any name that begins so, the first one
    is compared with the first, and a middle name may be missing. A last name alone matches as a whole.
    Two whole names of the same words match in either order.

    >>> matches("K. He", "Kaiming He"), matches("He, Kaiming", "Kaiming He"), matches("K. He", "Xiaodong He")
    (True, True, False)
    >>> matches("Li", "Fei-Fei Li"), matches("Li", "Dahua Lin"), matches("Li", "Li Lin")
    (True, False, False)
    """
    left, right = _parse(wanted), _parse(name)
    if left is None or right is None or (left.group and not right.group):
        return False
    if left.whole & right.whole:
        return True
    if not left.family & right.family:
        return False
    if not left.given:
        return True
    return bool(right.given) and _agree(left.given, right.given)


def signature(name: str) -> frozenset[str]:
    """Keys to look an author up by: if `matches(a, b)`, the signatures of a and b have a key in common.

    So an index from key to wanted authors, asked with the keys of a paper's authors, gives all candidates,
    and `matches` need only be asked about these.

    >>> sorted(signature("Kaiming He"))
    ['he', 'he kaiming']
    """
    parsed = _parse(name)
    return parsed.family | parsed.whole if parsed else frozenset()


def last_name(name: str) -> str:
    """The last name in one spelling, for comparing; "" if there is none.

    >>> last_name("Bernhard Schölkopf"), last_name("Schoelkopf, B."), last_name("L. van der Maaten")
    ('scholkopf', 'scholkopf', 'maaten')
    """
    parsed = _parse(name)
    return parsed.last if parsed else ""


def _agree(left: tuple[_Forms, ...], right: tuple[_Forms, ...]) -> bool:
    short, long = sorted((left, right), key=len)
    if not _same(short[0], long[0]):
        return False
    rest = iter(long[1:])
    return all(any(_same(one, other) for other in rest) for one in short[1:])


def _same(one: _Forms, other: _Forms) -> bool:
    for a in one:
        for b in other:
            if a == b or (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b)):
                return True
    return False


def _variants(word: str) -> tuple[str, str, str]:
    """A word without diacritics in three spellings: ö as o, ö as oe, and oe as o."""
    plain, german = folded(word).replace("-", ""), folded(word.translate(_GERMAN)).replace("-", "")
    return plain, german, _WRITTEN_OUT.sub(r"\g<vowel>", plain) if len(plain) > 4 else plain


def _forms(word: str) -> _Forms:
    return frozenset(_variants(word))


@functools.lru_cache(maxsize=65536)
def _parse(name: str) -> _Name | None:
    name = _APOSTROPHES.sub("", display_name(name) if not name.isalpha() else name)
    words = [word for word in _TOKEN.findall(name) if folded(word) not in _TITLES]
    if not words:
        return None
    lower = [folded(word) for word in words]
    if lower[-1] in _GROUPS and len(words) > 1:
        start = 1 if lower[0] == "the" and len(words) > 2 else 0
        name = "".join(words[start:-1])
        return _Name(given=(), family=_forms(name), last=_variants(name)[2], group=True, whole=frozenset())
    initials = next((count for count, word in enumerate(reversed(lower)) if len(word) > 1), 0)
    words = words[len(words) - initials :] + words[: len(words) - initials]  # He K. M.
    *before, last = words
    given: list[_Forms] = []
    for index, word in enumerate(before):
        particle = folded(word) in (_PARTICLES if index else _LEADING)
        if particle and (index or word.islower() or folded(words[1]) in _PARTICLES):
            continue
        given.extend(map(_forms, _initials(word)))
    whole: _Forms = frozenset()
    if given and min(map(len, lower)) > 1:
        whole = frozenset(" ".join(sorted(spelt)) for spelt in zip(*map(_variants, words), strict=True))
    return _Name(given=tuple(given), family=_forms(last), last=_variants(last)[2], group=False, whole=whole)


def _initials(word: str) -> list[str]:
    """`JK` as J and K; `Wei-Chiu` as Wei and Chiu."""
    if 1 < len(word) <= 3 and word.isupper() and not set(word) & set("AEIOU"):
        return list(word)
    return word.split("-")
