"""``python -m benchmarks.chaos``: nights that are killed or struck by a fault, each followed by an undisturbed one.

A small city has a release; then the deliveries of its last weeks arrive, corrected and late ones among them. A night that loads them
is broken (``FAULTS``); the night after it must end well, and its marts must equal, row for row, those of a city that no fault struck.
(As computed, always. As published, unless the broken night published other data, as it does of half a file: what its readers saw decides
what must be withheld from them later.) Through all of it a reader opens ``current`` again and again: it must never meet an error, a missing
file or a mixture of two releases.

Every run is one line of ``HOME/results.jsonl``, told by its number: the same seed and number give the same fault. Prints a summary as
JSON; exits 1 when a run is at fault.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.town import Drawer, begin_night, day_of, end_night, refresh
from tests.releases import Reader, figures, figures_before_suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ARRIVES_LATER = date(2026, 6, 20)
"""Deliveries from this date on come to the second night."""


PUBLISHED_TO_ALL = "published open."


@dataclass(frozen=True)
class Fault:
    """What happens to a night: ``before`` it begins, ``inside`` its process, ``during`` it; ``after`` undoes it for the next night."""

    weight: int
    before: Callable[[Path, random.Random], None] | None = None
    inside: Callable[[random.Random, Path], None] | None = None
    during: Callable[[int, float, random.Random], None] | None = None
    after: Callable[[Path], None] | None = None


def _kill_everything(leader: int, usual: float, dice: random.Random) -> None:
    """The machine loses its power."""
    _wait(leader, dice.uniform(0, usual))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _kill_leader(leader: int, usual: float, dice: random.Random) -> None:
    """Python alone is killed; dbt, if it runs, goes on without it."""
    _wait(leader, dice.uniform(0, usual))
    with contextlib.suppress(ProcessLookupError):
        os.kill(leader, signal.SIGKILL)


def _kill_dbt(leader: int, usual: float, dice: random.Random) -> None:
    """Only dbt is killed, at a moment at which it runs."""
    del usual
    while _is_alive(leader):
        children = _children(leader)
        if children:
            time.sleep(dice.uniform(0, 15))
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            return
        time.sleep(0.2)


def _full_disk(dice: random.Random, home: Path) -> None:
    size = (home / "build" / "warehouse.duckdb").stat().st_size
    limit = int(size * dice.uniform(0.05, 1.0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def _little_memory(dice: random.Random, _home: Path) -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit = used + dice.randrange(50, 800) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _cut_a_file(home: Path, dice: random.Random) -> None:
    """Half of a file has arrived when the night begins; the other half comes later."""
    arrived = [path for path in sorted((home / "landing").rglob("*")) if path.is_file() and day_of(path) >= ARRIVES_LATER]
    path = dice.choice(arrived)
    content = path.read_bytes()
    (home / "whole").mkdir()
    shutil.copy2(path, home / "whole" / "content")
    (home / "whole" / "name").write_text(str(path))
    path.write_bytes(content[: dice.randrange(len(content))])


def _bring_the_rest(home: Path) -> None:
    shutil.copy2(home / "whole" / "content", (home / "whole" / "name").read_text())


def _hide_secret(home: Path, _dice: random.Random) -> None:
    (home / "secrets" / "pseudonym.key").rename(home / "secrets" / "elsewhere")


def _show_secret(home: Path) -> None:
    (home / "secrets" / "elsewhere").rename(home / "secrets" / "pseudonym.key")


def _jump(dice: random.Random, _home: Path) -> None:
    moved = datetime.now(UTC) + timedelta(days=dice.choice([-400, -30, -1, 1, 30, 400]))
    os.environ["WAREHOUSE_NOW"] = moved.isoformat()


def _second_run(_dice: random.Random, _home: Path) -> None:
    """Two at once: the second one is refused or waits its turn, and neither harms the other."""
    if not os.fork():
        refresh()


FAULTS = {
    "power": Fault(60, during=_kill_everything),
    "python killed": Fault(10, during=_kill_leader),
    "dbt killed": Fault(10, during=_kill_dbt),
    "disk full": Fault(6, inside=_full_disk),
    "out of memory": Fault(4, inside=_little_memory),
    "half a file": Fault(4, before=_cut_a_file, after=_bring_the_rest),
    "secret missing": Fault(2, before=_hide_secret, after=_show_secret),
    "clock jumps": Fault(2, inside=_jump),
    "two at once": Fault(2, inside=_second_run),
}


@dataclass
class Run:
    """One faulty night and the one after it. ``wrong`` says in words what is not as it must be; empty when all is well."""

    number: int
    fault: str
    at_seconds: float
    broken_exit: int
    clean_exit: int
    seconds: float
    reads: int
    wrong: list[str] = field(default_factory=list)


class Slot:
    """A place in which one run after the other happens, always under the same path: views of the warehouse hold it."""

    def __init__(self, place: Path) -> None:
        self.home, self.base, self.log = place / "home", place / "base", place / "night.log"
        self.usual = 0.0
        self.expected: dict[str, str] = {}
        self.content: dict[str, str] = {}

    def prepare(self) -> None:
        """The city with its first release, the deliveries that come later, and what they must lead to."""
        self.drawer, _ = Drawer.fill(self.home.parent / "drawer")
        self.drawer.deliver(self.home / "landing", lambda _, day: day < ARRIVES_LATER)
        _expect(self.night(), "the first night")
        self.home.rename(self.base)
        self.reset()
        began = time.monotonic()
        _expect(self.night(), "the undisturbed night")
        self.usual = time.monotonic() - began
        self.expected, self.content = self._figures(), self._inputs()[-1]

    def _figures(self) -> dict[str, str]:
        """Every mart, as computed and as published."""
        computed, published = (
            figures_before_suppression(self.home / "build" / "warehouse.duckdb"),
            figures(self.home / "releases" / "current"),
        )
        return {f"computed {name}": rows for name, rows in computed.items()} | {
            f"published {name}": rows for name, rows in published.items()
        }

    def _inputs(self) -> list[dict[str, str]]:
        """What each release was made from, oldest first."""
        manifests = sorted(path for path in (self.home / "releases").glob("*/manifest.json") if not path.parent.is_symlink())
        return [json.loads(path.read_text(encoding="utf-8"))["inputs"] for path in manifests]

    def reset(self) -> None:
        """The city as it was after its first night, with the new deliveries in its landing area."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.base, self.home, symlinks=True)
        self.drawer.deliver(self.home / "landing", lambda _, day: day >= ARRIVES_LATER)

    def night(self, fault: Fault | None = None, dice: random.Random | None = None) -> int:
        """A night, with what the fault does to it; returns its exit code."""
        inside = partial(fault.inside, dice) if fault and fault.inside and dice else None
        process = begin_night(self.home, self.log, {}, inside)
        if fault and fault.during and dice:
            fault.during(process.pid, self.usual, dice)
        return end_night(process)

    def run(self, number: int, seed: int) -> Run:
        """One broken night and the one after it, both watched by a reader."""
        self.reset()
        dice = random.Random(f"{seed} {number}")  # noqa: S311 - faults, not secrets
        name = dice.choices(list(FAULTS), [fault.weight for fault in FAULTS.values()])[0]
        fault, began = FAULTS[name], time.monotonic()
        wrong: list[str] = []
        with Reader(self.home / "releases" / "current") as reader:
            if fault.before:
                fault.before(self.home, dice)
            broken = self.night(fault, dice)
            struck = time.monotonic() - began
            if fault.after:
                fault.after(self.home)
            clean = self.night()
        if clean:
            wrong.append(f"the night after it ended with {clean}")
        wrong += reader.errors + self._differences()
        return Run(number, name, round(struck, 1), broken, clean, round(time.monotonic() - began, 1), reader.reads, wrong)

    def _differences(self) -> list[str]:
        found = self._figures()
        others_seen = any(inputs != self.content for inputs in self._inputs()[1:])
        tables = sorted(table for table in self.expected.keys() | found.keys() if not (others_seen and table.startswith(PUBLISHED_TO_ALL)))
        return [f"{table} differs" for table in tables if self.expected.get(table) != found.get(table)]


