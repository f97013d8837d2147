from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from crosstie.model import schema
from crosstie.model.lexicon import Sphere

RAFT = {"Raft": {"label": "Raft", "extends": ["Vehicle"], "matchable": True, "properties": {"logs": {"label": "Logs", "type": "number"}}}}


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_a_lens_can_add_a_schema_with_followthemoneys_private_loader(tmp_path: Path) -> None:
    """Watches `Model._load` and `generate`, which FollowTheMoney does not promise."""
    file = tmp_path / "Raft.yaml"
    file.write_text(yaml.safe_dump(RAFT), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from crosstie.model import schema\n"
        "model = schema.load_schemata([Path(sys.argv[1])]); before = len(model.schemata)\n"
        "raft = model.make_entity('Raft'); raft.id = 'r'; raft.add('logs', '7'); raft.add('owner', 'x')\n"
        "assert raft.get('logs') == ['7'] and schema.is_a('Raft', 'Vehicle') and schema.prop('Raft', 'logs')\n"
        "assert len(schema.load_schemata([Path(sys.argv[1])]).schemata) == before; print('loaded')"
    )
    result = _run(code, str(file))
    assert result.stdout == "loaded\n", result.stderr


def test_the_model_is_frozen_after_loading(tmp_path: Path) -> None:
    file = tmp_path / "Raft.yaml"
    file.write_text(yaml.safe_dump(RAFT), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from crosstie.errors import LensError; from crosstie.model import schema\n"
        "schema.load_schemata([])\n"
        "try: schema.load_schemata([Path(sys.argv[1])])\n"
        "except LensError as error: print(error.detail)"
    )
    assert "frozen" in _run(code, str(file)).stdout


def test_a_broken_schema_is_a_lens_error(tmp_path: Path) -> None:
    file = tmp_path / "Broken.yaml"
    file.write_text("Broken: {extends: [Nothing]}", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from crosstie.errors import LensError; from crosstie.model import schema\n"
        "try: schema.load_schemata([Path(sys.argv[1])])\n"
        "except LensError as error: print(error.detail)"
    )
    assert "does not load" in _run(code, str(file)).stdout


def test_schemata_fit_or_do_not() -> None:
    assert schema.common_schema("LegalEntity", "Person") == "Person"
    assert schema.common_schema("Person", "Vessel") is None
    assert schema.edge_ends("Ownership") == ("owner", "asset")
    assert schema.edge_ends("Person") is None
    assert schema.prop("Person", "nosuch") is None


def test_every_topic_of_ours_names_its_sphere_or_protects() -> None:
    entries = yaml.safe_load((schema.DATA / "topics.yaml").read_text(encoding="utf-8"))
    assert not set(entries["topics"]) & set(schema.registry_topics())
    assert set(entries["known"]) <= set(schema.registry_topics())
    for entry in [*entries["topics"].values(), *entries["known"].values()]:
        assert entry.get("protected") or Sphere(entry["sphere"])


def test_invented_states_are_no_real_countries() -> None:
    states = schema.exercise_states()
    assert states["nahrastan"] == states["نهرستان"] == "qn"
    assert all("qm" <= code <= "qz" for code in states.values())
