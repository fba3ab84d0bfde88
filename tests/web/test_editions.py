"""Past editions: each as it was, nobody else's, without a token to misuse; and the reader's list of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from lxml import html

from digest.links import Signer
from digest.model import Edition, Gist, Item, Listing, Notice, Reason, Section, Slot
from digest.store import tables
from digest.store.archive import LEFT, REACH
from digest.store.ledger import NEXT, move
from digest.store.members import Admission
from digest.web.app import create_app
from digest.web.editions import PAGE_SIZE
from tests.web.conftest import NOW, SECRET, SITE, WORST_TITLE, browser

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.model import DeliveryState, Paper, Subscriber
    from digest.store import Store
    from digest.web.desk import Desk

SIGNER = Signer(SECRET)
MORNING = dt.datetime(2026, 4, 22, 5, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NOTICE = Notice(title="arXiv", status="failed")


def slot(back: int = 0) -> Slot:
    """The daily slot so many days before 22 April."""
    at = MORNING - back * DAY
    return Slot(key=f"{at:%Y-%m-%d}", scheduled_at=at, next_at=at + DAY)


def item(paper: Paper, *reasons: tuple[str, str], **counts: int) -> Item:
    """An item that shows the paper as it stands."""
    made = tuple(Reason(kind=kind, words=words) for kind, words in reasons)  # type: ignore[arg-type]
    return Item(paper_id=paper.id, revision=paper.revision, score=50, reasons=made, **counts)


def papers(store: Store) -> list[Paper]:
    """The thirty, by their ids."""
    return list(store.papers.by_arxiv_id([f"2604.{10001 + number}" for number in range(30)]).values())


def edition(store: Store, one: Slot) -> Edition:
    """Two topics and what is trending."""
    some = sorted(papers(store), key=lambda paper: paper.id)
    vision = (
        item(some[6], ("keyword", "gaussian splatting"), ("author", "Cy Sample"), upvotes=18, stars=1234),
        item(some[0], ("keyword", "gaussian splatting")),
    )
    return Edition(
        slot=one,
        sections=(
            Section(kind="topic", title="Vision & <depth>", items=vision, more=4),
            Section(kind="topic", title="Language", items=(item(some[29], ("text", "language")),)),
            Section(kind="trending", title="Trending", items=(item(some[3], ("trending", "9 upvotes")),)),
        ),
        notices=(NOTICE,),
        considered=31,
    )


# How a frozen edition comes to a state, where it is not by way of "sending".
WAYS: dict[DeliveryState, tuple[DeliveryState, ...]] = {
    "composed": (),
    "sending": ("sending",),
    "expired": ("expired",),
    "abandoned": ("sending", "uncertain", "abandoned"),
}


def send(
    store: Store,
    reader: Subscriber,
    *,
    back: int = 0,
    state: DeliveryState = "delivered",
    shown: Edition | None = None,
) -> str:
    """An edition that came as far as `state`; its delivery's id."""
    one = slot(back)
    (delivery_id,) = store.deliveries.plan([(reader.id, one)], now=one.scheduled_at)
    if state == "planned":
        return delivery_id
    kept = [] if state == "skipped" else [(delivery_id, reader.id, shown or edition(store, one))]
    skipped = [delivery_id] if state == "skipped" else []
    at = one.scheduled_at
    store.editions.freeze(kept, skipped=skipped, cut_off=9, made_at=at, now=at)
    before: DeliveryState = "composed"
    for step in () if skipped else WAYS.get(state, ("sending", state)):
        with store.database.begin() as connection:
            assert move(connection, (before,), step, tables.deliveries.c.id == delivery_id, now=at)
        before = step
    return delivery_id


def address(delivery_id: str, reader: Subscriber) -> str:
    """Where a mail's "View in browser" leads."""
    return SITE.edition_url(SIGNER.token("edition", reader.id), delivery_id).removeprefix(SITE.url)


def listed_at(reader: Subscriber) -> str:
    """Where a reader's list is."""
    return f"/p/{SIGNER.token('preferences', reader.id)}/editions"


def said(element: html.HtmlElement) -> str:
    """Its words, as one line."""
    return " ".join(element.text_content().split())


# ---------------------------------------------------------------------------- one edition


