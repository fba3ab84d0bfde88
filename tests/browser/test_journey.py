"""A reader finds the site, subscribes, confirms, tunes, votes from the mail, leaves and comes back."""

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
def test_the_whole_journey(chromium: Browser, place: Place, axe: Path, way: Way) -> None:
    number = next(NUMBERS)
    address = f"reader{number}-{way}@example.org"
    context = chromium.new_context(
        viewport={"width": way.width, "height": 900},
        color_scheme=way.scheme,  # type: ignore[arg-type]
        java_script_enabled=way.script,
        reduced_motion="reduce",
        timezone_id="Europe/Berlin",
        extra_http_headers={
            "X-Forwarded-For": f"192.0.2.{number}"
        },  # each reader sits in a network of their own
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    watch = Watch(page, place.url)
    hands, measured = way.hands, axe if way.script else None

    # Find: today's list, a paper, a search.
    page.goto(place.url)
    look(page, measured)
    hands.press(page, page.get_by_role("link", name="Mirrors that polish themselves").first)
    page.wait_for_url("**/papers/**")
    look(page, measured)
    hands.write(page, page.get_by_role("searchbox").first, "bicycle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.get_by_role("link", name="A radio telescope out of bicycle wheels").count() >= 1
    look(page, measured)

    # Preview and subscribe.
    hands.press(page, page.get_by_role("navigation").get_by_role("link", name="Subscribe"))
    page.wait_for_url("**/subscribe**")
    hands.write(page, page.get_by_label("Words and phrases"), "telescope")
    if not way.script:
        hands.press(page, page.get_by_role("button", name="Try"))
    page.locator("#trial").get_by_role("link").first.wait_for()
    if way.script:
        assert page.get_by_label("In the time zone").input_value() == "Europe/Berlin"
        assert not page.get_by_role("button", name="Try").is_visible()
    look(page, measured)
    hands.choose(page, page.get_by_label("How often"), "Every day")
    hands.write(page, page.get_by_label("Your mail address"), "no address")
    hands.press(page, page.get_by_role("button", name="Send me the confirmation"))
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Words and phrases").input_value().strip() == "telescope"
    look(page, measured)
    hands.write(page, page.get_by_label("Your mail address"), address)
    hands.press(page, page.get_by_role("button", name="Send me the confirmation"))
    page.get_by_role("heading", name="Look into your mail").wait_for()
    look(page, measured)

    # Confirm from the mail in the outbox.
    (confirm, *_) = links(place.note_to(address), path="/c/")
    page.goto(confirm)
    look(page, measured)
    hands.press(page, page.locator("main").get_by_role("button").first)
    page.get_by_role("link", name="Your topics, times and address").wait_for()
    look(page, measured)

    # Preferences: another topic, deleted, brought back.
    hands.press(page, page.get_by_role("link", name="Your topics, times and address"))
    page.get_by_role("heading", name="Your digest", exact=True).wait_for()
    look(page, measured)
    hands.press(page, page.get_by_role("link", name="Add a topic"))
    page.get_by_label("Words and phrases").wait_for()
    look(page, measured)
    hands.write(page, page.get_by_label("Words and phrases"), "clouds")
    hands.press(page, page.locator("main").get_by_role("button", name="Save").or_(
        page.locator("main").get_by_role("button", name="Add")
    ).locator("visible=true").first)  # fmt: skip
    page.get_by_role("link", name="Clouds", exact=True).wait_for()
    hands.press(page, page.get_by_role("button", name="Delete Clouds"))
    page.get_by_role("button", name="Undo").wait_for()
    assert page.get_by_role("link", name="Clouds", exact=True).count() == 0
    look(page, measured)
    hands.press(page, page.get_by_role("button", name="Undo"))
    page.get_by_role("link", name="Clouds", exact=True).wait_for()

    # Vote from the mail, and take it back.
    mail = place.digest_to(address)
    (more, *_) = links(mail, path="do=more")
    page.goto(more)
    look(page, measured)
    hands.press(page, page.get_by_role("button", name="More like this"))
    page.get_by_role("button", name="Take").first.wait_for()
    look(page, measured)
    hands.press(page, page.get_by_role("button", name="Take").first)
    page.get_by_role("button", name="More like this").wait_for()
    hands.press(page, page.get_by_role("button", name="Upvote"))
    page.get_by_role("button", name="Take").first.wait_for()

    # Look back: the mail in a browser.
    (edition, *_) = links(mail, path="/e/")
    page.goto(edition)
    look(page, measured)

    # Leave by the link in the body, and come back.
    (leave, *_) = links(mail, path="/u/")
    page.goto(leave)
    look(page, measured)
    hands.press(page, page.get_by_role("button", name="Leave: no more mail"))
    page.get_by_role("heading", name="Changed your mind?").wait_for()
    look(page, measured)
    listed = place.digest("subscribers", "show", address, "--json").json
    assert listed["status"] == "left"
    hands.press(page, page.locator("main form").last.get_by_role("button"))
    page.get_by_role("button", name="Leave: no more mail").wait_for()
    assert place.digest("subscribers", "show", address, "--json").json["status"] == "active"

    assert watch.complaints == []
    context.close()
