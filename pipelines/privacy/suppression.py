"""Small cells of an open table are hidden, and enough others with them that no total gives them away.

Primary suppression by a minimum frequency, then secondary suppression within every set of siblings that adds up to a
published parent, as in cell suppression for hierarchical tables (Willenborg and de Waal, *Elements of Statistical Disclosure
Control*, 2001, chapter 8; the greedy choice of the smallest sibling is the heuristic, not the optimum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

SMALL = "fewer people than the minimum cell size"
COMPLEMENT = "protects a small cell beside it"


@dataclass(frozen=True)
class SuppressionRule:
    """``hides`` is emptied where ``count`` people or fewer than the minimum stand behind it; the count is hidden too."""

    count: str
    hides: tuple[str, ...]


def small_cells(counts: pd.Series[Any], minimum: int) -> pd.Series[Any]:
    """Where a figure rests on somebody, but on too few. A true zero tells nothing of anybody."""
    return (counts > 0) & (counts < minimum)


def complementary_cells(
    counts: pd.Series[Any], hidden: pd.Series[Any], groups: list[pd.Series[Any]], rest: pd.Series[Any], minimum: int
) -> pd.Series[Any]:
    """Further cells to hide, so that in no group of siblings the hidden ones can be found by subtraction.

    Args:
        counts: people behind each cell.
        hidden: cells hidden already.
        groups: what siblings have in common (parent and the other dimensions of the table).
        rest: people of the parent that are in no sibling, never published: they protect like a hidden cell.
        minimum: the hidden ones of a group, the rest included, must be at least two cells and this many people.
    """
    frame = pd.DataFrame({"n": counts.fillna(0), "hidden": hidden, "rest": rest.fillna(0)})
    chosen: list[Any] = []
    for _, group in frame[frame["n"] > 0].groupby(groups, sort=False, dropna=False):
        is_hidden = group["hidden"]
        if not is_hidden.any():
            continue
        left = float(group["rest"].iloc[0])
        cells = int(is_hidden.sum()) + (left > 0)
        people = float(group.loc[is_hidden, "n"].sum()) + left
        for at, row in group[~is_hidden].sort_values("n", kind="stable").iterrows():
            if cells >= 2 and people >= minimum:  # noqa: PLR2004 - one hidden cell alone is the difference to the total
                break
            chosen.append(at)
            cells += 1
            people += row["n"]
    return pd.Series(frame.index.isin(chosen), index=frame.index)


@dataclass(frozen=True)
class Totals:
    """What in a table adds up to what, as the mart's ``meta.totals`` declares it.

    Either ``tree: unit_id`` (a unit's row is the sum of the rows below it and of its own people), or ``flag``: a boolean
    column that marks the total of all other rows that agree in ``within``. In a tree, rows agree in ``within`` too.
    """

    within: tuple[str, ...] | list[str]
    tree: str | None = None
    flag: str | None = None


def suppress(frame: pd.DataFrame, rules: list[SuppressionRule], minimum: int, totals: Totals | None, units: pd.DataFrame) -> pd.DataFrame:
    """The table with its small cells and their complements emptied; ``is_suppressed`` and ``suppression_reason`` say where.

    Args:
        frame: the table as computed.
        rules: which figures rest on which count.
        minimum: k, the minimum cell size.
        totals: what adds up to what; None where no row is a total.
        units: unit_id, parent_unit_id, valid_from, valid_to: the tree of units by time.
    """
    result = frame.copy()
    result["suppression_reason"] = result["suppression_reason"].astype(object)
    for rule in rules:
        counts = pd.to_numeric(frame[rule.count]).fillna(0)
        small = small_cells(counts, minimum)
        complement = pd.Series(data=False, index=frame.index)
        if totals is not None and small.any():
            siblings, rest = _siblings(frame, counts, totals, units)
            complement = _close(counts, small, siblings, rest, minimum)
        for column in dict.fromkeys((rule.count, *rule.hides)):
            result[column] = result[column].astype(object).where(~(small | complement), None)
        result.loc[complement & result["suppression_reason"].isna(), "suppression_reason"] = COMPLEMENT
        result.loc[small, "suppression_reason"] = SMALL
    result["is_suppressed"] = result["suppression_reason"].notna()
    return result


def _siblings(
    frame: pd.DataFrame, counts: pd.Series[Any], totals: Totals, units: pd.DataFrame
) -> tuple[list[pd.Series[Any]], pd.Series[Any]]:
    """What siblings have in common, and how many people of their total are in none of them."""
    within = [frame[column].astype(str) for column in totals.within]
    if totals.flag:
        is_total = frame[totals.flag].astype(bool)
        groups = [is_total.map({True: "total", False: "part"}), *within]
        of_total = counts.where(is_total, 0).groupby(within, sort=False).transform("sum")
        of_parts = counts.where(~is_total, 0).groupby(within, sort=False).transform("sum")
        return groups, (of_total - of_parts).clip(lower=0)
    assert totals.tree is not None
    unit = frame[totals.tree]
    parent = _parents(frame, unit, units)
    groups = [parent, *within]
    total = pd.Series(counts.to_numpy(), index=pd.MultiIndex.from_arrays([unit, *within]))
    total = total[~total.index.duplicated()]
    of_parent = total.reindex(pd.MultiIndex.from_arrays(groups)).fillna(0).to_numpy()
    of_siblings = counts.groupby(groups, sort=False).transform("sum").to_numpy()
    return groups, pd.Series((of_parent - of_siblings).clip(min=0), index=frame.index)


def _parents(frame: pd.DataFrame, unit: pd.Series[Any], units: pd.DataFrame) -> pd.Series[Any]:
    """The unit above each row's unit at the end of the row's quarter (or year); now, for a table without time."""
    parent = pd.Series("", index=frame.index, dtype=object)
    column = next((name for name in ("quarter", "year") if name in frame), None)
    moments = frame[column].unique() if column else [None]
    for moment in moments:
        rows = frame[column] == moment if column else pd.Series(data=True, index=frame.index)
        end = _period_end(column, moment)
        valid = units[(pd.to_datetime(units["valid_from"]) <= end) & (units["valid_to"].isna() | (pd.to_datetime(units["valid_to"]) > end))]
        above = dict(zip(units["unit_id"], units["parent_unit_id"], strict=True)) | dict(
            zip(valid["unit_id"], valid["parent_unit_id"], strict=True)
        )
        parent[rows] = unit[rows].map(above).fillna("").astype(object)
    return parent


def _period_end(column: str | None, moment: Any) -> pd.Timestamp:
    if column == "quarter":
        return pd.Timestamp(moment) + pd.offsets.QuarterEnd(0)
    return pd.Timestamp(year=int(moment), month=12, day=31) if column == "year" else pd.Timestamp.now()


def _close(
    counts: pd.Series[Any], small: pd.Series[Any], siblings: list[pd.Series[Any]], rest: pd.Series[Any], minimum: int
) -> pd.Series[Any]:
    """Complementary cells, repeated until hiding one opens no other."""
    hidden = small.copy()
    while True:
        also = complementary_cells(counts, hidden, siblings, rest, minimum)
        if not also.any():
            return hidden & ~small
        hidden |= also
