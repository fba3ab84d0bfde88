"""A run's progress as bars on a terminal; silence in a pipe."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS = {
    "demo": "Sample mornings",
    "collect": "Reading sources",
    "compose": "Composing",
    "deliver": "Sending",
}


@contextlib.contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Yields `progress(stage, done, total)`, as `pipeline.Works` calls it."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(WORDS.get(stage, stage))
            bars.update(tasks[stage], completed=done, total=total)

        yield show
