"""What may be said of each training programme, beside what before-and-after would have claimed.

`marimo edit notebooks/does_training_work.py`
"""

import marimo

app = marimo.App()


@app.cell
def _():
    import os

    import altair as alt
    import duckdb

    home = os.environ.get("WAREHOUSE_HOME", "var")
    release = duckdb.connect(f"{home}/releases/current/open/competency.duckdb", read_only=True)
    return alt, release


@app.cell
def _(release):
    estimates = release.sql(
        """
        select programme_name, estimator, att, ci_low, ci_high, verdict, verdict_reason
        from training_impact join dim_training_programme using (programme_id)
        where is_current and outcome = 'competence' and estimator in ('cs_dr', 'prepost') and att is not null
        order by programme_name, estimator
        """
    ).df()
    estimates
    return (estimates,)


@app.cell
def _(alt, estimates):
    chart = alt.Chart(estimates).mark_point(filled=True).encode(x="att:Q", y="programme_name:N", color="estimator:N", tooltip=["verdict"])
    chart
    return (chart,)


@app.cell
def _(release):
    verdicts = release.sql("select verdict, count(*) as n from training_impact where is_primary group by verdict order by n desc").df()
    verdicts
    return (verdicts,)


if __name__ == "__main__":
    app.run()
