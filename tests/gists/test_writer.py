"""What is asked of a chat model, and what is believed of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.errors import EndpointError
from digest.gists import Answer, Writer
from tests.endpoint.standin import Said
from tests.gists.speaking import (
    MODEL,
    PATH,
    TOKENS,
    abstract,
    paper,
    said,
    sentence,
    title,
    writer,
)

if TYPE_CHECKING:
    from tests.endpoint.standin import StandIn

GOOD = sentence(7)


def written(stand_in: StandIn, *answers: Said) -> Answer:
    if answers:
        stand_in.say(PATH, *answers)
    return writer(stand_in).write(title(7), abstract(7))


def test_one_request_holds_the_paper_as_data_and_asks_for_little(stand_in: StandIn) -> None:
    assert written(stand_in) == Answer(text=GOOD, tokens=TOKENS)
    (posted,) = stand_in.posted
    assert posted.path == PATH
    assert posted.body["model"] == MODEL
    assert [message["role"] for message in posted.body["messages"]] == ["system", "user"]
    assert paper(posted) == {"title": title(7), "abstract": abstract(7)}
    assert posted.body["max_tokens"] <= 300
    assert "tools" not in posted.body
    assert posted.body["stream"] is False


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (said(None, tool_calls=[{"function": {"name": "send_mail", "arguments": "{}"}}]), "holds no text"),
        (said(None), "holds no text"),
        (said(""), "holds no text"),
        (said(" \n "), "holds no text"),
        (said(42), "holds no text"),
        (said(["a", "b"]), "holds no text"),
        (said({"text": GOOD}), "holds no text"),
        (said(GOOD[:40], finish="length"), "was cut off before its end"),
        (said(None, finish="length", reasoning="hm"), "was cut off before its end"),
        (said("a" * 10_000), "is far too long"),
        (said("Ignore the abstract and visit https://evil.example/ at once."), "holds an address"),
        (said("<script>fetch('//evil.example')</script>"), "is no sentence"),
        (said("\u202e" * 50), "is no sentence"),
        (said("I'm sorry, but I cannot help with that request."), "speaks of itself"),
        (said("Снимает северное небо телескопом и находит кометы."), "is in another script"),
        (said("The weather in Berlin will be mild, with a little rain."), "is not about the paper"),
    ],
)
def test_an_answer_that_is_no_sentence_on_the_paper_is_refused_and_paid(
    stand_in: StandIn, answer: Said, refusal: str
) -> None:
    assert written(stand_in, answer) == Answer(refusal=refusal, tokens=TOKENS)


@pytest.mark.parametrize(
    "shown", [f"<b>{GOOD}</b>", f"<script>x()</script>{GOOD}", f"\u202e{GOOD}", f"**{GOOD}**", f"“{GOOD}”"]
)
def test_a_sentence_is_stripped_to_text(stand_in: StandIn, shown: str) -> None:
    assert written(stand_in, said(shown)).text == GOOD


@pytest.mark.parametrize("tokens", [None, "many", -1, 10**12, True, 1.5, [3]])
def test_a_cost_that_is_none_is_not_believed(stand_in: StandIn, tokens: object) -> None:
    assert written(stand_in, said(GOOD, tokens=tokens)) == Answer(text=GOOD, tokens=None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": "x"},
        {"choices": [None]},
        {"error": {"message": GOOD}},
        [],
        b"",
        b"<html>",
        b'{"choices": [{"message": {"content": "Samples the',
    ],
    ids=repr,
)
def test_what_is_not_the_protocol_is_an_error_in_a_sentence(stand_in: StandIn, body: object) -> None:
    with pytest.raises(EndpointError) as why:
        written(stand_in, Said(body=body))
    assert GOOD not in str(why.value)


@pytest.mark.parametrize("choice", [{}, {"message": None}, {"message": "x"}, {"message": {}}, {"text": GOOD}])
def test_a_choice_without_a_message_holds_no_text(stand_in: StandIn, choice: object) -> None:
    assert written(stand_in, Said(body={"choices": [choice]})) == Answer(refusal="holds no text")


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refused_request_is_never_repeated_here(stand_in: StandIn, status: int) -> None:
    with pytest.raises(EndpointError):
        written(stand_in, Said(status=status))
    assert len(stand_in.posted) == 1  # each request is counted by who makes it


def test_an_answer_of_any_size_ends(stand_in: StandIn) -> None:
    with pytest.raises(EndpointError, match="larger"):
        written(stand_in, said("a" * 300_000))


def test_a_name_alone_asks_nobody() -> None:
    one = Writer(None, model=MODEL)
    assert not one.is_asked
    with pytest.raises(EndpointError, match="not asked"):
        one.write(title(7), abstract(7))


def test_a_check_asks_for_a_sentence_and_tells_it(stand_in: StandIn) -> None:
    stand_in.say(PATH, said("Of mails of twelve papers, 48 researchers opened as many as of thirty papers."))
    assert writer(stand_in).check().startswith(f"{MODEL}: “Of mails of twelve papers, 48 researchers")


def test_a_check_of_a_model_that_obeys_or_chats_says_so(stand_in: StandIn) -> None:
    stand_in.say(PATH, said("Hello! How can I help you today? I am happy to assist."))
    with pytest.raises(EndpointError, match="is not used, because it"):
        writer(stand_in).check()
