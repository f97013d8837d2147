"""The works of the bench: each runs ours and the peers on the same data and gives one row for each of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import icu
import numpy as np
import pyarrow.parquet as pq

from bench.match import cases, environments, measures, people, tables
from bench.match.environments import Failed, run, spent
from bench.match.lists import UN
from bench.match.rows import Figures, Row
from bench.match.screening import Screening, screening

#: Peers find what they find at their own default; nothing is fitted for them but what is said to be read off the truth.
DEFAULT = 0.7
#: Records that come to those that are there.
NEW = 10_000
#: Queries for the engines that are slow: the figures of a sample of so many typo queries, and all the negatives that are needed for 1 %.
SAMPLE: dict[str, int] = {"typos": 1000, "negatives": 3000}


def _row(work: str, data: str, split: str, who: str, attempt: Callable[[], tuple[Figures, dict[str, Any]]], note: str = "") -> list[Row]:
    if environments.WANTED not in who:
        return []
    try:
        figures, found = attempt()
    except Failed as error:
        return [Row(work, data, split, who, note=f"failed: {error}")]
    start = sum(found["cpu"].get(phase, 0.0) for phase in ("import", "start"))
    return [Row(work, data, split, who, figures, round(spent(found), 3), round(start, 2), found["mib"], note)]


def plain(name: str) -> str:
    """A name as the brute force of rapidfuzz gets it: to ASCII by ICU, lower case, parts sorted."""
    latin = _ASCII.transliterate(name).replace("'", "").replace("`", "")
    return " ".join(sorted("".join(letter if letter.isalnum() else " " for letter in latin).split()))


_ASCII = icu.Transliterator.createInstance("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower")


def names(split: str, folder: Path) -> Iterator[Row]:
    """name_cases.csv: F1 at .7; with the threshold set on the other four folds; at the best threshold, read off the truth."""
    found = cases.name_cases()
    match = np.array([case.match for case in found])
    fold = np.array([case.fold for case in found])
    pairs = [[case.schema, case.left, case.right] for case in found]

    def judged(who: str, job: dict[str, Any]) -> tuple[Figures, dict[str, Any]]:
        out = run(who, job, folder)
        score = np.array(out["scores"])
        at, best = measures.pair_rates(score, match, DEFAULT), measures.best_threshold(score, match)
        figures = {"P": at.precision, "R": at.recall, "F1": at.f1, "F1 folded": measures.folded(score, match, fold).f1, "F1 best": best[1]}
        return {**figures, "µs/pair": spent(out) / len(pairs) * 1e6}, out

    for algorithm in ("logic-v2", "logic-v1", "name-based"):
        job = {"work": "names", "algorithm": algorithm, "pairs": pairs}
        yield from _row("name pairs", "name_cases 826", "all", algorithm, lambda job=job: judged("nomenklatura", job))  # type: ignore[misc]
    job = {"work": "names", "pairs": [[plain(left), plain(right)] for _, left, right in pairs]}
    yield from _row("name pairs", "name_cases 826", "all", "rapidfuzz WRatio", lambda: judged("rapidfuzz", job))
    ours = {"work": "names", "pairs": pairs, "folds": fold.tolist()}
    yield from _row(
        "name pairs", "name_cases 826", "5-fold", "crosstie", lambda: judged("crosstie", ours), "learned on the other four folds"
    )


def original(split: str, folder: Path) -> Iterator[Row]:
    """Names in original script against the primary names of the UN's list, R@1, R@10 and R@50."""
    case = cases.original_script(split)
    data = f"UN {'2020' if split == 'dev' else '2026'}, {len(case.queries)} of {len(case.listed)}"
    right = [frozenset({place}) for _, place in case.queries]
    entities = [[schema, [["name", name]]] for (_, name), schema in zip(case.listed, case.listed_schemata, strict=True)]
    asked = [[schema, name] for (name, _), schema in zip(case.queries, case.schemata, strict=True)]

    def judged(who: str, job: dict[str, Any]) -> tuple[Figures, dict[str, Any]]:
        out = run(who, job, folder)
        rank = measures.ranks([[one for one, _ in found] for found in out["ranked"]], right)
        return {f"R@{k}": measures.recall_at(rank, k) for k in (1, 10, 50)}, out

    everything = {"work": "everything", "algorithm": "logic-v2", "entities": entities, "queries": asked}
    yield from _row("original script", data, split, "logic-v2, all pairs", lambda: judged("nomenklatura", everything))
    brute = {"work": "screen", "names": [plain(name) for _, name in case.listed], "owner": list(range(len(case.listed)))}
    brute["queries"] = [plain(name) for name, _ in case.queries]
    yield from _row("original script", data, split, "rapidfuzz", lambda: judged("rapidfuzz", brute))
    job = {"work": "screen", "entities": entities, "queries": asked}
    yield from _row("original script", data, split, "crosstie", lambda: judged("crosstie", job))


