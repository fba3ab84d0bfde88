from __future__ import annotations

import gzip
import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.tex import readable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"H\"older, Erd\H{o}s, \v{C}ech, Fran\c{c}ois", "Hölder, Erdős, Čech, François"),
        (r"Poincar\'e, na\"{\i}ve, 5 \AA long", "Poincaré, naïve, 5 Å long"),
        (r"{\L}ukasz, S\o ren, Gro\ss e, \AA ngstr\"om, {\'E}cole", "Łukasz, Søren, Große, Ångström, École"),
        (r"$\alpha$-stable \Delta t", "α-stable Δ t"),
        (r"$10^{-6}$, 10^{26}, $x_{t+1}$", "10⁻⁶, 10²⁶, xₜ₊₁"),
        (r"H_2O, C_6H_12O_6, mAP$_{50}$", "H₂O, C₆H₁₂O₆, mAP₅₀"),
        (r"$\mathcal{O}(n^2)$ in $\mathbb{R}^d$, $\mathcal{L}_{\text{off}}$", "O(n²) in ℝᵈ, ℒ_off"),
        (r"\emph{e.g.} \textbf{a \textit{b}} {\em c} \texttt{<SEG>}", "e.g. a b c <SEG>"),
        (r"``double'' and `single'", "“double” and ‘single’"),
        (r"pages 3--5 --- or -- not", "pages 3–5 — or — not"),
        (r"Fig.~3, et~al., 5\%, Q\&A, a\_b, \#1, \$5", "Fig. 3, et al., 5%, Q&A, a_b, #1, $5"),
        (r"$A \to B$, $x \in X$, $\pm 0.1$", "A → B, x ∈ X, ±0.1"),
        (r"3$\times$, $\sim$5, $n{=}1{,}000$", "3×, ~5, n=1,000"),
        (r"$\frac{1}{2}$, $\sqrt{x+1}$, $\hat{x}$", "1/2, √(x+1), x̂"),
        (r"$\log n$, \(O(n \log n)\), O(n\log n)", "log n, O(n log n), O(n log n)"),
        (r"$z\sim 0.5$, $M_\odot$, $B^0\to K^{*0}$", "z~0.5, M_⊙, B⁰→K*⁰"),
        (r"$p_{\rm T}$, 90$^{\circ}$", "p_T, 90°"),
        (r"\href{https://github.com/a/b\_c}{here}", "here (https://github.com/a/b_c)"),
        (r"\url{https://a.example/b\_c}", "https://a.example/b_c"),
        ("https://a.example/b{project page}", "project page (https://a.example/b)"),
        ("Allo{SR}$^2$, {B}ayesian, M^3Eval, V_{0.5}, 360^circ", "AlloSR², Bayesian, M³Eval, V_0.5, 360°"),
        (r"\LaTeX, \eg, \ie, \etc.", "LaTeX, e.g., i.e., etc."),
        (r"GPT-4o\'s", "GPT-4o's"),
        (
            r"seen~\cite{he2016}\footnote{Not \emph{by} us.} \textcolor{red}{so}",
            "seen [he2016] (Not by us.) so",
        ),
        (r"$x \not\in A$, $\|x\|_2$, $\left( a \right.$, $\sqrt x$, $f'$", "x ∉ A, ‖x‖₂, ( a, √x, f′"),
        (r"$n\log n$, $r^2_{max}$, $V_{p,q}$, $\frac{a+b}{2}m$", "n log n, r²ₘₐₓ, V_{p,q}, ((a+b)/2)m"),
        (r"$\text{AR}_{\text{C}}$, $\ell_0$, $\mathbb{1}$, $\alpha{}$b", "AR_C, ℓ₀, 1, αb"),
        (r"Line\\ two, and\/or, \[x^2\] R:\emph{a}", "Line two, and/or, x² R:a"),
        ("Self-text{CO}rrecting, 10^15, x^*, 5^-2", "Self-COrrecting, 10¹⁵, x*, 5⁻²"),
        (r"$36.14\,$dB", "36.14 dB"),
    ],
)
def test_tex_becomes_readable(tex: str, text: str) -> None:
    assert readable(tex) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain text, 5% of it; it's \"quoted\" (a/b) [1] <k, v>",
        "From $5 to $10, or $100 billion; $3M to $10M; $5-$10; US$44",
        "Training for under $0.1 on $60 GPUs",
        "foo_bar, __init__, IMG_2034, file_1, v_1_2, user_{name}, /{owner}/{repo}, {a, b}",
        "https://github.com/a_1/b_2/~c--d?x_1=^2 and www.a.example/~b_1",
        r"C:\temp\new, C:\Users\beta\x_1 and \\server\share",
        r"\method, \Ours{}, \unknown{a}{\alpha} and $\crit x$",
        r"\begin{equation} x \end{equation}",
        r"$\hat{xy}$ and $\begin{matrix}a\end{matrix}$",
        r"{\name}",
        "about ~10 or 10~20, 1M~4M, ~/home and a ~ b",
        "run --verbose --x, a->b, <!-- x -->, a - b",
        "[^1], ^_^, a ^ b, x_, _x_, **b**, `code`, ```block```, it's, rock 'n' roll",
        "$", "$$", "\\", "a\\", "{", "}", "{}}{"[2:], "^", "_", "~", "\\(", "\\[", "$x", "x$",
        r"\emph{unclosed and \frac{1", "w\\o training",
    ],
)  # fmt: skip
def test_text_that_is_no_tex_stays_exactly(text: str) -> None:
    assert readable(text) == text


