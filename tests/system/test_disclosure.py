"""The open release of the small city under attack, by itself and with the one of the night before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from benchmarks.attack import Attack, exact, narrow, newcomers
from benchmarks.disclosure import small_ones_hidden
from pipelines.building import warehouse
from pipelines.privacy.suppression import suppress
from pipelines.privacy.tables import parents
from pipelines.publishing.release import MEMORY, open_tables, published_marts

if TYPE_CHECKING:
    from pipelines.privacy.tables import Table


class City:
    def __init__(self, night: Any) -> None:
        self.minimum = night.settings.min_cell_size
        self.tables, self.units = open_tables(night.settings.warehouse_file, published_marts(warehouse.read_manifest(night.settings)))
        connection = night.open("open")
        # In the order of the tables as computed: rows of a release are ordered by what they show.
        self.shown = {table.name: aligned(table, connection.execute(f'from "{table.name}"').df()) for table in self.tables}
        self.memory: pd.DataFrame = pd.read_parquet(night.settings.releases / "current" / "restricted" / MEMORY)

    def above(self, frame: pd.DataFrame) -> list[str]:
        return list(parents(frame, frame["unit_id"], self.units))


def aligned(table: Table, shown: pd.DataFrame) -> pd.DataFrame:
    keys = list(table.grain)
    return table.frame[keys].merge(shown, on=keys, how="left", validate="one_to_one")


@pytest.fixture(scope="module")
def city(night: Any) -> City:
    return City(night)


def newest(tables: list[Table], shown: dict[str, pd.DataFrame]) -> tuple[list[Table], dict[str, pd.DataFrame]]:
    """The newest quarter and year alone, and of the competencies two: what one attack can afford in an ordinary test."""
    some, seen = [], {}
    for table in tables:
        frame = table.frame
        rows = pd.Series(data=True, index=frame.index)
        for column in {"quarter", "year"} & set(frame):
            rows &= frame[column] == frame[column].max()
        if "competency_code" in frame:
            rows &= frame["competency_code"].isin(["M.1", "M.2"])
        some.append(replace(table, frame=frame[rows].reset_index(drop=True)))
        seen[table.name] = shown[table.name][rows.to_numpy()].reset_index(drop=True)
    return some, seen


def test_nothing_withheld_is_told_by_the_release(city: City) -> None:
    tables, shown = newest(city.tables, city.shown)
    found = Attack(tables, shown, city.above).bounds()
    assert len(found) > 500
    assert exact(found).empty
    assert narrow(found, city.minimum).empty


@pytest.mark.slow
def test_nothing_withheld_is_told_by_all_quarters_and_years(city: City) -> None:
    found = Attack(city.tables, city.shown, city.above).bounds()
    assert narrow(found, city.minimum).empty


def test_the_same_attack_succeeds_where_only_small_figures_are_hidden(city: City) -> None:
    tables, shown = newest(city.tables, small_ones_hidden(city.tables, city.minimum))
    assert len(exact(Attack(tables, shown, city.above).bounds(rounds=10))) > 20


def test_no_count_of_an_open_mart_is_of_too_few(city: City) -> None:
    counts = [(table.name, rule.people or rule.count) for table in city.tables for rule in table.rules if not rule.is_share]
    shown = [pd.to_numeric(city.shown[name][count]) for name, count in counts]
    assert sum((people >= city.minimum).any() for people in shown) > 20
    for (name, count), people in zip(counts, shown, strict=True):
        assert not ((people > 0) & (people < city.minimum)).any(), (name, count)


def later(city: City) -> list[Table]:
    """The tables of a later night: in each of three units with no unit below them one person more, who counts in all above too."""
    table = next(table for table in city.tables if table.name == "professionalism_index_by_unit")
    rows = table.frame[table.frame["year"] == table.frame["year"].max()]
    above = dict(zip(rows["unit_id"], city.above(rows), strict=True))
    joined: list[str] = []
    for lowest in sorted(set(above) - set(above.values()))[::9][:3]:
        unit = lowest
        while unit in above:
            joined.append(unit)
            unit = above[unit]
    found = []
    for one in city.tables:
        frame = one.frame.copy()
        for rule in one.rules:
            if rule.population == "staff" and not rule.years_back:
                period = frame["quarter" if "quarter" in frame else "year"]
                for unit in joined:
                    frame.loc[(frame["unit_id"] == unit) & (period == period.max()), rule.count] += 1
        found.append(replace(one, frame=frame))
    return found


def test_the_night_before_gives_nothing_away(city: City) -> None:
    """Three people came: who has both releases, and knows of which figures that are withheld now the old ones still hold, is told no other."""
    tables = later(city)
    tonight = suppress(tables, city.units, city.minimum, city.memory).tables
    some, seen = newest(tables, tonight)
    _, before = newest(city.tables, city.shown)
    attack = Attack(some, seen, city.above, before)
    assert attack.guessed_from_before() < 10, "what was shown before protects nothing, and is taken last"
    assert exact(attack.bounds()).empty


def test_without_changes_the_next_release_withholds_the_same(city: City) -> None:
    tonight = suppress(city.tables, city.units, city.minimum, city.memory).tables
    for table in city.tables:
        columns = [name for rule in table.rules for name in table.withheld_with(rule)]
        assert (tonight[table.name][columns].isna() == city.shown[table.name][columns].isna()).all(axis=None), table.name


def test_no_newcomer_is_told_by_two_means(city: City) -> None:
    """From one quarter to the next: whoever joined a group has a value anywhere on at least a whole scale."""
    table = next(table for table in city.tables if table.name == "competency_gap_by_unit")
    scale = next(scale for scale in table.scales if scale.column == "mean_assessed")
    quarters = sorted(table.frame["quarter"].unique())
    for frame, width in ((table.frame, None), (city.shown[table.name], scale.width)):
        first, second = (frame[frame["quarter"] == quarter] for quarter in quarters[-2:])
        found = newcomers(first, second, ("unit_id", "competency_code"), scale.column, scale.of, width)
        assert found
        assert all((high - low >= scale.width) == (width is not None) for low, high in found)
