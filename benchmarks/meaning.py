"""Whether search by meaning finds the paper that somebody means: questions that share no word with its title.

    python benchmarks/meaning.py --data FOLDER [--questions FILE] [--json]

FOLDER holds task.json ({"papers": PATH}: jsonl.gz of {"id", "title", "abstract"}) and candidates.json (ids):
the papers that are searched, as the pages and the API search them (`core.space`). The questions
(`questions.json` beside this file, or FILE) are [{"question": TEXT, "paper": ID}]. They were written from the
abstracts of thirty papers that `random.Random(20261121).sample(sorted(candidates), 30)` drew, before anything
was searched for.

A question that shares a word with its paper's title is refused: small words aside, and whatever the ending.
Prints the place of each paper, how many are among the first ten, and the milliseconds of a search. Ends with
status 2 and a sentence when a question or a file is not as it should be.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.core.packing import pack
from digest.core.space import Space
from digest.core.stopwords import FUNCTION
from digest.core.terms import paper_terms, stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = 10
DEPTH = 1000  # places that are looked at
SHORTEST = 4  # letters that stay when an ending is cut off
# The longest first.
# fmt: off
ENDINGS = (
    "izations", "ational", "atively", "isation", "ization", "ations", "ements", "ances", "ating", "ation",
    "ative", "ators", "ement", "ences", "ingly", "ising", "ities", "ively", "izers", "izing", "ments",
    "ously", "able", "ally", "ance", "ated", "ates", "ator", "edly", "ence", "ible", "ical", "ings", "ions",
    "ised", "ized", "izer", "izes", "ment", "ness", "ate", "ers", "ful", "ing", "ion", "ise", "ity", "ive",
    "ize", "ors", "ous", "al", "ed", "er", "es", "ic", "ly", "or", "e", "s", "y",
)
# fmt: on


class BadQuestionsError(Exception):
    """A question or a file is not as it should be; the message says which, and why."""


def root(word: str) -> str:
    """A word without its endings: what "generate", "generating" and "generation" have in common."""
    while word.isascii() and word.isalpha():
        cut = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= SHORTEST), "")
        if not cut:
            break
        word = word.removesuffix(cut)
    return word


def words(text: str) -> set[str]:
    """The roots of a text's words, small words aside."""
    return {root(stem) for stem in stems(text) if stem not in FUNCTION}


def check(questions: Sequence[Mapping[str, str]], papers: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises BadQuestionsError for a paper that is not there, and for a word of its title in a question."""
    for one in questions:
        if one["paper"] not in papers:
            raise BadQuestionsError(f"Paper {one['paper']!r} is not among the papers that are searched.")
        question, title = one["question"], papers[one["paper"]]["title"]
        shared = ", ".join(sorted(words(question) & words(title)))
        if shared:
            raise BadQuestionsError(f"{question!r} shares {shared} with the title {title!r}.")


def searched(folder: Path) -> dict[str, dict[str, Any]]:
    """The papers of a folder that are searched, by id."""
    source = folder / json.loads((folder / "task.json").read_text())["papers"]
    wanted = set(json.loads((folder / "candidates.json").read_text()))
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines) if row["id"] in wanted}


def places(
    questions: Sequence[Mapping[str, str]], papers: Mapping[str, Mapping[str, Any]]
) -> tuple[list[int | None], float]:
    """Where each paper stands among what is found for its question, from 1; None below `DEPTH`. And the
    milliseconds of CPU of a search."""
    numbers = {name: number for number, name in enumerate(papers, start=1)}
    packed = {
        numbers[name]: pack(paper_terms(stems(row["title"] or ""), stems(row["abstract"] or "")))
        for name, row in papers.items()
    }
    space = Space.of(packed.items())

    def read(ids: Sequence[int]) -> dict[int, bytes]:
        return {number: packed[number] for number in ids}

    found: list[int | None] = []
    began = time.process_time()
    for one in questions:
        near = [paper.paper_id for paper in space.nearest(one["question"], read=read, limit=DEPTH)]
        number = numbers[one["paper"]]
        found.append(near.index(number) + 1 if number in near else None)
    return found, 1000 * (time.process_time() - began) / max(1, len(questions))


def main() -> int:
    """Check, search, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with task.json and candidates.json")
    parser.add_argument("--questions", type=Path, default=Path(__file__).with_name("questions.json"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        questions = json.loads(options.questions.read_text(encoding="utf-8"))
        papers = searched(options.data)
        check(questions, papers)
    except (BadQuestionsError, OSError, ValueError) as problem:
        print(f"meaning: {problem}", file=sys.stderr)
        return 2
    found, spent = places(questions, papers)
    hits = sum(place is not None and place <= FIRST for place in found)
    if options.json:
        result = {"papers": len(papers), "questions": len(questions), "found": hits, "places": found}
        print(json.dumps(result | {"ms": round(spent, 1)}))
        return 0
    for one, place in zip(questions, found, strict=True):
        print(f"{place or '–':>4}  {one['question']}")
    print(
        f"{hits} of {len(questions)} among the first {FIRST} of {len(papers):,} papers, {spent:.1f} ms each"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
