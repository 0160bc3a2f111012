"""Records of loads, as the lake keeps them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow.parquet as pq

from data_quality.contract import contract_for
from data_quality.results import LoadRecord
from pipelines.lake.store import Lake

DAY = date(2026, 1, 5)
RECORD = LoadRecord(
    source="hr", extract="units", delivery_on=DAY, rows_read=3, rows_accepted=2, rows_rejected=1, rows_duplicate=0, cells_coerced=0,
    columns_unknown=0, unknown_columns="", is_corrected=False, is_late=False, fingerprint="a", specification="s",
    loaded_at=datetime(2026, 1, 5, 20, tzinfo=UTC), status="accepted", status_reason="", in_force_fingerprint="a", in_force_rows=3,
    passes_own_rules=True, files="[]", detection="[]",
)  # fmt: skip


def test_a_record_that_has_not_changed_is_read_once(tmp_path, monkeypatch) -> None:
    lake, units = Lake(tmp_path), contract_for("hr/units")
    lake.write_record(RECORD)
    first = lake.records(units)
    monkeypatch.setattr(pq, "read_table", None)
    assert lake.records(units) == first == {DAY: replace(RECORD, loaded_at=first[DAY].loaded_at)}


def test_a_record_that_was_written_anew_is_read_anew(tmp_path) -> None:
    lake, units = Lake(tmp_path), contract_for("hr/units")
    for fingerprint in "abcab":
        lake.write_record(replace(RECORD, fingerprint=fingerprint))
        assert lake.records(units)[DAY].fingerprint == fingerprint
        assert lake.record(units, DAY) == lake.records(units)[DAY]
