"""Files of offices with every kind of fault in them, and where each fault is. All people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter

from tests.conftest import employee

if TYPE_CHECKING:
    from pathlib import Path

HEADER = [
    "NIP BARU", "NAMA", "GELAR DEPAN", "TANGGAL LAHIR", "JENIS KELAMIN", "STATUS KEPEGAWAIAN", "KEDUDUKAN HUKUM ID", "GOL AKHIR ID",
    "TMT GOLONGAN", "JENIS JABATAN ID", "JABATAN ID", "JABATAN NAMA", "ESELON ID", "TMT JABATAN", "TINGKAT PENDIDIKAN ID", "TAHUN LULUS",
    "UNOR ID", "UNOR NAMA", "TMT CPNS", "NIP ATASAN", "NIK", "HOBI", "GLR BELAKANG",
]  # fmt: skip
N_CLEAN = 460
FIRST_FAULTY = 12
NO_DAY = "tanggal itu tidak ada di kalender"
CONFLICT_ROW, CONFLICT_WITH = 470, 7
DUPLICATE_ROW, DUPLICATE_OF = 471, 8
OVERFULL_ROW = 472


def column(header: str) -> str:
    """The letter of a column."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[HEADER.index(header)]


@dataclass(frozen=True)
class Fault:
    """What is written into a clean row, and what has to be said of it: the rule, the columns, the value shown, the suggestion."""

    check_id: str
    headers: tuple[str, ...]
    changes: dict[str, str]
    shown: str
    suggestion: str = ""


def _one(check_id: str, header: str, text: str, shown: str, suggestion: str = "") -> Fault:
    return Fault(check_id, (header,), {header: text}, shown, suggestion)


def _blank(check_id: str, header: str) -> Fault:
    return _one(check_id, header, "", "(kosong)")


