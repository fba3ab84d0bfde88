"""A reader's own page: everything can be chosen, nothing changes by looking, nothing is lost in silence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from lxml import html

from digest.model import Cadence, Subscriber, Topic
from digest.store.members import Admission
from digest.store.suppressions import Suppression
from digest.store.tables_web import notes
from digest.web.app import create_app
from digest.web.overview import STATUS
from tests.web.conftest import NOW, WORST_TITLE, browser
from tests.web.filling import faults, filled, rows, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.store import Store
    from digest.store.members import Membership
    from digest.web.desk import Desk


@pytest.fixture
def path(desk: Desk, reader: Subscriber) -> str:
    """The reader's link."""
    return f"/p/{desk.signer.token('preferences', reader.id)}"


def member(store: Store) -> Membership:
    """Ada, as she stands."""
    found = store.subscribers.find("ada@example.org")
    assert found is not None
    return found


def topics(store: Store) -> list[str]:
    """The headings of her topics, in order."""
    return [topic.name for topic in member(store).subscriber.topics]


def send(client: FlaskClient, page: str, action: str, **typed: str) -> TestResponse:
    """Fill in the form of a page, and send it."""
    return client.post(action, data=filled(client.get(page).text, action, **typed))


def ref(store: Store, name: str) -> str:
    """What addresses call a topic."""
    return next(topic.ref for topic in member(store).subscriber.topics if topic.name == name)


def test_page_shows_what_is_chosen(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    said = words(answer)
    assert "Your next mail is due on Friday 24 April at 07:00, Berlin time." in said
    assert "Vision gaussian splatting" in said
    assert "Language language model · by Ada Lovelace" in said
    assert "ada@example.org" in said
    form = filled(answer.text, f"{path}/when")
    assert (form["cadence"], form["send_at"], form["timezone"]) == ("daily", "07:00", "Europe/Berlin")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_looking_at_any_page_changes_no_row(client: FlaskClient, store: Store, path: str) -> None:
    before = rows(store)
    topic = f"/topics/{ref(store, 'Vision')}"
    pages = ("", "/pause", "/move", "/erase", "/data.json", "/topics/new", "/topics/new?q=nerf", topic)
    for below in (*pages, "?done=saved", "/editions"):
        assert client.get(path + below).status_code == 200
        assert client.head(path + below).status_code == 200
    for below in ("/when", "/resume", "/browser", f"{topic}/act"):
        assert client.get(path + below).status_code in (404, 405)
        assert client.head(path + below).status_code in (404, 405)
    assert rows(store) == before


def test_rhythm_is_saved(client: FlaskClient, store: Store, path: str) -> None:
    answer = send(
        client,
        path,
        f"{path}/when",
        cadence="weekly:sun",
        send_at="21:45",
        timezone="Pacific/Auckland",
        max_papers="30",
        trending="on",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=saved")
    reader = member(store).subscriber
    assert reader.cadence == Cadence(kind="weekly", weekday=6)
    assert (reader.send_at, reader.timezone) == (dt.time(21, 45), "Pacific/Auckland")
    assert (reader.max_papers, reader.trending) == (30, True)
    assert "Saved." in words(client.get(answer.headers["Location"]))


def test_rhythm_with_faults_comes_back_filled(client: FlaskClient, store: Store, path: str) -> None:
    before = rows(store)
    answer = send(client, path, f"{path}/when", send_at="7 am", timezone="Nowhere/Else", max_papers="0")
    assert answer.status_code == 422
    assert set(faults(answer)) == {"send_at", "timezone", "max_papers"}
    assert filled(answer.text, f"{path}/when")["send_at"] == "7 am"
    assert rows(store) == before


@pytest.mark.parametrize("below", ["/when", "/pause", "/move", "/topics/new", "/topics/restore"])
@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"%00=%00&cadence[]=daily&&=", "application/x-www-form-urlencoded"),
        (b'{"words": ["nerf"]}', "application/json"),
        (b"no boundary", "multipart/form-data"),
    ],
)
def test_form_without_its_fields_changes_nothing(
    client: FlaskClient, store: Store, path: str, below: str, data: bytes, content_type: str
) -> None:
    before = rows(store)
    assert client.post(path + below, data=data, content_type=content_type).status_code == 422
    assert rows(store) == before


