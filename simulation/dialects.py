"""How an office writes a table down: separators, encodings, dates, numbers, headers. Every dialect here is valid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.jobs import COMPETENCIES, COMPETENCY_NAMES
from simulation.people import PNS_RANKS

if TYPE_CHECKING:
    from datetime import date, datetime

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_TIMESTAMPS = frozenset({"tanggal_masuk", "tanggal_disposisi", "tanggal_respon", "tanggal_ditutup"})
MONEY = frozenset({"biaya_per_peserta", "biaya", "pagu", "realisasi", "total_belanja_daerah"})
NIPS = frozenset({"nip", "nip_baru", "nip_atasan"})
_ELEMENT_NAMES = {
    "u1": "Persyaratan",
    "u2": "Sistem, Mekanisme, dan Prosedur",
    "u3": "Waktu Penyelesaian",
    "u4": "Biaya/Tarif",
    "u5": "Produk Spesifikasi Jenis Pelayanan",
    "u6": "Kompetensi Pelaksana",
    "u7": "Perilaku Pelaksana",
    "u8": "Penanganan Pengaduan, Saran, dan Masukan",
    "u9": "Sarana dan Prasarana",
}
NAMED_HEADERS = _ELEMENT_NAMES | dict(zip(COMPETENCIES, COMPETENCY_NAMES, strict=True))
_GRADES = dict(
    zip(
        PNS_RANKS,
        [f"{roman}/{letter}" for roman in ("I", "II", "III", "IV") for letter in "abcd"] + ["IV/e"],
        strict=True,
    )
)
_RATINGS = ("DIATAS EKSPEKTASI", "SESUAI EKSPEKTASI", "DIBAWAH EKSPEKTASI")
_FORMS: dict[str, tuple[dict[str, str], ...]] = {
    "jenis_kelamin": ({}, {"M": "L", "F": "P"}, {"M": "Pria", "F": "Wanita"}),
    "jk": ({}, {"M": "L", "F": "P"}, {"M": "Laki-laki", "F": "Perempuan"}),
    "gol_akhir_id": ({}, {}, _GRADES),
    "hasil_kerja": ({}, {r: r.title() for r in _RATINGS}, {r: str(n) for n, r in enumerate(_RATINGS, start=1)}),
    "perilaku_kerja": (
        {},
        {r: r.title().replace("Di", "Di ", 1) for r in _RATINGS},
        {r: str(n) for n, r in enumerate(_RATINGS, start=1)},
    ),
    "is_layanan": ({}, {"1": "Ya", "0": "Tidak"}, {}),
    **{f"u{number}": ({}, {}, dict(zip("1234", "abcd", strict=True))) for number in range(1, 10)},
}


def is_timestamp(name: str) -> bool:
    """Whether a column has the time of day: those of SP4N-LAPOR!, and every ``waktu_``."""
    return name in _TIMESTAMPS or name.startswith("waktu_")


@dataclass(frozen=True)
class Dialect:
    """One way of writing a table. ``forms`` chooses among the written forms of codes."""

    extension: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: str = "iso"
    upper: bool = False
    decimal: str = "."
    missing: str = ""
    money: str = "plain"
    nips: str = "plain"
    forms: int = 0
    shuffled: bool = False
    named: bool = False
    extra: str | None = None
    letterhead: bool = False
    parts: int = 1

    def date_text(self, day: date) -> str:
        """Return a day as this dialect writes it.

        ``excel`` is written as ISO here and becomes a real date in the sheet.
        """
        if self.dates == "month":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        pattern = {"dmy-": "%d-%m-%Y", "dmy/": "%d/%m/%Y"}.get(self.dates, "%Y-%m-%d")
        return day.strftime(pattern)

    def moment_text(self, moment: datetime) -> str:
        """Return a moment as this dialect writes it."""
        mark = "T" if self.dates == "iso" else " "
        return f"{self.date_text(moment.date())}{mark}{moment:%H:%M:%S}"

    def labels(self, columns: list[str]) -> list[str]:
        """Return the header row."""
        labels = [NAMED_HEADERS.get(column, column) if self.named else column for column in columns]
        return [label.replace("_", " ").upper() for label in labels] if self.upper else labels


_PLAIN = (
    Dialect(),
    Dialect(delimiter=";", encoding="utf-8-sig", dates="dmy-", decimal=",", forms=1),
    Dialect(delimiter=";", dates="dmy/", upper=True, missing="-", decimal=",", forms=2),
    Dialect(extension="csv.gz", missing="NULL"),
    Dialect(delimiter="\t", dates="dmy-", forms=1),
)
_SPECIAL: dict[tuple[str, int], dict[str, Any]] = {
    ("hr/pegawai", 1): {"nips": "apostrophe"},
    ("hr/pegawai", 2): {"shuffled": True, "extra": "kode_pos"},
    ("hr/pegawai", 4): {"nips": "nbsp"},
    ("hr/pegawai", 5): {"encoding": "utf-16", "extension": "csv"},
    ("hr/pegawai", 6): {"parts": 2},
    ("hr/unor", 3): {"shuffled": True},
    ("hr/jabatan", 0): {"extension": "parquet", "dates": "iso"},
    ("hr/standar_kompetensi", 1): {"extension": "xlsx", "dates": "excel", "letterhead": True},
    ("hr/hukuman_disiplin", 1): {"dates": "month"},
    ("evaluation/anggaran_pelatihan", 1): {"money": "rupiah"},
    ("evaluation/anggaran_pelatihan", 2): {"money": "thousands"},
    ("evaluation/anggaran_pelatihan", 4): {"extension": "xlsx", "dates": "excel", "upper": True},
    ("evaluation/pelatihan_peserta", 3): {"extra": "Catatan Panitia"},
    ("evaluation/kinerja", 1): {"nips": "spaced"},
    ("feedback/skm", 0): {"encoding": "cp1252", "extension": "csv"},
    ("feedback/skm", 1): {"named": True},
    ("feedback/skm", 3): {"extension": "parquet", "dates": "iso", "missing": ""},
    ("feedback/lapor", 2): {"shuffled": True},
}


def dialect_for(folder: str, number: int) -> Dialect:
    """Return the dialect of the ``number``-th delivery of an extract."""
    if folder == "evaluation/penilaian_kompetensi":
        return Dialect(
            extension="xlsx",
            dates=("excel", "month")[number % 2],
            upper=number % 3 == 2,
            named=number % 2 == 1,
            letterhead=True,
        )
    plain = _PLAIN[(number + len(folder)) % len(_PLAIN)]
    if folder == "evaluation/kinerja" and number % 2:
        plain = replace(plain, extension="csv.gz")
    return replace(plain, **_SPECIAL.get((folder, number), {}))


def render(frame: pd.DataFrame, dialect: Dialect, rng: np.random.Generator) -> dict[str, np.ndarray[Any, Any]]:
    """All cells as text, in the order in which the file has its columns."""
    columns = [str(column) for column in frame.columns]
    if dialect.shuffled:
        columns = [columns[0], *(columns[1 + at] for at in rng.permutation(len(columns) - 1))]
    if dialect.named and "u8" in columns:
        swap = {"u8": "u9", "u9": "u8"}
        columns = [swap.get(column, column) for column in columns]
    cells = {column: _column(column, frame[column], dialect) for column in columns}
    if dialect.extra:
        cells[dialect.extra] = np.full(len(frame), "tidak diumumkan", dtype=object)
    return cells


def _column(name: str, column: pd.Series[Any], dialect: Dialect) -> np.ndarray[Any, Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        write = dialect.moment_text if is_timestamp(name) else lambda moment: dialect.date_text(moment.date())
        return _each(column, write, dialect.missing)
    if pd.api.types.is_float_dtype(column) or name in MONEY:
        return _each(column, lambda number: _number_text(number, dialect, is_money=name in MONEY), dialect.missing)
    texts = column.astype(str).to_numpy(dtype=object)
    forms = _FORMS.get(name, ({},))
    chosen = forms[dialect.forms % len(forms)]
    if chosen:
        texts = np.array([chosen.get(text, text) for text in texts], dtype=object)
    if name in NIPS and dialect.nips != "plain":
        texts = np.array([_nip_text(text, dialect.nips) for text in texts], dtype=object)
    if dialect.missing:
        texts = np.where(texts == "", dialect.missing, texts)
    return texts


def _each(column: pd.Series[Any], write: Any, missing: str) -> np.ndarray[Any, Any]:
    """Every distinct value written once."""
    codes, distinct = pd.factorize(column)
    texts = np.array([*(write(value) for value in distinct), missing], dtype=object)
    return texts[codes]


def _number_text(number: float, dialect: Dialect, *, is_money: bool) -> str:
    if is_money:
        plain = str(int(number))
        if dialect.money == "plain":
            return plain
        grouped = f"{int(number):,}".replace(",", ".")
        return f"Rp {grouped}" if dialect.money == "rupiah" else grouped
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", dialect.decimal)


def _nip_text(nip: str, style: str) -> str:
    if not nip:
        return nip
    if style == "spaced":
        return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    return f"'{nip}" if style == "apostrophe" else f"\u00a0{nip}"
