"""The HTML part: valid, readable without pictures, nothing fetched, contrasts as promised."""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import TYPE_CHECKING

import pytest
from lxml import etree, html

from digest.mail.check import decoded
from digest.mail.templates import builtin_folder
from digest.model import Section
from tests.mail.editions import (
    EDITIONS,
    READER,
    SITE,
    TRENDING,
    VISION,
    WEB_SITE,
    composed,
    item,
    letter,
    paper,
)

if TYPE_CHECKING:
    from digest.mail.site import Site
    from digest.mail.templates import Templates

TOKEN_URL = "https://digest.example.org/u/2.1745.Zm9vYmFy"


def page(templates: Templates, name: str = "rich", *, site: Site = SITE) -> html.HtmlElement:
    """The HTML part of a sample mail, parsed."""
    return html.document_fromstring(decoded(composed(templates, EDITIONS[name], site=site)).html)


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_document_parses_without_a_complaint(name: str, templates: Templates) -> None:
    parser = etree.HTMLParser(recover=True)
    words = decoded(composed(templates, EDITIONS[name])).html
    etree.fromstring(words, parser)
    assert [str(one) for one in parser.error_log] == []
    assert words.startswith('<!DOCTYPE html>\n<html lang="en">')


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_headings_are_in_order_and_the_first_is_alone(name: str, templates: Templates) -> None:
    levels = [int(one.tag[1]) for one in page(templates, name).iter("h1", "h2", "h3", "h4")]
    assert levels[:1] == [1]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_language_and_title_are_said(templates: Templates) -> None:
    document = page(templates)
    assert document.get("lang") == "en"
    assert [one.get("lang") for one in document.iterfind(".//body/div")] == ["en"]
    assert document.findtext(".//title") == "Paper Digest, Tuesday 21 April"


def test_tables_are_presentational_and_600_wide_at_most(templates: Templates) -> None:
    tables = list(page(templates).iter("table"))
    assert {table.get("role") for table in tables} == {"presentation"}
    assert {table.get("width") for table in tables} == {"100%", "600"}


def test_targets_are_44_pixels_high_on_a_phone(templates: Templates) -> None:
    (style,) = page(templates, site=WEB_SITE).iter("style")
    phone = style.text.partition("(max-width: 620px)")[2].partition("@media")[0]
    assert re.search(r"\.votes \{[^}]*line-height: 44px !important", phone)
    assert re.search(r"\.votes \.quiet-link \{[^}]*inline-block", phone)


def test_every_link_says_where_it_goes(templates: Templates) -> None:
    for link in page(templates, site=WEB_SITE).iter("a"):
        assert (link.text_content() or "").strip().lower() not in ("", "here", "click here", "link")
        assert re.match(r"(https?://|mailto:)", link.get("href", ""))


def test_title_links_to_the_abstract_and_the_links_are_words(templates: Templates) -> None:
    document = page(templates)
    title = document.find(".//h3/a")
    assert title.text_content().startswith("Splats that remember")
    assert title.get("href") == "https://arxiv.org/abs/2604.90001"
    card = title.getparent().getparent()
    assert [link.text_content() for link in card.iter("a")][1:] == ["Abstract", "PDF", "Code"]
    assert "Code (1.2k stars) · 84 upvotes" in card.text_content()


def test_parts_of_a_card_come_in_order(templates: Templates) -> None:
    card = page(templates).find(".//h3").getparent()
    names = [part.get("class", "title").split()[0] for part in card]
    assert names == ["title", "byline", "gist", "why-row", "links"]


def test_paper_without_a_link_is_still_there(templates: Templates) -> None:
    heading = page(templates, "bare").find(".//h3")
    assert heading.text_content() == "A sample from a feed, with a title only"
    assert heading.find("a") is None


@pytest.mark.parametrize("site", [SITE, WEB_SITE])
def test_unsubscribing_stands_at_the_top_and_in_the_footer(site: Site, templates: Templates) -> None:
    links = [link.get("href") for link in page(templates, site=site).iter("a")]
    leave = TOKEN_URL if site.url else "mailto:unsubscribe@example.org?subject=2.1745.Zm9vYmFy"
    assert leave in links[:2]
    assert links[-2] == leave
    assert links[-1] == "mailto:editor@example.org"


