"""Two hundred invented civil servants, as values and in every written form that offices use for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from data_quality.contract import code_list

Cell = Any
"""Text, or for workbooks and Parquet a date, a number, a truth value or a ``Formula``."""
N_PEOPLE = 200
HEADERS = (
    "NIP BARU", "NAMA", "GELAR DEPAN", "GELAR BELAKANG", "TANGGAL LAHIR", "JENIS KELAMIN", "STATUS KEPEGAWAIAN", "KEDUDUKAN HUKUM ID",
    "GOL AKHIR ID", "TMT GOLONGAN", "JENIS JABATAN ID", "JABATAN ID", "JABATAN NAMA", "ESELON ID", "TMT JABATAN", "TINGKAT PENDIDIKAN ID",
    "TAHUN LULUS", "UNOR ID", "UNOR NAMA", "TMT CPNS", "NIK", "NIP ATASAN",
)  # fmt: skip
DATE_HEADERS = frozenset({"TANGGAL LAHIR", "TMT GOLONGAN", "TMT JABATAN", "TMT CPNS"})
NIP_HEADERS = frozenset({"NIP BARU", "NIP ATASAN"})
EXCEL_EPOCH = date(1899, 12, 30)

_UNITS = {
    "UNOR-01": "Dinas Pendidikan, Kebudayaan; Olahraga",
    "UNOR-02": 'Kelurahan "Kampung Baru"',
    "UNOR-03": "Bagian Umum – Sekretariat Daerah",
    "UNOR-04": "Puskesmas\nMedan Johor",
    "UNOR-05": "UPT Pasar | Kafé Rakyat",
    "UNOR-06": "Kecamatan Medan Tuntungan",
}
_POSITIONS = ("Analis Kebijakan, Ahli Muda", "Guru “Pembina”", "Pranata Komputer\nMahir", "Kepala Seksi; Tata Ruang", "Pengelola Keuangan")
_NAMES = ("Syafé'i", "Nurhayati, S.Pd", "Bonar–Tua", 'Siti "Ayu"', "Raja\nInal", "Dewi; Lestari", "Tengku")
_RANKS = ("21", "24", "31", "32", "33", "34", "41", "45")
_ECHELONS = (None, "22", "31", "42", None, "99", None)
_EDUCATION = ("05", "15", "30", "35", "40", "45", "50", "12")
_MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
_SHORT_MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agt", "Sep", "Okt", "Nop", "Des"]
_WEEKDAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]


@dataclass(frozen=True)
class Person:
    """Canonical values, as the lake should hold them (but for names, the identity number and the day of birth)."""

    nip: str
    name: str
    born_on: date
    sex: str
    status: str
    legal_status: str
    rank: str
    rank_since: date | None
    position_type: str
    position_id: str
    position_name: str
    echelon: str | None
    position_since: date
    education: str
    graduated: int | None
    unit_id: str
    appointed_on: date
    supervisor: str | None
    nik: str


def _person(number: int) -> Person:
    born = date(1966 + number % 33, 1 + number * 5 % 12, 1 + number * 7 % 28)
    appointed = date(born.year + 24, 1 + number * 7 % 12, 1)
    is_pppk = number % 10 == 3
    sex = "MF"[number // 2 % 2]
    term = "21" if is_pppk else f"{appointed.month:02d}"
    unit = sorted(_UNITS)[number * len(_UNITS) // N_PEOPLE]
    return Person(
        nip=f"{born:%Y%m%d}{appointed.year}{term}{1 + (sex == 'F')}{101 + number:03d}",
        name=f"{_NAMES[number % len(_NAMES)]} {number}",
        born_on=born,
        sex=sex,
        status="PPPK" if is_pppk else "CPNS" if number % 25 == 7 else "PNS",
        legal_status=("1", "1", "3", "15")[number % 4],
        rank=("V", "IX", "XI")[number % 3] if is_pppk else _RANKS[number % len(_RANKS)],
        rank_since=None if number % 11 == 5 else date(2016 + number % 9, (4, 10)[number % 2], 1),
        position_type="124"[number % 3],
        position_id=f"JAB-{number % 17:03d}",
        position_name=_POSITIONS[number % len(_POSITIONS)],
        echelon=_ECHELONS[number % len(_ECHELONS)],
        position_since=date(2018, 1, 1) + timedelta(days=number * 11),
        education=_EDUCATION[number % len(_EDUCATION)],
        graduated=None if number % 9 == 4 else born.year + 22,
        unit_id=unit,
        appointed_on=appointed,
        supervisor=None if number % 20 == 0 else _person(number - number % 20).nip,
        nik=f"0000{number:012d}",
    )


PEOPLE = tuple(_person(number) for number in range(N_PEOPLE))


# --- written forms ---------------------------------------------------------------------------------------------------


def iso(day: date) -> str:
    return day.isoformat()


def day_month_year(mark: str) -> Callable[[date], str]:
    return lambda day: f"{day.day:02d}{mark}{day.month:02d}{mark}{day.year}"


def month_first(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def long_date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_month(day: date) -> str:
    return f"{day.day:02d}-{_SHORT_MONTHS[day.month - 1]}-{day.year}"


def with_weekday(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]}, {long_date(day)}"


def serial(day: date) -> str:
    return str((day - EXCEL_EPOCH).days)


def rank_form(pattern: str) -> Callable[[str], str]:
    """Ranks of a PNS written by ``pattern`` of {group} (III), {letter} (a), {grade} (Penata Muda), {code}; a PPPK has Roman numbers."""

    def write(code: str) -> str:
        row = code_list("ref_rank").attributes[code]
        if not code.isdigit():
            return code
        group, letter = row["name_id"].split("/")
        return pattern.format(group=group, letter=letter, upper=letter.upper(), grade=row["grade_name_id"], code=code)

    return write


def named(codes: str) -> Callable[[str], str]:
    """Codes written by the name that the reference list gives them."""
    return lambda code: code_list(codes).attributes[code]["name_id"]


def same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Style:
    """How an office writes each kind of value."""

    date: Callable[[date], Cell] = iso
    nip: Callable[[str], Cell] = same
    sex: Callable[[str], Cell] = same
    status: Callable[[str], Cell] = same
    legal_status: Callable[[str], Cell] = same
    rank: Callable[[str], Cell] = same
    position_type: Callable[[str], Cell] = same
    echelon: Callable[[str], Cell] = same
    education: Callable[[str], Cell] = same
    year: Callable[[int], Cell] = str
    missing: Cell = ""


def written(person: Person, style: Style) -> list[Cell]:
    """A person's row under ``HEADERS``."""

    def maybe(write: Callable[[Any], Cell], value: Any) -> Cell:
        return style.missing if value is None else write(value)

    return [
        style.nip(person.nip), person.name, "Ir." if person.unit_id > "UNOR-04" else style.missing, "S.E., M.Si", style.date(person.born_on), style.sex(person.sex),
        style.status(person.status), style.legal_status(person.legal_status), style.rank(person.rank), maybe(style.date, person.rank_since),
        style.position_type(person.position_type), person.position_id, person.position_name, maybe(style.echelon, person.echelon),
        style.date(person.position_since), style.education(person.education), maybe(style.year, person.graduated), person.unit_id,
        _UNITS[person.unit_id], style.date(person.appointed_on), person.nik, maybe(style.nip, person.supervisor),
    ]  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """A table as cells: a header and rows below it, with whatever stands around them."""

    header: list[str]
    rows: list[list[Cell]]
    above: list[list[Cell]] = field(default_factory=list)
    below: list[list[Cell]] = field(default_factory=list)

    @property
    def lines(self) -> list[list[Cell]]:
        return [*self.above, self.header, *self.rows, *self.below]

    def with_header(self, rename: Callable[[str], str]) -> Grid:
        return replace(self, header=[rename(label) for label in self.header])

    def with_cells(self, header: str, change: Callable[[int, Cell], Cell]) -> Grid:
        """``change`` gets the number of the row and the cell under ``header``."""
        at = self.header.index(header)
        return replace(self, rows=[[*row[:at], change(n, row[at]), *row[at + 1 :]] for n, row in enumerate(self.rows)])

    def with_column(self, label: str, cell: Callable[[int], Cell], at: int | None = None) -> Grid:
        where = len(self.header) if at is None else at
        header = [*self.header[:where], label, *self.header[where:]]
        return replace(self, header=header, rows=[[*row[:where], cell(n), *row[where:]] for n, row in enumerate(self.rows)])

    def without(self, *labels: str) -> Grid:
        kept = [at for at, label in enumerate(self.header) if label not in labels]
        return replace(self, header=[self.header[at] for at in kept], rows=[[row[at] for at in kept] for row in self.rows])

    def in_order(self, order: list[int]) -> Grid:
        return replace(self, header=[self.header[at] for at in order], rows=[[row[at] for at in order] for row in self.rows])


