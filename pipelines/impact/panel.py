"""Reading a panel of units and periods into matrices, and refusing what is not a panel in words."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.impact.covariates import Design, build_design
from pipelines.impact.histories import NEVER, read_histories
from pipelines.impact.numbers import with_points
from pipelines.impact.periods import Calendar, as_texts, read_periods, text_of
from pipelines.impact.specification import ImpactError, Roles

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_SHOWN = 30
_LARGEST = 1e100
"""Of an outcome: squares of what is larger are no numbers any more."""


@dataclass(frozen=True)
class Panel:
    """One row per unit, in matrices of n units and T periods.

    ``outcomes``: name -> (n, T), NaN where not measured or after a second programme began. ``cohort``: position of the first period after
    training (n,): -1 never, T after the last period. ``programme``: code (n,), -1 never trained. ``censored``: position from which a
    second programme disturbs (n,), T where none. ``cluster``: code (n,) as before the training. ``excluded``: units that can serve
    nowhere (n,), counted in ``notes``.
    """

    calendar: Calendar
    outcomes: dict[str, NDArray[np.float64]]
    cohort: NDArray[np.int64]
    programme: NDArray[np.int64]
    programmes: tuple[str, ...]
    censored: NDArray[np.int64]
    cluster: NDArray[np.int64]
    design: Design
    strata: NDArray[np.int64] | None
    excluded: NDArray[np.bool_]
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def n_units(self) -> int:
        return len(self.cohort)

    @property
    def n_periods(self) -> int:
        return len(self.calendar.labels)


def read_panel(path: Path, roles: Roles) -> pd.DataFrame:
    """The named columns of a CSV (comma, semicolon, tab or bar) or Parquet file; identifiers stay text.

    :raises ImpactError: if the file is empty, unreadable or lacks a column.
    """
    if not path.is_file():
        raise ImpactError(f"there is no file {path}")
    if path.stat().st_size == 0:
        raise ImpactError(f"{path.name} is empty")
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            import pyarrow.parquet as pq

            _demand(roles.columns(), list(pq.read_schema(path).names), path.name)
            return pd.read_parquet(path, columns=list(roles.columns()))
        separator, first = separator_of(path)
        _demand(roles.columns(), next(csv.reader([first.strip("\r\n")], delimiter=separator), []), path.name)
        texts = [roles.unit, roles.period, roles.first_treated, roles.programme, roles.cluster, roles.strata]
        return pd.read_csv(
            path, sep=separator, usecols=list(roles.columns()), dtype={name: "str" for name in texts if name}, encoding="utf-8-sig",
            skipinitialspace=True, low_memory=False,
        )  # fmt: skip
    except (OSError, UnicodeError, pa.ArrowException, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ImpactError(f"{path.name} cannot be read as a table: {type(error).__name__}") from error


def separator_of(path: Path) -> tuple[str, str]:
    """What stands between the columns of a CSV (comma, semicolon, tab or bar), and its first line."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
    return max(",;\t|", key=first.count), first


def _demand(wanted: tuple[str, ...], there: list[str], place: str) -> None:
    absent = [name for name in wanted if name not in there]
    if absent:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        raise ImpactError(f"{place} has no column {', '.join(map(repr, absent))}; it has {', '.join(there[:_SHOWN]) or 'none'}{more}")


