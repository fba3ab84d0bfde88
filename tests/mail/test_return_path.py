"""The envelope's sender, which can name the delivery (VERP)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import AddressError
from digest.mail.addresses import delivery_of, return_path, verp
from tests.mail.editions import SITE, VISION, composed, letter

if TYPE_CHECKING:
    from digest.mail.templates import Templates

PATH = "bounces+{delivery}@example.org"
ID = "00d1e2f3a4b5c6d7"


def test_the_envelope_names_the_delivery_and_the_mail_itself_does_not_say_so(templates: Templates) -> None:
    one = letter(VISION, delivery_id=ID)
    plain = composed(templates, one, site=dataclasses.replace(SITE, return_path="bounces@example.org"))
    named = composed(templates, one, site=dataclasses.replace(SITE, return_path=PATH))
    assert (plain.sender, named.sender) == ("bounces@example.org", f"bounces+{ID}@example.org")
    assert b"bounces" not in plain.raw + named.raw


def test_every_delivery_has_a_sender_of_its_own(templates: Templates) -> None:
    site = dataclasses.replace(SITE, return_path=PATH)
    senders = {
        composed(templates, letter(VISION, delivery_id=f"{n:016x}"), site=site).sender for n in range(3)
    }
    assert senders == {f"bounces+{n:016x}@example.org" for n in range(3)}


@given(
    st.integers(0, 2**64 - 1), st.sampled_from([PATH, "{delivery}@b.example", "b.{delivery}.x@example.org"])
)
@settings(max_examples=40)
def test_what_comes_back_names_its_delivery_in_any_case(number: int, path: str) -> None:
    address = verp(path, f"{number:016x}")
    assert return_path(path) == path
    assert delivery_of(address, path) == delivery_of(address.upper(), path) == f"{number:016x}"


@pytest.mark.parametrize(
    "address",
    [
        "bounces@example.org", f"bounces+{ID}@example.com", f"bounces+{ID[:-1]}@example.org",
        f"bounces+{ID}0@example.org", f"xbounces+{ID}@example.org", "bounces+00d1e2f3a4b5c6dg@example.org",
        "", "bounces+@example.org", f"bounces+{ID}@example.org.evil.example", f"bounces+{ID}@example.org\n",
    ],
)  # fmt: skip
def test_other_addresses_name_none(address: str) -> None:
    assert delivery_of(address, PATH) is None


def test_a_path_without_a_place_names_none() -> None:
    assert delivery_of("bounces@example.org", "bounces@example.org") is None
    assert delivery_of(f"bounces+{ID}@example.org", "bounces@example.org") is None


@pytest.mark.parametrize(
    "path",
    [
        "bounces+{delivery}{delivery}@example.org", "bounces+{delivry}@example.org",
        "bounces@{delivery}.example", "bounces+{@example.org", "b" * 50 + "+{delivery}@example.org",
        "bounces+{delivery}", "{delivery}@",
    ],
)  # fmt: skip
def test_a_path_that_no_envelope_can_carry_is_refused(path: str, templates: Templates) -> None:
    with pytest.raises(AddressError):
        dataclasses.replace(SITE, return_path=path).checked()
