"""What a topic has learned: shown as it is, corrected by buttons, and by nobody else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Lesson, LessonLike, Subscriber, Topic
from digest.store.corrections import NOTHING, Corrected
from digest.store.members import Admission
from digest.web.lesson_pages import DONE
from digest.web.lesson_words import LIKES_LISTED, LIKES_SHOWN, WORDS_SHOWN, lesson_words
from tests.web.conftest import NOW, READER, WORST_TITLE
from tests.web.filling import faults, rows, words
from tests.web.reading import harmless, parsed, said, statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from digest.store import Store
    from digest.web.desk import Desk

VISION, LANGUAGE = READER.topics
DAY = dt.timedelta(days=1)
SPLATS = (1, 7, 13)  # three papers on Gaussian splatting
BARE = Lesson()


@pytest.fixture
def overview(desk: Desk, reader: Subscriber) -> str:
    return f"/p/{desk.signer.token('preferences', reader.id)}"


@pytest.fixture
def path(overview: str) -> str:
    """The page of the topic Vision."""
    return f"{overview}/topics/{VISION.ref}/learned"


@pytest.fixture
def liked(store: Store, reader: Subscriber) -> None:
    """Three likes for Vision, and one dislike."""
    for number, paper in enumerate(SPLATS):
        store.votes.like(reader.id, paper, value=1, topic=VISION.ref, at=NOW - (number + 1) * 90 * DAY)
    store.votes.like(reader.id, 3, value=-1, topic=VISION.ref, at=NOW - DAY)


def of(store: Store, reader: Subscriber) -> Corrected:
    return store.corrections.of([reader.id]).get((reader.id, VISION.ref), NOTHING)


def buttons(client: FlaskClient, path: str, name: str) -> list[str]:
    """The values of the page's buttons of that name; all belong to its one form without fields."""
    found = parsed(client.get(path)).xpath(f"//button[@name='{name}'][@form='rows']")
    return [one.get("value") for one in found]


def test_a_topic_that_nobody_taught_says_how_to(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    document = parsed(page)
    assert said(document, "//h1") == ["What “Vision” has learned"]
    assert "Nothing yet" in words(page)
    assert "“More like this”" in words(page)
    assert said(document, "//h2") == ["Your corrections"]
    assert not document.xpath("//main//a[contains(@href, '/reset')]")


@pytest.mark.usefixtures("liked")
def test_words_likes_and_what_fades_are_shown(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    document = parsed(page)
    assert "Learned from 3 likes and 1 dislike, the newest of 22 April." in words(page)
    assert "of what they did when they were new." in words(page)
    speaking = said(document, "//section[h2[@id='for']]//p[@class='said']")
    assert any("splat" in word for word in speaking)
    assert not [word for word in speaking if "laundry" in word]
    shaping = said(document, "//section[h2[@id='papers']]//p[@class='titled']")
    assert len(shaping) == 4
    assert shaping[0].startswith("Robots that fold laundry")
    assert "liked on 23 January" in words(page)
    assert "less like this, 22 April" in words(page)
    # Whom a screen reader tells of a button is told of what.
    for button in document.xpath("//button[@form='rows']"):
        assert button.get("value") in button.text_content() or button.get("name") == "unlike"


@pytest.mark.usefixtures("liked")
def test_a_word_is_struck_out_with_one_button_and_taken_back_with_another(
    client: FlaskClient, store: Store, reader: Subscriber, path: str
) -> None:
    first = buttons(client, path, "strike")[0]
    answer = client.post(path, data={"strike": first}, follow_redirects=True)
    assert DONE["strike"] in words(answer)
    assert len(of(store, reader).struck) == 1
    assert first not in buttons(client, path, "strike")
    (back,) = buttons(client, path, "back")
    answer = client.post(path, data={"back": back}, follow_redirects=True)
    assert DONE["back"] in words(answer)
    assert of(store, reader) == NOTHING
    assert first in buttons(client, path, "strike")


@pytest.mark.usefixtures("liked")
def test_a_typed_word_is_pinned_and_shown_as_it_was_typed(
    client: FlaskClient, store: Store, reader: Subscriber, path: str
) -> None:
    answer = client.post(path, data={"do": "pin", "word": "Radiance Fields"}, follow_redirects=True)
    assert DONE["pin"] in words(answer)
    assert of(store, reader).pinned == {"radiance field"}
    assert buttons(client, path, "back") == ["Radiance Fields"]
    client.post(path, data={"do": "strike", "word": "radiance  fields"})
    assert of(store, reader).struck == {"radiance field"}


@pytest.mark.usefixtures("liked")
def test_a_like_is_taken_back(client: FlaskClient, store: Store, reader: Subscriber, path: str) -> None:
    assert buttons(client, path, "unlike") == ["3", "1", "7", "13"]
    client.post(path, data={"unlike": "7"})
    assert buttons(client, path, "unlike") == ["3", "1", "13"]
    assert store.votes.of(reader.id, [7])[7].liked == 0


@pytest.mark.usefixtures("liked")
def test_a_reset_asks_first_and_keeps_what_was_typed_and_known(
    client: FlaskClient, store: Store, reader: Subscriber, path: str
) -> None:
    client.post(path, data={"do": "pin", "word": "lidar"})
    where = path.replace("/learned", "/reset")
    before = rows(store)
    asked = client.get(where)
    assert "What you typed into the topic stays" in words(asked)
    assert rows(store) == before
    answer = client.post(where, follow_redirects=True)
    assert DONE["reset"] in words(answer)
    assert "Nothing yet" in words(answer)
    assert "Reset on 23 April" in words(answer)
    assert of(store, reader) == Corrected(reset_at=NOW)
    found = store.subscribers.find(READER.email)
    assert found is not None
    assert found.subscriber.topics == READER.topics
    assert store.tastes.of([reader.id])[reader.id].known == {1, 3, 7, 13}


@pytest.mark.usefixtures("liked")
def test_looking_changes_nothing(client: FlaskClient, store: Store, path: str, overview: str) -> None:
    before = rows(store)
    for where in (path, path.replace("/learned", "/reset"), f"{path}?done=reset", overview):
        for _ in range(2):
            assert client.get(where).status_code == 200
            assert client.head(where).status_code == 200
    assert client.put(path).status_code == 405
    assert rows(store) == before


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"do": "strike", "word": ""}, "Say which word."),
        ({"do": "pin", "word": "of the"}, "tells no papers apart"),
        ({"do": "pin", "word": "graph neural networks"}, "is too long"),
        ({"do": "pin", "word": "x" * 300}, "300 characters long"),
        ({"do": "strike", "word": WORST_TITLE}, "is too long"),
    ],
)
def test_what_cannot_be_a_correction_is_said_beside_the_field(
    client: FlaskClient, store: Store, path: str, data: dict[str, str], sentence: str
) -> None:
    before = rows(store)
    answer = client.post(path, data=data)
    assert answer.status_code == 422
    assert sentence in faults(answer)["word"]
    harmless(answer)
    assert rows(store) == before


