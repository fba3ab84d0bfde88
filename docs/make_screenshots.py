"""Pictures of a mail, as a browser shows it: light and dark, on a desk and on a phone.

    .venv/bin/python docs/make_screenshots.py [MAIL.html] [--out docs/images]

Without a file it takes a mail of `digest demo`, whose papers and readers are made up. Needs Chromium
(`--browser` names another program that takes the same options).
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "2026-04-22-mira.calloway-obi.html"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One picture: its name, the window in CSS pixels, the reader's colour scheme."""

    name: str
    width: int
    height: int
    dark: bool


VIEWS = (  # the heights end below a card
    View(name="mail-light", width=640, height=1072, dark=False),
    View(name="mail-dark", width=640, height=1072, dark=True),
    View(name="mail-phone-light", width=360, height=960, dark=False),
    View(name="mail-phone-dark", width=360, height=960, dark=True),
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
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        mail = chosen.mail or _sample(Path(folder))
        for view in VIEWS:
            picture = chosen.out / f"{view.name}.png"
            screenshot(mail, picture, view=view, browser=chosen.browser)
            shrink(picture)
            print(f"{picture}: {picture.stat().st_size // 1000} kB")
    return 0


def _sample(folder: Path) -> Path:
    """A mail of the demo."""
    from digest.demo.mornings import demonstrate

    demonstrate(folder / "demo")
    return folder / "demo" / SAMPLE


if __name__ == "__main__":
    sys.exit(main())
