"""Names in, papers out: which of the window's papers have a wanted author, and as whom they name them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from digest.core.authors import matches, signature
from digest.core.tokens import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.profiles import Profile
    from digest.model import Paper


@dataclasses.dataclass(slots=True, kw_only=True)
class People:
    """The authors of a window's papers, found by name. What was asked once is remembered."""

    by_key: dict[str, list[tuple[int, str]]]
    asked: dict[str, dict[int, str]]

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> People:
        """Of the papers, by their place in the window."""
        by_key: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for index, paper in enumerate(papers):
            for name in paper.authors:
                for key in signature(name):
                    by_key[key].append((index, name))
        return cls(by_key=dict(by_key), asked={})

    def find(self, wanted: str) -> dict[int, str]:
        """The papers that may be by `wanted`, each with the name that stands on it."""
        if wanted not in self.asked:
            self.asked[wanted] = {
                paper: name
                for key in sorted(signature(wanted))
                for paper, name in self.by_key.get(key, ())
                if matches(wanted, name)
            }
        return self.asked[wanted]

    def find_whole(self, typed: str) -> dict[int, str]:
        """The papers by somebody whose whole name was typed as a keyword, as people do."""
        spelt = words(typed)
        if not 2 <= len(spelt) <= 4 or min(map(len, spelt)) < 2:
            return {}
        return dict(self.by_key.get(" ".join(sorted(spelt)), ()))

    def of_profile(self, profile: Profile) -> dict[int, dict[str, None]]:
        """For each paper with wanted authors, their names as the paper gives them, in the reader's order."""
        found: defaultdict[int, dict[str, None]] = defaultdict(dict)
        for wanted in profile.authors:
            for paper, name in self.find(wanted).items():
                found[paper][name] = None
        for keyword in profile.keywords:
            for paper, name in self.find_whole(keyword.typed).items():
                found[paper][name] = None
        return found
