"""The real networks are read whole, and go into a background as records without any trace of who they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.links.embedding import DATA, NETWORKS, members, write

HEAD = "no;kind;name;id\n"
MAPPING = """
delimiter: ;
queries:
- filters: {kind: P}
  entities: {holder: {schema: Person, id: {column: no}, properties: {name: name, idNumber: id}}}
"""


@pytest.mark.real
def test_networks_are_written_with_strangers_of_the_background(tmp_path: Path) -> None:
    if not DATA.exists():
        pytest.skip(f"the real networks are not here: {DATA}")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/accounts_q.csv").write_text(HEAD + "1;P;Ana Probe;77\n2;C;Firm;88\n3;P;Nobody;\n", encoding="utf-8")
    (tmp_path / "files/accounts_q.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    files = write(tmp_path, tmp_path, seed=3)
    assert [len(members(file)[0]) for _, file, _ in NETWORKS] == [110, 54]
    for (network, file, _), path in zip(NETWORKS, files, strict=True):
        names, ties = members(file)
        records = [json.loads(line) for line in path.open(encoding="utf-8")]
        people = {one["id"]: one["properties"] for one in records if one["schema"] == "Person"}
        calls = [one["properties"] for one in records if one["schema"] == "Call"]
        assert {f"{network}-{one}" for one in names} <= set(people)
        assert all("topics" not in one and "notes" not in one for one in people.values())
        assert {one["idNumber"][0] for one in people.values() if "idNumber" in one} == {"77"}
        assert len(calls) > len(ties) + len(names)
        assert all(one["startDate"] < one["endDate"] and one["caller"][0] in people and one["receiver"][0] in people for one in calls)
    assert write(tmp_path, tmp_path, seed=3) == files
