"""Estimates of every programme and outcome of a panel, as three tables: the function that a command or an asset calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from pipelines.impact import tables
from pipelines.impact.aggregation import by_cohort
from pipelines.impact.comparisons import Overlap
from pipelines.impact.description import describe
from pipelines.impact.estimators import ESTIMATORS, PRIMARY, Estimated, run
from pipelines.impact.panel import Panel, build_panel
from pipelines.impact.rounds import by_rounds
from pipelines.impact.sample import Sample, programme_sample
from pipelines.impact.specification import ImpactError, Specification

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ImpactTables:
    """``estimates``: programme, outcome and estimator. ``events``: time since training, and ``group_times``: cohort and period, both of
    the primary estimator. ``notes``: counts of people the panel says little of.
    """

    estimates: pd.DataFrame
    events: pd.DataFrame
    group_times: pd.DataFrame
    notes: dict[str, int]


@dataclass(frozen=True)
class Found:
    """What one panel has given, before estimates are judged beside each other: a false discovery rate needs all of an outcome."""

    rows: list[dict[str, Any]]
    events: list[pd.DataFrame]
    cells: list[pd.DataFrame]
    notes: dict[str, int]


def estimate_impact(frame: pd.DataFrame, specification: Specification, costs: pd.DataFrame | None = None) -> ImpactTables:
    """Estimate the impact of every programme on every outcome of the specification.

    ``frame``: one row per unit and period with the columns of ``specification.roles``. ``costs``: ``programme_id``, ``cost_total`` and
    optionally ``cost_per_head``, in one currency.

    :raises ImpactError: if the frame is not a panel or nobody in it is trained.
    """
    return judged([find(frame, specification)], specification, costs)


def judged(found: list[Found], specification: Specification, costs: pd.DataFrame | None = None) -> ImpactTables:
    """The tables of one or several panels of the same outcomes, judged together. ``notes`` are those of a single panel."""
    estimates = tables.finish(pd.DataFrame([row for one in found for row in one.rows]), specification, costs)
    events = tables.joined([frame for one in found for frame in one.events], tables.EVENT_COLUMNS)
    cells = tables.joined([frame for one in found for frame in one.cells], tables.CELL_COLUMNS)
    return ImpactTables(estimates, events, cells, found[0].notes if len(found) == 1 else {})


def find(
    frame: pd.DataFrame, specification: Specification, programmes: Iterable[str] | None = None, outcomes: Iterable[str] | None = None
) -> Found:
    """Estimates of ``programmes`` (all) and ``outcomes`` (all of the specification) of one panel, not judged yet.

    :raises ImpactError: as ``estimate_impact``, and for a programme or an outcome that the panel has not.
    """
    panel = build_panel(frame, specification.roles)
    names = tuple(outcomes) if outcomes is not None else specification.roles.outcomes
    unknown = [name for name in names if name not in panel.outcomes]
    wanted = tuple(programmes) if programmes is not None else panel.programmes
    unknown += [name for name in wanted if name not in panel.programmes]
    if unknown:
        raise ImpactError(f"the panel has no programme or outcome {', '.join(map(repr, unknown))}")
    if not (panel.programme >= 0).any():
        raise ImpactError(f"nobody is trained: column {specification.roles.first_treated!r} is empty throughout")
    # Threads of the linear algebra cost more than they save on matrices this small, and how many there are would decide on last digits.
    with threadpool_limits(1, user_api="blas"):
        rounds = by_rounds(panel, names)
        made = [outcome for programme in wanted for outcome in _in_order(rounds, specification, programme, names)]
    rows = [row for outcome in made for row in outcome.rows]
    return Found(rows, [outcome.events for outcome in made], [outcome.cells for outcome in made], panel.notes)


def _in_order(
    rounds: list[tuple[Panel, tuple[str, ...]]], specification: Specification, programme: str, names: tuple[str, ...]
) -> list[tables.Made]:
    found: dict[str, tables.Made] = {}
    for panel, group in rounds:
        found.update(zip(group, _programme(panel, specification, programme, group), strict=True))
    return [found[name] for name in names]


def _programme(panel: Panel, specification: Specification, programme: str, outcomes: tuple[str, ...]) -> list[tables.Made]:
    bound = specification.thresholds
    code = panel.programmes.index(programme)
    sample, everyone = programme_sample(panel, code, outcomes, bound.min_cohort)
    anticipation = specification.anticipation_of(programme)
    overlap = Overlap(bound.trim_propensity, bound.max_propensity_treated)
    found: dict[str, dict[str, Estimated]] = {}
    for estimator in ESTIMATORS:
        if specification.secondary or estimator.name == PRIMARY:
            people = everyone if estimator.is_baseline else sample
            found[estimator.name] = run(estimator, people, specification.base, anticipation, overlap)
    return [
        _outcome(panel, specification, programme, name, sample, everyone, {key: by_outcome[name] for key, by_outcome in found.items()})
        for name in outcomes
    ]


def _outcome(
    panel: Panel, specification: Specification, programme: str, name: str, sample: Sample, everyone: Sample, found: dict[str, Estimated]
) -> tables.Made:
    anticipation = specification.anticipation_of(programme)
    ceiling = specification.ceiling.get(name)
    if ceiling is None:
        ceiling = float(np.nanmax(panel.outcomes[name]))
    cells = found[PRIMARY].cells
    cohorts = sample.cohorts if cells is None or found[PRIMARY].headline is None else by_cohort(cells).at
    described = describe(sample, sample.outcomes[name], anticipation, ceiling, cohorts)
    loosely = described
    if everyone is not sample or len(cohorts) < len(sample.cohorts):
        loosely = describe(everyone, everyone.outcomes[name], anticipation, ceiling, everyone.cohorts)
    context = tables.Context(panel.calendar, specification, programme, name, sample, described, loosely)
    return tables.make(context, found)
