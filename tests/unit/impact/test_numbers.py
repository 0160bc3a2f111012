"""A panel out of a spreadsheet in Indonesian has commas before its decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.impact.numbers import with_points
from pipelines.impact.panel import read_panel
from tests.unit.impact.panels import ROLES, estimated, panel

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_with_decimal_commas_gives_the_same_estimate(tmp_path: Path) -> None:
    frame = panel(1).round(3)
    frame.to_csv(tmp_path / "points.csv", index=False)
    frame.to_csv(tmp_path / "commas.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    points, commas = (estimated(read_panel(tmp_path / name, ROLES), secondary=False) for name in ("points.csv", "commas.csv"))
    pd.testing.assert_frame_equal(points.estimates, commas.estimates)


def test_points_between_thousands_are_no_decimals() -> None:
    read = with_points(pd.Series(["1.234,5", " -2.000 ", "3", "", None], dtype="object"))
    assert read.tolist()[:3] == [1234.5, -2000.0, 3.0]
    assert read.isna().tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("texts", [["3.5", "3,5"], ["3", "4"], ["3,5", "good"], ["S1", "S2"], [True, "3,5"]])
def test_what_one_hand_did_not_write_is_left_as_it_is(texts: list[object]) -> None:
    column = pd.Series(texts, dtype="object")
    assert with_points(column).tolist() == texts
