"""One delivery on its way into the lake: its counts, its staged rows, and in the end its record.

A load ends ``blocked`` (held); whether it comes into force is decided afterwards, for all deliveries of the extract together.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.contract import MELTED_MARK, Rule
from data_quality.results import CheckResult, LoadRecord, delivery_check, row_check
from data_quality.validation import bounded
from data_quality.wording import wording
from pipelines.lake import schemas
from pipelines.lake.people import key_columns, noted, subject
from pipelines.lake.rows import SEQUENCE, RowLedger, melt, staged_schema, to_arrow
from pipelines.lake.store import ROW_GROUP, StagedTable, delivery_folder, replace_folder
from pipelines.landing.limits import ROW_FAULTS
from pipelines.landing.refusals import EarlyDeliveryError, MissingColumnsError
from pipelines.loading.rejections import rejected_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    import pandas as pd

    from data_quality.contract import Contract
    from pipelines.lake.store import Lake
    from pipelines.landing.batches import OpenedFile, TypedBatch
    from pipelines.landing.deliveries import Delivery

KEY_CONFLICT = Rule(
    "key_conflict", "No other row of the delivery has the same key and another content.", "uniqueness", "error",
    "Keep the right one of the rows and deliver the file again.",
)  # fmt: skip
UNREADABLE_FILE = Rule(
    "unreadable_file", "Every file of the delivery can be read.", "validity", "error",
    "Open the file, save it again as xlsx or csv, and deliver it anew.",
)  # fmt: skip
NOT_EARLY = Rule(
    "not_early", "The date of the delivery is at the latest the day after the run.", "timeliness", "error",
    "Rename the file after its true day (YYYY-MM-DD); else it is read when the day in its name has come.",
)  # fmt: skip
UNEXPECTED_COLUMNS = Rule(
    "unexpected_columns", "Every column is one that the contract names, or was seen in an earlier delivery.", "conformity", "warning",
    "Map the column in a profile (config/sources), or list it there under ignore.",
)  # fmt: skip


def is_blocking(check: CheckResult) -> bool:
    """A rule on the delivery that failed keeps the delivery out; a rule on rows never does."""
    return check.level == "delivery" and check.status == "fail"


def is_early(record: LoadRecord) -> bool:
    """Whether a delivery was refused for its date alone: nothing of it has been read."""
    return any(check.check_id == NOT_EARLY.check_id and check.status == "fail" for check in record.checks)


@dataclass
class DeliveryLoad:
    """Collects what the batches of a delivery bring; see the module."""

    delivery: Delivery
    lake: Lake
    now: datetime
    specification: str
    known: dict[date, LoadRecord]
    opened: list[OpenedFile] = field(default_factory=list)
    has_begun: bool = False
    refusal: Exception | None = None
    n_read: int = 0
    n_rejected: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    coercions: Counter[str] = field(default_factory=Counter)
    ledger: RowLedger = field(default_factory=RowLedger)
    n_kept: int = 0
    n_dropped_before: int = 0
    n_erased: int = 0

    def __post_init__(self) -> None:
        self.contract: Contract = self.delivery.contract
        self._rules = {rule.check_id: rule for rule in self.contract.row_rules}

    def begin(self, opened: list[OpenedFile], melted_codes: Iterable[str] = ()) -> None:
        """Open the staged tables, now that it is known which competencies the files have columns for."""
        self.opened = opened
        self.has_begun = True
        codes = sorted({*melted_codes, *(code for file in opened for code in file.table.header.melted.values())})
        melted = [f"{self.contract.melted.name}{MELTED_MARK}{code}" for code in codes] if self.contract.melted else []
        self._accepted = StagedTable(self._staging("wide"), staged_schema(self.contract, melted))
        self._rejected = StagedTable(self._staging("rejected"), schemas.REJECTED)

    def _staging(self, what: str) -> Path:
        """A folder of this delivery alone: several processes load at once."""
        return self.lake.staging(f"{what}-{self.contract.source}-{self.contract.name}-{self.delivery.delivery_on}")

    @property
    def staged_schema(self) -> pa.Schema:
        return self._accepted.schema

    def refuse(self, error: Exception) -> None:
        """The delivery cannot be read; nothing of it is kept."""
        self.refusal = error

    # --- rows ---------------------------------------------------------------------------------------------------------

    def without_erased(self, batch: TypedBatch, erased: frozenset[str]) -> TypedBatch:
        """A batch without the rows about people who were erased, and without their keys in the rows of others.

        Their rows count as not there: of the fates that a load tells, none is theirs.
        """
        about = subject(self.contract)
        for name in key_columns(self.contract) if erased else ():
            is_erased = batch.frame[name].isin(erased).to_numpy(dtype=bool)
            if not is_erased.any():
                continue
            if name == about:
                self.n_erased += int(is_erased.sum())
                batch = batch.kept(~is_erased)
            else:
                batch.frame.loc[is_erased, name] = None
                batch.raw.loc[is_erased, name] = None
        return batch

    def bounded(self, batch: TypedBatch) -> TypedBatch:
        """A batch whose dates can be held against that of the delivery, wherever its rows are validated."""
        batch.frame = bounded(batch.frame, self.delivery.delivery_on)
        return batch

    def absorb(self, batch: TypedBatch, failing: dict[str, np.ndarray[Any, Any]]) -> None:
        """Take in a validated batch: ``failing`` maps a rule to the positions that break it."""
        reasons = reasons_of(batch, failing)
        for check_id, rows in reasons.items():
            self.failed[check_id] += len(rows)
        errors = {check: rows for check, rows in reasons.items() if self._severity(check) == "error" and len(rows)}
        is_bad = np.zeros(len(batch.rows), dtype=bool)
        for rows in errors.values():
            is_bad[rows] = True
        self.n_read += len(batch.rows)
        self.coercions += batch.coercions
        if is_bad.any():
            self._reject(batch, np.flatnonzero(is_bad), errors)
        good = batch.frame.loc[~is_bad].reset_index(drop=True)
        self.stage(good, batch.file, batch.rows[~is_bad], self.places(batch.file, batch.rows[~is_bad]))

    def places(self, _file: str, _rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
        """Where rows stand within the delivery; None: in the order in which they come."""
        return None

    def stage(
        self, good: pd.DataFrame, file: str | list[str], rows: np.ndarray[Any, Any], places: np.ndarray[Any, Any] | None = None
    ) -> None:
        """Append accepted rows. ``places`` orders them within the delivery where they do not come in its order."""
        self._accepted.append(to_arrow(good, self._accepted.schema, self.delivery.delivery_on, file, rows, self.ledger.n_rows))
        self.ledger.add(self.contract, good, places)

    def _severity(self, check_id: str) -> str:
        rule = self._rules.get(check_id)
        return rule.severity if rule else "error"

    def _reject(self, batch: TypedBatch, bad: np.ndarray[Any, Any], errors: dict[str, np.ndarray[Any, Any]]) -> None:
        by_row: dict[int, list[str]] = {int(at): [] for at in bad}
        for check_id, rows in sorted(errors.items()):
            for at in rows:
                by_row[int(at)].append(check_id)
        self.reject(
            batch.file, batch.sheet, batch.rows[bad].tolist(), list(by_row.values()), _records(batch.raw.iloc[bad]), batch.frame.iloc[bad]
        )
        self.n_rejected += len(bad)

    def reject(
        self, file: str, sheet: str, rows: list[int], reasons: list[list[str]], written: list[dict[str, Any]], understood: pd.DataFrame
    ) -> None:
        """Append rejected rows, see ``rejected_table``."""
        day = self.delivery.delivery_on
        self._rejected.append(rejected_table(self.contract, day, file, sheet, rows, reasons, written, understood))

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> LoadRecord:
        """Write what was staged, held back, and the record of the load."""
        if self.refusal is not None or not self.has_begun:
            record = self._record(0, 0, 0, self._refused_checks())
            self.lake.drop(self.contract, self.delivery.delivery_on, "blocked")
            self._replace_rejected(None)
            self.lake.write_record(record)
            return record
        self._accepted.close()
        repeated, conflicting = self.ledger.repetitions(last_wins=self.contract.kind == "updated_events")
        conflicting = conflicting[conflicting >= self.n_kept]
        if len(conflicting):
            self._reject_conflicts(conflicting)
        self._rejected.close()
        self._write_held(np.union1d(repeated, conflicting))
        self._replace_rejected(self._rejected.folder if self._rejected.n_rows else None)
        n_rejected = self.n_rejected + len(conflicting)
        n_accepted = self.ledger.n_rows - len(repeated) - len(conflicting)
        checks = self._checks(n_rejected, len(conflicting))
        record = self.amend(self._record(n_accepted, n_rejected, len(repeated) + self.n_dropped_before, checks))
        self.lake.write_record(record)
        return record

    def amend(self, record: LoadRecord) -> LoadRecord:
        """The record as it is written; a replay puts back what it did not find out itself."""
        return record

    def _write_held(self, dropped: np.ndarray[Any, Any]) -> None:
        """Staged rows without the dropped ones to ``blocked``, melted columns to their own table."""
        contract, day = self.contract, self.delivery.delivery_on
        schema = schemas.accepted_schema(contract)
        narrow = self._staging("accepted")
        writer = pq.ParquetWriter(narrow / "part-0.parquet", schema, compression="zstd")
        child = self._staging("melted") if contract.melted else None
        child_schema = schemas.melted_schema(contract) if contract.melted else None
        child_writer = pq.ParquetWriter(child / "part-0.parquet", child_schema, compression="zstd") if child else None
        for staged in self._accepted.batches():
            keep = ~np.isin(staged[SEQUENCE].to_numpy(), dropped)
            kept = staged.filter(pa.array(keep))
            writer.write_table(kept.select(schema.names), row_group_size=ROW_GROUP)
            if child_writer:
                child_writer.write_table(melt(contract, kept), row_group_size=ROW_GROUP)
        writer.close()
        tables = {contract.name: narrow}
        if child and child_writer and contract.melted:
            child_writer.close()
            tables[str(contract.melted.into)] = child
        for name, folder in tables.items():
            replace_folder(folder, self.lake.table("blocked", contract.source, name) / delivery_folder(day))

    def _replace_rejected(self, staged: Path | None) -> None:
        target = self.lake.table("rejected", self.contract.source, self.contract.name) / delivery_folder(self.delivery.delivery_on)
        replace_folder(staged or self._staging("rejected-none"), target)
        for path in target.glob("*.parquet"):
            path.chmod(0o600)

    def _reject_conflicts(self, sequence: np.ndarray[Any, Any]) -> None:
        """Reject rows that were staged as accepted; their text is read once more, since only accepted values were kept.

        A part of them at a time, as they are staged: in a file in which every row has one number, all of its rows conflict.
        """
        numbers: dict[str, list[int]] = {}
        for staged in self._conflicting(sequence, ["source_file", "source_row"]):
            for label, row in zip(staged["source_file"].to_pylist(), staged["source_row"].to_pylist(), strict=True):
                numbers.setdefault(label, []).append(row)
        open_label, sheet = "", ""
        texts = _Texts(iter(()))
        for staged in self._conflicting(sequence, self.staged_schema.names):
            for label, rows in staged.to_pandas().groupby("source_file", sort=False):
                if label != open_label:
                    open_label, (sheet, written) = str(label), self.written(str(label), set(numbers[str(label)]))
                    texts = _Texts(written)
                wanted = rows["source_row"].tolist()
                self.reject(open_label, sheet, wanted, [[KEY_CONFLICT.check_id]] * len(rows), [texts.of(row) for row in wanted], rows)
        self.failed[KEY_CONFLICT.check_id] += len(sequence)

    def _conflicting(self, sequence: np.ndarray[Any, Any], columns: list[str]) -> Iterator[pa.Table]:
        """These of the staged rows, part by part."""
        for staged in self._accepted.batches():
            is_wanted = np.isin(staged[SEQUENCE].to_numpy(), sequence)
            if is_wanted.any():
                yield staged.select(columns).filter(pa.array(is_wanted))

    def written(self, label: str, rows: set[int]) -> tuple[str, Iterator[tuple[int, dict[str, Any]]]]:
        """The sheet that a label stands for, and some of its rows as text, by row number."""
        opened = next(item for item in self.opened if item.label == label)
        return opened.table.sheet, opened.written(rows)

    def _checks(self, n_rejected: int, n_conflicting: int) -> list[CheckResult]:
        contract, day = self.contract, self.delivery.delivery_on
        bounds = {rule.check_id: rule for rule in contract.delivery_rules}
        tolerance = bounds["max_rejected_share"].bound or 0.0
        rules = {rule.check_id: rule for rule in (*contract.row_rules, KEY_CONFLICT)}
        rules |= {check: self._fault_rule(check) for check in sorted(self.failed) if check not in rules}
        checks = [row_check(contract, day, rule, self.n_read, self.failed[check], tolerance=tolerance) for check, rule in rules.items()]
        shares = {"max_rejected_share": n_rejected, "max_key_conflict_share": n_conflicting}
        for check, n_failed in shares.items():
            holds = n_failed <= (bounds[check].bound or 0.0) * self.n_read
            checks.append(delivery_check(contract, day, bounds[check], self.n_read, n_failed, holds=holds))
        checks.append(delivery_check(contract, day, bounds["columns_present"], 1, 0, holds=True))
        checks.append(delivery_check(contract, day, NOT_EARLY, 1, 0, holds=True))
        checks.append(delivery_check(contract, day, UNREADABLE_FILE, len(self.delivery.files), 0, holds=True))
        return checks

    def _fault_rule(self, check_id: str) -> Rule:
        words = wording(self.contract, check_id)
        return Rule(check_id, words.problem, "validity", "error", words.mend)

    def _refused_checks(self) -> list[CheckResult]:
        columns = next(rule for rule in self.contract.delivery_rules if rule.check_id == "columns_present")
        rule = UNREADABLE_FILE
        if isinstance(self.refusal, MissingColumnsError):
            rule = columns
        elif isinstance(self.refusal, EarlyDeliveryError):
            rule = NOT_EARLY
        return [delivery_check(self.contract, self.delivery.delivery_on, rule, 1, 1, holds=False)]

    def _record(self, n_accepted: int, n_rejected: int, n_duplicate: int, checks: list[CheckResult]) -> LoadRecord:
        contract, day = self.contract, self.delivery.delivery_on
        before = self.known.get(day)
        unknown = sorted({name for file in self.opened for name in file.table.header.unknown})
        blocking = [f"{check.check_id}: {check.description}" for check in checks if is_blocking(check)]
        detection = json.dumps([*(file.detection() for file in self.opened), {"coerced": dict(self.coercions)}], ensure_ascii=False)
        reason = str(self.refusal) if self.refusal else "; ".join(blocking)
        # Read again, a delivery came no later and was corrected no more often than when it was read first.
        is_same = before is not None and before.fingerprint == self.delivery.fingerprint
        return LoadRecord(
            source=contract.source,
            extract=contract.name,
            delivery_on=day,
            rows_read=n_accepted + n_rejected + n_duplicate,
            rows_accepted=n_accepted,
            rows_rejected=n_rejected,
            rows_duplicate=n_duplicate,
            cells_coerced=sum(self.coercions.values()),
            columns_unknown=len(unknown),
            unknown_columns="; ".join(name.replace(";", ",") for name in unknown),
            is_corrected=before.is_corrected if before and is_same else before is not None,
            is_late=before.is_late if before and is_same else any(other > day for other in self.known),
            fingerprint=self.delivery.fingerprint,
            specification=self.specification,
            loaded_at=self.now,
            status="blocked",
            status_reason=reason,
            in_force_fingerprint=before.in_force_fingerprint if before else None,
            in_force_rows=before.in_force_rows if before else 0,
            passes_own_rules=not reason,
            files=json.dumps(self.delivery.file_hashes),
            detection=noted(detection, self.n_erased) if self.n_erased else detection,
            checks=tuple(checks),
        )


@dataclass
class _Texts:
    """Texts of rows by their number, in whatever order these come. Read no further than is asked: where they come in the order in which
    they are asked for, as out of a file, none waits in memory.
    """

    written: Iterator[tuple[int, dict[str, Any]]]
    waiting: dict[int, dict[str, Any]] = field(default_factory=dict)

    def of(self, row: int) -> dict[str, Any]:
        while row not in self.waiting:
            number, text = next(self.written)
            self.waiting[number] = text
        return self.waiting.pop(row)


def reasons_of(batch: TypedBatch, failing: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Faults of reading and broken rules together.

    What could not be read is not also called missing, and of a row that is broken as a row nothing else is said.
    """
    reasons = dict(failing)
    for check_id, rows in batch.faults.items():
        required = f"{check_id.rpartition('.')[0]}.required"
        if required in reasons:
            reasons[required] = np.setdiff1d(reasons[required], rows)
        reasons[check_id] = rows
    broken = [rows for check_id, rows in batch.faults.items() if check_id.startswith(ROW_FAULTS)]
    if broken:
        as_rows = np.concatenate(broken)
        reasons = {check: rows if check.startswith(ROW_FAULTS) else np.setdiff1d(rows, as_rows) for check, rows in reasons.items()}
    return reasons


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