def test_edition_stands_as_it_was(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    answer = client.get(address(send(store, reader), reader))
    assert answer.status_code == 200
    main = html.document_fromstring(answer.text).get_element_by_id("main")
    assert [said(one) for one in main.iter("h1")] == ["Wednesday 22 April 2026"]
    assert [said(one) for one in main.iter("h2")] == ["Vision & <depth>", "Language", "Trending"]
    titles = [said(one) for one in main.iter("h3")]
    assert titles[:2] == [
        "Gaussian splatting for small rooms, part 7", "Gaussian splatting for small rooms, part 1",
    ]  # fmt: skip
    assert titles[3] == "Proteins in a diffusion model's dreams, part 4"
    words = said(main)
    assert "4 of 31 new papers: 2 for Vision & <depth>, 1 for Language, 1 trending" in words
    assert "gaussian splatting · by Cy Sample" in words
    assert "18 upvotes" in words
    assert "1.2k stars" in words
    assert words.count("9 upvotes") == 1  # told as the reason, and so not counted beside it
    assert "4 more papers matched." in words
    assert "arXiv could not be read this morning" in words


def test_titles_lead_to_our_own_pages(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    page = html.document_fromstring(client.get(address(send(store, reader), reader)).text)
    assert [link.get("href") for link in page.findall(".//h3/a")] == [
        f"/papers/2604.{number}" for number in (10007, 10001, 10030, 10004)
    ]


def test_papers_say_what_they_said_that_day(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    where = address(send(store, reader), reader)
    before = client.get(where).text
    revised = Listing(
        source="arxiv", channel="cs.CV", key="2604.10001v2", kind="replace", arxiv_id="2604.10001", version=2,
        day=dt.date(2026, 4, 23), title="Renamed since then", abstract="All is new.", authors=("Else",),
    )  # fmt: skip
    with store.database.begin() as connection:
        store.papers.absorb(connection, [revised])
    assert store.papers.by_arxiv_id(["2604.10001"])["2604.10001"].title == "Renamed since then"
    after = client.get(where).text
    assert after == before
    assert "Renamed" not in after


def test_a_sentence_of_a_model_is_said_as_the_mail_said_it(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    written = Gist(text="Splats fill a small <room>.", model="org/llama3.2", prompt="a prompt")
    shown = dataclasses.replace(item(papers(store)[0]), gist=written)
    store.gists.keep(
        (shown.paper_id, shown.revision),
        written.text,
        model=written.model,
        prompt=written.prompt,
        reserved=0,
        tokens=0,
        day=MORNING.date(),
        at=MORNING,
    )
    one = Edition(slot=slot(), sections=(Section(kind="topic", title="T", items=(shown,)),), considered=1)
    page = html.document_fromstring(client.get(address(send(store, reader, shown=one), reader)).text)
    assert "Splats fill a small <room>. AI summary by llama3.2" in said(page.get_element_by_id("main"))


def test_a_last_edition_outlives_the_words_of_its_papers(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    where = address(send(store, reader), reader)
    with store.database.begin() as connection:
        papers, revisions = tables.papers, tables.paper_revisions
        connection.execute(sa.update(papers).values(abstract="", gist=None, revision=papers.c.revision + 1))
        connection.execute(sa.delete(revisions))
    assert "Gaussian splatting for small rooms, part 7" in client.get(where).text
    assert client.get(listed_at(reader)).status_code == 200


def test_people_share_it_so_no_other_token_and_no_reader_is_in_it(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    answer = client.get(address(send(store, reader), reader))
    assert not re.search(r"/[puvc]/", answer.text)
    for purpose in ("unsubscribe", "preferences", "vote", "confirm", "feed"):
        assert SIGNER.token(purpose, reader.id) not in answer.text
    assert reader.email not in answer.text
    assert "Ada</" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_worst_title_is_text(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    where = address(send(store, reader), reader)
    with store.database.begin() as connection:
        connection.execute(sa.update(tables.papers).values(title=WORST_TITLE))
    text = client.get(where).text
    page = html.document_fromstring(text)
    assert not page.findall(".//main//script")
    assert not page.findall(".//main//img")
    assert "</title><script>alert(1)</script>" in said(page.get_element_by_id("main"))
    assert "\u202e" not in text
    assert "{{ 7 * 7 }}" in said(page.get_element_by_id("main"))
    listed = client.get(listed_at(reader)).text
    assert not html.document_fromstring(listed).findall(".//main//script")
    assert "\u202e" not in listed
    assert "\u202e" in WORST_TITLE


def test_a_quiet_mail_has_a_page(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    quiet = Edition(slot=slot(), sections=(), considered=31)
    text = client.get(address(send(store, reader, shown=quiet), reader)).text
    assert "None of the 31 new papers matched your topics." in text


def test_whatever_left_or_may_have_has_a_page(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    for back, state in reversed(list(enumerate(LEFT))):
        delivery_id = send(store, reader, back=back, state=state)
        assert client.get(address(delivery_id, reader)).status_code == 200, state
        assert f"/{delivery_id}" in client.get(listed_at(reader)).text, state


def test_what_never_left_is_a_404_that_says_why(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    for back, (state, words) in reversed(list(enumerate(UNSENT.items()))):
        delivery_id = send(store, reader, back=back, state=state)
        answer = client.get(address(delivery_id, reader))
        assert answer.status_code == 404, state
        assert words in answer.text, state
        assert delivery_id not in client.get(listed_at(reader)).text, state


UNSENT: dict[DeliveryState, str] = {
    "planned": "has not left yet",
    "composed": "has not left yet",
    "retry": "has not left yet",
    "skipped": "nothing to send that day",
    "expired": "No mail went out for Saturday 18 April 2026",
    "rejected": "No mail went out for Friday 17 April 2026",
    "suppressed": "No mail went out for Thursday 16 April 2026",
}


def test_what_may_have_left_once_is_shown_although_it_is_tried_again(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    delivery_id = send(store, reader, state="retry")
    with store.database.begin() as connection:
        connection.execute(sa.update(tables.deliveries).values(maybe_sent=True))
    assert client.get(address(delivery_id, reader)).status_code == 200


def test_every_state_is_either_shown_or_told() -> None:
    assert set(NEXT) - set(LEFT) == set(UNSENT)


@pytest.mark.parametrize(
    ("kind", "key"), [("daily", "2026-04-22"), ("weekly", "2025-W01"), ("monthly", "2024-02")]
)
def test_a_pruned_edition_is_gone_and_says_so(
    kind: str, key: str, client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    one = dataclasses.replace(slot(), key=key)
    (delivery_id,) = store.deliveries.plan([(reader.id, one)], now=MORNING)
    with store.database.begin() as connection:
        connection.execute(sa.delete(tables.deliveries))
    answer = client.get(address(delivery_id, reader))
    assert answer.status_code == 410, kind
    assert "not kept any more" in answer.text


def test_an_edition_whose_words_are_gone_is_gone(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    where = address(send(store, reader), reader)
    with store.database.begin() as connection:
        connection.execute(sa.delete(tables.editions))
    assert client.get(where).status_code == 410


def test_an_edition_of_another_reader_is_not_there(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    store.subscribers.add(Admission(subscriber=dataclasses.replace(reader, id=0, email="bo@example.org")))
    other = store.subscribers.find("bo@example.org")
    assert other is not None
    theirs = send(store, other.subscriber)
    answer = client.get(address(theirs, reader))
    assert answer.status_code == 404
    assert "Gaussian" not in answer.text
    assert theirs not in client.get(listed_at(reader)).text
    with store.database.begin() as connection:
        connection.execute(sa.delete(tables.deliveries))
    assert client.get(address(theirs, reader)).status_code == 404  # not even that it was there


NO_IDS = (
    "0123456789abcdef", "0123456789ABCDEF", "preview", "test", "..", "%2e%2e", "..%2f..%2fdigest.db",
    "../../etc/passwd", "0123456789abcdef/..", "0123456789abcdef%00", "0123456789abcdef%0a", "0" * 5_000,
    "' OR 1=1 --", "é", "😀",
)  # fmt: skip


def test_an_id_that_is_none_is_a_404_that_helps(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    send(store, reader)
    for delivery_id in NO_IDS:
        answer = client.get(f"/e/{SIGNER.token('edition', reader.id)}/{delivery_id}")
        assert answer.status_code == 404, delivery_id
        assert "Gaussian" not in answer.text
        assert "<h1>" in answer.text


def test_a_token_of_another_purpose_opens_nothing(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    delivery_id = send(store, reader)
    for purpose in ("unsubscribe", "preferences", "vote", "test", "confirm"):
        token = SIGNER.token(purpose, reader.id)
        assert client.get(f"/e/{token}/{delivery_id}").status_code == 404, purpose
    for purpose in ("unsubscribe", "edition", "vote", "test", "confirm"):
        assert client.get(f"/p/{SIGNER.token(purpose, reader.id)}/editions").status_code == 404, purpose


def test_a_link_of_the_secret_before_opens_its_edition(desk: Desk, store: Store, reader: Subscriber) -> None:
    where = address(send(store, reader), reader)
    rotated = dataclasses.replace(desk, signer=Signer("a-fresh-secret-0123456789abcdefgh", [SECRET]))
    assert browser(create_app(rotated)).get(where).status_code == 200


# ---------------------------------------------------------------------------- the list


def test_list_has_the_newest_first_each_with_its_count_and_best_title(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    for back in (2, 1, 0):
        send(store, reader, back=back, state="bounced" if back == 1 else "delivered")
    page = html.document_fromstring(client.get(listed_at(reader)).text)
    rows = page.findall(".//ol/li")
    assert [said(row) for row in rows] == [
        f"{day} Gaussian splatting for small rooms, part 7 4 papers{came_back}"
        for day, came_back in (
            ("Wednesday 22 April 2026", ""),
            ("Tuesday 21 April 2026", " · The mail came back."),
            ("Monday 20 April 2026", ""),
        )
    ]
    links = [row.find("a").get("href") for row in rows]
    assert all(client.get(link).status_code == 200 for link in links)


def test_list_is_paged(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    for back in range(PAGE_SIZE, -1, -1):
        send(store, reader, back=back)
    where = listed_at(reader)
    first, second = (html.document_fromstring(client.get(f"{where}{query}").text) for query in ("", "?p=1"))
    assert len(first.findall(".//ol/li")) == PAGE_SIZE
    assert [said(one) for one in second.findall(".//ol/li/a")] == ["Monday 23 March 2026"]
    assert "31 mails" in said(second)
    assert [link.get("href") for link in first.findall(".//nav[@class='turn']//a")] == [f"{where}?p=1"]
    assert [link.get("href") for link in second.findall(".//nav[@class='turn']//a")] == [where]


def test_a_page_that_there_is_not_leads_back(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    send(store, reader)
    for p in ("0", "-1", "x", "9" * 99, ""):
        assert client.get(f"{listed_at(reader)}?p={p}").status_code == 200, p
    answer = client.get(f"{listed_at(reader)}?p=1")
    assert answer.status_code == 404
    assert f'href="{listed_at(reader)}"' in answer.text


def test_who_was_sent_nothing_is_told_so(client: FlaskClient, reader: Subscriber) -> None:
    assert "No mail has left for you yet." in client.get(listed_at(reader)).text


def test_number_of_statements_does_not_grow_with_the_list(
    client: FlaskClient, store: Store, reader: Subscriber
) -> None:
    counts = []
    for back in (4, 3, 2, 1, 0):
        where = address(send(store, reader, back=back), reader)
        client.get(listed_at(reader))
        counts.append((statements(store, client, listed_at(reader)), statements(store, client, where)))
    assert len(set(counts)) == 1
    assert max(counts[0]) <= 8


def statements(store: Store, client: FlaskClient, where: str) -> int:
    """How many statements a page costs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    with store.database.read() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(where).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in seen)


def test_looking_changes_no_row(client: FlaskClient, store: Store, reader: Subscriber) -> None:
    delivery_id = send(store, reader)
    before = rows(store)
    for where in (address(delivery_id, reader), listed_at(reader), address("0123456789abcdef", reader)):
        for method in (client.get, client.head):
            method(where)
        assert client.post(where).status_code == 405
    assert rows(store) == before


def rows(store: Store) -> dict[str, list[str]]:
    """All rows of all tables."""
    with store.database.read() as connection:
        return {
            name: sorted(repr(row) for row in connection.execute(sa.select(table)))
            for name, table in tables.metadata.tables.items()
        }


def test_ten_years_of_ids_are_known_at_once(store: Store, reader: Subscriber) -> None:
    at = MORNING - REACH + 2 * DAY
    (old,) = store.deliveries.plan([(reader.id, slot((MORNING - at).days))], now=at)
    with store.database.begin() as connection:
        connection.execute(sa.delete(tables.deliveries))
    assert store.archive.find(reader.id, old, now=NOW).fate == "gone"
    began = time.process_time()
    assert store.archive.find(reader.id, "0" * 16, now=NOW).fate == "unknown"
    assert time.process_time() - began < 0.2
