"""From a mail to the pages that its links open: all are there, and looking changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from lxml import html

from digest import pipeline
from digest.mail.templates import Templates
from digest.model import Message, Outcome, Subscriber
from digest.pipeline.preview import preview
from digest.pipeline.works import Works
from digest.store import tables
from tests.web.conftest import NOW, SITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.web.desk import Desk


class KeepingMailer:
    """A provider that takes everything, and keeps it."""

    name = "kept"

    def __init__(self) -> None:
        self.handed: list[Message] = []

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        for message in messages:
            self.handed.append(message)
            yield Outcome(kind="accepted", provider_id=f"id-{message.delivery_id}")

    def check(self) -> str:
        return "ready"

    def close(self) -> None:
        pass


@pytest.fixture
def works(desk: Desk, reader: Subscriber) -> Works:
    """The pipeline over the same store, with one reader, who is due."""
    assert reader.id
    return Works(
        store=desk.store,
        sources=(),
        mailer=KeepingMailer(),
        templates=Templates.load(),
        site=SITE.checked(),
        signer=desk.signer,
        clock=lambda: NOW,
        jitter=lambda: 0.5,
    )


def links(message: Message) -> dict[str, str]:
    """Where the HTML part leads with us: path by words; of words that come more than once, the first."""
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    body = parsed.get_body(("html",))
    assert body is not None
    found: dict[str, str] = {}
    for link in html.document_fromstring(body.get_content()).iter("a"):
        if link.get("href").startswith(SITE.url):
            parts = urlsplit(link.get("href"))
            found.setdefault(link.text_content(), parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


WORDS = {
    "View in browser", "Unsubscribe", "Preferences", "Pause", "More like this", "Less like this", "Upvote",
}  # fmt: skip


def sent(works: Works) -> Message:
    """The one mail of a run."""
    assert pipeline.run(works, now=NOW).accepted == 1
    assert isinstance(works.mailer, KeepingMailer)
    (message,) = works.mailer.handed
    return message


def test_every_link_of_a_mail_opens_a_page_and_changes_nothing(
    works: Works, client: FlaskClient, store: Store
) -> None:
    found = links(sent(works))
    assert set(found) == WORDS
    before = rows(store)
    for words, path in found.items():
        assert client.get(path).status_code == 200, words
        assert client.head(path).status_code == 200, words
    assert rows(store) == before


def test_view_in_browser_shows_the_papers_of_the_mail(works: Works, client: FlaskClient) -> None:
    message = sent(works)
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    body = parsed.get_body(("html",))
    assert body is not None
    mailed = [one.text_content() for one in html.document_fromstring(body.get_content()).iter("h3")]
    page = html.document_fromstring(client.get(links(message)["View in browser"]).text)
    shown = [" ".join(one.text_content().split()) for one in page.iter("h3")]
    assert shown == mailed
    assert len(shown) > 3


def test_a_preview_leads_where_the_mail_would_but_has_no_page_yet(
    works: Works, client: FlaskClient, reader: Subscriber
) -> None:
    found = links(preview(works, reader, now=NOW))
    assert set(found) == WORDS
    assert client.get(found["Preferences"]).status_code == 200
    answer = client.get(found.pop("View in browser"))
    assert (answer.status_code, "a preview" in answer.text) == (404, True)


def test_links_of_a_mail_to_nobody_in_particular_open_nothing(
    works: Works, client: FlaskClient, reader: Subscriber
) -> None:
    found = links(preview(works, dataclasses.replace(reader, id=0), now=NOW))
    assert set(found) == WORDS
    assert {client.get(path).status_code for path in found.values()} == {404}


def test_without_a_web_side_there_is_no_link_to_it(works: Works, reader: Subscriber) -> None:
    without = dataclasses.replace(works, site=dataclasses.replace(works.site, url=""))
    message = preview(without, reader, now=NOW + dt.timedelta(minutes=1))
    assert b"127.0.0.1:8000" not in message.raw
    assert links(message) == {}


def rows(store: Store) -> dict[str, list[str]]:
    """All rows of all tables."""
    with store.database.read() as connection:
        return {
            name: sorted(repr(row) for row in connection.execute(sa.select(table)))
            for name, table in tables.metadata.tables.items()
        }
