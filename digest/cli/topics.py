"""`digest topics`: what a topic would have brought, before it is saved; and what it has learned since."""

from __future__ import annotations

import datetime as dt

import click

from digest.cli.frame import App, at_option, json_option, pass_app
from digest.cli.lessons import pin, reset, show, strike, take_back
from digest.cli.output import note, print_json
from digest.model import Topic

SHOWN = 20


@click.group()
def topics() -> None:
    """Try a topic before it is saved; show, correct and reset what one has learned."""


@topics.command("try")
@click.argument("keywords", nargs=-1, metavar='"WORDS"…')
@click.option("--exclude", multiple=True, metavar="WORDS", help="Never a paper with these words.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Papers of this author.")
@click.option("--category", "categories", multiple=True, metavar="NAME", help="Look only there.")
@click.option("--text", default="", metavar="TEXT", help="Free text: what the papers are about.")
@click.option("--example", "examples", multiple=True, metavar="ID", help="A paper like these (arXiv id).")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How far back.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=SHOWN, show_default=True, help="Show at most so many."
)
@at_option
@json_option
@pass_app
def try_(
    app: App,
    keywords: tuple[str, ...],
    exclude: tuple[str, ...],
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    text: str,
    examples: tuple[str, ...],
    days: int,
    limit: int,
    at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Rank the last days' papers for a topic, best first, with scores and reasons.

    Each argument is a keyword or phrase; several in one argument are parted by commas.
    """
    from digest.config import TopicSettings
    from digest.config.flags import checked
    from digest.core.keywords import keyword
    from digest.mail.reasons import told
    from digest.pipeline.topics import try_topic
    from digest.wiring import open_works

    words = tuple(word.strip() for one in keywords for word in one.split(",") if word.strip())
    topic: Topic = checked(
        TopicSettings,
        name="topic",
        keywords=words,
        exclude=exclude,
        authors=authors,
        categories=categories,
        text=text,
        examples=examples,
    ).to_model()
    if topic == Topic(name="topic", exclude=topic.exclude):
        raise click.UsageError('Say what to look for: digest topics try "gaussian splatting"')
    now = at or dt.datetime.now(dt.UTC)
    with open_works(app.settings(), scratch=True) as works:
        tried = try_topic(works, topic, now=now, days=days, limit=limit)
    rows = [
        {
            "score": round(item.score, 1),
            "title": paper.title,
            "arxiv_id": paper.arxiv_id,
            "url": paper.url,
            "reasons": [{"kind": reason.kind, "words": reason.words} for reason in item.reasons],
        }
        for item, paper in tried.found
    ]
    if as_json:
        print_json(rows)
        return
    for item, paper in tried.found:
        click.echo(f"{item.score:5.1f}  {paper.title}")
        click.echo(f"       {told(item.reasons, year=now.year)}")
        click.echo(f"       {paper.url or ''}")
    for one in topic.keywords:
        if not keyword(one).spellings:
            is_small = keyword(f'"{one}"').spellings
            why = "small words tell no papers apart; in quotes they would" if is_small else "it has no word"
            note(f"“{one}” finds nothing: {why}.")
    note(f"{len(rows)} shown of {tried.looked_at} papers of the last {days} days.")
    if not tried.looked_at:
        note("The library has none: `digest collect` reads the sources.")


for _command in (show, strike, pin, take_back, reset):
    topics.add_command(_command)
