"""The two hundred in the forms that cannot be read, or of which single rows cannot: nothing of them may be guessed."""

from __future__ import annotations

from tests.files import people as p
from tests.files import writers as w
from tests.files.people import Cell, Grid, Style, grid
from tests.files.variants import Outcome, Variant, single, text

_TOO_MANY = "max_rejected_share"
_ENOUGH = p.N_PEOPLE
_WORKBOOK_STREAM_HEAD = bytes.fromhex("0908100000060500") + bytes(12)
_FILE_PASS = bytes.fromhex("2f003600010001000100") + bytes(48)


def _in_rows(make: Grid, header: str, rows: range, cell: Cell) -> Grid:
    return make.with_cells(header, lambda n, old: cell if n in rows else old)


def _rounded_in_a_workbook(rows: range) -> bytes:
    damaged = grid().with_cells("NIP BARU", lambda n, nip: float(nip) if n in rows else nip)
    return w.xlsx_file(damaged)


def _two_separators_in_the_header() -> bytes:
    header = "".join(label + ";,"[at % 2] for at, label in enumerate(p.HEADERS)).rstrip(",;")
    lines = w.csv_text(grid().rows, ";").encode()
    return header.encode() + b"\r\n" + lines


def _each_half_its_own_separator() -> bytes:
    lines = grid().lines
    return (w.csv_text(lines[:101], ";") + w.csv_text(lines[101:], ",")).encode()


def _web_page() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in grid().lines)
    return f"<html><head><meta charset='utf-8'></head><body><table border=1>{rows}</table></body></html>".encode()


def _unknown_codes() -> Grid:
    damaged = _in_rows(grid(Style(rank=p.rank_form("{group}/{letter}"))), "GOL AKHIR ID", range(20, 25), "V/z")
    damaged = _in_rows(damaged, "ESELON ID", range(40, 43), "I.a")  # two codes have that name
    return _in_rows(damaged, "JENIS KELAMIN", range(60, 62), "X")


def _impossible_dates() -> Grid:
    damaged = _in_rows(grid(Style(date=p.day_month_year("/"))), "TANGGAL LAHIR", range(4), "31/02/1990")
    return _in_rows(damaged, "TMT JABATAN", range(10, 13), "kemarin")


def refused(name: str, suffix: str, content: bytes, words: str, rejected: dict[str, int] | None = None) -> Variant:
    return single(name, suffix, lambda: content, Outcome(blocked=words, rejected=rejected or {}))


def refused_variants() -> tuple[Variant, ...]:
    rounded = {"employee_key.nip_rounded": _ENOUGH}
    scientific = Style(nip=lambda nip: f"{nip[0]},{nip[1:6]}E+17")
    return (
        refused("nip-as-number", ".xlsx", _rounded_in_a_workbook(range(_ENOUGH)), _TOO_MANY, rounded),
        refused("nip-as-number-xls", ".xls", w.xls_file(grid(Style(nip=float))), _TOO_MANY),
        refused("nip-scientific", ".csv", w.csv_file(grid(scientific), ";"), _TOO_MANY),
        refused("nip-without-last-digits", ".csv", w.csv_file(grid(Style(nip=lambda nip: nip[:15] + "000"))), _TOO_MANY),
        refused("missing-column", ".csv", w.csv_file(grid().without("UNOR ID")), "unor_id"),
        refused("missing-columns-workbook", ".xlsx", w.xlsx_file(grid().without("NAMA", "GOL AKHIR ID")), "gol_akhir_id"),
        refused("no-header", ".csv", w.csv_text(grid().rows).encode(), "no known column name"),
        refused("two-separators-in-the-header", ".csv", _two_separators_in_the_header(), "separator|delimiter|columns are missing"),
        refused("each-half-its-own-separator", ".csv", _each_half_its_own_separator(), _TOO_MANY),
        refused("password-xlsx", ".xlsx", w.compound_file({"EncryptionInfo": b"", "EncryptedPackage": bytes(5_000)}), "password"),
        refused("password-xls", ".xls", w.compound_file({"Workbook": _WORKBOOK_STREAM_HEAD + _FILE_PASS}), "password"),
        refused("web-page-named-xls", ".xls", _web_page(), "web page|html"),
        refused("web-page-named-csv", ".csv", b"\xef\xbb\xbf \r\n<!DOCTYPE html>" + _web_page(), "web page|html"),
        refused("xml-named-xls", ".xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "xml"),
        refused("pdf-named-csv", ".csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "pdf"),
        refused("document-named-xlsx", ".xlsx", w.zipped({"word/document.xml": "<w:document/>"}), "without a workbook|cannot be read"),
        refused("too-many-unknown-codes", ".csv", w.csv_file(_in_rows(grid(), "GOL AKHIR ID", range(30), "V/z")), _TOO_MANY,
                {"rank_code.unknown_code": 30}),
        text("unknown-codes", _unknown_codes, Outcome(rejected={
            "rank_code.unknown_code": 5, "echelon_code.unknown_code": 3, "sex.unknown_code": 2,
        })),
        text("impossible-dates", _impossible_dates, Outcome(rejected={"birth_year.unreadable": 4, "position_since_on.unreadable": 3})),
        single("some-nip-as-number", ".xlsx", lambda: _rounded_in_a_workbook(range(6)), Outcome(rejected={"employee_key.nip_rounded": 6})),
    )  # fmt: skip
