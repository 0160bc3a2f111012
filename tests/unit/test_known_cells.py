"""What is remembered of a column changes how long reading takes, and nothing that is read."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_quality.contract import contract_for
from pipelines.landing import columns
from pipelines.landing.columns import KnownCells, TypedColumn, type_column
from pipelines.landing.marks import NUMBER_CELL
from pipelines.landing.survey import ColumnFormat
from pipelines.landing.values import NumberStyle

ASSESSMENTS, EMPLOYEES = contract_for("evaluation/assessments"), contract_for("hr/employees")
NIP, BORN, LEVEL = EMPLOYEES.column("employee_key"), EMPLOYEES.column("birth_year"), ASSESSMENTS.melted
HOURS = contract_for("evaluation/training_participants").column("hours_jp")
STYLES = st.builds(lambda first, mark: ColumnFormat(first, NumberStyle(mark)), st.booleans(), st.sampled_from([",", "."]))
TEXTS = st.sampled_from(
    ["3", "3,5", "1.234", f"1.234{NUMBER_CELL}", "03/04/1990", "13/04/1990", "4 Mei 1990", "199003012015011001", "x", "-", "", None, "Ahli"]
)
BATCHES = st.lists(st.tuples(STYLES, st.booleans(), st.lists(TEXTS, min_size=1, max_size=8)), max_size=5)


def told(typed: TypedColumn) -> tuple[Any, ...]:
    faults = {rule: at.tolist() for rule, at in typed.faults.items()}
    return typed.values.astype(object).map(str).tolist(), faults, typed.coercions, {n: s.map(str).tolist() for n, s in typed.sides.items()}


@pytest.mark.parametrize("column", [NIP, BORN, LEVEL, HOURS])
@given(batches=BATCHES)
def test_batches_are_read_as_if_nothing_were_remembered(column: Any, batches: list[tuple[ColumnFormat, bool, list[str | None]]]) -> None:
    known = KnownCells()
    for style, has_own_values, texts in batches:
        raw, local = pd.Series(texts, dtype=object), {"x": "3"} if has_own_values else {}
        assert told(type_column(column, raw, style, str, local, known)) == told(type_column(column, raw, style, str, local))


def test_a_column_of_ever_new_values_is_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_KNOWN", 10)
    known, asked = KnownCells(), []

    def pseudonym(nip: str) -> str:
        asked.append(nip)
        return nip

    for first in (100, 200, 300, 300):
        nips = pd.Series([f"199003012015011{number}" for number in range(first, first + 8)], dtype=object)
        type_column(NIP, nips, ColumnFormat(), pseudonym, None, known)
    assert len(asked) == 24  # the last eight were remembered
    type_column(NIP, pd.Series(["199003012015011100"], dtype=object), ColumnFormat(), pseudonym, None, known)
    assert len(asked) == 25  # the first ones no more
