"""`digest editors`: who may choose for the community's list, and the link that lets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.links import Signer
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

    Digest = Callable[..., Said]


def with_site_url(folder: Path, url: str) -> None:
    path = folder / "digest.toml"
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("url = ")]
    at = lines.index("[site]")
    path.write_text("\n".join([*lines[: at + 1], f'url = "{url}"', *lines[at + 1 :]]), encoding="utf-8")


def test_an_editor_comes_and_goes(digest: Digest) -> None:
    assert "Nobody is an editor yet" in digest("editors", "list").out
    assert digest("editors", "add", "Eve Sample").out.startswith("Eve Sample: is an editor now")
    assert digest("editors", "add", "Fay").code == 0
    said = digest("editors", "list").out
    assert "Eve Sample" in said
    assert digest("editors", "end", "Fay").out == "Fay: is no editor any more; what they chose stays\n"
    rows = digest("editors", "list", "--json").json
    assert [(row["name"], row["ended_at"] is None) for row in rows] == [("Eve Sample", True), ("Fay", False)]


def test_the_list_is_the_same_bytes_for_the_same_state_and_holds_no_link(digest: Digest) -> None:
    digest("editors", "add", "Eve")
    first = digest("editors", "list", "--json")
    assert digest("editors", "list", "--json").out == first.out
    assert set(first.json[0]) == {"id", "name", "since", "ended_at"}


def test_the_link_is_signed_and_always_the_same(digest: Digest, folder: Path) -> None:
    with_site_url(folder, "https://digest.example.org/papers/")
    digest("editors", "add", "Eve")
    link = digest("editors", "link", "Eve").out.strip()
    assert digest("editors", "link", "Eve").out.strip() == link
    lead, _, token = link.rpartition("/")
    assert lead == "https://digest.example.org/papers/editor"
    text = (folder / "digest.toml").read_text(encoding="utf-8")
    secret = next(line for line in text.split("\n") if line.startswith("secret")).split('"')[1]
    assert Signer(secret).read("editor", token) == 1
    assert Signer(secret).read("vote", token) is None


def test_one_who_comes_back_has_another_link(digest: Digest, folder: Path) -> None:
    with_site_url(folder, "https://digest.example.org")
    links = []
    for _ in range(2):
        digest("editors", "add", "Eve")
        links.append(digest("editors", "link", "Eve").out)
        digest("editors", "end", "Eve")
    assert links[0] != links[1]
    assert digest("editors", "link", "Eve").code == 2


def test_without_an_address_there_is_no_link_and_it_is_said_why(digest: Digest, folder: Path) -> None:
    path = folder / "digest.toml"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(line for line in lines if not line.startswith("url = ")), encoding="utf-8")
    digest("editors", "add", "Eve")
    said = digest("editors", "link", "Eve")
    assert (said.code, said.out) == (2, "")
    assert "site.url: is not set" in said.err


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_what_is_no_name_is_refused(digest: Digest, folder: Path, name: str) -> None:
    said = digest("editors", "add", name)
    assert said.code == 2
    assert "is not a name" in said.err
    with Store.open(f"sqlite:///{folder / 'digest.db'}") as store:
        assert store.editors.everyone() == []


def test_a_name_is_cleaned_and_one_that_is_taken_or_unknown_is_told(digest: Digest) -> None:
    assert digest("editors", "add", "Eve\r\nBcc: x\u202e").out.startswith("Eve Bcc: x: is an editor now")
    assert "is an editor already" in digest("editors", "add", "Eve Bcc: x").err
    for command in ("link", "end"):
        said = digest("editors", command, "Nobody")
        assert (said.code, said.out) == (2, "")
        assert "Nobody: no such editor" in said.err
