"""Rows as written, in batches, and where they wait while the formats of their columns are found."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROW = "row number"
"""Beside the columns of the contract, none of which has a space in its name."""
_QUICKLY = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass
class TextBatch:
    """Rows as written: one text column for each column of the contract that the file has, and the rows that are broken as rows."""

    frame: pd.DataFrame
    rows: np.ndarray[Any, Any]
    faults: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)


class Waiting:
    """The batches of a table, so that it need not be taken apart again when its formats are known: one in memory, several on disk.

    The file on disk has no name: it is gone with the process, whatever becomes of that, and holds people no longer than it. It lies
    in ``scratch``, which is to be on the disk of the installation: no other need be as well kept. Without it, several are not held.
    """

    def __init__(self, scratch: Path | None) -> None:
        self._scratch = scratch
        self.holds_all = True
        self._in_memory: TextBatch | None = None
        self._file: IO[bytes] | None = None
        self._writer: pa.ipc.RecordBatchFileWriter | None = None

    @property
    def n_in_memory(self) -> int:
        """Rows that are held in memory."""
        return len(self._in_memory.rows) if self._in_memory else 0

    def add(self, batch: TextBatch) -> None:
        """Keep a batch. The first stays in memory until a second one comes."""
        if self._in_memory is None and self._file is None:
            self._in_memory = batch if self.holds_all else None
            return
        first, self._in_memory = self._in_memory, None
        self.holds_all = self._scratch is not None
        if self.holds_all:
            for one in (first, batch) if first else (batch,):
                self._write(one)

    def _write(self, batch: TextBatch) -> None:
        columns = {str(name): pa.array(batch.frame[name], pa.string()) for name in batch.frame}
        written = pa.record_batch({**columns, _ROW: pa.array(batch.rows)})
        if self._file is None or self._writer is None:
            self._file = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 - closed when its last batch is taken, or with this object
            self._writer = pa.ipc.new_file(self._file, written.schema, options=_QUICKLY)
        faults = {fault: positions.tolist() for fault, positions in batch.faults.items()}
        self._writer.write_batch(written, custom_metadata={"faults": json.dumps(faults)})

    def taken(self) -> Iterator[TextBatch]:
        """The batches in their order, each let go of when the next one is asked for."""
        batch, self._in_memory = self._in_memory, None
        if batch:
            yield batch
        if self._writer is None or self._file is None:
            return
        self._writer.close()
        with self._file as file:
            self._file = self._writer = None
            file.seek(0)
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield _read(*reader.get_batch_with_custom_metadata(number))


def _read(written: pa.RecordBatch, said: pa.KeyValueMetadata) -> TextBatch:
    faults = {fault: np.array(positions, dtype=np.int64) for fault, positions in json.loads(said[b"faults"]).items()}
    rows = written.column(_ROW).to_numpy()
    names = [name for name in written.schema.names if name != _ROW]
    columns = {name: pd.Series(written.column(name).to_numpy(zero_copy_only=False), dtype=object) for name in names}
    return TextBatch(pd.DataFrame(columns), rows, faults)
