"""``asn impact``: estimate what training changed from a panel of anybody's own."""

from __future__ import annotations

import re
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.impact.specification import Base, ImpactError, Roles, Specification, Thresholds, UnitKind
from pipelines.landing.values import MONEY_BOUND, NumberStyle, clean, parse_whole
from pipelines.spreadsheets import write_csv
from pipelines.terminal import AsJson, answer, console

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.impact.estimate import ImpactTables

app = typer.Typer(help="What training changed: estimates from a panel, and whether they may be shown.", no_args_is_help=True)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


@app.callback()
def impact() -> None:
    """What training changed: estimates from a panel, and whether they may be shown."""


# Over 50 lines: twenty of them are the options of the command.
@app.command()
def estimate(
    panel: Annotated[Path, typer.Argument(help="CSV or Parquet, one row per unit and period; it is not changed.")],
    unit: Annotated[str, typer.Option(help="Column that names the unit (person, service unit).")],
    period: Annotated[str, typer.Option(help="Column of periods: numbers, dates, 2026Q1, 2026-01, ...")],
    outcome: Annotated[str, typer.Option(help="Column of the outcome; several with commas between.")],
    first_treated: Annotated[str, typer.Option(help="Column of the first period after training; empty for the never trained.")],
    programme: Annotated[str | None, typer.Option(help="Column of programmes; without it all trained are one.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Column of clusters (service unit); without it each unit is its own.")] = None,
    covariates: Annotated[str | None, typer.Option(help="Columns fixed before training, with commas between.")] = None,
    strata: Annotated[str | None, typer.Option(help="Column of strata for the estimator that SQL repeats.")] = None,
    kind: Annotated[UnitKind | None, typer.Option(help="What a unit is; else a person where clusters are named.")] = None,
    base: Annotated[Base, typer.Option(help="What periods before training are compared with.")] = Base.VARYING,
    anticipation: Annotated[int, typer.Option(min=0, help="Periods before training in which it may already show.")] = 0,
    min_cohort: Annotated[int, typer.Option(min=1, help="Smaller cohorts are left out and counted.")] = Thresholds.min_cohort,
    lower_is_better: Annotated[bool, typer.Option("--lower-is-better", help="A fall of the outcome is the benefit.")] = False,
    costs: Annotated[Path | None, typer.Option(help="CSV with programme, cost_total and, if known, cost_per_head.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the estimates (CSV or Parquet).")] = None,
    event_out: Annotated[Path | None, typer.Option(help="Where to write effects by time since training.")] = None,
    group_time_out: Annotated[Path | None, typer.Option(help="Where to write effects by cohort and period.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Folder for one SVG per programme and outcome.")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the effect of training on the trained.

    Exit code 0: estimated, or refused in words; 2: this is no panel.

    Examples: asn impact estimate panel.csv --unit person --period quarter --outcome score --first-treated trained_in --out effects.csv
    """
    from pipelines.impact.estimate import estimate_impact
    from pipelines.impact.panel import read_panel

    outcomes = _names(outcome)
    roles = Roles(unit, period, outcomes, first_treated, programme, cluster, _names(covariates), strata)
    try:
        if not outcomes:
            raise ImpactError("no outcome was named")
        frame = read_panel(panel, roles)
        specification = Specification(
            roles, unit_kind=kind, base=base, anticipation_default=anticipation,
            lower_is_better=frozenset(outcomes if lower_is_better else ()), thresholds=Thresholds(min_cohort=min_cohort),
        )  # fmt: skip
        tables = estimate_impact(frame, specification, costs=_costs(costs))
    except ImpactError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        _save(tables, out, event_out, group_time_out, plot)
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or 'the result'} cannot be written: {error.strerror}") from error
    if as_json:
        answer({"estimates": tables.estimates.rename(columns={"programme_id": "programme"}).to_dict("records"), "notes": tables.notes})
    else:
        _say(tables)


def _costs(path: Path | None) -> pd.DataFrame | None:
    import pandas as pd

    from pipelines.impact.panel import separator_of

    if path is None:
        return None
    if not path.is_file():
        raise ImpactError(f"there is no file {path}")
    try:
        table = pd.read_csv(path, sep=separator_of(path)[0], dtype="str", encoding="utf-8-sig", skipinitialspace=True)
    except (OSError, UnicodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ImpactError(f"{path.name} cannot be read as a table: {type(error).__name__}") from error
    for name in {"cost_total", "cost_per_head"} & set(table.columns):
        amounts = [_rupiah(text, f"{path.name}, line {line}, column {name}") for line, text in enumerate(table[name], start=2)]
        table[name] = pd.Series(amounts, dtype="object")
    return table.rename(columns={"programme": "programme_id"})


def _rupiah(text: object, place: str) -> int | None:
    """A whole amount of money, as a spreadsheet of either language writes it; None where it is left empty."""
    if not isinstance(text, str) or not clean(text):
        return None
    for mark in ",.":
        cell = parse_whole(clean(text), style=NumberStyle(mark), bound=MONEY_BOUND)
        if not cell.fault and cell.value >= 0:
            return int(cell.value)
    raise ImpactError(f"{place}: {text[:40]!r} is no whole amount of rupiah; write it like 250000000 or 250.000.000")


def _save(tables: ImpactTables, out: Path | None, event_out: Path | None, group_time_out: Path | None, plot: Path | None) -> None:
    for table, target in ((tables.estimates, out), (tables.events, event_out), (tables.group_times, group_time_out)):
        if target is not None:
            _write(table.rename(columns={"programme_id": "programme"}), target)
    if plot is not None:
        _draw(tables, plot)


def _write(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in {".parquet", ".pq"}:
        table.to_parquet(path, index=False)
    else:
        write_csv(table, path)


def _draw(tables: ImpactTables, folder: Path) -> None:
    from pipelines.impact.drawing import event_study

    folder.mkdir(parents=True, exist_ok=True)
    rows = tables.estimates[tables.estimates["is_primary"]].to_dict("records")
    primary = {(str(row["programme_id"]), str(row["outcome"])): row for row in rows}
    for number, ((programme, outcome), events) in enumerate(tables.events.groupby(["programme_id", "outcome"], sort=False), start=1):
        row = primary[(str(programme), str(outcome))]
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", f"{number:02d}_{programme}_{outcome}").strip("_")[:120]
        svg = event_study(events, f"{programme}: {outcome}", f"{row['verdict']}: {row['verdict_reason']}")
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


_NOTES = {
    "n_missing_covariates": "units lack a covariate and are left out",
    "n_no_show": "units name a programme but no training: counted as not trained",
    "n_two_programmes": "units began a second programme and count until then",
    "n_two_at_once": "units began two programmes at once and are left out",
    "n_movers": "units changed their cluster and count where they were before training",
    "n_trained_after_last_period": "units are trained after the last period",
}


def _say(tables: ImpactTables) -> None:
    for row in tables.estimates[tables.estimates["is_primary"]].to_dict("records"):
        shown = "no estimate" if isnan(row["att"]) else f"{row['att']:.4g} ({row['ci_low']:.4g} to {row['ci_high']:.4g})"
        console.print(f"{row['programme_id']}, {row['outcome']}: {shown}", soft_wrap=True, markup=False)
        console.print(f"  {row['verdict']}: {row['verdict_reason']}", soft_wrap=True, markup=False)
    for key, words in _NOTES.items():
        if tables.notes.get(key):
            console.print(f"note: {tables.notes[key]:,} {words}", soft_wrap=True)