# ------------------------------------------------------------------------ topics


def test_topic_is_added_tried_first(client: FlaskClient, store: Store, path: str) -> None:
    new = f"{path}/topics/new"
    before = rows(store)
    tried = send(client, new, new, words="folding laundry, fold", do="try")
    assert tried.status_code == 200
    assert "5 of the 30 papers" in words(tried)
    assert rows(store) == before
    answer = client.post(new, data=filled(tried.text, new, name="Robots", do="save"))
    assert answer.headers["Location"] == f"{path}?done=added"
    assert topics(store) == ["Vision", "Language", "Robots"]
    assert member(store).subscriber.topics[2].keywords == ("folding laundry", "fold")


def test_search_that_is_saved_fills_a_new_topic(client: FlaskClient, path: str) -> None:
    new = f"{path}/topics/new"
    assert filled(client.get(f"{new}?q=point+cloud").text, new)["words"] == "point cloud"


def test_preview_of_a_readers_topic_is_a_fragment_and_keeps_nothing(
    client: FlaskClient, store: Store, path: str
) -> None:
    before = rows(store)
    for below in ("new", ref(store, "Vision"), "nothing"):
        answer = client.post(f"{path}/topics/{below}/preview", data={"words": "folding laundry, fold"})
        assert answer.status_code == 200
        assert "5 of the 30 papers" in answer.text
        assert "<html" not in answer.text
    assert client.get(f"{path}/topics/new/preview").status_code == 405
    assert rows(store) == before


def test_topic_leads_to_its_feed(client: FlaskClient, store: Store, path: str) -> None:
    page = html.fromstring(client.get(f"{path}/topics/{ref(store, 'Vision')}").text)
    (feed,) = (one.get("href") for one in page.cssselect("a") if "/feed/topic/" in one.get("href"))
    answer = client.get(feed.removeprefix("http://127.0.0.1:8000"))
    assert answer.status_code == 200
    assert "Gaussian splatting for small rooms" in answer.text
    assert path.removeprefix("/p/") not in answer.text


def test_topic_is_edited_and_keeps_its_ref(client: FlaskClient, store: Store, path: str) -> None:
    old = ref(store, "Vision")
    action = f"{path}/topics/{old}"
    answer = send(client, action, action, name="Sight", words="nerf", exclude="medical", most="4")
    assert answer.headers["Location"] == f"{path}?done=topic"
    assert topics(store) == ["Sight", "Language"]
    topic = member(store).subscriber.topics[0]
    assert (topic.ref, topic.keywords, topic.exclude, topic.max_papers) == (old, ("nerf",), ("medical",), 4)
    assert client.get(action).status_code == 200


def test_topic_with_faults_comes_back_filled(client: FlaskClient, store: Store, path: str) -> None:
    action = f"{path}/topics/{ref(store, 'Vision')}"
    before = rows(store)
    answer = send(client, action, action, name="language", words="x" * 10_000, categories="cs.ML")
    assert answer.status_code == 422
    assert set(faults(answer)) == {"name", "words", "categories"}
    assert filled(answer.text, action)["words"] == "x" * 10_000
    emptied = send(client, action, action, name="", words="")
    assert list(faults(emptied)) == ["words"]
    assert rows(store) == before


def test_later_of_two_tabs_is_told_sees_both_versions_and_may_save_again(
    client: FlaskClient, store: Store, path: str
) -> None:
    action = f"{path}/topics/{ref(store, 'Vision')}"
    first_tab = client.get(action).text
    second_tab = client.get(action).text
    assert client.post(action, data=filled(first_tab, action, words="nerf")).status_code == 303
    before = rows(store)
    told = client.post(action, data=filled(second_tab, action, words="slam", exclude="survey"))
    assert told.status_code == 409
    assert "This topic was changed in another tab since you opened this page." in words(told)
    table = [
        [cell.text_content() for cell in row] for row in html.fromstring(told.text).cssselect("tbody tr")
    ]
    assert table == [["Words", "nerf", "slam"], ["Never with", "–", "survey"]]
    assert rows(store) == before
    again = client.post(action, data=filled(told.text, action))
    assert again.headers["Location"] == f"{path}?done=topic"
    topic = member(store).subscriber.topics[0]
    assert (topic.keywords, topic.exclude) == (("slam",), ("survey",))


