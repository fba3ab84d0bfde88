"""Pictures of a mail, as a browser shows it: light and dark, on a desk and on a phone.

    python docs/make_screenshots.py [MAIL.html] [--out docs/images]

Without a file it takes the sample mail of the test suite (tests/golden/rich.html), whose papers are made up.
Needs Chromium (`--browser` names another program that takes the same options).
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One picture: its name, the window in CSS pixels, the reader's colour scheme."""

    name: str
    width: int
    height: int
    dark: bool


VIEWS = (
    View(name="mail-light", width=640, height=980, dark=False),
    View(name="mail-dark", width=640, height=980, dark=True),
    View(name="mail-phone-light", width=360, height=780, dark=False),
    View(name="mail-phone-dark", width=360, height=780, dark=True),
)


def screenshot(page: Path, picture: Path, *, view: View, browser: str) -> None:
    """Render `page` into `picture` (PNG, two pixels a CSS pixel)."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--force-device-scale-factor=2",
                f"--blink-settings=preferredColorScheme={0 if view.dark else 1}",
                f"--user-data-dir={profile}",
                f"--window-size={view.width},{view.height}",
                f"--screenshot={picture.resolve()}",
                page.resolve().as_uri(),
            ],
            check=True,
            timeout=120,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def main() -> int:
    """Make all the pictures; 1 if there is no browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("mail", type=Path, nargs="?", default=ROOT / "tests" / "golden" / "rich.html")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("google-chrome"))
    chosen = parser.parse_args()
    if not chosen.browser:
        print("docs/make_screenshots.py: no Chromium found; install it, or name one with --browser")
        return 1
    chosen.out.mkdir(parents=True, exist_ok=True)
    for view in VIEWS:
        picture = chosen.out / f"{view.name}.png"
        screenshot(chosen.mail, picture, view=view, browser=chosen.browser)
        print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
