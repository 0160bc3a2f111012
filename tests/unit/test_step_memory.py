"""What a step has made is taken from its tables where it would read the same rows, and only there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.building import step_memory, steps
from pipelines.building.steps import STEPS, Step, run_step

CALLS: list[list[str]] = []


def summed(frames: dict[str, Any], min_cell_size: int) -> dict[str, pd.DataFrame]:
    """Of each kind the sum with the shared bonus, and the rows themselves."""
    rows = frames["rows"]
    CALLS.append(sorted(set(rows["kind"])))
    total = rows.groupby("kind", as_index=False)["value"].sum()
    return {"sums": total.assign(value=total["value"] + int(frames["bonus"]["bonus"].sum()) + min_cell_size), "copies": rows}


SCHEMA = pa.schema({"kind": pa.string(), "value": pa.int64()})
BY_KIND = Step(
    "planning", "summed", "Sums.", {"rows": "main.numbers", "bonus": "main.bonus"}, f"{__name__}:summed",
    {"sums": SCHEMA, "copies": SCHEMA}, by="kind",
)  # fmt: skip
WHOLE = replace(BY_KIND, by=None)


class City:
    """A warehouse whose rows can be put anew, and the folder of its build."""

    def __init__(self, folder: Path) -> None:
        self.warehouse, self.build = folder / "warehouse.duckdb", folder / "build"
        self.put([("a", 1), ("b", 2), ("b", 3), ("c", 4)])

    def put(self, rows: list[tuple[str, int]], bonus: int = 100, kind: str = "bigint") -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"create or replace table numbers (kind varchar, value {kind})")
            if rows:
                connection.executemany("insert into numbers values (?, ?)", rows)
            connection.execute(f"create or replace table bonus as select {bonus} as bonus")

    def run(self, step: Step = BY_KIND, min_cell_size: int = 5) -> tuple[list[str] | None, dict[str, list[dict[str, Any]]]]:
        """The kinds that were computed, None where nothing was, and the tables, which are those on disk."""
        CALLS.clear()
        found = run_step(step, self.warehouse, self.build, min_cell_size)
        tables = {name: table.to_pylist() for name, table in found["tables"].items()}
        assert tables == {name: pq.read_table(step.path(self.build, name)).to_pylist() for name in step.outputs}
        assert (found["rows_read"] > 0) == bool(CALLS)
        return (CALLS[0] if CALLS else None), tables


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


@pytest.mark.parametrize("step", [BY_KIND, WHOLE])
def test_of_the_same_rows_nothing_is_made_again(city: City, step: Step) -> None:
    first, tables = city.run(step)
    assert first == ["a", "b", "c"]
    assert {row["kind"]: row["value"] for row in tables["sums"]} == {"a": 106, "b": 110, "c": 109}
    city.put([("c", 4), ("b", 3), ("b", 2), ("a", 1)])  # the same in another order
    assert city.run(step) == (None, tables)


def test_only_what_has_other_rows_is_made_again(city: City) -> None:
    city.run()
    city.put([("a", 1), ("b", 2), ("b", 4), ("d", 0)])
    made, tables = city.run()
    assert made == ["b", "d"]
    assert [tuple(row.values()) for row in tables["sums"]] == [("a", 106), ("b", 111), ("d", 105)], "and c is gone"
    assert [row["value"] for row in tables["copies"]] == [1, 2, 4, 0]


def test_a_step_that_names_no_column_is_made_again_whole(city: City) -> None:
    city.run(WHOLE)
    city.put([("a", 1), ("b", 2)])
    made, tables = city.run(WHOLE)
    assert made == ["a", "b"]
    assert len(tables["copies"]) == 2


def test_a_row_twice_is_another_table_than_a_row_once(city: City) -> None:
    """Also where the exclusive or of both is the same: two more of one row."""
    city.run()
    city.put([("a", 1), ("a", 1), ("a", 1), ("b", 2), ("b", 3), ("c", 4)])
    assert city.run()[0] == ["a"]


def test_rows_that_exchange_what_stands_last_are_other_rows(tmp_path: Path) -> None:
    """Of all pairs one in a hundred million has the same sums of DuckDB's hashes after that; these two rows are such a pair."""
    sums = "select sum(hash(t)), bit_xor(hash(t)) from numbers as t"
    found = []
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        for first, second in ((2544, 6987), (6987, 2544)):
            connection.execute(
                f"create or replace table numbers as select * from (values (1259::bigint, {first}::bigint), (1868, {second})) t(a, b)"
            )
            found.append((connection.execute(sums).fetchall(), step_memory.digests(connection, ["numbers"], None, "")))
    (sums_before, before), (sums_after, after) = found
    assert sums_before == sums_after, "another version of DuckDB hashes otherwise: look for another pair"
    assert before != after


