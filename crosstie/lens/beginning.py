"""A new lens, begun from the template: a package that can be installed, whose lens keeps the contract from the first minute."""

from __future__ import annotations

import re
from pathlib import Path

from crosstie.errors import StorageError, UsageError
from crosstie.lens.manifest import TEMPLATE
from crosstie.lens.places import FOLDER, GROUP
from crosstie.lens.registry import load

#: What the template calls itself, in the places where a new lens puts its own name.
_NAME, _TITLE = "newfield", "New field"
_ALLOWED = re.compile(r"[a-z][a-z0-9]{2,29}")
_PROJECT = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "crosstie-{name}"
version = "0.1.0"
description = "A lens of crosstie: {title}"
requires-python = ">=3.11"
dependencies = ["crosstie"]

[project.entry-points."{group}"]
{name} = "crosstie_{name}.{name}"

[tool.hatch.build.targets.wheel]
packages = ["crosstie_{name}"]
"""
_TEST = '''"""The lens keeps the contract."""

from crosstie.lens import contract, registry


def test_the_lens_keeps_the_contract() -> None:
    lenses = registry.load()
    [lens] = [one for one in lenses if one.name == "{name}"]
    assert contract.problems(lens, lenses) == []
'''


def begin(name: str, title: str, out: Path) -> Path:
    """Make the package `crosstie-<name>` in a folder. UsageError for a name that is none or taken, or where the folder is there already."""
    if not _ALLOWED.fullmatch(name) or name == _NAME:
        raise UsageError(f"“{name}” is no name for a lens", hint="Use three to thirty small letters and figures, a letter first.")
    if name in {lens.name for lens in load()}:
        raise UsageError(f"there is a lens {name} already")
    title = " ".join(title.replace('"', "'").split())
    root = out / f"crosstie-{name}"
    if root.exists():
        raise UsageError(f"{root} is there already")
    try:
        package = root / f"crosstie_{name}"
        for file in sorted((FOLDER / TEMPLATE).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                path = package / name / str(file.relative_to(FOLDER / TEMPLATE)).replace(_NAME, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_named(file.read_text(encoding="utf-8"), name, title), encoding="utf-8")
        (package / "__init__.py").write_text(f'"""The package of the lens {name}."""\n', encoding="utf-8")
        (root / "pyproject.toml").write_text(_PROJECT.format(name=name, title=title, group=GROUP), encoding="utf-8")
        (root / "tests").mkdir()
        (root / "tests" / f"test_{name}.py").write_text(_TEST.format(name=name), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{root} cannot be made: {error.strerror}") from error
    return root


def _named(text: str, name: str, title: str) -> str:
    return text.replace(_TITLE, title).replace(_TITLE.lower(), title[:1].lower() + title[1:]).replace(_NAME, name)