def _screened(case: Screening, out: dict[str, Any]) -> Figures:
    kind = np.array([query.kind for query in case.queries])
    right = [query.right for query in case.queries]
    best = np.array([found[0][1] if found else 0.0 for found in out["ranked"]])
    rank = measures.ranks([[one for one, _ in found] for found in out["ranked"]], right)
    held = measures.ranks(out["candidates"], right)
    none = best[kind == "negative"]
    typo = kind == "typo"
    figures = {
        "typo R@50": measures.recall_at(held[typo], 50),
        "typo recall at 1 % FP": measures.recall_given(best[typo], rank[typo] == 0, none),
        "near FP": float((best[kind == "near"] >= measures.threshold_for(none)).mean()),
    }
    for one in ("clean", "original"):
        figures[f"{one} recall at 1 % FP"] = measures.recall_given(best[kind == one], rank[kind == one] == 0, none)
        figures[f"{one} R@10"] = measures.recall_at(rank[kind == one], 10)
    figures["q/cpu-s"] = len(case.queries) / sum(out["cpu"].get(phase, 0.0) for phase in ("candidates", "score", "screen"))
    figures["pairs/cpu-s"] = out.get("kernel") or out["pairs"] / out["cpu"]["score"]
    return figures


def screen(split: str, folder: Path) -> Iterator[Row]:
    """Queries against OFAC and UN: candidates, recall at 1 % false positives, speed."""
    seed = 1 if split == "dev" else 101
    some = screening(split, seed, SAMPLE["typos"], SAMPLE["negatives"])
    whole = screening(split, seed)

    def data(case: Screening) -> str:
        return f"OFAC+UN {len(case.names) / 1000:.1f} k names, {len(case.queries)} queries"

    def job(case: Screening, **more: Any) -> dict[str, Any]:
        entities = [[entity.schema, entity.names] for entity in case.entities]
        return {"algorithm": "logic-v2", "entities": entities, "queries": [[query.schema, query.name] for query in case.queries], **more}

    def judged(who: str, case: Screening, work: dict[str, Any]) -> tuple[Figures, dict[str, Any]]:
        out = run(who, work, folder)
        return _screened(case, out), out

    for work, who in (("blocker", "nomenklatura blocker + logic-v2"), ("tantivy", "tantivy + logic-v2")):
        todo = job(some, work=work)
        yield from _row("screening", data(some), split, who, lambda todo=todo: judged("nomenklatura", some, todo))  # type: ignore[misc]
    few = screening(split, seed, SAMPLE["typos"], SAMPLE["negatives"], amount="few")
    for case, name in ((some, data(some)), (few, f"{data(few)}, few slips"), (whole, data(whole))):
        brute = {"work": "screen", "names": [plain(name) for name in case.names], "owner": case.owner.tolist()}
        brute["queries"] = [plain(query.name) for query in case.queries]
        yield from _row("screening", name, split, "rapidfuzz ratio", lambda c=case, b=brute: judged("rapidfuzz", c, b))  # type: ignore[misc]
        todo = job(case, work="screen")
        yield from _row("screening", name, split, "crosstie", lambda c=case, t=todo: judged("crosstie", c, t), "explained")  # type: ignore[misc]


