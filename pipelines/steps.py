"""Python steps: what stands between two parts of the dbt build, because SQL cannot say it.

A step reads relations that dbt has built, calls a plain function over frames and writes one Parquet file, which dbt reads as a
source. n steps cut the build into n + 1 parts: part i holds what lies downstream of step i and of no later step (part 0: of no
step at all), so where a model belongs follows from what it reads and is written nowhere else.

Belongs here: which steps there are, and how one is carried out. Does not belong here: what they compute (packages of their
own), Dagster (``pipelines.defs``).
"""

from __future__ import annotations

import hashlib
import importlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One step. ``schema`` and ``name`` are those of the dbt source that it writes; ``function`` is imported when it runs."""

    schema: str
    name: str
    description: str
    reads: Mapping[str, str]
    function: str
    output: pa.Schema

    @property
    def source(self) -> str:
        """The step's output as dbt selects it."""
        return f"source:asn.{self.schema}.{self.name}"

    def path(self, build: Path) -> Path:
        """The Parquet file under the build folder."""
        return build / "python" / self.schema / f"{self.name}.parquet"

    def load(self) -> Callable[[Mapping[str, pd.DataFrame], int], pd.DataFrame]:
        """The function ``(frames, min_cell_size) -> frame``."""
        module, name = self.function.split(":")
        found: Callable[[Mapping[str, pd.DataFrame], int], pd.DataFrame] = getattr(importlib.import_module(module), name)
        return found


_FOUR, _SIX = pa.decimal128(18, 4), pa.decimal128(18, 6)
TRAINING_PLAN = Step(
    schema="planning",
    name="training_plan_solution",
    description="Which seats to fund with each budget: the best plan found, and how far from the proven optimum it can be.",
    reads={
        "candidates": "intermediate.int_planning__candidates",
        "limits": "intermediate.int_planning__seat_limits",
        "scenarios": "intermediate.int_planning__scenarios",
    },
    function="pipelines.planning.plan:plan_training",
    output=pa.schema(
        {
            "scenario": pa.string(),
            "plan_rank": pa.int64(),
            "unit_id": pa.string(),
            "competency_code": pa.string(),
            "programme_id": pa.string(),
            "seats": pa.int64(),
            "n_batches": pa.int64(),
            "programme_seats": pa.int64(),
            "cost_idr": pa.int64(),
            "promised_levels": _FOUR,
            "gap_levels": _FOUR,
            "service_weight": _FOUR,
            "class_weight": _FOUR,
            "row_value": _SIX,
            "greedy_rank": pa.int64(),
            "plan_value": _SIX,
            "greedy_value": _SIX,
            "optimality_gap": _SIX,
        }
    ),
)

STEPS: tuple[Step, ...] = (TRAINING_PLAN,)
"""In the order in which they run. A step may read what lies downstream of the steps before it, never of a later one."""


@dataclass(frozen=True)
class Part:
    """A part of the dbt build, by what dbt selects and leaves out."""

    name: str
    select: str
    exclude: str


def parts(steps: tuple[Step, ...] = STEPS) -> list[Part]:
    """The parts of the build, in order: one before the first step and one after each."""
    found = []
    for number in range(len(steps) + 1):
        later = " ".join(f"{step.source}+" for step in steps[number:])
        select = f"{steps[number - 1].source}+" if number else "fqn:*"
        name = f"warehouse_after_{steps[number - 1].name}" if number else "warehouse"
        found.append(Part(name, select, later))
    return found


def run_step(step: Step, warehouse: Path, build: Path, min_cell_size: int) -> dict[str, Any]:
    """Read, compute, write; returns the rows read and written and the seconds that it took."""
    began = time.monotonic()
    frames = _read(step, warehouse)
    frame = step.load()(frames, min_cell_size)
    table = pa.Table.from_pandas(frame[step.output.names], schema=step.output, preserve_index=False)
    _write(table, step.path(build))
    rows_read = sum(len(read) for read in frames.values())
    return {"rows_read": rows_read, "rows": table.num_rows, "seconds": round(time.monotonic() - began, 1), "table": table}


def prepare_outputs(build: Path, steps: tuple[Step, ...] = STEPS) -> None:
    """An empty file for each step that has not run yet, so that dbt can read every source from the first day."""
    for step in steps:
        if not step.path(build).is_file():
            _write(step.output.empty_table(), step.path(build))


def code_digest(steps: tuple[Step, ...] = STEPS) -> str:
    """Changes when the code of a step changes: then the warehouse is built anew."""
    digest = hashlib.sha256()
    for folder in sorted({PACKAGE.parent / step.function.split(":")[0].rsplit(".", 1)[0].replace(".", "/") for step in steps}):
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(step: Step, warehouse: Path) -> dict[str, pd.DataFrame]:
    """The relations as frames, decimals as decimals, in an order that does not depend on the engine."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        return {
            name: connection.execute(f"select * from {relation} order by all").to_arrow_table().to_pandas()  # noqa: S608 - own names
            for name, relation in step.reads.items()
        }


def _write(table: pa.Table, path: Path) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    pq.write_table(table, new, compression="zstd")
    with new.open("rb") as stream:
        os.fsync(stream.fileno())
    new.replace(path)
