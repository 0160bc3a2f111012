"""How a definition of the semantic layer becomes a query, on invented definitions and rows."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.publishing.metrics import Definitions, MetricError, definitions


def metric(name: str, kind: str, filters: list[str] | None = None, **parameters: Any) -> dict[str, Any]:
    where = {"where_filters": [{"where_sql_template": text} for text in filters]} if filters else None
    given = {"measure": None, "numerator": None, "denominator": None, "metrics": [], "expr": None} | parameters
    return {"name": name, "label": name, "description": "", "type": kind, "type_params": given, "filter": where, "config": {"meta": {}}}


def measure(name: str, agg: str, expr: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "agg": agg, "expr": expr, "non_additive_dimension": None} | more


def known(*metrics: dict[str, Any], measures: list[dict[str, Any]]) -> Definitions:
    model = {
        "name": "things",
        "label": "Things",
        "node_relation": {"schema_name": "main", "alias": "things"},
        "defaults": {"agg_time_dimension": "quarter_on"},
        "entities": [{"name": "unit", "expr": "unit_id"}],
        "dimensions": [{"name": "quarter_on", "expr": "quarter"}, {"name": "colour", "expr": None}],
        "measures": measures,
    }
    return definitions({"metrics": {m["name"]: m for m in metrics}, "semantic_models": {"things": model}})


@pytest.fixture
def rows() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table things (unit_id text, quarter int, colour text, n int, level int)")
    connection.execute(
        "insert into things values ('a', 1, 'red', 1, 1), ('a', 1, 'blue', 2, 3), ('a', 2, 'red', 4, 5), ('b', 1, 'blue', 8, null)"
    )
    return connection


N = measure("n", "sum")
SIMPLE = metric("total", "simple", measure={"name": "n"})
RED = metric("red", "simple", ["{{ Dimension('thing__colour') }} = 'red'"], measure={"name": "n"})
SHARE = metric("share", "ratio", numerator={"name": "red"}, denominator={"name": "total"})


def value(connection: duckdb.DuckDBPyConnection, definition: Definitions, name: str, *by: str) -> Any:
    found = connection.execute(definition.sql(name, by)).fetchall()
    return {row[:-1] if len(by) > 1 else row[0]: row[-1] for row in found} if by else found[0][0]


def test_a_simple_metric_aggregates_its_measure(rows: duckdb.DuckDBPyConnection) -> None:
    assert value(rows, known(SIMPLE, measures=[N]), "total") == 15
    assert value(rows, known(SIMPLE, measures=[N]), "total", "unit_id") == {"a": 7, "b": 8}


@pytest.mark.parametrize(
    ("agg", "expr", "expected"),
    [("sum", "n * 2", 30), ("count", "level", 3), ("count_distinct", "colour", 2), ("average", "level", 3.0), ("median", "level", 3.0),
     ("min", "n", 1), ("max", "n", 8)],
)  # fmt: skip
def test_every_aggregation(rows: duckdb.DuckDBPyConnection, agg: str, expr: str, expected: float) -> None:
    assert value(rows, known(SIMPLE, measures=[measure("n", agg, expr)]), "total") == expected


def test_a_filter_holds_for_its_metric_alone(rows: duckdb.DuckDBPyConnection) -> None:
    definition = known(SIMPLE, RED, SHARE, measures=[N])
    assert value(rows, definition, "share") == 5 / 15
    assert value(rows, definition, "share", "unit_id") == {"a": 5 / 7, "b": None}


def test_a_filter_of_a_ratio_holds_for_both_parts(rows: duckdb.DuckDBPyConnection) -> None:
    ratio = metric("share", "ratio", ["{{ Dimension('unit') }} = 'a'"], numerator={"name": "red"}, denominator={"name": "total"})
    assert value(rows, known(SIMPLE, RED, ratio, measures=[N]), "share") == 5 / 7


def test_a_derived_metric_puts_its_parts_into_its_formula(rows: duckdb.DuckDBPyConnection) -> None:
    derived = metric("percent", "derived", expr="100.0 * r / total", metrics=[{"name": "red", "alias": "r"}, {"name": "total"}])
    assert value(rows, known(SIMPLE, RED, derived, measures=[N]), "percent", "quarter") == {1: 100 / 11, 2: 100.0}


def test_a_state_is_not_added_up_over_time(rows: duckdb.DuckDBPyConnection) -> None:
    state = measure("n", "sum", non_additive_dimension={"name": "quarter_on", "window_choice": "max"})
    definition = known(SIMPLE, measures=[state])
    assert value(rows, definition, "total") == 4
    assert value(rows, definition, "total", "quarter") == {1: 11, 2: 4}


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(MetricError, match="cumulative"):
        known(metric("total", "cumulative", measure={"name": "n"}), measures=[N]).sql("total")
    with pytest.raises(MetricError, match="percentile"):
        known(SIMPLE, measures=[measure("n", "percentile")]).sql("total")
    with pytest.raises(MetricError, match="grouped by"):
        known(SIMPLE, measures=[N]).sql("total", ["shape"])
    with pytest.raises(MetricError, match="no semantic model"):
        known(SIMPLE, measures=[measure("other", "sum")]).sql("total")
