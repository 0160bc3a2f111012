"""What a command costs, with every process that it starts: CPU, wall time, memory, bytes read and written.

Linux only: read from ``/proc`` twice a second. CPU and bytes of a child that has ended and was waited for are in the figures
of its parent, so short-lived processes are counted too; the totals are those of the root when it ends. Memory is the sum of PSS, in
which a page that several processes share counts once; of a process that may not be asked it is RSS.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INTERVAL_S = 0.5
PROC = Path("/proc")
_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
_STAT_CPU = slice(11, 15)
"""utime, stime and those of the children waited for, among the fields of ``/proc/<pid>/stat`` after the name."""


@dataclass(frozen=True)
class Sample:
    """The tree at one instant; CPU and bytes are sums since its beginning."""

    at: float
    cpu_s: float
    memory: int
    read: int
    written: int


@dataclass(frozen=True)
class Cost:
    """What a command, or a stage of it, has cost. Bytes are those of system calls, also where the page cache answered."""

    cpu_s: float
    wall_s: float
    peak_mb: int
    read_mb: int
    written_mb: int


@dataclass(frozen=True)
class Measured:
    """A command that has ended, and the samples taken while it ran."""

    exit_code: int
    cost: Cost
    samples: list[Sample]

    def between(self, first: float, last: float) -> Cost:
        """The cost of the time between two instants (seconds since 1970), to one interval of sampling."""
        begin, end = self._at(first), self._at(last)
        peak = max((sample.memory for sample in self.samples if first <= sample.at <= last), default=max(begin.memory, end.memory))
        return cost_of(end.cpu_s - begin.cpu_s, last - first, peak, end.read - begin.read, end.written - begin.written)

    def _at(self, instant: float) -> Sample:
        """The tree at an instant, on the line between the samples around it."""
        before = max((s for s in self.samples if s.at <= instant), key=lambda s: s.at, default=self.samples[0])
        after = min((s for s in self.samples if s.at >= instant), key=lambda s: s.at, default=self.samples[-1])
        span = after.at - before.at
        share = (instant - before.at) / span if span > 0 else 0.0

        def middle(low: float, high: float) -> float:
            return low + (high - low) * share

        return Sample(
            instant, middle(before.cpu_s, after.cpu_s), max(before.memory, after.memory),
            round(middle(before.read, after.read)), round(middle(before.written, after.written)),
        )  # fmt: skip


def cost_of(cpu_s: float, wall_s: float, memory: int, read: int, written: int) -> Cost:
    return Cost(round(cpu_s, 2), round(wall_s, 2), round(memory / 2**20), round(read / 2**20), round(written / 2**20))


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Measured:
    """Run a command to its end; what it says goes into ``log``."""
    began = time.time()
    with log.open("a", encoding="utf-8") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own
    samples = [Sample(began, 0.0, 0, 0, 0)]
    ended = threading.Event()
    sampler = threading.Thread(target=_watch, args=(process.pid, samples, ended))
    sampler.start()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    read, written = _bytes(process.pid)  # it still answers for itself and for all that it has waited for
    ended.set()
    sampler.join()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, now = used.ru_utime + used.ru_stime, time.time()
    peak = max(sample.memory for sample in samples)
    samples.append(Sample(now, cpu, 0, read, written))
    return Measured(process.returncode, cost_of(cpu, now - began, peak, read, written), samples)


def _watch(root: int, samples: list[Sample], ended: threading.Event) -> None:
    while not ended.wait(INTERVAL_S):
        pids = tree(root)
        cpu = sum(map(_cpu, pids))
        io = [_bytes(pid) for pid in pids]
        read, written = (sum(one[place] for one in io) for place in (0, 1))
        last = samples[-1]
        # Between the end of a process and the wait of its parent a figure may be missing for an instant: the sums never fall.
        samples.append(Sample(
            time.time(), max(cpu, last.cpu_s), sum(map(_memory, pids)), max(read, last.read), max(written, last.written)
        ))  # fmt: skip


def tree(root: int) -> list[int]:
    """A process and all that descend from it. The kernel names the children of each thread: nobody else's processes are looked at."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += _children(pid)
    return found


def _children(pid: int) -> list[int]:
    try:
        threads = [path.name for path in (PROC / str(pid) / "task").iterdir()]
    except OSError:  # it has ended
        return []
    return [int(child) for thread in threads for child in _read(pid, f"task/{thread}/children").split()]


def _stat(pid: int) -> list[str]:
    """The fields of ``stat`` after the name; empty for a process that is gone."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended, or is another user's
        return ""


def _cpu(pid: int) -> float:
    return sum(map(int, _stat(pid)[_STAT_CPU])) / _TICK


def _bytes(pid: int) -> tuple[int, int]:
    counts = dict(line.split(": ") for line in _read(pid, "io").splitlines())
    return int(counts.get("rchar", 0)), int(counts.get("wchar", 0))


def _memory(pid: int) -> int:
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    pages = _read(pid, "statm").split()
    return int(pages[1]) * _PAGE if pages else 0
