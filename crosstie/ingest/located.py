"""YAML that knows its lines, so that a mistake in a mapping is reported where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import yaml

from crosstie.errors import MappingError

#: A mapping is written by hand; more nodes than this are an entity bomb made of YAML aliases.
MAX_NODES = 100_000
MAX_BYTES = 4 << 20

Place = tuple[str, ...]


def near(name: str, known: Collection[str]) -> str | None:
    """“Did you mean …?” for a name that is nearly one of the known, else None."""
    folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(f'“{folded[one]}”' for one in found)}?" if found else None


@dataclass
class Section:
    """A block of a YAML document: its keys, where each stands, and typed access to them.

    Every scalar stays the text that the author wrote: `NO` is Norway and not false, `2020-01` is no number.
    """

    file: Path
    data: dict[str, Any]
    place: Place = ()
    lines: dict[Place, int] = field(default_factory=dict)

    def fail(self, message: str, key: str | None = None, *, hint: str | None = None) -> NoReturn:
        """Raise MappingError with the file, the line and the key."""
        place = (*self.place, key) if key is not None else self.place
        line = self.lines.get(place) or self.lines.get(self.place)
        where = f"{self.file.name}" + (f", line {line}" if line else "") + (f" ({'.'.join(place)})" if place else "")
        raise MappingError(f"{where}: {message}", hint=hint)

    def allow(self, known: Collection[str]) -> None:
        """Refuse keys that mean nothing here."""
        for key in self.data:
            if key not in known:
                hint = near(key, known) or f"Known here are {', '.join(sorted(known))}."
                self.fail(f"there is no option “{key}”", key, hint=hint)

    def has(self, key: str) -> bool:
        """Whether the key is there and says something."""
        return self.data.get(key) not in (None, "", [], {})

    def text(self, key: str) -> str | None:
        """One text, or None."""
        value = self.data.get(key)
        if isinstance(value, (dict, list)):
            self.fail(f"“{key}” must be one value", key)
        return value or None

    def texts(self, *keys: str) -> tuple[str, ...]:
        """All texts under any of the keys, each one value or a list of values."""
        found: list[str] = []
        for key in keys:
            value = self.data.get(key)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, (dict, list)):
                    self.fail(f"“{key}” must be a value or a list of values", key)
                if one:
                    found.append(one)
        return tuple(found)

    def truth(self, key: str) -> bool:
        """A yes or no; absent is no."""
        value = (self.text(key) or "false").casefold()
        if value not in ("true", "false", "yes", "no"):
            self.fail(f"“{key}” must be true or false, not “{value}”", key)
        return value in ("true", "yes")

    def section(self, key: str) -> Section:
        """The block under a key."""
        value = self.data.get(key)
        if not isinstance(value, dict):
            self.fail(f"“{key}” must be a block of “name: value” lines", key)
        return Section(self.file, value, (*self.place, key), self.lines)

    def sections(self, key: str) -> Iterator[tuple[str, Section]]:
        """Each named block under a key, in the order written; nothing where the key is absent."""
        if self.has(key):
            block = self.section(key)
            for name in block.data:
                yield name, block.section(name)

    def items(self, key: str) -> Iterator[Section]:
        """Each block of a list under a key; a single block counts as a list of one."""
        value = self.data.get(key)
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(one, dict):
                self.fail(f"“{key}” must hold blocks of “name: value” lines", key)
            place = (*self.place, key, str(number)) if isinstance(value, list) else (*self.place, key)
            yield Section(self.file, one, place, self.lines)


def read(path: Path) -> Section:
    """The document in a YAML file; MappingError where it is none, or where a key stands twice."""
    try:
        if not path.is_file():
            raise MappingError(f"{path}: there is no such file" if not path.exists() else f"{path} is no file")
        if path.stat().st_size > MAX_BYTES:
            raise MappingError(f"{path.name} has more than {MAX_BYTES >> 20} MiB: no mapping is that long")
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise MappingError(f"{path.name}: blocks inside blocks without end") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{path.name} is not UTF-8 text: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        hint = "Put values that begin with % @ ` & * ! or hold “: ” in quotes." if "cannot start any token" in str(error.problem) else None
        raise MappingError(f"{path.name}, line {line}: {error.problem}", hint=hint) from error
    except yaml.YAMLError as error:
        raise MappingError(f"{path.name} is no YAML: {error}") from error
    top = Section(path, {})
    if not isinstance(node, yaml.MappingNode):
        top.fail("a mapping begins with lines such as “dataset: register”")
    top.data = _Builder(top).build(node, ())
    return top


@dataclass
class _Builder:
    top: Section
    nodes: int = 0

    def build(self, node: yaml.Node, place: Place) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.top.fail(f"more than {MAX_NODES:,} values: no mapping is that long")
        if isinstance(node, yaml.SequenceNode):
            return [self._located(one, (*place, str(number))) for number, one in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return node.value
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in data:
                raise MappingError(f"{self.top.file.name}, line {line} ({'.'.join((*place, key))}): “{key}” stands here a second time")
            self.top.lines[(*place, key)] = line
            data[key] = self.build(value_node, (*place, key))
        return data

    def _located(self, node: yaml.Node, place: Place) -> Any:
        self.top.lines[place] = node.start_mark.line + 1
        return self.build(node, place)
