"""`digest deliveries`: what became of each mail, and the operator's word where nobody knows.

Opens the database alone: no source, no provider and no template is loaded, and `list` and `show` write
nothing, so that they answer at once while a run sends.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, get_args

import click

from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.output import note, one_line, print_json, print_table
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.model import Delivery, DeliveryState
    from digest.store import Store
    from digest.store.deliveries import Verdict

SHOWN = 50
DONE: dict[Verdict, str] = {
    "accepted": "counts as accepted",
    "resend": "is sent again at the next run, if that is within a week",
    "abandon": "is abandoned",
}


@click.group()
def deliveries() -> None:
    """List and show deliveries, and settle uncertain ones."""


@deliveries.command("list")
@click.option("--state", "states", multiple=True, metavar="STATE", help="Only these; may be given again.")
@click.option("--subscriber", "email", metavar="ADDRESS", help="Only those of this reader.")
@click.option(
    "--limit", type=click.IntRange(0), default=SHOWN, show_default=True, help="So many; 0 for all of them."
)
@json_option
@pass_app
def list_(app: App, states: tuple[str, ...], email: str | None, limit: int, as_json: bool) -> None:
    """The latest deliveries, newest slot first.

    `--state uncertain` names those of which nobody knows whether they left: `digest deliveries settle`.
    """
    wanted = tuple(dict.fromkeys(_state(word) for word in states))
    with _store(app) as store:
        reader = None if email is None else _reader(store, email)
        found = store.deliveries.latest(
            states=wanted, subscriber_id=reader, limit=limit + 1 if limit else None
        )
        flying = store.deliveries.count("sending") if "uncertain" in wanted else 0
    rows = found[:limit] if limit else found
    if as_json:
        print_json([_to_json(one, address) for one, address in rows])
        return
    if flying:
        note(f"{flying} more in flight; if the program died over them, the next run calls them uncertain")
    if not rows:
        click.echo(f"No delivery is {' or '.join(wanted)}." if wanted else "No deliveries yet.")
        return
    print_table(
        ("id", "address", "slot", "state", "provider", "attempts", "updated", "reason"),
        [
            (
                one.id, address or "(erased)", one.slot.key, one.state, one.provider, one.attempts,
                f"{one.updated_at:%Y-%m-%d %H:%M:%S}Z", one.reason,
            )
            for one, address in rows
        ],
    )  # fmt: skip
    if len(found) > len(rows):
        note(f"the latest {len(rows)}; --limit 0 shows all of them")


@deliveries.command()
@click.argument("id_", metavar="ID")
@json_option
@pass_app
def show(app: App, id_: str, as_json: bool) -> None:
    """One delivery and its whole history, one line an event."""
    known = _id(id_)
    with _store(app) as store:
        history = store.deliveries.history(known)
        one = store.deliveries.by_id([known])[known]
        member = store.subscribers.by_id([one.subscriber_id]).get(one.subscriber_id)
    address = member.subscriber.email if member else ""
    if as_json:
        events = [{"at": at, "what": what, "words": words} for at, what, words in history]
        print_json({**_to_json(one, address), "provider_id": one.provider_id, "history": events})
        return
    rows = [
        ("id", one.id),
        ("address", address or "(erased)"),
        ("slot", f"{one.slot.key}, due {_when(one.slot.scheduled_at)}"),
        ("state", one.state),
        ("attempts", one.attempts),
        ("provider", f"{one.provider} {one.provider_id}".strip()),
        ("reason", one.reason),
        ("next try", _when(one.retry_at) if one.retry_at and one.state in ("composed", "retry") else ""),
    ]
    for word, value in rows:
        if value != "":
            click.echo(f"{word:<9}{one_line(value)}")
    click.echo()
    for at, what, words in history:
        click.echo(one_line(f"{at:%Y-%m-%d %H:%M:%S}Z  {what:<10}  {words}".rstrip()))


@deliveries.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--accepted", is_flag=True, help="It did leave, as the provider's own log shows.")
@click.option(
    "--resend",
    is_flag=True,
    help="Send it again at the next run, within a week, with the same Message-ID. "
    "If it had left after all, its reader gets it twice.",
)
@click.option(
    "--abandon",
    is_flag=True,
    help="Leave it unsettled for good: not sent again, its papers do not come again.",
)
@click.option("--all", "all_", is_flag=True, help="Every uncertain one.")
@json_option
@pass_app
def settle(app: App, /, ids: tuple[str, ...], all_: bool, as_json: bool, **verdicts: bool) -> None:
    """Say what became of uncertain deliveries: --accepted, --resend or --abandon.

    A delivery is uncertain when the program died, or lost the connection, after the provider may have
    taken the mail. It is not sent again unless somebody says so, here or with `delivery.uncertain`.
    """
    verdict = _verdict(verdicts)
    if bool(ids) == all_:
        raise UsageError("name the deliveries by their ids, or say --all for every uncertain one")
    done: list[Delivery] = []
    faults: list[str] = []
    with _store(app) as store:
        if all_:
            ids = tuple(one.id for one, _ in store.deliveries.latest(states=("uncertain",)))
        for id_ in dict.fromkeys(ids):
            try:
                done.append(store.deliveries.decide(_id(id_), verdict, now=dt.datetime.now(dt.UTC)))
            except UsageError as error:
                faults.append(str(error))
    if as_json:
        print_json({"settled": [{"id": one.id, "state": one.state} for one in done], "faults": faults})
    else:
        for one in done:
            click.echo(f"{one.id}: {DONE[verdict]}")
        for fault in faults:
            note(fault)
        if not ids:
            click.echo("No delivery is uncertain.")
    finish(1 if faults else 0)


def _store(app: App) -> Store:
    from digest.store import Store

    return Store.open(app.settings().store.url)


def _verdict(verdicts: dict[str, bool]) -> Verdict:
    said: list[Verdict] = [verdict for verdict in DONE if verdicts[verdict]]
    if len(said) != 1:
        raise UsageError("say one of --accepted, --resend and --abandon: what became of it")
    return said[0]


def _state(word: str) -> DeliveryState:
    from digest.model import DeliveryState

    known: tuple[DeliveryState, ...] = get_args(DeliveryState)
    for state in known:
        if word.strip().lower() == state:
            return state
    raise UsageError(f'--state: unknown "{one_line(word)[:60]}"; known: {", ".join(known)}')


def _reader(store: Store, email: str) -> int:
    from digest.cli.members import no_such_reader

    member = store.subscribers.find(email) if email.isprintable() else None
    if member is None:
        raise no_such_reader(email)
    return member.subscriber.id


def _id(text: str) -> str:
    """An id as it may be looked up: what cannot be printed cannot be one, nor be said back as it is."""
    if text.isprintable():
        return text.strip()
    raise UsageError(
        f'"{one_line(text)[:60]}": no such delivery; `digest deliveries list` shows the latest of them'
    )


def _to_json(one: Delivery, address: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": address,
        "slot": one.slot.key,
        "state": one.state,
        "provider": one.provider,
        "attempts": one.attempts,
        "updated": one.updated_at,
        "reason": one.reason,
        "retry_at": one.retry_at,
    }


def _when(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
