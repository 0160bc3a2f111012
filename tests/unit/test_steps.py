"""Steps between the parts of the dbt build: which part holds what, and what a step writes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from pipelines.building import step_frames, steps, warehouse
from pipelines.building.steps import STEPS, TRAINING_PLAN, Step, code_digest, parts, prepare_outputs, run_step
from pipelines.engine import share
from pipelines.planning.plan import COLUMNS
from pipelines.settings import Settings

SOURCES = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "date": pa.date32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}


def doubled(frames: dict[str, pd.DataFrame], min_cell_size: int) -> pd.DataFrame:
    numbers = frames["numbers"]
    return pd.DataFrame({"name": numbers["name"], "value": numbers["value"] * 2 + min_cell_size})


DOUBLE = Step(
    "planning",
    "doubled",
    "Twice.",
    {"numbers": "main.numbers"},
    f"{__name__}:doubled",
    {"doubled": pa.schema({"name": pa.string(), "value": pa.int64()})},
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select * from (values ('b', 2), ('a', 1)) as v(name, value)")
    return path


def test_one_step_cuts_the_build_in_two() -> None:
    before, after = parts((TRAINING_PLAN,))
    assert (before.name, before.select, before.exclude) == ("warehouse", "fqn:*", "source:asn.planning.training_plan_solution+")
    assert (after.select, after.exclude) == ("source:asn.planning.training_plan_solution+", "")


def _renamed(name: str) -> Step:
    return replace(TRAINING_PLAN, name=name, outputs={name: TRAINING_PLAN.outputs["training_plan_solution"]})


def test_a_later_step_takes_its_models_from_the_parts_before() -> None:
    first, second = _renamed("one"), _renamed("two")
    selections = [(part.select, part.exclude) for part in parts((first, second))]
    assert selections == [
        ("fqn:*", "source:asn.planning.one+ source:asn.planning.two+"),
        ("source:asn.planning.one+", "source:asn.planning.two+"),
        ("source:asn.planning.two+", ""),
    ]
    assert [part.name for part in parts(())] == ["warehouse"]


@pytest.mark.parametrize(("step", "name"), [(step, name) for step in STEPS for name in step.outputs])
def test_dbt_reads_what_a_step_writes(step: Step, name: str) -> None:
    """The source says of each column what the step writes, in the same order, and reads the same file."""
    content = yaml.safe_load((SOURCES / step.schema / f"_{step.schema}__sources.yml").read_text(encoding="utf-8"))
    (source,) = [source for source in content["sources"] if source["name"] == step.schema]
    (table,) = [table for table in source["tables"] if table["name"] == name]
    output = step.outputs[name]

    def arrow(text: str) -> pa.DataType:
        return TYPES[text] if text in TYPES else pa.decimal128(*map(int, text.removeprefix("decimal(").removesuffix(")").split(",")))

    assert {column["name"]: arrow(column["data_type"]) for column in table["columns"]} == dict(zip(output.names, output.types, strict=True))
    assert [column["name"] for column in table["columns"]] == output.names
    assert f"/build/{step.path(Path(), name).as_posix()}'" in table["config"]["meta"]["external_location"]


def test_the_step_writes_what_the_plan_holds() -> None:
    assert TRAINING_PLAN.outputs["training_plan_solution"].names == list(COLUMNS)
    assert steps.load(TRAINING_PLAN.function).__name__ == "plan_training"


def test_a_step_reads_computes_and_writes(database: Path, tmp_path: Path) -> None:
    found = run_step(DOUBLE, database, tmp_path / "build", 5)
    assert found["rows"] == {"doubled": 2}
    assert pq.read_table(DOUBLE.path(tmp_path / "build", "doubled")).to_pylist() == [{"name": "a", "value": 7}, {"name": "b", "value": 9}]
    with duckdb.connect(str(database)) as connection:  # the step has let go of the file: dbt can write
        connection.execute("insert into numbers values ('c', 3)")


def largest(frames: dict[str, Any], min_cell_size: int) -> pd.DataFrame:
    parts = list(frames["numbers"])
    return pd.DataFrame([{"name": f"{part['name'].iloc[0]} {len(part)} {part['value'].tolist()}", "value": len(parts)} for part in parts])


def test_a_relation_comes_in_parts_each_with_all_its_rows(database: Path, tmp_path: Path) -> None:
    """Also those of which a column is empty; the parts and the rows of each in order, and every row is counted as read."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("insert into numbers values ('b', 1), (null, 7), ('b', 2), (null, 3)")
    in_parts = replace(DOUBLE, in_parts={"numbers": ("name",)}, function=f"{__name__}:largest")
    found = run_step(in_parts, database, tmp_path / "build", 5)
    texts = [row["name"] for row in pq.read_table(in_parts.path(tmp_path / "build", "doubled")).to_pylist()]
    assert texts == ["a 1 [1]", "b 3 [1, 2, 2]", "nan 2 [3, 7]"]
    assert found["rows_read"] == 6