FAULTS = (
    _one("employee_key.nip_rounded", "NIP BARU", "1,99003E+17", "9,99999E+99"),
    _one("employee_key.nip_rounded", "NIP BARU", "199001152015011000", "999999999999999999"),
    _one("employee_key.nip_shape", "NIP BARU", "19900115201501190", "99999999999999999"),
    _one("employee_key.nip_date", "NIP BARU", "199013152015011900", "999999999999999999"),
    _blank("employee_key.required", "NIP BARU"),
    _one("full_name.required", "NAMA", "-", "-"),
    _blank("birth_year.required", "TANGGAL LAHIR"),
    _one("birth_year.unreadable", "TANGGAL LAHIR", "31-02-1990", "31-02-1990", NO_DAY),
    _one("birth_year.unreadable", "TANGGAL LAHIR", "02-31-1990", "02-31-1990", NO_DAY),
    Fault(
        "birth_year.range", ("TANGGAL LAHIR",),
        {"TANGGAL LAHIR": "15-01-1930", "NIP BARU": "193001151955011901", "JENIS KELAMIN": "L"}, "15-01-1930",
    ),
    _blank("sex.required", "JENIS KELAMIN"),
    _one("sex.unknown_code", "JENIS KELAMIN", "Prria", "Prria", "mungkin maksudnya: Pria"),
    _one("sex.unknown_code", "JENIS KELAMIN", "X", "X", "pilihan: P, L"),
    _blank("employment_status.required", "STATUS KEPEGAWAIAN"),
    _one("employment_status.unknown_code", "STATUS KEPEGAWAIAN", "Honorer", "Honorer", "pilihan: CPNS, PNS, PPPK"),
    _blank("legal_status_code.required", "KEDUDUKAN HUKUM ID"),
    _one("legal_status_code.unknown_code", "KEDUDUKAN HUKUM ID", "Aktip", "Aktip", "mungkin maksudnya: Aktif"),
    _blank("rank_code.required", "GOL AKHIR ID"),
    _one("rank_code.unknown_code", "GOL AKHIR ID", "III/e", "III/e", "mungkin maksudnya: III/d"),
    _one("rank_since_on.unreadable", "TMT GOLONGAN", "2020-13-45", "2020-13-45", NO_DAY),
    _one("rank_since_on.unreadable", "TMT GOLONGAN", "12/31/2020", "12/31/2020", "mungkin maksudnya: 31-12-2020"),
    _blank("position_type_code.required", "JENIS JABATAN ID"),
    _one(
        "position_type_code.unknown_code", "JENIS JABATAN ID", "9", "9",
        "pilihan: 1 (Jabatan Struktural), 2 (Jabatan Fungsional Tertentu), 3 (Jabatan Rangkap (Struktural dan Fungsional)), "
        "4 (Jabatan Fungsional Umum)",
    ),
    _blank("position_id.required", "JABATAN ID"),
    _one("echelon_code.unknown_code", "ESELON ID", "IV.z", "IV.z", "mungkin maksudnya: IV.b"),
    _one("position_since_on.unreadable", "TMT JABATAN", "besok", "xxxxx"),
    _blank("education_level_code.required", "TINGKAT PENDIDIKAN ID"),
    _one("education_level_code.unknown_code", "TINGKAT PENDIDIKAN ID", "Kursus", "Kursus"),
    _one("graduation_year.unreadable", "TAHUN LULUS", "19x9", "19x9"),
    _one("graduation_year.range", "TAHUN LULUS", "1890", "1890"),
    _blank("unit_id.required", "UNOR ID"),
    _one("unit_name.damaged_text", "UNOR NAMA", "Dinas\x07 Kesehatan", "Dinas  Kesehatan"),
    _one("appointed_on.unreadable", "TMT CPNS", "31-13-2015", "31-13-2015", NO_DAY),
    _one("supervisor_key.nip_shape", "NIP ATASAN", "12345", "99999"),
    _one("supervisor_key.nip_rounded", "NIP ATASAN", "1.98E+17", "9.99E+99"),
    _one("supervisor_key.nip_date", "NIP ATASAN", "198002302005011002", "999999999999999999"),
    Fault(
        "rank_fits_employment", ("STATUS KEPEGAWAIAN", "GOL AKHIR ID"), {"GOL AKHIR ID": "IX"},
        "F: PNS | H: IX", "STATUS KEPEGAWAIAN berarti PNS; GOL AKHIR ID berarti PPPK",
    ),
    Fault(
        "nip_fits_employment", ("STATUS KEPEGAWAIAN", "NIP BARU"),
        {"NIP BARU": "199003152025212901", "TANGGAL LAHIR": "15-03-1990", "JENIS KELAMIN": "P"},
        "F: PNS | A: 999999999999999999", "STATUS KEPEGAWAIAN berarti PNS; NIP BARU berarti PPPK",
    ),
    Fault("birth_date_fits_nip", ("TANGGAL LAHIR", "NIP BARU"), {"TANGGAL LAHIR": "16-08-1991"}, "D: 16-08-1991 | A: 999999999999999999"),
    Fault(
        "sex_fits_nip", ("JENIS KELAMIN", "NIP BARU"), {"NIP BARU": "199004152015011955", "TANGGAL LAHIR": "15-04-1990", "JENIS KELAMIN": "P"},
        "E: P | A: 999999999999999999", "JENIS KELAMIN berarti P; NIP BARU berarti L",
    ),
    Fault("appointment_fits_nip", ("TMT CPNS", "NIP BARU"), {"TMT CPNS": "01-02-2015"}, "S: 01-02-2015 | A: 999999999999999999"),
    Fault(
        "adult_at_appointment", ("TMT CPNS", "NIP BARU"),
        {"NIP BARU": "199702152015012956", "TANGGAL LAHIR": "15-02-1997", "JENIS KELAMIN": "P"}, "S: 01-01-2015 | A: 999999999999999999",
    ),
)  # fmt: skip
WARNINGS = frozenset(
    {"graduation_year.range", "birth_date_fits_nip", "sex_fits_nip", "appointment_fits_nip", "adult_at_appointment", "duplicate_row"}
)


def person(number: int, **changes: str) -> dict[str, str]:
    """A clean row with every column; the name has no digits, as names have none."""
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}")
    more = {
        "NAMA": f"Rahmatsyah Hasib{name}", "GELAR DEPAN": "Drs.", "TMT GOLONGAN": "25-04-2020", "JABATAN NAMA": "Pengelola Data",
        "ESELON ID": "", "TMT JABATAN": "2021-01-04", "TAHUN LULUS": "2012", "UNOR NAMA": "Dinas Kesehatan", "TMT CPNS": "01-01-2015",
        "NIP ATASAN": "198001152005011002", "NIK": f"12710{number:011d}", "HOBI": "berenang", "GLR BELAKANG": "",
    }  # fmt: skip
    return {**employee(number), **more, **changes}


def faulty_rows() -> list[dict[str, str]]:
    rows = [person(number) for number in range(N_CLEAN)]
    for at, fault in enumerate(FAULTS):
        rows[FIRST_FAULTY + at].update(fault.changes)
    rows += [person(number) for number in range(N_CLEAN, CONFLICT_ROW - 2)]
    rows.append({**rows[CONFLICT_WITH - 2], "UNOR ID": "U2", "TAHUN LULUS": "2013"})
    rows.append(dict(rows[DUPLICATE_OF - 2]))
    rows.append(person(len(rows)))
    rows.append({**person(len(rows)), "JABATAN NAMA": '=HYPERLINK("x")', "UNOR NAMA": "@SUM(A1)", "HOBI": "-2+3"})
    return rows


