"""A folder in; three sample mornings in it out: a configuration, a library, the mails, and pages to look at.

What runs is the pipeline that `digest run` calls, over the sample sources, at the moments at which a sample
reader's slot is due. No network, no account; a second demonstration takes the place of the first.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from importlib import resources
from typing import TYPE_CHECKING

from digest.errors import DigestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from digest.demo.pages import SentMail
    from digest.model import Subscriber
    from digest.pipeline.works import Works
    from digest.store.members import Membership

FIRST = dt.datetime(2026, 4, 20, tzinfo=dt.UTC)  # before anything is announced
LAST = dt.datetime(2026, 4, 23, tzinfo=dt.UTC)
LIBRARY_OF = "henrike.falkenrath@example.com"  # who has her own library taken in,
LIBRARY_TOPIC = "Cosmology"  # to teach this topic,
LIBRARY_AT = dt.datetime(2026, 4, 21, tzinfo=dt.UTC)  # after the first morning
LIKED = "2604.90028"  # of the second morning's, that she wants more like,
LIKED_AT = dt.datetime(2026, 4, 21, 18, tzinfo=dt.UTC)  # in the evening

MADE_HERE = "# Written by `digest demo`, and written anew by the next one: change a copy."
_SITE = """
[site]
name = "Paper Digest (samples)"
url = "http://127.0.0.1:8000"
sender = "digest@example.org"
secret = "{secret}"

[store]
url = "sqlite:///digest.db"

[mail]
provider = "outbox"

[mail.outbox]
folder = "outbox"

"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What there is to look at. `papers` are in the library; `mails` in the order in which they left."""

    index: Path
    config: Path
    papers: int
    mails: tuple[SentMail, ...]


def demonstrate(
    folder: Path, *, progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None
) -> Demonstration:
    """Run the three mornings into `folder`. Raises UsageError for a folder with something else in it,
    DigestError where a run did not end cleanly."""
    from digest.config import load
    from digest.demo.pages import write_pages
    from digest.demo.source import sample_sources
    from digest.wiring import open_works

    folder = folder.absolute()
    _make_room(folder)
    config = _write_config(folder)
    with open_works(load(config, {})) as opened:
        works = dataclasses.replace(opened, sources=sample_sources())
        ticks = [FIRST, *_due_moments(load(config, {}).readers())]
        second_morning = next(now for now in ticks if now >= LIBRARY_AT)
        second_evening = next(now for now in ticks if now >= LIKED_AT)
        mails: list[SentMail] = []
        for done, now in enumerate(ticks):
            progress("demo", done, len(ticks))
            if now == second_morning:
                _import_library(works, now=LIBRARY_AT)
            if now == second_evening:
                _like(works, now=LIKED_AT)
            mails += _tick(works, folder, now=now)
        progress("demo", len(ticks), len(ticks))
        papers = works.store.papers.count()
    index = write_pages(folder, mails, papers=papers)
    return Demonstration(index=index, config=config, papers=papers, mails=tuple(mails))


def _tick(works: Works, folder: Path, *, now: dt.datetime) -> list[SentMail]:
    from digest import pipeline
    from digest.demo.pages import SentMail

    report = pipeline.run(works, now=now)
    if not report.is_clean:
        why = report.stopped or "; ".join(one.error for one in report.sources.values() if one.error)
        raise DigestError(
            f"{folder}: the sample run of {now:%Y-%m-%d %H:%MZ} left {report.failed + report.waiting} mails "
            f"unsent: {why or 'see the log'}"
        )
    sent = works.store.deliveries.by_id(list(report.accepted_ids))
    members = works.store.subscribers.by_id([delivery.subscriber_id for delivery in sent.values()])
    return sorted(
        (
            SentMail(
                reader=members[delivery.subscriber_id].subscriber,
                slot=delivery.slot.key,
                sent_at=now,
                file=folder / "outbox" / delivery.provider_id,
            )
            for delivery in sent.values()
        ),
        key=lambda mail: mail.reader.id,
    )


def _member(works: Works) -> Membership:
    member = works.store.subscribers.find(LIBRARY_OF)
    if member is None:
        raise DigestError(f"{LIBRARY_OF}: is not among the sample readers, and has no library")
    return member


def _like(works: Works, *, now: dt.datetime) -> None:
    """What *more like this* does in a mail's section."""
    reader = _member(works).subscriber
    (topic,) = [one.ref for one in reader.topics if one.name == LIBRARY_TOPIC]
    paper = works.store.papers.by_arxiv_id([LIKED])[LIKED]
    works.store.votes.like(reader.id, paper.id, value=1, topic=topic, at=now)


def _import_library(works: Works, *, now: dt.datetime) -> None:
    """What `digest likes import` does with a file, from the papers that are here."""
    from digest.libraries import read_library
    from digest.pipeline.importing import Import
    from digest.pipeline.shelving import heading

    member = _member(works)
    name = "library.bib"
    library = read_library((resources.files("digest.demo") / name).read_bytes(), name=name)
    topic, _ = heading(works.store, member, LIBRARY_TOPIC)
    Import(store=works.store, reader=member.subscriber.id, topic=topic.ref, now=now).run(library.entries)


def _due_moments(readers: Iterable[Subscriber]) -> list[dt.datetime]:
    """The moments after FIRST and before LAST at which a slot of one of the readers begins, in order."""
    from digest.core.due import due_slot

    moments: set[dt.datetime] = set()
    for reader in readers:
        moment = FIRST
        while True:
            slot = due_slot(reader.cadence, timezone=reader.timezone, send_at=reader.send_at, now=moment)
            moment = slot.next_at
            if moment >= LAST:
                break
            moments.add(moment)
    return sorted(moments)


def _make_room(folder: Path) -> None:
    """Make the folder, or take away what an earlier demonstration left in it, and nothing else."""
    config = folder / "digest.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (
            config.is_file() and config.read_text(encoding="utf-8", errors="replace").startswith(MADE_HERE)
        ):
            raise UsageError(
                f"{folder}: there is something in this folder that `digest demo` did not write; "
                "name another one, or an empty one"
            )
        for pattern in ("outbox/*.eml", "20*.html", "index.html", "digest.db", "digest.db-*"):
            for old in folder.glob(pattern):
                old.unlink()
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}; name another folder") from error


def _write_config(folder: Path) -> Path:
    readers = (resources.files("digest.demo") / "readers.toml").read_text(encoding="utf-8")
    config = folder / "digest.toml"
    config.touch(mode=0o600)
    site = _SITE.format(secret=secrets.token_urlsafe(32))
    config.write_text(f"{MADE_HERE}\n{site}{readers}", encoding="utf-8")
    return config
