"""``python -m benchmarks.fuzz``: thousands of damaged files, in nights, beside healthy ones that must come through whole.

Every night is loaded by a worker process (``--worker``). A night is at fault when an exception leaves the load, the process ends or
hangs, a healthy delivery is lost or changed, rows are not conserved, or time or memory go out of bounds; the file to blame is then
looked for by loading halves of the night, and kept under ``HOME/failures``. Prints a summary as JSON; exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from data_quality.contract import contract_for
from tests.files import mutations, writers
from tests.files.hostile_archives import HOSTILE
from tests.files.night import NightReport, NightTask, NightWorker, serve
from tests.files.seeds import SEEDS

LIMITS = {"memory_mb": 768, "seconds": 20.0}
MOST_SELF_MB = 1_500
MOST_CHILD_MB = LIMITS["memory_mb"] + 256
NIGHT_SECONDS = 600.0
FIRST_DAY = date(2025, 1, 1)
NIGHTS_OF_A_WORKER = 25
HOSTILE_SHARE = 0.03
HEAVY_SHARE = 0.02
"""Of the hostile ones: each costs seconds."""
SENTINELS = 3


@dataclass(frozen=True)
class Damaged:
    """A file of a night and how it came to be."""

    extract: str
    day: date
    path: Path
    story: str


@dataclass
class Night:
    number: int
    root: Path
    files: list[Damaged] = field(default_factory=list)
    sentinels: dict[str, list[date]] = field(default_factory=dict)

    def task(self) -> NightTask:
        days = sorted({day.isoformat() for days in self.sentinels.values() for day in days})
        return NightTask(str(self.root), list(self.sentinels), LIMITS, days)

    def part(self, root: Path, files: list[Damaged]) -> Night:
        """The same night under another root, with some of its damaged files and the healthy ones beside them."""
        extracts = {file.extract for file in files}
        smaller = Night(self.number, root, [], {extract: days for extract, days in self.sentinels.items() if extract in extracts})
        for extract, days in smaller.sentinels.items():
            folder = contract_for(extract).folder
            (root / "landing" / folder).mkdir(parents=True)
            for day in days:
                shutil.copyfile(self.root / "landing" / folder / f"{day}.csv", root / "landing" / folder / f"{day}.csv")
        for file in files:
            path = root / file.path.relative_to(self.root)
            if file.path.is_file() or file.path.is_symlink():
                shutil.copyfile(file.path, path, follow_symlinks=False)
            smaller.files.append(Damaged(file.extract, file.day, path, file.story))
        return smaller


@dataclass(frozen=True)
class Fault:
    night: int
    kind: str
    extract: str
    detail: str
    day: str = ""


# --- making a night --------------------------------------------------------------------------------------------------


class Maker:
    """Makes the files of a night; the same seed and number always give the same files."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._grids = {extract: make() for extract, make in SEEDS.items()}
        self._healthy = {extract: mutations.healthy_formats(grid) for extract, grid in self._grids.items()}

    def night(self, number: int, n_files: int, root: Path) -> Night:
        night = Night(number, root)
        rng = random.Random(f"{self._seed}-{number}")  # noqa: S311 - damage, no secrets
        for extract in SEEDS:
            folder = root / "landing" / contract_for(extract).folder
            folder.mkdir(parents=True)
            n_here = n_files // len(SEEDS) + (list(SEEDS).index(extract) < n_files % len(SEEDS))
            days = [FIRST_DAY + timedelta(days=at) for at in range(n_here + SENTINELS)]
            night.sentinels[extract] = [days[0], days[len(days) // 2], days[-1]]
            for day in night.sentinels[extract]:
                (folder / f"{day}.csv").write_bytes(writers.csv_file(self._grids[extract], ";"))
            for day in days:
                if day not in night.sentinels[extract]:
                    night.files.append(self._damaged(rng, extract, day, folder))
        return night

    def _damaged(self, rng: random.Random, extract: str, day: date, folder: Path) -> Damaged:
        if rng.random() < HOSTILE_SHARE:
            is_heavy = rng.random() < HEAVY_SHARE
            item = rng.choice([item for item in HOSTILE if item.heavy == is_heavy])
            path = folder / f"{day}{item.suffix}"
            item.write(path)
            return Damaged(extract, day, path, f"hostile {item.name}")
        made = mutations.damaged(rng, self._grids[extract], self._healthy[extract], self._healthy[rng.choice(list(SEEDS))])
        path = folder / f"{day}{made.end}"
        path.write_bytes(made.content)
        return Damaged(extract, day, path, made.story)


# --- judging a night -------------------------------------------------------------------------------------------------


def faults_of(night: Night, report: NightReport, digests: dict[str, str]) -> list[Fault]:
    """What a report shows to be wrong."""
    if report.exit_code or not report.loaded:
        return [Fault(night.number, "process", "", report.error)]
    found = []
    if report.error:
        found.append(Fault(night.number, "exception", report.error.split(":")[0], report.error))
    for extract, days in report.loaded.items():
        for day in night.sentinels[extract]:
            row = days.get(day.isoformat())
            if row is None or row.digest != digests[extract]:
                found.append(
                    Fault(night.number, "sentinel lost", extract, row.reason or row.status if row else "no record", day.isoformat())
                )
        for day_text, row in days.items():
            counted = row.rows_accepted + row.rows_rejected + row.rows_duplicate
            in_force = row.n_in_force in ({row.rows_accepted} if row.status == "accepted" else {-1})
            if row.rows_read != counted or row.n_in_rejected != row.rows_rejected or not in_force:
                found.append(Fault(night.number, "rows not conserved", extract, str(row), day_text))
    for name, seconds in report.seconds.items():
        if seconds > 2 * LIMITS["seconds"] + 20:
            extract, day_text = name.split(" ")
            found.append(Fault(night.number, "slow", extract, f"{seconds} s", day_text))
    if report.self_mb > MOST_SELF_MB or report.children_mb > max(MOST_CHILD_MB, report.self_mb):
        found.append(Fault(night.number, "memory", "", f"self {report.self_mb} MB, child {report.children_mb} MB"))
    return found


# --- running ---------------------------------------------------------------------------------------------------------


@dataclass
class Totals:
    n_files: int = 0
    faults: list[Fault] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    self_mb: int = 0
    children_mb: int = 0

    def add(self, night: Night, report: NightReport) -> None:
        self.n_files += len(night.files)
        self.self_mb, self.children_mb = max(self.self_mb, report.self_mb), max(self.children_mb, report.children_mb)
        stories = {f"{file.extract} {file.day}": f"{file.story} ({file.path.name})" for file in night.files}
        times = [(seconds, f"night {night.number}: {name}: {stories.get(name, '')}") for name, seconds in report.seconds.items()]
        self.slowest = sorted([*self.slowest, *times], reverse=True)[:5]
        for file in night.files:
            row = report.loaded.get(file.extract, {}).get(file.day.isoformat())
            self.fates[row.status if row else "not loaded"] += 1
            if row and row.status == "blocked":
                self.reasons[row.reason.split(": ")[1 if row.reason.startswith(file.day.isoformat()) else 0][:60]] += 1


class Runner:
    """Runs nights on one worker, and looks for the file to blame when one fails."""

    def __init__(self, home: Path, digests: dict[str, str]) -> None:
        self._home, self.digests = home, digests
        self._worker: NightWorker | None = None
        self._n_loaded = 0

    def load(self, night: Night) -> NightReport:
        if self._worker is None:
            self._worker = NightWorker(self._home / f"worker-{threading.get_ident()}.log", ("-m", "benchmarks.fuzz", "--worker"))
            self._n_loaded = 0
        report = self._worker.load(night.task(), NIGHT_SECONDS)
        self._n_loaded += 1
        if report.exit_code or not report.loaded or self._n_loaded >= NIGHTS_OF_A_WORKER:
            self.close()
        return report

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def blame(self, night: Night, faults: list[Fault]) -> list[Damaged]:
        """The fewest files that bring the same kinds of fault, as far as halving finds them."""
        extracts, kinds = {fault.extract for fault in faults}, {fault.kind for fault in faults}
        suspects = [file for file in night.files if extracts == {""} or file.extract in extracts]
        while len(suspects) > 1:
            half = len(suspects) // 2
            guilty = next((part for part in (suspects[:half], suspects[half:]) if self._fails(night, part, kinds)), None)
            if guilty is None:
                break
            suspects = guilty
        return suspects

    def _fails(self, night: Night, files: list[Damaged], kinds: set[str]) -> bool:
        root = self._home / f"blame-{night.number}"
        shutil.rmtree(root, ignore_errors=True)
        again = night.part(root, files)
        found = faults_of(again, self.load(again), self.digests)
        shutil.rmtree(root, ignore_errors=True)
        return bool(kinds & {fault.kind for fault in found})


def keep(home: Path, night: Night, faults: list[Fault], guilty: list[Damaged]) -> None:
    folder = home / "failures" / f"night-{night.number}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in guilty:
        if file.path.is_file() and not file.path.is_symlink():
            shutil.copyfile(file.path, folder / f"{file.extract.replace('/', '-')}-{file.path.name}".replace("\n", "_"))
    stories = [{"extract": file.extract, "name": file.path.name, "story": file.story} for file in guilty]
    (folder / "fault.json").write_text(json.dumps({"faults": [vars(fault) for fault in faults], "files": stories}, indent=2))


def _one_night(night: Night, runner: Runner, home: Path, totals: Totals, lock: threading.Lock) -> None:
    report = runner.load(night)
    faults = faults_of(night, report, runner.digests)
    with lock:
        totals.add(night, report)
        totals.faults += faults
    if faults:
        named = {(fault.extract, fault.day) for fault in faults}
        guilty = [file for file in night.files if (file.extract, file.day.isoformat()) in named]
        keep(home, night, faults, guilty or runner.blame(night, faults))
    shutil.rmtree(night.root, ignore_errors=True)


def healthy_digests(home: Path, maker: Maker) -> dict[str, str]:
    """Digests of the healthy deliveries, from a night without damaged files."""
    root = home / "healthy"
    night = maker.night(-1, 0, root)
    runner = Runner(home, {})
    report = runner.load(night)
    runner.close()
    shutil.rmtree(root, ignore_errors=True)
    if report.error or report.exit_code:
        raise SystemExit(f"the night without damaged files failed: {report.error}")
    digests = {extract: {row.digest for row in days.values()} for extract, days in report.loaded.items()}
    if any(len(found) != 1 or "" in found for found in digests.values()):
        raise SystemExit("healthy deliveries are not accepted alike even without damaged ones")
    return {extract: found.pop() for extract, found in digests.items()}


def run(n_files: int, seed: int, home: Path, per_night: int, workers: int) -> dict[str, Any]:
    home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    maker = Maker(seed)
    digests = healthy_digests(home, maker)
    totals, lock = Totals(), threading.Lock()
    sizes = [per_night] * (n_files // per_night) + ([n_files % per_night] if n_files % per_night else [])
    queue = iter(enumerate(sizes))

    def drain(_number: int) -> None:
        runner = Runner(home, digests)
        while True:
            with lock:
                item = next(queue, None)
            if item is None:
                break
            try:
                _one_night(maker.night(*item, home / f"night-{item[0]}"), runner, home, totals, lock)
            except Exception:  # noqa: BLE001 - a slip of this program must not hide what the other nights have found
                runner.close()
                with lock:
                    totals.faults.append(Fault(item[0], "this program", "", traceback.format_exc()))
        runner.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(drain, range(workers)))
    return {
        "files": totals.n_files, "nights": len(sizes), "seed": seed, "seconds": round(time.monotonic() - began),
        "fates": dict(totals.fates), "reasons": dict(totals.reasons.most_common(25)), "slowest": totals.slowest,
        "peak_self_mb": totals.self_mb, "peak_child_mb": totals.children_mb,
        "n_faults": len(totals.faults), "faults": [{**vars(fault), "detail": fault.detail[-600:]} for fault in totals.faults[:40]],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, default=Path("var/fuzz"))
    parser.add_argument("--night", type=int, default=200, help="files of one night")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--worker", action="store_true", help="load the nights that standard input names (used by this program itself)")
    given = parser.parse_args()
    if given.worker:
        serve()
        return
    summary = run(given.files, given.seed, given.home, given.night, given.workers)
    print(json.dumps(summary, indent=2))
    sys.exit(1 if summary["n_faults"] else 0)


if __name__ == "__main__":
    main()
