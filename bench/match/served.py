"""What `/match` says of names that people judged: `python -m bench.match.served [FOLDS]`.

Each right-hand name of name_cases.csv becomes an entity of a workspace, which is built; each left-hand name is asked as a program asks. A pair counts as
said to match where its entity comes back with at least 0.7. FOLDS, such as 0-2, are those of `cases.name_cases`: 0 to 2 are for tuning, 3 and 4 for
reporting.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import orjson

from bench.match.cases import NameCase, name_cases
from crosstie.app import Workspace
from crosstie.exchange.matching import Example, Filter
from crosstie.ingest.load import Choice

CUTOFF, AT = 0.05, 0.7


def scores(cases: list[NameCase], folder: Path) -> np.ndarray:
    """The score of each pair; 0 where its entity does not come back."""
    file = folder / "names.ftm.json"
    names = {name: f"n-{place}" for place, name in enumerate(dict.fromkeys((case.schema, case.right) for case in cases))}
    lines = [orjson.dumps({"id": one, "schema": schema, "properties": {"name": [name]}}) for (schema, name), one in names.items()]
    file.write_bytes(b"\n".join(lines) + b"\n")
    workspace = Workspace.init(folder / "unit", user="bench")
    [added] = workspace.add([file], choice=Choice(check_promise=False))
    assert added.outcome == "added", added.error
    workspace.build()
    matching = workspace.matching(lambda marking: True)
    ids = {row["entity_id"]: row["cluster_id"] for row in workspace.built().table("clusters").to_pylist()}
    own = {one: next(cluster for entity, cluster in ids.items() if entity.endswith(one)) for one in names.values()}
    examples = [Example.of(case.schema, {"name": [case.left]}) for case in cases]
    began = time.process_time()
    found = [
        answer
        for start in range(0, len(examples), 100)
        for answer in matching.match(examples[start : start + 100], Filter(), cutoff=CUTOFF, limit=50)
    ]
    print(f"{len(cases)} queries, {1e3 * (time.process_time() - began) / len(cases):.1f} cpu-ms each")
    workspace.close()
    out = np.zeros(len(cases))
    for place, (case, (matches, _)) in enumerate(zip(cases, found, strict=True)):
        wanted = own[names[case.schema, case.right]]
        out[place] = max((match.hit.score for match in matches if match.entity["id"] == wanted), default=0.0)
    return out


def told(score: np.ndarray, truth: np.ndarray, at: float) -> str:
    """Precision, recall and F1 at a threshold."""
    said = score >= at
    right = float((said & truth).sum())
    precision, recall = right / max(1, said.sum()), right / max(1, truth.sum())
    return f"P {precision:.3f} R {recall:.3f} F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main() -> None:
    """Ask, and tell."""
    first, _, last = (sys.argv[1] if len(sys.argv) > 1 else "0-4").partition("-")
    cases = [case for case in name_cases() if int(first) <= case.fold <= int(last or first)]
    truth = np.array([case.match for case in cases])
    with tempfile.TemporaryDirectory() as folder:
        score = scores(cases, Path(folder))
    print(f"folds {first} to {last or first}: {len(cases)} pairs, {truth.sum()} match; at {AT}: {told(score, truth, AT)}")
    tried = np.round(np.arange(0.05, 1.0, 0.01), 2)
    best = max(tried, key=lambda at: float(told(score, truth, at).split()[-1]))
    print(f"best, read off the truth: at {best:.2f}: {told(score, truth, best)}")


if __name__ == "__main__":
    main()
