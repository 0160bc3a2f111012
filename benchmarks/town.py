"""A small city whose deliveries arrive night by night, and nights that run as processes of their own.

Nights are forked from a process that has imported everything: only what a night does costs time, not what Python loads for it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from simulation import Truth

FIRST, LAST = date(2026, 5, 1), date(2026, 7, 5)
EMPLOYEES = 100
NIGHT_SECONDS = 1800
"""After which a night counts as hung."""
HUNG = 124
NIGHTS = multiprocessing.get_context("forkserver")
NIGHTS.set_forkserver_preload(["dagster_dbt", "great_expectations", "pipelines.commands.main", "pipelines.definitions"])


@dataclass(frozen=True)
class Drawer:
    """The files of a simulated city that lie ready to be delivered, by folder and date."""

    root: Path

    @classmethod
    def fill(cls, root: Path, *, faults: bool = True) -> tuple[Drawer, Truth]:
        """Simulate the city, with or without planted faults: the same people and figures both times."""
        from simulation import generate

        truth = generate(root / "files", root / "truth.json", employees=EMPLOYEES, start=FIRST, end=LAST, faults=faults)
        return cls(root / "files"), truth

    def deliver(self, landing: Path, chosen: Callable[[str, date], bool]) -> list[Path]:
        """Put the files for which ``chosen(folder, date)`` holds into the landing area; returns where they are now."""
        put = []
        for path in sorted(self.root.rglob("*")):
            folder = str(path.parent.relative_to(self.root))
            if path.is_file() and chosen(folder, day_of(path)):
                target = landing / folder / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                put.append(target)
        return put


def day_of(path: Path) -> date:
    """The delivery date at the front of a file's name."""
    return date.fromisoformat(path.name[:10])


def begin_night(home: Path, log: Path, environment: Mapping[str, str], inside: Callable[[Path], None] | None = None) -> Any:
    """Start ``asn refresh`` in a process group of its own; ``inside`` is called in it first. Returns the process."""
    process = NIGHTS.Process(target=_night, args=(home, log, dict(environment), inside))
    process.start()
    return process


def end_night(process: Any) -> int:
    """Wait for a night; returns its exit code, negative for a signal, ``HUNG`` for one that had to be ended."""
    process.join(NIGHT_SECONDS)
    if process.is_alive():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return HUNG
    return int(process.exitcode or 0)


def _night(home: Path, log: Path, environment: dict[str, str], inside: Callable[[Path], None] | None) -> None:
    os.setsid()
    os.environ.update({"WAREHOUSE_HOME": str(home), **environment})
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(told, 1)
    os.dup2(told, 2)
    if inside:
        inside(home)
    refresh()


def refresh() -> None:
    """``asn refresh --wait`` in this process, which ends with it."""
    from pipelines.commands.main import app
    from pipelines.settings import get_settings

    get_settings.cache_clear()
    code: Any = 1
    try:
        app(["refresh", "--wait"])
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        os._exit(int(code or 0))
