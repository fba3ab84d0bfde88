"""Joining: nothing is asked twice, nothing is told of others, and whatever is typed gets an answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from lxml import html

from digest.config import WebSettings
from digest.model import Cadence, Topic
from digest.store import Store
from digest.store.tables_web import confirmations, notes
from digest.web.address_forms import TRAP
from digest.web.app import create_app
from tests.web.conftest import WORST_TITLE, browser
from tests.web.filling import faults, filled, rows, words

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.model import Subscriber
    from digest.web.desk import Desk


def post(client: FlaskClient, **typed: str) -> TestResponse:
    """Fill in the form, and send it."""
    return client.post("/subscribe", data=filled(client.get("/subscribe").text, "/subscribe", **typed))


def asked(store: Store) -> list[dict[str, object]]:
    """The wishes that are kept."""
    with store.database.read() as connection:
        return [dict(row) for row in connection.execute(confirmations.select()).mappings()]


def sent_kinds(store: Store) -> list[tuple[str, str]]:
    """The notes that wait: kind and address."""
    with store.database.read() as connection:
        return [(row.kind, row.email) for row in connection.execute(notes.select()) if row.email]


def test_form_asks_the_address_to_confirm_and_keeps_what_was_agreed_to(
    client: FlaskClient, store: Store
) -> None:
    answer = post(
        client,
        words="language model, nerf",
        exclude="medical",
        cadence="weekly:fri",
        send_at="18:30",
        timezone="Asia/Tokyo",
        max_papers="7",
        trending="on",
        email=" New@Example.ORG ",
    )
    assert answer.status_code == 200
    assert "on its way to New@example.org" in words(answer)
    (wish,) = asked(store)
    body = wish["body"]
    assert isinstance(body, dict)
    assert (wish["kind"], wish["email"], wish["asked_where"]) == ("join", "New@example.org", "127.0.0.1")
    assert wish["shown"] == (
        "Paper Digest. One mail every Friday at 18:30, Tokyo time, with at most 7 papers, with what the "
        "community reads. Language model, nerf: language model, nerf · without medical. "
        "“Send me the confirmation”"
    )
    assert (body["timezone"], body["max_papers"], body["trending"]) == ("Asia/Tokyo", 7, True)
    assert body["topics"][0]["keywords"] == ["language model", "nerf"]
    assert sent_kinds(store) == [("confirm", "New@example.org")]
    assert store.subscribers.everyone() == []


def test_no_words_at_all_is_the_communitys_list(client: FlaskClient, store: Store) -> None:
    answer = post(client, email="new@example.org")
    assert "The community’s list" in words(answer)
    (wish,) = asked(store)
    assert wish["body"]["topics"] == []  # type: ignore[index]


def test_answer_is_the_same_for_an_address_that_is_known(
    client: FlaskClient, reader: Subscriber, store: Store
) -> None:
    known = post(client, words="nerf", email="ada@example.org")
    unknown = post(client, words="nerf", email="bob@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("ada@", "bob@") == unknown.text
    assert sorted(dict(known.headers)) == sorted(dict(unknown.headers))
    assert sent_kinds(store) == [("known", "ada@example.org"), ("confirm", "bob@example.org")]


def test_who_fills_in_what_no_person_sees_gets_the_same_page_and_no_mail(
    client: FlaskClient, store: Store
) -> None:
    honest = post(client, words="nerf", email="new@example.org")
    before = rows(store)
    trapped = post(client, words="nerf", email="new@example.org", **{TRAP: "https://example.org"})
    assert (trapped.status_code, trapped.text) == (honest.status_code, honest.text)
    assert rows(store) == before


def test_half_filled_form_comes_back_filled_with_each_fault_beside_its_field(
    client: FlaskClient, store: Store
) -> None:
    before = rows(store)
    answer = post(
        client,
        words="nerf, (.*)+",
        categories="cs.ML",
        text="Scenes from few views",
        send_at="25:00",
        timezone="Mars/Olympus",
        max_papers="many",
        email="ada at example",
    )
    assert answer.status_code == 422
    assert faults(answer) == {
        "words": "“(.*)+” finds nothing: it holds no word that tells papers apart.",
        "categories": "arXiv has no category “cs.ML”; did you mean cs.LG or stat.ML?",
        "send_at": "Write the hour as 07:00, from 00:00 to 23:59.",
        "timezone": "There is no time zone “Mars/Olympus”; choose one of the list.",
        "max_papers": "Write a whole number from 1 to 200.",
        "email": "This is no mail address that mail can be sent to: An email address must have an @-sign.",
    }
    again = filled(answer.text, "/subscribe")
    assert (again["words"], again["text"]) == ("nerf, (.*)+", "Scenes from few views")
    assert (again["send_at"], again["max_papers"], again["email"]) == ("25:00", "many", "ada at example")
    assert rows(store) == before


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a@b@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org,eve@example.org",
        "ada@exam\x00ple.org",
        "=cmd()@example..org",
        "a" * 300 + "@example.org",
        "ада@example.org",
        "ada@192.0.2.1",
        "<script>@example.org",
    ],
)
def test_what_is_no_address_is_told_and_nobody_is_written_to(
    client: FlaskClient, store: Store, email: str
) -> None:
    before = rows(store)
    answer = post(client, words="nerf", email=email)
    assert answer.status_code == 422
    assert list(faults(answer)) == ["email"]
    assert rows(store) == before


@pytest.mark.parametrize(
    "typed",
    [
        "'; DROP TABLE subscribers; --",
        "[a-z]+(.*)$ nerf",
        "=cmd()",
        "مرحبا بالعالم",
        "日本語",
        "lab 👩‍🔬",
        WORST_TITLE,
    ],
)
def test_what_looks_like_code_or_another_script_is_text(
    client: FlaskClient, store: Store, typed: str
) -> None:
    answer = post(client, text=typed, name=typed, email="new@example.org")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    (wish,) = asked(store)
    assert wish["body"]["topics"][0]["text"] == typed.replace("\u202e ", "").replace("\u202e", "")  # type: ignore[index]


def test_ten_thousand_characters_are_taken_as_text_and_told_as_one_word(
    client: FlaskClient, store: Store
) -> None:
    assert post(client, text="splatting rooms " * 625, email="new@example.org").status_code == 200
    answer = post(client, words="x" * 10_000, email="new@example.org")
    assert answer.status_code == 422
    assert "10,000 characters" in faults(answer)["words"]
    assert filled(answer.text, "/subscribe")["words"] == "x" * 10_000


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b'{"email": ["a@example.org"]}', "application/json"),
        (b"\xff\xfe%00%ff=%ff&&&==", "application/x-www-form-urlencoded"),
        (b"no boundary", "multipart/form-data"),
        (b"email[]=a@example.org&words[x]=1", "application/x-www-form-urlencoded"),
        (b"<xml/>", "text/xml"),
    ],
)
def test_form_without_its_fields_is_a_form_with_faults(
    client: FlaskClient, store: Store, data: bytes, content_type: str
) -> None:
    before = rows(store)
    answer = client.post("/subscribe", data=data, content_type=content_type)
    assert answer.status_code == 422
    assert set(faults(answer)) == {"cadence", "send_at", "timezone", "max_papers", "email"}
    assert rows(store) == before


def test_field_that_came_twice_counts_once(client: FlaskClient, store: Store) -> None:
    sent = filled(client.get("/subscribe").text, "/subscribe", words="nerf")
    pairs = [*sent.items(), ("email", "two@example.org")]
    sent_twice = "&".join(f"{name}={value}" for name, value in pairs if name != "email")
    client.post(
        "/subscribe",
        data=f"email=one@example.org&email=two@example.org&{sent_twice}",
        content_type="application/x-www-form-urlencoded",
    )
    assert sent_kinds(store) == [("confirm", "one@example.org")]


def test_file_in_the_place_of_a_field_is_no_field(client: FlaskClient, store: Store) -> None:
    import io

    answer = client.post("/subscribe", data={"email": (io.BytesIO(b"new@example.org"), "x.txt")})
    assert answer.status_code == 422
    assert asked(store) == []


def test_form_of_a_megabyte_is_too_much(client: FlaskClient) -> None:
    assert client.post("/subscribe", data={"text": "x" * 1_000_000}).status_code == 413


def test_try_shows_the_papers_with_reasons_and_asks_nobody(client: FlaskClient, store: Store) -> None:
    before = rows(store)
    answer = post(client, words="language model", email="half@", do="try")
    assert answer.status_code == 200
    assert "5 of the 30 papers of the last week would have come." in words(answer)
    samples = html.fromstring(answer.text).cssselect(".sample")
    assert len(samples) == 5
    assert samples[0].cssselect("h3 a")[0].get("href") == "/papers/2604.10026"
    assert samples[0].cssselect(".why")[0].text_content() == "language model"
    assert filled(answer.text, "/subscribe")["email"] == "half@"
    assert faults(answer) == {}
    assert rows(store) == before


def test_try_tells_the_faults_of_the_words_alone(client: FlaskClient) -> None:
    answer = post(client, words="(.*)+", do="try")
    assert list(faults(answer)) == ["words"]


def test_preview_is_a_fragment_of_what_is_typed(client: FlaskClient, store: Store) -> None:
    before = rows(store)
    answer = client.post("/subscribe/preview", data={"words": "gaussian splatting", "categories": "cs.ML"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "5 of the 30 papers" in answer.text
    assert "arXiv has no category “cs.ML”" in answer.text
    assert rows(store) == before


def test_preview_escapes_the_worst_title(client: FlaskClient, store: Store) -> None:
    worst = store.papers.by_arxiv_id(["2604.10030"])["2604.10030"]
    answer = client.post("/subscribe/preview", data={"categories": "astro-ph.IM", "exclude": "telescopes"})
    assert answer.status_code == 200
    (title,) = html.fromstring(answer.text).cssselect(".sample h3 a")
    assert title.text_content() == worst.title
    assert list(title) == []


@pytest.mark.parametrize(
    ("words_", "sentence"),
    [
        ("", "No words yet."),
        ("quaternionic beekeeping", "None of the 30 papers of the last week would have come."),
    ],
)
def test_preview_of_nothing_says_so(client: FlaskClient, words_: str, sentence: str) -> None:
    assert sentence in client.post("/subscribe/preview", data={"words": words_}).text


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (dt.datetime(2026, 4, 26, tzinfo=dt.UTC), "the last week"),
        (dt.datetime(2026, 4, 27, tzinfo=dt.UTC), "the week up to Thursday 23 April"),
        (dt.datetime(2027, 1, 1, tzinfo=dt.UTC), "the week up to Thursday 23 April 2026"),
    ],
)
def test_preview_where_nothing_came_for_long_looks_at_the_newest_week(
    desk: Desk, today: dt.datetime, week: str
) -> None:
    later = browser(create_app(dataclasses.replace(desk, clock=lambda: today)))
    assert f"the papers of {week} that they would have brought" in words(later.get("/subscribe"))
    answer = later.post("/subscribe/preview", data={"words": "language model"})
    assert f"5 of the 30 papers of {week} would have come." in answer.text
    assert len(html.fromstring(answer.text).cssselect(".sample")) == 5


def test_preview_in_an_empty_library_says_so(desk: Desk, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        client = browser(create_app(dataclasses.replace(desk, store=empty)))
        answer = client.post("/subscribe/preview", data={"words": "nerf"})
    assert "The library has no papers yet" in answer.text


def test_search_that_is_saved_fills_the_words(client: FlaskClient) -> None:
    answer = client.get("/subscribe", query_string={"q": 'language "model"\x00 <b>'})
    assert filled(answer.text, "/subscribe")["words"] == 'language "model" <b>'
    assert "papers of the last week" in words(answer)


def test_form_guesses_the_zone_only_before_anybody_chose(client: FlaskClient) -> None:
    fresh = html.fromstring(client.get("/subscribe").text).cssselect("#timezone")[0]
    tried = html.fromstring(post(client, words="nerf", do="try").text).cssselect("#timezone")[0]
    assert fresh.get("data-zone") is not None
    assert tried.get("data-zone") is None
    assert filled(client.get("/subscribe").text, "/subscribe")["timezone"] == "UTC"


def test_what_was_asked_can_be_corrected(client: FlaskClient) -> None:
    answer = post(client, words="nerf", email="adda@example.org", cadence="weekdays")
    sent = filled(answer.text, "/subscribe", do="correct")
    again = client.post("/subscribe", data=sent)
    assert again.status_code == 200
    corrected = filled(again.text, "/subscribe")
    assert (corrected["words"], corrected["email"], corrected["cadence"]) == (
        "nerf",
        "adda@example.org",
        "weekdays",
    )


def test_operator_may_keep_the_door(desk: Desk, store: Store) -> None:
    closed = browser(create_app(dataclasses.replace(desk, settings=WebSettings(subscribe=False))))
    before = rows(store)
    shown = closed.get("/subscribe")
    posted = closed.post("/subscribe", data={"email": "new@example.org"})
    assert (shown.status_code, posted.status_code) == (200, 403)
    assert "Write to editor@example.org" in words(shown)
    assert words(posted) == words(shown)
    assert rows(store) == before


def test_where_no_mail_can_lead_back_nobody_is_told_to_wait_for_one(desk: Desk, store: Store) -> None:
    nowhere = dataclasses.replace(desk, site=dataclasses.replace(desk.site, url=""))
    client = browser(create_app(nowhere))
    client.get("/papers/2604.10001")  # the first one fills in the terms that the library lacks
    before = rows(store)
    for path in ("/subscribe", "/link"):
        shown = client.get(path)
        posted = client.post(path, data={"email": "new@example.org", "words": "nerf"})
        assert (shown.status_code, posted.status_code) == (200, 403)
        assert "editor@example.org" in words(shown)
        assert "on its way" not in words(posted)
    for path in ("/", "/papers/2604.10001", "/papers/2604.10001/vote", "/search?q=nerf"):
        shown = client.get(path)
        assert shown.status_code == 200
        assert 'href="/subscribe' not in shown.text
        assert 'href="/link' not in shown.text
    assert rows(store) == before


def test_one_network_may_ask_so_often_and_no_more(client: FlaskClient, store: Store) -> None:
    answers = [post(client, words="nerf", email=f"r{number}@example.org").status_code for number in range(12)]
    assert answers[:10] == [200] * 10
    assert answers[-1] == 429
    assert len(asked(store)) == 10


def test_address_is_in_no_path_and_no_log(
    client: FlaskClient, told: list[tuple[str, dict[str, object]]]
) -> None:
    answer = post(client, words="nerf", email="secret.person@example.org")
    assert "Location" not in answer.headers
    assert "secret.person" not in repr(told)


def test_topic_of_the_form_is_the_topic_of_the_reader(client: FlaskClient, store: Store) -> None:
    post(
        client,
        words='"gaussian splatting"',
        authors="Ada Lovelace",
        categories="cs.cv, eess",
        examples="https://arxiv.org/abs/1706.03762v7",
        most="3",
        cadence="monthly:28",
        email="new@example.org",
    )
    (wish,) = asked(store)
    from digest.store.members import READER

    reader = READER.validate_python(wish["body"])
    assert reader.cadence == Cadence(kind="monthly", month_day=28)
    assert reader.topics == (
        Topic(
            name="Gaussian splatting",
            keywords=('"gaussian splatting"',),
            authors=("Ada Lovelace",),
            categories=("cs.CV", "eess.AS", "eess.IV", "eess.SP", "eess.SY"),
            examples=("1706.03762",),
            max_papers=3,
        ),
    )


@pytest.mark.parametrize("path", ["/subscribe", "/subscribe?q=nerf", "/link"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_no_row(client: FlaskClient, store: Store, path: str, method: str) -> None:
    before = rows(store)
    assert client.open(path, method=method).status_code == 200
    assert rows(store) == before


def test_lost_link_says_the_same_of_everybody(client: FlaskClient, reader: Subscriber, store: Store) -> None:
    def lose(email: str) -> TestResponse:
        return client.post("/link", data={"email": email})

    known, unknown = lose("ada@example.org"), lose("bob@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("ada@", "bob@") == unknown.text
    assert sent_kinds(store) == [("link", "ada@example.org")]
    assert list(faults(lose("nobody"))) == ["email"]
    assert lose("").status_code == 422


def test_lost_link_of_a_program_and_of_too_many(
    client: FlaskClient, reader: Subscriber, store: Store
) -> None:
    trapped = client.post("/link", data={"email": "ada@example.org", TRAP: "x"})
    assert trapped.status_code == 200
    assert sent_kinds(store) == []
    codes = [client.post("/link", data={"email": "ada@example.org"}).status_code for _ in range(6)]
    assert codes[-1] == 429
