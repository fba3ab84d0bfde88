"""`digest run`: one tick. Cron's command, and a person's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from digest.cli.frame import App, at_option, finish, json_option, pass_app
from digest.cli.output import note, print_json
from digest.cli.stages import stages
from digest.cli.stopping import stopping

if TYPE_CHECKING:
    from digest.pipeline import Report, Works


@click.command()
@at_option
@click.option("--dry-run", is_flag=True, help="Say what would be sent and why; change nothing.")
@click.option("--subscriber", "email", metavar="ADDRESS", help="Only this reader.")
@json_option
@pass_app
def run(app: App, at: dt.datetime | None, dry_run: bool, email: str | None, as_json: bool) -> None:
    """One tick: collect, plan the slots that are due, compose, deliver.

    Ends with 0 when all that was due is done, with 1 when something failed, waits for another try or
    needs a person.
    """
    from digest import pipeline
    from digest.pipeline.alarms import after_run
    from digest.wiring import open_works, operator_of, post_notes

    now = at or dt.datetime.now(dt.UTC)
    settings = app.settings()
    with (
        stages() as progress,
        stopping() as end,
        open_works(
            settings, scratch=dry_run, progress=progress, should_stop=end.is_stopping, step=end.step
        ) as works,
    ):
        report = pipeline.run(works, now=now, email=email)
        would = _would_send(works, report) if dry_run else []
        following = None if report.due else works.store.subscribers.next_due_at(email=email)
        # A look ahead, or a run for one reader, has a person before it and says nothing of the morning.
        whole = not dry_run and email is None
        posted = post_notes(works) if whole else None
        untold = after_run(works, report, operator_of(settings), now=now) if whole else []
    if as_json:
        print_json(to_json(report) | ({"would_send": would} if dry_run else {}))
    else:
        sent = "would be sent" if dry_run else "sent"
        if settings.mail.provider == "outbox" and not dry_run:
            sent = f"written into {settings.mail.outbox.folder}"
        _print(report, would, sent=sent, following=following)
    if posted is not None and posted.stopped:
        note(f"Notes wait: {posted.stopped}")
    for sentence in untold:
        note(sentence)
    finish(0 if report.is_clean else 1)


def to_json(report: Report) -> dict[str, Any]:
    """The report as one object; `stopped` only where a provider stopped the run."""
    left_out = {"accepted_ids", "elsewhere"} | (set() if report.stopped else {"stopped"})
    fields = {
        field.name: getattr(report, field.name)
        for field in dataclasses.fields(report)
        if field.name not in left_out
    }
    fields["sources"] = {name: dataclasses.asdict(reading) for name, reading in report.sources.items()}
    return fields


def _would_send(works: Works, report: Report) -> list[dict[str, Any]]:
    """The editions that the scratch run handed to no one, with the reasons of each paper."""
    store = works.store
    deliveries = list(store.deliveries.by_id(report.accepted_ids).values())
    frozen = store.editions.by_delivery(report.accepted_ids)
    members = store.subscribers.by_id([delivery.subscriber_id for delivery in deliveries])
    papers = store.papers.revisions(
        {(item.paper_id, item.revision) for one in frozen.values() for item in one.edition.items}
    )
    return [
        {
            "email": members[delivery.subscriber_id].subscriber.email,
            "slot": delivery.slot.key,
            "sections": [
                {
                    "title": section.title,
                    "papers": [
                        {
                            "title": papers[item.paper_id, item.revision].title,
                            "url": papers[item.paper_id, item.revision].url,
                            "score": round(item.score, 1),
                            "reasons": [reason.words for reason in item.reasons],
                        }
                        for item in section.items
                    ],
                }
                for section in frozen[delivery.id].edition.sections
            ],
        }
        for delivery in deliveries
    ]


def _print(report: Report, would: list[dict[str, Any]], *, sent: str, following: dt.datetime | None) -> None:
    """The report in words; `sent` says what became of an accepted mail."""
    for name, reading in report.sources.items():
        click.echo(f"{name}: {reading.status}, {reading.new} new of {reading.seen} read")
        if reading.error:
            # To cron's mail only what failed: what is late, or came by another route, is no one's work.
            click.echo(f"{name}: {reading.error}", err=reading.status == "failed")
    for mail in would:
        click.echo(f"\n{mail['email']} · {mail['slot']}")
        for section in mail["sections"]:
            click.echo(f"  {section['title']}")
            for paper in section["papers"]:
                click.echo(f"    {paper['score']:5.1f}  {paper['title']}")
                click.echo(f"           {', '.join(paper['reasons'])}")
    if would:
        click.echo("")
    counts = [
        (report.accepted, sent),
        (report.skipped, "skipped: nothing new for them"),
        (report.rejected, "rejected"),
        (report.suppressed, "suppressed"),
        (report.expired, "expired"),
        (report.failed, "failed"),
        (report.waiting, "waiting for another try: `digest deliveries list` says why"),
        (report.uncertain, "uncertain: `digest deliveries list --state uncertain` names them"),
    ]
    if report.due:
        click.echo(f"{report.due} due: " + ", ".join(f"{n} {words}" for n, words in counts if n))
    else:
        then = f" before {following:%Y-%m-%d %H:%M} UTC" if following else ""
        click.echo(f"Nobody is due{then}.")
    if report.stopped:
        note(f"The run was stopped: {report.stopped}")