def test_what_all_values_share_makes_all_of_them_again(city: City) -> None:
    city.run()
    city.put([("a", 1), ("b", 2)], bonus=200)
    assert city.run()[0] == ["a", "b"]
    assert city.run(min_cell_size=6)[0] == ["a", "b"]
    assert city.run(replace(BY_KIND, description="Another."), 6)[0] == ["a", "b"], "the step itself is another"
    city.put([("a", 1), ("b", 2)], bonus=200, kind="double")
    assert city.run(min_cell_size=6)[0] == ["a", "b"], "and so are columns of another type"


def test_other_code_makes_all_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.run()
    monkeypatch.setattr(step_memory, "_code", lambda: "another version")
    assert city.run()[0] == ["a", "b", "c"]


@pytest.mark.parametrize("harm", ["changed", "removed", "note"])
def test_where_what_was_written_is_in_doubt_all_is_made_again(city: City, harm: str) -> None:
    _, tables = city.run()
    file = BY_KIND.path(city.build, "copies")
    if harm == "changed":
        pq.write_table(pq.read_table(file).slice(1), file)
    elif harm == "removed":
        file.unlink()
    else:
        BY_KIND.note(city.build).write_text("{")
    assert city.run() == (["a", "b", "c"], tables)


def test_a_run_that_broke_off_between_two_tables_is_made_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.run()
    city.put([("a", 7), ("b", 2)])
    write = steps._write

    def full(table: pa.Table, path: Path) -> None:
        if path.stem == "copies":
            raise OSError("no space left on device")
        write(table, path)

    with monkeypatch.context() as broken:
        broken.setattr(steps, "_write", full)
        with pytest.raises(OSError, match="no space"):
            city.run()
    made, tables = city.run()
    assert made == ["a", "b"]
    assert [row["value"] for row in tables["sums"]] == [112, 107]


def test_without_any_row_the_tables_are_empty_and_stay_so(city: City) -> None:
    city.put([])
    assert city.run()[1] == {"sums": [], "copies": []}
    city.put([("a", 1)])
    assert city.run()[0] == ["a"]


ROWS = st.lists(st.tuples(st.sampled_from("abc'"), st.integers(0, 3)), max_size=6)


@settings(max_examples=20, deadline=None)
@given(nights=st.lists(st.tuples(ROWS, st.sampled_from([0, 0, 0, 1])), min_size=2, max_size=4))
def test_after_any_nights_the_tables_are_those_of_a_first_night(tmp_path_factory: pytest.TempPathFactory, nights: Any) -> None:
    city = City(tmp_path_factory.mktemp("city"))
    for rows, bonus in nights:
        city.put(rows, bonus)
        _, tables = city.run()
    city.build = city.build.with_name("from nothing")
    assert city.run()[1] == tables
    counted = Counter(kind for kind, _ in nights[-1][0])
    assert Counter(row["kind"] for row in tables["copies"]) == counted


@pytest.mark.parametrize("step", [step for step in STEPS if step.by])
def test_every_table_of_a_step_that_may_be_cut_has_the_column(step: Step) -> None:
    assert all(step.by in schema.names for schema in step.outputs.values())


def test_another_word_of_a_reason_is_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = step_memory._code.__wrapped__(), Path.read_bytes
    assert step_memory._code.__wrapped__() == before
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "reasons.yaml"))
    assert step_memory._code.__wrapped__() != before
