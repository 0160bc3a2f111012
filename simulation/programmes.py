"""The training programmes, and what each of them truly does to those who complete it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Programme:
    """One programme. ``wave`` is how people come to it: whole service units (``units``), many people or few."""

    code: str
    name: str
    kind: str
    method: str
    hours: int
    competencies: tuple[str, ...]
    target_level: int
    capacity: int
    cost: int
    wave: str
    audience: str
    competence: float
    rating: float
    satisfaction: float


_MAIN = (
    # name, kind, method, hours, competencies, target, wave, audience, competence, rating, satisfaction
    ("Pelayanan Prima", "3", "KLASIKAL", 24, "M.5", 2, "units", "all", 0.50, 0.06, 6.0),
    ("Informasi Angkutan Umum bagi Petugas", "3", "KLASIKAL", 16, "M.3", 2, "units", "DISHUB", 0.70, 0.05, 8.0),
    ("Komunikasi Pelayanan Publik", "3", "NONKLASIKAL", 16, "M.3", 2, "units", "all", 0.40, 0.03, 4.0),
    ("Budaya Kerja BerAKHLAK", "7", "E-LEARNING", 8, "M.1;SK.1", 2, "many", "all", 0.0, 0.0, 0.0),
    ("Penanganan Pengaduan", "8", "KLASIKAL", 16, "M.5;M.3", 2, "units", "all", 0.25, 0.02, 3.0),
    ("Kepemimpinan Pengawas", "1", "KLASIKAL", 80, "M.4;M.7;M.8", 3, "many", "leaders", 0.60, 0.10, 0.0),
    ("Asesmen Pembelajaran", "2", "E-LEARNING", 32, "M.4;M.6", 3, "many", "teachers", 0.35, 0.05, 0.0),
    ("Keselamatan Pasien", "2", "KLASIKAL", 24, "M.2;M.8", 2, "many", "health", 0.45, 0.04, 0.0),
    ("Manajemen Perubahan", "5", "NONKLASIKAL", 24, "M.7", 3, "many", "all", 0.30, 0.00, 0.0),
    ("Integritas dan Antikorupsi", "6", "E-LEARNING", 8, "M.1", 2, "many", "all", 0.15, 0.02, 0.0),
    ("Kerja Sama Tim", "5", "KLASIKAL", 16, "M.2", 2, "many", "general", 0.55, 0.03, 0.0),
    ("Pengambilan Keputusan", "5", "KLASIKAL", 24, "M.8", 3, "many", "leaders", 0.40, 0.06, 0.0),
)
_SMALL_TOPICS = (
    ("Pengelolaan Arsip", "M.4"),
    ("Statistik Sektoral", "M.8"),
    ("Penulisan Naskah Dinas", "M.3"),
    ("Pengadaan Barang dan Jasa", "M.1;M.8"),
    ("Moderasi dan Kebinekaan", "SK.1"),
    ("Coaching dan Mentoring", "M.6"),
    ("Penyusunan Anggaran", "M.4;M.8"),
)
_SMALL_FORMS = (("Bimbingan Teknis", "8"), ("Workshop", "4"), ("Seminar", "9"), ("Magang", "10"))
_METHODS = ("KLASIKAL", "NONKLASIKAL", "E-LEARNING")


def build_programmes() -> list[Programme]:
    """Twelve large programmes that can be evaluated, 28 small ones that mostly cannot, and one whose people rise without it."""
    large = [_large(number, *row) for number, row in enumerate(_MAIN, start=1)]
    small = [_small(len(large), number) for number in range(len(_SMALL_TOPICS) * len(_SMALL_FORMS))]
    unmoved = (0.0, 0.0, 0.0)
    talent = Programme("P041", "Pengembangan Talenta Muda", "5", "KLASIKAL", 40, ("M.6",), 3, 30, 1_000_000, "many", "rising", *unmoved)
    return [*large, *small, talent]


def _large(number: int, name: str, kind: str, method: str, hours: int, codes: str, *others: Any) -> Programme:
    """One of those that are listed with all they are; ``others`` are target, wave, audience and the three effects."""
    target, *rest = others
    cost = 150_000 * hours // 8 + 250_000
    return Programme(f"P{number:03d}", name, kind, method, hours, tuple(codes.split(";")), target, 30, cost, *rest)


def _small(n_before: int, number: int) -> Programme:
    """One of every pair of topic and form."""
    topic, codes = _SMALL_TOPICS[number % len(_SMALL_TOPICS)]
    form, kind = _SMALL_FORMS[number // len(_SMALL_TOPICS)]
    hours = (8, 16, 20, 24, 40)[number % 5]
    return Programme(
        f"P{n_before + number + 1:03d}", f"{form} {topic}", kind, _METHODS[number % 3], hours, tuple(codes.split(";")), 2 + number % 2,
        (20, 25, 40)[number % 3], 100_000 * hours // 8 + 200_000, "few", "all", 0.1 * (1 + number % 5), 0.01 * (number % 3), 0.0,
    )  # fmt: skip


def catalogue_frame(programmes: list[Programme], day: date, start: date) -> pd.DataFrame:
    """Return the extract evaluation/pelatihan_katalog; prices rise by five percent a year."""
    years = day.year - start.year
    return pd.DataFrame(
        {
            "kode_program": [p.code for p in programmes],
            "nama_program": [p.name for p in programmes],
            "jenis_diklat_id": [p.kind for p in programmes],
            "metode": [p.method for p in programmes],
            "jumlah_jp": [p.hours for p in programmes],
            "kode_kompetensi": [";".join(p.competencies) for p in programmes],
            "level_sasaran": [p.target_level for p in programmes],
            "kapasitas": [p.capacity for p in programmes],
            "biaya_per_peserta": [price(p, years) for p in programmes],
            "penyelenggara": ["BKPSDM Kota Medan" if p.wave != "few" else "Lembaga Pelatihan Contoh" for p in programmes],
        }
    )


def price(programme: Programme, years: int) -> int:
    """Rupiah a participant, ``years`` after the first year of the period."""
    return round(programme.cost * 1.05**years / 1000) * 1000
