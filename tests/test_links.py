"""Signed links: nobody else writes one, and none outlives its purpose."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.links import Signer

SECRET = "correct-horse-battery-staple-0001"
SIGNER = Signer(SECRET)
IDS = st.integers(min_value=1, max_value=2**63 - 1)
PURPOSES = st.sampled_from(["unsubscribe", "confirm", "prefer", "vote"])


@settings(max_examples=50)
@given(purpose=PURPOSES, subscriber_id=IDS)
def test_token_is_read_back_short_and_safe_in_a_url(purpose: str, subscriber_id: int) -> None:
    token = SIGNER.token(purpose, subscriber_id)
    assert SIGNER.read(purpose, token) == subscriber_id
    assert len(token) <= 40
    assert re.fullmatch(r"[a-z0-9-]+[a-z0-9]", token)


@settings(max_examples=60)
@given(subscriber_id=IDS, data=st.data())
def test_any_single_character_change_is_refused(subscriber_id: int, data: st.DataObject) -> None:
    token = SIGNER.token("unsubscribe", subscriber_id)
    place = data.draw(st.integers(min_value=0, max_value=len(token) - 1))
    character = data.draw(st.sampled_from(string.printable) | st.characters())
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        assert SIGNER.read("unsubscribe", changed) is None


def test_every_change_of_the_last_character_is_refused() -> None:
    token = SIGNER.token("unsubscribe", 7)
    others = set(string.ascii_letters + string.digits + "-_=") - {token[-1]}
    assert [SIGNER.read("unsubscribe", token[:-1] + other) for other in others] == [None] * len(others)


@settings(max_examples=40)
@given(text=st.text(max_size=60))
def test_words_that_nobody_signed_are_refused(text: str) -> None:
    assert SIGNER.read("unsubscribe", text) is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token + "=",
        lambda token: "0" + token,
        lambda token: token.upper(),
        lambda token: token.replace("-", "--"),
        lambda token: token[:-1],
        lambda token: "z" * 5000 + token,
        lambda token: "",
    ],
)
def test_a_token_has_one_spelling(harm) -> None:
    assert SIGNER.read("unsubscribe", harm(SIGNER.token("unsubscribe", 35))) is None


@settings(max_examples=30)
@given(subscriber_id=IDS, made_for=PURPOSES, used_for=PURPOSES)
def test_token_serves_its_own_purpose_only(subscriber_id: int, made_for: str, used_for: str) -> None:
    read = SIGNER.read(used_for, SIGNER.token(made_for, subscriber_id))
    assert read == (subscriber_id if made_for == used_for else None)


def test_signature_of_one_subscriber_does_not_serve_another() -> None:
    mine, signature = SIGNER.token("unsubscribe", 10).split("-")
    assert mine == "a"
    assert SIGNER.read("unsubscribe", f"b-{signature}") is None


def test_links_in_old_mails_still_work_after_the_secret_was_changed() -> None:
    old = SIGNER.token("unsubscribe", 42)
    older = Signer("the-one-before-that-0123456789abcd").token("unsubscribe", 42)
    rotated = Signer("a-fresh-secret-0123456789abcdefgh", [SECRET, "the-one-before-that-0123456789abcd"])
    assert rotated.read("unsubscribe", old) == 42
    assert rotated.read("unsubscribe", older) == 42
    assert rotated.token("unsubscribe", 42) not in {old, older}
    assert SIGNER.read("unsubscribe", rotated.token("unsubscribe", 42)) is None


def test_secret_that_is_no_longer_listed_is_refused() -> None:
    assert (
        Signer("a-fresh-secret-0123456789abcdefgh").read("unsubscribe", SIGNER.token("unsubscribe", 42))
        is None
    )


def test_token_is_the_same_each_time_so_that_a_retry_says_the_same() -> None:
    assert SIGNER.token("unsubscribe", 5) == Signer(SECRET).token("unsubscribe", 5)


@pytest.mark.parametrize("subscriber_id", [0, -1, 2**63])
def test_no_token_for_what_is_no_subscriber(subscriber_id: int) -> None:
    with pytest.raises(ValueError, match="64-bit"):
        SIGNER.token("unsubscribe", subscriber_id)


@pytest.mark.parametrize(("secret", "old"), [("", []), (SECRET, [""])])
def test_empty_secret_is_refused(secret: str, old: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"site\.secret"):
        Signer(secret, old)
