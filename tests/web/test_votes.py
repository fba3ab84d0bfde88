"""Votes from mails and lists: nothing changes before a POST, one reader has one vote, and nobody else's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.model import Edition, Item, Listing, Section, Slot, Subscriber, Topic
from digest.store.members import Admission
from digest.store.votes import Opinion
from digest.web import sessions, votes
from tests.store.test_votes import dump
from tests.web.conftest import NOW, READER, WORST_TITLE, browser

if TYPE_CHECKING:
    import flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.store import Store
    from digest.web.desk import Desk

VISION, LANGUAGE = READER.topics
HREF = re.compile(r'(?:href|action)="([^"]*)"')


def path(desk: Desk, reader: Subscriber, number: int = 1, query: str = "") -> str:
    return f"/v/{desk.signer.token('vote', reader.id)}/{number}{query}"


def opinion(store: Store, reader: Subscriber, number: int = 1) -> Opinion:
    return store.votes.of(reader.id, [number])[number]


def count(store: Store, number: int = 1) -> int:
    return store.lists.entries([number])[number].paper.votes


def main_of(response: TestResponse) -> str:
    """What stands in the page, without the words around it."""
    return response.text.partition("<main")[2].partition("</main>")[0]


def buttons(response: TestResponse) -> list[str]:
    """What may be posted, in the order of the page."""
    return re.findall(r'name="do" value="([a-z-]+)"', main_of(response))


@pytest.mark.parametrize(
    "query", ["", "?do=more", "?do=less", "?do=upvote", "?said=upvote", "?do=no-like&x=1"]
)
def test_opening_a_link_changes_no_row_whatever_opens_it(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber, query: str
) -> None:
    before = dump(store)
    url = path(desk, reader, query=query)
    for _ in range(2):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert client.options(url).status_code == 200
    assert client.put(url).status_code == 405
    assert client.get("/papers/2604.10001/vote").status_code == 200
    assert dump(store) == before


@pytest.mark.parametrize(
    ("asked", "first", "headline"),
    [
        ("more", "more", "More like this?"), ("less", "less", "Less like this?"),
        ("upvote", "upvote", "Upvote this paper?"), ("", "more", "Your word on this paper"),
        ("<script>", "more", "Your word on this paper"),
    ],
)  # fmt: skip
def test_what_the_link_asks_comes_first(
    client: FlaskClient, desk: Desk, reader: Subscriber, asked: str, first: str, headline: str
) -> None:
    page = client.get(path(desk, reader), query_string={"do": asked})
    assert f"<h1>{headline}</h1>" in page.text
    assert buttons(page)[0] == first
    assert sorted(buttons(page)) == ["less", "more", "remember", "upvote"]
    assert main_of(page).count('class="button"') == (0 if headline.startswith("Your") else 1)
    assert "Gaussian splatting for small rooms, part 1" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_vote_is_counted_shown_and_taken_back(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    url = path(desk, reader, query="?do=upvote")
    for _ in range(2):  # once is enough, and twice is once
        done = client.post(url, data={"do": "upvote"}, follow_redirects=True)
        assert done.status_code == 200
        assert "Your upvote is counted." in done.text
        assert "You upvoted this paper." in done.text
        assert "1 upvote" in done.text
        assert buttons(done) == ["no-upvote", "more", "less", "remember"]
        assert count(store) == 1
    for _ in range(2):
        done = client.post(url, data={"do": "no-upvote"}, follow_redirects=True)
        assert "Your upvote is taken back." in done.text
        assert buttons(done) == ["more", "less", "upvote", "remember"]
        assert count(store) == 0


def test_a_like_is_for_the_topic_that_was_chosen(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    url = path(desk, reader)
    done = client.post(url, data={"do": "more", "topic": LANGUAGE.ref}, follow_redirects=True)
    assert "You want more like this, for Language." in done.text
    assert opinion(store, reader) == Opinion(liked=1, topic=LANGUAGE.ref)
    assert f'value="{LANGUAGE.ref}" selected' in done.text
    done = client.post(url, data={"do": "less", "topic": VISION.ref}, follow_redirects=True)
    assert "You want less like this, for Vision." in done.text
    assert "Noted: less like this." in done.text
    done = client.post(url, data={"do": "no-like"}, follow_redirects=True)
    assert "Taken back" in done.text
    assert opinion(store, reader) == Opinion()


def test_a_page_says_what_a_like_does_for_who_has_topics_and_who_has_none(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    taught = main_of(client.get(path(desk, reader)))
    assert "papers like it rank higher" in taught
    assert "papers like it rank lower" in taught
    assert "correct it" in taught
    store.subscribers.add(Admission(subscriber=dataclasses.replace(READER, topics=())))
    alone = main_of(client.get(path(desk, reader)))
    assert "changes nothing yet" in alone
    assert "rank" not in alone


def test_what_an_address_claims_is_said_only_if_it_is_so(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    for said in ("more", "less", "upvote", "remember", "nonsense"):
        assert 'role="status"' not in client.get(path(desk, reader, query=f"?said={said}")).text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "everything"},
        {"do": "more", "topic": "not-one-of-mine"},
        {"do": "more"},
        {"do": "less", "topic": ""},
    ],
)
def test_a_post_that_says_nothing_clear_changes_nothing(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber, data: dict[str, str]
) -> None:
    before = dump(store)
    assert client.post(path(desk, reader), data=data).status_code == 400
    assert dump(store) == before


def test_the_topic_whose_section_showed_the_paper_is_chosen_already(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    assert f'value="{VISION.ref}" selected' in client.get(path(desk, reader)).text
    slot = Slot(key="2026-04-23", scheduled_at=NOW, next_at=NOW + dt.timedelta(days=1))
    (delivery,) = store.deliveries.plan([(reader.id, slot)], now=NOW)
    item = Item(paper_id=1, revision=1, score=50.0)
    section = Section(kind="topic", title=LANGUAGE.name, items=(item,))
    edition = Edition(slot=slot, sections=(section,))
    store.editions.freeze([(delivery, reader.id, edition)], cut_off=1, made_at=NOW, now=NOW)
    assert f'value="{LANGUAGE.ref}" selected' in client.get(path(desk, reader)).text
    assert f'value="{VISION.ref}" selected' in client.get(path(desk, reader, 2)).text


@pytest.mark.parametrize("topics", [(), (VISION,)])
def test_with_one_topic_or_none_nothing_is_asked(
    client: FlaskClient, desk: Desk, store: Store, topics: tuple[Topic, ...]
) -> None:
    store.subscribers.add(Admission(subscriber=Subscriber(email="bob@example.org", topics=topics)))
    member = store.subscribers.find("bob@example.org")
    assert member is not None
    url = path(desk, member.subscriber)
    shown = client.get(url)
    assert "<select" not in main_of(shown)
    assert ("changes nothing yet" in shown.text) == (not topics)
    client.post(url, data={"do": "more"})
    ref = topics[0].ref if topics else ""
    assert opinion(store, member.subscriber) == Opinion(liked=1, topic=ref)


def test_a_like_of_a_topic_that_is_gone_can_still_be_taken_back(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    store.votes.like(reader.id, 1, value=1, topic="gone", at=NOW)
    assert "of a topic that you have no more" in client.get(path(desk, reader)).text
    client.post(path(desk, reader), data={"do": "no-like"})
    assert opinion(store, reader) == Opinion()


def test_a_link_of_another_purpose_or_person_or_a_mangled_one_opens_nothing(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    store.subscribers.add(Admission(subscriber=Subscriber(email="bob@example.org")))
    before = dump(store)
    token = desk.signer.token("vote", reader.id)
    others = [
        desk.signer.token(purpose, reader.id) for purpose in ("unsubscribe", "preferences", "editor", "feed")
    ]
    forged = f"2{token[1:]}"  # Bob's number, Ada's signature
    for wrong in (*others, forged, token[:-1], token.upper(), "x"):
        for answer in (client.get(f"/v/{wrong}/1"), client.post(f"/v/{wrong}/1", data={"do": "upvote"})):
            assert answer.status_code == 404
    assert client.post(f"/v/{desk.signer.token('vote', 99)}/1", data={"do": "upvote"}).status_code == 410
    assert dump(store) == before


@pytest.mark.parametrize(
    "number", ["0", "999", "-1", "abc", "1 OR 1=1", "99999999999999999999999", "2604.10001"]
)
def test_a_paper_that_there_is_not_is_a_page_that_helps(
    client: FlaskClient, desk: Desk, reader: Subscriber, number: str
) -> None:
    token = desk.signer.token("vote", reader.id)
    assert client.get(f"/v/{token}/{number}").status_code == 404
    assert client.post(f"/v/{token}/{number}", data={"do": "upvote"}).status_code == 404


def test_one_who_left_votes_no_more_and_is_told_how_to_come_back(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    client.post(path(desk, reader), data={"do": "upvote"})
    store.subscribers.leave(reader.id, at=NOW, evidence="a test")
    before = dump(store)
    for answer in (client.get(path(desk, reader)), client.post(path(desk, reader), data={"do": "no-upvote"})):
        assert answer.status_code == 410
        assert 'href="/subscribe"' in answer.text
    assert dump(store) == before
    assert count(store) == 1


def test_a_link_to_a_number_that_became_another_paper_still_works(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    with store.database.begin() as connection:
        connection.execute(sa.text("UPDATE papers SET merged_into = 2 WHERE id = 1"))
    done = client.post(path(desk, reader, 1), data={"do": "upvote"}, follow_redirects=True)
    assert "A language model that asks" in done.text
    assert count(store, 2) == 1


def test_votes_cannot_be_stuffed(client: FlaskClient, desk: Desk, store: Store, reader: Subscriber) -> None:
    for _ in range(votes.PER_MINUTE):
        assert client.post(path(desk, reader), data={"do": "upvote"}).status_code == 303
    assert count(store) == 1
    refused = client.post(path(desk, reader), data={"do": "no-upvote"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert count(store) == 1


# ------------------------------------------------------------------------ on lists


def remembered(client: FlaskClient, desk: Desk, reader: Subscriber) -> str:
    """Let the browser remember the reader; the token that its forms need."""
    assert client.post(path(desk, reader), data={"do": "remember"}).status_code == 303
    found = re.search(rf'name="{sessions.FIELD}" value="([^"]+)"', client.get("/papers/2604.10001/vote").text)
    assert found is not None
    return found[1]


def test_a_stranger_is_told_how_to_vote(client: FlaskClient, store: Store) -> None:
    before = dump(store)
    shown = client.get("/papers/2604.10001/vote?do=upvote")
    assert shown.status_code == 200
    assert {"/link", "/subscribe", "/papers/2604.10001"} <= set(HREF.findall(main_of(shown)))
    assert client.post("/papers/2604.10001/vote", data={"do": "upvote"}).status_code == 403
    assert client.get("/papers/2604.99999/vote").status_code == 404
    assert dump(store) == before
    assert shown.headers["Cache-Control"] == "no-store"


def test_on_a_list_a_remembered_reader_votes_with_one_tap(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    token = remembered(client, desk, reader)
    shown = client.get("/date/2026-04-20").text
    assert shown.count('aria-pressed="false"') == shown.count('class="upvote"') > 0
    assert 'Upvote<span class="unseen"> “Gaussian splatting for small rooms, part 1”</span>' in shown
    data = {"do": "upvote", "back": "/date/2026-04-20", sessions.FIELD: token}
    done = client.post("/papers/2604.10001/vote", data=data)
    assert (done.status_code, done.location) == (303, "/date/2026-04-20#paper-2604.10001")
    assert count(store) == 1
    shown = client.get("/date/2026-04-20").text
    assert shown.count('aria-pressed="true"') == 1
    assert "1 upvote<" in shown
    client.post("/papers/2604.10001/vote", data={**data, "do": "no-upvote"})
    assert count(store) == 0


def test_with_a_script_the_answer_is_the_new_button_alone(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    token = remembered(client, desk, reader)
    data = {"do": "upvote", "fragment": "1", "back": "/", sessions.FIELD: token}
    done = client.post("/papers/2604.10001/vote", data=data)
    assert done.status_code == 200
    assert "<html" not in done.text
    assert 'aria-pressed="true"' in done.text
    assert 'value="no-upvote"' in done.text


@pytest.mark.parametrize("token", ["", "forged"])
def test_another_site_cannot_vote_for_a_remembered_reader(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber, token: str
) -> None:
    remembered(client, desk, reader)
    before = dump(store)
    done = client.post("/papers/2604.10001/vote", data={"do": "upvote", sessions.FIELD: token})
    assert done.status_code in (400, 403)
    assert dump(store) == before


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/a\r\nSet-Cookie: x=1", "/a b", "evil", "/" + "a" * 3000, "/\t/evil.example", ""],
)  # fmt: skip
def test_a_vote_leads_back_to_this_site_alone(
    client: FlaskClient, desk: Desk, reader: Subscriber, back: str
) -> None:
    token = remembered(client, desk, reader)
    data = {"do": "upvote", "back": back, sessions.FIELD: token}
    done = client.post("/papers/2604.10001/vote", data=data)
    assert (done.status_code, done.location) == (303, "/papers/2604.10001/vote?said=upvote")
    assert "Set-Cookie" not in done.headers or "x=1" not in done.headers["Set-Cookie"]


def test_a_browser_forgets_its_reader_when_told_and_when_they_leave(
    client: FlaskClient, app: flask.Flask, desk: Desk, store: Store, reader: Subscriber
) -> None:
    token = remembered(client, desk, reader)
    assert "Forget me on this browser" in client.get(path(desk, reader)).text
    client.post("/papers/2604.10001/vote", data={"do": "forget", sessions.FIELD: token})
    assert "How to vote" in client.get("/papers/2604.10001/vote").text
    other = browser(app)
    remembered(other, desk, reader)
    store.subscribers.leave(reader.id, at=NOW, evidence="a test")
    assert "How to vote" in other.get("/papers/2604.10001/vote").text


def test_one_readers_opinion_is_on_nobody_elses_page(
    client: FlaskClient, app: flask.Flask, desk: Desk, reader: Subscriber
) -> None:
    remembered(client, desk, reader)
    client.post(path(desk, reader), data={"do": "upvote"})
    client.post(path(desk, reader), data={"do": "less", "topic": VISION.ref})
    mine = client.get("/date/2026-04-20")
    assert 'aria-pressed="true"' in mine.text
    assert "private" in mine.headers["Cache-Control"]
    theirs = browser(app).get("/date/2026-04-20")
    assert "aria-pressed" not in theirs.text
    assert "1 upvote<" in theirs.text
    assert VISION.ref not in theirs.text


def test_the_number_of_questions_does_not_grow_with_the_papers(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    asked: list[str] = []
    remembered(client, desk, reader)

    @sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    try:
        pages = {}
        for url in ("/month/2026-04?sort=new&category=cs.RO", "/month/2026-04?sort=new"):
            asked.clear()
            shown = client.get(url).text.count('class="upvote"')
            pages[shown] = [one for one in asked if "likes" in one or "upvotes.paper_id" in one]
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)
    assert sorted(pages) == [5, 30]
    assert [len(questions) for questions in pages.values()] == [1, 1]


def test_the_worst_title_does_no_harm(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    entry = store.lists.paper("2604.10030")
    assert entry is not None
    token = remembered(client, desk, reader)
    pages = [
        client.get(path(desk, reader, entry.paper.id)).text,
        client.get("/papers/2604.10030/vote").text,
        client.post(
            "/papers/2604.10030/vote", data={"do": "upvote", "fragment": "1", sessions.FIELD: token}
        ).text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert "49" not in page.partition("alert(2)")[2][:40]
    assert "{{ 7 * 7 }}" in WORST_TITLE


def test_an_old_arxiv_id_has_its_slash(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    old = Listing(
        source="arxiv", channel="hep-th", key="hep-th/9901001", arxiv_id="hep-th/9901001",
        day=NOW.date(), title="Strings, and what they are tied to", authors=("Ada Lovelace",),
        categories=("hep-th",),
    )  # fmt: skip
    with store.database.begin() as connection:
        store.papers.absorb(connection, [old])
    token = remembered(client, desk, reader)
    data = {"do": "upvote", "back": "/", sessions.FIELD: token}
    done = client.post("/papers/hep-th/9901001/vote", data=data)
    assert (done.status_code, done.location) == (303, "/#paper-hep-th-9901001")
    entry = store.lists.paper("hep-th/9901001")
    assert entry is not None
    assert entry.paper.votes == 1


def test_the_log_holds_no_token(
    client: FlaskClient, desk: Desk, reader: Subscriber, told: list[tuple[str, dict[str, object]]]
) -> None:
    client.post(path(desk, reader), data={"do": "upvote"})
    client.post(path(desk, reader), data={"do": "nothing"})
    token = desk.signer.token("vote", reader.id)
    assert told
    assert token not in repr(told)
    assert READER.email not in repr(told)


def test_an_upvoted_paper_stands_in_the_list_of_the_day(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber
) -> None:
    unlisted = store.lists.entries([2])[2].paper
    assert unlisted.community_listed is None
    assert unlisted.title not in client.get("/date/2026-04-23").text
    client.post(path(desk, reader, unlisted.id), data={"do": "upvote"})
    assert unlisted.title in client.get("/date/2026-04-23").text
