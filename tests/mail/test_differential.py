"""A composed mail decodes, byte for byte, to what Jinja, premailer and EmailMessage make of one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from digest.mail.compile import compile_mail
from digest.mail.filling import AnyCards, Cards, Sections
from digest.mail.plain import render
from digest.mail.templates import Templates
from digest.model import Cadence, Gist, Notice, Paper, Reason, Section, Subscriber, Topic
from tests.mail.editions import SITE, WEB_SITE, item, letter

if TYPE_CHECKING:
    from pathlib import Path

    from digest.mail.site import Letter, Site

POLICY = policy.SMTP.clone(max_line_length=998)
SNIPPETS = (
    "<script>alert(1)</script>", "a & b &amp; c", "“quoted” 'twice' \"thrice\"", "x\r\nBcc: evil@example.org",
    "\u202eright to left\u202c", "= =3D =\u00e9", ".", "..", "高斯泼溅方法的研究", "Ünïcödé", "😀 👩\u200d🔬",
    "a\u00a0b", "Q0123456789abcdef-mail.date-Q", "<!--Q0123456789abcdef mail.sections-->", "{{ mail.date }}",
    "{% if %}", "averyveryverylongwordwithoutanyblankinit" * 3, "trailing blank ", "\x00\x07\u2028x", "-- ",
    "https://example.org/a?b=c&d=e", "plain words of a topic", "$x^2$ \\alpha", "--=_boundary", "100 % %b %s",
    "</title></style>", "<!-- x -->",
)  # fmt: skip


def library(rng: random.Random) -> dict[tuple[int, int], Paper]:
    """Papers of hostile words, with and without each thing that a paper may have."""
    made = {}
    for number in range(1, 9):
        words = [" ".join(rng.choices(SNIPPETS, k=rng.randint(1, 5))) for _ in range(3)]
        links = [
            rng.choice(
                [None, "https://example.org/é ü?a=1&b='2'", "javascript:alert(1)", "http://x.example/(1)"]
            )
            for _ in range(5)
        ]
        made[number, 1] = Paper(
            id=number,
            title=words[0],
            abstract=". ".join(rng.choices(SNIPPETS, k=rng.randint(0, 9))),
            authors=tuple(rng.choices(SNIPPETS, k=rng.randint(0, 6))),
            categories=rng.choice([(), ("cs.CV",), ("<b>",)]),
            arxiv_id=rng.choice([None, "2604.90001"]),
            url=links[0],
            pdf_url=links[1],
            code_url=links[2],
            project_url=links[3],
            thumbnail_url=links[4],
            gist=rng.choice([None, words[1]]),
            first_listed=dt.date(2026, 4, 20),
        )
    return made


def random_letter(rng: random.Random, papers: dict[tuple[int, int], Paper]) -> Letter:
    """A letter of random sections, reasons, notices and reader."""

    def some(most: int) -> tuple[str, ...]:
        return tuple(rng.choices(SNIPPETS, k=rng.randint(0, most)))

    def random_item(kind: str) -> object:
        number = rng.randint(1, 8)
        kinds = {"topic": ["keyword", "text", "example", "category", "liked", "learned"]}.get(kind, [kind])
        when = dt.date(rng.choice([2025, 2026]), 3, rng.randint(1, 28))
        reasons = [(rng.choice(kinds), words, when) for words in some(4)]
        reasons += [("author", author) for author in papers[number, 1].authors[-1:] if rng.random() < 0.3]
        counts = {"upvotes": rng.choice([None, 0, 1, 84]), "stars": rng.choice([None, 1, 15_400])}
        written = [Gist(text=f"Says {' '.join(some(2))}.", model=rng.choice(["m", "org/<m> & co"]))]
        gist = rng.choice([None, None, *written])
        return item(number, *reasons, score=rng.uniform(0, 100), gist=gist, **counts)

    sections = tuple(
        Section(
            kind=kind,  # type: ignore[arg-type]
            title=" ".join(some(3)) or "T",
            items=tuple(random_item(kind) for _ in range(rng.randint(0, 5))),  # type: ignore[misc]
            more=rng.choice([0, 1, 7]),
        )
        for kind in rng.choices(["topic", "topic", "trending", "outside"], k=rng.randint(0, 4))
    )
    notices = tuple(Notice(title=title, status=rng.choice(["failed", "stale"])) for title in some(2))  # type: ignore[arg-type]
    reader = Subscriber(
        email=rng.choice(["ada@example.org", "a.b+c@sub.example.org", "o'neil@example.org"]),
        name=" ".join(some(2)),
        timezone=rng.choice(["UTC", "Asia/Kolkata", "America/St_Johns", "Etc/GMT+5"]),
        cadence=Cadence(kind=rng.choice(["daily", "weekdays", "weekly", "monthly"])),  # type: ignore[arg-type]
        trending=rng.random() < 0.5,
        topics=tuple(Topic(name=name) for name in some(7)),
    )
    token = rng.choice(["abc.def-_~", "tök&n=1<2>%", "x" * 90])
    return letter(
        *sections, considered=rng.choice([0, 1, 231, 12_345]), notices=notices, reader=reader, token=token
    )


def per_mail(
    templates: Templates, site: Site, one: Letter, papers: dict[tuple[int, int], Paper]
) -> tuple[str, bytes, bytes]:
    """The naive pipeline's subject, text and HTML, by way of its bytes."""
    rendered = render(templates, site, one, papers=papers)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = rendered.subject
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return parts(message.as_bytes())


