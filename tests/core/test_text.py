from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.core.text import clean, plain, safe_url, shorten, stem_plural, words

check = settings(max_examples=200, deadline=None)
anything = st.one_of(
    st.text(max_size=200),
    st.text(
        st.sampled_from("<>/&;!-[]scriptb aimg=\"'x\u200d\u202e\x00\r\n\u0301é中👩\ud800\ufe0f\u200cक"),
        max_size=80,
    ),
)


# ---------------------------------------------------------------------------- plain


def test_only_printed_characters_of_all_unicode_are_left() -> None:
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    # Number signs of Arabic, Syriac and Kaithi script, and of Egyptian: formats by class, and they are seen.
    seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    left = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in hidden and plain(f"a{chr(code)}b") not in ("ab", "a b")
    ]
    assert set(left) == seen


@pytest.mark.parametrize(
    "code", [0x200B, 0x200C, 0x200D, 0x200E, 0x202E, 0x2066, 0xFEFF, 0xAD, 0xE0041, 0x3164, 0xFE0F]
)
def test_invisible_character_in_latin_text_goes(code: int) -> None:
    assert plain(f"ab{chr(code)}cd").replace(" ", "") == "abcd"


def test_lines_become_one_and_controls_part_words() -> None:
    assert plain(" a\r\nb\x00c\u2028d\t\te\x85f\u3000g ") == "a b c d e f g"


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🔬", "❤\ufe0f", "1\ufe0f\u20e3"])
def test_joiners_stay_where_a_word_or_an_emoji_needs_them(text: str) -> None:
    assert plain(text) == text


def test_letters_are_composed() -> None:
    assert plain("Scho\u0308lkopf") == "Schölkopf"


def test_marks_piled_on_a_letter_are_cut() -> None:
    assert len(plain("Z" + "\u0301" * 500 + "algo")) < 15


@check
@given(anything)
@example("\ufe0f\u200dक")
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


# ---------------------------------------------------------------------------- clean


@pytest.mark.parametrize(
    "text",
    [
        "p < 0.05",
        "pairs <k, v>",
        "a<b and c>d",
        "x <- y -> z",
        "the <think> and </think> tokens",
        "<|im_end|>",
        "AT&T; R&D",
        "1 << 2 >> 3",
        "?a=1&copy=2",
        "Map<String, List<Int>>",
        "x<y",
        "<https://a.example>",
    ],
)
def test_words_that_look_like_tags_stay(text: str) -> None:
    assert clean(text, limit=100) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<script>alert(1)</script>Cells", "Cells"),
        ("Cells<SCRIPT src=//x.example></SCRIPT >", "Cells"),
        ("<scr\u200bipt>alert(1)</scr\u200bipt>Cells", "Cells"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Cells", "Cells"),
        ("<script>Cells", "Cells"),
        ("<img src=x onerror=alert(1)>Cells", "Cells"),
        ("<svg/onload=alert(1)>Cells", "Cells"),
        ("Cells <iframe src=x", "Cells"),
        ("Cells <!-- hidden --> divide", "Cells divide"),
        ("<p>One</p><p>two<br/>three</p>", "One two three"),
        ("<jats:p>In <jats:italic>E. coli</jats:italic></jats:p>", "In E. coli"),
        ("<b>B</b>ayes&rsquo; &eacute;t&eacute; &#8211; &amp;", "Bayes’ été – &"),
        ("&amp;lt; once", "&lt; once"),
        ("Ca<sup>2+</sup> and CO<sub>2</sub> at 5<sup>quick</sup>", "Ca²⁺ and CO₂ at 5quick"),
        ("<![CDATA[Cells]]>", "Cells"),
        ("&#x202e;&#0;Cells&#13;&#10;Bcc: x", "\ufffdCells Bcc: x"),
    ],
)
def test_markup_becomes_text(text: str, left: str) -> None:
    assert clean(text, limit=100) == left


@check
@given(anything, st.integers(1, 60))
def test_clean_text_is_short_plain_and_has_no_script(text: str, limit: int) -> None:
    cleaned = clean(text, limit=limit)
    assert len(cleaned) <= limit
    assert plain(cleaned) == cleaned
    assert not any(tag in cleaned.lower() for tag in ("<script>", "<img ", "<b>", "<!--s-->"))


