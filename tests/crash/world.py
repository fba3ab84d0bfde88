"""What a scenario's database is about: readers, and a journal with new papers each day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.outside import Outside

PAPERS = 8


def address(number: int) -> str:
    """A reader's."""
    return f"reader{number}@example.org"


def readers(count: int) -> str:
    """So many readers of the configuration."""
    return "".join(
        f"""
[[subscribers]]
email = "{address(number)}"
[[subscribers.topics]]
name = "Telescopes"
keywords = ["telescope"]
"""
        for number in range(count)
    )


def source(outside: Outside) -> str:
    """The configuration's one source."""
    return f"""
[[sources]]
kind = "feed"
name = "journal"
url = "{outside.url}/journal.xml"
allow_private_address = true
"""


def announced(day: str) -> bytes:
    """A journal's feed with the papers of that day."""
    date = f"{dt.date.fromisoformat(day):%a, %d %b %Y} 04:00:00 +0000"
    items = "".join(
        f"<item><title>Telescope {number} of {day}</title><link>https://journal.example.org/{day}/{number}</link>"
        f"<guid>https://journal.example.org/{day}/{number}</guid><pubDate>{date}</pubDate><description>"
        f"{f'On {day} we build the telescope number {number} out of cardboard and look at the moon. ' * 12}"
        "</description></item>"
        for number in range(PAPERS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>A journal</title>'
        "<link>https://journal.example.org</link><description>.</description>"
        f"{items}</channel></rss>"
    ).encode()