def test_tab_whose_topic_was_deleted_elsewhere_may_add_it_anew(
    client: FlaskClient, store: Store, path: str
) -> None:
    action = f"{path}/topics/{ref(store, 'Vision')}"
    tab = client.get(action).text
    send(client, path, f"{action}/act", do="delete")
    told = client.post(action, data=filled(tab, action, words="slam"))
    assert told.status_code == 409
    assert "deleted in another tab" in words(told)
    again = client.post(f"{path}/topics/new", data=filled(told.text, f"{path}/topics/new"))
    assert again.status_code == 303
    assert topics(store) == ["Language", "Vision"]


def test_trying_in_an_old_tab_does_not_make_it_a_new_one(
    client: FlaskClient, store: Store, path: str
) -> None:
    action = f"{path}/topics/{ref(store, 'Vision')}"
    tab = client.get(action).text
    send(client, action, action, words="nerf")
    tried = client.post(action, data=filled(tab, action, words="slam", do="try"))
    assert client.post(action, data=filled(tried.text, action)).status_code == 409


def test_topics_are_put_in_order(client: FlaskClient, store: Store, path: str) -> None:
    send(client, path, f"{path}/topics/{ref(store, 'Language')}/act", do="up")
    assert topics(store) == ["Language", "Vision"]
    answer = send(client, path, f"{path}/topics/{ref(store, 'Language')}/act", do="down")
    assert answer.headers["Location"] == f"{path}?done=moved"
    assert topics(store) == ["Vision", "Language"]
    before = rows(store)
    for name, wanted in (("Vision", "up"), ("Language", "down"), ("Vision", "sideways"), ("Vision", "")):
        client.post(f"{path}/topics/{ref(store, name)}/act", data={"do": wanted})
    assert rows(store) == before


def test_deleted_topic_comes_back_whole_and_to_its_place(
    client: FlaskClient, store: Store, path: str
) -> None:
    whole = Topic(
        name="All of it",
        keywords=("a, b", r"\d+ nerf"),
        exclude=("medical",),
        authors=("Lovelace, Ada",),
        categories=("cs.CV",),
        text="One\nTwo",
        examples=("1706.03762",),
        weight=2.5,
        min_score=97.5,
        likes_only=True,
        max_papers=3,
        key="0123456789",
    )
    reader = dataclasses.replace(member(store).subscriber, topics=(whole, *member(store).subscriber.topics))
    store.subscribers.add(Admission(subscriber=reader))
    answer = send(client, path, f"{path}/topics/{whole.ref}/act", do="delete")
    assert answer.status_code == 200
    assert "“All of it” is deleted." in words(answer)
    assert topics(store) == ["Vision", "Language"]
    undone = client.post(f"{path}/topics/restore", data=filled(answer.text, f"{path}/topics/restore"))
    assert undone.headers["Location"] == f"{path}?done=restored"
    assert member(store).subscriber.topics[0] == whole
    assert topics(store) == ["All of it", "Vision", "Language"]


def test_deleting_what_was_changed_or_deleted_elsewhere_is_told(
    client: FlaskClient, store: Store, path: str
) -> None:
    vision = ref(store, "Vision")
    old = filled(client.get(path).text, f"{path}/topics/{vision}/act", do="delete")
    send(client, f"{path}/topics/{vision}", f"{path}/topics/{vision}", words="nerf")
    before = rows(store)
    told = client.post(f"{path}/topics/{vision}/act", data=old)
    assert told.status_code == 409
    assert "Nothing was deleted." in words(told)
    assert rows(store) == before
    send(client, path, f"{path}/topics/{vision}/act", do="delete")
    twice = client.post(f"{path}/topics/{vision}/act", data=old)
    assert twice.headers["Location"] == f"{path}?done=gone"


