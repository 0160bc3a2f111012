"""``python -m benchmarks.torn``: cities of which much is missing, each loaded in one night that must end with a release.

By seed, cities of several sizes and spans lose whole extracts, deliveries and rows at random: people sit in units that no register
holds, take part in programmes that no catalogue names and are assessed against standards that never came. All of that may be said in
warnings and in load_quality; none of it is a reason to stop.

Prints a line for each city; exits 1 where a night failed, and leaves the home of that city for whoever looks.
"""

from __future__ import annotations

import argparse
import gzip
import random
import shutil
import sys
import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.town import Drawer, begin_night, end_night
from pipelines.clock import CITY

SIZES = (100, 130, 200, 300)
SPANS = ((date(2025, 1, 1), date(2026, 6, 30)), (date(2026, 3, 1), date(2026, 8, 15)), (date(2024, 2, 1), date(2026, 2, 10)))
TEXT_FILES = (".csv", ".csv.gz")


class Torn(NamedTuple):
    """What a city is made of, and the shares of it that are missing."""

    employees: int
    first: date
    last: date
    extracts: float
    deliveries: float
    rows: float

    @classmethod
    def by_chance(cls, chance: random.Random) -> Torn:
        first, last = chance.choice(SPANS)
        return cls(
            chance.choice(SIZES), first, last, chance.choice((0, 0.15, 0.4)), chance.choice((0, 0.3, 0.7)), chance.choice((0, 0.3, 0.6))
        )


def tear(seed: int, home: Path) -> Torn:
    """Simulate the city of a seed and put into its landing area what is left of it."""
    from simulation import generate

    chance = random.Random(seed)  # noqa: S311 - a draw that can be repeated, and no secret
    torn = Torn.by_chance(chance)
    drawer = Drawer(home / "whole" / "files")
    generate(drawer.root, home / "whole" / "truth.json", employees=torn.employees, start=torn.first, end=torn.last, seed=seed)
    folders = sorted({str(path.parent.relative_to(drawer.root)) for path in drawer.root.rglob("*") if path.is_file()})
    left = {folder: chance.choice((0, torn.deliveries)) for folder in folders if chance.random() >= torn.extracts}
    put = drawer.deliver(home / "landing", lambda folder, _: folder in left and chance.random() >= left[folder])
    missing = {folder: chance.choice((0, torn.rows / 3, torn.rows)) for folder in left}
    for path in put:
        if path.name.endswith(TEXT_FILES):
            tear_rows(path, missing[str(path.parent.relative_to(home / "landing"))], chance)
    shutil.rmtree(home / "whole")
    return torn


def tear_rows(path: Path, share: float, chance: random.Random) -> None:
    """Take lines after the first out of a file of text."""
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    head, *lines = content.splitlines(keepends=True)
    left = b"".join([head, *(line for line in lines if chance.random() >= share)])
    path.write_bytes(gzip.compress(left) if packed else left)


def night(seed: int, home: Path) -> tuple[Torn, int]:
    """What was torn, and how the night on the day after its last delivery ended."""
    torn = tear(seed, home)
    at_one = datetime.combine(torn.last + timedelta(days=1), time(1), CITY)
    # The landing area of a city that lost everything stays empty: then there is nothing to load, which is said and no success.
    process = begin_night(home, home / "night.log", {"WAREHOUSE_NOW": at_one.isoformat(), "WAREHOUSE_SIMULATION": "false"})
    return torn, end_night(process)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torn", description=__doc__)
    parser.add_argument("--cities", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first city; the next one has the next")
    given = parser.parse_args()
    failed = 0
    for seed in range(given.seed, given.seed + given.cities):
        home = Path(tempfile.mkdtemp(prefix=f"torn-{seed}-"))
        torn, code = night(seed, home)
        print(f"city {seed}: {torn.employees} people, {torn.first} to {torn.last}, without {torn.extracts:.0%} of the extracts, up to "
              f"{torn.deliveries:.0%} of the deliveries and {torn.rows:.0%} of the rows: "
              f"{'released' if code == 0 else f'exit code {code}, see {home}'}", flush=True)  # fmt: skip
        if code:
            failed += 1
        else:
            shutil.rmtree(home)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
