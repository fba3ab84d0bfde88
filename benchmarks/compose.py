"""How much faster a compiled mail is than the per-mail pipeline, both measured in this one run.

    python benchmarks/compose.py [--json] [--readers 200] [--rounds 5]

Ours: `CompiledMail.compose`, the function that `digest run` calls. Theirs: Jinja for HTML, text and subject,
premailer and `email.message.EmailMessage` for each mail. Same templates, same letters of 15 papers, each
reader with their own topics, reasons, authors and links, and other readers in every round: nothing that is
remembered of one makes another's mail quicker than it is in a run. Every message that is timed both ways
must decode to the same headers, text and HTML, byte for byte, or the run ends with an error. CPU time of this
process, the best of the rounds; what compiling costs is told beside it.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import platform
import random
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from digest.mail.compile import compile_mail
from digest.mail.plain import render
from digest.mail.site import Letter, Site
from digest.mail.templates import Templates
from digest.model import Edition, Item, Paper, Reason, Section, Slot, Subscriber, Topic

if TYPE_CHECKING:
    from digest.mail.compose import CompiledMail

SITE = Site(
    name="Paper Digest",
    url="https://digest.example.org",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="editor@example.org",
    unsubscribe="unsubscribe@example.org",
    postal_address="1 Sample Street, 10115 Berlin",
    list_id="digest.example.org",
)
MORNING = dt.datetime(2026, 4, 21, 5, tzinfo=dt.UTC)
POLICY = policy.SMTP.clone(max_line_length=998)
GOAL = 100
WORDS = (
    "sparse", "dense", "neural", "gaussian", "robust", "causal", "latent", "visual", "spatial", "temporal",
    "policy", "reward", "token", "graph", "depth", "surface", "motion", "scene", "agent", "memory",
    "planning", "retrieval", "diffusion", "attention", "contrastive", "learning", "matching",
)  # fmt: skip
NAMES = ("Ada", "Bo", "Chiara", "Dévi", "Émile", "Fatima", "Grace", "Haruto", "Ingrid", "Jürgen", "Łukasz")
AGREED = (
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip


def papers(*, count: int = 60, seed: int = 1) -> dict[tuple[int, int], Paper]:
    """Made-up papers with titles, abstracts and author lists of the usual lengths."""
    rng = random.Random(seed)
    made = {}
    for number in range(1, count + 1):
        title = " ".join(rng.choices(WORDS, k=9)).capitalize()
        sentences = [" ".join(rng.choices(WORDS, k=rng.randint(14, 22))).capitalize() + "." for _ in range(8)]
        made[number, 1] = Paper(
            id=number,
            title=title,
            abstract=" ".join(sentences),
            authors=tuple(f"{rng.choice(NAMES)} {rng.choice(WORDS).capitalize()}" for _ in range(6)),
            categories=("cs.CV",),
            arxiv_id=f"2604.9{number:04}",
            url=f"https://arxiv.org/abs/2604.9{number:04}",
            pdf_url=f"https://arxiv.org/pdf/2604.9{number:04}",
            code_url=f"https://example.org/code/{number}",
            project_url=f"https://example.org/project/{number}",
            first_listed=dt.date(2026, 4, 20),
        )
    return made


def letters(library: dict[tuple[int, int], Paper], *, readers: int, first: int = 0) -> list[Letter]:
    """15 papers in three sections for each reader, no two readers with the same reasons, topics or links.

    Readers are numbered from `first` on.
    """
    rng = random.Random(first)
    slot = Slot(key="2026-04-21", scheduled_at=MORNING, next_at=MORNING + dt.timedelta(days=1))
    made = []
    for reader in range(first, first + readers):
        chosen = rng.sample(sorted(library), k=15)
        topics = [f"{rng.choice(WORDS).capitalize()} {reader}" for _ in range(2)]
        keywords = [f"{rng.choice(WORDS)} {rng.choice(WORDS)} {reader}" for _ in range(8)]
        items = [_item(library[key], keywords=keywords, rng=rng) for key in chosen]
        sections = (
            Section(kind="topic", title=topics[0], items=tuple(items[:7]), more=reader % 4),
            Section(kind="topic", title=topics[1], items=tuple(items[7:12])),
            Section(kind="trending", title="Trending today", items=tuple(items[12:])),
        )
        made.append(
            Letter(
                delivery_id=f"{reader:016x}",
                edition=Edition(slot=slot, sections=sections, considered=231),
                subscriber=Subscriber(
                    email=f"reader{reader}@example.org",
                    name=f"Reader {reader}",
                    timezone="Europe/Berlin",
                    topics=tuple(Topic(name=name) for name in topics),
                    trending=True,
                ),
                unsubscribe_token=f"{reader:08x}.{rng.getrandbits(200):050x}",
                preferences_token=_token(rng),
                vote_token=_token(rng),
                edition_token=_token(rng),
                date=MORNING,
            )
        )
    return made


def _token(rng: random.Random) -> str:
    """As long as `links.Signer` makes it."""
    return f"{rng.randint(100, 999)}-{rng.getrandbits(96):024x}"


def _item(paper: Paper, *, keywords: list[str], rng: random.Random) -> Item:
    own = rng.sample(keywords, k=rng.randint(1, 3))
    reasons = [Reason(kind="keyword", words=words) for words in own]
    if rng.random() < 0.1:
        reasons.append(Reason(kind="author", words=paper.authors[-1]))
    return Item(
        paper_id=paper.id,
        revision=1,
        score=rng.uniform(30, 99),
        reasons=tuple(reasons),
        upvotes=84,
        stars=1234,
    )


def per_mail(
    templates: Templates, letter: Letter, *, site: Site, library: dict[tuple[int, int], Paper]
) -> bytes:
    """The usual pipeline: render, inline, build, fold; everything for every mail."""
    parts = render(templates, site, letter, papers=library)
    message = EmailMessage(policy=POLICY)
    message["From"] = f"{site.sender_name} <{site.sender_address}>"
    message["To"] = f"{letter.subscriber.name} <{letter.subscriber.email}>"
    message["Subject"] = parts.subject
    message["Date"] = letter.date
    message["Message-ID"] = f"<{letter.delivery_id}@example.org>"
    message["List-Id"] = f"{site.name} <{site.list_id}>"
    token = letter.unsubscribe_token
    message["List-Unsubscribe"] = f"<{site.web_url(token)}>, <{site.mailto_url(token)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(parts.text, cte="quoted-printable")
    message.add_alternative(parts.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def decoded(raw: bytes) -> tuple[str, ...]:
    """What a mail program sees: the headers that both must agree in, and both parts as decoded bytes."""
    parsed = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_payload(decode=True) for part in parsed.iter_parts()]
    bodies = [part.decode() for part in parts if isinstance(part, bytes)]
    return (*[str(parsed[name]) for name in AGREED], *bodies)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """CPU seconds a mail, and what the mails were."""

    ours_s: float
    theirs_s: float
    compile_s: float
    html_bytes: int
    text_bytes: int
    message_bytes: int


def measure(*, readers: int, rounds: int, compared: int) -> Figures:
    """Compose for all readers; the per-mail pipeline for `compared` of them, whose messages must be equal."""
    library, templates, site = papers(), Templates.load(), SITE.checked()
    ours_s, theirs_s, compile_s = [], [], []
    for number in range(4 * rounds):
        # As in a run: a block of readers is read, compiled for, and composed for once.
        batch = letters(library, readers=readers, first=number * readers)
        began = time.process_time()
        compiled = compile_mail(templates, site, [letter.edition for letter in batch], library)
        compile_s.append(time.process_time() - began)
        ours_s.append(_ours(compiled, batch) / len(batch))
        if number % 4:
            continue
        some = batch[:compared]
        theirs_s.append(_theirs(templates, some, site, library) / len(some))
        for letter in some:
            ours = compiled.compose(letter).raw
            if decoded(ours) != decoded(per_mail(templates, letter, site=site, library=library)):
                raise SystemExit(f"{letter.delivery_id}: the two ways decode to different mails")
    raw = compiled.compose(batch[0]).raw
    text, html = decoded(raw)[-2:]
    return Figures(
        ours_s=min(ours_s),
        theirs_s=min(theirs_s),
        compile_s=min(compile_s),
        html_bytes=len(html.encode()),
        text_bytes=len(text.encode()),
        message_bytes=len(raw),
    )


def _ours(compiled: CompiledMail, every: list[Letter]) -> float:
    began = time.process_time()
    for letter in every:
        compiled.compose(letter)
    return time.process_time() - began


def _theirs(
    templates: Templates, every: list[Letter], site: Site, library: dict[tuple[int, int], Paper]
) -> float:
    began = time.process_time()
    for letter in every:
        per_mail(templates, letter, site=site, library=library)
    return time.process_time() - began


def report(figures: Figures) -> dict[str, object]:
    """The benchmark's answer, as all benchmarks here give it."""
    ratio = figures.theirs_s / figures.ours_s
    return {
        "name": "compose",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "mail": {
            "papers": 15,
            "html_bytes": figures.html_bytes,
            "text_bytes": figures.text_bytes,
            "message_bytes": figures.message_bytes,
            "compile_ms": round(figures.compile_s * 1e3, 1),
            "decoded": "equal",
        },
        "figures": [
            {
                "what": "mail",
                "ours": round(figures.ours_s * 1e6, 1),
                "theirs": round(figures.theirs_s * 1e6, 1),
                "unit": "µs",
                "ratio": round(ratio, 1),
                "goal": GOAL,
                "met": ratio >= GOAL,
            }
        ],
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 if the goal was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compared", type=int, default=10, help="mails made both ways in each round")
    chosen = parser.parse_args(arguments)
    told = report(measure(readers=chosen.readers, rounds=chosen.rounds, compared=chosen.compared))
    figure = told["figures"][0]  # type: ignore[index]
    if chosen.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"compose {figure['ours']} µs, per-mail pipeline {figure['theirs']} µs: × {figure['ratio']}")
        print(f"{told['mail']}")
    return 0 if figure["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