def parts(raw: bytes) -> tuple[str, bytes, bytes]:
    """Subject, text and HTML as a mail program decodes them."""
    parsed = message_from_bytes(raw, policy=policy.default)
    assert not parsed.defects
    text, html = (part.get_payload(decode=True) for part in parsed.iter_parts())
    assert isinstance(text, bytes)
    assert isinstance(html, bytes)
    return parsed["Subject"], text, html


@pytest.mark.parametrize("seed", range(12))
def test_composed_mail_decodes_like_the_per_mail_pipeline(seed: int, templates: Templates) -> None:
    rng = random.Random(seed)
    papers = library(rng)
    site = dataclasses.replace(
        rng.choice([SITE, WEB_SITE]), thumbnails=rng.random() < 0.5, name=rng.choice(["Digest", "<Ünï> & co"])
    ).checked()
    letters = [random_letter(rng, papers) for _ in range(4)]
    compiled = compile_mail(templates, site, [one.edition for one in letters], papers)
    for one in letters:
        assert parts(compiled.compose(one).raw) == per_mail(templates, site, one, papers)


VOTE = '<a href="{{ card.upvote_url }}">+</a>'
WHY = "{% when card.why %}<i>{{ card.why }}</i>{% endwhen %}"


@pytest.mark.parametrize(
    "card",
    [
        VOTE + WHY,
        WHY + VOTE,
        f"{VOTE}x{WHY}y{VOTE}z{VOTE}",
        "{% when card.why %}" + VOTE + "<i>{{ card.why }}</i>" + VOTE + "{% endwhen %}",
        "{% when card.why %}{{ card.why }}{{ card.why }}{% endwhen %}" + VOTE,
        "{% if card.gist %}" + VOTE + "{% endif %}" + WHY,
        VOTE + WHY + "{{ mail.date }}",
        VOTE + WHY + "{{ section.title }}{{ section.title }}",
        WHY + "{{ section.title }}b{{ section.title }}",
        WHY + "{% when section.more %}" + VOTE + "{% endwhen %}",
        VOTE + "{{ card.why }}",
        VOTE,
        "{{ mail.vote_token }}" + WHY + "{{ mail.vote_token }}",
        "",
    ],
)
def test_words_of_the_mail_in_a_card_of_any_shape_are_each_reader_s(card: str, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "card.html.j2").write_text(f"<b>{{{{ card.title }}}}</b>{card}\n")
    wrapped = "{{ card.more_url }}\n{{ section.title | wrap('  ') }}\n{{ card.why | wrap('  - ') }}\n"
    (tmp_path / "mail" / "card.txt.j2").write_text(wrapped)
    own = Templates.load(tmp_path)
    for seed in range(3):
        rng = random.Random(seed)
        papers = library(rng)
        letters = [random_letter(rng, papers) for _ in range(3)]
        for site in (SITE.checked(), WEB_SITE.checked()):
            compiled = compile_mail(own, site, [one.edition for one in letters], papers)
            for one in letters:
                assert parts(compiled.compose(one).raw) == per_mail(own, site, one, papers)


