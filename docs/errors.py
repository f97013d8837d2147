"""Every sentence that an error may say to somebody in the browser, read from the source: what `docs.words` wants translated.

A sentence is what stands in the call that makes the error, with `%(name)s` where a value goes; `crosstie.web.saying` finds it again by its fixed parts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from crosstie import errors
from crosstie.web.saying import PLACE

ROOT = Path(__file__).parents[1] / "crosstie"
#: Rooms and files whose errors somebody meets who uses the workbench.
MET = (
    "casework/access.py",
    "casework/accounts.py",
    "casework/cases.py",
    "casework/codes.py",
    "casework/doing.py",
    "casework/drawings.py",
    "casework/jobs.py",
    "casework/own.py",
    "casework/turn.py",
    "casework/uploads.py",
    "ingest/trying.py",
    "lens/described.py",
    "link/asking.py",
    "link/findings.py",
    "link/inquiry.py",
    "model/marking.py",
    "resolve/comparison.py",
    "rooms.py",
    "store/casebook.py",
    "store/watches.py",
    "web/apart.py",
    "web/cases.py",
    "web/entrance.py",
    "web/guard.py",
    "web/home.py",
    "web/lenses.py",
    "web/pages.py",
    "web/reading.py",
    "web/server.py",
)
_ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.CrosstieError)}


def sentences() -> Iterator[tuple[str, str]]:
    """Each sentence, with the file that says it."""
    for place in MET:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            named = {
                one.targets[0].id: one.value
                for one in ast.walk(tree)
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ERRORS:
                    told = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "hint")]
                    for one in (named.get(one.id, one) if isinstance(one, ast.Name) else one for one in told):
                        # what is nothing but a value is some other sentence
                        yield from ((file.stem, text) for text in _forms(one) if re.sub(PLACE, "", text).strip(" :.,“”"))


def _forms(node: ast.expr) -> Iterator[str]:
    """What an expression may be as text: each form of what depends on something."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _forms(node.body)
        yield from _forms(node.orelse)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from map("".join, product(_forms(node.left), _forms(node.right)))
    elif isinstance(node, ast.JoinedStr):
        yield from map("".join, product(*(list(_forms(one)) for one in node.values)))
    elif isinstance(node, ast.FormattedValue):
        inner = list(_forms(node.value)) if isinstance(node.value, ast.IfExp) else []
        yield from inner if inner and all("%(" not in one for one in inner) else [f"%({_name(node.value)})s"]
    elif not isinstance(node, ast.Constant):
        yield f"%({_name(node)})s"


def _name(node: ast.expr) -> str:
    """What a value is called in a sentence: by the names in its expression."""
    words = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)] + [
        one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)
    ]
    kept = [one for one in words if one not in ("self", "str", "repr", "len", "join", "sorted", "map", "int", "set", "isoformat")]
    return re.sub(r"\W", "", "_".join(kept[:3]))[:30] or "value"
