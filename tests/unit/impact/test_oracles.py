"""The same numbers from code that shares nothing with ours: the packages drdid and diff-diff, and pure SQL in DuckDB."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipelines.impact.comparisons import Method, Overlap, compare
from pipelines.impact.covariates import build_design
from pipelines.impact.specification import Roles
from tests.unit.impact.panels import estimated, panel

# The estimator with strata as one statement: psi is a person's influence on a cell, f its sum over cells by cluster.
SQL = """
with u as (select distinct id, g, cl, s from panel), n as (select count(*)::double n from u),
cell as (select g, t, case when t >= g then g-1 else t-1 end b
         from (select distinct g from u where g > 0), (select distinct t from panel)
         where case when t >= g then g-1 else t-1 end >= (select min(t) from panel)),
d as (select c.g, c.t, u.id, u.s, (u.g = c.g)::int tr, p1.y - p0.y dy
      from cell c join u on u.g = c.g or u.g = 0 or u.g > greatest(c.t, c.b)
      join panel p1 on p1.id = u.id and p1.t = c.t join panel p0 on p0.id = u.id and p0.t = c.b),
k as (select g, t, s, sum(tr) nt, sum(1-tr) nc, avg(dy) filter (tr=0) mc from d group by all having sum(tr) > 0 and sum(1-tr) > 0),
gt as (select d.g, d.t, sum(tr) nt, sum(dy - mc) filter (tr=1) / sum(tr) att from d join k using (g, t, s) group by all),
psi as (select d.g, d.t, d.id, case when tr=1 then (dy-k.mc-gt.att)/gt.nt else -(k.nt/gt.nt)*(dy-k.mc)/k.nc end psi
        from d join k using (g,t,s) join gt using (g,t)),
pg as (select g, count(*)/(select n from n) pg from u where g > 0 group by g),
coh as (select gt.g, avg(att) a, count(*) m, any_value(pg) pg from gt join pg using (g) where t >= gt.g group by gt.g),
tot as (select sum(pg) sp, sum(pg*a) sa from coh),
f1 as (select psi.id, sum(psi*coh.pg/m)/any_value(sp) v from psi join coh using (g) cross join tot where psi.t >= psi.g group by psi.id),
f2 as (select u.id, (sum(((u.g=coh.g)::int-coh.pg)*a)/any_value(sp)
              - sum((u.g=coh.g)::int-coh.pg)*any_value(sa)/pow(any_value(sp),2))/(select n from n) v
       from u cross join coh cross join tot group by u.id),
f as (select u.cl, sum(coalesce(f1.v,0)+f2.v) v from u left join f1 using (id) join f2 using (id) group by u.cl)
select (select sa/sp from tot) att, (select sqrt(sum(v*v)*count(*)/(count(*)-1)) from f) se
"""


@pytest.mark.parametrize("stratified", [True, False])
@pytest.mark.parametrize("gaps", [False, True])
def test_strata_in_python_and_in_sql_are_one_number(stratified: bool, gaps: bool) -> None:
    frame = panel(3, cohorts=(4, 6, 9), growing=0.2)
    frame["stratum"] = frame["education"] if stratified else "one"
    if gaps:
        frame = frame.sample(frac=0.95, random_state=1)
    roles = Roles("person_id", "period", ("grade",), "first_treated_period", cluster="service_unit", strata="stratum")
    row = estimated(frame, roles).estimates.set_index("estimator").loc["cs_strata"]
    table = frame.rename(columns={"person_id": "id", "period": "t", "grade": "y", "service_unit": "cl", "stratum": "s"})
    table["g"] = table["first_treated_period"].fillna(0).astype(int)
    connection = duckdb.connect()
    connection.register("panel", table[["id", "t", "y", "g", "cl", "s"]])
    found = connection.sql(SQL).fetchone()
    assert found is not None
    assert row["att"] == pytest.approx(found[0], abs=1e-9)
    assert row["se"] == pytest.approx(found[1], abs=1e-9)


def cross_section(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y", "z"], n)})
    treated = rng.random(n) < 1 / (1 + np.exp(1.2 - 0.8 * frame["a"] - 0.5 * (frame["b"] == "y")))
    chosen = np.asarray(treated, dtype=bool)
    return rng.normal(size=n) + frame["a"].to_numpy() * 0.5 + chosen, chosen, frame


@pytest.mark.parametrize(
    ("method", "module", "name"),
    [
        (Method.DOUBLY_ROBUST, "drdid.drdid", "drdid_panel"),
        (Method.REGRESSION, "drdid.reg_did", "reg_did_panel"),
        (Method.WEIGHTING, "drdid.ipwd_did", "std_ipw_did_panel"),
    ],
)
def test_one_comparison_equals_the_package_drdid(method: Method, module: str, name: str) -> None:
    drdid = pytest.importorskip(module)
    change, treated, covariates = cross_section(5)
    design = build_design(covariates)
    found = compare(method, change[:, None], treated, design, None, Overlap())
    assert found is not None
    att, influence = getattr(drdid, name)(change, np.zeros(len(change)), treated.astype(int), design.matrix)[:2]
    assert found.att[0] == pytest.approx(att, abs=1e-8)
    assert np.allclose(found.influence[:, 0] * len(change), np.ravel(influence), atol=1e-6)


def test_many_comparisons_at_once_are_the_same_as_one_by_one() -> None:
    change, treated, covariates = cross_section(6)
    design = build_design(covariates)
    both = np.column_stack([change, change**2])
    together = compare(Method.DOUBLY_ROBUST, both, treated, design, None, Overlap())
    assert together is not None
    for j in range(2):
        alone = compare(Method.DOUBLY_ROBUST, both[:, [j]], treated, design, None, Overlap())
        assert alone is not None
        assert np.allclose(together.influence[:, j], alone.influence[:, 0], atol=1e-14)
        assert together.att[j] == pytest.approx(alone.att[0], abs=1e-12)


def test_the_whole_estimate_equals_the_package_diff_diff() -> None:
    diff_diff = pytest.importorskip("diff_diff")
    frame = panel(8, cohorts=(4, 7))
    frame["first"] = frame["first_treated_period"].fillna(0).astype(int)
    theirs = diff_diff.CallawaySantAnna(control_group="not_yet_treated", estimation_method="reg").fit(
        frame, outcome="grade", unit="person_id", time="period", first_treat="first", aggregate="group"
    )
    ours = estimated(frame, Roles("person_id", "period", ("grade",), "first_treated_period"))
    cells = ours.group_times.set_index(["cohort", "period"])
    compared = 0
    for (cohort, period), effect in theirs.group_time_effects.items():
        key = str(int(cohort)), str(int(period))
        if key in cells.index:
            assert cells.loc[key, "att"] == pytest.approx(effect["effect"], abs=1e-9), key
            compared += 1
    assert compared > 10
