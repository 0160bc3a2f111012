"""Rejected rows once more, after a mapping or a rule was mended.

Where the files of a delivery still lie in the landing area, the delivery is read anew, whole. Where they are gone, the text of the
rejected rows, which the lake has kept, is typed and validated again; rows that pass join those accepted before. A row that now
contradicts an accepted one of the same key stays rejected, since the text of the accepted one is gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.contract import MELTED_MARK
from data_quality.validation import failing_rows
from pipelines.lake.erasures import erased_keys
from pipelines.lake.retention import rejected_with_text
from pipelines.lake.rows import widen
from pipelines.lake.store import delivery_folder
from pipelines.landing.batches import Understanding, type_batch
from pipelines.landing.deliveries import Delivery, discover
from pipelines.landing.profiles import profile_for
from pipelines.landing.refusals import shown_name
from pipelines.landing.survey import ColumnFormat
from pipelines.landing.text_batches import TextBatch
from pipelines.loading.delivery_load import DeliveryLoad
from pipelines.loading.ingest import ExtractOutcome, quoting_nothing, refresh_extract, specification
from pipelines.loading.rejections import by_column
from pipelines.loading.standing import judge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake
    from pipelines.loading.ingest import Workplace

_FILE_SHIFT = 32


@dataclass
class _Replay(DeliveryLoad):
    """A load whose rows come out of the lake: first those accepted before, then the rejected ones, typed anew."""

    before: LoadRecord = field(kw_only=True)
    files: list[str] = field(default_factory=list)
    texts: dict[tuple[str, int], tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def places(self, file: str, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
        at = self.files.index(file)
        return (np.int64(at) << _FILE_SHIFT) + rows.astype(np.int64)

    def written(self, label: str, rows: set[int]) -> tuple[str, Iterator[tuple[int, dict[str, Any]]]]:
        found = {row: text for row, text in self.texts.items() if row[0] == label and row[1] in rows}
        return next(sheet for sheet, _ in found.values()), ((row, text) for (_, row), (_, text) in found.items())

    def amend(self, record: LoadRecord) -> LoadRecord:
        before = self.before
        return replace(
            record, cells_coerced=before.cells_coerced + record.cells_coerced, columns_unknown=before.columns_unknown,
            unknown_columns=before.unknown_columns, is_corrected=before.is_corrected, detection=before.detection,
        )  # fmt: skip


def replay_extract(contract: Contract, work: Workplace, *, only: Collection[date] | None = None) -> ExtractOutcome:
    """Load anew every delivery of an extract that has rejected rows; ``only`` restricts it to some delivery dates."""
    here = {delivery.delivery_on for delivery in discover(work.landing, contract)[0]}
    wanted = {day: record for day, record in work.lake.records(contract).items() if record.rows_rejected and (only is None or day in only)}
    refresh_extract(contract, work, only=here.intersection(wanted), force=True)
    for day, record in wanted.items():
        if day not in here:
            delivery = Delivery(contract, day, (), record)
            with quoting_nothing(contract, [delivery]):
                _replay_kept(delivery, work, record)
    with quoting_nothing(contract):
        judge(contract, work.lake, work.profiles)
    outcome = ExtractOutcome(contract)
    outcome.records = [record for day, record in sorted(work.lake.records(contract).items()) if day in wanted]
    return outcome


def _replay_kept(delivery: Delivery, work: Workplace, before: LoadRecord) -> None:
    """Type and validate the kept text of a delivery's rejected rows; its files are gone."""
    contract = delivery.contract
    rejected = _read(rejected_with_text(work.lake, contract, delivery.delivery_on))
    if rejected.empty:  # their text has been removed, as the contract demands: nothing is left to be tried again
        return
    kept = _Kept.of(contract, work, before)
    load = _Replay(
        delivery, work.lake, work.now(), specification(contract, work.profiles), work.lake.records(contract),
        before=before, n_dropped_before=before.rows_duplicate,
    )  # fmt: skip
    erased = erased_keys(work.lake.root)
    batches = [load.bounded(load.without_erased(batch, erased)) for batch in _batches(contract, work, before, rejected, load)]
    load.files = sorted({*kept.files(), *(label for label, _ in load.texts)})
    load.begin(
        [], {str(name).split(MELTED_MARK)[1] for batch in batches for name in batch.raw.columns if MELTED_MARK in str(name)} | kept.codes()
    )
    for frame in kept.frames(load.staged_schema):
        for label, rows in frame.groupby("source_file", sort=False):
            numbers = rows["source_row"].to_numpy(dtype=np.int64)
            load.stage(rows.reset_index(drop=True), str(label), numbers, load.places(str(label), numbers))
    load.n_kept = load.ledger.n_rows
    load.n_read = load.n_kept + before.rows_duplicate
    for batch in batches:
        load.absorb(batch, failing_rows(contract, batch.frame))
    load.finish()


