"""`digest likes`: what a reader likes, from a library that they keep elsewhere; shown, and taken back."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, finish, json_option, pass_app
from digest.cli.like_words import SHOWN, counted, print_missing, report
from digest.cli.members import no_such_reader
from digest.cli.output import note, one_line, print_json, print_table, progress
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.ports import Catalogue
    from digest.store import Store
    from digest.store.members import Membership

topic_option = click.option("--topic", metavar="NAME", help="The topic, by its name.")


@click.group()
def likes() -> None:
    """Import a library as likes, list what a reader likes, take it back.

    A reader's topics learn from what they like. Votes on pages and in mails come from the reader; here a
    library that they keep elsewhere does the same in one go.
    """


@likes.command("import")
@click.argument("address")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--topic", metavar="NAME", help="Into this topic; one that is new asks for nothing but likes.")
@click.option(
    "--no-fetch", "--offline", "no_fetch", is_flag=True, help="Only papers that are here: ask arXiv for none."
)
@click.option("--again", is_flag=True, help="Ask also for what arXiv did not have a few days ago.")
@click.option("--owner", default="", metavar="NAME", help="Whose part of an arxiv-sanity database.")
@json_option
@pass_app
def import_(
    app: App,
    address: str,
    file: Path,
    topic: str | None,
    no_fetch: bool,
    again: bool,
    owner: str,
    as_json: bool,
) -> None:
    """Make the papers of FILE likes of the reader at ADDRESS.

    FILE is BibTeX, RIS, CSL-JSON, Zotero RDF or CSV, JSON of Semantic Scholar, a database of arxiv-sanity,
    or a list with an arXiv id, DOI, address or title on each line. Papers that are not here are looked up
    at arXiv; what was done is kept, and the same command goes on where it ended. Without --topic: the
    reader's only one, or "Your library".
    """
    from digest.libraries import read_library
    from digest.pipeline.importing import Import
    from digest.pipeline.shelving import heading
    from digest.wiring import open_store, sources_of

    settings = app.settings()
    with open_store(settings) as store:
        member = _member(store, address)
        library = read_library(_read(file), name=str(file), owner=owner)
        if not library.entries:
            said = f": {library.faults[0]}" if library.faults else ""
            raise UsageError(f"{file}: read as {library.kind}, and holds no paper{said}")
        for fault in library.faults:
            note(f"{file}: {one_line(fault)}")
        chosen, is_new = heading(store, member, topic)
        if is_new:
            note(f"{member.subscriber.email}: new topic “{chosen.name}”, which asks for nothing but likes")
        catalogue = None if no_fetch else _catalogue(sources_of(settings, store))
        if catalogue is None and not no_fetch:
            note("No source here can be asked for papers (one of arXiv can): only those here are found")
        with progress("Looking up papers", len(library.entries)) as advance:
            one = Import(
                store=store,
                reader=member.subscriber.id,
                topic=chosen.ref,
                now=dt.datetime.now(dt.UTC),
                catalogue=catalogue,
                again=again,
                advance=advance,
            )
            try:
                done = one.run(library.entries)
            except KeyboardInterrupt:
                note("\nStopped. What was found so far is kept; the same command goes on from there.")
                raise
    report(library, done, topic=chosen.name, is_new=is_new, as_json=as_json)
    finish(1 if done.stopped or library.broken else 0)


@likes.command("list")
@click.argument("address")
@topic_option
@click.option("--missing", is_flag=True, help="Entries of imported files that are no papers here, and why.")
@json_option
@pass_app
def list_(app: App, address: str, topic: str | None, missing: bool, as_json: bool) -> None:
    """What the reader at ADDRESS likes, newest first."""
    from digest.pipeline.importing import explained
    from digest.wiring import open_store

    with open_store(app.settings()) as store:
        member = _member(store, address)
        ref = _ref(member, topic)
        names = {one.ref: one.name for one in member.subscriber.topics}
        number = member.subscriber.id
        left = [explained(row) for row in store.libraries.rows(number, topic=ref) if row.state != "found"]
        liked = store.libraries.liked(number, topic=ref)
        papers = store.lists.entries({one.paper_id for one in liked})
    if missing:
        print_missing(left, as_json=as_json)
        return
    rows = [
        {
            "paper": f"p{one.paper_id}",
            "arxiv_id": papers[one.paper_id].paper.arxiv_id,
            "title": papers[one.paper_id].paper.title,
            "topic": names.get(one.topic),
            "origin": one.origin,
            "at": one.at,
        }
        for one in liked
        if one.paper_id in papers
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("liked", "by", "topic", "paper", "title"),
        [
            (
                f"{row['at']:%Y-%m-%d}",
                "a vote" if row["origin"] == "vote" else "a file",
                row["topic"] or "–",
                row["arxiv_id"] or row["paper"],
                row["title"],
            )
            for row in rows
        ],
    )
    if left:
        what = counted(
            len(left), "entry of an imported file is no paper", "entries of imported files are no papers"
        )
        note(f"{what} here; `--missing` shows them")


@likes.command()
@click.argument("address")
@click.argument("papers", nargs=-1, metavar="[PAPER]...")
@topic_option
@click.option("--imported", is_flag=True, help="Only what came in a file.")
@json_option
@pass_app
def remove(
    app: App, address: str, papers: tuple[str, ...], topic: str | None, imported: bool, as_json: bool
) -> None:
    """Take likes of the reader at ADDRESS back.

    PAPER is an arXiv id, a DOI, the address of a page, or `p` and a number as `list` shows it; importing
    the same file again does not bring such a paper back. Without one: all likes of the topic, all that came
    in files (--imported), or all of the topic that came in files; those files are forgotten with them.
    """
    from digest.wiring import open_store

    if not (papers or topic is not None or imported):
        raise UsageError("Say which: papers, --topic NAME, --imported, or the last two together")
    with open_store(app.settings()) as store:
        member = _member(store, address)
        numbers = {_paper(store, words) for words in papers}
        gone, forgotten = store.libraries.take_back(
            member.subscriber.id, papers=numbers or None, topic=_ref(member, topic), imported=imported
        )
    if as_json:
        print_json({"removed": gone, "forgotten": forgotten})
        return
    words = f", and {counted(forgotten, 'entry', 'entries')} of files forgotten" if forgotten else ""
    click.echo(f"{member.subscriber.email}: {counted(gone, 'like', 'likes')} taken back{words}")


def _read(file: Path) -> bytes:
    """The bytes of a file, or of standard input, as many as a library may have and one more."""
    from digest.libraries import LARGEST

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}; name another file") from error


def _member(store: Store, address: str) -> Membership:
    found = store.subscribers.find(address) if address.isprintable() else None
    if found is None:
        raise no_such_reader(address)
    return found


def _ref(member: Membership, name: str | None) -> str | None:
    """What likes call the topic of that name; None for no name."""
    from digest.pipeline.shelving import topic_named

    if name is None:
        return None
    found = topic_named(member, name)
    if found is None:
        known = ", ".join(topic.name for topic in member.subscriber.topics) or "none"
        raise UsageError(f"--topic: {one_line(name)[:SHOWN]!r}: no topic of theirs; they have: {known}")
    return found.ref


def _paper(store: Store, words: str) -> int:
    """The number of a paper that somebody typed the name of."""
    from digest.core.doi import normalise_doi

    entry = store.lists.paper(words.strip())
    if entry is not None:
        return entry.paper.id
    doi = normalise_doi(words)
    known = store.libraries.keyed([f"doi:{doi}"]) if doi else {}
    if not known:
        raise UsageError(f"{one_line(words)[:SHOWN]!r}: no paper here; nothing was taken back")
    return next(iter(known.values()))


def _catalogue(sources: Sequence[object]) -> Catalogue | None:
    from digest.ports import Catalogue

    return next((source for source in sources if isinstance(source, Catalogue)), None)
