"""The pen that every picture is drawn with: SVG as text, without scripts and without anything from outside. What is written is made harmless."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from html import escape

INK, SOFT = "#1b2430", "#44515e"
_FONT = "font-family=\"system-ui, 'Segoe UI', 'Noto Sans', Arial, sans-serif\""
#: What XML forbids, and what turns the direction of the text around it.
_NEVER = dict.fromkeys((*range(32), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))


def sheet(width: float, height: float, title: str, told: str, body: Sequence[str]) -> str:
    """A whole picture: its size, what it is called, what it tells those who listen to it, and what stands in it."""
    # ids are made of the content, so that several pictures can stand in one page
    name = blake2b(f"{title}|{told}|{''.join(body)}".encode(), digest_size=5).hexdigest()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" height="{n(height)}" '
        f'role="img" aria-labelledby="t{name} d{name}" {_FONT}><title id="t{name}">{safe(title)}</title><desc id="d{name}">{safe(told)}</desc>'
        f"{''.join(body)}</svg>"
    )


def text(
    x: float, y: float, words: str, *, size: int, anchor: str = "middle", weight: int = 400, fill: str = INK, halo: bool = False
) -> str:
    """Words at a place; `halo` keeps them readable on lines."""
    edge = ' stroke="#ffffff" stroke-width="3.5" paint-order="stroke" stroke-linejoin="round"' if halo else ""
    # each text is its own bidirectional paragraph: a name from right to left cannot turn what stands beside it
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{fill}"{edge} '
        f'unicode-bidi="isolate" direction="ltr">{isolated(words)}</text>'
    )


def isolated(words: str) -> str:
    """Escaped, and a paragraph of its own direction."""
    return f"\u2068{safe(words)}\u2069"


def safe(words: str) -> str:
    """Escaped, without what XML forbids and without characters that turn the direction of the text around them."""
    return escape(words.translate(_NEVER))


def points(several: Sequence[tuple[float, float]]) -> str:
    """Corners as SVG writes them."""
    return " ".join(f"{n(x)},{n(y)}" for x, y in several)


def n(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