def groups(split: str, folder: Path) -> Iterator[Row]:
    """Whom the error rates of screening fall on: recall by region and script, false positives by script and region.

    Two thresholds: that of 1 % false positives of all negatives together, and the default.
    """
    case = screening(split, 2 if split == "dev" else 102)
    kind = np.array([query.kind for query in case.queries])
    brute = {"work": "screen", "names": [plain(name) for name in case.names], "owner": case.owner.tolist()}
    brute["queries"] = [plain(query.name) for query in case.queries]
    entities = [[entity.schema, entity.names] for entity in case.entities]
    ours = {"work": "screen", "entities": entities, "queries": [[query.schema, query.name] for query in case.queries]}
    for engine, who, job in (("rapidfuzz", "rapidfuzz ratio", brute), ("crosstie", "crosstie", ours)):
        if environments.WANTED not in who:
            continue
        out = run(engine, job, folder)
        best = np.array([found[0][1] if found else 0.0 for found in out["ranked"]])
        rank = measures.ranks([[one for one, _ in found] for found in out["ranked"]], [query.right for query in case.queries])
        for threshold in (measures.threshold_for(best[kind == "negative"]), DEFAULT):
            for one, by in (("typo", "region"), ("original", "script"), ("clean", "region"), ("near", "region"), ("negative", "script")):
                here = np.flatnonzero(kind == one)
                said = best[here] >= threshold
                right = said if one in ("near", "negative") else said & (rank[here] == 0)
                found = measures.by_group([getattr(case.queries[at], by) for at in here], right.astype(float))
                figures = {f"{group} ({count})": value for group, (count, value) in found.items() if count >= 20}
                what = "false positives" if one in ("near", "negative") else "recall"
                yield Row(f"{what} of {one} by {by}", f"threshold {threshold:.3f}", split, who, figures)


def crosswalk(split: str, folder: Path) -> Iterator[Row]:
    """Decisions of people on OFAC × UN whose primary names differ, whole records: recall and precision at the default threshold."""
    case = cases.crosswalk(split)
    hard, easy = set(case.true), set(case.easy)
    left, right = sorted({one for one, _ in hard | easy}), sorted({other for _, other in hard | easy})
    pairs = [(one, other) for one in left for other in right]

    def judged(who: str, job: dict[str, Any]) -> tuple[Figures, dict[str, Any]]:
        out = run(who, job, folder)
        said = {pair for pair, score in zip(pairs, out["scores"], strict=True) if score >= job["threshold"]}
        figures = {"recall": len(said & hard) / max(1, len(hard)), "recall easy": len(said & easy) / max(1, len(easy))}
        return {**figures, "precision": len(said & (hard | easy)) / max(1, len(said)), "pairs/cpu-s": len(pairs) / out["cpu"]["score"]}, out

    records = {"left": case.left, "right": case.right, "pairs": pairs, "threshold": DEFAULT}
    data = f"OFAC 2022 × UN 2020, {len(hard)} decisions"
    peer = {"work": "records", "algorithm": "logic-v2", **records}
    yield from _row("crosswalk, whole records", data, split, "logic-v2", lambda: judged("nomenklatura", peer))
    ours = {"work": "lists", "left": case.left, "right": case.right, "pairs": pairs, "threshold": 0.5, "files": [*cases.OFAC, UN[2020]]}
    yield from _row(
        "crosswalk, whole records", data, split, "crosstie", lambda: judged("crosstie", ours), "clusters of a build of both lists"
    )


def _ordered(path: Path, ids: Any, column: str) -> Any:
    """Clusters in the order of the table's rows."""
    found = pq.read_table(path)
    values = found[column].to_numpy(zero_copy_only=False)
    if "unique_id" in found.column_names:
        order = np.argsort(found["unique_id"].to_numpy(zero_copy_only=False).astype(str))
        values = values[order][np.argsort(np.argsort(ids))]
    return np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)[1]


def _table(work: str, data: str, split: str, table: tables.Table, kind: str, peers: tuple[str, ...], folder: Path) -> Iterator[Row]:
    source = folder / f"{kind}-{len(list(folder.iterdir()))}.parquet"
    pq.write_table(table.table, source)
    key = table.table.column_names[0]
    ids = table.table[key].to_numpy(zero_copy_only=False).astype(str)

    def judged(who: str) -> tuple[Figures, dict[str, Any]]:
        clusters = source.with_suffix(f".{who}")
        job = {"work": "table", "kind": kind, "table": str(source), "id": key, "drop": [], "columns": dict(table.columns)}
        out = run(who, {**job, "clusters": str(clusters)}, folder)
        rates = {
            column: measures.pair_f1(_ordered(clusters, ids, column), table.truth)
            for column in pq.read_schema(clusters).names
            if column != "unique_id"
        }
        best = max(rates, key=lambda column: rates[column].f1)
        figures = {"P": rates[best].precision, "R": rates[best].recall, "F1": rates[best].f1, "pairs": float(out["pairs"])}
        if "0.95" in rates:
            figures |= {"F1 at .95": rates["0.95"].f1, "best at": float(best)}
        return figures, out

    for who in peers:
        note = "best threshold, read off the truth" if who == "splink" else ""
        yield from _row(work, data, split, who, lambda who=who: judged(who), note)  # type: ignore[misc]


