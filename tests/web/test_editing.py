"""Editors' pages: only an editor's link opens them, only a POST acts, and each act is kept with its name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from typing import TYPE_CHECKING

import pytest

from digest.store.curations import SENTENCE_LIMIT
from digest.web import editing
from digest.web.app import create_app
from tests.pipeline.test_community import Nothing
from tests.store.test_votes import dump
from tests.web.conftest import NOW, WORST_TITLE, browser

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.model import Curated, Subscriber
    from digest.store import Store
    from digest.store.editors import Editor
    from digest.web.desk import Desk


@pytest.fixture
def eve(store: Store) -> Editor:
    return store.editors.add("Eve Sample", at=NOW)


@pytest.fixture
def page(desk: Desk, eve: Editor) -> str:
    """The path of her page."""
    return f"/editor/{desk.signer.token('editor', eve.id)}"


def curated(store: Store, ref: str) -> Curated | None:
    entry = store.lists.paper(ref)
    assert entry is not None
    return entry.curated


def text(answer: object) -> str:
    return html.unescape(answer.text)  # type: ignore[attr-defined]


def test_opening_changes_no_row(client: FlaskClient, store: Store, page: str) -> None:
    before = dump(store)
    for url in (page, f"{page}?said=pick", f"{page}/papers/2604.10001", f"{page}/papers/2604.10001?do=hide"):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert dump(store) == before


def test_an_editor_submits_picks_pins_and_hides_and_readers_see_it(
    client: FlaskClient, store: Store, page: str
) -> None:
    done = client.post(page, data={"paper": "https://arxiv.org/abs/2604.10002v3"})
    assert (done.status_code, done.location) == (303, f"{page}/papers/2604.10002?said=submit")
    shown = client.get(done.location)
    assert "Submitted by Eve Sample" in shown.text
    paper = f"{page}/papers/2604.10002"
    for data in ({"do": "pick"}, {"do": "pin", "sentence": "  Asks\twell, answers better. "}):
        assert client.post(paper, data=data).status_code == 303
    found = curated(store, "2604.10002")
    assert found is not None
    assert (found.submitted_by, found.picked_by, found.sentence) == (
        "Eve Sample", "Eve Sample", "Asks well, answers better.",
    )  # fmt: skip
    day = text(client.get("/date/2026-04-23"))
    assert "submitted and picked by Eve Sample" in day
    assert "Asks well, answers better." in day
    assert day.index("part 2<") < day.index("part 28<")  # before the most upvoted one
    assert client.post(paper, data={"do": "hide"}).status_code == 303
    assert "part 2<" not in text(client.get("/date/2026-04-23"))
    shown = text(client.get(page))
    assert "Hidden lately" in shown
    for line in (
        "Eve Sample hid",
        "Eve Sample pinned a sentence to",
        "Eve Sample picked",
        "23 April 2026, 12:00 UTC",
    ):
        assert line in shown
    for undo in ("unhide", "unpick", "unpin"):
        assert client.post(paper, data={"do": undo}).status_code == 303
    found = curated(store, "2604.10002")
    assert found is not None
    assert (found.picked_by, found.sentence, found.hidden_by) == ("", "", "")


def test_from_the_list_an_act_leads_back_to_the_list(client: FlaskClient, store: Store, page: str) -> None:
    done = client.post(f"{page}/papers/2604.10028", data={"do": "pick", "back": "list"})
    assert (done.status_code, done.location) == (303, f"{page}?said=pick#paper-2604.10028")
    done = client.post(f"{page}/papers/2604.10028", data={"do": "pick", "back": "https://evil.example/"})
    assert done.location == f"{page}/papers/2604.10028?said=same"
    assert "It was so already." in client.get(done.location).text


def test_an_editor_is_told_where_a_paper_stands_that_an_earlier_day_lists(
    client: FlaskClient, page: str
) -> None:
    done = client.post(page, data={"paper": "2604.10001"})
    assert "Submitted. It stays in the list of Monday 20 April 2026." in client.get(done.location).text
    new = client.post(page, data={"paper": "2604.10002"})
    assert "Submitted.</p>" in client.get(new.location).text


@pytest.mark.parametrize("has_community", [True, False])
def test_what_editors_submit_on_a_day_without_arrivals_stands_on_the_front_page(
    desk: Desk, page: str, *, has_community: bool
) -> None:
    sunday = NOW + dt.timedelta(days=3)
    sources = desk.sources if has_community else ()
    other = browser(create_app(dataclasses.replace(desk, clock=lambda: sunday, sources=sources)))
    other.post(page, data={"paper": "2604.10002"})
    front = text(other.get("/"))
    assert "<h1>Sunday 26 April 2026</h1>" in front
    assert "part 2<" in front
    assert "has no papers yet" not in front
    assert 'href="/date/2026-04-26' in other.get("/date/2026-04-23").text
    assert "/date/2026-04-26" in other.get("/archive").text
    assert "part 2<" in other.get("/feed.atom").text
    newest = text(other.get("/?sort=new"))
    assert "<h1>Thursday 23 April 2026</h1>" in newest
    assert "Sunday 26 April has no papers yet" in newest


def test_a_paper_that_is_not_in_the_library_is_looked_up(desk: Desk, store: Store, page: str) -> None:
    source = Nothing()
    other = browser(create_app(dataclasses.replace(desk, catalogues=(source,))))
    done = other.post(page, data={"paper": "2604.90003"})
    assert (done.status_code, source.asked) == (303, [("2604.90003",)])
    assert "Harbours under ice" in other.get(done.location).text
    assert "Harbours under ice" in other.get("/date/2026-04-23").text


@pytest.mark.parametrize(
    ("words", "fault", "said"),
    [
        ("", "", "Write an arXiv id such as"),
        ("<b>no paper</b>", "", "“<b>no paper</b>” names no paper"),
        ("2604.90099", "", "there is no such paper, or not yet"),
        (
            "2604.90003",
            "GET https://arxiv.test: timed out",
            "could not be looked up: GET https://arxiv.test: timed out",
        ),
        ("x" * 600, "", "600 characters long"),
        ("\0\u202e", "", "Write an arXiv id such as"),
    ],
)
def test_a_submission_that_fails_comes_back_filled_with_the_fault_beside_its_field(
    desk: Desk, store: Store, page: str, words: str, fault: str, said: str
) -> None:
    other = browser(create_app(dataclasses.replace(desk, catalogues=(Nothing(fault),))))
    before = dump(store)
    answer = other.post(page, data={"paper": words})
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'aria-invalid="true"' in answer.text
    assert 'id="paper-fault"' in answer.text
    assert "<b>" not in answer.text
    assert words.strip("\0\u202e") in text(answer)
    assert dump(store) == before


@pytest.mark.parametrize("sentence", ["", "  ", "x" * (SENTENCE_LIMIT + 1), "\u202e"])
def test_a_sentence_that_is_none_is_told_beside_its_field(
    client: FlaskClient, store: Store, page: str, sentence: str
) -> None:
    answer = client.post(f"{page}/papers/2604.10001", data={"do": "pin", "sentence": sentence})
    assert answer.status_code == 422
    assert 'id="sentence-fault"' in answer.text
    assert sentence.strip("\u202e") in answer.text
    assert curated(store, "2604.10001") is None


@pytest.mark.parametrize("data", [{}, {"do": "delete"}, {"do": "PICK"}])
def test_what_is_no_act_changes_nothing(
    client: FlaskClient, store: Store, page: str, data: dict[str, str]
) -> None:
    before = dump(store)
    assert client.post(f"{page}/papers/2604.10001", data=data).status_code == 400
    assert dump(store) == before


def test_only_an_editors_link_opens_the_page(
    client: FlaskClient, desk: Desk, store: Store, reader: Subscriber, eve: Editor, page: str
) -> None:
    before = dump(store)
    wrong = [desk.signer.token("vote", eve.id), desk.signer.token("preferences", eve.id), page[8:-1], "x"]
    wrong.append(desk.signer.token("editor", 99))
    for token in wrong:
        for where in (f"/editor/{token}", f"/editor/{token}/papers/2604.10001"):
            for answer in (client.get(where), client.post(where, data={"do": "pick", "paper": "2604.10001"})):
                assert answer.status_code == 404
    assert dump(store) == before


def test_the_link_of_an_ended_editor_is_gone_and_what_they_chose_is_not(
    client: FlaskClient, desk: Desk, store: Store, page: str
) -> None:
    client.post(f"{page}/papers/2604.10001", data={"do": "pick"})
    store.editors.end("Eve Sample", at=NOW)
    again = store.editors.add("Eve Sample", at=NOW)
    for answer in (client.get(page), client.post(f"{page}/papers/2604.10001", data={"do": "unpick"})):
        assert answer.status_code == 410
    found = curated(store, "2604.10001")
    assert found is not None
    assert found.picked_by == "Eve Sample"
    assert client.get(f"/editor/{desk.signer.token('editor', again.id)}").status_code == 200


def test_a_paper_that_there_is_not_is_a_page_that_helps(client: FlaskClient, page: str) -> None:
    for ref in ("2604.99999", "p999", "../../etc/passwd", "p0", "'; DROP TABLE papers"):
        assert client.get(f"{page}/papers/{ref}").status_code == 404
        assert client.post(f"{page}/papers/{ref}", data={"do": "pick"}).status_code == 404


def test_look_ups_are_limited(client: FlaskClient, page: str) -> None:
    answers = [client.post(page, data={"paper": "2604.10001"}) for _ in range(editing.LOOKED_UP + 1)]
    assert [answer.status_code for answer in answers] == [303] * editing.LOOKED_UP + [429]


def test_the_worst_title_and_name_do_no_harm(client: FlaskClient, desk: Desk, store: Store) -> None:
    worst = store.editors.add("<script>alert(3)</script>", at=NOW)
    page = f"/editor/{desk.signer.token('editor', worst.id)}"
    client.post(
        f"{page}/papers/2604.10030",
        data={"do": "pin", "sentence": "<img src=x onerror=alert(4)> {{ 7 * 7 }}"},
    )
    client.post(f"{page}/papers/2604.10030", data={"do": "submit"})
    for url in (page, f"{page}/papers/2604.10030", "/date/2026-04-23"):
        shown = client.get(url).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "\u202e" not in shown
    assert "<script>" in WORST_TITLE


def test_nothing_of_a_token_is_kept_or_told(
    client: FlaskClient, page: str, told: list[tuple[str, dict[str, object]]]
) -> None:
    answer = client.get(page)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    client.post(page, data={"paper": "nonsense"})
    assert page.removeprefix("/editor/") not in repr(told)
