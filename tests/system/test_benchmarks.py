"""Floor, rival and queries are worth their figures only when they give the rows that the warehouse gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from benchmarks import floor, rival
from benchmarks.queries import QUERIES, ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night


@pytest.fixture(scope="module")
def floor_of_night(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("floor")
    floor.prepare(night.settings.home, at)
    return floor.build(floor.plan(night.settings.home), at)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_analysts_has_an_answer(night: Night, name: str):
    assert ask(night.settings.releases / "current" / "open" / "competency.duckdb", QUERIES[name])


def test_there_are_ten_queries():
    assert len(QUERIES) == 10


@pytest.mark.parametrize("mart", rival.MARTS)
def test_pandas_gives_the_rows_of_the_mart(night: Night, tmp_path: Path, mart: str):
    computed = rival.compute(night.settings.home, mart)
    computed.to_parquet(tmp_path / "mart.parquet", index=False)
    assert not rival.different(night.settings.home, mart, tmp_path / "mart.parquet")
    one_less = computed.assign(**{computed.columns[3]: computed.iloc[:, 3].mask(computed.index == 7)}).iloc[1:]
    one_less.to_parquet(tmp_path / "wrong.parquet", index=False)
    assert rival.different(night.settings.home, mart, tmp_path / "wrong.parquet") == ["1 rows", *_touched(computed, one_less)]


def _touched(computed: pd.DataFrame, changed: pd.DataFrame) -> list[str]:
    """Columns in which the rows that are left, or the one that is gone, differ."""
    lost = computed.iloc[0]
    return [name for name in computed if pd.notna(lost[name]) or not changed[name].equals(computed[name].iloc[1:])]


def test_the_sql_of_the_night_alone_gives_its_marts(night: Night, floor_of_night: Path):
    assert floor.different(night.settings.home, floor_of_night) == []


def test_a_mart_needs_only_what_it_depends_on(night: Night):
    models = [model.name for model in floor.plan(night.settings.home, "service_quality")]
    assert models[-1] == "service_quality"
    assert "dim_service" in models
    assert "dim_employee" not in models


def test_every_file_of_the_landing_area_is_read(night: Night, tmp_path: Path):
    damaged = sum(delivery.rule == "unreadable_file" for delivery in night.truth.deliveries)
    assert floor.read_raw(night.settings.landing, tmp_path) == damaged
