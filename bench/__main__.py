"""Runs every bench in turn, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """The number of benches that failed."""
    failed = 0
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        sys.stdout.write(f"\n== {file.stem}\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"bench.{file.stem}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
