"""What all readers share, made now and then out of the whole library: its directions, and the background that
scores are measured against. Knows no reader.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.store.learned import Made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.directions import Directions
    from digest.core.features import Window
    from digest.core.space import Space
    from digest.pipeline.meaning import Meaning
    from digest.pipeline.outlook import Outlook
    from digest.pipeline.works import Works
    from digest.store import Store

BACKGROUND = 1000  # papers: a score is known to a half percent in the middle, to a tenth at the top
BACKGROUND_DAYS = 90

MOST = 20_000  # papers that directions are found in, the newest
LEAST = 100  # fewer have none
GROWN = 1.2  # they are found anew when there are so many times as many papers,
AFTER = dt.timedelta(days=30)  # or after that long
RECIPE = "1"  # of directions: those of another one are made anew
_DIRECTIONS = "directions"


def has_directions(store: Store) -> bool:
    """Whether the library's directions were ever found."""
    return store.learned.head(_DIRECTIONS) is not None


def renew(works: Works, *, now: dt.datetime, is_lost: bool = False) -> bool:
    """Find the library's directions anew where that is due, or what was kept `is_lost`; whether it was."""
    from digest.core.directions import Directions

    store = works.store
    papers = min(MOST, store.terms.count())
    made = store.learned.head(_DIRECTIONS)
    if papers < LEAST:
        return False
    if made is not None and not is_lost:
        recipe, _, found_in = made.version.partition(".")
        is_fresh = dt.timedelta(0) <= now - made.made_at < AFTER  # a clock may have been ahead
        if recipe == RECIPE and is_fresh and papers < int(found_in) * GROWN:
            return False
    works.progress("learn", 0, 1)
    rows = [packed for _, packed in itertools.islice(store.terms.newest(), MOST)]
    directions = Directions.fit(rows)
    version = f"{RECIPE}.{len(rows)}"
    store.learned.put_artefact(_DIRECTIONS, Made(version=version, made_at=now, body=directions.to_bytes()))
    works.progress("learn", 1, 1)
    works.tell("library.directions", papers=len(rows), dimensions=directions.dimension)
    return True


def ground_of(works: Works, *, now: dt.datetime) -> Ground:
    """What a run composes on. Directions that are damaged, or another version's, are found anew first."""
    ground = Ground(store=works.store, today=now.date(), meaning=works.meaning)
    if ground.directions is None and has_directions(works.store) and renew(works, now=now, is_lost=True):
        ground = Ground(store=works.store, today=now.date(), meaning=works.meaning)
    return ground


@dataclasses.dataclass(slots=True, kw_only=True)
class Ground:
    """The shared ground of one run, each part read when it is first asked for. Not for several threads."""

    store: Store
    today: dt.date
    meaning: Meaning | None = None  # a model that turns texts into vectors, if there is one
    only_reads: bool = False  # for pages: asks no model, and keeps nothing
    _outlook: Outlook | None = None
    _directions: Directions | None = None
    _asked: bool = False
    _background: Window | None = None
    _mark: tuple[object, ...] = ()
    _space: Space | None = None
    _names: Mapping[int, str] | None = None

    @property
    def directions(self) -> Directions | None:
        """The library's directions; None where there are none yet, or another version made them, or they are
        damaged."""
        if not self._asked:
            self._directions = _kept(self.store)
            self._asked = True
        return self._directions

    @property
    def background(self) -> Window:
        """A sample of the papers of the last days, as they are ranked."""
        if self._background is None:
            from digest.core.features import Candidate, Window

            papers = self.store.background.sample(since=self.since, limit=BACKGROUND)
            window = Window.of(
                self.store.papers.statistics(),
                [Candidate(paper=paper, sequence=paper.id) for paper in papers],
                today=self.today,
                directions=self.directions,
            )
            self._outlook = self._look(window)
            self._background = self._seen(window, self._outlook)
        return self._background

    @property
    def outlook(self) -> Outlook | None:
        """The background as an operator's model sees it; None without one, or where it tells nothing yet."""
        return None if self.meaning is None or self.background is None else self._outlook

    def seen(self, window: Window) -> Window:
        """A window as an operator's model sees it, if there is one that tells something."""
        return self._seen(window, self._look(window))

    def _look(self, window: Window) -> Outlook | None:
        if self.meaning is None:
            return None
        from digest.pipeline.outlook import Outlook

        ids = [paper.id for paper in window.papers]
        return Outlook.open(self.meaning, ids, only_reads=self.only_reads)

    def _seen(self, window: Window, outlook: Outlook | None) -> Window:
        return window if outlook is None else dataclasses.replace(window, sight=outlook.sight)

    @property
    def space(self) -> Space:
        """The newest papers of the library, to be searched."""
        if self._space is None:
            from digest.core.space import Space

            self._space = Space.of(itertools.islice(self.store.terms.newest(), MOST))
        return self._space

    @property
    def names(self) -> Mapping[int, str]:
        """The library's terms by number."""
        if self._names is None:
            from digest.core.feedback import names_of

            self._names = names_of(self.background.statistics)
        return self._names

    def read(self) -> Ground:
        """This ground with every part read, for several threads to look at."""
        _ = self.background, self.mark, self.space, self.names
        return self

    @property
    def mark(self) -> tuple[object, ...]:
        """Equal while what was measured on this ground stands."""
        if not self._mark:
            made = None if self.directions is None else self.store.learned.head(_DIRECTIONS)
            papers = min(self.store.background.count(since=self.since), BACKGROUND)
            shared = None if made is None else (made.version, made.made_at)
            outlook = self.outlook
            self._mark = (shared, papers.bit_length(), "" if outlook is None else outlook.version)
        return self._mark

    @property
    def since(self) -> dt.date:
        """The first day of the background."""
        return self.today - dt.timedelta(days=BACKGROUND_DAYS)


def _kept(store: Store) -> Directions | None:
    from digest.core.directions import Directions

    made = store.learned.artefact(_DIRECTIONS)
    if made is None or made.version.partition(".")[0] != RECIPE:
        return None
    try:
        return Directions.from_bytes(made.body)
    except StoreError:
        return None
