"""Rows of one key: what each is held against stays few, however many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_quality.contract import contract_for
from pipelines.inspection.examine import inspect_file
from pipelines.inspection.repetitions import _MOST_COMPARED, _opposed

if TYPE_CHECKING:
    from pathlib import Path

import numpy as np
import pandas as pd


def test_a_row_is_held_against_few_others_of_its_key() -> None:
    rows = pd.DataFrame({"key": [7] * 3_000 + [8, 8]})
    found = _opposed(rows, np.arange(3_002), most=3_002)
    assert max(map(len, found.values())) == _MOST_COMPARED
    assert found[0] == list(range(1, _MOST_COMPARED + 1))
    assert 2_999 not in found[2_999]
    assert (found[3_000], found[3_001]) == ([3_001], [3_000])
    assert list(_opposed(rows, np.arange(3_002), most=2)) == [0, 1]


def test_one_number_in_all_rows_is_told_with_the_first_of_them(tmp_path: Path) -> None:
    header = "id responden;tanggal;unor_id;jenis layanan;" + ";".join(f"u{number}" for number in range(1, 10))
    lines = [f"T1;2026-11-20;U;Layanan {number};" + ";".join("3" * 9) for number in range(40)]
    (tmp_path / "2026-11-20.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    report = inspect_file(tmp_path / "2026-11-20.csv", contract_for("feedback/survey_responses"), (), language="en")
    (problem,) = report.problems
    assert (problem.check_id, problem.count) == ("key_conflict", 40)
    assert "3, 4, 5, 6, 7, …" in problem.places[0].suggestion
    assert "jenis layanan (D)" in problem.places[0].suggestion
