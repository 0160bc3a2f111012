"""Every label, heading and sentence of an inspection report, in Indonesian and English. No rule is worded here: rules are
worded beside their contracts, in ``data_quality.wording``.
"""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Laporan pemeriksaan berkas", "File inspection report"),
    # the verdict
    "sentence.clean": (
        "Berkas ini akan DITERIMA seluruhnya: {accepted} dari {read} baris; tidak ada baris yang harus diperbaiki.",
        "This file WILL BE ACCEPTED as a whole: {accepted} of {read} rows; no row has to be mended.",
    ),
    "sentence.accepted": (
        "Berkas ini akan DITERIMA: {accepted} dari {read} baris; {rejected} baris harus diperbaiki.",
        "This file WILL BE ACCEPTED: {accepted} of {read} rows; {rejected} to be mended.",
    ),
    "sentence.duplicate": (" {duplicate} baris ganda hanya dihitung sekali.", " Repeated and counted only once: {duplicate}."),
    "sentence.empty": (
        "Berkas ini akan DITERIMA, tetapi tidak berisi satu baris data pun.",
        "This file WILL BE ACCEPTED, but it holds not a single row of data.",
    ),
    "sentence.blocked": (
        "DITOLAK: dari {read} baris, {rejected} baris harus diperbaiki. Karena itu tidak satu baris pun dipakai sampai berkas diperbaiki.",
        "REJECTED: of {read} rows, {rejected} must be mended. Therefore no row is used until the file is mended.",
    ),
    "sentence.missing": (
        "DITOLAK: kolom wajib tidak ditemukan: {columns}. Tidak satu baris pun dapat dibaca.",
        "REJECTED: required columns were not found: {columns}. No row can be read.",
    ),
    "sentence.unreadable": ("DITOLAK: berkas ini tidak dapat dibaca.", "REJECTED: this file cannot be read."),
    "sentence.unknown": (
        "DITOLAK: tidak jelas data apa yang ada di berkas ini. Sebutkan jenis datanya dengan --extract.",
        "REJECTED: it is not clear what data this file holds. Name the kind of data with --extract.",
    ),
    "sentence.by_hand": (
        "Berkas ini akan DITERIMA atas keputusan petugas: {accepted} dari {read} baris; {rejected} baris harus diperbaiki.",
        "This file WILL BE ACCEPTED by a person's decision: {accepted} of {read} rows; {rejected} to be mended.",
    ),
    "reason.max_rejected_share": (
        "{n} dari {read} baris ({share} %) harus diperbaiki; batasnya {bound} %.",
        "{n} of {read} rows ({share} %) have to be mended; the limit is {bound} %.",
    ),
    "reason.max_key_conflict_share": (
        "{n} dari {read} baris ({share} %) bertentangan dengan baris lain yang kuncinya sama; batasnya {bound} %.",
        "{n} of {read} rows ({share} %) contradict another row with the same key; the limit is {bound} %.",
    ),
    "reason.not_early": (
        "Tanggal pada nama berkas belum tiba (paling lambat {latest}). Ganti nama berkas sesuai tanggal sebenarnya (TTTT-BB-HH); "
        "jika tidak, berkas baru dibaca pada tanggal itu.",
        "The date in the name of the file has not come yet (at the latest {latest}). Rename the file after its true day (YYYY-MM-DD); "
        "else it is read when that day has come.",
    ),
    "reason.retention": (
        "Tanggal pada nama berkas lebih dari {years} tahun yang lalu. Data selama itu tidak boleh disimpan lagi, maka berkas ini dilewati.",
        "The date in the name of the file is more than {years} years ago. Data that old may be kept no longer, so the file is passed over.",
    ),
    "reason.missing_column": ("Kolom wajib “{column}” tidak ada.", "The required column “{column}” is not there."),
    "reason.missing_near": (
        "Kolom wajib “{column}” tidak ada; judul yang paling mirip di berkas ini: “{nearest}”.",
        "The required column “{column}” is not there; the nearest header in this file is “{nearest}”.",
    ),
    "reason.missing_competencies": (
        "Tidak ada satu kolom kompetensi pun (M.1, M.2, … atau namanya, misalnya Integritas).",
        "There is not one column of a competency (M.1, M.2, … or its name, e.g. Integritas).",
    ),
    "reason.save_again": (
        "Buka berkas, simpan lagi sebagai xlsx atau csv, lalu periksa sekali lagi.",
        "Open the file, save it again as xlsx or csv, and inspect it once more.",
    ),
    "reason.not_a_file": ("Ini bukan berkas biasa yang tersimpan di komputer.", "This is no ordinary file that is stored on the computer."),
    "reason.broke_off": (
        "Pembacaan berkas terputus di tengah jalan ({kind}).",
        "The file broke off while it was read ({kind}).",
    ),
    "reason.extracts": ("Jenis data yang dikenal: {extracts}.", "Kinds of data that are known: {extracts}."),
    "reason.tied": ("Judul kolomnya cocok dengan beberapa jenis data: {extracts}.", "Its headers fit several kinds of data: {extracts}."),
    # notes
    "note.name": (
        "Nama berkas belum diawali tanggal kiriman. Namai seperti 2026-11-23.csv sebelum menyerahkannya, kalau tidak ia dilewati.",
        "The name of the file does not begin with the date of delivery. Name it like 2026-11-23.csv, or it will be passed over.",
    ),
    "note.siblings": (
        "Berkas lain dengan tanggal yang sama tidak ikut diperiksa; bersama-sama mereka menjadi satu kiriman.",
        "Other files of the same date were not inspected; together they are one delivery.",
    ),
    "note.previous": (
        "Belum diperiksa: jumlah baris harus paling sedikit {bound} % dari kiriman sebelumnya.",
        "Not inspected: the number of rows must be at least {bound} % of the delivery before.",
    ),
    "note.by_hand": (
        "Petugas telah mengizinkan kiriman bertanggal {day} walaupun melanggar: {reasons}",
        "A person has let in the delivery of {day} although: {reasons}",
    ),
    "note.personal": (
        "Data pribadi disamarkan dalam laporan ini: 9 = angka, x = huruf.",
        "Personal data is masked in this report: 9 = a digit, x = a letter.",
    ),
    # headings
    "heading.file": ("Berkas", "The file"),
    "heading.rows": ("Baris", "Rows"),
    "heading.reasons": ("Mengapa ditolak", "Why it is rejected"),
    "heading.notes": ("Perhatikan", "Please note"),
    "heading.problems": ("Ringkasan masalah", "Problems in short"),
    "heading.places": ("Yang harus diperbaiki", "What has to be mended"),
    "heading.columns": ("Kolom", "Columns"),
    "heading.formats": ("Cara membaca tanggal dan angka", "How dates and numbers were read"),
    "heading.coercions": ("Penyesuaian otomatis (tidak perlu tindakan)", "Adapted by itself (nothing to do)"),
    "none.problems": ("Tidak ada masalah.", "There are no problems."),
    # labels of the file
    "label.file": ("Nama berkas", "File name"),
    "label.extract": ("Jenis data", "Kind of data"),
    "label.found": ("Dikenali dari", "Recognised by"),
    "label.format": ("Format", "Format"),
    "label.encoding": ("Pengodean teks", "Text encoding"),
    "label.delimiter": ("Pemisah kolom", "Separator"),
    "label.sheet": ("Lembar kerja", "Sheet"),
    "label.sheets_ignored": ("Lembar yang dilewati", "Sheets passed over"),
    "label.sheets_hidden": ("Lembar tersembunyi (tidak dibaca)", "Hidden sheets (not read)"),
    "format.text": ("teks dengan pemisah (CSV)", "delimited text (CSV)"),
    "format.gzip": ("teks dengan pemisah (CSV), terkompresi gzip", "delimited text (CSV), compressed with gzip"),
    "format.xlsx": ("buku kerja Excel (xlsx)", "Excel workbook (xlsx)"),
    "format.xls": ("buku kerja Excel lama (xls)", "old Excel workbook (xls)"),
    "format.ods": ("buku kerja OpenDocument (ods)", "OpenDocument workbook (ods)"),
    "format.parquet": ("Parquet", "Parquet"),
    "format.contradicts": ("akhiran nama berkas menyebut format lain", "the end of the file's name says something else"),
    "label.header_row": ("Judul kolom di baris", "Headers in row"),
    "label.outside": ("Baris di luar tabel", "Rows outside the table"),
    "found.given": ("disebutkan dengan --extract", "named with --extract"),
    "found.folder": ("nama folder tempat berkas berada", "the folder that the file lies in"),
    "found.header": ("judul kolom ({known} judul dikenal)", "its headers ({known} headers known)"),
    "found.unknown": ("tidak dikenali", "not recognised"),
    "delimiter.,": ("koma (,)", "comma (,)"),
    "delimiter.;": ("titik koma (;)", "semicolon (;)"),
    "delimiter.\t": ("tab", "tab"),
    "delimiter.|": ("garis tegak (|)", "bar (|)"),
    # rows
    "rows.read": ("dibaca", "read"),
    "rows.accepted": ("diterima", "accepted"),
    "rows.right": ("benar (baru dipakai setelah berkas diperbaiki)", "right (used once the file is mended)"),
    "rows.rejected": ("harus diperbaiki (tidak dipakai sampai diperbaiki)", "to be mended (kept out until then)"),
    "rows.duplicate": ("ganda (dihitung sekali)", "repeated (counted once)"),
    "rows.outside": ("di luar tabel (jumlah, tanda tangan, catatan)", "outside the table (totals, signatures, notes)"),
    # columns
    "fate.understood": ("dibaca", "read"),
    "fate.supplied": ("diisi dari pengaturan", "supplied by configuration"),
    "fate.missing_required": ("WAJIB, tidak ada", "REQUIRED, not there"),
    "fate.missing_optional": ("tidak ada (boleh)", "not there (allowed)"),
    "fate.personal": ("data pribadi, tidak dibaca", "personal data, not read"),
    "fate.unknown": ("tidak dikenal, tidak dibaca", "unknown, not read"),
    "columns.absent": (
        "Kolom baku yang tidak ada dan boleh tidak ada: {columns}.",
        "Standard columns that are not there and need not be: {columns}.",
    ),
    # heads of tables
    "head.number": ("No.", "No."),
    "head.severity": ("Tingkat", "Severity"),
    "head.problem": ("Masalah", "Problem"),
    "head.mend": ("Cara memperbaiki", "How to mend it"),
    "head.row": ("Baris", "Row"),
    "head.rows": ("Jumlah baris", "Rows"),
    "head.column": ("Kolom", "Column"),
    "head.header": ("Judul kolom", "Header"),
    "head.value": ("Isi sel", "Cell holds"),
    "head.suggestion": ("Saran", "Suggestion"),
    "head.fate": ("Keadaan", "What became of it"),
    "head.expected": ("Judul baku", "Standard header"),
    "head.nearest": ("Mungkin maksudnya", "Perhaps meant"),
    "head.read_as": ("Dibaca sebagai", "Read as"),
    "head.evidence": ("Dasarnya", "Evidence"),
    "head.what": ("Penyesuaian", "Adaptation"),
    "head.cells": ("Sel", "Cells"),
    "head.dimension": ("Jenis", "Kind"),
    "head.rule": ("Aturan", "Rule"),
    "error": ("Kesalahan", "Error"),
    "warning": ("Peringatan", "Warning"),
    "severity.error": ("Kesalahan: baris ini tidak dipakai sampai diperbaiki", "Error: the row is kept out until it is mended"),
    "severity.warning": ("Peringatan: baris tetap dipakai, tolong periksa", "Warning: the row is used all the same, please look at it"),
    "dimension.completeness": ("kelengkapan", "completeness"),
    "dimension.validity": ("keabsahan", "validity"),
    "dimension.conformity": ("keabsahan", "validity"),
    "dimension.consistency": ("kecocokan antarkolom", "consistency"),
    "dimension.uniqueness": ("keunikan", "uniqueness"),
    "dimension.accuracy": ("ketepatan", "accuracy"),
    "dimension.timeliness": ("ketepatan waktu", "timeliness"),
    "places.more": ("… dan {n} baris lain", "… and {n} more"),
    "places.count": ("{n} baris", "{n} row(s)"),
    "places.caption": ("Sel untuk masalah {number} (aturan {rule})", "Cells of problem {number} (rule {rule})"),
    "caption.file": ("Bagaimana berkas ini dibaca", "How this file was read"),
    "caption.rows": ("Apa yang terjadi dengan setiap baris", "What becomes of every row"),
    "caption.problems": ("Setiap masalah dan banyaknya baris; klik nomornya", "Each problem and how many rows; click its number"),
    "caption.columns": ("Kolom-kolom berkas ini menurut urutannya", "The columns of this file in their order"),
    "caption.formats": ("Disimpulkan dari isi kolom", "Concluded from what the columns hold"),
    "caption.coercions": ("Bentuk penulisan yang diseragamkan saat dibaca", "Written forms that were made uniform in reading"),
    "places.whole_row": ("seluruh baris", "the whole row"),
    # values and suggestions
    "value.blank": ("(kosong)", "(empty)"),
    "value.beyond": ("(isi di luar tabel)", "(beyond the table)"),
    "competencies": ("kompetensi (M.1, M.2, …)", "competencies (M.1, M.2, …)"),
    "value.hidden": ("(disembunyikan)", "(hidden)"),
    "suggestion.code": ("mungkin maksudnya: {code}", "perhaps meant: {code}"),
    "suggestion.choices": ("pilihan: {codes}", "choices: {codes}"),
    "suggestion.date": ("mungkin maksudnya: {text}", "perhaps meant: {text}"),
    "suggestion.no_day": ("tanggal itu tidak ada di kalender", "there is no such day in the calendar"),
    "suggestion.means": ("{header} berarti {value}", "{header} means {value}"),
    "suggestion.conflict": ("kunci sama dengan baris {rows}", "same key as row {rows}"),
    "suggestion.differs": ("; yang berbeda: {columns}", "; what differs: {columns}"),
    "suggestion.duplicate": ("sama persis dengan baris {rows}", "the same as row {rows}"),
    "suggestion.replaced": ("digantikan oleh baris {rows}", "replaced by row {rows}"),
    "duplicate.problem": ("Baris ini muncul lebih dari sekali.", "This row occurs more than once."),
    "duplicate.mend": ("Hapus baris ganda; bila dibiarkan, ia dihitung sekali.", "Remove the repetition; if it stays, it counts once."),
    "replaced.problem": (
        "Ada baris di bawahnya dengan kunci yang sama; baris terakhir yang dipakai.",
        "A row further down has the same key; the last one is used.",
    ),
    "replaced.mend": ("Bila memang pembaruan, tidak perlu tindakan.", "If it is an update, there is nothing to do."),
    # the workbook
    "book.problems": ("Perbaikan", "Corrections"),
    "book.data": ("Data", "Data"),
    "book.help": (
        "Klik nomor baris untuk melompat ke selnya di lembar “Data”. Merah: harus diperbaiki. Kuning: tolong periksa.",
        "Click a row number to jump to its cell on the sheet “Data”. Red: has to be mended. Yellow: please look at it.",
    ),
    "book.cut": ("Daftar ini dipotong: {n} tempat lain tidak ditulis.", "This list is cut off: {n} more places are not written."),
    "book.comment": ("{severity}: {problem}\n{mend}", "{severity}: {problem}\n{mend}"),
    # rejected rows that go back to their office
    "returned.cut": ("Lembar ini penuh: {n} baris lain tidak ditulis.", "This sheet is full: {n} more rows are not written."),
    "returned.sheet": ("Baris ditolak", "Rejected rows"),
    "returned.file": ("Berkas", "File"),
    "returned.row": ("Baris", "Row"),
    "returned.reasons": ("Alasan dan cara memperbaiki", "Reasons and how to mend them"),
    # how dates and numbers were read
    "date.day_first": ("tanggal-bulan-tahun", "day-month-year"),
    "date.month_first": ("bulan-tanggal-tahun", "month-day-year"),
    "number.comma": ("koma untuk desimal", "comma before the decimals"),
    "number.point": ("titik untuk desimal", "point before the decimals"),
    "evidence.day": ("{n} isi memiliki angka pertama di atas 12", "{n} values have a first part above 12"),
    "evidence.month": ("{n} isi memiliki angka kedua di atas 12", "{n} values have a second part above 12"),
    "evidence.shown": ("{n} isi memperlihatkannya", "{n} values show it"),
    "evidence.mark": ("ada tanda urutan bita", "byte order mark"),
    "evidence.zeros": ("setiap bita kedua nol", "every second byte is zero"),
    "evidence.utf8": ("seluruh teks sah sebagai UTF-8", "valid UTF-8 throughout"),
    "evidence.damaged": ("UTF-8, kecuali {n} huruf yang rusak", "UTF-8 but for {n} damaged characters"),
    "evidence.not_utf8": ("bukan UTF-8 yang sah", "not valid UTF-8"),
    "evidence.profile": ("ditetapkan di pengaturan", "set by the configuration"),
    "evidence.sibling": (
        "{n} isi dapat dibaca dua cara; dipakai urutan tanggal kolom lain di berkas ini",
        "{n} values could be read either way; the order of the file's other dates was taken",
    ),
    "evidence.delivery": (
        "{n} isi dapat dibaca dua cara; dipakai bentuk tabel lain pada kiriman ini",
        "{n} values could be read either way; the form of the delivery's other tables was taken",
    ),
    "evidence.from_1904": ("nomor seri tanggal dihitung dari tahun 1904", "serial numbers of dates count from 1904"),
    "evidence.open": (
        "{n} isi bisa dibaca dua cara; dipakai bentuk baku",
        "{n} values could be read either way; the standard form was taken",
    ),
}

