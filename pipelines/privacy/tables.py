"""What an open table says of itself for disclosure control: which figures rest on how many people, and what adds up to what.

The marts declare it in their dbt `meta`; `docs/disclosure.md` explains each word of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

ALL, NOBODY = "all", "nobody"
"""Ends of a share that tell of every member: (nearly) everybody is in it, nobody is."""


@dataclass(frozen=True)
class SuppressionRule:
    """``hides`` is emptied where ``count`` is withheld; the count too.

    ``count`` is a column or, with ``is_share``, a column (or an expression of columns) that is a share of ``of``: the people are
    the share times the count. Where one person can be counted several times, ``people`` names the column that says how many people
    the count is of; it is judged instead of the count, and hidden with it.

    Counts of one ``population`` say the same of the same unit and day in whatever mart; ``years_back`` where the row shows an earlier one.
    ``reveals`` names the ends at which the count tells of every one of the people ``of`` whom it is a part.
    """

    count: str
    hides: tuple[str, ...] = ()
    people: str | None = None
    of: str | None = None
    is_share: bool = False
    reveals: tuple[str, ...] = ()
    population: str | None = None
    years_back: int = 0

    @classmethod
    def from_meta(cls, entry: Mapping[str, Any]) -> SuppressionRule:
        """A rule as it stands in `meta.suppression`."""
        known: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        count, share = known.pop("count", None), known.pop("share", None)
        return cls(share or str(count), is_share=share is not None, **known)


@dataclass(frozen=True)
class Sum:
    """In every row ``parts`` add up to ``total``, but for a remainder that has no column.

    The parts are named in the order in which they give way to protect a hidden one; the total goes last.
    """

    total: str
    parts: tuple[str, ...] | list[str]


@dataclass(frozen=True)
class Totals:
    """Rows that agree in ``within`` add up to another one.

    ``tree: unit_id``: a unit's row is the sum of the rows below it and of its own people. ``flag``: a boolean column marks the
    total of all other rows. ``mart``: the total is the row of that mart with the same key. With none of them the total is shown
    nowhere but taken to be known, because some average over all these rows is published.
    """

    within: tuple[str, ...] | list[str]
    tree: str | None = None
    flag: str | None = None
    mart: str | None = None


@dataclass(frozen=True)
class Scale:
    """The mean ``of`` so many people whose values lie within a range as wide as ``width``."""

    column: str
    of: str
    width: float


@dataclass(frozen=True)
class Table:
    """An open table as computed, and what is declared of it. ``grain``: the columns that name a row."""

    name: str
    frame: pd.DataFrame
    rules: Sequence[SuppressionRule]
    totals: Sequence[Totals] = ()
    sums: Sequence[Sum] = ()
    grain: Sequence[str] = ()
    scales: Sequence[Scale] = field(default=())

    def rule(self, count: str) -> SuppressionRule:
        """The rule of a count that a sum or another rule names."""
        return next(rule for rule in self.rules if rule.count == count)

    def numbers(self, rule: SuppressionRule) -> NDArray[np.float64]:
        """The count of a rule, row by row; nothing is zero."""
        if not rule.is_share:
            return _numeric(self.frame[rule.count])
        assert rule.of is not None
        whole = _numeric(self.frame[rule.of])
        floats = self.frame.assign(**{name: _numeric(self.frame[name]) for name in map(str, self.frame) if name in rule.count})
        share = np.nan_to_num(np.asarray(floats.eval(rule.count), dtype=float), posinf=0, neginf=0)
        return np.asarray(np.clip(np.round(share * whole), 0, whole))

    def pooled(self) -> NDArray[np.bool_]:
        """Rows that stand for a unit as a whole: all, but for parts that a flag tells from their total."""
        flags = [self.frame[totals.flag].astype(bool).to_numpy() for totals in self.totals if totals.flag]
        return np.logical_and.reduce(flags) if flags else np.ones(len(self.frame), dtype=bool)

    def withheld_with(self, rule: SuppressionRule) -> list[str]:
        """The columns that are emptied where the count of the rule is: also what is a share of it."""
        parts = [name for other in self.rules if other.is_share and other.of == rule.count for name in self.withheld_with(other)]
        named = (rule.count, *rule.hides, *([rule.people] if rule.people else []), *parts)
        return [name for name in dict.fromkeys(named) if name in self.frame]


def _numeric(values: pd.Series[Any]) -> NDArray[np.float64]:
    return pd.to_numeric(values).fillna(0).to_numpy(dtype=float)


def period_ends(frame: pd.DataFrame, newest: pd.Timestamp | None = None) -> pd.Series[Any]:
    """The last day of each row's quarter or year; now, for a table without time. A running year ends with its newest quarter."""
    if "quarter" in frame:
        return pd.to_datetime(frame["quarter"]) + pd.offsets.QuarterEnd(0)
    if "year" in frame:
        ends = pd.to_datetime(frame["year"].astype(int).astype(str) + "-12-31")
        return ends if newest is None else ends.where(ends <= newest, newest)
    return pd.Series(pd.Timestamp.now().normalize(), index=frame.index)


def newest_quarter(tables: Iterable[Table]) -> pd.Timestamp | None:
    """The end of the newest quarter that any table shows."""
    ends = [period_ends(table.frame).max() for table in tables if "quarter" in table.frame and len(table.frame)]
    return max(ends, default=None)


def parents(frame: pd.DataFrame, unit: pd.Series[Any], units: pd.DataFrame) -> pd.Series[Any]:
    """The unit above each row's unit at the end of the row's quarter (or year); now, for a table without time.

    A unit that is no longer there keeps its last place, one that is not yet there its first, as in the marts.
    """
    parent = pd.Series("", index=frame.index, dtype=object)
    ends = period_ends(frame)
    units = units.sort_values("valid_from", kind="stable")
    since, places = pd.to_datetime(units["valid_from"]), pd.Series(units["parent_unit_id"].to_numpy(), index=units["unit_id"])
    first = places[~places.index.duplicated(keep="first")].to_dict()
    for end in ends.unique():
        above = first | places[(since <= end).to_numpy()].to_dict()
        rows = ends == end
        parent[rows] = unit[rows].map(above).fillna("").astype(object)
    return parent