@pytest.mark.parametrize(
    "data",
    [
        {}, {"do": "everything", "word": "x"}, {"do": "unlike", "word": "1"}, {"unlike": "1; drop table"},
        {"unlike": "9" * 40}, {"unlike": "²"}, {"reset": "1"},
    ],
)  # fmt: skip
@pytest.mark.usefixtures("liked")
def test_a_post_that_says_nothing_clear_changes_nothing(
    client: FlaskClient, store: Store, path: str, data: dict[str, str]
) -> None:
    before = rows(store)
    assert client.post(path, data=data).status_code == (303 if data == {"do": "unlike", "word": "1"} else 400)
    if data != {"do": "unlike", "word": "1"}:
        assert rows(store) == before


def test_what_is_already_so_may_be_said_again(client: FlaskClient, store: Store, path: str) -> None:
    for _ in range(2):
        assert client.post(path, data={"back": "lidar"}).status_code == 303
        assert client.post(path, data={"unlike": "29"}).status_code == 303
    assert client.post(path, data={"strike": "lidar"}).status_code == 303
    before = rows(store)
    assert client.post(path, data={"strike": "lidar"}).status_code == 303
    assert rows(store) == before


def test_only_their_own_topics_and_only_while_they_stay(
    client: FlaskClient, desk: Desk, store: Store, overview: str, path: str
) -> None:
    store.subscribers.add(Admission(subscriber=Subscriber(email="bo@example.org")))
    other = store.subscribers.find("bo@example.org")
    assert other is not None
    theirs = f"/p/{desk.signer.token('preferences', other.subscriber.id)}/topics/{VISION.ref}"
    for where in (f"{theirs}/learned", f"{theirs}/reset", f"{overview}/topics/new/learned"):
        assert client.get(where).status_code == 404
        assert client.post(where, data={"strike": "nerf"}).status_code == 404
    vote = f"/p/{desk.signer.token('vote', 1)}/topics/{VISION.ref}/learned"
    assert client.get(vote).status_code == 404
    store.subscribers.set_status("ada@example.org", "left", at=NOW, evidence="a test")
    assert client.get(path).status_code == 409
    assert client.post(path, data={"strike": "nerf"}).status_code == 409
    assert store.corrections.of([1, 2]) == {}


