"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")

from data_quality.contract import load_contracts
from pipelines.lake.store import Lake
from pipelines.loading.ingest import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EMPLOYEE_HEADER = [
    "NIP BARU", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN", "STATUS KEPEGAWAIAN", "KEDUDUKAN HUKUM ID", "GOL AKHIR ID", "JENIS JABATAN ID",
    "JABATAN ID", "TINGKAT PENDIDIKAN ID", "UNOR ID", "NIK",
]  # fmt: skip


def employee(number: int, **changes: str) -> dict[str, str]:
    """A clean row of hr/pegawai; ``changes`` replace cells by header."""
    month = 1 + number % 9
    row = {
        "NIP BARU": f"19900{month}15201501{1 + number % 2}{900 + number // 18:03d}", "NAMA": f"Orang {number}",
        "TANGGAL LAHIR": f"15-0{month}-1990", "JENIS KELAMIN": "LP"[number % 2], "STATUS KEPEGAWAIAN": "PNS", "KEDUDUKAN HUKUM ID": "1",
        "GOL AKHIR ID": "III/a", "JENIS JABATAN ID": "4", "JABATAN ID": "J1", "TINGKAT PENDIDIKAN ID": "40", "UNOR ID": "U1",
        "NIK": f"0000{number:012d}",
    }  # fmt: skip
    return {**row, **changes}


def write_employees(landing: Path, day: date, rows: list[dict[str, str]], name: str = "") -> Path:
    folder = landing / "hr" / "pegawai"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day.isoformat()}{name}.csv"
    lines = [";".join(EMPLOYEE_HEADER)] + [";".join(row[header] for header in EMPLOYEE_HEADER) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@contextmanager
def refusing_to_open(path: Path, error: type[OSError]) -> Iterator[None]:
    """A file that the system does not open; root, who may read everything, is told so too."""
    opened = type(path).open

    def open_but_one(self: Path, *given: Any, **named: Any) -> Any:
        if self == path:
            raise error(str(path))
        return opened(self, *given, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(path), "open", open_but_one)
        yield


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    """A landing area and a lake, both empty."""
    lake = Lake(tmp_path / "lake")
    lake.prepare(load_contracts())
    return Workplace(tmp_path / "landing", lake, (), lambda nip: f"key-{nip[-6:]}-{nip[4:8]}", batch_rows=1_000)
