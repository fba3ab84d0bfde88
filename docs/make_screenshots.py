"""Pictures of a mail and of the web side, as a browser shows them: light and dark, on a desk and on a phone.

    .venv/bin/python docs/make_screenshots.py [MAIL.html] [--out docs/images]

Without a file it takes a mail of `digest demo`, whose papers and readers are made up, and looks at
`digest web` with the demo's library, as a process on a free port of this machine. Needs Chromium (`--browser`
names another program that takes the same options) and what `.[dev]` installs.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import re
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "2026-04-22-mira.calloway-obi.html"
WORDS = "gaussian splatting, point cloud, robot manipulation"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One picture of a mail: its name, the window in CSS pixels, the reader's colour scheme."""

    name: str
    width: int
    height: int
    dark: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One picture of a page of the web side, down to the foot of the element `end`. `typed` is written into
    the field of words, and what it would have brought is waited for."""

    name: str
    path: str
    end: str
    width: int = 1280
    dark: bool = False
    typed: str = ""


VIEWS = (  # the heights end below a card
    View(name="mail-light", width=640, height=1072, dark=False),
    View(name="mail-dark", width=640, height=1072, dark=True),
    View(name="mail-phone-light", width=360, height=960, dark=False),
    View(name="mail-phone-dark", width=360, height=960, dark=True),
)
DAY = "/date/2026-04-21"
SIGHTS = (
    Sight(name="web-list", path=DAY, end="article:nth-of-type(4)"),
    Sight(name="web-list-phone-dark", path=DAY, end="article:nth-of-type(2)", width=360, dark=True),
    Sight(name="web-subscribe", path="/subscribe", end=".sample:nth-of-type(4)", typed=WORDS),
    Sight(
        name="web-subscribe-phone-dark", path="/subscribe", end=".sample:nth-of-type(2)", width=360,
        dark=True, typed=WORDS,
    ),
    Sight(name="web-preferences", path="{preferences}", end="#address + p"),
    Sight(name="web-operator", path="/operator?until=2026-04-23", end="#deliveries ~ svg"),
)  # fmt: skip
BROAD = 816  # of a window's 1,280 pixels: the column, without the empty margins beside it


def show_mail(browser: Browser, mail: Path, picture: Path, *, view: View) -> None:
    """Render a mail into `picture` (PNG, two pixels a CSS pixel)."""
    with _page(browser, width=view.width, dark=view.dark) as page:
        page.goto(mail.resolve().as_uri())
        page.screenshot(
            path=picture,
            full_page=True,
            clip={"x": 0, "y": 0, "width": view.width, "height": view.height},
        )


def show_page(browser: Browser, url: str, picture: Path, *, sight: Sight, password: str) -> None:
    """Render a page of the web side at `url` into `picture`."""
    with _page(browser, width=sight.width, dark=sight.dark) as page:
        page.goto(url)
        if page.get_by_label("Password").count():
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Show me the figures").click()
            page.goto(url)
        if sight.typed:
            page.get_by_label("Words and phrases").fill(sight.typed)
        end = page.locator(sight.end).locator("visible=true").first
        end.wait_for()
        box = end.bounding_box()
        if box is None:
            raise ValueError(f"{url}: {sight.end} has no place on the page")
        width = min(sight.width, BROAD)
        page.screenshot(
            path=picture,
            full_page=True,
            clip={
                "x": (sight.width - width) // 2,
                "y": 0,
                "width": width,
                "height": int(box["y"] + box["height"]) + 16,
            },
        )


@contextlib.contextmanager
def _page(browser: Browser, *, width: int, dark: bool) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        device_scale_factor=2,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


@contextlib.contextmanager
def serving(demo: Path, password: str) -> Iterator[str]:
    """`digest web` over the demonstration in that folder; its address. It is ended by its own id."""
    from werkzeug.security import generate_password_hash

    command = [sys.executable, "-m", "digest", "--config", str(demo / "digest.toml"), "web", "--port", "0"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    hashed = {"DIGEST_WEB__OPERATOR_PASSWORD_HASH": generate_password_hash(password)}
    with (demo / "web.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=demo, env={**inherited, **hashed}, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            said = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", said)
            if found is None:
                raise ValueError(f"digest web did not start: {(demo / 'web.log').read_text()}")
            yield found[0]
        finally:
            server.terminate()
            server.communicate(timeout=30)


def shrink(picture: Path) -> None:
    """Rewrite a picture of text with at most 256 colours, which takes a third of the room.

    An 8-bit RGB PNG goes in (RFC 2083), one with a palette comes out. Where there are more colours, the last
    bits of each channel are dropped until there are not.
    """
    raw = picture.read_bytes()
    (width, height), data, at = struct.unpack(">II", raw[16:24]), b"", 8
    if raw[24:26] != b"\x08\x02":
        return  # not what Chromium writes: leave it
    while at < len(raw):
        size, kind = struct.unpack(">I4s", raw[at : at + 8])
        data += raw[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    pixels = _unfiltered(zlib.decompress(data), width, height)
    for bits in range(9):
        coarse = pixels >> bits
        keys = (coarse[:, 0].astype(np.uint32) << 16) | (coarse[:, 1].astype(np.uint32) << 8) | coarse[:, 2]
        found, where, count = np.unique(keys, return_inverse=True, return_counts=True)
        if len(found) <= 256:
            break
    means = [np.bincount(where, weights=pixels[:, channel]) / count for channel in range(3)]
    palette = np.stack(means, axis=1).round().astype(np.uint8)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = where.reshape(height, width)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    picture.write_bytes(
        raw[:8]
        + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in chunks
        )
    )


def _unfiltered(data: bytes, width: int, height: int) -> np.ndarray:
    """The pixels (width × height, 3) of filtered rows (RFC 2083, 6)."""
    step, above, rows = width * 3, bytes(width * 3), []
    for start in range(0, height * (step + 1), step + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + step])
        for i in range(step):
            left, up = row[i - 3] if i >= 3 else 0, above[i]
            corner = above[i - 3] if i >= 3 else 0
            guess = left + up - corner
            nearest = min(
                (abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)
            )
            row[i] = (row[i] + (0, left, up, (left + up) // 2, nearest[2])[kind]) & 255
        above = bytes(row)
        rows.append(above)
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, 3)


def main() -> int:
    """Make all the pictures; 1 if there is no browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("mail", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("google-chrome"))
    chosen = parser.parse_args()
    if not chosen.browser:
        print("docs/make_screenshots.py: no Chromium found; install it, or name one with --browser")
        return 1
    from playwright.sync_api import sync_playwright

    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=list(FLAGS))
        for picture in _pictures(browser, chosen.mail, Path(folder) / "demo", chosen.out):
            shrink(picture)
            print(f"{picture}: {picture.stat().st_size // 1000} kB", flush=True)
        browser.close()
    return 0


def _pictures(browser: Browser, mail: Path | None, demo: Path, out: Path) -> Iterator[Path]:
    """Make one picture after the other: of that mail alone, or of the demonstration."""
    from digest.demo.mornings import demonstrate

    if mail is None:
        demonstrate(demo)
    shown = mail or demo / SAMPLE
    for view in VIEWS:
        show_mail(browser, shown, out / f"{view.name}.png", view=view)
        yield out / f"{view.name}.png"
    if mail is not None:
        return
    preferences = re.search(r'href="http://[^/"]+(/p/[^"?]+)', shown.read_text(encoding="utf-8"))
    password = secrets.token_urlsafe()
    with serving(demo, password) as url:
        for sight in SIGHTS:
            path = sight.path.format(preferences=preferences[1] if preferences else "/p/none")
            show_page(browser, url + path, out / f"{sight.name}.png", sight=sight, password=password)
            yield out / f"{sight.name}.png"


if __name__ == "__main__":
    sys.exit(main())