def test_a_renamed_topic_keeps_its_page_and_its_corrections(
    client: FlaskClient, store: Store, reader: Subscriber, path: str
) -> None:
    client.post(path, data={"do": "strike", "word": "medical images"})
    renamed = dataclasses.replace(VISION, name="Seeing", key=VISION.ref)
    store.subscribers.add(Admission(subscriber=dataclasses.replace(READER, topics=(renamed, LANGUAGE))))
    page = client.get(path)
    assert "What “Seeing” has learned" in words(page)
    assert buttons(client, path, "back") == ["medical images"]


def test_the_topic_and_the_overview_lead_there(client: FlaskClient, overview: str, path: str) -> None:
    for where in (overview, f"{overview}/topics/{VISION.ref}"):
        assert parsed(client.get(where)).xpath(f"//main//a[@href='{path}']")


@pytest.mark.usefixtures("liked")
def test_hostile_words_are_words(client: FlaskClient, store: Store, reader: Subscriber, path: str) -> None:
    store.votes.like(reader.id, 30, value=1, topic=VISION.ref, at=NOW)
    for typed in ("<b>nerf</b>", '"onclick=x', "{{7*7}} nerf"):
        client.post(path, data={"do": "strike", "word": typed})
    harmless(client.get(path))


def test_every_page_asks_the_same_number_of_statements(
    client: FlaskClient, store: Store, reader: Subscriber, path: str
) -> None:
    def asked() -> int:
        with statements(store.database._engine) as told:
            client.get(path)
        return len(told)

    store.votes.like(reader.id, 1, value=1, topic=VISION.ref, at=NOW)
    store.corrections.put(reader.id, VISION.ref, "lidar", words="lidar", value=1, at=NOW)
    few = asked()
    for number in range(2, 25):
        store.votes.like(reader.id, number, value=1, topic=VISION.ref, at=NOW)
        store.corrections.put(reader.id, VISION.ref, f"w{number}", words="w", value=1, at=NOW)
    assert asked() == few


# ------------------------------------------------------------------------------------------ the words alone


def many(count: int) -> tuple[LessonLike, ...]:
    return tuple(
        LessonLike(paper_id=number, title=f"T{number}", at=NOW - number * DAY, share=0.5)
        for number in range(1, count + 1)
    )


def shown(lesson: Lesson) -> list[str]:
    return list(lesson_words(VISION, lesson, today=NOW.date()).sentences)


@pytest.mark.parametrize(
    ("lesson", "sentences"),
    [
        (BARE, ["Nothing yet: no like or dislike shapes it, so it goes by what was typed alone."]),
        (
            Lesson(likes=many(1), faded=0.0),
            ["Learned from 1 like, of 22 April."],
        ),
        (
            Lesson(likes=many(4), faded=0.7),
            [
                "Learned from 4 likes, the newest of 22 April.",
                "Fading: they count for 30 % of what they did when they were new.",
            ],
        ),
        (
            Lesson(likes=many(1), faded=0.4),
            ["Learned from 1 like, of 22 April.", "It counts for 60 % of what it did when it was new."],
        ),
        (
            Lesson(likes=many(2), faded=0.9999),
            [
                "Learned from 2 likes, the newest of 22 April.",
                "Fading: they count for less than 1 % of what they did when they were new.",
            ],
        ),
        (
            Lesson(likes=(dataclasses.replace(many(1)[0], value=-1),), reset_at=NOW - 200 * DAY),
            [
                "Learned from 1 dislike, of 22 April.",
                "Reset on 5 October 2025: what was liked or disliked up to then does not shape it.",
            ],
        ),
    ],
)
def test_what_was_learned_is_said_in_sentences(lesson: Lesson, sentences: list[str]) -> None:
    assert shown(lesson) == sentences


def test_long_lists_are_folded_and_bounded() -> None:
    lesson = Lesson(
        words_for=tuple((f"word{number}", 1.0 / (number + 1)) for number in range(64)),
        words_against=(("medical", 2.0),),
        likes=many(5000),
    )
    page = lesson_words(Topic(name="T"), lesson, today=NOW.date())
    speaking, against = page.lists
    assert (len(speaking.rows), len(speaking.rest)) == (WORDS_SHOWN, 64 - WORDS_SHOWN)
    assert (against.rows[0].bar, speaking.rows[0].bar, speaking.rest[-1].bar) == (100, 50, 1)
    assert (against.rows[0].may_pin, speaking.rows[0].may_pin) == (False, True)
    assert (len(page.likes), len(page.older)) == (LIKES_SHOWN, LIKES_LISTED - LIKES_SHOWN)
    assert page.older_words == "80 older ones"
    assert page.unlisted == "4,900 more, older still, shape it as well."
