"""A simulated city on disk, its nights, and what the nights cost.

The files of all nights are simulated once. ``everything new`` finds all but those of the last night, ``one new night`` finds those
too, ``nothing new`` finds what is there already. The clock is held at one in the morning after the last delivery, so that a run of
next year measures the same as one of today.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Measured, run
from benchmarks.town import Drawer
from pipelines.clock import CITY

if TYPE_CHECKING:
    from benchmarks.measure import Cost

FIRST, LAST = date(2024, 9, 1), date(2026, 8, 31)
EVERYTHING, ONE_NIGHT, NOTHING = SITUATIONS = ("everything new", "one new night", "nothing new")
DBT = {
    "warehouse": "dbt, part 1",
    "warehouse_after_training_impact": "dbt, part 2",
    "warehouse_after_training_plan_solution": "dbt, part 3",
}
STAGES = ("ingest", "dbt, part 1", "impact", "dbt, part 2", "plan", "dbt, part 3", "release", "around the steps")
"""In the order in which they run; the last one is what lies before, between and after them: imports, Dagster, the lock, alerts."""
OF_STEPS = {**DBT, "training_impact": "impact", "training_plan_solution": "plan", "release": "release"}
"""Stage of each step; every other step loads an extract."""
PYTHON = Path(sys.executable)


@dataclass(frozen=True)
class City:
    """``root`` holds ``files`` (all that is ever delivered), ``home`` (the installation) and what is measured on them."""

    root: Path
    employees: int

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def drawer(self) -> Drawer:
        return Drawer(self.root / "files")

    @cached_property
    def log(self) -> Path:
        return self.root / "log.txt"

    def simulate(self) -> None:
        """Write the files, unless they are there."""
        truth = self.root / "truth.json"
        if truth.is_file():
            return
        self.root.mkdir(parents=True, exist_ok=True)
        command = [PYTHON, "-m", "simulation", "--landing", self.drawer.root, "--truth", truth, "--employees", self.employees,
                   "--from", FIRST, "--to", LAST, "--quiet", "--force"]  # fmt: skip
        if run([str(word) for word in command], {}, self.log).exit_code:
            raise RuntimeError(f"the city could not be simulated, see {self.log}")

    def environment(self, night: date) -> dict[str, str]:
        at_one = datetime.combine(night + timedelta(days=1), time(1), CITY)
        return {"WAREHOUSE_HOME": str(self.home), "WAREHOUSE_NOW": at_one.isoformat()}

    def refresh(self, situation: str) -> dict[str, Any]:
        """Deliver what the situation calls for and run the nightly job."""
        nights = {EVERYTHING: LAST - timedelta(days=1), ONE_NIGHT: LAST, NOTHING: LAST + timedelta(days=1)}
        if situation == EVERYTHING:
            self.drawer.deliver(self.home / "landing", lambda _, day: day < LAST)
        if situation == ONE_NIGHT:
            self.drawer.deliver(self.home / "landing", lambda _, day: day == LAST)
        night = run([str(PYTHON.with_name("asn")), "refresh"], self.environment(nights[situation]), self.log)
        if night.exit_code:
            raise RuntimeError(f"{situation}: the job ended with {night.exit_code}, see {self.log}")
        return {"whole": asdict(night.cost), "stages": by_stage(night, last_steps(self.home))}

    def size(self) -> dict[str, Any]:
        """What lies in the landing area and what came of it: files, megabytes, rows read and accepted."""
        import duckdb

        files = [path for path in (self.home / "landing").rglob("*") if path.is_file()]
        loads = self.home / "lake" / "loads" / "**" / "*load.parquet"
        read, accepted = duckdb.execute(
            "select sum(rows_read), sum(rows_accepted) from read_parquet(?, union_by_name = true)", [str(loads)]
        ).fetchall()[0]
        lake = sum(path.stat().st_size for path in (self.home / "lake").rglob("*") if path.is_file())
        landed = sum(path.stat().st_size for path in files)
        return {
            "employees": self.employees, "files": len(files), "landed_mb": round(landed / 2**20, 1),
            "lake_mb": round(lake / 2**20, 1), "rows": int(read), "rows_accepted": int(accepted),
            "warehouse_mb": round((self.home / "build" / "warehouse.duckdb").stat().st_size / 2**20, 1),
            "release_mb": megabytes(self.home / "releases" / "current"),
        }  # fmt: skip


def megabytes(folder: Path) -> float:
    """What a folder holds."""
    return round(sum(path.stat().st_size for path in folder.resolve().rglob("*") if path.is_file()) / 2**20, 1)


def last_steps(home: Path) -> list[tuple[str, float, float]]:
    """Step, beginning and end (seconds since 1970) of the newest run, from Dagster's record of it."""
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (newest,) = instance.get_runs(limit=1)
        steps = instance.get_run_step_stats(newest.run_id)
    return [(step.step_key, step.start_time, step.end_time) for step in steps if step.start_time and step.end_time]


def by_stage(night: Measured, steps: list[tuple[str, float, float]]) -> dict[str, dict[str, float]]:
    """The cost of each stage: a step's is what the process tree used between its beginning and its end."""
    costs: dict[str, list[Cost]] = {}
    for name, begin, end in steps:
        costs.setdefault(OF_STEPS.get(name, "ingest"), []).append(night.between(begin, end))
    found = {stage: _sum(parts) for stage, parts in costs.items()}
    found["around the steps"] = {
        key: round(getattr(night.cost, key) - sum(stage[key] for stage in found.values()), 2)
        for key in ("cpu_s", "wall_s", "read_mb", "written_mb")
    }
    return {stage: found[stage] for stage in STAGES if stage in found}


def _sum(parts: list[Cost]) -> dict[str, float]:
    added = {key: round(sum(getattr(part, key) for part in parts), 2) for key in ("cpu_s", "wall_s", "read_mb", "written_mb")}
    return {**added, "peak_mb": max(part.peak_mb for part in parts)}
