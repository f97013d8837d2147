"""The documentation cannot rot: generated pages are current, links lead somewhere, commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from crosstie.cli import main
from docs.generate import pages

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: path.name)
def test_generated_pages_are_current(path: Path) -> None:
    assert path.exists(), f"{path} is missing: run “make docs”"
    assert path.read_text(encoding="utf-8") == pages()[path], f"{path} is out of date: run “make docs”"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} points to {target}"


def _commands(group: click.Group, prefix: str = "") -> set[str]:
    found: set[str] = set()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.add(f"{prefix}{name}")
        if isinstance(command, click.Group):
            found |= _commands(command, f"{prefix}{name} ")
    return found


def _code(text: str) -> str:
    """What stands in fences and back-ticks."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *(f"`{one}`" for one in re.findall(r"`([^`\n]+)`", text))])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_in_the_docs_exist_with_their_options(page: Path) -> None:
    known = _commands(main)
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^|`)crosstie ((?:[a-z]+)(?: [a-z]+)?)", _code(text), re.MULTILINE):
        words = line.split()
        assert words[0] in known, f"{page.name}: crosstie {words[0]}"
        if len(words) > 1 and any(one.startswith(f"{words[0]} ") for one in known):
            assert " ".join(words) in known, f"{page.name}: crosstie {line}"


def test_every_command_helps() -> None:
    for name, command in main.commands.items():
        assert (command.help or "").strip(), name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help or option.name in ("help", "seed"), f"{name} --{option.name}"


def test_the_makefile_makes_what_the_readme_says() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"\bmake ([a-z]+)\b", page.read_text(encoding="utf-8")):
            assert target in targets | {"a", "it", "out", "one", "the"}, f"{page.name}: make {target}"
