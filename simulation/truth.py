"""What the generator knows and a warehouse has to find out: planted effects, planted faults and expected counts.

The truth is written beside the landing folder, never inside it, so that nothing that reads deliveries can see it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One planted fault. ``row`` is the line (or sheet row) that an editor shows; None for a fault of a whole file."""

    extract: str
    delivery_on: str
    file: str
    row: int | None
    key: str | None
    fate: str
    rule: str | None
    kind: str


@dataclass(frozen=True)
class ExpectedDelivery:
    """What a load of one delivery must count. A delivery that cannot be opened has no rows."""

    extract: str
    folder: str
    delivery_on: str
    files: tuple[str, ...]
    rows_read: int
    rows_rejected: int
    rows_duplicate: int
    status: str
    rule: str | None

    @property
    def rows_accepted(self) -> int:
        """Rows that pass; those of a blocked delivery pass too but stay outside the warehouse."""
        return self.rows_read - self.rows_rejected - self.rows_duplicate


@dataclass(frozen=True)
class ProgrammeEffect:
    """The true effect of completing a programme (of a whole unit completing it, for satisfaction)."""

    programme_id: str
    programme_name: str
    competency_codes: tuple[str, ...]
    competence_levels: float
    rating_probability: float
    satisfaction_points: float
    n_completed: int


@dataclass
class Truth:
    """Everything planted, and everything that follows from it."""

    parameters: dict[str, Any]
    programmes: list[ProgrammeEffect] = field(default_factory=list)
    resisting_units: list[dict[str, Any]] = field(default_factory=list)
    trends: dict[str, Any] = field(default_factory=dict)
    unit_changes: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    deliveries: list[ExpectedDelivery] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        plain = asdict(self)
        for row, delivery in zip(plain["deliveries"], self.deliveries, strict=True):
            row["rows_accepted"] = delivery.rows_accepted
        return plain

    @classmethod
    def read(cls, path: Path) -> Truth:
        """The truth that ``write`` has written."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        for row in plain["deliveries"]:
            del row["rows_accepted"]
        plain["programmes"] = [
            ProgrammeEffect(**{**row, "competency_codes": tuple(row["competency_codes"])}) for row in plain["programmes"]
        ]
        plain["faults"] = [Fault(**row) for row in plain["faults"]]
        plain["deliveries"] = [ExpectedDelivery(**{**row, "files": tuple(row["files"])}) for row in plain["deliveries"]]
        return cls(**plain)

    def write(self, path: Path) -> None:
        """Write the truth as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