def test_with_a_web_side_the_mail_leads_to_its_page_to_preferences_and_to_a_pause(
    templates: Templates,
) -> None:
    links = [(one.text_content(), one.get("href")) for one in page(templates, site=WEB_SITE).iter("a")]
    assert links[:2] == [
        ("View in browser", "https://digest.example.org/e/e-2.1745.Zm9vYmFy/d-17"),
        ("Unsubscribe", TOKEN_URL),
    ]
    assert links[-4:-1] == [
        ("Preferences", "https://digest.example.org/p/p-2.1745.Zm9vYmFy"),
        ("Pause", "https://digest.example.org/p/p-2.1745.Zm9vYmFy/pause"),
        ("Unsubscribe", TOKEN_URL),
    ]


def test_every_card_ends_with_what_a_reader_may_say_of_the_paper(templates: Templates) -> None:
    rows = [
        [(one.text_content(), one.get("href")) for one in heading.getparent()[-1].iter("a")]
        for heading in page(templates, site=WEB_SITE).iter("h3")
    ]
    vote = "https://digest.example.org/v/v-2.1745.Zm9vYmFy"
    assert rows == [
        [
            ("More like this", f"{vote}/{number}?do=more"),
            ("Less like this", f"{vote}/{number}?do=less"),
            ("Upvote", f"{vote}/{number}?do=upvote"),
        ]
        for number in range(1, 6)
    ]


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_without_a_web_side_nothing_leads_to_one(name: str, templates: Templates) -> None:
    mail = decoded(composed(templates, EDITIONS[name]))
    for words in ("like this", "Upvote", "Preferences", "Pause", "browser"):
        assert words not in mail.html + mail.text


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_text_part_names_each_page_once_at_its_end_and_no_votes(name: str, templates: Templates) -> None:
    text = decoded(composed(templates, EDITIONS[name], site=WEB_SITE)).text
    footer = text.rpartition("-" * 76)[2]
    assert "\nPreferences, pause: https://digest.example.org/p/p-2.1745.Zm9vYmFy\n" in footer
    assert "\nIn a browser: https://digest.example.org/e/e-2.1745.Zm9vYmFy/d-17\n" in footer
    assert f"\nUnsubscribe: {TOKEN_URL}\n" in footer
    assert text.count("digest.example.org") == 4  # and unsubscribing at the top
    assert "/v/" not in text


def test_footer_says_why_how_to_leave_and_who_sends(templates: Templates) -> None:
    words = page(templates).text_content()
    assert "because ada@example.org subscribed to 2 topics and what is trending at Paper Digest." in words
    assert "To leave, send this ready-made mail to unsubscribe@example.org." in words
    assert "Paper Digest, 1 Sample Street, 10115 Berlin" in words
    without = page(templates, site=dataclasses.replace(SITE, postal_address="")).text_content()
    assert "Sample Street" not in without


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_nothing_is_fetched(name: str, templates: Templates) -> None:
    document = page(templates, name, site=WEB_SITE)
    assert not list(document.iter("img", "link", "script", "iframe", "object", "form", "video"))
    text = decoded(composed(templates, EDITIONS[name])).html
    assert not re.search(r"url\(|@import|background=|src=|javascript:", text)


def test_thumbnail_only_where_the_operator_wants_it(templates: Templates) -> None:
    site = dataclasses.replace(SITE, thumbnails=True)
    pictures = list(page(templates, site=site).iter("img"))
    assert [(one.get("src"), one.get("alt")) for one in pictures] == [
        ("https://example.org/pictures/doors.png", "")
    ]
    assert pictures[0].getnext().tag == "h3"


def test_hostile_words_are_text_and_never_markup(templates: Templates) -> None:
    evil = '<script>alert("1")</script>\r\n\u202e<img src=x onerror=alert(1)>'
    papers = {
        (1, 1): paper(1, evil, evil, evil, url="javascript:alert(1)", code_url='https://x.example/"><b>')
    }
    section = Section(kind="topic", title=evil, items=(item(1, ("keyword", evil), ("author", evil)),), more=2)
    one = letter(section, reader=dataclasses.replace(READER, name=evil))
    mail = decoded(composed(templates, one, papers=papers, site=dataclasses.replace(SITE, name=evil)))
    document = html.document_fromstring(mail.html)
    assert not list(document.iter("script", "img"))
    assert not [link for link in document.iter("a") if "javascript" in link.get("href", "")]
    assert all(not name.startswith("on") for part in document.iter() for name in part.attrib)
    assert "\u202e" not in mail.html + mail.text
    assert '<script>alert("1")</script> <img src=x onerror=alert(1)>' in mail.text


