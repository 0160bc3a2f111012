"""Small cells of an open table are hidden, and enough others with them that no total gives them away.

Primary suppression by a minimum frequency, then secondary suppression within every set of siblings that adds up to a
published parent, and within every set of columns of a row that adds up to another, as in cell suppression for hierarchical
tables (Willenborg and de Waal, *Elements of Statistical Disclosure Control*, 2001, chapter 8; the greedy choice of the
smallest sibling is the heuristic, not the optimum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from pipelines.privacy.audit import given_away

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = "fewer people than the minimum cell size"
COMPLEMENT = "protects a small cell beside it"


@dataclass(frozen=True)
class SuppressionRule:
    """``hides`` is emptied where ``count`` is small or hidden; the count is hidden too.

    Where one person can be counted several times, ``people`` names the column that says how many people the count is of; it is
    judged instead of the count, and hidden with it.
    """

    count: str
    hides: tuple[str, ...]
    people: str | None = None


@dataclass(frozen=True)
class Sum:
    """In every row ``parts`` add up to ``total``, but for a remainder that is shown nowhere and protects like a hidden cell.

    The parts are named in the order in which they give way to protect a hidden one; the total goes last.
    """

    total: str
    parts: tuple[str, ...] | list[str]


def small_cells(counts: pd.Series[Any], minimum: int) -> pd.Series[Any]:
    """Where a figure rests on somebody, but on too few. A true zero tells nothing of anybody."""
    return (counts > 0) & (counts < minimum)


def complementary_cells(
    counts: pd.Series[Any],
    hidden: pd.Series[Any],
    groups: list[pd.Series[Any]],
    rest: pd.Series[Any],
    minimum: int,
    total_hidden: pd.Series[Any],
) -> pd.Series[Any]:
    """Further cells to hide, so that in no group of siblings the hidden ones can be found by subtraction.

    Args:
        counts: people behind each cell.
        hidden: cells hidden already.
        groups: what siblings have in common (parent and the other dimensions of the table).
        rest: people of the parent that are in no sibling, never published: they protect like a hidden cell.
        minimum: the hidden ones of a group, the rest included, must be at least two cells and, where their total is shown, this
            many people.
        total_hidden: whether the total of the siblings is hidden; then it is one of the two cells.
    """
    frame = pd.DataFrame({"n": counts.fillna(0), "hidden": hidden, "rest": rest.fillna(0), "total_hidden": total_hidden})
    frame = frame[frame["n"] > 0]
    by_group = frame.assign(people=frame["n"].where(frame["hidden"], 0)).groupby(groups, sort=False, dropna=False)
    n_hidden, people = by_group["hidden"].transform("sum"), by_group["people"].transform("sum") + frame["rest"]
    n_cells = n_hidden + (frame["rest"] > 0) + frame["total_hidden"]
    is_safe = (n_cells >= 2) & (frame["total_hidden"] | (people >= minimum))  # noqa: PLR2004 - one alone is the difference to the total
    chosen: list[Any] = []
    for _, group in frame[(n_hidden > 0) & ~is_safe].groupby(groups, sort=False, dropna=False):
        cells, behind = int(n_cells[group.index[0]]), float(people[group.index[0]])
        for at, row in group[~group["hidden"]].sort_values("n", kind="stable").iterrows():
            if cells >= 2 and (row["total_hidden"] or behind >= minimum):  # noqa: PLR2004
                break
            chosen.append(at)
            cells += 1
            behind += row["n"]
    return pd.Series(counts.index.isin(chosen), index=counts.index)


@dataclass(frozen=True)
class Totals:
    """What in a table adds up to what, as the mart's ``meta.totals`` declares it.

    Either ``tree: unit_id`` (a unit's row is the sum of the rows below it and of its own people), or ``flag``: a boolean
    column that marks the total of all other rows that agree in ``within``. In a tree, rows agree in ``within`` too.
    """

    within: tuple[str, ...] | list[str]
    tree: str | None = None
    flag: str | None = None


def suppress(
    frame: pd.DataFrame,
    rules: list[SuppressionRule],
    minimum: int,
    totals: Totals | None,
    units: pd.DataFrame,
    sums: tuple[Sum, ...] | list[Sum] = (),
) -> pd.DataFrame:
    """The table with its small cells and their complements emptied; ``is_suppressed`` and ``suppression_reason`` say where.

    Args:
        frame: the table as computed.
        rules: which figures rest on which count; every column of ``sums`` has a rule.
        minimum: k, the minimum cell size.
        totals: what adds up to what; None where no row is a total.
        units: unit_id, parent_unit_id, valid_from, valid_to: the tree of units by time.
        sums: which columns of a row add up to which.
    """
    result = frame.copy()
    result["suppression_reason"] = result["suppression_reason"].astype(object)
    counts = {rule.count: pd.to_numeric(frame[rule.count]).fillna(0) for rule in rules}
    small = {rule.count: small_cells(pd.to_numeric(frame[rule.people or rule.count]).fillna(0), minimum) for rule in rules}
    hidden = _hidden_cells(frame, counts, small, minimum, totals, units, sums)
    for rule in rules:
        is_small = small[rule.count]
        complement = hidden[rule.count] & ~is_small
        for column in dict.fromkeys((rule.count, *rule.hides, *([rule.people] if rule.people else []))):
            result[column] = result[column].astype(object).where(~hidden[rule.count], None)
        result.loc[complement & result["suppression_reason"].isna(), "suppression_reason"] = COMPLEMENT
        result.loc[is_small, "suppression_reason"] = SMALL
    result["is_suppressed"] = result["suppression_reason"].notna()
    return result


def _hidden_cells(
    frame: pd.DataFrame,
    counts: dict[str, pd.Series[Any]],
    small: dict[str, pd.Series[Any]],
    minimum: int,
    totals: Totals | None,
    units: pd.DataFrame,
    sums: tuple[Sum, ...] | list[Sum],
) -> dict[str, pd.Series[Any]]:
    """The small cells of each count with their complements, down the tree and along the row, until neither opens the other."""
    hidden = {column: cells.copy() for column, cells in small.items()}
    families = {column: _family(frame, values, totals, units) for column, values in counts.items() if totals is not None}
    while True:
        before = sum(int(cells.sum()) for cells in hidden.values())
        for column, family in families.items():
            if hidden[column].any():
                hidden[column] = _close(counts[column], hidden[column], family, minimum)
        for one in sums:
            _close_row(one, counts, hidden, minimum)
        if sum(int(cells.sum()) for cells in hidden.values()) > before:
            continue
        if not _protect_given_away(counts, hidden, families, sums):
            return hidden


def _protect_given_away(
    counts: dict[str, pd.Series[Any]], hidden: dict[str, pd.Series[Any]], families: dict[str, _Family], sums: tuple[Sum, ...] | list[Sum]
) -> bool:
    """For each hidden cell that all sums together give away, hide the smallest shown one of these sums; whether there was any."""
    equations = list(_equations(counts, families, sums))
    unknown = {(int(at), column) for column, cells in hidden.items() for at in np.flatnonzero(cells & (counts[column] > 0))}
    found = given_away(equations, unknown)
    for numbers in found.values():
        beside = {cell for number in numbers for cell in equations[number]}
        shown = [(counts[column].iloc[at], at, column) for at, column in beside if not hidden[column].iloc[at]]
        if shown:
            _, at, column = min(shown)
            hidden[column].iloc[at] = True
    return bool(found)


def _equations(
    counts: dict[str, pd.Series[Any]], families: dict[str, _Family], sums: tuple[Sum, ...] | list[Sum]
) -> Iterator[dict[tuple[int, str], int]]:
    """All sums without a remainder. True zeros are no secret and stand in none."""
    values = {column: cells.to_numpy() for column, cells in counts.items()}
    for column, family in families.items():
        parts = np.flatnonzero((family.total >= 0) & (family.rest == 0) & (counts[column] > 0))
        for total, members in pd.Series(parts).groupby(family.total.to_numpy()[parts]):
            yield {(int(cast("int", total)), column): 1, **{(int(at), column): -1 for at in members}}
    for one in sums:
        rest = values[one.total] - np.sum([values[part] for part in one.parts], axis=0)
        for at in np.flatnonzero((rest <= 0) & (values[one.total] > 0)):
            yield {(int(at), column): 1 if column == one.total else -1 for column in (one.total, *one.parts) if values[column][at] > 0}


def _close_row(one: Sum, counts: dict[str, pd.Series[Any]], hidden: dict[str, pd.Series[Any]], minimum: int) -> None:
    """Hide further columns of a sum where the hidden ones follow from the others. A true zero is no secret and hides nothing.

    As among siblings: at least two are hidden, and what they add up to, if it can be computed, is no small number of people.
    """
    rest = (counts[one.total] - sum(counts[part] for part in one.parts)).clip(lower=0)
    for column in (*one.parts, one.total):
        cells = [hidden[cell] & (counts[cell] > 0) for cell in (*one.parts, one.total)]
        is_hidden = sum(cell.astype(int) for cell in cells)
        people = rest + sum(counts[part].where(hidden[part], 0) for part in one.parts)
        is_safe = (is_hidden + (rest > 0) >= 2) & (hidden[one.total] | (people >= minimum))  # noqa: PLR2004 - one alone is a difference
        hidden[column] |= (is_hidden > 0) & ~is_safe & (counts[column] > 0)


@dataclass(frozen=True)
class _Family:
    """``siblings``: what siblings have in common. ``rest``: people of their total in none of them. ``total``: where its row is, or -1."""

    siblings: list[pd.Series[Any]]
    rest: pd.Series[Any]
    total: pd.Series[Any]


def _family(frame: pd.DataFrame, counts: pd.Series[Any], totals: Totals, units: pd.DataFrame) -> _Family:
    """How the rows of the table hang together for one count."""
    within = [frame[column].astype(str) for column in totals.within]
    positions = pd.Series(range(len(frame)), index=frame.index)
    if totals.flag:
        is_total = frame[totals.flag].astype(bool)
        groups = [is_total.map({True: "total", False: "part"}), *within]
        of_total = counts.where(is_total, 0).groupby(within, sort=False).transform("sum")
        of_parts = counts.where(~is_total, 0).groupby(within, sort=False).transform("sum")
        total = positions.where(is_total, -1).groupby(within, sort=False).transform("max").where(~is_total, -1)
        return _Family(groups, (of_total - of_parts).clip(lower=0), total)
    assert totals.tree is not None
    unit = frame[totals.tree]
    parent = _parents(frame, unit, units)
    groups = [parent, *within]
    row_of = pd.Series(positions.to_numpy(), index=pd.MultiIndex.from_arrays([unit, *within]))
    row_of = row_of[~row_of.index.duplicated()]
    total = pd.Series(row_of.reindex(pd.MultiIndex.from_arrays(groups)).fillna(-1).astype(int).to_numpy(), index=frame.index)
    of_parent = pd.Series(counts.to_numpy()[total], index=frame.index).where(total >= 0, 0)
    of_siblings = counts.groupby(groups, sort=False).transform("sum")
    return _Family(groups, (of_parent - of_siblings).clip(lower=0), total)


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


def _close(counts: pd.Series[Any], hidden: pd.Series[Any], family: _Family, minimum: int) -> pd.Series[Any]:
    """The hidden cells and their complements, repeated until hiding one opens no other."""
    hidden = hidden.copy()
    while True:
        total_hidden = pd.Series((hidden & (counts > 0)).to_numpy()[family.total], index=counts.index) & (family.total >= 0)
        also = complementary_cells(counts, hidden, family.siblings, family.rest, minimum, total_hidden)
        also |= _parts_of_hidden_totals(counts, hidden | also, family, total_hidden)
        if not also.any():
            return hidden
        hidden |= also


def _parts_of_hidden_totals(
    counts: pd.Series[Any], hidden: pd.Series[Any], family: _Family, total_hidden: pd.Series[Any]
) -> pd.Series[Any]:
    """The smallest part of every hidden total whose parts are all shown: they add up to it."""
    frame = pd.DataFrame({"n": counts, "hidden": hidden, "total": family.total})
    frame = frame[(frame["n"] > 0) & total_hidden & (family.rest == 0)]
    open_ones = frame[~frame.groupby("total")["hidden"].transform("any")]
    return pd.Series(counts.index.isin(open_ones.groupby("total")["n"].idxmin()), index=counts.index)
