"""Positions (jabatan) with the class that carries their competency standard, and the delivered standards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.offices import WEAK_OFFICE
from simulation.randomness import Array, hex_id

if TYPE_CHECKING:
    from datetime import date

    from simulation.city import City

COMPETENCIES = ("M.1", "M.2", "M.3", "M.4", "M.5", "M.6", "M.7", "M.8", "SK.1")
COMPETENCY_NAMES = (
    "Integritas",
    "Kerja Sama",
    "Komunikasi",
    "Orientasi pada Hasil",
    "Pelayanan Publik",
    "Pengembangan Diri dan Orang Lain",
    "Mengelola Perubahan",
    "Pengambilan Keputusan",
    "Perekat Bangsa",
)
TECHNICAL = {
    "PERHUBUNGAN": ("T.HUB1", "Informasi dan Pelayanan Angkutan Umum"),
    "KEPENDUDUKAN": ("T.DUK1", "Pelayanan Administrasi Kependudukan"),
    "KESEHATAN": ("T.KES1", "Keselamatan Pasien"),
    "PENDIDIKAN": ("T.PDK1", "Pembelajaran dan Asesmen"),
    "KEUANGAN": ("T.KEU1", "Pengelolaan Keuangan Daerah"),
}
CLASS_LEVELS = {
    "PELAKSANA": 1,
    "PENGAWAS": 2,
    "ADMINISTRATOR": 3,
    "JPT_PRATAMA": 4,
    "JPT_MADYA": 5,
    "JPT_UTAMA": 5,
    "JF_PEMULA": 1,
    "JF_TERAMPIL": 1,
    "JF_MAHIR": 2,
    "JF_PENYELIA": 2,
    "JF_AHLI_PERTAMA": 2,
    "JF_AHLI_MUDA": 3,
    "JF_AHLI_MADYA": 4,
    "JF_AHLI_UTAMA": 5,
}
LADDERS = (
    ("JF_TERAMPIL", "JF_MAHIR", "JF_PENYELIA"),
    ("JF_AHLI_PERTAMA", "JF_AHLI_MUDA", "JF_AHLI_MADYA", "JF_AHLI_UTAMA"),
)
ECHELON_CLASS = {
    "21": "JPT_PRATAMA",
    "22": "JPT_PRATAMA",
    "31": "ADMINISTRATOR",
    "32": "ADMINISTRATOR",
    "41": "PENGAWAS",
}
_SKILLED, _EXPERT = LADDERS
FUNCTIONAL = {
    "teachers": (("Guru", _EXPERT, (0.44, 0.36, 0.195, 0.005)),),
    "health": (
        ("Perawat", (*_SKILLED, *_EXPERT[:3]), (0.24, 0.2, 0.14, 0.24, 0.13, 0.05)),
        ("Bidan", (*_SKILLED, *_EXPERT[:2]), (0.28, 0.26, 0.18, 0.2, 0.08)),
        ("Dokter", _EXPERT, (0.42, 0.36, 0.2, 0.02)),
        ("Apoteker", _EXPERT[:3], (0.55, 0.35, 0.1)),
    ),
    "general": (
        ("Analis SDM Aparatur", _EXPERT[:3], (0.5, 0.35, 0.15)),
        ("Pranata Komputer", (*_SKILLED, *_EXPERT[:3]), (0.25, 0.1, 0.05, 0.35, 0.2, 0.05)),
        ("Arsiparis", (*_SKILLED, *_EXPERT[:2]), (0.3, 0.2, 0.1, 0.25, 0.15)),
        ("Analis Kebijakan", _EXPERT[:3], (0.4, 0.4, 0.2)),
        ("Pengawas Kelaikan", (*_SKILLED, *_EXPERT[:2]), (0.35, 0.2, 0.1, 0.25, 0.1)),
    ),
}
SHARE_OF_CRAFT = {"teachers": (1.0,), "health": (0.45, 0.25, 0.22, 0.08), "general": (0.2, 0.25, 0.2, 0.2, 0.15)}
EXECUTORS = (
    "Pengadministrasi Perkantoran",
    "Pengelola Layanan Operasional",
    "Penata Layanan Operasional",
    "Operator Layanan Operasional",
    "Pengolah Data dan Informasi",
    "Penelaah Teknis Kebijakan",
    "Petugas Informasi Angkutan Umum",
    "Petugas Loket Pelayanan",
)


@dataclass
class Jobs:
    """All positions. ``head_of`` maps a unit to the position of its head.

    ``ladders`` lists each craft's levels in order.
    """

    ids: Array
    names: Array
    types: Array
    echelons: Array
    classes: Array
    affairs: Array
    head_of: dict[int, int]
    crafts: dict[str, list[list[int]]]
    executors: list[int]

    def __post_init__(self) -> None:
        self.levels = np.array([CLASS_LEVELS[name] for name in self.classes])
        self.next_in_ladder = np.full(len(self.ids), -1)
        for ladders in self.crafts.values():
            for ladder in ladders:
                for lower, upper in pairwise(ladder):
                    if (self.classes[lower], self.classes[upper]) != ("JF_PENYELIA", "JF_AHLI_PERTAMA"):
                        self.next_in_ladder[lower] = upper

    def frame(self) -> pd.DataFrame:
        """Return the extract hr/jabatan."""
        return pd.DataFrame(
            {
                "jabatan_id": self.ids,
                "nama_jabatan": self.names,
                "jenis_jabatan_id": self.types,
                "jenjang": [name.replace("_", " ").title() if name.startswith("JF") else "" for name in self.classes],
                "eselon_id": self.echelons,
                "kelas_posisi": self.classes,
                "urusan": self.affairs,
            }
        )


def build_jobs(seed: int, city: City) -> Jobs:
    """One position for the head of every unit that has one, each functional craft on each level, and the executors."""
    rows: list[tuple[str, str, str, str, str]] = []
    head_of = {}
    for index, unit in enumerate(city.units):
        if unit.echelon:
            head_of[index] = len(rows)
            rows.append(
                (
                    f"Kepala {unit.name}" + _suffix(city, index),
                    "1",
                    unit.echelon,
                    ECHELON_CLASS[unit.echelon],
                    unit.affair,
                )
            )
    crafts: dict[str, list[list[int]]] = {}
    affair = {"teachers": "PENDIDIKAN", "health": "KESEHATAN", "general": "UMUM"}
    for family, craft_list in FUNCTIONAL.items():
        crafts[family] = []
        for name, steps, _ in craft_list:
            crafts[family].append(list(range(len(rows), len(rows) + len(steps))))
            rows += [(f"{name} {c.removeprefix('JF_').replace('_', ' ').title()}", "2", "", c, affair[family]) for c in steps]
    executors = list(range(len(rows), len(rows) + len(EXECUTORS)))
    rows += [(name, "4", "", "PELAKSANA", "PERHUBUNGAN" if "Angkutan" in name else "UMUM") for name in EXECUTORS]
    ids = np.array([hex_id(seed, "jabatan", number, row[0]) for number, row in enumerate(rows)], dtype=object)
    titles, types, echelons, classes, affairs = (np.array(column, dtype=object) for column in zip(*rows, strict=True))
    return Jobs(ids, titles, types, echelons, classes, affairs, head_of, crafts, executors)


def _suffix(city: City, index: int) -> str:
    unit = city.units[index]
    is_office = unit.parent <= 0
    return "" if is_office else f" {city.units[_office_root(city, index)].name}"


def _office_root(city: City, index: int) -> int:
    while city.units[index].parent > 0:
        index = city.units[index].parent
    return index


def standards(jobs: Jobs, city: City, versions: list[date]) -> pd.DataFrame:
    """Return the extract hr/standar_kompetensi: the nine per class, technical ones and a few higher ones per position.

    The first version is in force from its year; from the second on, those who inform about public transport need M.3
    on level 2.
    """
    rows = [
        ("", class_name, code, name, level, np.datetime64("2024-01-01"))
        for class_name, level in CLASS_LEVELS.items()
        for code, name in zip(COMPETENCIES, COMPETENCY_NAMES, strict=True)
    ]
    for unit, position in jobs.head_of.items():
        affair = city.units[unit].affair
        if affair in TECHNICAL:
            code, name = TECHNICAL[affair]
            rows.append((jobs.ids[position], "", code, name, int(jobs.levels[position]), np.datetime64("2024-01-01")))
    for family, affair in (("teachers", "PENDIDIKAN"), ("health", "KESEHATAN")):
        code, name = TECHNICAL[affair]
        for position in (position for ladder in jobs.crafts[family] for position in ladder):
            rows.append((jobs.ids[position], "", code, name, int(jobs.levels[position]), np.datetime64("2024-01-01")))
    informant = jobs.executors[EXECUTORS.index("Petugas Informasi Angkutan Umum")]
    for version in versions[1:2]:
        rows.append((jobs.ids[informant], "", "M.3", "Komunikasi", 2, np.datetime64(version)))
    columns = ("jabatan_id", "kelas_posisi", "kode_kompetensi", "nama_kompetensi", "level_standar", "berlaku_mulai")
    frame = pd.DataFrame(rows, columns=list(columns))
    frame["berlaku_mulai"] = frame["berlaku_mulai"].astype("datetime64[s]")
    return frame


def is_weak(city: City, units: Array) -> Array:
    """Who works in the office that explains public transport badly."""
    return city.offices[units] == WEAK_OFFICE
