"""Faults in rows: what offices get wrong, and which rule has to find it.

A row gets one fault only, so that the reason for which it is rejected is known. Where losing a row would distort
history (units, positions, standards, catalogue) the faulty rows are additional ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.dialects import TIMESTAMPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.dialects import Dialect

    Cells = dict[str, np.ndarray[Any, Any]]
    Change = Callable[[dict[str, str], Dialect], dict[str, str]]

SHARE = 0.003
LEAST_ROWS = 30
MOST = 60
CONFLICT_SHARE = 0.0004
LEAST_ROWS_FOR_CONFLICT = 450
ADDED = frozenset({"hr/unor", "hr/jabatan", "hr/standar_kompetensi", "evaluation/pelatihan_katalog"})
LAST_WINS = frozenset({"evaluation/pelatihan_peserta", "evaluation/anggaran_pelatihan", "feedback/lapor"})
_BLANKS = frozenset({"", "-", "NULL"})
_LONG_AGO = datetime(2009, 1, 5, 8, 0)


@dataclass(frozen=True)
class CellFault:
    """One way to spoil a row; ``needs`` are columns that must be filled for the rule to be able to speak."""

    kind: str
    rule: str
    change: Change
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planted:
    """A fault with the position of its row among the rows of data."""

    position: int
    kind: str
    fate: str
    rule: str | None
    key: str


def _set(column: str, value: str) -> Change:
    return lambda row, dialect: {column: value}


def _put(kind: str, column: str, name: str, rule: str, value: str) -> CellFault:
    return CellFault(kind, f"{name}.{rule}", _set(column, value), (column,))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _nips(column: str) -> tuple[CellFault, ...]:
    def make(kind: str, rule: str, spoil: Callable[[str], str]) -> CellFault:
        return CellFault(kind, f"employee_key.{rule}", lambda row, dialect: {column: spoil(_digits(row[column]))}, (column,))

    return (
        make("NIP in scientific notation", "nip_rounded", lambda nip: f"{nip[0]}.{nip[1:6]}E+17"),
        make("NIP too short", "nip_shape", lambda nip: nip[:17]),
        make("NIP with an impossible birth date", "nip_date", lambda nip: f"{nip[:4]}0230{nip[8:]}"),
        make("NIP rounded to zeros", "nip_rounded", lambda nip: f"{nip[:15]}000"),
        CellFault("NIP missing", "employee_key.required", _set(column, ""), (column,)),
    )


def _missing(column: str, name: str) -> CellFault:
    return CellFault(f"{column} missing", f"{name}.required", _set(column, ""), (column,))


def _unreadable(column: str, name: str, value: str = "31-02-2026") -> CellFault:
    return _put(f"{column} unreadable", column, name, "unreadable", value)


def _unknown(column: str, name: str, value: str) -> CellFault:
    return _put(f"{column} unknown code", column, name, "unknown_code", value)


def _range(column: str, name: str, value: str) -> CellFault:
    return _put(f"{column} out of range", column, name, "range", value)


def _too_early(column: str, other: str, rule: str) -> CellFault:
    def change(row: dict[str, str], dialect: Dialect) -> dict[str, str]:
        write = dialect.moment_text if column in TIMESTAMPS else lambda moment: dialect.date_text(moment.date())
        return {column: write(_LONG_AGO)}

    return CellFault(f"{column} before {other}", rule, change, (column, other))


def _wrong_rank(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    return {"gol_akhir_id": "31" if row["status_kepegawaian"] == "PPPK" else "IX"}


def _wrong_nip(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    """Make a PNS with the number of a work agreement where the month of appointment belongs, or a PPPK with a month."""
    nip = _digits(row["nip_baru"])
    return {"nip_baru": f"{nip[:12]}{'01' if row['status_kepegawaian'] == 'PPPK' else '21'}{nip[14:]}"}


def _both_or_none(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    return {"kelas_posisi": "", "jabatan_id": ""}


FAULTS: dict[str, tuple[CellFault, ...]] = {
    "hr/pegawai": (
        *_nips("nip_baru"),
        _missing("nama", "full_name"),
        _missing("unor_id", "unit_id"),
        _unreadable("tmt_jabatan", "position_since_on"),
        _unreadable("tanggal_lahir", "birth_year", "32-13-1980"),
        _unknown("gol_akhir_id", "rank_code", "99"),
        _unknown("kedudukan_hukum_id", "legal_status_code", "ZZ"),
        _unknown("tingkat_pendidikan_id", "education_level_code", "77"),
        _unknown("jenis_kelamin", "sex", "X"),
        _unknown("jenis_jabatan_id", "position_type_code", "8"),
        CellFault("rank of another kind of employment", "rank_fits_employment", _wrong_rank, ("gol_akhir_id",)),
        CellFault("NIP of another kind of employment", "nip_fits_employment", _wrong_nip, ("nip_baru",)),
    ),
    "hr/unor": (
        _missing("nama_unor", "unit_name"),
        _put("area code without dots", "kode_wilayah", "area_code", "pattern", "127101"),
        CellFault("eselon_id unknown code", "echelon_code.unknown_code", _set("eselon_id", "77")),
    ),
    "hr/jabatan": (
        _missing("nama_jabatan", "position_name"),
        _unknown("kelas_posisi", "position_class", "STAF"),
        _unknown("jenis_jabatan_id", "position_type_code", "8"),
    ),
    "hr/standar_kompetensi": (
        _range("level_standar", "required_level", "7"),
        _put("unknown competency", "kode_kompetensi", "competency_code", "pattern", "X.9"),
        CellFault("neither class nor position", "class_or_position", _both_or_none),
        CellFault("class and position", "class_and_position", _set("jabatan_id", "0" * 32), ("kelas_posisi",)),
        _unreadable("level_standar", "required_level", "tinggi"),
        _unreadable("berlaku_mulai", "valid_from"),
    ),
    "hr/hukuman_disiplin": (
        _too_early("akhir_hukuman_tanggal", "hukuman_tanggal", "end_after_start"),
        _unknown("jenis_hukuman_id", "penalty_code", "99"),
        *_nips("nip_baru"),
    ),
    "evaluation/penilaian_kompetensi": (
        _range("M.4", "level", "7"),
        _unreadable("M.2", "level", "B"),
        *_nips("nip"),
        _unknown("tujuan", "purpose", "LAINNYA"),
        _unreadable("tanggal_penilaian", "assessed_on"),
        _missing("tanggal_penilaian", "assessed_on"),
    ),
    "evaluation/kinerja": (
        *_nips("nip"),
        _range("tahun", "year", "1899"),
        _unknown("periode", "period", "TW9"),
        _unknown("hasil_kerja", "work_rating", "LUAR BIASA"),
        _missing("perilaku_kerja", "behaviour_rating"),
        _unreadable("waktu_dinilai", "rated_at", "kemarin sore"),
    ),
    "evaluation/pelatihan_katalog": (
        _range("jumlah_jp", "hours_jp", "5000"),
        _unknown("jenis_diklat_id", "training_type_code", "88"),
        _missing("kode_kompetensi", "competency_codes"),
        _range("level_sasaran", "target_level", "6"),
    ),
    "evaluation/pelatihan_peserta": (
        _unknown("status", "status", "MUNGKIN"),
        _too_early("tanggal_selesai", "tanggal_mulai", "end_after_start"),
        _range("nilai_pre", "pre_score", "150"),
        _unreadable("tanggal_undangan", "invited_on"),
        _missing("kode_program", "programme_id"),
        _unreadable("biaya", "cost_idr", "gratis"),
        _range("kepuasan_peserta", "satisfaction", "9"),
        *_nips("nip"),
    ),
    "evaluation/anggaran_pelatihan": (
        _range("pagu", "allocated_idr", "-5000000"),
        _unknown("komponen", "component", "LAIN-LAIN"),
        _unreadable("pagu", "allocated_idr", "dua juta"),
        _missing("unor_id", "unit_id"),
    ),
    "feedback/skm": (
        _unknown("u3", "u3", "5"),
        _unreadable("tanggal", "responded_on"),
        _missing("jenis_layanan", "service_name"),
        _unreadable("umur", "age_band", "dewasa"),
        _missing("tanggal", "responded_on"),
        _unknown("u9", "u9", "puas"),
        _unknown("jk", "sex", "X"),
        _missing("id_responden", "response_id"),
    ),
    "feedback/lapor": (
        _too_early("tanggal_respon", "tanggal_masuk", "responded_after_received"),
        _unknown("status", "status", "Hilang"),
        _unknown("klasifikasi", "classification", "KELUHAN"),
        _unreadable("tanggal_masuk", "received_at", "besok pagi"),
        _too_early("tanggal_ditutup", "tanggal_masuk", "closed_after_received"),
        _missing("tanggal_masuk", "received_at"),
    ),
}
_CONFLICTS = {
    "hr/pegawai": ("tahun_lulus", "1999", "2000"),
    "hr/hukuman_disiplin": ("jenis_hukuman_id", "22", "1"),
    "evaluation/penilaian_kompetensi": ("metode", "Wawancara", "Simulasi"),
    "evaluation/kinerja": ("hasil_akhir", "Belum Final", "Final"),
    "feedback/skm": ("loket", "Loket 9", "Loket 8"),
}
KEYS = {
    "hr/standar_kompetensi": ("kelas_posisi", "jabatan_id", "kode_kompetensi", "berlaku_mulai"),
    "hr/jabatan": ("jabatan_id",),
    "hr/pegawai": ("nip_baru",),
    "evaluation/penilaian_kompetensi": ("nip", "tanggal_penilaian", "tujuan"),
    "evaluation/kinerja": ("nip", "tahun", "periode", "is_skp_plt_plh_pjb"),
    "evaluation/pelatihan_katalog": ("kode_program",),
    "evaluation/anggaran_pelatihan": ("tahun", "unor_id", "komponen"),
    "feedback/skm": ("id_responden",),
    "feedback/lapor": ("tracking_id",),
}


class Planter:
    """Plants faults, delivery after delivery; remembers whom it has hit, so that nobody is hit twice."""

    def __init__(self) -> None:
        self._hit: dict[str, set[str]] = {}
        self._turn: dict[str, int] = {}

    def plant(self, folder: str, cells: Cells, dialect: Dialect, rng: np.random.Generator) -> tuple[Cells, list[Planted]]:
        """Faulty cells, and what was planted where."""
        n = len(next(iter(cells.values())))
        if n < LEAST_ROWS:
            return cells, []
        n_cells = min(MOST, max(2 if n >= 4 * LEAST_ROWS else 1, round(n * SHARE)))
        n_pairs = max(1, round(n * CONFLICT_SHARE)) if folder in _CONFLICTS and n >= LEAST_ROWS_FOR_CONFLICT else 0
        n_twice = 1 + n_cells // 8
        free = self._free(folder, cells, n, rng)
        twice, pairs, rest = free[:n_twice], free[n_twice : n_twice + n_pairs], free[n_twice + n_pairs :]
        faults = self._choose(folder, cells, rest, n_cells)
        copied = np.concatenate([twice, pairs, np.array([at for at, _ in faults], dtype=int) if folder in ADDED else rest[:0]])
        order = np.insert(np.arange(n), copied + 1, copied)
        spoiled = {name: column[order] for name, column in cells.items()}
        first = np.searchsorted(order, np.arange(n))
        planted = [self._twice(folder, spoiled, int(first[at])) for at in twice]
        for at in pairs:
            planted += self.conflict(folder, spoiled, int(first[at]))
        for at, fault in faults:
            planted.append(self.spoil(folder, spoiled, int(first[at]) + (folder in ADDED), fault, dialect))
        return spoiled, planted

    def _free(self, folder: str, cells: Cells, n: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
        """Rows in random order that have not been hit before. The last row stays whole: below it come totals."""
        hit = self._hit.setdefault(folder, set())
        order = rng.permutation(n - 1)
        return np.array([at for at in order if _key(folder, cells, int(at)) not in hit], dtype=int) if hit else order

    def _choose(self, folder: str, cells: Cells, rows: np.ndarray[Any, Any], n: int) -> list[tuple[int, CellFault]]:
        """Return a fault for each of ``n`` rows; every kind has its turn."""
        kinds = FAULTS[folder]
        chosen: list[tuple[int, CellFault]] = []
        taken: set[int] = set()
        for turn in range(self._turn.get(folder, 0), self._turn.get(folder, 0) + n):
            fault = kinds[turn % len(kinds)]
            fits = lambda at, fault=fault: all(cells[name][at] not in _BLANKS for name in fault.needs)  # noqa: E731
            at = next((int(at) for at in rows if int(at) not in taken and fits(at)), None)
            if at is not None:
                taken.add(at)
                chosen.append((at, fault))
        self._turn[folder] = self._turn.get(folder, 0) + n
        return chosen

    def spoil(self, folder: str, cells: Cells, at: int, fault: CellFault, dialect: Dialect) -> Planted:
        key = _key(folder, cells, at)
        self._hit.setdefault(folder, set()).add(key)
        row = {name: column[at] for name, column in cells.items()}
        for name, value in fault.change(row, dialect).items():
            cells[name][at] = value
        return Planted(at, fault.kind, "rejected", fault.rule, key)

    def _twice(self, folder: str, cells: Cells, first: int) -> Planted:
        """Of two equal rows the later counts as the duplicate, except where a later row replaces an earlier one."""
        at = first if folder in LAST_WINS else first + 1
        return Planted(at, "row repeated", "duplicate", None, _key(folder, cells, at))

    def conflict(self, folder: str, cells: Cells, first: int) -> list[Planted]:
        name, value, other = _CONFLICTS[folder]
        key = _key(folder, cells, first)
        self._hit.setdefault(folder, set()).add(key)
        cells[name][first + 1] = value if cells[name][first] != value else other
        return [Planted(at, "same key, other content", "rejected", "key_conflict", key) for at in (first, first + 1)]


def _key(folder: str, cells: Cells, at: int) -> str:
    columns = KEYS.get(folder, ("id",))
    clean = lambda name, text: _digits(text) if name.startswith("nip") else text  # noqa: E731
    return "|".join(clean(name, cells[name][at]) for name in columns)


def make_bad(folder: str, cells: Cells, share: float, rng: np.random.Generator, dialect: Dialect) -> list[Planted]:
    """Spoil a share of the rows of a delivery, all in the first way of its extract that needs nothing else."""
    n = len(next(iter(cells.values())))
    planter, fault = Planter(), FAULTS[folder][1]
    return [planter.spoil(folder, cells, int(at), fault, dialect) for at in np.sort(rng.permutation(n - 1)[: int(np.ceil(n * share))])]


def make_conflicts(folder: str, cells: Cells, share: float) -> tuple[Cells, list[Planted]]:
    """Contradict a share of the rows by a second row of the same key."""
    n = len(next(iter(cells.values())))
    chosen = np.arange(0, n - 1, max(1, int(1 / share)))
    order = np.insert(np.arange(n), chosen + 1, chosen)
    spoiled = {name: column[order] for name, column in cells.items()}
    first = np.searchsorted(order, chosen)
    return spoiled, [planted for at in first for planted in Planter().conflict(folder, spoiled, int(at))]


__all__ = ["FAULTS", "CellFault", "Planted", "Planter", "make_bad", "make_conflicts"]
