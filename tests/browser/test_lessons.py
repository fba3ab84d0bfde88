"""A reader likes a paper, reads what the topic learned from it, corrects that, and has it forgotten."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.browser.hands import WAYS, Watch, Way, look
from tests.browser.place import links

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.place import Place

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(1)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_was_learned_is_read_and_corrected(chromium: Browser, place: Place, axe: Path, way: Way) -> None:
    number = next(NUMBERS)
    address = f"learner{number}-{way}@example.org"
    added = place.digest(
        "subscribers", "add", address, "--topic", "Sky: telescope", "--agreed-where", "a test"
    )
    assert added.code == 0, added.err
    mail = place.digest_to(address)
    context = chromium.new_context(
        viewport={"width": way.width, "height": 900},
        color_scheme=way.scheme,  # type: ignore[arg-type]
        java_script_enabled=way.script,
        extra_http_headers={"X-Forwarded-For": f"198.51.100.{number}"},
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    watch = Watch(page, place.url)
    hands, measured = way.hands, axe if way.script else None

    page.goto(links(mail, path="do=more")[0])
    hands.press(page, page.get_by_role("button", name="More like this"))
    page.get_by_role("status").wait_for()
    page.goto(links(mail, path="/p/")[0])
    look(page, measured)
    hands.press(page, page.get_by_role("link", name="What it learned for Sky"))
    page.get_by_role("heading", name="What “Sky” has learned").wait_for()
    look(page, measured)
    assert "Learned from 1 like" in page.inner_text("main")

    # Strike the strongest word out, and take that back.
    button = page.get_by_role("button", name="Strike out ").first
    word = button.get_attribute("value") or ""
    hands.press(page, button)
    page.get_by_role("status").wait_for()
    look(page, measured)
    assert page.get_by_role("button", name=f"Strike out {word}", exact=True).count() == 0
    hands.press(page, page.get_by_role("button", name=f"Take back {word}, struck out"))
    page.get_by_role("button", name=f"Strike out {word}", exact=True).wait_for()

    # Pin a word: one that cannot be, then one that can.
    hands.write(page, page.get_by_label("Another word"), "of")
    hands.press(page, page.get_by_role("button", name="Pin it"))
    page.get_by_role("alert").wait_for()
    look(page, measured)
    hands.write(page, page.get_by_label("Another word"), "comets")
    hands.press(page, page.get_by_role("button", name="Pin it"))
    page.get_by_role("button", name="Take back comets, pinned").first.wait_for()
    look(page, measured)

    # Forget it all.
    hands.press(page, page.get_by_role("link", name="Forget all that it has learned"))
    page.get_by_role("heading", name="Forget what “Sky” has learned").wait_for()
    look(page, measured)
    hands.press(page, page.get_by_role("button", name="Forget all that it has learned"))
    page.get_by_role("status").wait_for()
    assert "Nothing yet" in page.inner_text("main")
    assert page.get_by_role("button", name="Take back ").count() == 0
    look(page, measured)
    assert watch.complaints == []
    context.close()