def expected_places() -> set[tuple[str, int, str]]:
    """Rule, row and columns of everything that is to be found in ``write_faulty_employees``."""
    found = {(f.check_id, FIRST_FAULTY + at + 2, ", ".join(map(column, f.headers))) for at, f in enumerate(FAULTS)}
    found |= {("key_conflict", CONFLICT_WITH, "A"), ("key_conflict", CONFLICT_ROW, "A"), ("duplicate_row", DUPLICATE_ROW, "A")}
    found |= {("sex_fits_nip", row, "E, A") for check_id, row, _ in found if check_id == "sex.unknown_code"}  # no code fits a NIP
    found |= {("appointment_fits_nip", row, "S, A") for check_id, row, _ in found if check_id == "birth_year.range"}  # by its NIP, in 1955
    return found | {("row.too_many_cells", OVERFULL_ROW, "X")}


def write_faulty_employees(folder: Path, name: str = "2026-01-01.csv") -> Path:
    """A file of hr/pegawai with about forty faults; row 472 has one cell too many."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[row[header] for header in HEADER] for row in faulty_rows()]
    rows[OVERFULL_ROW - 2].append("lebih")
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' if '"' in cell else cell for cell in row] for row in rows]
    path = folder / name
    path.write_text("\n".join(";".join(cells) for cells in [HEADER, *quoted]) + "\nJumlah;472\n", encoding="utf-8")
    return path


# --- a workbook with a letterhead ------------------------------------------------------------------------------------------

ASSESSMENT_HEADER = [
    "No",
    "NIP",
    "Nama",
    "Jabatan",
    "Perangkat Daerah",
    "Tanggal Penilaian",
    "Tujuan",
    "Integritas",
    "Kerjasama",
    "M.3",
    "JPM",
]
LETTERHEAD = ["PEMERINTAH KOTA MEDAN", "BADAN KEPEGAWAIAN DAN PENGEMBANGAN SDM", "Rekapitulasi Penilaian Kompetensi Tahun 2025"]
HEADER_ROW = 5
N_ASSESSED = 60
ASSESSMENT_FAULTS = {
    10: ("level.range", "H", {"Integritas": 7}, "7"),
    12: ("level.unreadable", "I", {"Kerjasama": "tiga"}, "xxxx"),
    14: ("level.range", "H, J", {"Integritas": 6, "M.3": -1}, "H: 6 | J: -1"),
    16: ("employee_key.nip_rounded", "B", {"NIP": 1.99001152015e17}, "9.99999999999e+99"),
    18: ("assessed_on.unreadable", "F", {"Tanggal Penilaian": "31-09-2025"}, "31-09-2025"),
    20: ("purpose.unknown_code", "G", {"Tujuan": "Pemetan"}, "Pemetan"),
}


def assessment(number: int, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "No": number, "NIP": f"19900{1 + number % 9}15201501{1 + number % 2}{700 + number // 18:03d}", "Nama": f"Tiurma Sitohang {number}",
        "Jabatan": "Analis", "Perangkat Daerah": "Dinas Kesehatan", "Tanggal Penilaian": "15-09-2025", "Tujuan": "PEMETAAN",
        "Integritas": 3, "Kerjasama": 2, "M.3": 4, "JPM": 85.5,
    }  # fmt: skip
    return {**row, **changes}


def write_faulty_assessments(folder: Path) -> Path:
    """A workbook of evaluation/penilaian_kompetensi: letterhead, table from row 5, total and signature below."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "2026-02-01.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Rekap 2025")
        book.add_worksheet("Petunjuk").write("A1", "Isilah lembar pertama")
        for at, text in enumerate(LETTERHEAD):
            sheet.write(at, 2, text)
        sheet.write_row(HEADER_ROW - 1, 0, ASSESSMENT_HEADER)
        for number in range(N_ASSESSED):
            row = HEADER_ROW + 1 + number
            changes = ASSESSMENT_FAULTS[row][2] if row in ASSESSMENT_FAULTS else {}
            sheet.write_row(row - 1, 0, [assessment(number, **changes)[header] for header in ASSESSMENT_HEADER])
        last = HEADER_ROW + N_ASSESSED
        sheet.write_row(last, 2, ["Jumlah", N_ASSESSED])
        sheet.write(last + 3, 8, "Kepala Badan")
        sheet.write(last + 7, 8, "NIP. 197001151995031001")
    return path


def write_two_sheets(folder: Path) -> Path:
    """Two rounds in one workbook; the second sheet repeats a person of the first, contradicts another and has a level of 9."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "2026-03-01.xlsx"
    rounds = {
        "Gelombang I": [assessment(number) for number in range(400)],
        "Gelombang II": [assessment(3), assessment(4, Integritas=1), assessment(401, Integritas=9), *map(assessment, range(402, 450))],
    }
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in rounds.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate([dict(zip(ASSESSMENT_HEADER, ASSESSMENT_HEADER, strict=True)), *rows]):
                sheet.write_row(at, 0, [row[header] for header in ASSESSMENT_HEADER])
    return path
