"""Floor, rival and queries are worth their figures only when they give the rows that the warehouse gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    # The comparison can fail: by a row that is gone, and by a single figure.
    computed.iloc[1:].to_parquet(tmp_path / "short.parquet", index=False)
    assert rival.different(night.settings.home, mart, tmp_path / "short.parquet")[0] == "1 rows"
    figure = next(name for name in computed if name.startswith("n_"))
    changed = computed.assign(**{figure: computed[figure] + (computed.index == 7)})
    changed.to_parquet(tmp_path / "wrong.parquet", index=False)
    assert rival.different(night.settings.home, mart, tmp_path / "wrong.parquet") == [figure]


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
