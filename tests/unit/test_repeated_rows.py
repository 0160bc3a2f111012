"""Which rows of a delivery repeat, however it comes in batches."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_quality.contract import contract_for
from pipelines.lake.rows import RowLedger
from pipelines.loading.delivery_load import DeliveryLoad
from pipelines.loading.ingest import refresh_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pipelines.loading.ingest import Workplace

UNITS, EMPLOYEES = contract_for("hr/units"), contract_for("hr/employees")
D1 = date(2026, 1, 1)
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["x", "y", None])), max_size=12)


def frame(rows: list[tuple[str, str | None]]) -> pd.DataFrame:
    columns = {column.name: [None] * len(rows) for column in UNITS.stored_columns}
    columns |= {"unit_id": [key for key, _ in rows], "unit_name": [content for _, content in rows]}
    return pd.DataFrame(columns, dtype=object)


def by_hand(rows: list[tuple[str, str | None]], *, last_wins: bool) -> tuple[list[int], list[int]]:
    if last_wins:
        return [at for at, row in enumerate(rows) if any(later[0] == row[0] for later in rows[at + 1 :])], []
    repeated = [at for at, row in enumerate(rows) if row in rows[:at]]
    contents = {key: {content for other, content in rows if other == key} for key, _ in rows}
    return repeated, [at for at, row in enumerate(rows) if at not in repeated and len(contents[row[0]]) > 1]


@given(rows=ROWS, cuts=st.lists(st.integers(0, 12), max_size=3), last_wins=st.booleans())
def test_repetitions_depend_on_the_rows_and_not_on_the_batches(rows, cuts, last_wins) -> None:
    ledger = RowLedger()
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for begin, end in itertools.pairwise(bounds):
        ledger.add(UNITS, frame(rows[begin:end]))
    repeated, conflicting = ledger.repetitions(last_wins=last_wins)
    assert (repeated.tolist(), conflicting.tolist()) == by_hand(rows, last_wins=last_wins)


def test_an_empty_truth_value_is_another_content_than_a_false_one() -> None:
    rows = frame([("a", "x"), ("a", "x"), ("b", "y"), ("b", "y")])
    rows["is_service_unit"] = pd.array([None, False, False, False], dtype="boolean")
    ledger = RowLedger()
    ledger.add(UNITS, rows)
    repeated, conflicting = ledger.repetitions(last_wins=False)
    assert (repeated.tolist(), conflicting.tolist()) == ([3], [0, 1])


def test_what_no_other_row_can_be_compared_with_is_not_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.lake import rows

    hashed: list[int] = []
    real = rows.hashes
    monkeypatch.setattr(rows, "hashes", lambda frame: hashed.append(len(frame)) or real(frame))
    ledger = RowLedger()
    ledger.add(UNITS, frame([("a", "x"), ("b", "x"), ("c", "x"), ("b", "y")]))
    ledger.repetitions(last_wins=False)
    assert hashed == [4, 2], "the keys, and the contents of those that repeat"


def test_rows_that_contradict_each_other_are_rejected_part_by_part_each_with_its_text(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once they took memory without bound, where an office wrote one number into all of its rows."""
    rows = [employee(number % 300, **{"UNOR ID": f"U{number}"}) for number in range(3_300)]
    write_employees(work.landing, D1, rows[:2_500], "_a")
    write_employees(work.landing, D1, rows[2_500:], "_b")
    sizes: list[int] = []
    reject = DeliveryLoad.reject

    def counted(self: DeliveryLoad, *given: Any) -> None:
        sizes.append(len(given[2]))
        reject(self, *given)

    monkeypatch.setattr(DeliveryLoad, "reject", counted)
    refresh_extract(EMPLOYEES, work)
    record = work.lake.records(EMPLOYEES)[D1]
    assert (record.rows_read, record.rows_rejected, sum(sizes)) == (3_300, 3_300, 3_300)
    assert max(sizes) <= work.batch_rows
    path = f"{work.lake.root}/rejected/hr/employees/*/*.parquet"
    told = duckdb.sql(f"select source_file[12], source_row, raw::json->>'unor_id', typed::json->>'unit_id' from '{path}'").fetchall()
    expected = [("a" if at < 2_500 else "b", at % 2_500 + 2, f"U{at}", f"U{at}") for at in range(3_300)]
    assert sorted(told) == sorted(expected)
