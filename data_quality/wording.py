"""What is wrong and how to mend it, in the words of whoever has to mend it: English or Indonesian.

Rules that a contract declares are worded there. Here stand the words of what no contract declares: what can go wrong while a
file is read, and the rules that hold for every extract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from data_quality.contract import Column, Contract

Language = Literal["id", "en"]

_MELTED_MARK = ":"
_EXAMPLES: dict[str, tuple[str, str]] = {
    "date": ("a date such as 17-08-1990", "tanggal, misalnya 17-08-1990"),
    "year_of": ("a date such as 17-08-1990", "tanggal, misalnya 17-08-1990"),
    "timestamp": ("a date and time such as 17-08-2026 08:30", "tanggal dan jam, misalnya 17-08-2026 08:30"),
    "number": ("a number such as 78,25", "angka, misalnya 78,25"),
    "money": ("whole rupiah such as 1.500.000", "rupiah penuh, misalnya 1.500.000"),
    "integer": ("a whole number such as 2026", "bilangan bulat, misalnya 2026"),
    "level": ("a whole number such as 3", "bilangan bulat, misalnya 3"),
    "boolean": ("Ya or Tidak", "Ya atau Tidak"),
    "period": ("a period such as 01, TW1 or TAHUNAN", "periode, misalnya 01, TW1 atau TAHUNAN"),
    "age_band": ("an age such as 34", "umur, misalnya 34"),
}
_PLAIN = ("what the column holds", "isi yang semestinya di kolom ini")
_FAULTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "unreadable": (
        ("{header}: cannot be read as {example}.", "Write {example}."),
        ("{header}: tidak terbaca sebagai {example}.", "Tulis {example}."),
    ),
    "damaged_text": (
        ("{header}: holds characters that are damaged.", "Type the value again and save the file as xlsx or as csv in UTF-8."),
        ("{header}: berisi karakter yang rusak.", "Ketik ulang isinya dan simpan berkas sebagai xlsx atau csv UTF-8."),
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
        ("{header}: the code is not known.", "Use a code of the list for {header}, or map the office's own in a profile."),
        ("{header}: kode tidak dikenal.", "Gunakan kode yang berlaku untuk {header}, atau petakan kode kantor dalam profil."),
    ),
}
_WHOLE: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "row.too_many_cells": (
        ("The row has more cells than the header.", "Look for a separator inside a value, and put the value in quotes."),
        ("Baris memiliki lebih banyak sel daripada judul kolom.", "Cari tanda pemisah di dalam isi sel, lalu apit dengan tanda kutip."),
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
        words = {"header": _header(column, name), "example": _EXAMPLES.get(column.parser, _PLAIN)[at]}
        return Wording(*(text.format(**words) for text in (_FAULTS | _IMPLIED)[fault][at]))
    rule = next((rule for rule in (*contract.row_rules, *contract.delivery_rules) if rule.check_id == check_id), None)
    if rule is None:
        raise KeyError(f"{contract.extract} has no rule {check_id!r}")
    if language == "en":
        return Wording(f"Rule broken: {rule.description}", rule.how_to_resolve)
    return Wording(f"Aturan dilanggar: {rule.description_id}", rule.how_to_resolve_id)


def _is_implied(column: Column, fault: str) -> bool:
    return (fault == "required" and column.required) or (fault == "unknown_code" and column.reference is not None)


def _column(contract: Contract, name: str) -> Column | None:
    """The column of a rule; ``level:M.1`` is the melted column for one competency."""
    plain = name.partition(_MELTED_MARK)[0]
    return next((column for column in contract.columns if column.name == plain), None)


def _header(column: Column, name: str) -> str:
    """The header as files have it: for a melted column that of the competency."""
    return name.partition(_MELTED_MARK)[2] or column.header
