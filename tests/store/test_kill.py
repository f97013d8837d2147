from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from crosstie.store.audit import Audit
from crosstie.store.builds import BuildStore
from crosstie.store.casebook import Casebook
from crosstie.store.database import Database
from crosstie.store.scratch import Scratch
from crosstie.store.sources import SourceStore
from crosstie.store.vault import Vault

Start = Callable[..., "Popen[str]"]
ROUNDS = 5


def killed(process: Popen[str], after: float) -> list[str]:
    """What a process had acknowledged when it was killed, so many seconds after its first word."""
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first, process.communicate()[1]
    time.sleep(after)
    process.kill()
    rest, _ = process.communicate()
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize("work", ["sources", "builds", "judgements"])
def test_nothing_acknowledged_is_lost_and_nothing_half_is_seen(tmp_path: Path, start: Start, work: str) -> None:
    chance = random.Random(work)
    vault, sources, builds = Vault(tmp_path / "vault"), SourceStore(tmp_path / "sources"), BuildStore(tmp_path / "builds")
    acknowledged: list[list[str]] = []
    for _ in range(ROUNDS):
        acknowledged += [line.split() for line in killed(start(work, str(tmp_path)), chance.uniform(0, 0.3))]
        assert not [*vault.verify(), *sources.verify(), *builds.verify()]
        kept = {source.source_id for source in sources.list()}
        assert {words[1] for words in acknowledged if words[0] == "source"} <= kept
        assert all(vault.path(source.sha256).exists() for source in sources.list())
        current = builds.current()
        numbers = [int(words[1]) for words in acknowledged if words[0] == "build"]
        assert not numbers or (current is not None and current.number >= max(numbers))
        if current is not None:
            assert [current.table(table).num_rows % 12_000 for table in ("claims", "entities", "links")] == [0, 0, 0]
        with Database(tmp_path / "casebook.sqlite") as database:
            judged = {judgement.id for judgement in Casebook(database).in_force()}
            assert {words[1] for words in acknowledged if words[0] == "judgement"} <= judged
            assert Audit(database).head().count == len(judged)
            assert not list(Audit(database).verify())
    assert len(acknowledged) >= ROUNDS
    for folder in (tmp_path, vault.root, sources.root, builds.root):
        with Scratch(folder):
            assert len(list((folder / ".scratch").glob("*.lock"))) == 1


def test_death_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, start: Start) -> None:
    out, err = start("every_step", str(tmp_path)).communicate(timeout=120)
    assert err.strip(), "no child got through"
    left = [tuple(json.loads(line)) for line in out.splitlines()]
    assert len(left) > 15
    assert all(problems == 0 and known for _, problems, known, _, _ in left)
    sources, numbers = [row[3] for row in left], [row[4] for row in left]
    assert sources == sorted(sources)
    assert numbers == sorted(numbers)
    assert sources[0] == 0
    assert sources[-1] > 0
    assert numbers[-1] > 0


def test_a_limit_of_the_system_is_said_and_leaves_nothing_half(tmp_path: Path, start: Start) -> None:
    (tmp_path / "big").write_bytes(bytes(500_000))
    out, err = start("limited", str(tmp_path)).communicate(timeout=60)
    assert [line.split()[0] for line in out.splitlines()] == ["_put_big", "_add_big"], err
    assert out.count("beyond what this system allows") == 2
    assert out.count("| See the limits") == 2
    assert not SourceStore(tmp_path / "sources").list()
    assert not list(Vault(tmp_path / "vault").verify())
