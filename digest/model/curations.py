"""What editors made of a paper in the community's list."""

from __future__ import annotations

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """The names of the editors who submitted, picked or hid a paper, "" where none did, the sentence that
    was pinned to it, and the day of the first such act."""

    submitted_by: str = ""
    picked_by: str = ""
    sentence: str = ""
    hidden_by: str = ""
    day: dt.date
