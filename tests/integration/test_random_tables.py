"""Random tables in random dialects, read back: every row comes, every value is the one written, or its cell is counted as a fault."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data_quality.contract import contract_for
from pipelines.landing.batches import open_file
from tests.files.random_tables import FAULT, RandomTable, tables

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.landing.batches import TypedBatch

EXTRACTS = ("feedback/complaints", "evaluation/training_budgets", "evaluation/training_participants", "hr/units")
PROFILE = settings(
    max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # making a table smaller takes minutes; the message names the cell
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


def _value(cell: Any, expected: Any) -> Any:
    """A typed cell as plain Python, so that it can be held against the expected value."""
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, pd.Timestamp):
        moment = cell.to_pydatetime()
        is_day = isinstance(expected, date) and not isinstance(expected, datetime)
        return moment.date() if is_day and moment.time() == datetime.min.time() else moment
    if isinstance(expected, Decimal):
        return Decimal(cell)
    if isinstance(expected, bool):
        return bool(cell)
    return int(cell) if isinstance(expected, int) else cell


def _check_row(batch: TypedBatch, at: int, columns: list[str], expected: dict[str, Any]) -> None:
    faulty = {rule.rpartition(".")[0] for rule, positions in batch.faults.items() if at in positions}
    assert "row" not in faulty, "a well-formed row was taken for a broken one"
    for name in columns:
        if expected[name] is FAULT:
            assert name in faulty, f"{name}: {batch.raw[name].iloc[at]!r} was read as {batch.frame[name].iloc[at]!r}"
        else:
            assert name not in faulty, f"{name}: {batch.raw[name].iloc[at]!r} was not read"
            assert _value(batch.frame[name].iloc[at], expected[name]) == expected[name], name


def _check(path: Path, extract: str, table: RandomTable, batch_rows: int) -> None:
    path.write_bytes(table.content)
    opened = open_file(path, contract_for(extract), (), batch_rows)
    assert set(opened.table.header.positions) == set(table.columns)
    batches = list(opened.batches(batch_rows, lambda nip: nip))
    numbers = [int(number) for batch in batches for number in batch.rows]
    assert len(numbers) == len(table.expected), "rows were lost or invented"
    assert numbers == sorted(set(numbers))
    rows = iter(table.expected)
    for batch in batches:
        for at in range(len(batch.rows)):
            _check_row(batch, at, table.columns, next(rows))


@pytest.mark.parametrize("extract", EXTRACTS)
def test_a_random_table_is_read_as_it_was_meant(folder: Path, extract: str) -> None:
    path = folder / "2025-01-01.csv"

    @settings(PROFILE)
    @given(table=tables(contract_for(extract)), batch_rows=st.sampled_from((1, 7, 1_000)))
    def check(table: RandomTable, batch_rows: int) -> None:
        _check(path, extract, table, batch_rows)

    check()


@pytest.mark.parametrize("last", ["Catatan Sipil;U3;U1;", "Kepala Lingkungan I;U3;;0", "Total Football;U3;U1;1"])
def test_a_last_row_with_a_key_is_not_taken_for_a_total(folder: Path, last: str) -> None:
    path = folder / "2025-01-02.csv"
    path.write_text(f"nama_unor;id;diatasan_id;is_layanan\nDinas A;U1;;0\nBidang B;U2;U1;1\n{last}\n", encoding="utf-8")
    opened = open_file(path, contract_for("hr/units"), (), 100)
    units = [unit for batch in opened.batches(100, lambda nip: nip) for unit in batch.frame["unit_id"]]
    assert units == ["U1", "U2", "U3"]
