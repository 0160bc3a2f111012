"""Nights on which nobody moved add no rows to the lake."""

from __future__ import annotations

import pytest

from benchmarks.lake_growth import grow


@pytest.mark.thorough
def test_unchanged_nights_add_no_rows(tmp_path):
    found = grow(tmp_path, employees=300, nights=3)
    assert found["snapshot_bytes"] > 0
    assert found["rows_grown_share"] < 0.02
    records = found["grown_bytes"] - found["rows_grown_bytes"]
    assert round(records / 3) == found["records_bytes_a_night"] > 0
