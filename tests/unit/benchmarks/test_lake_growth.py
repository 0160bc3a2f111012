"""Nights on which nobody moved add no rows to the lake."""

from __future__ import annotations

from benchmarks.lake_growth import grow


def test_unchanged_nights_add_no_rows(tmp_path):
    found = grow(tmp_path, employees=300, nights=3)
    assert found["snapshot_bytes"] > 0
    assert found["rows_grown_bytes"] < 0.02 * found["as_full_snapshots_bytes"]
    assert found["grown_bytes"] == found["rows_grown_bytes"] + found["records_grown_bytes"]
