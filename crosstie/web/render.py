"""Pages from templates: what every page has, and the words for what stands in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from crosstie import __version__, report
from crosstie.casework.access import Act
from crosstie.graph.svg import kind_in_words
from crosstie.link.tongues import direction, number
from crosstie.model.marking import CREDIBILITY, RELIABILITY
from crosstie.report.page import words
from crosstie.resolve.comparison import NAMES
from crosstie.resolve.names import romanize
from crosstie.web import tongues
from crosstie.web.saying import said

#: From this code point on letters are in another script than Latin.
_LATIN = 0x250
_STATIC = Path(__file__).parent / "static"
#: Files that pages ask for: where they are and what they are. No other file is given out.
FILES = {
    "report.css": (Path(report.__file__).parent / "templates" / "report.css", "text/css"),
    "crosstie.css": (_STATIC / "crosstie.css", "text/css"),
    "workbench.js": (_STATIC / "workbench.js", "text/javascript"),
    "jobs.js": (_STATIC / "jobs.js", "text/javascript"),
    "upload.css": (_STATIC / "upload.css", "text/css"),
    "upload.js": (_STATIC / "upload.js", "text/javascript"),
    "htmx.min.js": (_STATIC / "htmx.min.js", "text/javascript"),
    "drawing.css": (_STATIC / "drawing.css", "text/css"),
    "world.svg": (_STATIC / "world.svg", "image/svg+xml"),
    **{f"{name}.js": (_STATIC / f"{name}.js", "text/javascript") for name in ("graph", "canvas", "timeline", "map")},
    "icon.svg": (_STATIC / "icon.svg", "image/svg+xml"),
}


@cache
def environment(language: str) -> jinja2.Environment:
    """The templates, with the words of a language for what is said of links."""
    # what is said of a link stands in one template, for the report and for the page
    made = words(jinja2.ChoiceLoader([jinja2.PackageLoader("crosstie.web"), jinja2.PackageLoader("crosstie.report")]), language)
    made.globals["static"] = static
    made.globals["acts"] = Act
    made.globals["once"] = lambda: secrets.token_urlsafe(12)  # by which a form is known that is sent twice
    made.globals["version"] = __version__
    made.globals["language"] = language
    made.globals["languages"] = tongues.NAMES
    made.globals["direction"] = direction(language)
    made.globals["names_of"] = NAMES
    made.globals["kind_words"] = kind_in_words
    made.filters["number"] = lambda value: number(value, language)
    made.filters["kind"] = lambda schema: tongues.kind(schema, language)
    made.filters["label"] = lambda schema, prop: tongues.label(schema, prop, language)
    made.filters["named"] = named
    translated = tongues.catalogue(language)
    made.filters["field"] = lambda title: translated.pgettext(tongues.FIELD, title)
    made.filters["action"] = lambda action: translated.pgettext(tongues.ACTION, action)
    made.filters["grade"] = lambda grade: graded(grade, translated.gettext)
    made.filters["said"] = lambda text: said(text, language)
    made.policies["ext.i18n.trimmed"] = True
    made.add_extension("jinja2.ext.i18n")
    made.install_gettext_translations(tongues.catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    return made


def graded(grade: str, gettext: Callable[[str], str]) -> str:
    """An Admiralty grade in words: how far its source is relied on, and how likely what it says is."""
    if not grade:
        return gettext("not graded")
    return ", ".join(gettext(words) for words in (RELIABILITY[grade[0]], CREDIBILITY[grade[1]]))


def named(name: str) -> Markup:
    """A name kept together whatever its direction, with how it would be written in Latin letters for who asks (the key l)."""
    if all(ord(letter) < _LATIN or not letter.isalpha() for letter in name):
        return Markup("<bdi>{}</bdi>").format(name)
    return Markup('<bdi data-latin="{}">{}</bdi>').format(romanize(name[:1_000]).title(), name)


@cache
def static(name: str) -> str:
    """The address of a file: it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?{sha256(FILES[name][0].read_bytes()).hexdigest()[:12]}"


def page(request: Request, template: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A page as HTML."""
    workspace = request.app.state.workspace
    session = getattr(request.state, "session", None)
    address = request.url.path if request.method in ("GET", "HEAD") else "/"
    here = address + (f"?{request.url.query}" if request.url.query and address == request.url.path else "")
    known = {"settings": workspace.settings, "session": session, "path": request.url.path, "here": here, "query": request.url.query}
    known["shown"] = workspace.builds.shown() if session else 0
    html = environment(tongues.wanted(request)).get_template(template).render(**known, **values)
    return HTMLResponse(html, status, headers={"Vary": "Accept-Language, Cookie"})