HOSTILE = (
    "{", "}", "{}", "$", "\\(", "\\", "$x{", "\\emph{", "^{", "_{a", "\\frac{", "a_1", "`a", "--", "~",
    "\\href{", "\\sqrt", "\\hat\\hat", "\\c ", "$a b", "C:\\", "``",
    "\\begin{", "https://", "{A", "\\\"", "\\text{$",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_tex_takes_bounded_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.process_time()
    readable(text)
    readable(text + "}" * 30_000)
    readable("$" + text[:900] + "$")
    assert time.process_time() - start < 10  # half a second here; what grows with the square takes minutes


pieces = st.sampled_from(
    [
        *HOSTILE,
        "a",
        " ",
        "1",
        "x_1",
        "\\alpha",
        "\\mathbb{R}",
        "\\%",
        "'",
        "''",
        "\n",
        "é",
        "\\unknown",
        "&",
        ".",
        "\\}",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=25).map("".join))
def test_anything_can_be_read(text: str) -> None:
    assert isinstance(readable(text), str)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\\$^_{}~`-'\"")))
def test_text_without_tex_characters_stays(text: str) -> None:
    assert readable(text) == text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["cells", "grow", "in", "3.5", "(p < 0.05)", "GPT-4", "it's", "50%"]), max_size=12
    )
)
def test_what_stands_around_a_formula_stays(around: list[str]) -> None:
    text = " ".join(around)
    assert readable(f"{text} $\\alpha$ {text}") == f"{text} α {text}"


def test_recorded_listings_lose_nothing_but_tex(shared: Path) -> None:
    texts = []
    for day in sorted((shared / "upstream" / "days").glob("*.json.gz")):
        for item in json.loads(gzip.decompress(day.read_bytes())):
            paper = item.get("paper", item)
            texts += [paper["title"], paper.get("abstract") or paper.get("summary") or ""]
    assert len(texts) > 1000
    word = re.compile(r"[A-Za-z]{4,}")
    macro = re.compile(r"\\[A-Za-z]+|textbf|textit|texttt|text(?=\{)|circ\b")
    for text in texts:
        shown = readable(text)
        lost = set(
            word.findall(macro.sub(" ", text).replace("{", "").replace("}", "").replace("$", ""))
        ) - set(word.findall(shown))
        assert len(lost) <= 2, (lost, text)
        assert "\\textbf{" not in shown or text.count("{") != text.count("}")
