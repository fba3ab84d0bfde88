"""`digest check`: a doctor. One line each for what a run needs, with what to do about it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.output import print_json
from digest.errors import ConfigError, DigestError, MailerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.config import Settings
    from digest.model import SuppressionCause
    from digest.pipeline import Works
    from digest.store import Store
    from digest.store.members import Membership


NAMED = 10  # readers in one line


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at. A `warning` does not make the check fail."""

    what: str
    status: str  # ok, warning, failed
    sentence: str


@click.command()
@click.option("--send", "address", metavar="ADDRESS", help="Mail a real test message there.")
@click.option("--dns", "dns_too", is_flag=True, help="Look at the sender's SPF, DKIM and DMARC.")
@json_option
@pass_app
def check(app: App, address: str | None, dns_too: bool, as_json: bool) -> None:
    """Try settings, database, templates, each source and the provider.

    Each source gets one polite request; the provider is connected to and authenticated with, and sent
    nothing unless --send says so.
    """
    lines = []
    for line in _lines(app, address=address, dns_too=dns_too):
        lines.append(line)
        if not as_json:
            mark = {"ok": "✓", "warning": "!", "failed": "✗"}[line.status]
            colour = {"ok": "green", "warning": "yellow", "failed": "red"}[line.status]
            click.echo(f"{click.style(mark, fg=colour)} {line.what}: {line.sentence}")
    if as_json:
        print_json([dataclasses.asdict(line) for line in lines])
    finish(1 if any(line.status == "failed" for line in lines) else 0)


def _lines(app: App, *, address: str | None, dns_too: bool) -> Iterator[Line]:
    from digest.config import load

    try:
        settings = load(app.config_path)  # not app.settings(): its warnings are lines here
    except ConfigError as error:
        yield from (Line(what="settings", status="failed", sentence=fault) for fault in error.faults)
        return
    readers, sources = len(settings.subscribers), len(settings.sources)
    yield Line(
        what="settings",
        status="ok",
        sentence=f"{settings.path}: {_count(sources, 'source')}, {_count(readers, 'subscriber')}; "
        + (
            "operator.notify is told of troubles"
            if settings.operator.notify
            else "operator.notify is not set"
        ),
    )
    yield from (Line(what="settings", status="warning", sentence=one) for one in settings.warnings)
    yield from _database(settings)
    yield from _templates(settings)
    yield from _sources(settings)
    yield from _provider(settings, address=address)
    yield from _webhook(settings)
    yield from _meaning(settings)
    yield from _gists(settings)
    if dns_too:
        yield from _dns(settings)


def _database(settings: Settings) -> Iterator[Line]:
    from digest.store import Store
    from digest.store.confirmations import MOVED

    try:
        with Store.open(settings.store.url) as store:
            gone = store.subscribers.synchronise(settings.readers())
            everyone = store.subscribers.everyone()
            active = [member.subscriber.email for member in everyone if member.status == "active"]
            causes = store.suppressions.causes([*active, *gone])
            moved = [email for email in gone if MOVED in _evidence(store, email)]
            papers = store.papers.count()
            sentence = (
                f"{store.database.name}: {_count(papers, 'paper')}, {_count(len(active), 'active reader')}"
            )
        yield Line(what="database", status="ok", sentence=sentence)
    except DigestError as error:
        yield Line(what="database", status="failed", sentence=str(error))
        return
    for email in gone:
        sentence = _MOVED.format(email) if email in moved else _in_vain(email, causes[email])
        yield Line(what="subscribers", status="warning", sentence=sentence)
    chosen = _chosen(settings, everyone, gone)
    if chosen:
        named = ", ".join(chosen[:NAMED]) + (
            f" and {len(chosen) - NAMED} more" if len(chosen) > NAMED else ""
        )
        sentence = f"chose on the web, so that what the file says of them is not used: {named}"
        yield Line(what="subscribers", status="warning", sentence=sentence)
    silenced = [email for email in active if causes[email] and email not in gone]
    if silenced:
        named = ", ".join(f"{email} ({', '.join(causes[email])})" for email in silenced[:NAMED])
        more = f" and {len(silenced) - NAMED} more" if len(silenced) > NAMED else ""
        sentence = f"suppressed, and so without mail: {named}{more}; `digest suppressions list` says why"
        yield Line(what="subscribers", status="warning", sentence=sentence)


def _chosen(settings: Settings, everyone: Sequence[Membership], gone: Sequence[str]) -> list[str]:
    """Readers whom the file names and who choose for themselves."""
    from digest.config import address_key

    theirs = {address_key(one.subscriber.email) for one in everyone if one.origin == "web"}
    return [
        one.email
        for one in settings.subscribers
        if address_key(one.email) in theirs and one.email not in gone
    ]


_MOVED = "{}: moved to another address on the web, and reads there; take them out of the file"


def _evidence(store: Store, email: str) -> set[str]:
    return {one.evidence for one in store.suppressions.of(email)}


