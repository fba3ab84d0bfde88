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
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
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


# Plurals that no rule finds, and singulars that look like plurals.
_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "analyses:analysis hypotheses:hypothesis syntheses:synthesis theses:thesis crises:crisis diagnoses:diagnosis "
        "prognoses:prognosis parentheses:parenthesis emphases:emphasis metastases:metastasis neuroses:neurosis "
        "matrices:matrix vertices:vertex indices:index vortices:vortex appendices:appendix simplices:simplex "
        "axes:axis phenomena:phenomenon criteria:criterion automata:automaton polyhedra:polyhedron corpora:corpus "
        "spectra:spectrum quanta:quantum genera:genus stimuli:stimulus nuclei:nucleus loci:locus foci:focus "
        "radii:radius fungi:fungus bacilli:bacillus larvae:larva algae:alga formulae:formula antennae:antenna "
        "mice:mouse children:child women:woman men:man people:person teeth:tooth feet:foot geese:goose "
        "halves:half wolves:wolf knives:knife shelves:shelf calves:calf wives:wife thieves:thief leaves:leaf "
        "quizzes:quiz lenses:lens biases:bias gases:gas atlases:atlas aliases:alias canvases:canvas buses:bus "
        "viruses:virus coronaviruses:coronavirus focuses:focus statuses:status campuses:campus genuses:genus "
        "corpuses:corpus bonuses:bonus censuses:census consensuses:consensus apparatuses:apparatus "
        "stimuluses:stimulus calculuses:calculus heroes:hero potatoes:potato tomatoes:tomato echoes:echo "
        "vetoes:veto mosquitoes:mosquito torpedoes:torpedo volcanoes:volcano zeroes:zero caches:cache "
        "niches:niche headaches:headache avalanches:avalanche movies:movie cookies:cookie calories:calorie "
        "selfies:selfie zombies:zombie imus:imu lms:lm fms:fm apis:api guis:gui uis:ui rois:roi ids:id ads:ad cpus:cpu gpus:gpu tpus:tpu npus:npu menus:menu gurus:guru ros:ros "
        "topics:topic metrics:metric heuristics:heuristic statistics:statistic characteristics:characteristic "
        "clinics:clinic fabrics:fabric critics:critic harmonics:harmonic diagnostics:diagnostic "
        "antibiotics:antibiotic basics:basic logics:logic lyrics:lyric comics:comic mosaics:mosaic rubrics:rubric"
    ).split()
)
_SINGULAR = frozenset(
    "gas bias atlas canvas alias pancreas texas kansas whereas overseas series species chaos cosmos kudos ethos "
    "pathos lens news always perhaps besides mars kubernetes herpes rabies scabies diabetes rhinoceros asbestos "
    "thermos christmas sometimes afterwards towards backwards forwards upwards downwards does nas ios".split()
)


def stem_plural(word: str) -> str:
    """A token without its English plural; other tokens as they are. Both sides of a match go through it,
    so a rare mistake (`mems` → `mem`) still finds itself.

    >>> [stem_plural(word) for word in ("networks", "studies", "losses", "analyses", "bias", "analysis", "llms")]
    ['network', 'study', 'loss', 'analysis', 'bias', 'analysis', 'llm']
    """
    irregular = _IRREGULAR.get(word)
    if irregular is not None:
        return irregular
    if len(word) < 4 or word[-1] != "s" or not (word.isascii() and word.isalpha()) or word in _SINGULAR:
        return word
    if word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]
