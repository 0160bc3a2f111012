"""The tree of units of the city on any day of the simulated time.

A smaller city keeps its offices and loses leaf units first, so that a few hundred employees still have every office,
some kecamatan, schools and health centres.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation import offices
from simulation.randomness import Array, hex_id

if TYPE_CHECKING:
    from datetime import date

REFERENCE = Path(__file__).parent.parent / "dbt_project" / "seeds" / "reference"
FULL_SIZE = 20_000
SCHOOLS = (("SD Negeri", 382, 17), ("SMP Negeri", 45, 44))
HEALTH_CENTRES = 41
MANY, SOME = 0.3, 0.05


@dataclass
class Unit:
    """One unit; ``general``, ``teachers`` and ``health`` are its own staff, by family of work."""

    id: str
    name: str
    kind: str
    parent: int
    office: str
    affair: str = "UMUM"
    echelon: str = ""
    area: str = ""
    is_service: bool = False
    general: float = 0.0
    teachers: float = 0.0
    health: float = 0.0
    minimum: int = 0
    services: tuple[str, ...] = ()


@dataclass
class City:
    """The units, and the two changes that happen to them: one is renamed, one moves under another office."""

    units: list[Unit]
    changed_on: date
    renamed: tuple[int, str]
    moved: tuple[int, int]
    changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = np.array([unit.name for unit in self.units], dtype=object)
        self.ids = np.array([unit.id for unit in self.units], dtype=object)
        self.offices = np.array([unit.office for unit in self.units], dtype=object)
        self.parents = np.array([unit.parent for unit in self.units])
        self.roots = [index for index, unit in enumerate(self.units) if unit.parent == 0]
        self.service_units = [index for index, unit in enumerate(self.units) if unit.services]
        self.service_of = self._nearest_service()
        renamed, name = self.renamed
        moved, parent = self.moved
        day = str(self.changed_on)
        self.changes = [
            {"kind": "renamed", "unit_id": self.units[renamed].id, "first_day": day, "name": name},
            {"kind": "moved", "unit_id": self.units[moved].id, "first_day": day, "parent_id": self.units[parent].id},
        ]

    def _nearest_service(self) -> Array:
        """For each unit the position (in ``service_units``) of the service unit that it is part of, else -1."""
        place = {unit: position for position, unit in enumerate(self.service_units)}
        found = np.full(len(self.units), -1)
        for index, unit in enumerate(self.units):  # parents come before their children
            found[index] = place.get(index, found[unit.parent] if unit.parent >= 0 else -1)
        return found

    def names_on(self, day: date) -> Array:
        """Names of all units as they are on a day."""
        names = self.names.copy()
        if day >= self.changed_on:
            names[self.renamed[0]] = self.renamed[1]
        return names

    def frame_on(self, day: date) -> pd.DataFrame:
        """Return the extract hr/unor as it is on a day."""
        parents = self.parents.copy()
        if day >= self.changed_on:
            parents[self.moved[0]] = self.moved[1]
        return pd.DataFrame(
            {
                "id": self.ids,
                "nama_unor": self.names_on(day),
                "diatasan_id": np.where(parents >= 0, self.ids[parents], ""),
                "jenis_unor": [unit.kind for unit in self.units],
                "eselon_id": [unit.echelon for unit in self.units],
                "kode_wilayah": [unit.area for unit in self.units],
                "is_layanan": ["1" if unit.is_service else "0" for unit in self.units],
            }
        )


class _Builder:
    """Adds units one below the other; ``share`` is the size of the city relative to its full size."""

    def __init__(self, seed: int, employees: int) -> None:
        self.seed = seed
        self.share = min(1.0, employees / FULL_SIZE)
        self.units: list[Unit] = []

    def keep(self, n: int, least: int = 1) -> int:
        """How many of ``n`` leaf units a city of this size has."""
        return max(min(n, least), round(n * self.share**0.4))

    def below(self, n: int) -> int:
        """How many of ``n`` small units below a division or a secretariat are kept."""
        return n if self.share > MANY else min(n, 1) if self.share > SOME else 0

    def add(self, name: str, kind: str, parent: int, office: str, **others: Any) -> int:
        index = len(self.units)
        self.units.append(Unit(hex_id(self.seed, index, name), name, kind, parent, office, **others))
        return index

    def office(self, office: offices.Office) -> int:
        is_key = office.code in {"DISHUB", "DISDUKCAPIL"}
        common: dict[str, Any] = {"affair": office.affair, "is_service": bool(office.services)}
        inner: dict[str, Any] = {"affair": office.affair}
        root = self.add(
            office.name,
            office.kind,
            0,
            office.code,
            echelon=office.echelon,
            general=office.staff * 0.03,
            minimum=1,
            services=office.services,
            **common,
        )
        secretariat = self.add("Sekretariat", "SEKRETARIAT", root, office.code, echelon="31", general=office.staff * 0.07, **inner)
        for name in ("Sub Bagian Umum", "Sub Bagian Keuangan dan Program")[: self.below(2)]:
            self.add(name, "SUB BAGIAN", secretariat, office.code, echelon="41", general=office.staff * 0.08, **inner)
        kept = office.divisions[: self.keep(len(office.divisions), 2 if is_key else 1)]
        each = office.staff * 0.7 / len(kept)
        for name in kept:
            least = 4 if is_key else 0
            division = self.add(name, "BIDANG", root, office.code, echelon="32", general=each * 0.4, minimum=least, **common)
            for section in offices.SECTIONS[: self.below(2)]:
                title = f"Seksi {section} {name.removeprefix('Bidang ').removeprefix('Bagian ')}"
                self.add(title, "SEKSI", division, office.code, echelon="41", general=each * 0.3, **common)
        for name in office.technical_units:
            self.add(name, "UPT", root, office.code, echelon="41", general=22, **common)
        return root

    def districts(self, areas: dict[str, dict[str, str]]) -> None:
        codes = [code for code, area in areas.items() if area["area_level"] == "district"]
        for position, code in enumerate(codes[: self.keep(len(codes), 3)]):
            key = f"KEC{code[-2:]}"
            common: dict[str, Any] = {"affair": "KEWILAYAHAN", "area": code, "is_service": True}
            district = self.add(
                f"Kecamatan {areas[code]['name_id']}",
                "KECAMATAN",
                0,
                key,
                echelon="31",
                general=3,
                minimum=1,
                services=offices.DISTRICT_SERVICES if position < 3 else (),
                **common,
            )
            self.add("Sekretariat", "SEKRETARIAT", district, key, echelon="32", general=7, **common)
            for section in offices.DISTRICT_SECTIONS[: self.keep(4)]:
                self.add(section, "SEKSI", district, key, echelon="41", general=4, **common)
            villages = [other for other, area in areas.items() if area["parent_area_code"] == code]
            for village in villages[: self.keep(len(villages))]:
                title = f"Kelurahan {areas[village]['name_id']}"
                self.add(title, "KELURAHAN", district, key, echelon="41", general=9, **(common | {"area": village}))

    def schools_and_health(self, areas: dict[str, dict[str, str]], roots: dict[str, int]) -> None:
        villages = [code for code, area in areas.items() if area["area_level"] == "subdistrict"]
        school: dict[str, Any] = {"affair": "PENDIDIKAN", "is_service": True, "general": 1.0}
        for label, full, teachers in SCHOOLS:
            n = max(1, round(full * self.share))
            for number in range(1, n + 1):
                area = villages[number * 7 % len(villages)]
                staff = teachers * full / n * self.share
                self.add(f"{label} {number} Medan", "SEKOLAH", roots["DISDIK"], "DISDIK", area=area, teachers=staff, **school)
        health: dict[str, Any] = {"affair": "KESEHATAN", "is_service": True}
        n = max(2, round(HEALTH_CENTRES * self.share))
        for number in range(n):
            area = villages[number * 11 % len(villages)]
            staff = 42 * HEALTH_CENTRES / n * self.share
            self.add(
                f"Puskesmas {areas[area]['name_id']}",
                "PUSKESMAS",
                roots["DINKES"],
                "DINKES",
                area=area,
                health=staff,
                general=4,
                minimum=2,
                services=offices.HEALTH_SERVICES if number < 5 else (),
                **health,
            )
        for name, people in offices.HOSPITALS:
            self.add(
                name,
                "RSUD",
                roots["DINKES"],
                "DINKES",
                echelon="31",
                health=people * 0.8 * self.share,
                general=people * 0.2,
                minimum=3,
                services=offices.HOSPITAL_SERVICES,
                **health,
            )


def _areas() -> dict[str, dict[str, str]]:
    with (REFERENCE / "ref_area.csv").open(encoding="utf-8", newline="") as stream:
        return {row["area_code"]: row for row in csv.DictReader(stream)}


def area_codes() -> list[str]:
    """Return the kelurahan of the city, where complaints come from."""
    return [code for code, area in _areas().items() if area["area_level"] == "subdistrict"]


def build_city(seed: int, employees: int, changed_on: date) -> City:
    """Return the city of a size.

    ``changed_on`` is the first day of the renamed and the moved unit in their new state.
    """
    build = _Builder(seed, employees)
    areas = _areas()
    build.add("Pemerintah Kota Medan", "PEMERINTAH DAERAH", -1, "KOTA", area="12.71")
    roots = {office.code: build.office(office) for office in offices.OFFICES}
    build.districts(areas)
    build.schools_and_health(areas, roots)
    code, name = offices.RENAMED
    unit_name, new_office = offices.MOVED_UNIT
    moved = next(index for index, unit in enumerate(build.units) if unit.name == unit_name)
    for unit in build.units:
        unit.general *= build.share
    return City(build.units, changed_on, (roots[code], name), (moved, roots[new_office]))