def test_undoing_twice_adds_one_topic(client: FlaskClient, store: Store, path: str) -> None:
    answer = send(client, path, f"{path}/topics/{ref(store, 'Vision')}/act", do="delete")
    undo = filled(answer.text, f"{path}/topics/restore")
    client.post(f"{path}/topics/restore", data=undo)
    again = client.post(f"{path}/topics/restore", data=undo)
    assert again.status_code == 422
    assert list(faults(again)) == ["name"]
    assert topics(store) == ["Vision", "Language"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"weight": "nan"},
        {"weight": "1e400", "place": "-1"},
        {"weight": "x", "place": "9" * 5000},
        {"ref": "../../etc", "place": "²"},
        {"ref": "a" * 5000},
    ],
)
def test_forged_undo_makes_an_ordinary_topic(
    client: FlaskClient, store: Store, path: str, hostile: dict[str, str]
) -> None:
    assert client.post(f"{path}/topics/restore", data={"words": "nerf", **hostile}).status_code == 303
    topic = next(topic for topic in member(store).subscriber.topics if topic.name == "Nerf")
    assert topic.weight == 1
    assert len(topic.ref) == 10


def test_fifty_topics_and_no_more(client: FlaskClient, store: Store, path: str) -> None:
    many = tuple(Topic(name=f"Topic {number}", keywords=(f"word{number}",)) for number in range(50))
    store.subscribers.add(Admission(subscriber=dataclasses.replace(member(store).subscriber, topics=many)))
    new = f"{path}/topics/new"
    answer = send(client, new, new, words="nerf")
    assert answer.status_code == 422
    assert faults(answer) == {"words": "You have 50 topics; there is room for 50."}
    assert len(topics(store)) == 50


def test_five_hundred_topics_of_an_operators_file_are_shown(
    client: FlaskClient, store: Store, path: str
) -> None:
    many = tuple(Topic(name=f"Topic {number}", keywords=(f"word{number}",)) for number in range(500))
    store.subscribers.add(Admission(subscriber=dataclasses.replace(member(store).subscriber, topics=many)))
    answer = client.get(path)
    assert answer.status_code == 200
    assert len(html.fromstring(answer.text).cssselect(".wishes > li")) == 500
    assert send(client, path, f"{path}/when", max_papers="5").status_code == 303
    send(client, path, f"{path}/topics/{many[7].ref}/act", do="delete")
    assert (member(store).subscriber.max_papers, len(topics(store))) == (5, 499)
    new = f"{path}/topics/new"
    assert list(faults(send(client, new, new, words="nerf"))) == ["words"]


@pytest.mark.parametrize(
    "typed",
    ["=cmd()", "'; DROP TABLE subscribers; --", "مرحبا بالعالم", "lab 👩‍🔬", "[a-z]+ nerf", WORST_TITLE],
)
def test_what_looks_like_code_or_another_script_is_text_everywhere(
    client: FlaskClient, store: Store, path: str, typed: str
) -> None:
    new = f"{path}/topics/new"
    assert send(client, new, new, name=typed, text=typed).status_code == 303
    added = member(store).subscriber.topics[-1]
    for page in (path, f"{path}/topics/{added.ref}", f"{path}/data.json"):
        answer = client.get(page)
        assert answer.status_code == 200
        if not page.endswith(".json"):
            assert "<script>alert" not in answer.text
            assert "<img" not in answer.text
    deleted = send(client, path, f"{path}/topics/{added.ref}/act", do="delete")
    assert "<script>alert" not in deleted.text
    client.post(f"{path}/topics/restore", data=filled(deleted.text, f"{path}/topics/restore"))
    restored = member(store).subscriber.topics[-1]
    assert restored.ref == added.ref
    assert dataclasses.replace(restored, key="") == added


@pytest.mark.parametrize("below", ["nothing", "restore", "0123456789", "..%2f..", "<b>", "%00"])
def test_topic_that_is_not_there_is_a_page_that_helps(
    client: FlaskClient, store: Store, path: str, below: str
) -> None:
    answer = client.get(f"{path}/topics/{below}")
    assert answer.status_code == 404
    assert "<h1>" in answer.text


# ------------------------------------------------------------------------ pause, move, browser, data, erase


def test_pause_and_resume(client: FlaskClient, store: Store, path: str) -> None:
    answer = send(client, f"{path}/pause", f"{path}/pause", until="2026-05-01")
    assert answer.headers["Location"] == f"{path}?done=paused"
    assert member(store).status == "paused"
    assert "Mail comes again from Friday 1 May 2026 on." in words(client.get(path))
    assert send(client, f"{path}/pause", f"{path}/resume").headers["Location"] == f"{path}?done=resumed"
    assert (member(store).status, member(store).paused_until) == ("active", None)


