"""``make bench``: what the nightly job costs, whole and by stage, at several sizes of the city, and what it could cost at least.

For each size three situations (everything new, one new night, nothing new), each in a process of its own; then, on the same files,
the floor (``benchmarks.floor``) and the rival in pandas (``benchmarks.rival``). What has been measured is kept beside the city under
``--work``, so a long series can be cut off and gone on with; ``--again`` measures anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import floor, rival
from benchmarks.city import EVERYTHING, SITUATIONS, City
from benchmarks.measure import Measured, run
from benchmarks.report import commit, document, markdown
from pipelines.clock import CITY

if TYPE_CHECKING:
    from collections.abc import Callable

BESIDE = ("floor", "steps", "rival")
SIZES = (20_000, 60_000, 200_000)


class Notebook:
    """What has been measured at one size, kept after each measurement."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.noted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def note(self, name: str, measure: Callable[[], dict[str, Any]]) -> None:
        """Measure, unless it has been."""
        if name in self.noted:
            return
        print(f"{datetime.now(CITY):%H:%M:%S} {self.path.parent.name}: {name}", file=sys.stderr, flush=True)
        began = {"at": datetime.now(CITY).isoformat(timespec="minutes"), "code": commit()}
        self.noted[name] = {**began, **measure()}
        self.path.write_text(json.dumps(self.noted, indent=1), encoding="utf-8")


def measure_city(city: City, wanted: list[str], beside: list[str]) -> dict[str, Any]:
    """All situations and what is measured beside them, in the order in which they can be.

    Floor and rival come after the first night and before the next one, so that they read the files that it has read.
    """
    city.simulate()
    book = Notebook(city.root / "measured.json")
    for situation in SITUATIONS:
        if situation in wanted:
            book.note(situation, lambda name=situation: city.refresh(name))
        if situation == EVERYTHING and situation in book.noted:
            book.note("size", city.size)
            if "floor" in beside:
                book.note("floor", lambda: measure_floor(city, ["read", "models", *(["steps"] if "steps" in beside else [])]))
            if "rival" in beside:
                for mart in rival.MARTS:
                    book.note(f"rival {mart}", lambda name=mart: measure_rival(city, name))
    return book.noted


def measure_floor(city: City, parts_wanted: list[str]) -> dict[str, Any]:
    """The floor in a process of its own; marts that differ from those of the night make the figure worthless and are named."""
    at = city.root / "floor"
    floor.prepare(city.home, at)
    done = _python(city, "benchmarks.floor", str(city.home), "--at", str(at), "--parts", *parts_wanted)
    marks = json.loads((at / "parts.json").read_text(encoding="utf-8"))
    parts = {mark["part"]: {**asdict(done.between(mark["began"], mark["ended"])), "cpu_s": mark["cpu_s"]} for mark in marks}
    return {"whole": asdict(done.cost), "parts": parts, "different": floor.different(city.home, at / "warehouse.duckdb")}


def measure_rival(city: City, mart: str) -> dict[str, Any]:
    """A mart in pandas, and the SQL of the same mart with all it depends on, from the same Parquet files."""
    at = city.root / "floor"
    floor.prepare(city.home, at)
    sql = _python(city, "benchmarks.floor", str(city.home), "--at", str(at), "--mart", mart, "--parts", "models")
    out = at / f"{mart}.parquet"
    pandas = _python(city, "benchmarks.rival", str(city.home), mart, "--to", str(out))
    wrong = rival.different(city.home, mart, out)
    return {"sql": asdict(sql.cost), "pandas": asdict(pandas.cost), "different": wrong}


def _python(city: City, *words: str) -> Measured:
    done = run([sys.executable, "-m", *words], {}, city.log)
    if done.exit_code:
        raise RuntimeError(f"python -m {' '.join(words)} ended with {done.exit_code}, see {city.log}")
    return done


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--employees", type=int, nargs="+", default=SIZES, help="sizes of the city, one after the other")
    parser.add_argument("--situations", nargs="+", choices=SITUATIONS, default=SITUATIONS)
    parser.add_argument(
        "--beside",
        nargs="*",
        choices=BESIDE,
        default=BESIDE,
        help="what is measured beside the job; steps: the two Python steps by themselves, with the floor",
    )
    parser.add_argument("--work", type=Path, help="folder for the cities, which stay; without it, one that is removed at the end")
    parser.add_argument("--again", action="store_true", help="forget what was measured, keep the simulated files")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--markdown", type=Path, help="file for the tables; without it they are printed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        cities = [City((given.work or Path(empty)) / str(employees), employees) for employees in given.employees]
        noted = {}
        for city in cities:
            if given.again:
                forget(city)
            noted[city.employees] = measure_city(city, list(given.situations), list(given.beside))
    found = document(noted)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if given.markdown:
        given.markdown.write_text(markdown(found), encoding="utf-8")
    else:
        print(markdown(found))
    return int(bool(found["different"]))


def forget(city: City) -> None:
    """All but the simulated files."""
    for folder in (city.home, city.root / "floor"):
        shutil.rmtree(folder, ignore_errors=True)
    (city.root / "measured.json").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
