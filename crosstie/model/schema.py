"""The FollowTheMoney model with the schemata of the lenses, loaded once and frozen.

FollowTheMoney offers no public way to add a schema to its model, so this module, and no other, calls its private `Model._load`; a test
watches that it still works as we use it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml
from followthemoney import Model, Schema, registry
from followthemoney import model as _model
from followthemoney.exc import FollowTheMoneyException, InvalidData
from followthemoney.property import Property

from crosstie.errors import LensError

DATA = Path(__file__).parent / "data"
_loaded: tuple[str, ...] | None = None


def load_schemata(files: Iterable[Path]) -> Model:
    """Add the schemata of the lenses to the model, once for the process; LensError on a second, different set or a schema that does not load."""
    try:
        texts = tuple(sorted(path.read_text(encoding="utf-8") for path in files))
    except (OSError, UnicodeDecodeError) as error:
        raise LensError(f"a schema of a lens does not load: {error}") from error
    return take_schemata(texts)


def loaded_schemata() -> tuple[str, ...]:
    """What was added to the model, as text: for processes elsewhere that are to know the same (`take_schemata`)."""
    return _loaded or ()


def take_schemata(texts: tuple[str, ...]) -> Model:
    """Add schemata to the model by their texts, once for the process; LensError as in `load_schemata`."""
    global _loaded
    if _loaded is not None:
        if texts != _loaded:
            raise LensError("the model is frozen: other schemata were loaded before", hint="Load all lenses at the start of the process.")
        return _model
    try:
        with tempfile.TemporaryDirectory(prefix="crosstie-schemata-") as folder:
            for number, text in enumerate(texts):  # the model reads files only
                path = Path(folder) / f"{number}.yaml"
                path.write_text(text, encoding="utf-8")
                _model._load(str(path))
        _model.generate()
    except (FollowTheMoneyException, OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise LensError(f"a schema of a lens does not load: {error}") from error
    _loaded = texts
    _property.cache_clear()
    is_a.cache_clear()
    return _model


def schema(name: str) -> Schema | None:
    """The schema of that name, or None."""
    return _model.get(name)


@cache
def _property(schema_name: str, prop: str) -> Property | None:
    found = _model.get(schema_name)
    return found.get(prop) if found is not None else None


def prop(schema_name: str, name: str) -> Property | None:
    """The property of a schema (inherited ones included), or None."""
    return _property(schema_name, name)


@cache
def is_a(schema_name: str, ancestor: str) -> bool:
    """Whether the schema is the other or descends from it."""
    found, above = _model.get(schema_name), _model.get(ancestor)
    return found is not None and above is not None and found.is_a(above)


@cache
def common_schema(left: str, right: str) -> str | None:
    """The more specific of two schemata that fit together, or None where they do not (a Person is no Vessel)."""
    try:
        return _model.common_schema(left, right).name
    except InvalidData:
        return None


@cache
def edge_ends(schema_name: str) -> tuple[str, str] | None:
    """The names of the properties that hold the two ends of a relation, source first; None for a schema that is no relation."""
    found = _model.get(schema_name)
    if found is None or not found.edge or found.edge_source is None or found.edge_target is None:
        return None
    return found.edge_source, found.edge_target


def registry_topics() -> dict[str, str]:
    """FollowTheMoney's own topics, code to title."""
    return dict(registry.topic.names)


@cache
def topics() -> dict[str, str]:
    """Every topic: FollowTheMoney's and crosstie's own (arms, wildlife, cultural property, ...), code to title."""
    own = yaml.safe_load((DATA / "topics.yaml").read_text(encoding="utf-8"))
    return {**registry_topics(), **{code: entry["title"] for code, entry in own["topics"].items()}}


@cache
def exercise_states() -> dict[str, str]:
    """The invented States of exercises: each of their names, and their codes, to the code (ISO 3166 keeps QM-QZ for private use)."""
    states: dict[str, dict[str, list[str]]] = yaml.safe_load((DATA / "exercise_states.yaml").read_text(encoding="utf-8"))
    return {name.casefold(): code for code, state in states.items() for name in [code, *state["names"]]}