def test_pause_until_no_day_is_told(client: FlaskClient, store: Store, path: str) -> None:
    before = rows(store)
    answer = client.post(f"{path}/pause", data={"until": "2026-02-30"})
    assert answer.status_code == 422
    assert list(faults(answer)) == ["until"]
    assert rows(store) == before


def test_move_is_asked_at_the_new_address(client: FlaskClient, store: Store, path: str) -> None:
    answer = send(client, f"{path}/move", f"{path}/move", email="ada@new.example")
    assert answer.status_code == 200
    assert "on its way to ada@new.example" in words(answer)
    assert member(store).subscriber.email == "ada@example.org"
    with store.database.read() as connection:
        (note,) = connection.execute(notes.select()).all()
    assert (note.kind, note.email) == ("move", "ada@new.example")


def test_move_to_somebody_elses_address_says_the_same(client: FlaskClient, store: Store, path: str) -> None:
    store.subscribers.add(Admission(subscriber=Subscriber(email="bob@example.org")))
    taken = send(client, f"{path}/move", f"{path}/move", email="bob@example.org")
    free = send(client, f"{path}/move", f"{path}/move", email="eve@example.org")
    assert taken.status_code == free.status_code == 200
    assert taken.text.replace("bob@", "eve@") == free.text


@pytest.mark.parametrize(
    "email", ["", "nobody", "ada@example.org", "ADA@EXAMPLE.ORG", "a@b\r\nBcc: c@d.example"]
)
def test_move_to_no_other_address_is_told(client: FlaskClient, store: Store, path: str, email: str) -> None:
    before = rows(store)
    answer = send(client, f"{path}/move", f"{path}/move", email=email)
    assert answer.status_code == 422
    assert list(faults(answer)) == ["email"]
    assert rows(store) == before


def test_browser_remembers_only_when_told_and_forgets(client: FlaskClient, store: Store, path: str) -> None:
    assert "Set-Cookie" not in client.get(path).headers
    before = rows(store)
    answer = send(client, path, f"{path}/browser", do="remember")
    assert answer.headers["Location"] == f"{path}?done=remembered"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "This browser knows you" in words(client.get(path))
    forgotten = send(client, path, f"{path}/browser", do="forget")
    assert forgotten.headers["Location"] == f"{path}?done=forgotten"
    assert "Remember me on this browser" in words(client.get(path))
    assert rows(store) == before


def test_remembered_reader_subscribes_with_the_guard_alone(
    client: FlaskClient, store: Store, path: str
) -> None:
    send(client, path, f"{path}/browser", do="remember")
    assert client.post("/subscribe", data={"words": "nerf", "do": "try"}).status_code == 400
    tried = send(client, "/subscribe", "/subscribe", words="language model", do="try")
    assert tried.status_code == 200


def test_what_is_known_is_a_file_of_json(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}/data.json")
    assert answer.content_type == "application/json; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    found = json.loads(answer.text)
    assert found["you"]["email"] == "ada@example.org"
    assert [topic["name"] for topic in found["you"]["topics"]] == ["Vision", "Language"]
    assert path.removeprefix("/p/") not in answer.text


def test_erasing_says_what_it_does_and_does_it(client: FlaskClient, store: Store, path: str) -> None:
    send(client, path, f"{path}/browser", do="remember")
    shown = client.get(f"{path}/erase")
    assert "This cannot be undone." in words(shown)
    answer = client.post(f"{path}/erase", data=filled(shown.text, f"{path}/erase"))
    assert answer.status_code == 200
    assert "Everything about you is erased" in words(answer)
    assert store.subscribers.everyone() == []
    assert [one.email for one in store.suppressions.everyone()] == [""]
    for below in ("", "/topics/new", "/data.json", "/erase"):
        assert client.get(path + below).status_code == 410
    assert client.post(f"{path}/erase").status_code == 410
    assert client.get("/subscribe").status_code == 200


# ------------------------------------------------------------------------ standing, and broken links


