"""The estimators by name: the primary one, those that test what it assumes, and the usual comparisons as baselines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.impact.aggregation import Aggregate, group
from pipelines.impact.baselines import two_by_two, two_way_fixed_effects
from pipelines.impact.comparisons import Method, Overlap
from pipelines.impact.group_times import GroupTimes, Plan, estimate_group_times
from pipelines.impact.reasons import reason
from pipelines.impact.specification import Base, Controls

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from pipelines.impact.sample import Sample

PRIMARY = "cs_dr"


@dataclass(frozen=True)
class Estimator:
    """``plan`` for estimators made of cells, else ``whole`` computes the number. ``is_baseline``: biased in ways that are known."""

    name: str
    plan: Plan | None = None
    whole: Callable[[Sample, NDArray[np.float64]], Aggregate | None] | None = None
    is_baseline: bool = False
    control_group: str = Controls.NEVER_AND_NOT_YET

    @property
    def is_primary(self) -> bool:
        return self.name == PRIMARY


_DR = Plan(Method.DOUBLY_ROBUST)

ESTIMATORS: tuple[Estimator, ...] = (
    Estimator("prepost", Plan(Method.TREATED_ONLY, only_after=True), is_baseline=True, control_group="none"),
    Estimator("post_only", Plan(Method.UNCONDITIONAL, levels=True), is_baseline=True),
    Estimator("did_2x2", whole=two_by_two, is_baseline=True, control_group=Controls.NEVER),
    Estimator("twfe", whole=two_way_fixed_effects, is_baseline=True, control_group="never_not_yet_and_already_trained"),
    Estimator("cs_uncond", Plan(Method.UNCONDITIONAL)),
    Estimator("cs_strata", Plan(Method.STRATA)),
    Estimator(PRIMARY, _DR),
    Estimator("cs_dr_nyt_only", replace(_DR, controls=Controls.NOT_YET), control_group=Controls.NOT_YET),
    Estimator("cs_dr_drop_same_unit", replace(_DR, spare_units=True)),
    Estimator("cs_dr_anticip1", replace(_DR, anticipation=1)),
)


@dataclass(frozen=True)
class Estimated:
    """The headline of one estimator, its cells, and in words why there is none."""

    estimator: Estimator
    plan: Plan | None
    headline: Aggregate | None
    cells: GroupTimes | None
    why_not: str


def run(estimator: Estimator, sample: Sample, base: Base, anticipation: int, overlap: Overlap) -> dict[str, Estimated]:
    """One estimator on every outcome of a sample; ``anticipation`` periods are added to its own."""
    if estimator.whole is not None:
        made = {name: estimator.whole(sample, matrix) for name, matrix in sample.outcomes.items()}
        why = "" if sample.treated.any() and sample.never.any() else reason("not_both")
        return {
            name: Estimated(estimator, None, found, None, "" if found else why or reason("does_not_vary")) for name, found in made.items()
        }
    assert estimator.plan is not None
    why = _obstacle(estimator, sample)
    if why:
        return {name: Estimated(estimator, None, None, None, why) for name in sample.outcomes}
    method = estimator.plan
    secondary = not estimator.is_primary
    plan = replace(method, base=base, anticipation=method.anticipation + anticipation, overlap=overlap, only_after=secondary)
    result = {}
    for name, cells in estimate_group_times(sample, plan).items():
        found = group(cells)
        result[name] = Estimated(estimator, plan, found, cells, "" if found else _no_cell(estimator, sample))
    return result


def _obstacle(estimator: Estimator, sample: Sample) -> str:
    plan = estimator.plan
    assert plan is not None
    if not sample.treated.any():
        return reason("nobody_left")
    if plan.method is Method.STRATA and sample.strata is None:
        return reason("no_strata")
    if plan.spare_units and sample.n_clusters == len(sample.cohort):
        return reason("no_clusters")
    if plan.controls is Controls.NOT_YET and len(sample.cohorts) < 2 and not (sample.cohort >= sample.n_periods).any():  # noqa: PLR2004 - the last cohort has none after it
        return reason("same_period")
    return ""


def _no_cell(estimator: Estimator, sample: Sample) -> str:
    if not (sample.never.any() or len(sample.cohorts) > 1):
        return reason("no_controls")
    if estimator.plan is not None and estimator.plan.anticipation:
        return reason("no_two_periods")
    return reason("nobody_measured_twice")
