"""A process that is killed while it posts: each note leaves once at most, and what nobody knows is said."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.membership.conftest import ask, post_all

if TYPE_CHECKING:
    from pathlib import Path

    from digest.membership.house import House
    from digest.membership.posting import Post
    from tests.pipeline.test_deliver import ToldMailer

VICTIM = """
    import os, signal, sys
    from digest.links import Signer
    from digest.mail.templates import Templates
    from digest.membership.house import House
    from digest.membership.posting import Post, post
    from digest.store import Store
    from tests.membership.conftest import NOW, WEB_SITE
    from tests.pipeline.test_deliver import ACCEPTED, ToldMailer

    url, where, sent = sys.argv[1:]

    def step(label):
        if label == where:
            os.kill(os.getpid(), signal.SIGKILL)

    def answer(message):
        with open(sent, "a") as file:
            file.write(message.delivery_id + "\\n")
        return ACCEPTED

    with Store.open(url) as store, store.own() as owner:
        signer = Signer("a secret that is long enough for a test", ())
        house = House(store=store, site=WEB_SITE, signer=signer, clock=lambda: NOW)
        post(house, ToldMailer(answer), owner, rules=Post(templates=Templates.load(), step=step))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "handed", "state"),
    [
        ("note.written", 0, "accepted"),  # nothing was begun: the next process sends it
        ("note.claimed", 0, "uncertain"),
        ("note.sent", 1, "uncertain"),
        ("note.landed", 1, "accepted"),
    ],
)
def test_a_note_in_a_killed_process_is_uncertain_and_never_doubled(
    house: House,
    mailer: ToldMailer,
    rules: Post,
    tmp_path: Path,
    where: str,
    handed: int,
    state: str,
) -> None:
    ask(house)
    sent = tmp_path / "sent"
    sent.touch()
    victim = subprocess.run(
        [
            sys.executable, "-c", textwrap.dedent(VICTIM),
            f"sqlite:///{tmp_path / 'digest.db'}", where, str(sent),
        ],
        check=False,
    )  # fmt: skip
    assert victim.returncode == -signal.SIGKILL
    posted = post_all(house, mailer, rules)
    (note,) = house.store.notes.latest()
    assert note.state == state
    assert posted.lost == int(state == "uncertain")
    assert len(sent.read_text().splitlines()) == handed
    assert len(sent.read_text().splitlines()) + len(mailer.handed) == int(where != "note.claimed")
    assert post_all(house, mailer, rules).sent == 0
