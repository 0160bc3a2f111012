"""Headlines of a release and their continuity, on invented figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.publishing.headlines import PERIODS, Bound, bounds, headlines, jumps
from pipelines.publishing.metrics import Definitions, definitions

LIMIT = [Bound("share", 0.05, 100)]


def figures(value: float, n: int = 500, period: str = "2026-04-01") -> dict[str, dict[str, dict[str, float]]]:
    return {"share": {period: {"value": value, "n": n}}}


def test_a_move_beyond_the_bound_is_a_jump() -> None:
    found = jumps(figures(0.60), figures(0.66), LIMIT)
    assert found == [{"metric": "share", "period": "2026-04-01", "before": 0.60, "now": 0.66, "bound": 0.05}]
    assert jumps(figures(0.66), figures(0.60), LIMIT) != []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (figures(0.60), figures(0.64)),
        (figures(0.60, n=90), figures(0.90)),
        (figures(0.60), figures(0.90, n=90)),
        (figures(0.60, period="2026-01-01"), figures(0.90)),
        ({}, figures(0.90)),
        (figures(0.60), {}),
    ],
    ids=["within the bound", "few before", "few now", "another quarter", "first release", "figure gone"],
)
def test_no_jump(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert jumps(before, now, LIMIT) == []


@pytest.fixture
def city() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table things (quarter date, top int, bottom int)")
    connection.execute("create schema rules")
    connection.execute(
        "create table rules.rule_headline_jump as select 'share' as metric, 0.05::decimal(9, 4) as max_change, 100 as least_n, "
        "date '2020-01-01' as valid_from, date '2026-01-01' as valid_to"
    )
    return connection


def known() -> Definitions:
    def simple(name: str) -> dict[str, Any]:
        return {"name": name, "label": name, "description": "", "type": "simple", "type_params": {"measure": {"name": name}},
                "config": {"meta": {"grain": ["unit_id", "quarter"]}}}  # fmt: skip

    share = {"name": "share", "label": "Share", "description": "", "type": "ratio",
             "type_params": {"numerator": {"name": "top"}, "denominator": {"name": "bottom"}},
             "config": {"meta": {"headline": True, "rests_on": "bottom", "unit": "share of one", "grain": ["quarter"]}}}  # fmt: skip
    model = {
        "name": "things", "label": "Things", "node_relation": {"schema_name": "main", "alias": "things"},
        "defaults": {"agg_time_dimension": "quarter_on"}, "entities": [], "dimensions": [{"name": "quarter_on", "expr": "quarter"}],
        "measures": [{"name": name, "agg": "sum", "expr": None, "non_additive_dimension": None} for name in ("top", "bottom")],
    }  # fmt: skip
    return definitions(
        {"metrics": {"top": simple("top"), "bottom": simple("bottom"), "share": share}, "semantic_models": {"things": model}}
    )


def test_figures_are_rounded_and_small_ones_left_out(city: duckdb.DuckDBPyConnection) -> None:
    city.execute("insert into things values ('2026-01-01', 1, 3), ('2026-04-01', 1234, 9876), ('2026-07-01', 0, 0), (null, 9, 9)")
    assert headlines(city, known(), 5) == {"share": {"2026-04-01": {"value": 0.125, "n": 9800}}}


def test_a_manifest_keeps_the_newest_quarters(city: duckdb.DuckDBPyConnection) -> None:
    city.execute("insert into things select (date '2020-01-01' + interval (3 * i) month)::date, 5, 10 from range(20) as r(i)")
    kept = headlines(city, known(), 5)["share"]
    assert len(kept) == PERIODS
    assert max(kept) == "2024-10-01"


def test_only_bounds_in_force_count(city: duckdb.DuckDBPyConnection) -> None:
    assert bounds(city, date(2025, 12, 31)) == LIMIT
    assert bounds(city, date(2026, 1, 1)) == []
