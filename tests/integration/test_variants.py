"""Two hundred people, as every kind of office file: the lake holds the same bytes of them, or says exactly why not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from data_quality.contract import contract_for, load_contracts
from pipelines.lake.store import Lake
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.files import people, writers
from tests.files.night import accepted_rows, pseudonym, table_bytes
from tests.files.refused_variants import refused_variants
from tests.files.variants import TEXT_VARIANTS, Variant, single
from tests.files.workbook_variants import WORKBOOK_VARIANTS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from data_quality.results import LoadRecord

EMPLOYEES = contract_for("hr/employees")
PLAIN = single("plain", ".csv", lambda: writers.csv_file(people.grid()))
VARIANTS = (PLAIN, *TEXT_VARIANTS, *WORKBOOK_VARIANTS, *refused_variants())
FIRST_DAY = date(2025, 1, 1)
DAYS = {variant.name: FIRST_DAY + timedelta(days=number) for number, variant in enumerate(VARIANTS)}


@dataclass(frozen=True)
class Night:
    """What the lake holds after all variants came as deliveries of one night."""

    lake: Path
    records: dict[date, LoadRecord]

    def accepted(self, day: date) -> pa.Table | None:
        """Accepted rows without their place, in the order of keys; None when the delivery is not in force."""
        return accepted_rows(self.lake, "hr", "employees", day, EMPLOYEES.key)

    def reasons(self, day: date) -> dict[str, int]:
        folder = self.lake / "rejected" / "hr" / "employees" / f"delivery={day}"
        rows = [pq.read_table(path, partitioning=None) for path in folder.glob("*.parquet")]
        return dict(Counter(text for table in rows for text in table["reasons"].to_pylist()))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    root = tmp_path_factory.mktemp("variants")
    folder = root / "landing" / EMPLOYEES.folder
    folder.mkdir(parents=True)
    for variant in VARIANTS:
        for suffix, content in variant.files().items():
            (folder / f"{DAYS[variant.name]}{suffix}").write_bytes(content)
    lake = Lake(root / "lake")
    lake.prepare(load_contracts())
    refresh_extract(EMPLOYEES, Workplace(root / "landing", lake, (), pseudonym, batch_rows=50_000))
    return Night(lake.root, lake.records(EMPLOYEES))


def test_the_names_of_variants_are_distinct_and_many() -> None:
    assert len(DAYS) == len(VARIANTS)
    assert len(VARIANTS) >= 60


def test_the_plain_delivery_is_what_the_people_are(night: Night) -> None:
    table = night.accepted(DAYS["plain"])
    assert table is not None
    assert table.to_pylist() == people.expected_rows(pseudonym).to_pylist()
    assert table.schema.types == people.expected_rows(pseudonym).schema.types


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not v.outcome.blocked], ids=lambda variant: variant.name)
def test_a_readable_form_gives_the_same_rows(night: Night, variant: Variant) -> None:
    day, outcome = DAYS[variant.name], variant.outcome
    record = night.records[day]
    assert (record.status, record.status_reason) == ("accepted", "")
    n_rejected = sum(outcome.rejected.values())
    assert record.rows_accepted == people.N_PEOPLE - n_rejected
    assert 0 <= record.rows_rejected - n_rejected <= outcome.loose
    assert record.rows_duplicate == 0
    reasons = night.reasons(day)
    assert reasons == outcome.rejected or outcome.loose
    table, plain = night.accepted(day), night.accepted(DAYS["plain"])
    assert table is not None
    assert plain is not None
    if n_rejected:
        plain = plain.filter(pc.is_in(plain["employee_key"], table["employee_key"]))
    assert _differences(table, plain) == {}
    assert table_bytes(table) == table_bytes(plain)


def _differences(table: pa.Table, plain: pa.Table) -> dict[str, tuple[object, object]]:
    """Column -> the first pair of cells that differ, so that a failure says where to look."""
    assert table.schema == plain.schema
    found: dict[str, tuple[object, object]] = {}
    for name in plain.column_names:
        pairs = zip(table[name].to_pylist(), plain[name].to_pylist(), strict=True)
        first = next(((ours, theirs) for ours, theirs in pairs if ours != theirs), None)
        if first:
            found[name] = first
    return found


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.outcome.blocked], ids=lambda variant: variant.name)
def test_an_unreadable_form_is_refused_with_words(night: Night, variant: Variant) -> None:
    day, outcome = DAYS[variant.name], variant.outcome
    record = night.records[day]
    assert record.status == "blocked"
    assert re.search(outcome.blocked, record.status_reason, re.IGNORECASE), record.status_reason
    assert night.accepted(day) is None
    if outcome.rejected:
        assert night.reasons(day) == outcome.rejected
