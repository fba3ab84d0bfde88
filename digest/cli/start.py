"""`digest start`: the schedule in the foreground, until SIGTERM."""

from __future__ import annotations

import datetime as dt

import click

from digest.cli.frame import App, pass_app
from digest.cli.logging import log_to_stderr
from digest.errors import ConfigError


@click.command()
@click.option(
    "--every", "every_s", type=click.FloatRange(min=1), default=None, metavar="SECONDS", help="Tick so often."
)
@pass_app
def start(app: App, every_s: float | None) -> None:
    """Run the schedule in the foreground. SIGTERM lets what is in flight finish.

    The configuration file is read again at each tick. Sources are read twice an hour; a reader's mail
    leaves within ten minutes after its hour. Two of these at once are harmless, and so is `digest run`
    beside it.
    """
    import structlog

    from digest import pipeline
    from digest.config import load
    from digest.pipeline.alarms import after_run
    from digest.schedule import SHUNNED_MINUTES, TICK_S, Metronome, collects, spread
    from digest.wiring import open_works, operator_of, post_notes

    log_to_stderr()
    log = structlog.get_logger()
    settings = app.settings()  # told at once if it is wrong, not at the first tick
    collected: dt.datetime | None = None

    def tick() -> None:
        nonlocal collected, settings
        try:
            settings = load(app.config_path)  # readers and topics may have changed since
        except ConfigError as error:
            log.error(  # noqa: TRY400
                "settings.refused", faults=" | ".join(error.faults), then="going on with the earlier ones"
            )
        now = dt.datetime.now(dt.UTC)
        collecting = collects(now, collected)
        with open_works(
            settings,
            should_stop=metronome.is_stopping,
            tell=lambda event, **keys: (log.warning if event == "run.stopped" else log.info)(event, **keys),
            shunned_minutes=SHUNNED_MINUTES,
        ) as works:
            posted = post_notes(works)  # first: a person waits for each
            if posted.stopped:
                log.warning("notes.stopped", reason=posted.stopped)
            report = pipeline.run(works, now=now, collecting=collecting, delay=spread)
            for sentence in after_run(works, report, operator_of(settings), now=now):
                log.warning("operator.untold", reason=sentence)
        if collecting:
            collected = now
        if report.due:
            log.info(
                "tick.done",
                due=report.due,
                accepted=report.accepted,
                skipped=report.skipped,
                rejected=report.rejected,
                suppressed=report.suppressed,
                expired=report.expired,
                failed=report.failed,
                waiting=report.waiting,
                uncertain=report.uncertain,
            )

    metronome = Metronome(tick, every_s=every_s or TICK_S)
    with open_works(settings):
        log.info("schedule.started", sources=len(settings.sources), every_s=every_s or TICK_S)
    metronome.run()
    log.info("schedule.stopped")
