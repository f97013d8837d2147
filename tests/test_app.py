"""The workspace as a whole."""

from __future__ import annotations

from pathlib import Path

from tests.resolve.growing import Unit


def test_files_stand_in_the_order_in_which_they_came_however_fast(tmp_path: Path) -> None:
    """Of files of one day that say the same the last is shown: not whichever has the lowest id, where they came within a second."""
    with Unit(tmp_path) as unit:
        for other in range(4):
            unit.say(("ana", "Person", {"name": ["Ana Balic"]}), (f"other-{other}", "Person", {"name": [f"Other {other}"]}))
        sources = sorted(unit.workspace.list_sources(), key=lambda source: source.received_at)
        assert [source.file_name for source in sources] == [f"list{number:03}.ftm.json" for number in range(1, 5)]
        unit.build()
        [name] = [claim for claim in unit.workspace.show("ana").facts["claims"] if claim["prop"] == "name"]
        assert name["source_id"] == sources[-1].source_id