def _in_vain(email: str, causes: Sequence[SuppressionCause]) -> str:
    """Why a reader whom the file names gets no mail. Who left, and who was erased, is suppressed for that."""
    if not causes or "unsubscribe" in causes:
        return f"{email}: has left and gets no mail, although the file names them; take them out of it"
    return (
        f"{email}: is suppressed ({', '.join(causes)}) and gets no mail, although the file names them; take "
        f"them out of it, or, if that is mended: digest suppressions remove {email}"
    )


def _templates(settings: Settings) -> Iterator[Line]:
    from digest.mail.check import check as prove
    from digest.mail.templates import Templates
    from digest.web.render import load_pages
    from digest.web.statics import load_statics

    folder = settings.digest.templates

    def load() -> str:
        prove(Templates.load(folder))
        load_pages(folder)
        load_statics(folder)
        return f"{folder} over ours" if folder else "ours"

    yield _tried("templates", load)


def _sources(settings: Settings) -> Iterator[Line]:
    """One polite request each, whose turn the database keeps."""
    from digest.wiring import open_store, sources_of

    now = dt.datetime.now(dt.UTC)
    try:
        with open_store(settings) as store:
            for source in sources_of(settings, store):
                yield _tried(source.name, lambda source=source: source.check(now=now))  # type: ignore[misc]
    except DigestError:  # told as the database's line
        for one in settings.sources:
            yield Line(what=one.name, status="failed", sentence="not asked: the database keeps its turn")


def _provider(settings: Settings, *, address: str | None) -> Iterator[Line]:
    from digest.mailers import open_mailer
    from digest.wiring import open_works

    def connect() -> str:
        with contextlib.closing(open_mailer(settings.mail)) as mailer:
            return mailer.check().removeprefix(f"{mailer.name}: ")

    line = _tried(f"provider {settings.mail.provider}", connect)
    yield line
    if address is None or line.status == "failed":
        return

    def send() -> str:
        with open_works(settings) as works:
            return _send(works, address, now=dt.datetime.now(dt.UTC))

    yield _tried("test message", send)


def _webhook(settings: Settings) -> Iterator[Line]:
    """SendGrid's key, where there is one: with a wrong one every event of the webhook is refused."""
    key = settings.mail.sendgrid.webhook_key
    if not key:
        return

    def read() -> str:
        from digest.mailers.sendgrid_signature import read_key

        read_key(key)
        return "mail.sendgrid.webhook_key is a key for ECDSA on P-256, as SendGrid's are"

    yield _tried("webhook", read)


def _gists(settings: Settings) -> Iterator[Line]:
    """The model that writes sentences, if there is one: asked for one, which counts like any other."""
    if settings.gist.url is None:
        return
    from digest.pipeline.gists import check as ask
    from digest.wiring import gists_of, open_store

    def write() -> str:
        rules = gists_of(settings, strict=True)
        if rules is None:
            return "no model is named"
        with open_store(settings) as store:
            return ask(store, rules, now=dt.datetime.now(dt.UTC))

    yield _less(_tried("gist", write))


def _meaning(settings: Settings) -> Iterator[Line]:
    """The model that turns texts into vectors, if there is one."""
    if settings.meaning.url is None:
        return

    def ask() -> str:
        from digest.wiring import meaning_of, open_store

        with open_store(settings) as store:
            meaning = meaning_of(settings, store, strict=True)
            return meaning.check() if meaning is not None else "no model is named"

    yield _less(_tried("meaning", ask))


def _send(works: Works, address: str, *, now: dt.datetime) -> str:
    """Mail the newest trending papers, as a reader without topics would get them."""
    from digest.config import parse_address
    from digest.model import Subscriber
    from digest.pipeline.preview import preview

    try:
        reader = Subscriber(email=parse_address(address), trending=True)
    except ValueError as error:
        raise MailerError(f"--send: {error}") from error
    site = dataclasses.replace(works.site, name=f"{works.site.name} (test)")
    works = dataclasses.replace(works, site=site)
    message = preview(works, reader, now=now, delivery_id=f"test-{secrets.token_hex(8)}")
    (outcome,) = works.mailer.send([message])
    if outcome.kind != "accepted":
        raise MailerError(f"not accepted ({outcome.kind}): {outcome.reason}")
    return f"accepted for {reader.email} ({outcome.provider_id})"


def _dns(settings: Settings) -> Iterator[Line]:
    from digest.dns import look_up

    domain = settings.site.sender_address.rpartition("@")[2]
    selector = settings.mail.dkim.selector if settings.mail.dkim else None
    for finding in look_up(domain, selector=selector):
        yield Line(
            what=finding.record, status="ok" if finding.is_good else "failed", sentence=finding.sentence
        )


def _tried(what: str, attempt: Callable[[], str]) -> Line:
    try:
        return Line(what=what, status="ok", sentence=attempt())
    except DigestError as error:
        return Line(what=what, status="failed", sentence=str(error))


def _less(line: Line) -> Line:
    """Of a model: mails leave without it."""
    return dataclasses.replace(line, status="warning") if line.status == "failed" else line


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
