"""A unit with something to review, people at their terminals, and commands without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crosstie.app import Workspace
from crosstie.cli import main
from crosstie.store.casebook import Judgement
from tests.cli.terminal import Terminal
from tests.resolve.invented import write_build

SAID = {
    "a-1": ("Orin Vale", "1970-01-01"),
    "b-1": ("أورين فيل", "1970"),
    "a-2": ("Sela Marsh", "1981-05-06"),
    "b-2": ("Sella Marsh", "1984-02-01"),
    **{f"{side}-{place}": ("Tobin Reed", "1990-03-04") for side in "ab" for place in (5, 6, 7)},
    "c-1": ("Wena Holt", ""),
    "d-1": ("Wena \x1b[2JHolt\u202e", "1975"),
    "e-1": ("Wena Holt", ""),
}


def reviewable(folder: Path) -> Path:
    """A workspace with a build in which these are to be asked, in this order: a-1/b-1 (crime meets terror), a-2/b-2, three times Tobin Reed, and an
    entity of three Wena Holts.
    """
    Workspace.init(folder, name="Unit 7").close()
    write_build(
        folder / "builds",
        [
            ("a-1", "b-1", 0.7, '{"name":6.0,"birth_date":1.5}'),
            ("a-2", "b-2", 0.7, '{"name":7.0,"birth_date":-2.0}'),
            *((f"a-{place}", f"b-{place}", 0.3, '{"name":4.0}') for place in (5, 6, 7)),
            ("c-1", "d-1", 0.99),
            ("d-1", "e-1", 0.96),
        ],
        entities=[("c-1", "d-1", "e-1")],
        said=SAID,
        spheres={"a-1": "crime", "b-1": "terror", "a-2": "crime"},
        links=[("a-1", "b-1")],
    )
    return folder


def at(unit: Path, *more: str, user: str = "ann", **how: Any) -> Terminal:
    return Terminal("review", "--workspace", unit, "--user", user, *more, **how)


def run(*arguments: str | Path) -> Result:
    """A command whose input is no terminal."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def judgements(unit: Path) -> list[Judgement]:
    workspace = Workspace(unit, user="looker")
    try:
        return workspace.casebook.history()
    finally:
        workspace.close()


def told(found: Sequence[Judgement]) -> list[tuple[str, str | None, str]]:
    return [(one.left, one.right, one.verdict) for one in found if one.revoked_at is None]