def small_tables(split: str, folder: Path) -> Iterator[Row]:
    """Published tables."""
    yield from _table("tables", "fake_1000", "all", tables.fake_1000(), "fake_1000", ("splink", "crosstie"), folder)
    for number in (1, 2, 3):
        yield from _table("tables", f"FEBRL {number}", "all", tables.febrl(number), "febrl", ("goldenmatch", "crosstie"), folder)


def historical(split: str, folder: Path) -> Iterator[Row]:
    """historical_50k."""
    all_of_it = ("splink", "goldenmatch", "crosstie")
    yield from _table("tables", "historical_50k", "all", tables.historical_50k(), "historical_50k", all_of_it, folder)


def _people(count: int, errors: str, peers: tuple[str, ...]) -> Callable[[str, Path], Iterator[Row]]:
    def work(split: str, folder: Path) -> Iterator[Row]:
        rows, truth = people.people(count, 1 if split == "dev" else 101, errors)
        table = tables.Table(rows, truth, tables.people_columns())
        yield from _table("invented persons", f"{count:,} {errors}", split, table, "people", peers, folder)

    return work


def _increment(count: int) -> Callable[[str, Path], Iterator[Row]]:
    """10,000 new records into `count` invented persons: what it costs beside doing all of it, and whether the clusters are the same."""

    def work(split: str, folder: Path) -> Iterator[Row]:
        table, home = folder / "people.parquet", folder / "matching"
        people.write(table, count + NEW, 1 if split == "dev" else 101)

        def build(name: str, new: int, home: Path | None) -> dict[str, Any]:
            job = {"work": "build", "table": str(table), "known": count, "new": new, "home": home and str(home)}
            return run("crosstie", {**job, "clusters": str(folder / f"{name}.clusters")}, folder)

        def judged() -> tuple[Figures, dict[str, Any]]:
            build("before", 0, home)
            after = build("after", NEW, home)
            whole = build("whole", NEW, None)
            if after["how"] != "increment":
                raise Failed("all of it was matched anew")
            same = (folder / "after.clusters").read_bytes() == (folder / "whole.clusters").read_bytes()
            figures = {"wall s": after["wall"], "of the whole": after["wall"] / whole["wall"], "compared": float(after["compared"])}
            figures |= {"whole: wall s": whole["wall"], "whole: cpu-s": spent(whole), "whole: MiB": float(whole["mib"])}
            return {**figures, "identical clusters": float(same)}, after

        yield from _row("increment", f"{NEW:,} into {count:,}", split, "crosstie", judged, "matching alone, after claims are gathered")

    return work


WORKS: Mapping[str, Callable[[str, Path], Iterator[Row]]] = {
    "names": names,
    "original": original,
    "screen": screen,
    "groups": groups,
    "crosswalk": crosswalk,
    "tables": small_tables,
    "historical": historical,
    "people100k": _people(100_000, "peer", ("splink", "goldenmatch", "crosstie")),
    "hard100k": _people(100_000, "hard", ("splink", "crosstie")),
    "people1m": _people(1_000_000, "peer", ("splink", "crosstie")),
    "hard1m": _people(1_000_000, "hard", ("crosstie",)),
    "people10m": _people(10_000_000, "peer", ("crosstie",)),
    "increment100k": _increment(100_000),
    "increment1m": _increment(1_000_000),
    "increment10m": _increment(10_000_000),
}


def rows(only: list[str], split: str) -> Iterator[Row]:
    """The rows of the works asked for, as they come."""
    for name in only:
        with tempfile.TemporaryDirectory(prefix="match-") as folder:
            yield from WORKS[name](split, Path(folder))
