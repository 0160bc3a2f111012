"""Where a unit lacks competence, and whether that is closing: `marimo edit notebooks/gaps_of_a_unit.py`."""

import marimo

app = marimo.App()


@app.cell
def _():
    import os

    import altair as alt
    import duckdb
    import marimo as mo

    home = os.environ.get("WAREHOUSE_HOME", "var")
    release = duckdb.connect(f"{home}/releases/current/open/competency.duckdb", read_only=True)
    return alt, mo, release


@app.cell
def _(mo, release):
    offices = release.sql("select unit_name, unit_id from dim_unit where is_current and depth <= 1 order by depth, unit_name").fetchall()
    unit = mo.ui.dropdown(dict(offices), value=offices[0][0], label="Unit")
    unit
    return (unit,)


@app.cell
def _(release, unit):
    gaps = release.execute(
        """
        select name_id as competency, quarter, n_assessed, cast(share_below_standard as double) as share_below_standard
        from competency_gap_by_unit join dim_competency using (competency_code)
        where unit_id = ? and not is_suppressed and share_below_standard is not null
        order by competency, quarter
        """,
        [unit.value],
    ).df()
    gaps
    return (gaps,)


@app.cell
def _(alt, gaps):
    chart = (
        alt.Chart(gaps)
        .mark_line(point=True)
        .encode(x="quarter:T", y=alt.Y("share_below_standard:Q", axis=alt.Axis(format="%")), color="competency:N")
    )
    chart
    return (chart,)


if __name__ == "__main__":
    app.run()
