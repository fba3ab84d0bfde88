"""Words in, raised (²) or lowered (₂) words out, where Unicode has every character. Knows no TeX, no HTML."""

from __future__ import annotations

_DIGITS = "0123456789+-−=()"
_RAISED = dict(
    zip(
        _DIGITS + "abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
_RAISED |= dict(zip("*∗⋆†‡′'∘°⊤%", "***†‡′′°°ᵀ%", strict=True))
_LOWERED = dict(
    zip(_DIGITS + "aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)

# A raised word of more letters is harder to read than `x^name`, and some fonts lack its letters.
_MOST_LETTERS = 3


def _shifted(text: str, table: dict[str, str]) -> str | None:
    if not text or sum(map(str.isalpha, text)) > _MOST_LETTERS:
        return None
    shifted = [table.get(character) for character in text]
    return None if None in shifted else "".join(filter(None, shifted))


def raised(text: str) -> str | None:
    """`text` in superscript, or None where Unicode lacks a character or the word is too long to read.

    >>> raised("-6"), raised("th"), raised("q")
    ('⁻⁶', 'ᵗʰ', None)
    """
    return _shifted(text, _RAISED)


def lowered(text: str) -> str | None:
    """`text` in subscript, or None where Unicode lacks a character or the word is too long to read.

    >>> lowered("10"), lowered("ij"), lowered("off")
    ('₁₀', 'ᵢⱼ', None)
    """
    return _shifted(text, _LOWERED)
