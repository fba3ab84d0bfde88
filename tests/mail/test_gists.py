"""A model's sentence in a mail: whose it is is said, and each edition says its own."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from digest.mail.cards import card_key, card_words
from digest.mail.compile import compile_mail
from digest.model import Gist, Section
from tests.mail.editions import PAPERS, SITE, item, letter, paper

if TYPE_CHECKING:
    from digest.mail.site import Letter
    from digest.mail.templates import Templates

SAID = Gist(text="Splats are pruned to a budget.", model="llama3.2")
HOSTILE = Gist(text="<script>alert(1)</script> & [each] {{ x }}\u202e", model="<b>m</b>\r\nBcc: x")


def written(gist: Gist | None) -> Letter:
    return letter(Section(kind="topic", title="T", items=(dataclasses.replace(item(1), gist=gist),)))


def both(templates: Templates, *letters: Letter) -> list[tuple[str, str]]:
    """Text and HTML of each, out of one compiled mail."""
    mail = compile_mail(templates, SITE, [one.edition for one in letters], PAPERS)
    found = []
    for one in letters:
        parsed = message_from_bytes(mail.compose(one).raw, policy=policy.default)
        text, html = (part.get_content() for part in parsed.iter_parts())  # type: ignore[union-attr]
        found.append((" ".join(text.split()), html))
    return found


def test_a_sentence_stands_in_place_of_the_abstract_with_its_model(templates: Templates) -> None:
    ((text, html),) = both(templates, written(SAID))
    assert "Splats are pruned to a budget. (AI summary by llama3.2)" in text
    assert html.count("AI summary by llama3.2") == 1


def test_editions_of_one_run_say_each_its_own(templates: Templates) -> None:
    other = Gist(text="Splats are few.", model="qwen3")
    (first, _), (second, _), (third, _) = both(templates, written(SAID), written(other), written(None))
    assert (SAID.text in first, other.text in second) == (True, True)
    assert SAID.text not in second + third
    assert other.text not in first + third
    assert "AI summary" not in third


def test_whatever_was_kept_is_shown_as_text(templates: Templates) -> None:
    ((text, html),) = both(templates, written(HOSTILE))
    assert "<script>alert" not in html
    assert "<b>m</b>" not in html
    assert "\u202e" not in html + text


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("llama3.2", "AI summary by llama3.2"),
        ("meta-llama/Llama-3.1-8B-Instruct", "AI summary by Llama-3.1-8B-Instruct"),
        ("models/", "AI summary by models/"),
        ("a-model-of-a-name-that-goes-on-and-on", "AI summary by a-model-of-a-name-that-goes…"),
    ],
)
def test_a_model_is_named_as_shortly_as_it_can_be_told(model: str, words: str) -> None:
    known = paper(1, "T", "A.", "B")
    one = dataclasses.replace(item(1), gist=Gist(text="Says it.", model=model))
    assert card_words(known, card_key(one, year=2026)).gist_by == words
