"""`digest topics show`, `strike`, `pin`, `take-back`, `reset`: what a topic of a reader has learned, read and
corrected."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, json_option, pass_app
from digest.cli.lesson_lines import lines, to_json
from digest.cli.members import no_such_reader
from digest.cli.output import one_line, print_json
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.membership.house import House
    from digest.model import Subscriber, Topic

topic_option = click.option(
    "--topic", "name", metavar="NAME", help="Which topic; needed if there are several."
)
_DOING = {-1: "struck out", 1: "pinned"}


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.option("--topic", "name", metavar="NAME", help="This topic alone.")
@json_option
@pass_app
def show(app: App, email: str, name: str | None, as_json: bool) -> None:
    """What a reader's topics have learned: words for and against, the likes that shape them, corrections.

    Words have a bar as long as they weigh; a like has the share of its weight that time has left it.
    """
    from digest.pipeline.lessons import shown
    from digest.wiring import half_life_of

    now, half_life = dt.datetime.now(dt.UTC), half_life_of(app.settings())
    with _house(app) as house:
        reader = _reader(house, email)
        topics = reader.topics if name is None else (_topic(reader, name),)
        lessons = [
            (topic, shown(house.store, reader.id, topic, now=now, half_life=half_life)) for topic in topics
        ]
    if as_json:
        print_json([to_json(topic, lesson) for topic, lesson in lessons])
        return
    if not lessons:
        click.echo(f"{reader.email}: has no topics, so there is nothing that could learn")
    for place, (topic, lesson) in enumerate(lessons):
        click.echo(("\n" if place else "") + "\n".join(lines(topic, lesson, today=now.date())))


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.argument("word")
@topic_option
@pass_app
def strike(app: App, email: str, word: str, name: str | None) -> None:
    """Strike a word out: it never counts in that topic, whatever the reader likes.

    One word, or two that stand side by side: digest topics strike ADDRESS "medical images"
    """
    _correct(app, email, word, name, value=-1)


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.argument("word")
@topic_option
@pass_app
def pin(app: App, email: str, word: str, name: str | None) -> None:
    """Pin a word: it always speaks for a paper in that topic, whatever the reader likes."""
    _correct(app, email, word, name, value=1)


@click.command("take-back")
@click.argument("email", metavar="ADDRESS")
@click.argument("word")
@topic_option
@pass_app
def take_back(app: App, email: str, word: str, name: str | None) -> None:
    """Take a word back that was struck out or pinned: it counts for what the likes say."""
    from digest.membership import corrections

    with _house(app) as house:
        reader = _reader(house, email)
        topic = _topic(reader, name)
        was_there = corrections.take_back(house, reader.id, topic.ref, word)
    said = "counts for what the likes say again" if was_there else "was neither struck out nor pinned"
    click.echo(f"{_where(reader, topic)}: “{one_line(word)}” {said}")


@click.command()
@click.argument("email", metavar="ADDRESS")
@topic_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def reset(app: App, email: str, name: str | None, yes: bool) -> None:
    """Forget what a topic learned, and its corrections.

    What was typed stays. What was liked until now teaches the topic nothing any more, and is still not sent
    again.
    """
    from digest.membership import corrections

    with _house(app) as house:
        reader = _reader(house, email)
        topic = _topic(reader, name)
        where = _where(reader, topic)
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(f"{where}: a reset cannot be undone; say --yes where nobody can be asked")
            click.confirm(f"{where}: forget all that it has learned?", abort=True)
        corrections.reset(house, reader.id, topic.ref, now=dt.datetime.now(dt.UTC))
    click.echo(f"{where}: what it learned is forgotten; what was typed stays")


def _correct(app: App, email: str, word: str, name: str | None, *, value: int) -> None:
    from digest.membership import corrections

    with _house(app) as house:
        reader = _reader(house, email)
        topic = _topic(reader, name)
        now = dt.datetime.now(dt.UTC)
        is_new = corrections.correct(house, reader.id, topic.ref, word, value=1 if value > 0 else -1, now=now)
    said = f"is {_DOING[value]}" if is_new else f"was {_DOING[value]} already"
    click.echo(f"{_where(reader, topic)}: “{one_line(word)}” {said}")


@contextlib.contextmanager
def _house(app: App) -> Iterator[House]:
    """What membership works with, on the open database."""
    from digest.membership.house import House
    from digest.wiring import open_store, signer_of, site_of

    settings = app.settings()
    with open_store(settings) as store:
        yield House(store=store, site=site_of(settings), signer=signer_of(settings))


def _reader(house: House, email: str) -> Subscriber:
    member = house.store.subscribers.find(email) if email.isprintable() else None
    if member is None:
        raise no_such_reader(email)
    if member.status == "left":
        raise UsageError(f"{member.subscriber.email}: has left, and their topics learn nothing")
    return member.subscriber


def _topic(reader: Subscriber, name: str | None) -> Topic:
    """The topic of that name, in whatever case, or of that ref; the only one where none is named."""
    from digest.membership.limits import same_name

    names = ", ".join(f"“{one_line(topic.name)}”" for topic in reader.topics)
    if not reader.topics:
        raise UsageError(f"{reader.email}: has no topics, so there is nothing that could learn")
    if name is None and len(reader.topics) > 1:
        raise UsageError(f"{reader.email}: has several topics; say which: --topic NAME, one of {names}")
    found = [
        topic for topic in reader.topics if name is None or same_name(name, topic.name) or name == topic.ref
    ]
    if not found:
        raise UsageError(f"{reader.email}: has no topic “{one_line(name)}”; known: {names}")
    return found[0]


def _where(reader: Subscriber, topic: Topic) -> str:
    return f"{reader.email}, “{one_line(topic.name)}”"
