"""Several `digest run` at the same moment: each reader one mail, and no process that calls it a failure."""

from __future__ import annotations

import collections
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.e2e.outside import feed, item

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.e2e.outside import Outside

AT = "2026-04-21T12:00:00+00:00"
READERS = 40


@pytest.mark.slow
def test_eight_runs_at_once_are_as_good_as_one(home: Home, outside: Outside) -> None:
    outside.announce(feed(*(item(number, f"Telescope number {number}") for number in range(30))))
    home.configure(
        outside.sources(),
        *(
            f'[[subscribers]]\nemail = "r{number}@example.org"\n[[subscribers.topics]]\n'
            'name = "Telescopes"\nkeywords = ["telescope"]\n'
            for number in range(READERS)
        ),
    )
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(home.digest, "run", "--at", AT, "--json") for _ in range(8)]
        ended = [run.result() for run in runs]
    assert [one.code for one in ended] == [0] * 8, [one.out + one.err for one in ended]
    for report in (one.json for one in ended):
        addends = (
            "accepted", "skipped", "rejected", "suppressed", "expired", "failed", "waiting", "uncertain",
        )  # fmt: skip
        assert report["due"] == sum(report[name] for name in addends), report
    assert sum(one.json["composed"] for one in ended) == READERS
    assert set(collections.Counter(mail.to for mail in home.mails).values()) == {1}
    assert len(home.mails) == READERS
    again = home.run(AT)
    assert again["due"] == again["accepted"] == 0
