"""A release depends on the rows of a mart and not on the order in which the engine keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from pipelines.privacy.tables import SuppressionRule
from pipelines.publishing.release import Mart, build_release

if TYPE_CHECKING:
    from pathlib import Path

MART = Mart("open", "people_by_unit", "open", [SuppressionRule("n", ("share",))])


def released(folder: Path, order: str) -> list[tuple[object, ...]]:
    """Rows of the open part, in the order of its file, from a warehouse that keeps them in this order."""
    folder.mkdir()
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema core; create schema open")
        connection.execute(
            "create table core.dim_unit as select 'u' as unit_id, 'u' as path, date '2020-01-01' as valid_from, "
            "null::date as valid_to limit 0"
        )
        connection.execute(
            "create table open.people_by_unit as select 'u' || i as unit_id, (i % 7)::bigint as n, (i / 10)::decimal(18,4) as share, "
            f"false as is_suppressed, null::text as suppression_reason from range(40) as t(i) order by {order}"
        )
    release = build_release(warehouse, folder / "releases", [MART], min_cell_size=5, facts={}, now=datetime(2026, 1, 1, tzinfo=UTC))
    return duckdb.sql(f"select * from read_parquet('{release}/open/parquet/people_by_unit.parquet')").fetchall()


def test_the_order_of_rows_in_the_warehouse_changes_nothing(tmp_path: Path) -> None:
    first = released(tmp_path / "first", "unit_id")
    assert len(first) == 40
    assert any(row[3] for row in first)
    for order in ("unit_id desc", "n, unit_id"):
        assert released(tmp_path / order.replace(" ", "_"), order) == first