def test_a_vote_is_of_the_reader_who_got_the_mail(templates: Templates) -> None:
    papers = library(random.Random(9))
    letters = [letter(Section(kind="topic", title="T", items=(item(1),)), token=name) for name in ("a", "b")]
    compiled = compile_mail(templates, WEB_SITE, [one.edition for one in letters], papers)
    for one, own, other in zip(letters, "ab", "ba", strict=True):
        html = parts(compiled.compose(one).raw)[2]
        assert html.count(f"https://digest.example.org/v/v-{own}/1?do=".encode()) == 3
        assert f"/v/v-{other}".encode() not in html


def test_a_mail_too_large_is_cut_alike_both_ways(templates: Templates) -> None:
    rng = random.Random(5)
    papers = library(rng)
    many = Section(
        kind="topic",
        title="Many",
        items=tuple(item(1 + n % 8, ("keyword", "x" * 60), score=n) for n in range(90)),
    )
    one = letter(many, considered=500)
    compiled = compile_mail(templates, SITE.checked(), [one.edition], papers)
    ours = parts(compiled.compose(one).raw)
    assert ours == per_mail(templates, SITE.checked(), one, papers)
    assert 70_000 < len(ours[2]) <= 80_000


def test_what_a_reader_gets_does_not_depend_on_who_else_is_compiled(templates: Templates) -> None:
    rng = random.Random(6)
    papers = library(rng)
    letters = [random_letter(rng, papers) for _ in range(4)]
    together = compile_mail(templates, SITE, [one.edition for one in letters], papers)
    for one in letters:
        alone = compile_mail(templates, SITE, [one.edition], papers)
        assert parts(together.compose(one).raw) == parts(alone.compose(one).raw)


def test_reasons_are_each_reader_s_own(templates: Templates) -> None:
    papers = library(random.Random(7))
    one, other = (
        letter(Section(kind="topic", title="T", items=(item(1, ("keyword", words)),)))
        for words in ("mine", "yours")
    )
    compiled = compile_mail(templates, SITE, [one.edition, other.edition], papers)
    assert b"mine" in compiled.compose(one).raw
    assert b"yours" not in compiled.compose(one).raw
    assert Reason(kind="keyword", words="mine") in one.edition.items[0].reasons


@pytest.mark.parametrize(
    "keywords",
    [
        ("plain", "words"), ("a" * 69,), ("a" * 40, "b" * 40), (" edge", "x"), ("x", "edge "), ("x", "a  b"),
        ("",), ("", "x"), ("x", ""), ("x", "", "y"), ("x ", "y"), (" ",), tuple("123456789"), ("C = D", "é"),
        ("a" * 100,), ("x" * 66, "yz", "z"), ("nine words that are a good deal longer than a line",) * 3,
    ],
)  # fmt: skip
def test_keywords_of_any_kind_are_told_as_the_per_mail_pipeline_tells_them(
    keywords: tuple[str, ...], templates: Templates
) -> None:
    papers = library(random.Random(8))
    reasons = [("keyword", words) for words in keywords]
    author = ("author", papers[2, 1].authors[0] if papers[2, 1].authors else "Ada")
    items = (item(1, *reasons), item(2, *reasons, author), item(3, *reasons, upvotes=84, stars=2))
    one = letter(Section(kind="topic", title=keywords[0] or "T", items=items))
    compiled = compile_mail(templates, SITE.checked(), [one.edition], papers)
    assert parts(compiled.compose(one).raw) == per_mail(templates, SITE.checked(), one, papers)


def test_the_built_in_cards_take_the_quick_way(templates: Templates) -> None:
    papers = library(random.Random(10))
    one = letter(Section(kind="topic", title="T", items=(item(1), item(2))))
    for site in (SITE, WEB_SITE):
        compiled = compile_mail(templates, site, [one.edition], papers)
        for part in (compiled.html, compiled.text):
            (sections,) = (node for node in part if isinstance(node, Sections))
            assert sum(isinstance(node, Cards) for node in sections.nodes) == 1
            assert not any(isinstance(node, AnyCards) for node in sections.nodes)
