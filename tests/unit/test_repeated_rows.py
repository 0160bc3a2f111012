"""Which rows of a delivery repeat, however it comes in batches."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_quality.contract import contract_for
from pipelines.lake.rows import RowLedger

UNITS = contract_for("hr/units")
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