_COERCIONS: dict[str, tuple[str, str]] = {
    "date.day_first": ("tanggal ditulis tanggal-bulan-tahun", "dates written day-month-year"),
    "date.month_first": ("tanggal ditulis bulan-tanggal-tahun", "dates written month-day-year"),
    "date.year_first": ("tanggal ditulis tahun/bulan/tanggal", "dates written year/month/day"),
    "date.month_name": ("bulan ditulis dengan nama", "months written by name"),
    "date.compact": ("tanggal ditulis tanpa pemisah (20260131)", "dates written without marks (20260131)"),
    "date.excel_serial": ("tanggal berupa nomor seri Excel", "dates as serial numbers of Excel"),
    "date.time_dropped": ("jam pada tanggal diabaikan", "the time beside a date was dropped"),
    "date.range": ("tanggal awal atau akhir dari rentang tanggal", "first or last day of a range of dates"),
    "timestamp.excel_serial": ("waktu berupa nomor seri Excel", "moments as serial numbers of Excel"),
    "timestamp.midnight": ("tanpa jam, dianggap pukul 00.00", "without a time, taken as midnight"),
    "timestamp.half_day": ("jam AM/PM diubah ke jam 24", "times with AM or PM turned into hours of the day"),
    "timestamp.zone_moved": ("waktu zona lain diubah ke WIB", "moments of another zone moved to WIB"),
    "number.sign_dropped": ("tanda Rp, %, ,- atau satuan dibuang", "Rp, %, ,- or the unit dropped"),
    "number.thousands": ("pemisah ribuan dibuang", "thousands marks dropped"),
    "number.decimal_comma": ("koma desimal", "decimal commas"),
    "number.whole": ("bilangan bulat ditulis dengan desimal", "whole numbers written with decimals"),
    "number.rounded": ("dibulatkan menjadi empat angka desimal", "rounded to four decimals"),
    "boolean.word": ("ya/tidak ditulis dengan kata", "yes or no written as words"),
    "nip.cleaned": ("spasi atau tanda pada NIP dibuang", "blanks or marks in the NIP dropped"),
    "code.written_form": ("nama atau bentuk lain diubah ke kode", "names or other forms turned into the code"),
    "codes.separator": ("pemisah antarkode diseragamkan", "separators between codes made uniform"),
    "free_text.masked": ("nomor dan alamat dalam teks disamarkan", "numbers and addresses in the text masked"),
    "missing.marker": ("tanda kosong (-, N/A, …) dibaca sebagai kosong", "marks for nothing (-, N/A, …) read as empty"),
    "text.cleaned": ("spasi atau tanda petik di tepi dibuang", "blanks or quotes around the text dropped"),
    "period.written_form": ("bentuk periode diseragamkan", "forms of the period made uniform"),
    "profile.value_map": ("nilai kantor ini diubah menurut pengaturan", "values of this office mapped by its configuration"),
    "age.open_band": ("kelompok umur terbuka diseragamkan", "open bands of age made uniform"),
    "age.banded": ("umur dijadikan kelompok sepuluh tahun", "ages put into bands of ten years"),
}

