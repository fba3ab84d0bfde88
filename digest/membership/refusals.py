"""What a reader is told when a wish cannot be fulfilled: sentences for a page, never for a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.model import Topic


class Refused(UsageError):  # noqa: N818 - a fault of nobody
    """A wish that cannot be fulfilled. `faults` has a sentence by the name of its field; "" is the field of
    what concerns no single one."""

    def __init__(self, faults: str | Mapping[str, str]) -> None:
        self.faults: dict[str, str] = {"": faults} if isinstance(faults, str) else dict(faults)
        super().__init__(" ".join(self.faults.values()))


class Changed(UsageError):  # noqa: N818 - a fault of nobody
    """What somebody edited is another now than when they began: in another tab, or on another device.
    `topic` is what stands now; None: it was removed."""

    def __init__(self, sentence: str, *, topic: Topic | None = None) -> None:
        self.topic = topic
        super().__init__(sentence)
