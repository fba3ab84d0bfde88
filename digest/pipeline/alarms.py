"""After a run: the operator is told what is wrong, once, and a watchdog that all is alive. Breaks no run.

What fails here is a sentence for the log: neither the report of the run nor its exit code knows of it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from digest.core.alarms import STOPPED, FailedSource, Heap, Signs, troubles
from digest.errors import DigestError
from digest.mail.notice import Entry, write_notice
from digest.pipeline.deliver import avoid_shunned

if TYPE_CHECKING:
    from digest.core.alarms import Alarm, News
    from digest.model import Message
    from digest.pipeline import Report
    from digest.pipeline.works import Works

AGAIN = dt.timedelta(minutes=10)  # a mail that was refused is not tried again before


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Whom to tell. Without `notify` nobody is mailed, and nothing is remembered as told; without `ping_url`
    nothing is fetched. `agent` is how the ping names itself."""

    notify: str | None = None
    ping_url: str | None = None
    agent: str = "paper-digest"


def after_run(works: Works, report: Report, operator: Operator, *, now: dt.datetime) -> list[str]:
    """Tell the operator, then the watchdog, unless the run was stopped; a sentence for each that failed."""
    from digest.pipeline.ping import ping

    failures: list[str] = []
    if operator.notify is not None and not works.should_stop():
        try:
            failures += _tell(works, report, operator.notify, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run itself is done
            failures.append(f"the operator could not be told: {_named(error)}")
    if operator.ping_url is not None and not report.stopped:
        failures += ping(operator.ping_url, agent=operator.agent)
    return failures


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, DigestError) else f"{type(error).__name__} ({error})"


def _tell(works: Works, report: Report, notify: str, *, now: dt.datetime) -> list[str]:
    alarms, clock = works.store.alarms, works.clock()
    wrong = troubles(_signs(works, report, now=now, clock=clock), now=now)
    # That nothing was refused is no sign of health where nothing was sent.
    unsure = () if report.stopped or report.accepted else (STOPPED,)
    found = alarms.note(wrong, unsure=unsure, now=now, clock=clock)
    if not found:
        return []
    works.step("alarms.noted")
    avoid_shunned(works)
    message = _message(works, found, notify, now=now)
    (outcome,) = works.mailer.send([message])
    works.step("alarms.sent")
    if outcome.kind in ("accepted", "uncertain"):
        works.tell("operator.told", outcome=outcome.kind, begun=len(found.begun), mended=len(found.mended))
        return []
    alarms.take_back(found, until=clock + max(AGAIN, dt.timedelta(seconds=outcome.retry_after_s or 0)))
    return [f"the operator could not be told: {outcome.reason}; tried again at a later run"]


def _signs(works: Works, report: Report, *, now: dt.datetime, clock: dt.datetime) -> Signs:
    store = works.store
    names = {source.name for source in works.sources}
    return Signs(
        late=store.alarms.late(now=now),
        expired=store.alarms.expired(clock=clock),
        uncertain=store.alarms.uncertain() if works.delivery.uncertain == "hold" else Heap(),
        stopped=report.stopped,
        failed=tuple(
            FailedSource(
                name=record.name,
                title=record.title,
                succeeded_at=record.succeeded_at,
                error=record.error or "no reason was given",
            )
            for record in store.sources.records()
            if record.name in names and record.status == "failed"
        ),
    )


def _message(works: Works, found: News, notify: str, *, now: dt.datetime) -> Message:
    begun = [
        Entry(words=f"{_sentence(alarm)}.", lines=(f"Since {_time(alarm.since)}.", *alarm.advice))
        for alarm in found.begun
    ]
    over = [("Mended before you could be told", alarm) for alarm in found.missed]
    over += [("Mended", alarm) for alarm in found.mended]
    ended = [
        Entry(
            words=f"{said}: {alarm.words.rstrip('.')}.",
            lines=(f"From {_time(alarm.since)} to {_time(now)}.",),
        )
        for said, alarm in over
    ]
    return write_notice(
        works.site,
        notify,
        subject=_subject(found),
        entries=[*begun, *ended],
        notice_id=_notice_id(found, works.clock()),
        date=works.clock(),
    )


def _subject(found: News) -> str:
    first = [alarm.headline for alarm in found.begun]
    first += [f"mended: {alarm.headline}" for alarm in (*found.missed, *found.mended)]
    more = len(first) - 1
    return first[0] if not more else f"{first[0]}, and {more} more"


def _notice_id(found: News, clock: dt.datetime) -> str:
    said = [f"{alarm.name} {alarm.since}" for alarm in (*found.begun, *found.missed, *found.mended)]
    text = "\n".join([*said, clock.isoformat()])
    return f"operator-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


def _sentence(alarm: Alarm) -> str:
    return (alarm.words[:1].upper() + alarm.words[1:]).rstrip(".")


def _time(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
