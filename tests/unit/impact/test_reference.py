"""Agreement with published values: the R package did, the Stata command csdid, and the experiment of Dehejia and Wahba.

The files have no licence that lets them stand in this project; they are read from a folder beside the checkout, or from the one that
ASN_REAL_DATA names, and the tests are skipped without it. Standard errors of did carry no factor G / (G - 1) and no clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.impact import aggregation
from pipelines.impact.aggregation import Aggregate
from pipelines.impact.comparisons import Method
from pipelines.impact.group_times import Plan, estimate_group_times
from pipelines.impact.inference import covariance, standard_error
from pipelines.impact.panel import build_panel, read_panel
from pipelines.impact.sample import programme_sample
from pipelines.impact.specification import Controls, Roles
from tests.real import NOT_THERE
from tests.unit.impact.panels import REAL, estimated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.aggregation import Series

pytestmark = pytest.mark.skipif(not (REAL / "did_reference.csv").is_file(), reason=NOT_THERE)

MPDTA = Roles("countyreal", "year", ("lemp",), "first.treat")
MPDTA_LPOP = Roles("countyreal", "year", ("lemp",), "first.treat", covariates=("lpop",))
SIMULATED = Roles("id", "period", ("Y",), "G", covariates=("X",))
#: scenario -> file, roles, method, controls, tolerance. Stata printed seven digits.
SCENARIOS = {
    "mpdta_nev_dr": ("mpdta.csv", MPDTA, Method.DOUBLY_ROBUST, Controls.NEVER, 1e-6),
    "mpdta_nyt_dr": ("mpdta.csv", MPDTA, Method.DOUBLY_ROBUST, Controls.NEVER_AND_NOT_YET, 1e-6),
    "mpdta_nev_reg_cov": ("mpdta.csv", MPDTA_LPOP, Method.REGRESSION, Controls.NEVER, 1e-6),
    "mpdta_nev_ipw": ("mpdta.csv", MPDTA, Method.WEIGHTING, Controls.NEVER, 1e-6),
    "sim_nev_dr": ("sim_data.csv", SIMULATED, Method.DOUBLY_ROBUST, Controls.NEVER, 1e-6),
    "mpdta_nev_dr_lpop_stata": ("mpdta.csv", MPDTA_LPOP, Method.DOUBLY_ROBUST, Controls.NEVER, 1e-6),
}
Found = dict[tuple[str, float | None, float | None, float | None], tuple[float, float | None]]


def mean_of(series: Series) -> Aggregate:
    """The overall number of the event-time and of the calendar view, which the warehouse does not show."""
    return Aggregate(float(series.att.mean()), series.influence.mean(axis=1))


def results(scenario: str) -> Found:
    """Everything the reference has of a scenario, keyed as it is: kind, cohort, period, event time (or the value aggregated by)."""
    file, roles, method, controls, _ = SCENARIOS[scenario]
    panel = build_panel(read_panel(REAL / file, roles), roles)
    sample, _ = programme_sample(panel, 0, roles.outcomes, 1)
    cells = estimate_group_times(sample, Plan(method, controls))[roles.outcomes[0]]
    label = [float(text) for text in panel.calendar.labels]
    few = sample.n_clusters / (sample.n_clusters - 1)  # the reference makes no errors larger for few clusters

    def error(influence: NDArray[np.float64]) -> float:
        return standard_error(influence, sample.n_clusters) / np.sqrt(few)

    found: Found = {
        ("att_gt", label[g], label[t], None): (cells.att[k], error(cells.influence[:, k]))
        for k, (g, t) in enumerate(zip(cells.cohort, cells.period, strict=True))
    }
    event, after = aggregation.by_event_time(cells), aggregation._after(cells)
    series = {"group": aggregation.by_cohort(cells), "dynamic": event, "calendar": aggregation._series(cells, cells.period, after)}
    for kind, values in series.items():
        for j, at in enumerate(values.at):
            shown = float(at) if kind == "dynamic" else label[at]
            found[kind, None, None, shown] = values.att[j], error(values.influence[:, j])
    overall = {
        "simple": aggregation._average(cells, after), "group": aggregation.group(cells), "calendar": mean_of(series["calendar"]),
        "dynamic": mean_of(event.select(event.at >= 0)),
    }  # fmt: skip
    for kind, value in overall.items():
        assert value is not None
        found[f"{kind}_overall", None, None, None] = value.att, error(value.influence)
    before = cells.event < 0
    att = cells.att[before]
    wald = att @ np.linalg.solve(covariance(cells.influence[:, before], sample.n_clusters) / few, att)
    found["wald_p", None, None, None] = float(stats.chi2.sf(wald, before.sum())), None
    return found


def test_every_scenario_of_the_reference_is_tested() -> None:
    assert set(pd.read_csv(REAL / "did_reference.csv")["scenario"]) == set(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_number_of_the_reference(scenario: str) -> None:
    reference = pd.read_csv(REAL / "did_reference.csv")
    found, tolerance = results(scenario), SCENARIOS[scenario][-1]
    wanted = reference[reference["scenario"] == scenario]
    assert len(wanted) > 10
    for row in wanted.itertuples():
        key = (row.kind, *(None if pd.isna(value) else float(value) for value in (row.group, row.time, row.egt)))
        att, se = found[key]
        # did prints the p-value of its Wald test with five digits.
        assert att == pytest.approx(row.att, abs=1e-5 if row.kind == "wald_p" else tolerance), key
        if not pd.isna(row.se):
            assert se == pytest.approx(row.se, abs=tolerance), key


def test_the_table_carries_the_factor_for_few_clusters() -> None:
    row = estimated(read_panel(REAL / "mpdta.csv", MPDTA), MPDTA).estimates.set_index("estimator").loc["cs_uncond"]
    assert row["att"] == pytest.approx(-0.0304622281, abs=1e-9)
    assert row["se"] == pytest.approx(0.0125751201316818 * np.sqrt(500 / 499), abs=1e-9)


def test_two_way_fixed_effects_of_the_minimum_wage() -> None:
    row = estimated(read_panel(REAL / "mpdta.csv", MPDTA), MPDTA).estimates.set_index("estimator").loc["twfe"]
    assert row["att"] == pytest.approx(-0.0365, abs=5e-5)
    # Least squares with a column for every county and year, and clusters, as any regression package computes it.
    frame = read_panel(REAL / "mpdta.csv", MPDTA)
    year = frame["year"].astype(float)
    first = frame["first.treat"].astype(float)
    d = ((first > 0) & (year >= first)).to_numpy(dtype=float)
    county = pd.get_dummies(frame["countyreal"]).to_numpy(dtype=float)
    x = np.column_stack([d, county, pd.get_dummies(year).to_numpy(dtype=float)[:, 1:]])
    y = frame["lemp"].to_numpy()
    beta = np.linalg.solve(x.T @ x, x.T @ y)
    others = x[:, 1:]
    rest = d - others @ np.linalg.solve(others.T @ others, others.T @ d)
    score = (county * (rest * (y - x @ beta))[:, None]).sum(axis=0)
    n, k, g = len(y), 6, county.shape[1]
    assert row["att"] == pytest.approx(beta[0], abs=1e-9)
    assert row["se"] == pytest.approx(np.sqrt((score @ score) * g / (g - 1) * (n - 1) / (n - k)) / (rest @ rest), rel=1e-7)


def test_the_experiment_of_dehejia_and_wahba() -> None:
    wide = pd.read_csv(REAL / "nsw_dw.csv").reset_index(names="id")
    wide["start"] = np.where(wide["treat"] == 1, 1978.0, np.nan)
    late = wide.assign(period=1978, earned=wide["re78"])
    frame = pd.concat([wide.assign(period=1975, earned=wide["re75"]), late])
    roles = Roles("id", "period", ("earned",), "start")
    rows = estimated(frame, roles).estimates.set_index("estimator")
    assert rows.loc["post_only", "att"] == pytest.approx(1794.34, abs=0.005)
    assert rows.loc["post_only", "n_treated"] == 185
    nothing_before = pd.concat([wide.assign(period=1975, earned=0.0), late])
    again = estimated(nothing_before, roles).estimates.set_index("estimator")
    for name in ("cs_uncond", "cs_dr", "did_2x2", "twfe"):
        assert again.loc[name, "att"] == pytest.approx(1794.34, abs=0.005), name
