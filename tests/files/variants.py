"""The same two hundred people in every form of file that offices send, and what must become of each form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.files import people as p
from tests.files import writers as w
from tests.files.people import Cell, Grid, Style, grid


@dataclass(frozen=True)
class Outcome:
    """What must become of a delivery: the same rows as the plain one, but for the rejected; or nothing, with words of why.

    ``loose`` allows that many rows beside the two hundred, rejected or left out: nobody has said which of the two they are.
    """

    blocked: str = ""
    rejected: dict[str, int] = field(default_factory=dict)
    loose: int = 0


SAME = Outcome()


@dataclass(frozen=True)
class Variant:
    """One delivery: its files by what follows the date in their names."""

    name: str
    files: Callable[[], dict[str, bytes]]
    outcome: Outcome = SAME


def single(name: str, suffix: str, content: Callable[[], bytes], outcome: Outcome = SAME) -> Variant:
    return Variant(name, lambda: {suffix: content()}, outcome)


def text(name: str, make: Callable[[], Grid] = grid, outcome: Outcome = SAME, **dialect: Any) -> Variant:
    return single(name, ".csv", lambda: w.csv_file(make(), **({"delimiter": ";"} | dialect)), outcome)


def styled(name: str, outcome: Outcome = SAME, *, delimiter: str = ";", **style: Any) -> Variant:
    return single(name, ".csv", lambda: w.csv_file(grid(Style(**style)), delimiter), outcome)


def renamed(name: str, rename: Callable[[str], str]) -> Variant:
    return text(name, lambda: grid().with_header(rename))


# --- dialects of text ------------------------------------------------------------------------------------------------

_UTF16 = {"le": b"\xff\xfe", "be": b"\xfe\xff"}
_TEXT = [
    *[text(f"separator-{label}", delimiter=mark) for label, mark in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|"))],
    text("utf8-byte-order-mark", encoding="utf-8-sig"),
    text("windows-1252", encoding="cp1252"),
    text("windows-1252-comma", encoding="cp1252", delimiter=","),
    *[text(f"utf16-{order}-mark", encoding=f"utf-16-{order}", mark=_UTF16[order], delimiter="\t") for order in _UTF16],
    *[text(f"utf16-{order}-no-mark", encoding=f"utf-16-{order}") for order in _UTF16],
    text("line-feed", end="\n"),
    text("carriage-return", end="\r"),
    text("quoted-all", quoting="all"),
    text("quoted-all-comma-mark", quoting="all", delimiter=",", encoding="utf-8-sig"),
    single("no-last-line-end", ".csv", lambda: w.csv_file(grid(), ";").rstrip(b"\r\n")),
    single("excel-separator-line", ".csv", lambda: b"sep=;\r\n" + w.csv_file(grid(), ";", "cp1252")),
    single("gzip", ".csv.gz", lambda: w.gzipped(w.csv_file(grid()))),
    single("gzip-utf16", ".csv.gz", lambda: w.gzipped(w.csv_file(grid(), "\t", "utf-16"))),
    single("trailing-separator", ".csv", lambda: w.csv_file(replace(grid(), header=[*p.HEADERS, ""], rows=[[*row, ""] for row in grid().rows]))),
    text("short-rows", lambda: replace(grid(), rows=[row if row[-1] else row[:-1] for row in grid().rows])),
    Variant("parts-of-two-kinds", lambda: {
        ".csv": w.csv_file(grid(people=p.PEOPLE[:90]), ";", "cp1252"), "_part2.xlsx": w.xlsx_file(grid(people=p.PEOPLE[90:])),
    }),
]  # fmt: skip

# --- written forms of values -----------------------------------------------------------------------------------------

_NBSP = "\u00a0"
_DATES = [
    styled("date-dd-mm-yyyy", date=p.day_month_year("-")),
    styled("date-dd/mm/yyyy", date=p.day_month_year("/")),
    styled("date-dd.mm.yyyy", date=p.day_month_year(".")),
    styled("date-iso-time", date=lambda day: f"{day.isoformat()}T00:00:00"),
    styled("date-iso-blank-time", date=lambda day: f"{day.isoformat()} 00:00:00"),
    styled("date-dd/mm/yyyy-time", date=lambda day: f"{day:%d/%m/%Y} 00:00"),
    styled("date-month-name", date=p.long_date),
    styled("date-month-name-upper", date=lambda day: p.long_date(day).upper()),
    styled("date-short-month", date=p.short_month),
    styled("date-weekday", date=p.with_weekday, delimiter=","),
    styled("date-serial", date=p.serial),
    styled("date-serial-decimal", date=lambda day: f"{p.serial(day)}.0"),
    styled("date-month-first", date=p.month_first, delimiter=","),
]
_RANK_FORMS = {
    "slash": "{group}/{letter}", "joined": "{group}{letter}", "dot": "{group}.{letter}", "upper": "{group}/{upper}",
    "grade-comma": "{grade}, {group}/{letter}", "grade-bracket": "{grade} ({group}/{letter})", "grade-after": "{group}/{letter} - {grade}",
}  # fmt: skip
_CODES = [
    *[styled(f"rank-{name}", rank=p.rank_form(pattern)) for name, pattern in _RANK_FORMS.items()],
    styled("rank-grade-comma-comma", rank=p.rank_form(_RANK_FORMS["grade-comma"]), delimiter=","),
    styled("sex-letters", sex={"M": "L", "F": "P"}.get),
    styled("sex-words", sex={"M": "Pria", "F": "Wanita"}.get),
    styled("sex-long-words", sex={"M": "Laki-laki", "F": "PEREMPUAN"}.get),
    styled("status-case", status=lambda code: code.title()),
    styled("status-lower-padded", status=lambda code: f" {code.lower()} "),
    styled("status-p3k", status=lambda code: code.replace("PPPK", "P3K")),
    styled("education-names", education=p.named("ref_education_level")),
    styled("education-number", education=lambda code: str(int(code))),
    styled("legal-status-names", legal_status=p.named("ref_legal_status")),
    styled("position-type-names", position_type=p.named("ref_position_type")),
    styled(
        "codes-with-decimals", legal_status=lambda code: f"{code}.0", education=lambda code: f"{int(code)}.0", year=lambda year: f"{year}.0"
    ),
    styled("echelon-dot", echelon=p.named("ref_echelon")),
    styled("echelon-joined", echelon=lambda code: p.named("ref_echelon")(code).replace(".", "")),
]
_NIPS = [
    styled("nip-apostrophe", nip=lambda nip: f"'{nip}"),
    styled("nip-groups", nip=lambda nip: f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"),
    styled("nip-no-break-space", nip=lambda nip: f"{_NBSP}{nip[:8]}{_NBSP}{nip[8:]}{_NBSP}"),
    styled("nip-formula-text", nip=lambda nip: f'="{nip}"'),
    styled("nip-formula-text-comma", nip=lambda nip: f'="{nip}"', delimiter=","),
    styled("padded-cells", nip=lambda nip: f"  {nip} ", sex=lambda code: f"{_NBSP}{code}", date=lambda day: f" {day.isoformat()}\t"),
]
_MISSING = [
    styled(f"missing-{name}", missing=marker)
    for name, marker in (("dash", "-"), ("null", "NULL"), ("not-available", "#N/A"), ("na", "N/A"), ("blank", "  "), ("no-break", _NBSP))
]

# --- headers ---------------------------------------------------------------------------------------------------------

_CAMEL = {
    "NIP BARU": "nipBaru", "TANGGAL LAHIR": "tglLahir", "KEDUDUKAN HUKUM ID": "kedudukanPnsId", "GOL AKHIR ID": "golRuangAkhirId",
    "TMT GOLONGAN": "tmtGolAkhir", "STATUS KEPEGAWAIAN": "statusCpnsPns", "TINGKAT PENDIDIKAN ID": "tkPendidikan",
}  # fmt: skip


def _camel(label: str) -> str:
    first, *others = label.lower().split()
    return _CAMEL.get(label, first + "".join(word.title() for word in others))


def shuffled() -> Grid:
    return grid().in_order([at * 9 % len(p.HEADERS) for at in range(len(p.HEADERS))])


def _duplicate_header(label: str) -> Callable[[], Grid]:
    """The column comes again at the end, with cells that contradict the first."""
    return lambda: grid().with_column(label, lambda _n: "II/c")


def unannounced() -> Grid:
    wider = grid().with_column("NO", lambda n: n + 1, at=0).with_column("HOBI", lambda n: "berenang; lari" if n % 2 else "", at=7)
    return wider.with_column("KETERANGAN", lambda n: f"baris\n{n}")


LETTERHEAD: list[list[Cell]] = [["PEMERINTAH KOTA MEDAN"], ["DAFTAR PEGAWAI, KEADAAN 1 JANUARI 2025"], [], ["", "", "Hal: Laporan"]]
TOTALS: list[list[Cell]] = [
    [], ["JUMLAH", "200 orang"], [], [*[""] * 12, "Medan, 2 Januari 2025"], [*[""] * 12, "Kepala Badan,"], [],
    [*[""] * 12, "Ir. Contoh, M.Si"], [*[""] * 12, "NIP. 197001011995031001"],
]  # fmt: skip


def framed() -> Grid:
    return replace(grid(), above=LETTERHEAD, below=TOTALS)


def with_blank_rows() -> Grid:
    rows = grid().rows
    return replace(grid(), rows=[line for n, row in enumerate(rows) for line in ([row, [""] * len(row), []] if n % 20 == 19 else [row])])


_HEADERS = [
    renamed("header-lower-snake", lambda label: label.lower().replace(" ", "_")),
    renamed("header-camel", _camel),
    renamed("header-title-case", str.title),
    renamed("header-trailing-blanks", lambda label: f" {label}   "),
    renamed("header-no-break-space", lambda label: label.replace(" ", _NBSP) + _NBSP),
    renamed("header-line-break", lambda label: label.replace(" ", "\n")),
    renamed("header-punctuation", lambda label: label.replace(" ", ". ") + " *)"),
    renamed("header-suffix-alone", lambda label: f"{label}_2" if label.startswith("UNOR") else label),
    text("header-suffix-duplicate", _duplicate_header("GOL AKHIR ID_2")),
    text("header-duplicate", _duplicate_header("GOL AKHIR ID")),
    text("columns-shuffled", shuffled),
    text("columns-unannounced", unannounced),
    text("letterhead-totals-signature", framed),
    text("letterhead-padded", lambda: replace(framed(), above=[[*line, *[""] * (22 - len(line))] for line in LETTERHEAD]), delimiter=","),
    text("blank-rows", with_blank_rows),
    text("column-numbers-below-header", lambda: replace(grid(), rows=[[f"({n})" for n in range(1, 23)], *grid().rows]), Outcome(loose=1)),
]

TEXT_VARIANTS = (*_TEXT, *_DATES, *_CODES, *_NIPS, *_MISSING, *_HEADERS)
