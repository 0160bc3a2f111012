"""How much one file may cost. A file beyond a limit is refused with words; nothing beside it suffers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pipelines.landing.refusals import UnreadableFileError

ROW_FAULTS = "row."
BROKEN_QUOTES = "row.broken_quotes"
TOO_LONG = "row.too_long"
TOO_MANY_CELLS = "row.too_many_cells"
OTHER_TABLE = "row.other_table"


@dataclass(frozen=True)
class Limits:
    """Limits of one file. ``memory_mb`` binds the process that parses workbooks and Parquet; text is read in bounded pieces.

    ``seconds`` is the time for one pass over the file, ``unpacked_mb`` what a compressed file may grow to, ``batch_chars`` the
    text that is held at a time, beside the number of rows that a batch has.
    """

    memory_mb: int = 1_536
    seconds: float = 900.0
    unpacked_mb: int = 8_192
    line_chars: int = 1_000_000
    cell_chars: int = 131_072
    columns: int = 2_000
    batch_chars: int = 64_000_000

    def deadline(self) -> float:
        return time.monotonic() + self.seconds

    def hold(self, deadline: float, name: str) -> None:
        """Raise when the time of a pass is over."""
        if time.monotonic() > deadline:
            raise UnreadableFileError(name, "too_slow", seconds=self.seconds)