_EVIDENCE = (
    (re.compile(r"(\d+) values have a first part above 12"), "evidence.day"),
    (re.compile(r"(\d+) values have a second part above 12"), "evidence.month"),
    (re.compile(r"(\d+) ambiguous values, order of the file's other dates"), "evidence.sibling"),
    (re.compile(r"(\d+) ambiguous values, (?:order|form) of the delivery's other tables"), "evidence.delivery"),
    (re.compile(r"(\d+) ambiguous values"), "evidence.open"),
    (re.compile(r"(\d+) values show it"), "evidence.shown"),
    (re.compile(r"byte order mark"), "evidence.mark"),
    (re.compile(r"every second byte is zero"), "evidence.zeros"),
    (re.compile(r"^valid UTF-8 throughout"), "evidence.utf8"),
    (re.compile(r"UTF-8 but for (\d+) damaged"), "evidence.damaged"),
    (re.compile(r"not valid UTF-8"), "evidence.not_utf8"),
    (re.compile(r"set by the profile"), "evidence.profile"),
    (re.compile(r"serial numbers count from 1904"), "evidence.from_1904"),
)


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._at = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """A text with its values filled in; whole numbers are written as the language writes them."""
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return _WORDS[key][self._at].format(**shown) if shown else _WORDS[key][self._at]

    def get(self, key: str, otherwise: str) -> str:
        return _WORDS[key][self._at] if key in _WORDS else otherwise

    def number(self, value: float, decimals: int = 0) -> str:
        text = f"{value:,.{decimals}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "id" else text

    def coercion(self, rule: str) -> str:
        return _COERCIONS[rule][self._at] if rule in _COERCIONS else rule

    def evidence(self, text: str) -> str:
        """The evidence that the survey of a column gives, in this language; as it is where it is new."""
        for pattern, key in _EVIDENCE:
            if match := pattern.search(text):
                return self(key, n=int(match[1])) if match.groups() else self(key)
        return text
