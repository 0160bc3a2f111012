"""What is wrong and how to mend it, in the words of whoever has to mend it: English or Indonesian.

Rules that a contract declares are worded there. Here stand the words of what no contract declares: what can go wrong while a
file is read, and the rules that hold for every extract.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from data_quality.contract import MELTED_MARK
from data_quality.event_times import calendar_start
from data_quality.nearest import written

if TYPE_CHECKING:
    from data_quality.contract import Column, Contract

Language = Literal["id", "en"]

_MOST_CHOICES = 7
_KINDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {  # what a parser reads, and how an office may write it
    "date": (("a date", "a date such as 17-08-1990"), ("tanggal", "tanggal, misalnya 17-08-1990")),
    "year_of": (("a date", "a date such as 17-08-1990"), ("tanggal", "tanggal, misalnya 17-08-1990")),
    "timestamp": (
        ("a date and time", "a date and time such as 17-08-2026 08:30"),
        ("tanggal dan jam", "tanggal dan jam, misalnya 17-08-2026 08:30"),
    ),
    "number": (("a number", "a number such as 78,25"), ("angka", "angka, misalnya 78,25")),
    "money": (
        ("an amount in whole rupiah", "an amount in whole rupiah such as 1.500.000"),
        ("jumlah rupiah penuh", "jumlah rupiah penuh, misalnya 1.500.000"),
    ),
    "integer": (("a whole number", "a whole number such as 2026"), ("bilangan bulat", "bilangan bulat, misalnya 2026")),
    "level": (("a level", "a level as a whole number such as 3"), ("level", "level sebagai bilangan bulat, misalnya 3")),
    "boolean": (("yes or no", "Ya or Tidak"), ("jawaban ya atau tidak", "Ya atau Tidak")),
    "period": (("a period", "a period such as 01, TW1 or TAHUNAN"), ("periode", "periode, misalnya 01, TW1 atau TAHUNAN")),
    "age_band": (("an age", "an age such as 34 or a band such as 30-39"), ("umur", "umur, misalnya 34, atau rentang umur, misalnya 30-39")),
    "nip": (("a NIP", "a NIP of 18 digits in a column formatted as text"), ("NIP", "NIP 18 angka dalam kolom berformat teks")),
    "code": (("a known code", "{choices}"), ("kode", "{choices}")),
    "codes": (("a list of codes", "codes such as M.1;M.3"), ("daftar kode", "kode, misalnya M.1;M.3")),
    "text": (("text", "plain text without line breaks"), ("teks", "teks biasa tanpa ganti baris")),
    "free_text": (("text", "plain text"), ("teks", "teks biasa")),
}
_CHOICES = (("one of {codes}", "a known code such as {codes}"), ("salah satu dari {codes}", "kode yang berlaku, misalnya {codes}"))
_MELTED_HEADERS = ("A competency column ({header} and so on)", "Kolom kompetensi ({header} dan seterusnya)")
_FAULTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "unreadable": (
        ("{header}: cannot be read as {kind}.", "Write {example}."),
        ("{header}: bukan {kind} yang dikenali.", "Tulis {example}."),
    ),
    "mixed_marks": (
        ("{header}: may be thousands or decimals, since other values of the column have their decimals after such a point.",
         "Write all numbers of the column in one form such as 1.500.000, or without points."),
        ("{header}: dapat berarti ribuan atau desimal, karena isi lain kolom ini memakai titik untuk desimal.",
         "Tulis semua angka kolom ini dengan satu bentuk, misalnya 1.500.000, atau tanpa titik."),
    ),
    "damaged_text": (
        ("{header}: holds characters that are damaged.", "Type the value again and save the file as xlsx or as csv in UTF-8."),
        ("{header}: berisi karakter yang rusak.", "Ketik ulang isinya dan simpan berkas sebagai xlsx atau csv UTF-8."),
    ),
    "number_rounded": (
        ("{header}: a spreadsheet has shortened a long number (scientific notation).",
         "Copy the column anew from the system into cells formatted as text; the lost digits cannot be found again."),
        ("{header}: nomor panjang dipendekkan oleh lembar kerja (notasi ilmiah).",
         "Salin ulang kolom ini dari sistemnya ke sel berformat teks; angka yang hilang tidak dapat dipulihkan."),
    ),
    "made_a_date": (
        ("{header}: a spreadsheet has made a date of what was typed (08-12 becomes 8 December).",
         "Format the column as text, then type the value again."),
        ("{header}: isinya diubah menjadi tanggal oleh lembar kerja (08-12 menjadi 8 Desember).",
         "Ubah format kolom menjadi teks, lalu ketik ulang isinya."),
    ),
    "not_computed": (
        ("{header}: a formula that no program has computed yet.", "Open the file in Excel or LibreOffice, save it and deliver it again."),
        ("{header}: rumus yang belum pernah dihitung.", "Buka berkas di Excel atau LibreOffice, simpan, lalu kirim lagi."),
    ),
    "day_month_swapped": (
        ("{header}: day and month are swapped: only days up to the 12th are dates of the workbook, all others are text.",
         "Open the source anew with day-month-year as the format of the date column, or keep the whole column as text."),
        ("{header}: hari dan bulan tertukar: hanya tanggal 1-12 yang menjadi tanggal lembar kerja, lainnya teks.",
         "Buka ulang data asal dengan format kolom tanggal hari-bulan-tahun, atau biarkan seluruh kolom sebagai teks."),
    ),
    "nip_rounded": (
        ("{header}: a spreadsheet has destroyed the number (scientific notation, or three zeros at the end).",
         "Copy the numbers anew from SIASN into a column formatted as text; the lost digits cannot be found again."),
        ("{header}: nomor rusak oleh lembar kerja (notasi ilmiah, atau tiga nol di akhir).",
         "Salin ulang nomor dari SIASN ke kolom berformat teks; angka yang hilang tidak dapat dipulihkan."),
    ),
    "nip_shape": (
        ("{header}: a NIP has 18 digits and 1 or 2 in the 15th place.", "Correct the number after SIASN."),
        ("{header}: NIP terdiri atas 18 angka dengan 1 atau 2 pada angka ke-15.", "Perbaiki nomor sesuai SIASN."),
    ),
    "nip_date": (
        ("{header}: the birth date or the month of appointment in the NIP does not exist.", "Correct the number after SIASN."),
        ("{header}: tanggal lahir atau bulan pengangkatan di dalam NIP tidak ada.", "Perbaiki nomor sesuai SIASN."),
    ),
}  # fmt: skip
_IMPLIED: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "required": (
        ("{header} is empty.", "Fill the column {header}."),
        ("{header} kosong.", "Isi kolom {header}."),
    ),
    "unknown_code": (
        ("{header}: the code is not known.", "Write {choices}, or map the office's own code in a profile (config/sources)."),
        ("{header}: kode tidak dikenal.", "Tulis {choices}, atau petakan kode kantor dalam profil (config/sources)."),
    ),
    "in_future": (
        ("{header}: the date lies after the day of the delivery.", "Correct {header}, or the date in the name of the file."),
        ("{header}: tanggal sesudah hari kiriman.", "Perbaiki {header}, atau tanggal pada nama berkas."),
    ),
    "before_calendar": (
        ("{header}: the date lies before {first}, the first day of the calendar.", "Correct {header}; what is older is not measured."),
        ("{header}: tanggal sebelum {first}, hari pertama kalender.", "Perbaiki {header}; yang lebih lama tidak diukur."),
    ),
}  # fmt: skip
_WHOLE: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "row.too_many_cells": (
        ("The row has more cells than the header.", "Look for a separator inside a value, and put the value in quotes."),
        ("Baris memiliki lebih banyak sel daripada judul kolom.", "Cari tanda pemisah di dalam isi sel, lalu apit dengan tanda kutip."),
    ),
    "row.other_table": (
        ("The row belongs to a second table, whose columns stand in another order.", "Put each table on a sheet or in a file of its own."),
        ("Baris ini milik tabel kedua yang urutan kolomnya berbeda.", "Letakkan setiap tabel pada lembar atau berkas tersendiri."),
    ),
    "row.too_long": (
        ("The row, or a cell of it, is longer than any that an office writes.", "Shorten it, or look for a missing line break or quote."),
        ("Baris atau salah satu selnya terlalu panjang.", "Pendekkan, atau cari ganti baris atau tanda kutip yang hilang."),
    ),
    "row.broken_quotes": (
        ("A quotation mark is not closed, or stands in the middle of a value.", "Close it, or double it inside the value."),
        ("Tanda kutip dibuka tetapi tidak ditutup, atau berada di tengah isi sel.", "Tutup, atau gandakan di dalam isi sel."),
    ),
    "key_conflict": (
        ("Another row of the delivery has the same key and another content.", "Keep the right one of the rows and deliver the file again."),
        ("Ada baris lain dengan kunci yang sama tetapi isinya berbeda.", "Sisakan baris yang benar, lalu kirim ulang berkasnya."),
    ),
    "unreadable_file": (
        ("A file of the delivery cannot be read.", "Open the file, save it again as xlsx or csv, and deliver it anew."),
        ("Ada berkas dalam kiriman yang tidak dapat dibaca.", "Buka berkas, simpan ulang sebagai xlsx atau csv, lalu kirim kembali."),
    ),
    "not_early": (
        ("The date in the name of the file has not come yet.",
         "Rename the file after its true day (YYYY-MM-DD); else it is read when the day in its name has come."),
        ("Tanggal pada nama berkas belum tiba.",
         "Ganti nama berkas sesuai tanggal sebenarnya (TTTT-BB-HH); jika tidak, berkas dibaca ketika tanggal itu tiba."),
    ),
    "unexpected_columns": (
        ("The file has columns that no contract names and no earlier delivery had.",
         "Map them in a profile (config/sources), or list them there under ignore."),
        ("Berkas memiliki kolom yang tidak dikenal dan belum pernah ada pada kiriman sebelumnya.",
         "Petakan kolom itu dalam profil (config/sources), atau cantumkan di bawah ignore."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """What is wrong (with the file's header, never a value), and how to mend it."""

    problem: str
    mend: str


def wording(contract: Contract, check_id: str, language: Language = "en") -> Wording:
    """The words of a rule or of a fault of reading. Raises KeyError naming an id that is neither."""
    at = 0 if language == "en" else 1
    if check_id in _WHOLE:
        return Wording(*_WHOLE[check_id][at])
    name, _, fault = check_id.rpartition(".")
    column = _column(contract, name)
    if column is not None and (fault in _FAULTS or _is_implied(column, fault)):
        return _of_column(column, _header(column, name, at), fault, at)
    declared = f"{column.name}.{fault}" if column else check_id
    rule = next((rule for rule in (*contract.row_rules, *contract.delivery_rules) if rule.check_id == declared), None)
    if rule is None:
        raise KeyError(f"{contract.extract} has no rule {check_id!r}")
    description, mend = ((rule.description, rule.how_to_resolve), (rule.description_id, rule.how_to_resolve_id))[at]
    breaks = ("Rule broken", "Aturan dilanggar")[at]
    if column is not None:
        breaks = f"{_header(column, name, at)} {('breaks the rule', 'melanggar aturan')[at]}"
    return Wording(f"{breaks}: {description}", mend)


def _of_column(column: Column, header: str, fault: str, at: int) -> Wording:
    """The words of a fault of reading, or of a rule that the declaration of a column implies."""
    choices = _choices(column, at)
    kind, example = (text.format(choices=choices) for text in _KINDS[column.parser][at])
    words = {"header": header, "kind": kind, "example": example, "choices": choices, "first": f"{calendar_start():%d-%m-%Y}"}
    return Wording(*(text.format(**words) for text in (_FAULTS | _IMPLIED)[fault][at]))


@lru_cache(maxsize=256)
def _choices(column: Column, at: int) -> str:
    """The codes of a column as offices write them: all where they are few, else the first."""
    if column.reference is None:
        return ""
    codes = [_choice(column, code) for code in sorted(column.reference.canonical)]
    are_few = len(codes) <= _MOST_CHOICES
    return _CHOICES[at][0 if are_few else 1].format(codes=", ".join(codes) if are_few else codes[0])


def _choice(column: Column, code: str) -> str:
    """A code as offices write it: a numeric one with its name or other form beside it, one in words never as a bare number."""
    form = written(column, code)
    if form.isdigit():
        return code
    return f"{code} ({form})" if code.isdigit() and not form.startswith(code) else form


def _is_implied(column: Column, fault: str) -> bool:
    implied = {
        "required": column.required,
        "unknown_code": column.reference is not None,
        "in_future": column.event_time is not None,
        "before_calendar": column.event_time == "calendar",
    }
    return implied.get(fault, False)


def _column(contract: Contract, name: str) -> Column | None:
    """The column of a rule; ``level:M.1`` is the melted column for one competency."""
    plain = name.partition(MELTED_MARK)[0]
    return next((column for column in contract.columns if column.name == plain), None)


def _header(column: Column, name: str, at: int) -> str:
    """The header as files have it: of a melted column that of the competency, or of all where none is named."""
    competency = name.partition(MELTED_MARK)[2]
    return competency or (_MELTED_HEADERS[at].format(header=column.header) if column.into else column.header)
