"""Ours and the peers on the same data in one run: `python -m bench.match --only names,screen --split dev`.

Prints one table and writes the record; the frozen reference run is `bench/match/reference.{json,md}`. Times are CPU-seconds of user and system.
Tuning looks at `--split dev` only; what is reported is `--split test`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bench.match import environments, report
from bench.match.runs import WORKS, rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.match", description="Matching, ours and the peers side by side.")
    parser.add_argument(
        "--only", default="names,original,screen,crosswalk,tables,historical,people100k,hard100k", help=f"of {','.join(WORKS)}"
    )
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--who", default="", help="only engines whose name holds this (for example crosstie)")
    parser.add_argument("--into", type=Path, help="write PATH.json and PATH.md")
    parser.add_argument("--merge", action="store_true", help="keep the rows of PATH.json that this run does not make")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := [name for name in wanted if name not in WORKS]:
        parser.error(f"no work {', '.join(unknown)}")
    os.nice(5)
    environments.WANTED = options.who
    made = []
    for row in rows(wanted, options.split):
        made.append(row)
        sys.stderr.write(report.line(row) + "\n")
    kept = report.load(options.into) if options.merge and options.into else []
    table = report.merged(kept, made)
    sys.stdout.write(report.markdown(table))
    if options.into:
        report.save(options.into, table)


if __name__ == "__main__":
    main()