# ---------------------------------------------------------------------------- size


def many(count: int) -> Section:
    """A section of long cards."""
    return Section(
        kind="topic",
        title="Many",
        items=tuple(item(n, ("keyword", f"word {n} " * 8), score=100 - n / 10) for n in range(1, count + 1)),
        more=5,
    )


def library(count: int, *, letters: str = "abc déf ") -> dict[tuple[int, int], object]:
    """As many papers with abstracts of one long sentence."""
    return {(n, 1): paper(n, f"Paper {n}", letters * 60, "A B") for n in range(1, count + 1)}


@pytest.mark.parametrize("site", [SITE, WEB_SITE])
def test_mail_stays_within_80_000_bytes_and_says_what_it_left_out(site: Site, templates: Templates) -> None:
    one = letter(many(100), TRENDING, considered=300)
    papers = {**library(100), (5, 1): paper(5, "Hot", "Hot.", "H")}
    mail = decoded(composed(templates, one, papers=papers, site=site))  # type: ignore[arg-type]
    assert len(mail.html.replace("\n", "\r\n").encode()) <= 80_000
    shown = mail.html.count("<h3 ")
    assert 25 < shown < 90
    left = 101 - shown + 5
    assert f"{left} more papers matched." in mail.html
    assert f"{left} more papers matched." in mail.text
    assert mail.subject.startswith(f"{shown} for you: ")
    assert f"{shown} of 300 new papers: {shown - 1} for Many, 1 trending" in mail.text
    assert f"Paper {shown - 1}<" in mail.html
    assert f"Paper {shown}<" not in mail.html
    assert mail.text.count("https://arxiv.org/abs/") == shown


def test_size_is_that_of_the_decoded_bytes(templates: Templates) -> None:
    # Chinese takes nine bytes a character on the wire and three on the screen.
    one = letter(many(45), considered=300)
    message = composed(templates, one, papers=library(45, letters="高斯泼溅方法"))  # type: ignore[arg-type]
    assert len(message.raw) > 120_000
    assert decoded(message).html.count("<h3 ") > 35


def test_one_paper_is_never_dropped(templates: Templates) -> None:
    monster = {(1, 1): paper(1, "T", "A.", "A B", code_url="https://example.org/" + "x" * 90_000)}
    mail = decoded(composed(templates, letter(many(1)), papers=monster))
    assert mail.html.count("<h3 ") == 1


def test_style_block_is_small_and_for_media_only(templates: Templates) -> None:
    (style,) = page(templates).iter("style")
    assert len(style.text.encode()) < 16_000
    assert re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", style.text).strip() == ""
    assert "!important" in style.text
    assert "prefers-color-scheme: dark" in style.text


# ---------------------------------------------------------------------------- contrast


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rules(css: str) -> dict[str, dict[str, str]]:
    """Colours by single class, from flat rules."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        for selector in selectors.split(","):
            for name, value in re.findall(r"([a-z-]+):\s*(#[0-9a-f]{6})", body):
                found.setdefault(selector.strip(), {})[name] = value
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrasts_are_4_5_at_least(scheme: str) -> None:
    css = (builtin_folder() / "mail" / "styles.html.j2").read_text()
    light, _, rest = css.partition("</style>")
    dark = rest.partition("prefers-color-scheme: dark) {")[2]
    known = rules(light.partition("<style>")[2] if scheme == "light" else dark)
    paper_colour = known[".paper"]["background-color"]
    for name in (".ink", ".second", ".link", ".quiet-link", ".why", ".notice"):
        ground = known[name].get("background-color", paper_colour)
        assert contrast(known[name]["color"], ground) >= 4.5, name


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_reader_sees_sections_in_the_order_of_the_edition(templates: Templates) -> None:
    mail = decoded(composed(templates, letter(TRENDING, VISION)))
    assert mail.text.index("Trending today\n") < mail.text.index("Vision\n---")
