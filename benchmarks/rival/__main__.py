"""``python -m benchmarks.rival HOME MART --to FILE``: one mart in pandas, written as Parquet."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.rival import MARTS, compute


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rival", description=__doc__)
    parser.add_argument("home", type=Path, help="an installation whose night has ended")
    parser.add_argument("mart", choices=MARTS)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    compute(given.home, given.mart).to_parquet(given.to, index=False)


if __name__ == "__main__":
    main()
