"""Writes the generated pages of the documentation: `make docs`. A test proves that they are current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from crosstie.cli import main
from crosstie.graph.svg import Node, Step, path_svg
from crosstie.lens import registry
from crosstie.lens.registry import readers
from docs.matching import page as matching
from docs.review import picture

HERE = Path(__file__).parent
_NOTE = "<!-- Written by `make docs`: change the program, not this page. -->\n\n"


def pages() -> dict[Path, str]:
    """Each generated page and what belongs in it."""
    return {
        HERE / "reference/readers.md": _NOTE + _readers(),
        HERE / "reference/commands.md": _NOTE + _commands(),
        HERE / "reference/matching.md": _NOTE + matching(),
        HERE / "lenses.md": _NOTE + _lenses(),
        HERE / "img/link.svg": _picture(),
        HERE / "img/review.svg": picture() + "\n",
    }


def _picture() -> str:
    """A link as the report draws it; all names are invented."""
    nodes = [
        Node("a", "Tavin Orel", "Person", ("crime",)),
        Node("b", "Harbour Star Haulage", "Company", ()),
        Node("c", "نهر الملح للتجارة", "Company", ()),
        Node("d", "Old Quarry Front", "Organization", ("terror",)),
    ]
    steps = [
        Step("a", "b", "Directorship", "Tavin Orel is a director of Harbour Star Haulage since 2016.", "2016-03", None),
        Step("b", "c", "ledger.payments", "Harbour Star Haulage paid 3 times, 55,970 QNR in all.", "2018-01-11", "2018-01-29"),
        Step("c", "d", "Ownership", "Old Quarry Front owns the firm, says the registrar.", "2017", "2019"),
    ]
    return path_svg(nodes, steps, title="Tavin Orel – Old Quarry Front") + "\n"


def _readers() -> str:
    lines = [
        "# Formats that are read",
        "",
        "`crosstie add` recognises these by their content, whatever they are called. `--reader NAME` forces one. Any other table is read by a",
        "[mapping](../guide/mapping.md).",
        "",
        "| name | format | entity ids | who says so | grade | fewest records |",
        "|---|---|---|---|---|---|",
    ]
    for reader in readers():
        profile = reader.profile
        lines.append(
            f"| `{reader.name}` | {reader.title} | `{profile.dataset}-…` | {profile.originator} | {profile.grade} | {profile.promise.min_records:,} |"
        )
    return "\n".join(lines) + "\n"


def _commands() -> str:
    parts = [
        "# Commands\n",
        "Every command takes `--workspace DIR`, `--json`, `--user NAME` and `--purpose TEXT`, before or after its name.\n",
    ]
    for path, command in _walk("crosstie", main):
        context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
        parts.append(f"## {path}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _walk(f"{path} {name}", found)


def _lenses() -> str:
    lines = ["# Lenses", "", "A lens is one field of crime: its formats, its words, its detectors and its part of an exercise.", ""]
    for lens in registry.load():
        guide = (lens.folder / "guide.md").read_text(encoding="utf-8").strip()
        lines += [guide.replace("\n## ", "\n### ").replace("# ", "## ", 1), ""]
    return "\n".join(lines)


def write() -> None:
    """Write the pages that are not current."""
    for path, content in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            sys.stdout.write(f"{path} written\n")


if __name__ == "__main__":
    write()