@pytest.mark.parametrize(
    "piece", ["<", "<b>", "<a x=1 ", "<!--", "<script>", "&amp;", "<a ", "\u0301", "\u202e", "]]>"]
)
def test_hostile_text_is_cleaned_in_good_time(piece: str) -> None:
    start = time.process_time()
    assert len(clean(piece * (100_000 // len(piece)), limit=6000)) <= 6000
    assert time.process_time() - start < 10


def test_cut_falls_between_words_and_is_shown() -> None:
    assert shorten("Deep networks, explained again", limit=20) == "Deep networks…"
    assert shorten("Deep networks", limit=13) == "Deep networks"
    assert shorten("x" * 50, limit=10) == "x" * 9 + "…"
    assert shorten("深度神经网络", limit=4) == "深度神…"


def test_cut_parts_no_letter_from_its_marks() -> None:
    assert shorten("abcdefgx\u0323\u0323\u0323z", limit=10) == "abcdefg…"


# ---------------------------------------------------------------------------- safe_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://arxiv.org/abs/2604.90001", "https://arxiv.org/abs/2604.90001"),
        ("  HTTP://Example.ORG:8080/A?b=c&d=%20#e  ", "http://example.org:8080/A?b=c&d=%20#e"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ('https://x.example/"><script>', "https://x.example/%22%3E%3Cscript%3E"),
        ("http://[::1]/x", "http://[::1]/x"),
    ],
)
def test_web_address_is_kept_in_a_safe_form(text: str, url: str) -> None:
    assert safe_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.example/a",
        "/a",
        "x.example",
        "ftp://x.example",
        "mailto:a@x",
        "https://user:pw@x.example/",
        "https://x.example\\@evil.example/",
        "https://x.example/a b",
        "https:///a",
        "",
        "https://x.example/\r\nBcc: a",
        "https://x.example/\u202e",
        "java\nscript:alert(1)",
        "https://x..y/",
        "https://x.example:99999/",
        "https://-x.example/",
        "http://[::1",
        "https://x.example/" + "a" * 2000,
        None,
    ],
)
def test_other_addresses_are_dropped(text: str | None) -> None:
    assert safe_url(text) is None


@check
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map("https://x.example/".__add__)))
def test_safe_url_is_ascii_and_stays_as_it_is(text: str) -> None:
    url = safe_url(text)
    if url is not None:
        assert url.isascii()
        assert url.isprintable()
        assert not set(url) & set(" \"<>\\'`{}") - {"'"}
        assert safe_url(url) == url


# ---------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Graph Neural-Networks", "graph neural networks"),
        ("GPT-4, GPT-3.5 and Llama3.1", "gpt 4 gpt 3.5 and llama3.1"),
        ("C++ C# c++17 A* search *a* b", "c++ c# c++ 17 a* search a b"),
        ("3D 3DGS x_1 R²", "3d 3dgs x 1 r2"),
        ("Schrödinger's Łódź Poincaré’s", "schrodinger lodz poincare"),
        ("skillmaster LLMs", "skillmaster llms"),
        ("神经网络 ニューラル", "神 経 网 络 ニ ュ ー ラ ル".replace("経", "经")),
        ("신경망을", "신 경 망 을"),
        ("Нейронная сеть Δt ΩMEGA", "неиронная сеть δt ωmega"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("مُحَمَّد", "محمد"),
        ("", ""),
        ("... — !", ""),
    ],
)
def test_words_of_a_text(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


@check
@given(anything)
def test_words_are_words_of_themselves(text: str) -> None:
    tokens = words(text)
    assert words(" ".join(tokens)) == tokens
    assert all(token and not set(token) & set(" \t\n") for token in tokens)


PLURALS = """
networks:network studies:study classes:class boxes:box losses:loss analyses:analysis matrices:matrix
batches:batch queries:query movies:movie biases:bias viruses:virus caches:cache cases:case sizes:size
cameras:camera videos:video topics:topic gpus:gpu llms:llm criteria:criterion gases:gas lenses:lens
"""
NO_PLURALS = """
loss analysis gas bias class virus physics genetics series species atlas chaos lens this gps aws gpt4s 3dgs 网
"""


@pytest.mark.parametrize("pair", PLURALS.split())
def test_plural_is_folded(pair: str) -> None:
    plural, singular = pair.split(":")
    assert stem_plural(plural) == singular
    assert stem_plural(singular) == singular


@pytest.mark.parametrize("word", NO_PLURALS.split())
def test_word_that_is_no_plural_stays(word: str) -> None:
    assert stem_plural(word) == word
