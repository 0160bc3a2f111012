"""``python -m benchmarks.reading``: what reading one large file costs, Great Expectations included, and whether memory is bounded.

Each size runs in a process of its own: write a snapshot of ``hr/pegawai`` of that many rows, load it, report rows a second, CPU
microseconds a row and the highest memory of the process and of those it started.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

HEADER = (
    "NIP BARU", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN", "STATUS KEPEGAWAIAN", "KEDUDUKAN HUKUM ID", "GOL AKHIR ID", "TMT GOLONGAN",
    "JENIS JABATAN ID", "JABATAN ID", "JABATAN NAMA", "ESELON ID", "TMT JABATAN", "TINGKAT PENDIDIKAN ID", "TAHUN LULUS", "UNOR ID",
    "UNOR NAMA", "TMT CPNS", "NIP ATASAN", "NIK", "ALAMAT", "NOMOR HP",
)  # fmt: skip


def write_snapshot(path: Path, n_rows: int) -> None:
    """Distinct people; a row in 200 has a fault, a row in 500 is a duplicate of the one before."""
    first = date(1965, 1, 1)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(";".join(HEADER) + "\n")
        previous = ""
        for number in range(n_rows):
            born = first + timedelta(days=number % 12_000)
            appointed = f"{2005 + number // 10_800_000 % 20}{1 + number // 12_000 % 12:02d}"
            nip = f"{born:%Y%m%d}{appointed}{1 + number % 2}{1 + number // 144_000 % 999:03d}"
            rank = "V/z" if number % 200 == 7 else "III/a"  # noqa: PLR2004 - a place for the fault
            row = (
                f"{nip};Orang {number};{born:%d-%m-%Y};{'LP'[number % 2]};PNS;1;{rank};01-04-2020;4;J{number % 700};"
                f"Pelaksana {number % 700};99;01-01-2021;40;2005;U{number % 900};Unit {number % 900};01-03-2010;;"
                f"{number:016d};Jalan {number % 5000};0812{number:08d}\n"
            )
            stream.write(previous if number % 500 == 499 and previous else row)  # noqa: PLR2004 - a place for the repetition
            previous = row


def _load(folder: Path, n_rows: int) -> dict[str, float]:
    from data_quality.contract import contract_for, load_contracts
    from pipelines.lake.store import Lake
    from pipelines.loading.ingest import Workplace, refresh_extract
    from pipelines.privacy.pseudonyms import load_pseudonyms

    landing = folder / "landing" / "hr" / "pegawai"
    landing.mkdir(parents=True)
    write_snapshot(landing / "2026-01-01.csv", n_rows)
    lake = Lake(folder / "lake")
    lake.prepare(load_contracts())
    pseudonym = load_pseudonyms(folder / "key", lake.root, "benchmark secret of sufficient length").function()
    wall, cpu = time.monotonic(), time.process_time()
    outcome = refresh_extract(contract_for("hr/employees"), Workplace(folder / "landing", lake, (), pseudonym))
    seconds, cpu_seconds = time.monotonic() - wall, time.process_time() - cpu
    [record] = outcome.records
    return {
        "rows": record.rows_read, "accepted": record.rows_accepted, "rejected": record.rows_rejected, "duplicate": record.rows_duplicate,
        "file_mb": round((landing / "2026-01-01.csv").stat().st_size / 2**20), "wall_s": round(seconds, 1), "cpu_s": round(cpu_seconds, 1),
        "cpu_us_per_row": round(cpu_seconds / record.rows_read * 1e6, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.worker:
            print(json.dumps(_load(Path(folder), given.worker)))
            return
    for n_rows in given.rows:
        command = [sys.executable, "-m", "benchmarks.reading", "--worker", str(n_rows)]
        print(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1], flush=True)  # noqa: S603 - a fixed command


if __name__ == "__main__":
    main()
