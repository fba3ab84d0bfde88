"""Whatever names an arXiv paper in; its plain id and version out. Asks nobody whether there is such a one."""

from __future__ import annotations

import re
from urllib.parse import unquote

_NEW = r"(?P<new>(?P<new_year>\d{2})(?P<new_month>0[1-9]|1[0-2])\.(?P<number>\d{4,5}))"
_OLD = (
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z-]{2,9})?/"
    r"(?P<old>(?P<old_year>\d{2})(?P<old_month>0[1-9]|1[0-2])\d{3})"
)
_VERSION = r"(?:v(?P<version>[1-9]\d{0,2}))?"
_ID = re.compile(rf"(?:{_NEW}|{_OLD}){_VERSION}", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print)/"
    r"|(?:https?://)?(?:www\.)?(?:huggingface\.co/papers|alphaxiv\.org/(?:abs|pdf|overview)|ar5iv\.org/abs)/"
    r"|(?:https?://)?(?:dx\.)?doi\.org/10\.48550/arxiv\.|(?:doi:\s*)?10\.48550/arxiv\."
    r"|oai:arxiv\.org:|(?:urn:)?arxiv:\s*",
    re.IGNORECASE,
)
_ARCHIVES = frozenset(
    (
        *(
            "acc-phys",
            "adap-org",
            "alg-geom",
            "ao-sci",
            "astro-ph",
            "atom-ph",
            "bayes-an",
            "chao-dyn",
            "chem-ph",
        ),
        *(
            "cmp-lg",
            "comp-gas",
            "cond-mat",
            "cs",
            "dg-ga",
            "funct-an",
            "gr-qc",
            "hep-ex",
            "hep-lat",
            "hep-ph",
        ),
        *(
            "hep-th",
            "math",
            "math-ph",
            "mtrl-th",
            "nlin",
            "nucl-ex",
            "nucl-th",
            "patt-sol",
            "physics",
            "plasm-ph",
        ),
        *("q-alg", "q-bio", "quant-ph", "solv-int", "supr-con"),
    )
)
_LATER_ARCHIVES = frozenset(("econ", "eess", "q-fin", "stat"))  # without old-style ids
_CLASS = re.compile(r"[A-Za-z]{2}|[a-z]{2,5}-[a-z]{2,5}")


def normalise_arxiv_id(text: str | None) -> tuple[str, int | None] | None:
    """The id and the version (None if not told) of an arXiv paper, from an id, a guid, a URL or a DOI; None
    if `text` is nothing of the kind.

    An old id's class folds away: `math.GT/0309136` is `math/0309136`. The month must be one, in the scheme of
    its time: four digits from 0704 to 1412, five from 1501, archives from 9107 to 0703.
    https://info.arxiv.org/help/arxiv_identifier.html

    >>> normalise_arxiv_id("https://arxiv.org/pdf/2604.01234v2.pdf"), normalise_arxiv_id("math.GT/0309136")
    (('2604.01234', 2), ('math/0309136', None))
    >>> normalise_arxiv_id("2613.01234") is normalise_arxiv_id("10.1101/2604.01234") is None
    True
    """
    text = unquote((text or "").strip().strip("<>"))
    prefix = _PREFIX.match(text)
    found = _ID.match(text, prefix.end() if prefix else 0)
    if not found or not re.fullmatch(r"(?:\.pdf)?/?(?:[?#].*)?", text[found.end() :], re.IGNORECASE):
        return None
    version = int(found["version"]) if found["version"] else None
    if found["new"]:
        month = found["new_year"] + found["new_month"]
        return (found["new"], version) if len(found["number"]) == _digits(month) else None
    archive, month = found["archive"].lower(), found["old_year"] + found["old_month"]
    if archive not in _ARCHIVES or "0703" < month < "9107":
        return None
    return f"{archive}/{found['old']}", version


def _digits(month: str) -> int:
    """How many digits a number has in the scheme of the month YYMM; 0 if the scheme was not there yet."""
    return 0 if month < "0704" else 4 if month < "1501" else 5


def is_category(name: str) -> bool:
    """Whether `name` is one of arXiv's categories by form: an archive, or an archive and a class.

    >>> is_category("cs.LG"), is_category("hep-th"), is_category("Plant Biology")
    (True, True, False)
    """
    archive, dot, subject = name.partition(".")
    return archive in _ARCHIVES | _LATER_ARCHIVES and (not dot or _CLASS.fullmatch(subject) is not None)
