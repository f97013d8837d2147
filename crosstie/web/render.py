"""Pages from templates: what every page has, and the words for what stands in it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from crosstie import __version__, report
from crosstie.casework.access import Act
from crosstie.report.page import words

_STATIC = Path(__file__).parent / "static"
#: Files that pages ask for: where they are and what they are. No other file is given out.
FILES = {
    "report.css": (Path(report.__file__).parent / "templates" / "report.css", "text/css"),
    "crosstie.css": (_STATIC / "crosstie.css", "text/css"),
    "workbench.js": (_STATIC / "workbench.js", "text/javascript"),
    "htmx.min.js": (_STATIC / "htmx.min.js", "text/javascript"),
    "icon.svg": (_STATIC / "icon.svg", "image/svg+xml"),
}


@cache
def environment(language: str) -> jinja2.Environment:
    """The templates, with the words of a language for what is said of links."""
    # what is said of a link stands in one template, for the report and for the page
    made = words(jinja2.ChoiceLoader([jinja2.PackageLoader("crosstie.web"), jinja2.PackageLoader("crosstie.report")]), language)
    made.globals["static"] = static
    made.globals["acts"] = Act
    made.globals["version"] = __version__
    return made


@cache
def static(name: str) -> str:
    """The address of a file: it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?{sha256(FILES[name][0].read_bytes()).hexdigest()[:12]}"


def page(request: Request, template: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A page as HTML."""
    workspace = request.app.state.workspace
    session = getattr(request.state, "session", None)
    known = {"settings": workspace.settings, "session": session, "path": request.url.path}
    html = environment(workspace.settings.language).get_template(template).render(**known, **values)
    return HTMLResponse(html, status)