def test_who_has_left_is_told_and_chooses_nothing(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber, path: str
) -> None:
    store.subscribers.leave(reader.id, at=NOW, evidence="")
    shown = client.get(path)
    assert "You get no mail since Thursday 23 April 2026." in words(shown)
    assert f"/u/{desk.signer.token('unsubscribe', reader.id)}" in shown.text
    before = rows(store)
    vision = reader.topics[0].ref
    below = (
        "/when",
        "/pause",
        "/resume",
        "/move",
        "/topics/new",
        f"/topics/{vision}",
        f"/topics/{vision}/act",
    )
    for one in below:
        assert client.post(path + one, data={"words": "nerf", "for": "2w", "do": "delete"}).status_code == 409
    assert client.get(f"{path}/move").status_code == 409
    assert rows(store) == before


def test_whose_mail_came_back_is_told(client: FlaskClient, store: Store, path: str) -> None:
    store.suppressions.add([Suppression(email="ada@example.org", cause="bounce", at=NOW)])
    assert "No mail is sent to your address, because mail came back." in words(client.get(path))


@pytest.mark.parametrize("token", ["x", "1-aaaaaaaaaaaaaaaaaaaaaaaa", "%00", "1-" + "a" * 3000])
@pytest.mark.parametrize("below", ["", "/pause", "/move", "/erase", "/data.json", "/topics/new"])
def test_link_that_is_not_whole_is_a_page_that_helps(client: FlaskClient, token: str, below: str) -> None:
    answer = client.get(f"/p/{token}{below}")
    assert answer.status_code == 404
    assert "<h1>" in answer.text


def test_link_works_in_upper_case_and_leads_on_in_lower(client: FlaskClient, store: Store, path: str) -> None:
    upper = f"/p/{path.removeprefix('/p/').upper()}"
    assert client.get(upper).status_code == 200
    answer = client.post(f"{upper}/pause", data={"for": "2w"})
    assert answer.headers["Location"] == f"{path}?done=paused"
    assert member(store).status == "paused"


def test_link_of_another_reader_or_purpose_opens_nothing(
    client: FlaskClient, desk: Desk, reader: Subscriber
) -> None:
    for purpose in ("unsubscribe", "vote", "edition", "confirm", "feed", "editor"):
        assert client.get(f"/p/{desk.signer.token(purpose, reader.id)}").status_code == 404


def test_status_words_come_by_their_key_alone(client: FlaskClient, path: str) -> None:
    bare = client.get(path).text
    for query in ("?done=<script>alert(1)</script>", "?done=https://evil.example", "?next=//evil.example"):
        assert client.get(path + query).text == bare
    for key, sentence in STATUS.items():
        assert sentence in client.get(f"{path}?done={key}").text


def test_posts_lead_back_to_the_own_page_whatever_they_ask(client: FlaskClient, path: str) -> None:
    sent = {"for": "2w", "next": "//evil.example", "done": "//evil.example", "url": "https://evil.example"}
    answer = client.post(
        f"{path}/pause?next=//evil.example", data=sent, headers={"Referer": "https://evil.example"}
    )
    assert answer.headers["Location"] == f"{path}?done=paused"


def test_token_and_address_are_in_no_log(
    client: FlaskClient, told: list[tuple[str, dict[str, object]]], path: str
) -> None:
    client.get(path)
    send(client, path, f"{path}/when", max_papers="5")
    send(client, f"{path}/move", f"{path}/move", email="ada@new.example")
    assert told
    assert "@" not in repr(told)
    assert path.removeprefix("/p/") not in repr(told)


def test_site_below_a_path_keeps_its_links_there(desk: Desk, reader: Subscriber) -> None:
    site = dataclasses.replace(desk.site, url="http://127.0.0.1:8000/papers-by-mail")
    mounted = browser(create_app(dataclasses.replace(desk, site=site)))
    token = desk.signer.token("preferences", reader.id)
    answer = mounted.post(f"/papers-by-mail/p/{token}/pause", data={"for": "2w"})
    assert answer.headers["Location"] == f"/papers-by-mail/p/{token}?done=paused"
    shown = mounted.get(answer.headers["Location"])
    assert shown.status_code == 200
    paths = [one.get("action") for one in html.fromstring(shown.text).forms]
    assert all(one.startswith("/papers-by-mail/") for one in paths)
