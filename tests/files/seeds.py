"""Small healthy tables of several extracts: neighbours of hostile files, and what is mutated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tests.files import people as p
from tests.files.people import Grid, grid

N_EMPLOYEES = 60
_START = date(2025, 1, 6)


def employees() -> Grid:
    return grid(people=p.PEOPLE[:N_EMPLOYEES])


def complaints() -> Grid:
    header = [
        "TrackingID", "TanggalLaporanMasuk", "TanggalDisposisi", "tanggal_respon", "TanggalLaporanDitutup", "klasifikasi", "kategori",
        "unor_id", "status", "kanal", "kode_wilayah", "pelapor", "IsiLaporan",
    ]  # fmt: skip
    rows = []
    for n in range(80):
        received = datetime(2024, 12, 10, 7, 30) + timedelta(hours=5 * n, minutes=n)
        closed = (received + timedelta(days=4)).isoformat() if n % 3 == 0 else ""
        rows.append([
            f"LPR-{n:05d}", received.isoformat(), (received + timedelta(hours=2)).isoformat(), (received + timedelta(days=1)).isoformat(),
            closed, ("PENGADUAN", "ASPIRASI", "PERMINTAAN INFORMASI")[n % 3], "Jalan, Drainase",
            f"UNOR-{1 + n % 6:02d}", "Selesai" if closed else "Proses", "Aplikasi", "12.71.01", "Contoh",
            f"Lampu jalan mati sejak {n} hari;\nmohon \"segera\" diperbaiki – terima kasih",
        ])  # fmt: skip
    return Grid(header, rows)


def budgets() -> Grid:
    components = ("TEKNIS", "FUNGSIONAL", "MANAJERIAL", "SOSIAL_KULTURAL", "SERTIFIKASI", "PERSONEL", "PEMELIHARAAN")
    rows = [
        [str(2024 + n // 42), f"UNOR-{1 + n // 7 % 6:02d}", components[n % 7], rupiah(1_234_567 * (n + 1)), rupiah(1_000_001 * n), "7.204.500.000.000"]
        for n in range(84)
    ]  # fmt: skip
    return Grid(["tahun", "unor_id", "komponen", "pagu", "realisasi", "total_belanja_daerah"], rows)


def rupiah(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def surveys() -> Grid:
    header = ["id_responden", "tanggal", "unor_id", "jenis_layanan", "loket", "jam", "umur", "jk", "pendidikan", "pekerjaan",
              *[f"u{n}" for n in range(1, 10)], "saran"]  # fmt: skip
    rows = [
        [f"R-{n:05d}", (_START + timedelta(days=n % 5)).strftime("%d/%m/%Y"), f"UNOR-{1 + n % 6:02d}", ("KTP-el", "Akta Kelahiran")[n % 2],
         str(1 + n % 4), ("08-12", "13-17")[n % 2], str(18 + n % 50), "LP"[n % 2], "SLTA", "Swasta", *[str(1 + (n + u) % 4) for u in range(9)],
         "Ruang tunggu, tolong diperluas" if n % 4 == 0 else ""]
        for n in range(90)
    ]  # fmt: skip
    return Grid(header, rows)


def assessments() -> Grid:
    header = ["No", "NIP", "Nama", "Jabatan", "Perangkat Daerah", "Tanggal Penilaian", "Tujuan", "Penyelenggara", "Metode",
              *[f"M.{n}" for n in range(1, 9)], "SK.1", "T.4", "Total", "JPM (%)", "Kategori"]  # fmt: skip
    rows = [
        [str(n + 1), person.nip, person.name, "Analis", "Dinas", p.long_date(_START), ("PEMETAAN", "PENGISIAN")[n % 2], "UPT Contoh", "AC",
         *[str(1 + (n + c) % 5) for c in range(9)], str(n % 6), "27", f"{70 + n % 30},{n % 100:02d}", "Memenuhi Syarat"]
        for n, person in enumerate(p.PEOPLE[:50])
    ]  # fmt: skip
    return Grid(header, rows)


SEEDS: dict[str, Callable[[], Grid]] = {
    "hr/employees": employees,
    "feedback/complaints": complaints,
    "evaluation/training_budgets": budgets,
    "feedback/survey_responses": surveys,
    "evaluation/assessments": assessments,
}
