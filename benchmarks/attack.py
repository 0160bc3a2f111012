"""An attack on the open release, by somebody who has it, the release before, the tree of units, and this code.

Everything that is published is written down as equations and inequalities in what is withheld: rows that add up along the tree
or to a total, columns that add up, parts of a whole, the same people counted in two marts, rates with the interval of their last
decimal. Linear programming then says between what each withheld figure must lie. Shares no code with the defence, only the
declarations of the marts.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipelines.privacy.tables import SuppressionRule, Table

Cell = tuple[str, str, int]
"""Table, count, row."""

RATES = {
    "competency_gap_by_unit": [("coverage", "n_assessed", "n_employees")],
    "training_participation_by_unit": [
        ("decline_rate", "n_declined", "n_invited"),
        ("completed_share", "n_completed", "n_invited"),
        ("no_show_rate", "n_no_show", "n_accepted"),
    ],
}
"""Rates that an attacker multiplies with a count: column, counted, of whom. Shares are declared as such."""
LAST_DECIMAL = 0.00005


class Row(NamedTuple):
    """``low <= sum of factor x figure <= high``."""

    terms: dict[int, float]
    low: float
    high: float


class Attack:
    """What is withheld in the open tables, between what bounds.

    Args:
        whole: the tables as computed: what an attacker does not have; asked only whether a remainder is nobody, which somebody
            who knows the offices may know, and which rows the marts have.
        shown: the same tables as published.
        parents: the unit above that of each row of a table.
        before: tables of the release before, for what it showed.
    """

    def __init__(
        self,
        whole: Sequence[Table],
        shown: Mapping[str, pd.DataFrame],
        parents: Callable[[pd.DataFrame], Sequence[str]],
        before: Mapping[str, pd.DataFrame] | None = None,
    ) -> None:
        self.tables = {table.name: table for table in whole}
        self.shown, self.parents, self.before = shown, parents, before or {}
        self.number: dict[Cell, int] = {}
        self.truth: list[float] = []
        self.known: list[float] = []
        self.floor: list[float] = []
        self.rows: list[Row] = []
        for table in whole:
            for rule in table.rules:
                self._read(table, rule)
        self._same_people()
        for table in whole:
            self._rows_add_up(table)
            self._columns_add_up(table)
            self._parts_and_rates(table)

    # -- what is published -----------------------------------------------------------------------------------------------

    def _read(self, table: Table, rule: SuppressionRule) -> None:
        true, seen = _count(table.frame, rule), _count(self.shown[table.name], rule)
        earlier = self._shown_before(table, rule, seen)
        exists = true > 0
        if rule.of and rule.is_share:
            exists |= np.isnan(seen) & (_numbers(table.frame[rule.of]) > 0)
        part_of_withheld = np.isnan(_numbers(self.shown[table.name][rule.of])) if rule.of else np.zeros(len(true), dtype=bool)
        for at in np.flatnonzero(exists):
            self.number[table.name, rule.count, int(at)] = len(self.truth)
            self.truth.append(float(true[at]))
            # Of what was shown before, the attacker is taken to know which still holds: a wrong guess would make no sense with the rest.
            still = float(earlier[at]) if earlier[at] == true[at] else float("nan")
            self.known.append(float(seen[at]) if not np.isnan(seen[at]) else still)
            self.floor.append(0.0 if rule.is_share or part_of_withheld[at] or "nobody" in rule.reveals else 1.0)

    def _shown_before(self, table: Table, rule: SuppressionRule, seen: np.ndarray) -> np.ndarray:
        """What the release before showed of a figure, where everything else that both show of the row is the same."""
        unknown = np.full(len(seen), np.nan)
        if table.name not in self.before or not table.grain:
            return unknown
        old, new = self.before[table.name], self.shown[table.name]
        place = {key: at for at, key in enumerate(_keys(old, table.grain))}
        old_count = _count(old, rule)
        others = [_numbers(frame[one.count]) for frame in (old, new) for one in table.rules if one.count in frame]
        half = len(others) // 2
        for at, key in enumerate(_keys(new, table.grain)):
            if np.isnan(seen[at]) and key in place:
                then = place[key]
                pairs = [(a[then], b[at]) for a, b in zip(others[:half], others[half:], strict=True)]
                if all(np.isnan(a) or np.isnan(b) or a == b for a, b in pairs):
                    unknown[at] = old_count[then]
        return unknown

    def _same_people(self) -> None:
        """Figures of one population, unit and day are one where they are equal and most others of their marts are."""
        groups: dict[tuple[str, str], dict[Any, dict[str, int]]] = defaultdict(dict)
        newest = max((pd.to_datetime(t.frame["quarter"]).max() for t in self.tables.values() if "quarter" in t.frame), default=None)
        for table in self.tables.values():
            pooled = table.pooled()
            for rule in table.rules:
                if rule.population:
                    others = [c for c in table.grain if c not in {"unit_id", "quarter", "year"}]
                    for at, key in enumerate(_keys(table.frame, ["unit_id", *others])):
                        if (cell := (table.name, rule.count, at)) in self.number and pooled[at]:
                            day = _day(table.frame, at, newest, rule.years_back)
                            groups[rule.population, day].setdefault((table.name, rule.count, key[1:]), {})[key[0]] = self.number[cell]
        for slices in groups.values():
            heads: list[dict[str, int]] = []
            for one in sorted(slices.values(), key=len, reverse=True):
                for head in heads:
                    common = one.keys() & head.keys()
                    same = [unit for unit in common if self.truth[one[unit]] == self.truth[head[unit]]]
                    if 2 * len(same) > len(common):
                        for unit in same:
                            self.rows.append(Row({one[unit]: 1.0, head[unit]: -1.0}, 0.0, 0.0))
                        head.update({unit: number for unit, number in one.items() if unit not in head})
                        break
                else:
                    heads.append(dict(one))

    def _rows_add_up(self, table: Table) -> None:
        frame = table.frame
        for totals in table.totals:
            target = self.tables[totals.mart] if totals.mart else table
            within = list(totals.within)
            if totals.tree:
                above = list(self.parents(frame))
                place = {key: at for at, key in enumerate(_keys(frame, [totals.tree, *within]))}
                keys = _keys(frame.assign(**{totals.tree: above}), [totals.tree, *within])
            elif totals.flag:
                is_total = frame[totals.flag].astype(bool).to_numpy()
                keys = [key if not is_total[at] else None for at, key in enumerate(_keys(frame, within))]
                place = {key: at for at, key in enumerate(_keys(frame, within)) if is_total[at]}
            elif totals.mart:
                keys = _keys(frame, within)
                place = {key: at for at, key in enumerate(_keys(target.frame, within))}
            else:
                continue
            below = defaultdict(list)
            for at, key in enumerate(keys):
                if key in place:
                    below[place[key]].append(at)
            for rule in table.rules:
                for top, parts in below.items():
                    self._add_up((target.name, rule.count, top), [(table.name, rule.count, at) for at in parts])

    def _columns_add_up(self, table: Table) -> None:
        for one in table.sums:
            for at in range(len(table.frame)):
                self._add_up((table.name, one.total, at), [(table.name, part, at) for part in one.parts])

    def _add_up(self, total: Cell, parts: list[Cell]) -> None:
        if total not in self.number:
            return
        numbers = [self.number[part] for part in parts if part in self.number]
        top = self.number[total]
        rest = self.truth[top] - sum(self.truth[n] for n in numbers)
        terms = {top: 1.0, **dict.fromkeys(numbers, -1.0)}
        self.rows.append(Row(terms, min(rest, 0.0), 0.0 if rest == 0 else np.inf if rest > 0 else 0.0))

    def _parts_and_rates(self, table: Table) -> None:
        shown = self.shown[table.name]
        for rule in table.rules:
            for at in range(len(shown)) if rule.of else ():
                part, whole = self.number.get((table.name, rule.count, at)), self.number.get((table.name, str(rule.of), at))
                if part is not None and whole is not None and part != whole:
                    self.rows.append(Row({whole: 1.0, part: -1.0}, 0.0, np.inf))
        for rate, counted, of in RATES.get(table.name, []):
            values = _numbers(shown[rate])
            for at in np.flatnonzero(~np.isnan(values)):
                part, whole = self.number.get((table.name, counted, int(at))), self.number.get((table.name, of, int(at)))
                if part is not None and whole is not None:
                    self.rows.append(Row({part: 1.0, whole: -(values[at] - LAST_DECIMAL)}, 0.0, np.inf))
                    self.rows.append(Row({part: 1.0, whole: -(values[at] + LAST_DECIMAL)}, -np.inf, 0.0))

    # -- what follows ----------------------------------------------------------------------------------------------------

    def bounds(self, rounds: int = 30, width: float = 3.0) -> pd.DataFrame:
        """Each withheld figure with the ends of its interval; one that is wider than asked may be wider still."""
        known, truth = np.array(self.known), np.array(self.truth)
        unknown = np.flatnonzero(np.isnan(known))
        column = np.full(len(known), -1)
        column[unknown] = np.arange(len(unknown))
        entries: list[tuple[int, int, float]] = []
        sides: list[tuple[float, float]] = []
        for row in self.rows:
            open_terms = {column[n]: f for n, f in row.terms.items() if column[n] >= 0}
            if open_terms:
                fixed = sum(f * known[n] for n, f in row.terms.items() if column[n] < 0)
                entries += [(len(sides), c, f) for c, f in open_terms.items()]
                sides.append((row.low - fixed, row.high - fixed))
        program = _Program(entries, sides, np.array(self.floor)[unknown], truth[unknown])
        low, high = program.bounds(rounds, width)
        cells = [cell for cell in self.number if np.isnan(known[self.number[cell]]) and not self._is_of_another_row(cell)]
        at = np.array([column[self.number[cell]] for cell in cells], dtype=int)
        found = pd.DataFrame(cells, columns=["table", "count", "row"])
        wholes = [self._whole(cell) for cell in cells]
        return found.assign(truth=truth[unknown][at], low=low[at], high=high[at], whole=wholes)

    def _is_of_another_row(self, cell: Cell) -> bool:
        """What columns give together of a year before is no figure of this row: it is withheld, and judged, in the row of that year.

        Its columns may be empty here for the sake of this year's figure alone.
        """
        rule = self.tables[cell[0]].rule(cell[1])
        return bool(rule.years_back) and rule.count not in self.shown[cell[0]]

    def _whole(self, cell: Cell) -> float:
        """The figure of which a withheld one is a part, where that is withheld too; nan elsewhere."""
        rule = self.tables[cell[0]].rule(cell[1])
        whole = self.number.get((cell[0], str(rule.of), cell[2])) if rule.of else None
        return self.truth[whole] if whole is not None and np.isnan(self.known[whole]) else float("nan")

    def guessed_from_before(self) -> int:
        """Figures withheld now that the release before showed, where nothing says that they have changed, and they have not."""
        seen = {(name, count): _count(self.shown[name], self.tables[name].rule(count)) for name, count in {key[:2] for key in self.number}}
        return sum(
            np.isnan(seen[name, count][at]) and self.known[number] == self.truth[number]
            for (name, count, at), number in self.number.items()
        )


class _Program:
    def __init__(
        self, entries: list[tuple[int, int, float]], sides: list[tuple[float, float]], floor: np.ndarray, truth: np.ndarray
    ) -> None:
        row, column, factor = (np.array(part) for part in zip(*entries, strict=True)) if entries else (np.zeros(0, dtype=int),) * 3
        self.matrix = sparse.csr_array((factor, (row, column)), shape=(len(sides), len(truth)))
        self.low, self.high = (np.array([side[end] for side in sides]) for end in (0, 1))
        self.floor, self.truth = np.minimum(floor, truth), truth

    def bounds(self, rounds: int, width: float) -> tuple[np.ndarray, np.ndarray]:
        """Ends of each figure: from tables near the true one, many figures at once, and exactly for those that stay narrow."""
        low, high = self.truth.copy(), self.truth.copy()
        random = np.random.default_rng(7)
        near = np.column_stack([np.maximum(self.floor, self.truth - width), self.truth + width])
        for _ in range(rounds):
            left = high - low < width - 1e-6
            if not left.any():
                break
            direction = np.where(left, random.choice([-1.0, 1.0], len(left)), 0.0)
            for sign in (1.0, -1.0):
                table = self._solve(sign * direction, near, slice(None))
                low, high = np.minimum(low, table), np.maximum(high, table)
        label = self._components()
        for at in np.flatnonzero(high - low < width - 1e-6):
            mine = np.flatnonzero(label == label[at])
            direction = (mine == at).astype(float)
            anywhere = np.column_stack([self.floor[mine], np.full(len(mine), 1e7)])
            place = int(np.flatnonzero(mine == at)[0])
            low[at] = min(low[at], self._solve(direction, anywhere, mine)[place])
            high[at] = max(high[at], self._solve(-direction, anywhere, mine)[place])
        return low, high

    def _components(self) -> np.ndarray:
        pattern = abs(self.matrix)
        graph = sparse.block_array([[None, pattern], [pattern.T, None]])
        return sparse.csgraph.connected_components(graph, directed=False)[1][self.matrix.shape[0] :]

    def _solve(self, direction: np.ndarray, bounds: np.ndarray, columns: Any) -> np.ndarray:
        matrix = self.matrix[:, columns]
        used = np.diff(matrix.indptr) > 0
        matrix, low, high = matrix[used], self.low[used], self.high[used]
        equal = low == high
        up, down = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
        upper = sparse.vstack([matrix[up], -matrix[down]]) if (up | down).any() else None
        found = linprog(
            direction, A_eq=matrix[equal] if equal.any() else None, b_eq=low[equal] if equal.any() else None,
            A_ub=upper, b_ub=np.concatenate([high[up], -low[down]]) if upper is not None else None, bounds=bounds, method="highs",
        )  # fmt: skip
        assert found.x is not None, found.message
        return np.asarray(found.x)


def narrow(found: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """What is bounded closer than declared: k - 2, or the whole where that is withheld too."""
    width = np.minimum(max(minimum - 2, 1), found["whole"].fillna(np.inf))
    return found[_says_something(found) & (found["high"] - found["low"] < width - 1e-6)]


def exact(found: pd.DataFrame) -> pd.DataFrame:
    """What is told to the person."""
    return found[_says_something(found) & (found["high"] - found["low"] < 0.5)]  # noqa: PLR2004 - no two whole numbers


def _says_something(found: pd.DataFrame) -> pd.Series:
    """Somebody, or nobody of people of whom it is known how many they are."""
    return (found["truth"] > 0) | found["whole"].isna()


def newcomers(
    before: pd.DataFrame, after: pd.DataFrame, grain: Sequence[str], mean: str, count: str, width: float | None
) -> list[tuple[float, float]]:
    """Bounds of the value of whoever joined a group of which both releases show the mean: sum less sum.

    ``width``: of the scale to whose steps means are rounded; None for exact means.
    """
    place = {key: at for at, key in enumerate(_keys(before, grain))}
    found = []
    for at, key in enumerate(_keys(after, grain)):
        if key not in place:
            continue
        old, new = before.iloc[place[key]], after.iloc[at]
        n, m = (np.nan if pd.isna(row[count]) else float(row[count]) for row in (old, new))
        means = [np.nan if pd.isna(row[mean]) else float(row[mean]) for row in (old, new)]
        if m - n == 1 and not np.isnan(means).any():
            slack = [_step(width, people) / 2 if width else LAST_DECIMAL for people in (n, m)]
            middle, error = m * means[1] - n * means[0], m * slack[1] + n * slack[0]
            found.append((middle - error, middle + error))
    return found


def _step(width: float, people: float) -> float:
    return min(s for s in (f * 10.0**e for e in range(-6, 4) for f in (1, 2, 5)) if s >= width / 2 / people - 1e-12)


def _numbers(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)


def _count(frame: pd.DataFrame, rule: SuppressionRule) -> np.ndarray:
    """The count of a rule, row by row; what is not shown is not a number."""
    if not rule.is_share:
        return _numbers(frame[rule.count])
    numbers = frame.assign(**{name: _numbers(frame[name]) for name in frame if name in rule.count})
    return np.round(np.asarray(numbers.eval(rule.count), dtype=float) * _numbers(frame[rule.of]))


def _keys(frame: pd.DataFrame, columns: Iterable[str]) -> list[tuple[str, ...]]:
    return list(zip(*(frame[column].astype(str) for column in columns), strict=True))


def _day(frame: pd.DataFrame, at: int, newest: Any, back: int) -> str:
    if "quarter" in frame:
        quarter = pd.Timestamp(frame["quarter"].iloc[at])
    else:
        quarter = pd.Timestamp(int(frame["year"].iloc[at]), 10, 1)
        quarter = quarter if newest is None else min(quarter, newest)
    return str((quarter - pd.DateOffset(years=back)).date())
