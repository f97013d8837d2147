"""Ten million serials searched by what is left of one, beside a naive look at all of them in the same run: `python -m bench.firearms.serials`.

Serials are invented, in the shapes that makers use (letters and figures, year and number, plain numbers, lots in sequence). One to four signs are lost, in
one stretch or scattered, or one stretch of unknown length. The naive way is a regular expression (with the same look-alike signs) and, where no sign has a
look-alike, LIKE, in DuckDB on one thread over the same texts held in memory. Each question is checked: both ways must find the same number.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lenses.firearms.search.find import expression, find
from crosstie.lenses.firearms.search.index import build, load, save
from crosstie.lenses.firearms.search.pattern import parse

pc: Any = pyarrow.compute
LETTERS = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ"))


def invented(count: int, seed: int) -> pa.Array[Any]:
    """Distinct serials in the order of their texts."""
    rng = np.random.default_rng(seed)
    parts: list[Any] = []
    shapes = [(3, 4), (2, 6), (1, 6), (0, 7), (0, 8), (4, 3), (2, 5), (3, 6), (0, 10), (6, 8)]
    share = int(count * 1.5) // len(shapes)
    for letters, figures in shapes:
        fronts = max(1, share // 400)
        front = ["".join(rng.choice(LETTERS, letters)) for _ in range(fronts)] if letters else [""]
        begin = rng.integers(0, max(1, 10**figures - 500), len(front))
        which = rng.integers(0, len(front), share)
        # lots run in sequence: four hundred numbers from where the lot begins
        number = begin[which] + rng.integers(0, 400, share) if letters else rng.integers(0, 10**figures, share)
        texts = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), figures, "0")
        parts.append(pc.binary_join_element_wise(pa.array(front).take(pa.array(which)), texts, ""))
    found = pc.unique(pa.concat_arrays(parts))
    found = found.take(pa.array(np.sort(rng.permutation(len(found))[:count])))
    return found.take(pc.sort_indices(found)).cast(pa.large_string())


def damaged(text: str, lost: int, how: str, rng: np.random.Generator) -> str:
    """The serial with so many signs lost, in one stretch, scattered, or in a stretch of which nobody knows how long it was."""
    signs = list(text)
    if how == "scattered":
        for at in rng.choice(len(signs), lost, replace=False).tolist():
            signs[at] = "?"
    else:
        at = int(rng.integers(0, len(signs) - lost + 1))
        signs[at : at + lost] = ["*"] if how == "gap" and lost else ["?"] * lost
    return "".join(signs)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000_000)
    options.add_argument("--questions", type=int, default=40, help="for each number of lost signs and each kind of damage")
    options.add_argument("--naive", type=int, default=3, help="of these so many are asked the naive way too")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, default=Path("/tmp/crosstie-serials"))
    options.add_argument("--into", type=Path)
    given = options.parse_args()
    texts = invented(given.count, given.seed)
    began = time.process_time()
    save(build([texts]), given.folder / "index")
    built = time.process_time() - began
    size = sum(file.stat().st_size for file in (given.folder / "index").iterdir())
    index = load(given.folder / "index")
    assert index is not None
    table = pa.table({"serial": texts})
    naive = duckdb.connect(config={"threads": 1})
    naive.register("given", table)
    naive.execute("create table serials as select * from given")
    rng = np.random.default_rng(given.seed + 1)
    find(index, parse("AB1*"), misread=1, slips=True)  # compiled before it is measured
    rows: list[dict[str, Any]] = []
    for how in ("stretch", "scattered", "gap"):
        for lost in range(5):
            times, cpu, others, first = [], [], [], 0
            for number in range(given.questions):
                text = str(texts[int(rng.integers(len(texts)))])
                asked = parse(damaged(text, min(lost, len(text) - 2), how, rng))
                wall, process = time.perf_counter(), time.process_time()
                found = find(index, asked, limit=20)
                times.append(time.perf_counter() - wall)
                cpu.append(time.process_time() - process)
                first += found.serials[:1] == (text,)
                if number < given.naive:
                    wall = time.perf_counter()
                    count = naive.execute("select count(*) from serials where regexp_matches(serial, ?)", [expression(asked)]).fetchone()
                    others.append(time.perf_counter() - wall)
                    assert count == (found.count,), (str(asked), count, found.count)
            rows.append(
                {
                    "damage": how,
                    "lost": lost,
                    "median_ms": round(1000 * float(np.median(times)), 2),
                    "p95_ms": round(1000 * float(np.percentile(times, 95)), 2),
                    "max_ms": round(1000 * max(times), 2),
                    "cpu_ms": round(1000 * float(np.mean(cpu)), 2),
                    "regex_ms": round(1000 * float(np.median(others)), 1),
                    "ratio": round(float(np.median(others)) / float(np.median(times))),
                }
            )
            print(rows[-1], flush=True)
    for what, more in (("one sign misread", {"misread": 1}), ("one slip", {"slips": True})):
        times = []
        for _ in range(given.questions):
            text = str(texts[int(rng.integers(len(texts)))])
            asked = parse(damaged(text, 1, "stretch", rng))
            wall = time.perf_counter()
            find(index, asked, limit=20, **more)
            times.append(time.perf_counter() - wall)
        rows.append(
            {"damage": what, "lost": 1, "median_ms": round(1000 * float(np.median(times)), 2), "max_ms": round(1000 * max(times), 2)}
        )
        print(rows[-1], flush=True)
    like = []
    for _ in range(given.naive):
        text = str(texts[int(rng.integers(len(texts)))])
        wall = time.perf_counter()
        naive.execute("select count(*) from serials where serial like ?", [damaged(text, 2, "stretch", rng).replace("?", "_")]).fetchone()
        like.append(time.perf_counter() - wall)
    about = {
        "serials": len(texts),
        "build_cpu_s": round(built, 1),
        "index_mib": round(size / 2**20),
        "like_ms": round(1000 * float(np.median(like)), 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(about)
    if given.into:
        given.into.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(given.folder)


if __name__ == "__main__":
    main()