def build_panel(frame: pd.DataFrame, roles: Roles) -> Panel:
    """The panel of a table with one row per unit and period.

    :raises ImpactError: for every fault that would make an estimate meaningless; the text counts, it never names a unit.
    """
    _demand(roles.columns(), [str(name) for name in frame.columns], "the panel")
    keys = [name for name in (roles.unit, roles.period, roles.first_treated) if name]
    if len(set(keys)) < len(keys) or set(roles.outcomes) & set(keys):
        raise ImpactError("unit, period, outcome and first treatment must be different columns")
    if frame.empty:
        raise ImpactError("the panel has no rows")
    unit = _codes(frame[roles.unit], f"column {roles.unit!r} of units")
    period_code, period_values = as_texts(frame[roles.period])
    calendar, position = read_periods(period_values)
    time = np.array([position[text_of(value)] for value in period_values], dtype=np.int64)[period_code]
    n, n_periods = int(unit.max()) + 1, len(calendar.labels)
    place = unit * n_periods + time
    repeated = int((np.bincount(place, minlength=n * n_periods) > 1).sum())
    if repeated:
        raise ImpactError(f"{repeated:,} pairs of unit and period occur more than once; a panel has one row for each")
    histories = read_histories(frame, roles, unit, n, calendar)
    outcomes = {name: _matrix(frame[name], name, place, n, n_periods) for name in roles.outcomes}
    late = np.arange(n_periods)[None, :] >= histories.censored[:, None]
    if late.any():
        for matrix in outcomes.values():
            matrix[late] = np.nan
    flat = np.full(n * n_periods, -1, dtype=np.int64)
    flat[place] = np.arange(len(frame))
    rows = flat.reshape(n, n_periods)
    first = rows[np.arange(n), (rows >= 0).argmax(axis=1)]
    cluster, n_movers = _clusters(frame, roles, rows, first, histories.cohort)
    # Column by column: all rows of all covariates need not be copied to take the first of each unit.
    design = build_design(pd.DataFrame({name: frame[name].iloc[first].reset_index(drop=True) for name in roles.covariates}, index=range(n)))
    strata = None
    if roles.strata is not None:
        strata = as_texts(frame[roles.strata].iloc[first])[0]
    notes = histories.notes | {"n_movers": n_movers, "n_missing_covariates": int(design.missing.sum())}
    return Panel(
        calendar, outcomes, histories.cohort, histories.programme, histories.programmes, histories.censored, cluster, design, strata,
        histories.excluded | design.missing, notes,
    )  # fmt: skip


def _codes(column: pd.Series, what: str) -> NDArray[np.int64]:
    codes, _ = pd.factorize(column)
    empty = int((codes < 0).sum())
    if empty:
        raise ImpactError(f"{what}: {empty:,} rows have none")
    return codes.astype(np.int64)


def _matrix(column: pd.Series, name: str, place: NDArray[np.int64], n: int, n_periods: int) -> NDArray[np.float64]:
    numbers: Any = column
    if not pd.api.types.is_numeric_dtype(column):
        column = with_points(column)
        numbers = pd.to_numeric(column, errors="coerce")
        bad = int((numbers.isna() & column.notna() & (column.astype("str").str.strip() != "")).sum())
        if bad:
            raise ImpactError(f"outcome {name!r} has {bad:,} values that are not numbers")
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = int((np.abs(values) > _LARGEST).sum())
    if infinite:
        raise ImpactError(f"outcome {name!r} has {infinite:,} infinite values, or values beyond {_LARGEST:g}")
    if np.isnan(values).all():
        raise ImpactError(f"outcome {name!r} has no value at all")
    matrix = np.full(n * n_periods, np.nan)
    matrix[place] = values
    return matrix.reshape(n, n_periods)


def _clusters(
    frame: pd.DataFrame, roles: Roles, rows: NDArray[np.int64], first: NDArray[np.int64], cohort: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Cluster of each unit in its last row before training (never trained: in its first row), and how many units changed it."""
    n, n_periods = rows.shape
    if roles.cluster is None or roles.cluster == roles.unit:
        return np.arange(n, dtype=np.int64), 0
    codes = _codes(frame[roles.cluster], f"column {roles.cluster!r} of clusters")
    before = (rows >= 0) & (np.arange(n_periods)[None, :] < np.where(cohort == NEVER, 0, cohort)[:, None])
    last = n_periods - 1 - before[:, ::-1].argmax(axis=1)
    chosen = np.where(before.any(axis=1), rows[np.arange(n), last], first)
    seen = np.where(rows >= 0, codes[np.maximum(rows, 0)], -1)
    start = codes[first]
    movers = int(((seen >= 0) & (seen != start[:, None])).any(axis=1).sum())
    return codes[chosen], movers
