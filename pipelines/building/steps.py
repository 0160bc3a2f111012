"""Python steps: what stands between two parts of the dbt build, because SQL cannot say it.

A step reads relations that dbt has built, calls a plain function over frames and writes a Parquet file for each table that
comes of it, which dbt reads as a source. n steps cut the build into n + 1 parts: part i holds what lies downstream of step i
and of no later step (part 0: of no step at all), so where a model belongs follows from what it reads and is written nowhere else.

Belongs here: which steps there are, and how one is carried out. Does not belong here: what they compute (packages of their
own), Dagster (``pipelines.defs``).
"""

from __future__ import annotations

import hashlib
import importlib
import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.building import step_memory
from pipelines.building.step_frames import Source, opened
from pipelines.durable import sync
from pipelines.engine import MEMORY, share
from pipelines.processes import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from pipelines.building.step_frames import Parts

PACKAGE = Path(__file__).parent.parent
MANY = 100_000
"""Rows that a step computes in more time than processes take to start."""
OUTPUTS = "python"
"""The folder within that of the build in which the steps write."""
RELEASING = (
    "pipelines/privacy", "pipelines/publishing", "pipelines/reporting", "pipelines/sentences.py", "pipelines/spreadsheets.py", "docs",
)  # fmt: skip
"""What a release is made with out of the warehouse: what it hides, writes and shows follows from code, texts, templates and the pages of
``docs/``, which are pages of the site.
"""


def load(function: str) -> Callable[..., Any]:
    """The function of the name ``module:function``."""
    module, name = function.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


@dataclass(frozen=True)
class Step:
    """One step. ``schema`` and the names of ``outputs`` are those of the dbt sources that it writes.

    Functions are named ``module:function`` and imported when they run. ``function``: ``(frames, min_cell_size) -> frame``, or a frame for
    each output where there are several. ``in_parts``: a relation too large for one frame, with the columns by which the function gets it
    as one frame after the other. ``by``: a column of the outputs, never empty; what the function makes of one value of it follows from
    the rows that have that value, and from relations without the column, so that it is called with the values whose rows have changed.
    ``checks``: ``(tables) -> (passed, facts)``. ``report``: ``(tables, min_cell_size) -> Markdown`` by title.
    """

    schema: str
    name: str
    description: str
    reads: Mapping[str, str]
    function: str
    outputs: Mapping[str, pa.Schema]
    in_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: str | None = None
    checks: Mapping[str, str] = field(default_factory=dict)
    report: str | None = None

    @property
    def sources(self) -> list[str]:
        """The outputs as dbt selects them."""
        return [f"source:asn.{self.schema}.{name}" for name in self.outputs]

    def path(self, build: Path, name: str) -> Path:
        """The Parquet file of an output under the build folder."""
        return build / OUTPUTS / self.schema / f"{name}.parquet"

    def note(self, build: Path) -> Path:
        """Where it is noted of what the outputs were made."""
        return build / OUTPUTS / self.schema / f"{self.name}.json"

    def compute(self, frames: Mapping[str, pd.DataFrame | Parts], min_cell_size: int) -> dict[str, pa.Table]:
        """A table for each output, of its schema."""
        found = load(self.function)(frames, min_cell_size)
        if not isinstance(found, dict):
            (name,) = self.outputs
            found = {name: found}
        return {
            name: pa.Table.from_pandas(found[name][schema.names], schema=schema, preserve_index=False)
            for name, schema in self.outputs.items()
        }


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
    outputs={
        "training_plan_solution": pa.schema(
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
        )
    },
    report="pipelines.planning.report:budgets",
)

TRAINING_IMPACT = Step(
    schema="impact",
    name="training_impact",
    description="What training changes: the effect of each programme on each outcome, against people who were not trained.",
    reads={
        "panel": "intermediate.int_impact__panel",
        "described": "intermediate.int_impact__described",
        "outcomes": "reference.ref_impact_outcome",
        "specification": "intermediate.int_impact__specification",
    },
    in_parts={"panel": ("outcome", "series_programme_id")},
    by="outcome",
    function="pipelines.impact.city:estimate_training",
    report="pipelines.impact.report:event_studies",
    checks={
        "every_estimate_has_a_verdict": "pipelines.impact.report:every_estimate_has_a_verdict",
        "a_known_effect_is_found": "pipelines.impact.report:a_known_effect_is_found",
    },
    outputs={
        "training_impact_estimates": pa.schema(
            {
                "programme_id": pa.string(),
                "outcome": pa.string(),
                "kirkpatrick_level": pa.int32(),
                "scope_type": pa.string(),
                "scope_id": pa.string(),
                "estimator": pa.string(),
                "control_group": pa.string(),
                "is_baseline": pa.bool_(),
                "is_primary": pa.bool_(),
                "spec_version": pa.string(),
                "n_measured": pa.int64(),
                "n_treated": pa.int64(),
                "n_control": pa.int64(),
                "n_clusters": pa.int64(),
                "n_treated_clusters": pa.int64(),
                "n_cohorts": pa.int64(),
                "n_pre_periods": pa.int64(),
                "n_post_periods": pa.int64(),
                "n_dropped_always_treated": pa.int64(),
                "n_dropped_small_cohorts": pa.int64(),
                "n_in_small_cohorts": pa.int64(),
                "n_censored": pa.int64(),
                "share_outside_overlap": pa.float64(),
                "attrition_treated": pa.float64(),
                "attrition_control": pa.float64(),
                "share_at_ceiling": pa.float64(),
                "att": pa.float64(),
                "se": pa.float64(),
                "df": pa.float64(),
                "ci_low": pa.float64(),
                "ci_high": pa.float64(),
                "p_value": pa.float64(),
                "q_value": pa.float64(),
                "att_sd": pa.float64(),
                "mde_80": pa.float64(),
                "pretrend_p": pa.float64(),
                "pretrend_df": pa.float64(),
                "max_abs_lead": pa.float64(),
                "honest_m_breakdown": pa.float64(),
                "sign_agrees_baselines": pa.bool_(),
                "verdict": pa.string(),
                "verdict_reason": pa.string(),
            }
        ),
        "training_impact_events": pa.schema(
            {
                "programme_id": pa.string(),
                "outcome": pa.string(),
                "event_time": pa.int64(),
                "att": pa.float64(),
                "se": pa.float64(),
                "ci_low": pa.float64(),
                "ci_high": pa.float64(),
                "band_low": pa.float64(),
                "band_high": pa.float64(),
                "n_treated": pa.int64(),
                "is_reference": pa.bool_(),
            }
        ),
        "training_impact_group_times": pa.schema(
            {
                "programme_id": pa.string(),
                "outcome": pa.string(),
                "cohort": pa.string(),
                "period": pa.string(),
                "att": pa.float64(),
                "se": pa.float64(),
                "n_treated": pa.int64(),
                "n_control": pa.int64(),
            }
        ),
    },
)

