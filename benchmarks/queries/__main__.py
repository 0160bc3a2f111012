"""``python -m benchmarks.queries``: how long ten typical questions to a release take, each over a new connection; the median."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.queries import timings
from benchmarks.report import table
from pipelines.settings import get_settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--database", type=Path, help="an open database; without it, that of the current release")
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    database = given.database or get_settings().releases / "current" / "open" / "competency.duckdb"
    found = timings(database, given.times)
    if given.json:
        print(json.dumps([one._asdict() for one in found], indent=2))
    else:
        print(table(("query", "rows", "median, ms", "fastest, ms", "CPU, ms"), found))


if __name__ == "__main__":
    main()
