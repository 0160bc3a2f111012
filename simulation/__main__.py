"""``python -m simulation``: write the extracts of an invented city into an empty landing folder."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from simulation.generate import default_period, generate


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and generate."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--landing", type=Path, required=True, help="folder to fill; must be empty")
    parser.add_argument("--truth", type=Path, required=True, help="JSON file with everything planted; outside the landing folder")
    parser.add_argument("--employees", type=int, default=20_000)
    parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first day; default two years before the last")
    parser.add_argument("--to", dest="end", type=date.fromisoformat, help="last day; default yesterday in Medan")
    parser.add_argument("--seed", type=int, default=1271)
    parser.add_argument("--no-faults", action="store_true", help="plant no faulty rows and deliveries")
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    parser.add_argument("--quiet", action="store_true", help="do not name each delivery")
    given = parser.parse_args(arguments)
    end = given.end or default_period()[1]
    start = given.start or date(end.year - 2, end.month, min(end.day, 28))
    try:
        truth = generate(
            given.landing,
            given.truth,
            seed=given.seed,
            employees=given.employees,
            start=start,
            end=end,
            faults=not given.no_faults,
            progress=None if given.quiet else print,
            force=given.force,
        )
    except (FileExistsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(truth.deliveries)} deliveries, {len(truth.faults)} planted faults; the truth is in {given.truth}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
