"""Every page, at two widths, light and dark: nothing that axe complains of, nothing beside the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.hands import Watch, look
from tests.browser.place import PASSWORD, links

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.place import Place

pytestmark = pytest.mark.browser
ADDRESS = "looker@example.org"


@pytest.fixture(scope="module")
def signed(place: Place) -> list[str]:
    """The pages that a reader's mail leads to, and an editor's."""
    added = place.digest(
        "subscribers", "add", ADDRESS, "--topic", "Sky: telescope", "--agreed-where", "a test"
    )
    assert added.code == 0, added.err
    mail = place.digest_to(ADDRESS)
    found = [links(mail, path=path)[0] for path in ("/u/", "/p/", "/e/", "do=more", "do=upvote")]
    preferences = next(one for one in found if "/p/" in one)
    editor = place.digest("editors", "add", "Ada")
    assert editor.code == 0, editor.err
    link = place.digest("editors", "link", "Ada").out.split()[-1]
    below = ("/topics/new", "/move", "/erase", "/editions")
    return [*found, *(preferences + path for path in below), link]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wrong_on_any_page(
    chromium: Browser, place: Place, axe: Path, signed: list[str], width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch(page, place.url)
    page.goto(place.url)
    paper = page.locator("main h2 a, main h3 a").first.get_attribute("href")
    assert paper is not None
    public = (
        "/", "/?sort=new", paper, "/search", "/search?q=telescope", "/search?q=telescope&by=meaning",
        "/subscribe", "/archive", "/link", "/date/2020-01-01", "/papers/2604.99999", "/nowhere", "/p/wrong",
    )  # fmt: skip
    for path in (*(place.url + one for one in public), *signed):
        page.goto(path)
        look(page, axe)
    page.goto(f"{place.url}/operator/login")
    look(page, axe)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Show me the figures").click()
    page.get_by_role("heading", name="Sources").wait_for()
    look(page, axe)
    for folded in page.get_by_role("group").all():
        folded.locator("summary").click()
    look(page, axe)
    for path in ("/operator/deliveries", "/operator/subscribers"):
        page.goto(place.url + path)
        look(page, axe)
    assert watch.complaints == []
    context.close()
