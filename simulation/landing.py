"""The landing folder while it is being filled: writes deliveries and notes what each of them contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation import extracts, writers
from simulation.dialects import Dialect, dialect_for, render
from simulation.faults import Planted, Planter, make_bad, make_conflicts
from simulation.randomness import stream
from simulation.truth import ExpectedDelivery, Fault, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import numpy as np
    import pandas as pd


class Landing:
    """Writes to ``folder`` and keeps the account in ``truth``."""

    def __init__(self, folder: Path, truth: Truth, seed: int, progress: Callable[[str], None], *, faults: bool) -> None:
        self.folder = folder
        self.extracts = extracts.by_folder()
        self.truth = truth
        self.seed = seed
        self.progress = progress
        self.planter = Planter() if faults else None
        self._numbers: dict[str, int] = {}
        self._taken: set[tuple[str, date]] = set()

    def deliver(self, extract: str, day: date, frame: pd.DataFrame) -> None:
        """Write one good delivery; some of its rows are spoiled."""
        if frame.empty:
            return
        number = self._numbers.get(extract, 0)
        self._numbers[extract] = number + 1
        dialect = dialect_for(extract, number)
        rng = stream(self.seed, f"file {extract} {day}")
        cells = render(frame, dialect, rng)
        planted: list[Planted] = []
        if self.planter:
            cells, planted = self.planter.plant(self.extracts[extract], cells, dialect, rng)
        self._write(extract, day, cells, dialect, planted)

    def is_free(self, extract: str, day: date) -> bool:
        """Whether no delivery of the extract lies on the day."""
        return (extract, day) not in self._taken

    def _write(
        self,
        extract: str,
        day: date,
        cells: dict[str, np.ndarray[Any, Any]],
        dialect: Dialect,
        planted: list[Planted],
        rule: str | None = None,
    ) -> None:
        n = len(next(iter(cells.values())))
        bounds = [round(n * part / dialect.parts) for part in range(dialect.parts + 1)]
        files = []
        for part in range(dialect.parts):
            first, last = bounds[part], bounds[part + 1]
            name = f"{extract}/{day}{f'_part{part + 1}' if part else ''}.{dialect.extension}"
            writers.write(self.folder / name, {column: values[first:last] for column, values in cells.items()}, dialect)
            files.append(name)
            for fault in planted:
                if first <= fault.position < last:
                    row = fault.position - first + writers.first_row(dialect)
                    self.truth.faults.append(
                        Fault(self.extracts[extract].name, str(day), name, row, fault.key, fault.fate, fault.rule, fault.kind)
                    )
        rejected = sum(fault.fate == "rejected" for fault in planted)
        self._expect(extract, day, files, n, rejected, sum(fault.fate == "duplicate" for fault in planted), rule)

    def _expect(self, extract: str, day: date, files: list[str], n_read: int, n_rejected: int, n_twice: int, rule: str | None) -> None:
        self._taken.add((extract, day))
        status = "blocked" if rule else "accepted"
        self.truth.deliveries.append(
            ExpectedDelivery(self.extracts[extract].name, extract, str(day), tuple(files), n_read, n_rejected, n_twice, status, rule)
        )
        if rule:
            self.truth.faults.append(Fault(self.extracts[extract].name, str(day), files[0], None, None, "blocked", rule, "delivery"))
        self.progress(f"{day} {extract}: {n_read} rows")

    # --- deliveries that must be kept out -----------------------------------------------------------------------------

    def truncated(self, extract: str, day: date, frame: pd.DataFrame, share: float = 0.45) -> None:
        """Deliver a snapshot of which only the beginning arrived."""
        dialect = Dialect()
        cells = render(frame.iloc[: int(len(frame) * share)], dialect, stream(self.seed, f"truncated {day}"))
        self._write(extract, day, cells, dialect, [], "min_share_of_previous")

    def without_column(self, extract: str, day: date, frame: pd.DataFrame, column: str) -> None:
        """Deliver a delivery without a required column: nothing of it can be read."""
        dialect = Dialect(delimiter=";")
        cells = render(frame.drop(columns=column), dialect, stream(self.seed, f"without {day}"))
        name = f"{extract}/{day}.csv"
        writers.write(self.folder / name, cells, dialect)
        self._expect(extract, day, [name], 0, 0, 0, "columns_present")

    def mostly_bad(self, extract: str, day: date, frame: pd.DataFrame, share: float = 0.2) -> None:
        """Deliver a delivery with more faulty rows than may be let pass."""
        dialect = Dialect()
        rng = stream(self.seed, f"bad {day}")
        cells = render(frame, dialect, rng)
        self._write(extract, day, cells, dialect, make_bad(self.extracts[extract], cells, share, rng, dialect), "max_rejected_share")

    def contradictory(self, extract: str, day: date, frame: pd.DataFrame, share: float = 0.02) -> None:
        """Deliver a delivery that contradicts itself too often."""
        dialect = Dialect()
        cells, planted = make_conflicts(self.extracts[extract], render(frame, dialect, stream(self.seed, f"contradictory {day}")), share)
        self._write(extract, day, cells, dialect, planted, "max_key_conflict_share")

    def broken(self, extract: str, day: date, extension: str) -> None:
        """Deliver a file that is not what its name says."""
        name = f"{extract}/{day}.{extension}"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PK\x03\x04 sambungan terputus saat mengunggah")
        self._expect(extract, day, [name], 0, 0, 0, "unreadable_file")
