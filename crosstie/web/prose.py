"""Papers that lenses bring, as HTML: headings, paragraphs, lists and tables, and nothing that runs, is fetched or leads away."""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

#: The lowest heading of HTML.
_LOWEST = 6
_LEADING = ("link_open", "link_close")


def prose(text: str, below: int = 1) -> Markup:
    """Markdown as HTML whose first headings stand below the heading of this level. HTML in it is shown as it is written; links are their words."""
    reader = MarkdownIt("js-default", {"html": False, "linkify": False})
    tokens = reader.parse(text)
    for token in _all(tokens):
        token.attrs, token.info = {}, ""  # no style, no class
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_LOWEST, int(token.tag[1:]) + below)}"
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _all(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        if token.children:
            token.children = [_plain(one) for one in token.children if one.type not in _LEADING]
            yield from _all(token.children)
        yield token


def _plain(token: Token) -> Token:
    """A picture is what is said in its place."""
    return Token("text", "", 0, content=token.content) if token.type == "image" else token
