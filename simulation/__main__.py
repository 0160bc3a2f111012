"""``python -m simulation``: write the extracts of an invented city into an empty landing area."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from simulation.generate import default_period, generate


def main() -> None:
    start, end = default_period()
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--landing", type=Path, default=Path("var/landing"))
    parser.add_argument("--truth", type=Path, default=Path("var/simulated_truth.json"))
    parser.add_argument("--employees", type=int, default=20_000)
    parser.add_argument("--from", dest="start", type=date.fromisoformat, default=start)
    parser.add_argument("--to", dest="end", type=date.fromisoformat, default=end)
    parser.add_argument("--seed", type=int, default=1271)
    parser.add_argument("--no-faults", action="store_true", help="plant no dirty rows and files")
    given = parser.parse_args()
    truth = generate(
        given.landing, given.truth, seed=given.seed, employees=given.employees, start=given.start, end=given.end, faults=not given.no_faults
    )
    print(f"{len(truth['deliveries'])} deliveries, {len(truth['faults'])} planted faults, truth in {given.truth}")


if __name__ == "__main__":
    main()