STEPS: tuple[Step, ...] = (TRAINING_IMPACT, TRAINING_PLAN)
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
        later = " ".join(_downstream(step) for step in steps[number:])
        select = _downstream(steps[number - 1]) if number else "fqn:*"
        name = f"warehouse_after_{steps[number - 1].name}" if number else "warehouse"
        found.append(Part(name, select, later))
    return found


def _downstream(step: Step) -> str:
    return " ".join(f"{source}+" for source in step.sources)


def run_step(
    step: Step, warehouse: Path, build: Path, min_cell_size: int, memory: str = MEMORY, processes: int = 1, many: int = MANY
) -> dict[str, Any]:
    """Read, compute, write. Returns the ``tables`` written, the ``rows`` of each, the ``rows_read`` and the ``seconds`` that it took, and
    of how many ``parts`` what was ``kept`` from before, because the step would have read the same rows.

    Of ``many`` rows the values of ``Step.by`` are computed by so many ``processes``, which share the ``memory`` of DuckDB.
    """
    began = time.monotonic()
    paths = {name: step.path(build, name) for name in step.outputs}
    with opened(warehouse, memory) as connection:
        made_of = step_memory.digests(connection, step.reads.values(), step.by, f"{step} {min_cell_size}")
    before = step_memory.recall(step.note(build), paths)
    kept = [value for value, digest in made_of.items() if before.get(value) == digest]
    new = [value for value in made_of if value not in kept]
    tables, rows_read = {name: schema.empty_table() for name, schema in step.outputs.items()}, 0
    if new or not kept:
        source = Source(warehouse, memory, step.by, tuple(new))
        frames = {name: source.frames(relation, step.in_parts.get(name)) for name, relation in step.reads.items()}
        rows_read = sum(len(frame) for frame in frames.values())
        if len(new) > 1 and rows_read >= many and processes > 1:
            del frames
            tables = _in_processes(step, replace(source, memory=share(memory, processes)), min_cell_size, processes)
        else:
            tables = step.compute(frames, min_cell_size)
    tables = {name: step_memory.with_kept(paths[name], table, step.by, kept) for name, table in tables.items()}
    step.note(build).unlink(missing_ok=True)
    for name, table in tables.items():
        _write(table, paths[name])
    step_memory.write(step.note(build), made_of, paths)
    rows, seconds = {name: table.num_rows for name, table in tables.items()}, round(time.monotonic() - began, 1)
    return {"rows_read": rows_read, "rows": rows, "seconds": seconds, "tables": tables, "parts": len(made_of), "kept": len(kept)}


def _in_processes(step: Step, source: Source, min_cell_size: int, processes: int) -> dict[str, pa.Table]:
    """What the step makes of each value, one below the other."""
    with beside(processes) as others:
        tasks = [others.submit(_of_one_value, step, replace(source, values=(value,)), min_cell_size) for value in source.values]
        made = [task.result() for task in tasks]
    return {name: pa.concat_tables([tables[name] for tables in made]) for name in step.outputs}


def _of_one_value(step: Step, source: Source, min_cell_size: int) -> dict[str, pa.Table]:
    # What a killed process leaves there goes with the warehouse file.
    source = replace(source, spill=source.warehouse.with_name(f"{source.warehouse.name}.{os.getpid()}.tmp"))
    return step.compute({name: source.frames(relation, step.in_parts.get(name)) for name, relation in step.reads.items()}, min_cell_size)


def prepare_outputs(build: Path, steps: tuple[Step, ...] = STEPS) -> None:
    """An empty file for each output of a step that has not run yet, so that dbt can read every source from the first day."""
    for step in steps:
        for name, schema in step.outputs.items():
            if not step.path(build, name).is_file():
                _write(schema.empty_table(), step.path(build, name))


def code_digest(steps: tuple[Step, ...] = STEPS) -> str:
    """Changes when the code of a step changes, or what makes the release of it: then the warehouse is built and released anew."""
    digest = hashlib.sha256()
    computing = {step.function.split(":")[0].rsplit(".", 1)[0].replace(".", "/") for step in steps}
    for place in sorted({*computing, *RELEASING}):
        root = PACKAGE.parent / place
        for path in sorted(path for path in (root, *root.rglob("*")) if path.is_file() and path.parent.name != "__pycache__"):
            digest.update(str(path.relative_to(PACKAGE.parent)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _write(table: pa.Table, path: Path) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    pq.write_table(table, new, compression="zstd")
    sync(new)
    new.replace(path)
