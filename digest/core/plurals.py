"""An English plural in, its singular out; a table and a few rules. Knows no other language."""

from __future__ import annotations

_IRREGULARS = """
analyses:analysis hypotheses:hypothesis syntheses:synthesis theses:thesis crises:crisis
diagnoses:diagnosis prognoses:prognosis parentheses:parenthesis emphases:emphasis metastases:metastasis
neuroses:neurosis matrices:matrix vertices:vertex indices:index vortices:vortex appendices:appendix
simplices:simplex axes:axis phenomena:phenomenon criteria:criterion automata:automaton
polyhedra:polyhedron corpora:corpus spectra:spectrum quanta:quantum genera:genus stimuli:stimulus
nuclei:nucleus loci:locus foci:focus radii:radius fungi:fungus bacilli:bacillus larvae:larva algae:alga
formulae:formula antennae:antenna mice:mouse children:child women:woman men:man people:person
teeth:tooth feet:foot geese:goose halves:half wolves:wolf knives:knife shelves:shelf calves:calf
wives:wife thieves:thief leaves:leaf quizzes:quiz lenses:lens biases:bias gases:gas atlases:atlas
aliases:alias canvases:canvas buses:bus viruses:virus coronaviruses:coronavirus focuses:focus
statuses:status campuses:campus genuses:genus corpuses:corpus bonuses:bonus censuses:census
consensuses:consensus apparatuses:apparatus stimuluses:stimulus calculuses:calculus heroes:hero
potatoes:potato tomatoes:tomato echoes:echo vetoes:veto mosquitoes:mosquito torpedoes:torpedo
volcanoes:volcano zeroes:zero caches:cache niches:niche headaches:headache avalanches:avalanche
movies:movie cookies:cookie calories:calorie selfies:selfie zombies:zombie imus:imu lms:lm fms:fm
apis:api guis:gui uis:ui rois:roi ids:id ads:ad cpus:cpu gpus:gpu tpus:tpu npus:npu menus:menu
gurus:guru ros:ros topics:topic metrics:metric heuristics:heuristic statistics:statistic
characteristics:characteristic clinics:clinic fabrics:fabric critics:critic harmonics:harmonic
diagnostics:diagnostic antibiotics:antibiotic basics:basic logics:logic lyrics:lyric comics:comic
mosaics:mosaic rubrics:rubric
"""
# They look like plurals.
_SINGULARS = """
afterwards alias always asbestos atlas backwards besides bias canvas chaos christmas cosmos diabetes
does downwards ethos forwards gas herpes ios kansas kubernetes kudos lens mars nas news overseas
pancreas pathos perhaps rabies rhinoceros scabies series sometimes species texas thermos towards upwards
whereas
"""
_IRREGULAR = dict(pair.split(":") for pair in _IRREGULARS.split())
_SINGULAR = frozenset(_SINGULARS.split())
_HISSING = ("s", "x", "z", "ch", "sh")


def stem_plural(word: str) -> str:
    """A token without its English plural; other tokens as they are. Both sides of a match go through it,
    so a rare mistake (`mems` → `mem`) still finds itself.

    >>> [stem_plural(word) for word in ("networks", "studies", "losses", "analyses", "bias", "llms")]
    ['network', 'study', 'loss', 'analysis', 'bias', 'llm']
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


def numbers(word: str) -> tuple[str, ...]:
    """A token in singular and plural, itself first: forms that `stem_plural` makes one.

    >>> numbers("studies"), numbers("analysis"), numbers("3d")
    (('studies', 'study'), ('analysis', 'analyses'), ('3d',))
    """
    stem = stem_plural(word)
    forms = [word, stem]
    if len(stem) > 2 and stem.isascii() and stem.isalpha():
        forms += [plural for plural, singular in _IRREGULAR.items() if singular == stem]
        hisses = stem.endswith(_HISSING)
        changes = stem[-1] == "y" and stem[-2] not in "aeiou"
        forms.append(f"{stem}es" if hisses else f"{stem[:-1]}ies" if changes else f"{stem}s")
    return tuple(dict.fromkeys(form for form in forms if stem_plural(form) == stem))
