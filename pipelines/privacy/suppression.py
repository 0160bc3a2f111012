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
    also = pd.Series(data=False, index=frame.index)
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
            also[at] = True
            cells += 1
            people += row["n"]
    return also


def suppress(frame: pd.DataFrame, rules: list[SuppressionRule], minimum: int, parents: dict[str, str | None], keys: list[str]) -> pd.DataFrame:
    """The table with its small cells and their complements emptied; ``is_suppressed`` and ``suppression_reason`` say where.

    Args:
        frame: the table as computed; a column ``unit_id`` makes it hierarchical.
        rules: which figures rest on which count.
        minimum: k, the minimum cell size.
        parents: unit -> unit above it.
        keys: the columns that identify a row.
    """
    result = frame.copy()
    result["suppression_reason"] = result["suppression_reason"].astype(object)
    others = [key for key in keys if key != "unit_id"]
    for rule in rules:
        counts = pd.to_numeric(frame[rule.count]).fillna(0)
        small = small_cells(counts, minimum)
        complement = pd.Series(data=False, index=frame.index)
        if "unit_id" in frame and small.any():
            complement = _close_hierarchy(frame, counts, small, parents, others, minimum)
        for column in (rule.count, *rule.hides):
            result[column] = result[column].astype(object).where(~(small | complement), None)
        result.loc[complement, "suppression_reason"] = COMPLEMENT
        result.loc[small, "suppression_reason"] = SMALL
    result["is_suppressed"] = result["suppression_reason"].notna()
    return result


def _close_hierarchy(
    frame: pd.DataFrame, counts: pd.Series[Any], small: pd.Series[Any], parents: dict[str, str | None], others: list[str], minimum: int
) -> pd.Series[Any]:
    """Complementary cells of a table over a tree of units, repeated until hiding one level opens no other."""
    parent = frame["unit_id"].map(parents).astype(object)
    groups = [parent.fillna("")] + [frame[key].astype(str) for key in others]
    total = pd.Series(counts.to_numpy(), index=pd.MultiIndex.from_arrays([frame["unit_id"], *groups[1:]]))
    total = total[~total.index.duplicated()]
    within = pd.MultiIndex.from_arrays(groups)
    of_parent = total.reindex(within).fillna(0).to_numpy()
    of_siblings = counts.groupby(groups, sort=False).transform("sum").to_numpy()
    rest = pd.Series((of_parent - of_siblings).clip(min=0), index=frame.index)
    hidden = small.copy()
    while True:
        also = complementary_cells(counts, hidden, groups, rest, minimum)
        if not also.any():
            return hidden & ~small
        hidden |= also