def whole(frames: dict[str, Any], min_cell_size: int) -> pd.DataFrame:
    (part,) = frames["numbers"]
    assert isinstance(part["word"].dtype, pd.CategoricalDtype)
    assert part["value"].dtype == float
    return pd.DataFrame({"name": part["word"].astype("str"), "value": part["value"].fillna(-1)})


def test_a_part_of_many_batches_is_what_one_batch_would_be(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches with other words, without any word, and with the only empty number."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create or replace table numbers as select 'a' as name, i as value, ['x', null, 'y', 'x'][i + 1] as word from range(4) t(i)"
        )
        connection.execute("insert into numbers values ('a', null, null), ('a', 9, 'z')")
    in_parts = replace(DOUBLE, in_parts={"numbers": ("name",)}, function=f"{__name__}:whole")
    tables = []
    for rows in (1, 4, 1000):
        monkeypatch.setattr(step_frames, "_BATCH_ROWS", rows)
        tables.append(run_step(in_parts, database, tmp_path / "build", 5)["tables"]["doubled"].to_pylist())
    assert [tuple(row.values()) for row in tables[0]] == [("x", 0), (None, 1), ("y", 2), ("x", 3), ("z", 9), (None, -1)]
    assert tables[0] == tables[1] == tables[2]


def test_a_step_that_fails_leaves_what_was_there(database: Path, tmp_path: Path) -> None:
    run_step(DOUBLE, database, tmp_path / "build", 5)
    before = DOUBLE.path(tmp_path / "build", "doubled").read_bytes()
    broken = replace(DOUBLE, outputs={"doubled": pa.schema({"name": pa.string(), "value": pa.list_(pa.int64())})})
    with pytest.raises(pa.ArrowException):
        run_step(broken, database, tmp_path / "build", 5)
    assert DOUBLE.path(tmp_path / "build", "doubled").read_bytes() == before


def test_before_a_step_has_run_its_output_is_empty_and_later_is_kept(database: Path, tmp_path: Path) -> None:
    prepare_outputs(tmp_path / "build", (DOUBLE,))
    assert pq.read_table(DOUBLE.path(tmp_path / "build", "doubled")).num_rows == 0
    run_step(DOUBLE, database, tmp_path / "build", 5)
    prepare_outputs(tmp_path / "build", (DOUBLE,))
    assert pq.read_table(DOUBLE.path(tmp_path / "build", "doubled")).num_rows == 2