def _batches(contract: Contract, work: Workplace, before: LoadRecord, rejected: pd.DataFrame, load: _Replay) -> Iterator[Any]:
    """The kept rows of each table of the delivery, typed with the formats that were detected when the table was whole."""
    entries = [entry for entry in json.loads(before.detection) if "file" in entry]
    detected = {(entry["file"], entry.get("sheet", "")): entry.get("formats", {}) for entry in entries}
    for (label, sheet), rows in rejected.groupby(["source_file", "source_sheet"], sort=True):
        written = [by_column(contract, json.loads(raw)) for raw in rows["raw"]]
        numbers = rows["source_row"].to_numpy(dtype=np.int64)
        load.texts |= {(str(label), int(row)): (str(sheet), text) for row, text in zip(numbers, written, strict=True)}
        file_name = str(label).removesuffix(f"[{sheet}]")
        formats = {name: ColumnFormat.from_detected(style) for name, style in detected.get((shown_name(file_name), sheet), {}).items()}
        profile = profile_for(work.profiles, contract, file_name)
        understood = Understanding(str(label), str(sheet), formats, profile.values_by_column(contract))
        for start in range(0, len(written), work.batch_rows):
            part = pd.DataFrame(written[start : start + work.batch_rows], dtype=object)
            text = TextBatch(part.where(part.notna(), None), numbers[start : start + work.batch_rows])
            yield type_batch(contract, text, understood, work.pseudonym)


@dataclass(frozen=True)
class _Kept:
    """The accepted rows of a delivery as they lie in the lake, and those of its melted column."""

    contract: Contract
    lake: Lake
    layer: str
    day: date
    melted: pa.Table

    @classmethod
    def of(cls, contract: Contract, work: Workplace, before: LoadRecord) -> _Kept:
        layer = "accepted" if before.in_force_fingerprint == before.fingerprint else "blocked"
        melted = pa.table({"competency_code": pa.array([], pa.string())})
        if contract.melted:
            folder = work.lake.table(layer, contract.source, str(contract.melted.into)) / delivery_folder(before.delivery_on)
            melted = pq.read_table(folder) if folder.is_dir() else melted
        return cls(contract, work.lake, layer, before.delivery_on, melted)

    def files(self) -> set[str]:
        """Files that rows stood in; empty for rows of a history, which does not keep that."""
        return {str(name or "") for table in self._tables() for name in table["source_file"].unique().to_pylist()}

    def codes(self) -> set[str]:
        return set(map(str, self.melted["competency_code"].unique().to_pylist()))

    def frames(self, schema: pa.Schema) -> Iterator[pd.DataFrame]:
        """One frame for each part of the rows, so that memory does not grow with the delivery."""
        n_before = 0
        for table in self._tables():
            frame = widen(self.contract, table, self.melted, schema)
            frame["source_file"] = frame["source_file"].fillna("")
            frame["source_row"] = frame["source_row"].fillna(pd.Series(range(n_before, n_before + len(frame)), dtype="Int64"))
            n_before += len(frame)
            yield frame

    def _tables(self) -> Iterator[pa.Table]:
        return (table for table in self.lake.rows(self.layer, self.contract, self.day) if table.num_rows)


def _read(files: Iterable[Path]) -> pd.DataFrame:
    parts = [pq.read_table(path).to_pandas() for path in files]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["source_file", "source_sheet", "source_row", "raw"])
