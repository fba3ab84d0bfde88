"""A desk over a real database with thirty papers of four days, a reader, and a browser without a script."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from digest.links import Signer
from digest.mail.site import Site
from digest.model import Listing, Subscriber, Topic
from digest.store import Store
from digest.store.members import Admission
from digest.web.app import create_app
from digest.web.desk import Desk, SourceLabel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import flask
    from werkzeug.test import TestResponse

NOW = dt.datetime(2026, 4, 23, 12, tzinfo=dt.UTC)
DAYS = tuple(dt.date(2026, 4, day) for day in (20, 21, 22, 23))
SECRET = "0123456789abcdef0123456789abcdef"
SITE = Site(
    name="Paper Digest",
    url="http://127.0.0.1:8000",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="editor@example.org",
    unsubscribe="unsubscribe@example.org",
    postal_address="1 Sample Street, 10115 Berlin",
    list_id="digest.example.org",
)
SOURCES = (
    SourceLabel(name="arxiv", title="arXiv", kind="arxiv"),
    SourceLabel(name="huggingface", title="Hugging Face", kind="huggingface"),
)
SUBJECTS = (
    ("Gaussian splatting for small rooms", "cs.CV", "We propose a way to splat rooms. It is quick."),
    ("A language model that asks before it answers", "cs.CL", "We train a language model to ask. It asks."),
    ("Robots that fold laundry", "cs.RO", "We teach robots to fold. They fold shirts and towels."),
    ("Proteins in a diffusion model's dreams", "q-bio.BM", "We let a diffusion model dream of proteins."),
    ("Graph neural networks on small graphs", "cs.LG", "We study graph neural networks on small graphs."),
    ("Telescopes, mirrors and patience", "astro-ph.IM", "We look at the sky for long. Patience helps."),
)  # fmt: skip
WORST_TITLE = (
    "</title><script>alert(1)</script><img src=x onerror=alert(2)> "
    "{{ 7 * 7 }} \u202e &amp; $\\frac{a}{b}$ \"'`"
)


def listings() -> list[Listing]:
    """Thirty papers: of each day seven or eight, all from arXiv, every third listed by Hugging Face too. The
    last one's title does its worst."""
    found = []
    for number in range(30):
        title, category, abstract = SUBJECTS[number % len(SUBJECTS)]
        arxiv_id = f"2604.{10001 + number}"
        day = DAYS[number * len(DAYS) // 30]
        mine = Listing(
            source="arxiv",
            channel=category,
            key=arxiv_id,
            arxiv_id=arxiv_id,
            day=day,
            title=WORST_TITLE if number == 29 else f"{title}, part {number + 1}",
            abstract=abstract,
            authors=("Ada Lovelace", "Bo Ek", "Cy Sample", "李 样本")[: number % 4 + 1],
            categories=(category, "cs.AI"),
            url=f"https://arxiv.org/abs/{arxiv_id}",
        )
        found.append(mine)
        if number % 3 == 0:
            found.append(
                Listing(
                    source="huggingface",
                    key=arxiv_id,
                    arxiv_id=arxiv_id,
                    day=day,
                    title=mine.title,
                    authors=mine.authors,
                    url=f"https://huggingface.co/papers/{arxiv_id}",
                    upvotes=3 * number,
                    stars=40 * number or None,
                    code_url=f"https://example.org/code/{number}",
                    thumbnail_url=f"https://cdn.example.org/{number}.png",
                )
            )
    return found


def library(store: Store, *more: Listing) -> None:
    """Put the thirty papers, and more, into the store."""
    with store.database.begin() as connection:
        store.papers.absorb(connection, [*listings(), *more])


READER = Subscriber(
    email="ada@example.org",
    name="Ada",
    timezone="Europe/Berlin",
    topics=(
        Topic(name="Vision", keywords=("gaussian splatting",)),
        Topic(name="Language", keywords=("language model",), authors=("Ada Lovelace",)),
    ),
)


@pytest.fixture(scope="session")
def library_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of thirty papers, made once; each test gets a copy."""
    path = tmp_path_factory.mktemp("library") / "digest.db"
    with Store.open(f"sqlite:///{path}") as opened:
        library(opened)
    return path


@pytest.fixture
def store(library_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Thirty papers and nobody."""
    shutil.copyfile(library_file, tmp_path / "digest.db")
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened


@pytest.fixture
def reader(store: Store) -> Subscriber:
    """A reader with two topics, in the store."""
    store.subscribers.add(Admission(subscriber=READER))
    found = store.subscribers.find(READER.email)
    assert found is not None
    return found.subscriber


@pytest.fixture
def told() -> list[tuple[str, dict[str, object]]]:
    """What the log was told: events and their keys."""
    return []


@pytest.fixture
def desk(store: Store, told: list[tuple[str, dict[str, object]]]) -> Desk:
    """The desk, at noon of the last day."""
    return Desk(
        store=store,
        site=SITE,
        signer=Signer(SECRET),
        secret=SECRET,
        sources=SOURCES,
        clock=lambda: NOW,
        tell=lambda event, **keys: told.append((event, keys)),
    )


@pytest.fixture
def app(desk: Desk) -> flask.Flask:
    """The web side of that desk. (Its errors are pages, as they are for readers.)"""
    return create_app(desk)


@pytest.fixture
def client(app: flask.Flask) -> FlaskClient:
    """A browser that keeps cookies and runs no script, at the site's own address."""
    return browser(app)


class Browser(FlaskClient):
    """One that asks for `host`."""

    host = "127.0.0.1:8000"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if re.fullmatch(r"[\w.\[\]:-]+", self.host):
            kwargs.setdefault("base_url", f"http://{self.host}/")
        else:
            kwargs.setdefault("environ_overrides", {"HTTP_HOST": self.host})
        return super().open(*args, **kwargs)


def browser(app: flask.Flask, host: str = "127.0.0.1:8000") -> FlaskClient:
    """Another one, asking for that host."""
    made = Browser(app, app.response_class)
    made.host = host
    return made
