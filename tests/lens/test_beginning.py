"""A lens of one's own: begun, installed, asked; its region, findings and commands work from the first minute."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crosstie.errors import UsageError
from crosstie.lens import contract, manifest, registry
from crosstie.lens.beginning import begin
from crosstie.lens.places import FOLDER, GROUP


def test_the_template_keeps_the_contract_and_is_no_lens() -> None:
    template = manifest.read(FOLDER / manifest.TEMPLATE, f"{GROUP}.{manifest.TEMPLATE}")
    assert contract.problems(template, [*registry.load(), template]) == []
    assert template.name not in {lens.name for lens in registry.load()}


@pytest.mark.parametrize("name", ["finance", "newfield", "Fakes", "a", "two words", "../up", "fakes-2"])
def test_a_name_that_is_none_or_taken_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        begin(name, "Title", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    begin("fakes", "Forged goods", tmp_path)
    with pytest.raises(UsageError, match="there already"):
        begin("fakes", "Forged goods", tmp_path)


#: The commands of one process, each a line of JSON words; for each a line of its exit code and what it printed.
_SITTING = """
import json, sys
from click.testing import CliRunner
from crosstie.cli import main
for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line))
    sys.__stdout__.write(json.dumps([done.exit_code, done.stdout, done.stderr]) + "\\n")
    sys.__stdout__.flush()
"""


class Sitting:
    """Somebody at a machine with a lens of their own: a process that learned of it when it began, and does one command after another."""

    def __init__(self, root: Path, where: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(installed(root, where / "site"))}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SITTING], env=environment, cwd=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, *words: str) -> str:
        """What a command prints that must succeed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process ended with {self._process.wait(60)}"
        code, printed, said = json.loads(answer)
        assert code == 0, said
        return str(printed)

    def end(self) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0


def installed(root: Path, where: Path) -> Path:
    """Where a package lies as an installer would leave it: the code, and the note with its entry point."""
    noted = where / "crosstie_fakes-0.1.0.dist-info"
    noted.mkdir(parents=True)
    (noted / "METADATA").write_text("Metadata-Version: 2.1\nName: crosstie-fakes\nVersion: 0.1.0\n", encoding="utf-8")
    points = (root / "pyproject.toml").read_text(encoding="utf-8").split("[project.entry-points.")[1].split("\n\n")[0]
    name, package = points.splitlines()[1].split(" = ")
    (noted / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {package.strip(chr(34))}\n", encoding="utf-8")
    (where / "crosstie_fakes").symlink_to(root / "crosstie_fakes")
    return where


@pytest.mark.slow
def test_a_new_lens_works_from_file_to_answer(tmp_path: Path) -> None:
    root = begin("fakes", "Forged goods", tmp_path)
    assert "newfield" not in "".join(file.read_text(encoding="utf-8") for file in root.rglob("*") if file.is_file())
    crosstie = Sitting(root, tmp_path)
    assert "keeps the contract" in crosstie("lens", "check", "fakes")
    part = (root / "crosstie_fakes" / "fakes" / "scenario.py").read_text(encoding="utf-8")
    assert 'name = "fakes"' in part
    crosstie("init", "unit")
    (tmp_path / "dealings.csv").write_text(
        "event_no,date,from,to,goods,quantity\n"
        + "".join(f"{number},2024-03-{2 * number:02},Brook Store,Aro Velmi,thing,{number}\n" for number in range(1, 6)),
        encoding="utf-8",
    )
    assert json.loads(crosstie("--workspace", "unit", "--json", "add", "dealings.csv"))[0]["source"]["reader"] == "fakes-events"
    crosstie("--workspace", "unit", "build")
    [listed] = json.loads(crosstie("--workspace", "unit", "--json", "findings", "--lens", "fakes"))
    found = json.loads(crosstie("--workspace", "unit", "--json", "findings", listed["finding_id"]))
    assert (found["title"], found["thresholds"]) == ("The same two deal again and again within days", {"times": 4.0, "window": 10.0})
    assert sorted(found["names"].values()) == ["Aro Velmi", "Brook Store"]
    assert "A wholesaler who is supplied in several trips" in crosstie("--workspace", "unit", "findings", listed["finding_id"])
    asked = json.loads(crosstie("--workspace", "unit", "--purpose", "case 4", "fakes", "dealings", "brook", "--format", "json"))
    assert [row["quantity"] for row in asked["rows"]] == [1, 2, 3, 4, 5]
    assert "brook" in crosstie("--workspace", "unit", "audit")
    crosstie("--workspace", "unit", "judge", "finding", listed["finding_id"], "--verdict", "accepted", "--reason", "seen it")
    crosstie("--workspace", "unit", "build")
    [accepted] = json.loads(crosstie("--workspace", "unit", "--json", "findings", "--status", "accepted"))
    assert accepted["finding_id"] == listed["finding_id"]
    assert "finding.fakes-dealing/again" in crosstie("--workspace", "unit", "export", "edges", "--format", "csv")
    crosstie("--workspace", "unit", "thresholds", "set", "fakes.again.times", "6", "--reason", "they come daily here")
    assert '"value": 6.0' in crosstie("--workspace", "unit", "--json", "thresholds", "list", "fakes.again")
    crosstie.end()
