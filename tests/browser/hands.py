"""How a person uses a page: with a mouse, or with a keyboard alone. And what must hold of every page."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

TABS = 250  # a page has fewer stops

# What has the focus must show it: by an outline that the page itself does not have without it.
SHOWS_FOCUS = """element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
IS_FOCUSED = "element => element === document.activeElement"


class Mouse:
    """Points and clicks; types into what was clicked."""

    def press(self, page: Page, target: Locator) -> None:
        target.click()

    def write(self, page: Page, target: Locator, text: str) -> None:
        target.click()
        target.fill(text)

    def choose(self, page: Page, target: Locator, words: str) -> None:
        target.select_option(label=words)


class Keyboard:
    """Tab, Enter and letters; never the mouse."""

    def press(self, page: Page, target: Locator) -> None:
        self._reach(page, target)
        page.keyboard.press("Enter")
        page.wait_for_load_state()

    def write(self, page: Page, target: Locator, text: str) -> None:
        self._reach(page, target)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)

    def choose(self, page: Page, target: Locator, words: str) -> None:
        self._reach(page, target)
        page.keyboard.type(words)  # a select goes to the option that begins so
        assert target.evaluate("e => e.selectedOptions[0].label") == words

    def _reach(self, page: Page, target: Locator) -> None:
        target.wait_for()
        for _ in range(TABS):
            if target.evaluate(IS_FOCUSED):
                assert target.evaluate(SHOWS_FOCUS), "what has the focus does not show it"
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by Tab")


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to read the site."""

    hands: Mouse | Keyboard
    width: int
    scheme: str
    script: bool = True

    def __str__(self) -> str:
        hands = type(self.hands).__name__.lower()
        return f"{hands}-{self.width}-{self.scheme}{'' if self.script else '-no-script'}"


WAYS = (
    Way(Mouse(), 1280, "light"),
    Way(Mouse(), 360, "dark"),
    Way(Keyboard(), 1280, "dark"),
    Way(Keyboard(), 360, "light"),
    Way(Mouse(), 360, "light", script=False),
    Way(Mouse(), 1280, "dark", script=False),
)


class Watch:
    """Looks over a page's shoulder: nothing is asked of another host, nothing fails, nothing is refused."""

    def __init__(self, page: Page, url: str) -> None:
        self._url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._told(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _told(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 4" not in text:
            self.complaints.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self._url, "data:", "about:", "blob:")):
            self.complaints.append(f"asked another host: {url}")


def look(page: Page, axe: Path | None) -> None:
    """What must hold of every page: no sideways scrolling, one h1, a title; nothing that axe complains of."""
    assert page.locator("h1").count() == 1, page.url
    assert page.title().strip(), page.url
    if axe is None:
        return  # without a script nothing in the page can be measured
    wide = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"{page.url} scrolls sideways: {wide}"
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    told = [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]
    assert told == [], f"{page.url}: {told}"
