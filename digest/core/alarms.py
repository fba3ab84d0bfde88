"""What is wrong now and what the operator was told in; what to tell them out. Each trouble is told once, and
once more when it is over. Reads no clock, sends nothing, remembers nothing.

A trouble has a name for as long as it lasts; what is remembered of it is an `Alarm` of that name. One that
nobody could be told of (the provider itself was down) is told when it is over, in one word with its end.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LATE = dt.timedelta(hours=3)
"""After so long a delivery that is still open belongs to a morning that did not go out."""

DAY = dt.timedelta(days=1)

MORNING, STOPPED, UNCERTAIN, SOURCE = "morning", "stopped", "uncertain", "source"

_ADVICE: dict[str, tuple[str, ...]] = {
    MORNING: (
        "`digest deliveries list` says what each one waits for or why it ended;",
        "`digest run` tries again what may be tried again.",
    ),
    STOPPED: (
        "Nothing was lost: what could not leave waits. `digest check` tries the provider;",
        "`digest run` goes on where the run was stopped.",
    ),
    UNCERTAIN: (
        "`digest deliveries list --state uncertain` names them. They are not sent again by themselves;",
        "`digest deliveries settle ID` with --accepted, --resend or --abandon says what became of one.",
    ),
    SOURCE: ("`digest sources` says how each source is doing, `digest check` asks each of them once.",),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """Deliveries that are in one kind of trouble: how many, since when, and what the oldest says of it."""

    count: int = 0
    since: dt.datetime | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FailedSource:
    """A source whose last look failed; `succeeded_at` is None where it was never read."""

    name: str
    title: str
    succeeded_at: dt.datetime | None
    error: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a run leaves to be judged. `late`: open LATE after their time; `expired`: unsent, within a DAY;
    `uncertain`: where they are held for a person; `stopped`: in the provider's words."""

    late: Heap = Heap()
    expired: Heap = Heap()
    uncertain: Heap = Heap()
    stopped: str = ""
    failed: tuple[FailedSource, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong now, and how long it may be so before it is told."""

    name: str
    since: dt.datetime
    words: str
    patience: dt.timedelta = dt.timedelta(0)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is remembered of a trouble. Without words it is only watched; without `told_at` nobody knows."""

    name: str
    since: dt.datetime
    words: str = ""
    told_at: dt.datetime | None = None

    @property
    def headline(self) -> str:
        """The words up to their first colon."""
        return self.words.partition(": ")[0]

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about it, a line each."""
        return _ADVICE.get(self.name.partition("/")[0], ())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What to tell: what has `begun`, what is `mended`, and what was `missed`: it came and went while nobody
    could be told. `standing` needs no word: it was told, or is watched."""

    begun: tuple[Alarm, ...] = ()
    missed: tuple[Alarm, ...] = ()
    mended: tuple[Alarm, ...] = ()
    standing: tuple[Alarm, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.begun or self.missed or self.mended)


def troubles(signs: Signs, *, now: dt.datetime) -> list[Trouble]:
    """Everything that is wrong, each under its name."""
    found = [
        Trouble(
            name=f"{SOURCE}/{one.name}",
            since=one.succeeded_at or now,
            words=f"{one.title} could not be read for more than a day: {one.error}",
            patience=DAY,
        )
        for one in signs.failed
    ]
    if signs.uncertain.count:
        are = "1 delivery is" if signs.uncertain.count == 1 else f"{signs.uncertain.count} deliveries are"
        found.append(
            Trouble(
                name=UNCERTAIN,
                since=signs.uncertain.since or now,
                words=f"{are} uncertain: they may have left or not",
            )
        )
    if signs.stopped:
        found.append(Trouble(name=STOPPED, since=now, words=f"a run was stopped: {signs.stopped}"))
    if signs.late.count or signs.expired.count:
        begun = [heap.since for heap in (signs.late, signs.expired) if heap.count and heap.since]
        found.append(Trouble(name=MORNING, since=min(begun, default=now), words=_morning(signs)))
    return found


def _morning(signs: Signs) -> str:
    late, expired = signs.late, signs.expired
    count = late.count + expired.count
    have = "1 delivery has" if count == 1 else f"{count} deliveries have"
    if not expired.count:
        said = f" ({late.reason})" if late.reason else ""
        return f"{have} not gone out: due {LATE // dt.timedelta(hours=1)} hours ago or earlier{said}"
    which = "expired" if not late.count else f"{expired.count} of them expired"
    return f"{have} not gone out: {which} unsent; the papers come with the next mail"


def news(
    wrong: Sequence[Trouble], known: Sequence[Alarm], *, unsure: Collection[str] = (), now: dt.datetime
) -> News:
    """What to tell of what is wrong and of what was. Of the names in `unsure` nothing shows whether they are
    mended: they stay as they were.

    >>> at = dt.datetime(2026, 4, 21, 7, tzinfo=dt.UTC)
    >>> wrong = [Trouble(name="uncertain", since=at, words="3 deliveries are uncertain: who knows")]
    >>> first = news(wrong, (), now=at)
    >>> [alarm.headline for alarm in first.begun]
    ['3 deliveries are uncertain']
    >>> told = [dataclasses.replace(alarm, told_at=at) for alarm in first.begun]
    >>> bool(news(wrong, told, now=at)), [alarm.name for alarm in news([], told, now=at).mended]
    (False, ['uncertain'])
    """
    remembered = {alarm.name: alarm for alarm in known}
    begun: list[Alarm] = []
    standing: list[Alarm] = []
    for trouble in wrong:
        before = remembered.pop(trouble.name, None)
        if before is not None and before.told_at is not None:
            standing.append(before)
            continue
        since = trouble.since if before is None else min(trouble.since, before.since)
        ripe = not trouble.patience or now - since >= trouble.patience
        alarm = Alarm(name=trouble.name, since=since, words=trouble.words if ripe else "")
        (begun if ripe else standing).append(alarm)
    missed: list[Alarm] = []
    mended: list[Alarm] = []
    for alarm in remembered.values():
        if alarm.name in unsure:
            untold = alarm.words and alarm.told_at is None
            (begun if untold else standing).append(alarm)
        elif alarm.told_at is not None:
            mended.append(alarm)
        elif alarm.words:
            missed.append(alarm)
    return News(begun=tuple(begun), missed=tuple(missed), mended=tuple(mended), standing=tuple(standing))
