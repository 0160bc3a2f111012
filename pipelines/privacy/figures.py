"""All open tables as one system: every figure of people once, whatever mart shows it, and every sum in which it stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from pipelines.privacy.bounds import REMAINDER, Equations
from pipelines.privacy.tables import ALL, NOBODY, newest_quarter, parents, period_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.privacy.bounds import Flags, Numbers, Places
    from pipelines.privacy.tables import Sum, SuppressionRule, Table, Totals

NONE = -1
"""In place of a figure: nobody is counted, which is no secret."""
ANOTHER = r" but \d+ "
"""Of the name of a figure: another value of the unit than the others of its population have."""
LAST = 1000.0
"""Rank of a total: its parts give way first."""


@dataclass(frozen=True)
class System:
    """Figures by number, with everything that is said of them.

    ``published``: has a column; the others are remainders, which an attacker computes where everything around them is shown.
    ``sensitive``: of too few people. ``implies``: pairs; where the first is withheld, so is the second.
    ``layer``: which count, or REMAINDER. ``whole``: the figure of which it is a part, or NONE.
    ``places``: table and count -> the figure of each row, or NONE. ``names``: of published figures, the same every night.
    """

    value: Numbers
    floor: Numbers
    sensitive: Flags
    published: Flags
    equations: Equations
    implies: Places
    layer: Places
    whole: Places
    places: dict[tuple[str, str], Places]
    names: pd.Series[Any]


def system_of(tables: Sequence[Table], units: pd.DataFrame, minimum: int) -> System:
    """Number the figures of all tables and write down what adds up to what.

    Args:
        tables: the open tables as computed.
        units: unit_id, parent_unit_id, valid_from, valid_to: the tree of units by time.
        minimum: k, the minimum cell size.
    """
    build = _Builder(minimum)
    build.figures(tables)
    for table in tables:
        for totals in table.totals:
            build.rows_add_up(table, totals, units, {other.name: other for other in tables})
        for one in table.sums:
            build.columns_add_up(table, one)
        for rule in table.rules:
            if rule.of:
                build.part_of(table, rule)
        build.implied(table)
    return build.system()


class _Builder:
    def __init__(self, minimum: int) -> None:
        self.minimum = minimum
        self.value: list[Numbers] = []
        self.floor: list[Numbers] = []
        self.sensitive: list[Flags] = []
        self.also_sensitive: list[Places] = []
        self.size = self.n_published = 0
        self.places: dict[tuple[str, str], Places] = {}
        self.names: list[pd.Series[Any]] = []
        self.entries: list[tuple[Places, Places, Numbers, Numbers]] = []
        self.n_equations = 0
        self.pairs: list[Places] = []
        self.wholes: list[Places] = []
        self.seen: set[tuple[int, bytes]] = set()

    # -- figures ---------------------------------------------------------------------------------------------------------

    def add(self, value: Numbers, floor: float, sensitive: Flags) -> Places:
        self.value.append(value)
        self.floor.append(np.full(len(value), floor))
        self.sensitive.append(sensitive)
        self.size += len(value)
        return np.arange(self.size - len(value), self.size)

    def small(self, people: Numbers) -> Flags:
        return (people > 0) & (people < self.minimum)

    def figures(self, tables: Sequence[Table]) -> None:
        """Numbers for what the tables publish; figures of one population that agree are one, where their slices agree in most units."""
        newest = newest_quarter(tables)
        shared: dict[tuple[str, pd.Timestamp], list[_Slice]] = defaultdict(list)
        units = pd.Index(sorted({str(unit) for table in tables if "unit_id" in table.frame for unit in table.frame["unit_id"].unique()}))
        for table in tables:
            keys = _row_keys(table)
            for rule in table.rules:
                values = table.numbers(rule)
                told = self.small(table.numbers(type(rule)(rule.people))) if rule.people else self.small(values)
                nobody = np.zeros(len(values), dtype=bool)
                if rule.of and NOBODY in rule.reveals:
                    nobody = (values == 0) & (table.numbers(table.rule(rule.of)) > 0)
                where = np.full(len(values), NONE)
                self.places[table.name, rule.count] = where
                floor = 0.0 if NOBODY in rule.reveals else 1.0
                pooled = table.pooled() if rule.population else np.zeros(len(values), dtype=bool)
                exists = ((values > 0) | nobody) & ~pooled
                where[exists] = self.add(values[exists], floor, (told | nobody)[exists])
                self.names.append(f"{table.name}.{rule.count}" + keys[exists])
                if rule.population:
                    ends = period_ends(table.frame, newest) - pd.DateOffset(years=rule.years_back)
                    for piece in _slices(table, rule, ends, values, told | nobody, floor, where, units):
                        shared[rule.population, piece.end].append(piece)
        for (population, end), pieces in shared.items():
            self.link(f"{population} {end:%Y-%m-%d}", pieces, units)
        self.n_published = self.size

    def link(self, name: str, pieces: list[_Slice], units: pd.Index[Any]) -> None:
        """One number for each unit and value in all slices that agree in most units; any other slice has its own."""
        known: list[tuple[Numbers, Places]] = []
        for order, piece in enumerate(sorted(pieces, key=lambda piece: -len(piece.units))):
            at = next((at for at, (values, _) in enumerate(known) if _agree(values[piece.units], piece.values)), len(known))
            if at == len(known):
                known.append((np.full(len(units), np.nan), np.full(len(units), NONE)))
            values, numbers = known[at]
            same = np.isnan(values[piece.units]) | (values[piece.units] == piece.values)
            mine = np.where(same, numbers[piece.units], NONE)
            new = piece.exists & (mine == NONE)
            self.also_sensitive.append(mine[piece.sensitive & ~new])
            mine[new] = self.add(piece.values[new], piece.floor, piece.sensitive[new])
            kind = np.where(same[new], f" {at} ", f" {at} but {order} ")  # see ANOTHER
            self.names.append(pd.Series(name + kind.astype(object) + units[piece.units[new]].astype(str), dtype=object))
            values[piece.units[same]], numbers[piece.units[same]] = piece.values[same], mine[same]
            piece.where[piece.rows] = np.where(piece.exists, mine, NONE)

    # -- equations -------------------------------------------------------------------------------------------------------

    def equation(self, figures: Places, factors: Numbers, ranks: Numbers) -> None:
        keep = figures != NONE
        self.entries.append((np.full(int(keep.sum()), self.n_equations), figures[keep], factors[keep], ranks[keep]))
        self.n_equations += 1

    def adds_up(self, total: int, total_value: float, parts: Places, values: Numbers, ranks: Numbers, *, closed: bool = False) -> None:
        """``parts`` and a remainder are the total; NONE as total: known, but shown nowhere."""
        if (total, parts.tobytes()) in self.seen:
            return
        self.seen.add((total, parts.tobytes()))
        rest = total_value - values.sum()
        slack = np.zeros(0, dtype=int)
        if rest > 0 and not closed:
            remainder = np.array([rest])
            slack = self.add(remainder, 0.0, self.small(remainder))
        members = np.concatenate([parts, slack, [total]])
        factors = np.concatenate([np.ones(len(parts) + len(slack)), [-1.0]])
        self.equation(members, factors, np.concatenate([ranks, np.zeros(len(slack)), [LAST]]))

    def rows_add_up(self, table: Table, totals: Totals, units: pd.DataFrame, tables: dict[str, Table]) -> None:
        """Rows of the table, each once, under the row that is their total."""
        group, total_row, in_table = _totals_of(table, totals, units, tables)
        for rule in table.rules:
            if totals.mart and (in_table.name, rule.count) not in self.places:
                continue
            where, values = self.places[table.name, rule.count], table.numbers(rule)
            above = self.places.get((in_table.name, rule.count), where)
            above_values = in_table.numbers(rule) if total_row is not None else values
            for key, rows in _grouped(group, where != NONE):
                if total_row is None:
                    self.adds_up(NONE, float(values[rows].sum()), where[rows], values[rows], np.zeros(len(rows)), closed=True)
                elif above[total_row[key]] != NONE:
                    top = int(total_row[key])
                    self.adds_up(int(above[top]), float(above_values[top]), where[rows], values[rows], np.zeros(len(rows)))

    def columns_add_up(self, table: Table, one: Sum) -> None:
        names = (one.total, *one.parts)
        where = np.column_stack([self.places[table.name, name] for name in names])
        values = np.column_stack([table.numbers(table.rule(name)) for name in names])
        ranks = np.arange(len(one.parts), dtype=float)
        for at in np.flatnonzero(values[:, 0] > 0):
            self.adds_up(int(where[at, 0]), float(values[at, 0]), where[at, 1:], values[at, 1:], ranks)

    def part_of(self, table: Table, rule: SuppressionRule) -> None:
        """The people counted and the others are the people of whom they are a part."""
        assert rule.of is not None
        of = table.rule(rule.of)
        whole, part = self.places[table.name, rule.of], self.places[table.name, rule.count]
        rows = np.flatnonzero((whole != NONE) & (part != NONE))
        _, first = np.unique(np.column_stack([whole[rows], part[rows]]), axis=0, return_index=True)
        rows = rows[first]
        others = np.maximum(table.numbers(of)[rows] - table.numbers(rule)[rows], 0)
        slack = self.add(others, 0.0, (others < self.minimum) & (ALL in rule.reveals))
        self.wholes += [np.column_stack([figures, whole[rows]]) for figures in (part[rows], slack)]
        numbers = self.n_equations + np.arange(len(rows))
        self.n_equations += len(rows)
        ones = np.ones(len(rows))
        for figures, factor, rank in ((part[rows], ones, 0.0), (slack, ones, 0.0), (whole[rows], -ones, LAST)):
            self.entries.append((numbers, figures, factor, np.full(len(rows), rank)))

    def implied(self, table: Table) -> None:
        """A count that is emptied with another, and a part whose whole is withheld, are withheld too.

        A shown part would be the least that the whole can be.
        """
        counts = {rule.count for rule in table.rules}
        for rule in table.rules:
            withheld = {*rule.hides, *(other.count for other in table.rules if other.of == rule.count)}
            for name in sorted(counts & withheld - {rule.count}):
                first, second = self.places[table.name, rule.count], self.places[table.name, name]
                both = (first != NONE) & (second != NONE)
                self.pairs.append(np.column_stack([first[both], second[both]]))

    def layers(self, size: int) -> Places:
        """Figures of one count; those of a population in several tables belong to the first."""
        layer = np.full(size, REMAINDER)
        for at, where in reversed(list(enumerate(self.places.values()))):
            layer[where[where != NONE]] = at
        return layer

    def whole(self, size: int) -> Places:
        whole = np.full(size, NONE)
        for pairs in self.wholes:
            whole[pairs[:, 0]] = pairs[:, 1]
        return whole

    def system(self) -> System:
        number, figure, factor, rank = (
            (np.concatenate(parts) for parts in zip(*self.entries, strict=True)) if self.entries else (np.zeros(0, dtype=int),) * 4
        )
        value, sensitive = _joined(self.value, float), _joined(self.sensitive, bool)
        sensitive[_joined(self.also_sensitive, int)] = True
        return System(
            value=value,
            floor=np.minimum(_joined(self.floor, float), value),
            sensitive=sensitive,
            published=np.arange(len(value)) < self.n_published,
            equations=Equations(number, figure, factor.astype(float), rank.astype(float)),
            layer=self.layers(len(value)),
            whole=self.whole(len(value)),
            implies=np.concatenate(self.pairs) if self.pairs else np.zeros((0, 2), dtype=int),
            places=self.places,
            names=pd.concat(self.names, ignore_index=True) if self.names else pd.Series(dtype=object),
        )


def _joined(parts: list[Any], kind: type) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


@dataclass(frozen=True)
class _Slice:
    """The figures of one population on one day in one table: a value for each unit. ``where`` is filled in place."""

    end: pd.Timestamp
    rows: Places
    units: Places
    values: Numbers
    exists: Flags
    sensitive: Flags
    floor: float
    where: Places


def _slices(
    table: Table,
    rule: SuppressionRule,
    ends: pd.Series[Any],
    values: Numbers,
    sensitive: Flags,
    floor: float,
    where: Places,
    units: pd.Index[Any],
) -> Iterable[_Slice]:
    others = [table.frame[name].astype(str) for name in table.grain if name not in {"unit_id", "quarter", "year"}]
    seen = table.frame[rule.of if rule.is_share else rule.count].notna() & table.pooled()
    positions = pd.Series(np.arange(len(table.frame)), index=table.frame.index)[seen.to_numpy()]
    unit = units.get_indexer(pd.Index(table.frame["unit_id"].astype(str)))
    for key, rows in positions.groupby([ends[seen], *(other[seen] for other in others)], sort=True):
        at = rows.to_numpy()
        end = pd.Timestamp(cast("Any", key)[0])
        yield _Slice(end, at, unit[at], values[at], (values[at] > 0) | sensitive[at], sensitive[at], floor, where)


def _agree(known: Numbers, values: Numbers) -> bool:
    """Whether two slices say the same of most of the units that both show; services of a unit may be as large as each other by chance."""
    both = ~np.isnan(known)
    return bool(2 * (known[both] == values[both]).sum() > both.sum())


def _row_keys(table: Table) -> pd.Series[Any]:
    """What names each row of a table, behind what names the table and the count."""
    keys = pd.Series("", index=table.frame.index, dtype=object)
    for column in table.grain:
        keys = keys + " " + table.frame[column].astype(str)
    return keys


def _grouped(group: pd.Series[Any], counted: Flags) -> Iterable[tuple[Any, Places]]:
    rows = np.flatnonzero(counted & group.notna().to_numpy())
    codes, keys = pd.factorize(group.to_numpy(dtype=object)[rows], sort=False)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order])) + 1
    return zip(keys.tolist(), np.split(rows[order], starts), strict=True) if len(rows) else ()


def _totals_of(
    table: Table, totals: Totals, units: pd.DataFrame, tables: dict[str, Table]
) -> tuple[pd.Series[Any], dict[Any, int] | None, Table]:
    """What the parts of each total have in common, the row of each total by that, and the table in which it stands."""
    frame = table.frame
    within = [frame[column].astype(str) for column in totals.within]
    own = _keys([pd.Series("", index=frame.index), *within])  # without `within` all rows agree
    if totals.mart:
        other = tables[totals.mart]
        there = [other.frame[column].astype(str) for column in totals.within]
        rows = {key: at for at, key in enumerate(_keys([pd.Series("", index=other.frame.index), *there]))}
        return own.where(own.isin(list(rows))), rows, other
    if totals.flag:
        is_total = frame[totals.flag].astype(bool).to_numpy()
        rows = {key: at for at, key in enumerate(own) if is_total[at]}
        return own.where(~is_total & own.isin(list(rows))), rows, table
    if totals.tree:
        rows = {key: at for at, key in enumerate(_keys([frame[totals.tree].astype(str), *within]))}
        above = _keys([parents(frame, frame[totals.tree], units).astype(str), *within])
        return above.where(above.isin(list(rows))), rows, table
    return own, None, table


def _keys(columns: list[pd.Series[Any]]) -> pd.Series[Any]:
    key = columns[0].astype(object)
    for column in columns[1:]:
        key = key + "\x1f" + column
    return key