def _expect(code: int, what: str) -> None:
    if code:
        raise RuntimeError(f"{what} ended with {code}")


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _wait(leader: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and _is_alive(leader):
        time.sleep(0.05)


def campaign(home: Path, runs: int, seed: int, jobs: int = 1, first: int = 0) -> Iterator[Run]:
    """``runs`` runs from number ``first``, in ``jobs`` places at once, as they end."""
    numbers = iter(range(first, first + runs))
    slots = [Slot(home / f"place{number}") for number in range(jobs)]

    def work(slot: Slot) -> list[Run]:
        slot.prepare()
        done = []
        for number in numbers:
            done.append(slot.run(number, seed))
            with (home / "results.jsonl").open("a", encoding="utf-8") as results:
                results.write(json.dumps(asdict(done[-1])) + "\n")
        return done

    home.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        for done in pool.map(work, slots):
            yield from done


def summary(runs: list[Run]) -> dict[str, Any]:
    """What the campaign found, by fault."""
    return {
        "runs": len(runs),
        "at fault": [asdict(run) for run in runs if run.wrong],
        "faults": dict(Counter(run.fault for run in runs)),
        "broken nights that failed": sum(run.broken_exit != 0 for run in runs),
        "reads of the release": sum(run.reads for run in runs),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first run: a campaign can be continued")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    parser.add_argument("--home", type=Path, default=Path("var/chaos"))
    given = parser.parse_args()
    runs = list(campaign(given.home, given.runs, given.seed, given.jobs, given.first))
    found = summary(runs)
    print(json.dumps(found, indent=2))
    return 1 if found["at fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
