"""What lenses say of themselves, for people to read: guide, law, typologies with what their detectors measure, ledgers, readers. No detector is loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from crosstie.errors import LensError, NotFound
from crosstie.ingest.reader import Reader
from crosstie.lens.manifest import MEND, Lens, Typology

Row = dict[str, Any]


def of_name(lenses: Iterable[Lens], name: str) -> Lens:
    """The lens of this name; NotFound where there is none."""
    for lens in lenses:
        if lens.name == name:
            return lens
    raise NotFound(f"there is no lens “{name[:100]}”", hint="The list of lenses has those at hand.")


def meaning(lens: Lens, typology: str) -> str:
    """What a detector looks for, why it matters and on which source it rests: the docstring of its module, read and not run."""
    text = _text(lens, f"detectors/{typology.replace('-', '_')}.py")
    try:
        return ast.get_docstring(ast.parse(text)) or ""
    except (SyntaxError, ValueError) as error:
        file = lens.folder / "detectors" / f"{typology.replace('-', '_')}.py"
        raise LensError(f"the lens {lens.name} is broken: {file} cannot be read: {error}", hint=MEND) from error


def short(lens: Lens, found: Mapping[str, int]) -> Row:
    """The lens in a row; `found`: how many findings there are of each typology (`activity/detector`)."""
    verified = [one.verified for one in lens.law]
    limits = [one.verified for typology in lens.typologies for one in typology.thresholds.values()]
    return {
        "name": lens.name,
        "title": lens.title,
        "about": lens.about,
        "typologies": len(lens.typologies),
        "ledgers": list(lens.ledgers),
        "findings": sum(found.get(_key(one), 0) for one in lens.typologies),
        "law": {"all": len(verified), "verified": sum(verified)},
        "thresholds": {"all": len(limits), "verified": sum(limits)},
    }


def described(lens: Lens, shared: Iterable[Reader], found: Mapping[str, int]) -> Row:
    """The whole lens; `shared` are the readers that belong to no lens, of which it names those that it needs."""
    own = [{"name": one.name, "title": one.title} for one in lens.formats()]
    named = {one.name: one.title for one in shared}
    return {
        **short(lens, found),
        "law": [asdict(one) for one in lens.law],
        "ledgers": [
            {"name": name, "columns": [{"name": one.name, "kind": str(one.type)} for one in schema]}
            for name, schema in lens.ledgers.items()
        ],
        "readers": [
            *own,
            *({"name": name, "title": named.get(name, name)} for name in lens.readers if name not in {one["name"] for one in own}),
        ],
        "activities": [{"name": one.name, "terms": len(one.terms)} for one in lens.activities],
        "typologies": [_typology(lens, one, found) for one in lens.typologies],
        "guide": _text(lens, "guide.md"),
    }


def _typology(lens: Lens, one: Typology, found: Mapping[str, int]) -> Row:
    limits = [{"name": f"{lens.name}.{one.name}.{name}", **asdict(limit)} for name, limit in one.thresholds.items()]
    return {
        "name": _key(one),
        "title": one.title,
        "activity": one.activity,
        "needs": list(one.needs),
        "innocent": list(one.innocent),
        "protection": one.protection,
        "thresholds": limits,
        "meaning": meaning(lens, one.name),
        "findings": found.get(_key(one), 0),
    }


def _key(typology: Typology) -> str:
    return f"{typology.activity}/{typology.name}"


def _text(lens: Lens, name: str) -> str:
    path = lens.folder / name
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise LensError(f"the lens {lens.name} is broken: {path} cannot be read: {error}", hint=MEND) from error