def grid(style: Style | None = None, people: tuple[Person, ...] = PEOPLE) -> Grid:
    return Grid(list(HEADERS), [written(person, style or Style()) for person in people])


def expected_rows(pseudonym: Callable[[str], str]) -> pa.Table:
    """What the lake should hold of the two hundred, made from their values and from no file."""
    rows = [
        {
            "employee_key": pseudonym(p.nip), "birth_year": p.born_on.year, "sex": p.sex, "employment_status": p.status,
            "legal_status_code": p.legal_status, "rank_code": p.rank, "rank_since_on": p.rank_since, "position_type_code": p.position_type,
            "position_id": p.position_id, "position_name": p.position_name, "echelon_code": p.echelon, "position_since_on": p.position_since,
            "education_level_code": p.education, "graduation_year": p.graduated, "unit_id": p.unit_id, "unit_name": _UNITS[p.unit_id],
            "appointed_on": p.appointed_on, "supervisor_key": pseudonym(p.supervisor) if p.supervisor else None,
        }
        for p in PEOPLE
    ]  # fmt: skip
    types = {"birth_year": pa.int32(), "graduation_year": pa.int32()}
    dates = {name: pa.date32() for name in ("rank_since_on", "position_since_on", "appointed_on")}
    schema = pa.schema([pa.field(name, (types | dates).get(name, pa.string())) for name in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema).sort_by("employee_key")