def test_without_people_or_money_the_plan_is_an_empty_table(tmp_path: Path) -> None:
    """A first night may have neither assessments nor a budget: the marts are empty then, and nothing fails."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema intermediate")
        for name in ("int_planning__candidates", "int_planning__seat_limits", "int_planning__scenarios"):
            connection.execute(f"create table intermediate.{name} as select 1 as budget_share where false")
    assert run_step(TRAINING_PLAN, path, tmp_path / "build", 5)["rows"] == {"training_plan_solution": 0}
    written = pq.read_schema(TRAINING_PLAN.path(tmp_path / "build", "training_plan_solution"))
    assert written.names == TRAINING_PLAN.outputs["training_plan_solution"].names


def test_other_code_of_a_step_is_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pipelines" / "planning"
    package.mkdir(parents=True)
    (package / "plan.py").write_text("one")
    monkeypatch.setattr(steps, "PACKAGE", tmp_path / "pipelines")
    before = code_digest((TRAINING_PLAN,))
    assert code_digest((TRAINING_PLAN,)) == before
    (package / "plan.py").write_text("two")
    assert code_digest((TRAINING_PLAN,)) != before


@pytest.mark.parametrize(
    "file",
    [
        "pipelines/privacy/suppression.py",
        "pipelines/publishing/release.py",
        "pipelines/reporting/texts/front.yaml",
        "pipelines/spreadsheets.py",
        "docs/disclosure.md",
    ],
)
def test_a_release_is_made_anew_when_what_hides_writes_or_shows_it_has_changed(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, settings = tmp_path / file, Settings(home=tmp_path / "home")
    path.parent.mkdir(parents=True)
    path.write_text("faulty")
    monkeypatch.setattr(steps, "PACKAGE", tmp_path / "pipelines")
    before = warehouse.build_digest(settings)
    cache = path.parent / "__pycache__" / "suppression.pyc"
    cache.parent.mkdir()
    cache.write_text("compiled")
    assert warehouse.build_digest(settings) == before, "what Python keeps beside the code is no change of it"
    path.write_text("mended")
    assert warehouse.build_digest(settings) != before


def test_a_build_counts_only_when_everything_of_it_is_done(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.build.mkdir()
    settings.warehouse_file.touch()
    (settings.build / "built.digest").write_text("old")
    warehouse.begin_build(settings, "new")
    assert warehouse.last_build_digest(settings) is None
    names = [*(part.name for part in parts()), *(step.name for step in STEPS)]
    assert warehouse.missing_parts(settings) == names
    for name in names:
        warehouse.note_done(settings, name)
    assert warehouse.missing_parts(settings) == []
    assert warehouse.last_build_digest(settings) is None, "not before the release"
    warehouse.finish_build(settings)
    assert warehouse.last_build_digest(settings) == "new"
    assert warehouse.missing_parts(settings) == []


GROUPED = replace(
    DOUBLE, reads={"numbers": "main.numbers", "units": "main.units"}, in_parts={"numbers": ("kind",)}, by="kind",
    function=f"{__name__}:doubled_by_kind", outputs={"doubled": pa.schema({"kind": pa.string(), "value": pa.int64(), "process": pa.int64()})},
)  # fmt: skip


def doubled_by_kind(frames: dict[str, Any], min_cell_size: int) -> pd.DataFrame:
    factor = frames["units"]["factor"].iloc[0]
    made = [part.assign(value=part["value"] * factor + min_cell_size, process=os.getpid()) for part in frames["numbers"]]
    return pd.concat(made)[["kind", "value", "process"]]


def test_several_processes_make_of_many_rows_what_one_makes(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select 'k' || (i % 5) as kind, i as value from range(1000) as t(i)")
        connection.execute("create table units as select 3 as factor")
    made = [
        run_step(GROUPED, path, tmp_path / str(many), 5, "1 GB", processes=2, many=many)["tables"]["doubled"].to_pandas()
        for many in (1_001, 1_002)
    ]
    pd.testing.assert_frame_equal(*[one.drop(columns="process") for one in made])
    assert os.getpid() not in set(made[0]["process"])
    assert set(made[1]["process"]) == {os.getpid()}
    assert list(made[0]["value"].head(2)) == [5, 20]
    assert not list(tmp_path.glob("*.tmp"))


def test_processes_share_the_memory_of_the_engine() -> None:
    assert [share(memory, 2) for memory in ("2GB", "1.5 GiB", "900MB")] == ["1GB", "0.75GiB", "450MB"]
