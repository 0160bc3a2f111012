"""What was measured as one document and as Markdown tables, with what follows from it: exponents and ratios."""

from __future__ import annotations

import math
import os
import platform
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.city import EVERYTHING, NOTHING, SITUATIONS, STAGES
from pipelines.clock import CITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Noted = dict[str, Any]
STEPS = ("impact", "plan")
"""Stages of the job that are Python and not SQL, and so no part of the floor."""


def machine() -> dict[str, Any]:
    """What the figures hold for."""
    cpu = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line), ""
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": f"{platform.machine()} {cpu}".strip(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "system": platform.release(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The state of the code that was measured; empty where it is no checkout."""
    command = [shutil.which("git") or "git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return done.stdout.strip()


def exponent(points: Iterable[tuple[float, float]]) -> float | None:
    """The power of the rows with which a cost grows: the slope of a straight line through the logarithms, by least squares."""
    logs = [(math.log(rows), math.log(cost)) for rows, cost in points if rows > 0 and cost > 0]
    if len({x for x, _ in logs}) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    return round(sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread, 3)


def exponents(sizes: Mapping[int, Noted]) -> dict[str, dict[str, float | None]]:
    """For each situation, of the whole job and of each stage."""
    found = {}
    for situation in SITUATIONS:
        measured = [(one["size"]["rows"], one[situation]) for one in sizes.values() if situation in one and "size" in one]
        whole = exponent((rows, noted["whole"]["cpu_s"]) for rows, noted in measured)
        stages = {
            stage: exponent((rows, noted["stages"][stage]["cpu_s"]) for rows, noted in measured if stage in noted["stages"])
            for stage in STAGES
        }
        found[situation] = {"whole": whole, **{stage: value for stage, value in stages.items() if value is not None}}
    return {situation: values for situation, values in found.items() if values["whole"] is not None}


def ratios(one: Noted) -> dict[str, float]:
    """The figures to quote at one size. ``job / floor``: the CPU of a night with everything new beyond one with nothing new."""
    found: dict[str, float] = {}
    if "floor" in one and EVERYTHING in one and NOTHING in one:
        floor = floor_cpu(one["floor"])
        beyond = one[EVERYTHING]["whole"]["cpu_s"] - one[NOTHING]["whole"]["cpu_s"]
        python = sum(one[EVERYTHING]["stages"].get(stage, {}).get("cpu_s", 0) for stage in STEPS)
        found["job / floor"] = round(beyond / floor, 1)
        found["job without the Python steps / floor"] = round((beyond - python) / floor, 1)
    for name, noted in one.items():
        if name.startswith("rival "):
            mart = name.removeprefix("rival ")
            found[f"{mart}: CPU of pandas / SQL"] = round(noted["pandas"]["cpu_s"] / noted["sql"]["cpu_s"], 1)
            found[f"{mart}: memory of SQL / pandas"] = round(noted["sql"]["peak_mb"] / noted["pandas"]["peak_mb"], 2)
    return found


def floor_cpu(noted: Noted) -> float:
    """All that its process used, but for the Python steps, which stand beside it."""
    return float(noted["whole"]["cpu_s"] - noted["parts"].get("steps", {}).get("cpu_s", 0))


def document(sizes: Mapping[int, Noted]) -> Noted:
    """Everything, as it is written to the file of results."""
    wrong = [f"{name} at {size:,}" for size, one in sizes.items() for name, noted in one.items() if noted.get("different")]
    return {
        "machine": machine(),
        "date": f"{datetime.now(CITY):%Y-%m-%d}",
        "code": sorted({noted["code"] for one in sizes.values() for noted in one.values() if noted.get("code")}),
        "sizes": {str(size): one for size, one in sizes.items()},
        "exponents": exponents(sizes),
        "ratios": {str(size): ratios(one) for size, one in sizes.items()},
        "different": wrong,
    }


def markdown(found: Noted) -> str:
    """The tables of ``docs/benchmarks.md``."""
    on = found["machine"]
    parts = [
        f"Measured on {found['date']}, state of the code {', '.join(found['code'])}: {on['cores']} cores ({on['processor']}), "
        f"{on['memory_gb']} GB of memory, Python {on['python']}.",
        _sizes(found["sizes"]),
        *(_situation(name, found) for name in SITUATIONS if any(name in one for one in found["sizes"].values())),
        _floor(found["sizes"]),
        _rival(found["sizes"]),
        _ratios(found["ratios"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; empty when it has no rows."""
    lines = ["| " + " | ".join(map(_shown, row)) + " |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "| --- " * len(head) + "|", *lines]) if lines else ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _sizes(sizes: Mapping[str, Noted]) -> str:
    head = ("employees", "files", "landed MB", "rows read", "rows accepted", "lake MB", "warehouse MB", "release MB")
    keys = ("employees", "files", "landed_mb", "rows", "rows_accepted", "lake_mb", "warehouse_mb", "release_mb")
    return table(head, ([one["size"][key] for key in keys] for one in sizes.values() if "size" in one))


def _situation(name: str, found: Noted) -> str:
    """CPU of each stage at each size, then what else the whole job has cost."""
    measured = {size: one[name] for size, one in found["sizes"].items() if name in one}
    powers = found["exponents"].get(name, {})
    head = [f"{name}: CPU s", *(f"{int(size):,}" for size in measured), "exponent"]
    stages = [stage for stage in STAGES if any(stage in noted["stages"] for noted in measured.values())]
    rows = [[stage, *(noted["stages"].get(stage, {}).get("cpu_s") for noted in measured.values()), powers.get(stage)] for stage in stages]
    rows.append(["whole job", *(noted["whole"]["cpu_s"] for noted in measured.values()), powers.get("whole")])
    for key, label in (("wall_s", "wall s"), ("peak_mb", "highest memory MB"), ("read_mb", "read MB"), ("written_mb", "written MB")):
        rows.append([label, *(noted["whole"][key] for noted in measured.values()), None])
    return table(head, rows)


def _floor(sizes: Mapping[str, Noted]) -> str:
    rows = []
    for size, one in sizes.items():
        if "floor" in one:
            parts, whole = one["floor"]["parts"], one["floor"]["whole"]
            cpu = [parts.get(part, {}).get("cpu_s") for part in ("read", "models", "steps")]
            rows.append([int(size), *cpu[:2], floor_cpu(one["floor"]), whole["peak_mb"], cpu[2]])
    return table(("employees", "floor: read, CPU s", "models, CPU s", "floor, CPU s", "highest memory MB", "(Python steps, CPU s)"), rows)


def _rival(sizes: Mapping[str, Noted]) -> str:
    head = ("employees", "mart", "SQL, CPU s", "pandas, CPU s", "SQL, MB", "pandas, MB")
    return table(head, (
        [int(size), f"`{name.removeprefix('rival ')}`", noted["sql"]["cpu_s"], noted["pandas"]["cpu_s"],
         noted["sql"]["peak_mb"], noted["pandas"]["peak_mb"]]
        for size, one in sizes.items() for name, noted in one.items() if name.startswith("rival ")
    ))  # fmt: skip


def _ratios(of_sizes: Mapping[str, Mapping[str, float]]) -> str:
    names = list(dict.fromkeys(name for one in of_sizes.values() for name in one))
    head = ("ratio", *(f"{int(size):,}" for size in of_sizes))
    return table(head, ([name, *(one.get(name) for one in of_sizes.values())] for name in names))
