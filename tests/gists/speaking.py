"""A model that a stand-in plays, and a library of telescopes that it speaks about."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from digest.endpoint import Endpoint
from digest.gists import Writer
from digest.links import Signer
from digest.mail.templates import Templates
from digest.model import Collection, Listing, Position, Subscriber, Topic
from digest.pipeline.gists import GistRules
from digest.pipeline.works import Works
from digest.store.gists import Budget
from digest.store.members import Admission
from tests.endpoint.standin import Posted, Said
from tests.pipeline.test_deliver import ToldMailer, handed
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.store import Store
    from tests.endpoint.standin import StandIn

PATH = "/v1/chat/completions"
NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
MORROW = NOW + dt.timedelta(days=1)
MODEL = "llama3.2"
PLENTY = Budget(requests=1000, tokens=10_000_000)
TOKENS = 321


def abstract(number: int) -> str:
    """Long enough to be worth a sentence."""
    return (
        f"Little is known of the northern sky at night. We sample it with telescope number {number} through "
        "forty winters, and count what moves. There are 12 comets that nobody had seen before, each with a "
        "tail of its own, and their orbits follow from three nights of looking. All plates are open to "
        "everybody who wants to look again, and the telescope is, too."
    )


def title(number: int) -> str:
    return f"Sampling the northern sky with telescope number {number}"


def sentence(number: int) -> str:
    """What a good model says of that paper."""
    return f"Samples the northern sky with telescope number {number} and finds 12 comets."


def paper(posted: Posted) -> dict[str, str]:
    """The paper that was asked about."""
    found: dict[str, str] = json.loads(posted.body["messages"][1]["content"])
    return found


def said(text: object, *, finish: str = "stop", tokens: object = TOKENS, **message: Any) -> Said:
    """An answer as the protocol has it."""
    return Said(
        body={
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish,
                    "message": {"role": "assistant", "content": text, **message},
                }
            ],
            "usage": {"total_tokens": tokens},
        }
    )


def good(posted: Posted) -> Said:
    """What a good model answers."""
    return said(sentence(int(paper(posted)["title"].rpartition(" ")[2])))


def writer(stand_in: StandIn, *, model: str = MODEL, timeout_s: float = 10.0) -> Writer:
    return Writer(Endpoint(url=stand_in.url, timeout_s=timeout_s), model=model)


class Sky:
    """A source that lists so many telescopes a day."""

    name, title = "sky", "Sky"

    def __init__(self, count: int = 3, *, spoil: Callable[[int], str] = abstract) -> None:
        self._count, self._abstract = count, spoil

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        numbers = range(100 * now.day, 100 * now.day + self._count)
        listings = tuple(
            Listing(
                source="sky",
                key=f"2604.{90000 + number}",
                arxiv_id=f"2604.{90000 + number}",
                day=now.date(),
                title=title(number),
                abstract=self._abstract(number),
            )
            for number in numbers
        )
        return Collection(listings=listings, status="ok", position=position, seen=len(listings))

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


def works_on(store: Store, rules: GistRules | None, *, source: Sky | None = None, **options: Any) -> Works:
    """Three readers of telescopes, due, and a provider that takes everything."""
    topic = Topic(name="Telescopes", keywords=("telescope",))
    if not store.subscribers.everyone():
        store.subscribers.add_all(
            [Admission(subscriber=Subscriber(email=f"r{n}@example.org", topics=(topic,))) for n in range(3)]
        )
    usual: dict[str, Any] = {
        "store": store,
        "sources": (source or Sky(),),
        "mailer": ToldMailer(),
        "templates": Templates.load(),
        "site": SITE,
        "signer": Signer("a secret that is long enough for a test", ()),
        "clock": lambda: NOW,
        "jitter": lambda: 0.5,
        "gists": rules,
    }
    return Works(**{**usual, **options})


def rules_of(stand_in: StandIn, *, timeout_s: float = 10.0, model: str = MODEL, **options: Any) -> GistRules:
    usual: dict[str, Any] = {"budget": PLENTY, "concurrency": 2}
    return GistRules(writer=writer(stand_in, model=model, timeout_s=timeout_s), **{**usual, **options})


def texts(works: Works) -> list[str]:
    """The text parts of what was handed over, unwrapped."""
    import email
    import email.policy

    found = []
    for message in handed(works):
        parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
        part = parsed.get_body(("plain",))
        assert part is not None
        found.append(" ".join(part.get_content().split()))
    return found
