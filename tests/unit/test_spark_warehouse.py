"""What comes from the cluster, what goes to where it reads, and when the file and the cluster are thrown away: without a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.building import spark_warehouse, warehouse_file
from pipelines.operations import recovery
from pipelines.settings import Settings
from tests.engines import differences

if TYPE_CHECKING:
    from collections.abc import Iterator


def node(name: str, schema: str, **facts: Any) -> dict[str, Any]:
    return {"name": name, "schema": schema, "resource_type": "model", "columns": {}, "access": "protected", **facts}


MANIFEST = {
    "nodes": {
        "model.asn.mart": node("mart", "open", access="public", columns={"n_people": {"data_type": "bigint"}, "name": {}}),
        "model.asn.live": node("live", "open", access="public", config={"materialized": "view"}),
        "model.asn.fact": node("fact", "core"),
        "model.asn.counted": node("counted", "core"),
        "model.asn.between": node("int_planning__candidates", "intermediate"),
        "seed.asn.rule": node("rule", "rules", resource_type="seed"),
        "test.asn.some": node("some", "quality", resource_type="test"),
    },
    "semantic_models": {"semantic_model.asn.counted": {"node_relation": {"schema_name": "core", "alias": "counted"}}},
}


class Cluster:
    """What a session of Spark does here, without Spark."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self.tables, self.statements, self.catalog = tables, [], self
        self.read: list[str] = []

    def tableExists(self, name: str) -> bool:  # noqa: N802 - Spark's own name
        return name in self.tables

    def table(self, name: str) -> Cluster:
        self.read.append(name)
        return self

    def toArrow(self) -> pa.Table:  # noqa: N802 - Spark's own name
        return self.tables[self.read[-1]]

    def sql(self, statement: str) -> None:
        self.statements.append(statement)
        self.tables.clear()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster({
        "open.mart": pa.table({"n_people": pa.array([5], pa.int32()), "name": ["a"]}),
        "open.live": pa.table({"x": [1]}),
        "quality.refresh_test_results": pa.table({"check_id": ["one"]}),
    })  # fmt: skip

    @contextmanager
    def session(_: Settings) -> Iterator[Cluster]:
        yield made

    monkeypatch.setattr(spark_warehouse, "_session", session)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, engine="spark")


def test_python_reads_seeds_marts_and_what_steps_and_headlines_need_and_no_other_facts() -> None:
    found = spark_warehouse.fetched(MANIFEST)
    assert set(found) == {"open.mart", "open.live", "intermediate.int_planning__candidates", "core.counted", "rules.rule"}
    assert found["open.mart"].types == {"n_people": "bigint"}


def test_tables_have_their_declared_types_and_views_come_again(settings: Settings, cluster: Cluster) -> None:
    fetched = spark_warehouse.fetch(settings, MANIFEST, {"open.mart", "core.fact"})
    assert set(fetched) == {"open.mart", "open.live", "quality.refresh_test_results"}
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        assert connection.execute("describe open.mart").fetchall()[0][:2] == ("n_people", "BIGINT")
        assert connection.execute("from open.mart").fetchall() == [(5, "a")]


def test_a_file_goes_with_what_the_cluster_holds(settings: Settings, cluster: Cluster) -> None:
    spark_warehouse.fetch(settings, MANIFEST, {"open.mart"})
    warehouse_file.note(settings, {"nodes": {}})
    assert warehouse_file.why_anew(settings) is None
    warehouse_file.discard(settings)
    assert not settings.warehouse_file.exists()
    assert "drop schema if exists core cascade" in cluster.statements
    assert "drop schema if exists restricted cascade" in cluster.statements


def test_a_cluster_that_forgot_and_another_engine_mean_a_new_file(settings: Settings, cluster: Cluster) -> None:
    spark_warehouse.fetch(settings, MANIFEST, {"open.mart"})
    warehouse_file.note(settings, {"nodes": {}})
    assert warehouse_file.why_anew(settings.model_copy(update={"engine": "duckdb"})) == "another engine built it"
    cluster.tables.clear()
    assert warehouse_file.why_anew(settings) == "the cluster has forgotten it"
    assert any("the cluster has forgotten it" in line for line in recovery.heal(settings))
    assert not settings.warehouse_file.exists()


def test_duckdb_asks_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def session(_: Settings) -> None:
        raise AssertionError("nobody asked for Spark")

    monkeypatch.setattr(spark_warehouse, "_session", session)
    settings = Settings(home=tmp_path)
    settings.build.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_file)).close()
    warehouse_file.note(settings, {"nodes": {}})
    assert warehouse_file.why_anew(settings) is None
    warehouse_file.discard(settings)


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_what_spark_reads_is_copied_once_and_removed_when_it_is_gone(tmp_path: Path) -> None:
    home, there = tmp_path / "home", tmp_path / "there"
    kept = write(home / "lake" / "accepted" / "hr" / "units" / "history.parquet", "one")
    gone = write(home / "build" / "python" / "impact" / "estimates.parquet", "two")
    write(home / "lake" / "blocked" / "hr" / "units" / "part-0.parquet", "not read")
    settings = Settings(home=home, engine="spark", spark_home=f"file://{there}")
    assert spark_warehouse.mirror(settings) == 2
    assert (there / kept.relative_to(home)).read_text() == "one"
    assert not (there / "lake" / "blocked").exists()
    assert spark_warehouse.mirror(settings) == 0
    kept.write_text("three and more")
    gone.unlink()
    assert spark_warehouse.mirror(settings) == 1
    assert (there / kept.relative_to(home)).read_text() == "three and more"
    assert not (there / gone.relative_to(home)).exists()


def test_nothing_is_copied_onto_itself(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "accepted" / "x.parquet", "one")
    assert spark_warehouse.mirror(Settings(home=tmp_path, engine="spark")) == 0
    assert spark_warehouse.mirror(Settings(home=tmp_path, engine="spark", spark_home=str(tmp_path.resolve()))) == 0


def table(path: Path, rows: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema open")
        connection.execute(f"create table open.mart as select * from (values {rows}) as t (name, share, n)")
    return path


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("('a', 0.1::double, 1), ('a', 0.1::double, 1), (null, null, 2)", None),
        ("(null, null, 2), ('a', 0.10000000000001::double, 1), ('a', 0.1::double, 1)", None),
        ("('a', 0.1::double, 1), (null, null, 2)", (1, 0)),
        ("('a', 0.1::double, 1), ('a', 0.1001::double, 1), (null, null, 2)", (1, 1)),
        ("('a', 0.1::double, 1), ('a', 0.1::double, 1), (null, null, 3)", (1, 1)),
        ("('a', 0.1::double, 1), ('a', null, 1), (null, null, 2)", (1, 1)),
    ],
)
def test_the_comparison_of_engines_sees_every_row(tmp_path: Path, rows: str, expected: tuple[int, int] | None) -> None:
    one = table(tmp_path / "warehouse.duckdb", "('a', 0.1::double, 1), ('a', 0.1::double, 1), (null, null, 2)")
    found = differences(one, table(tmp_path / "spark.duckdb", rows), {"open.mart": {"name": "varchar", "share": "double", "n": "bigint"}})
    assert [(difference.only_first, difference.only_second) for difference in found] == ([] if expected is None else [expected])
