"""Why a file is refused as a whole, in words for whoever sent it. The words stand in one table, in English and in Indonesian."""

from __future__ import annotations

import errno
import re
from typing import TYPE_CHECKING, Literal

from pipelines.sentences import said_again

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})

OF_LIMITS = frozenset({"too_slow", "too_much_memory", "unpacks_too_large"})
"""Codes of files that cost more than the limits that they were read with."""

Language = Literal["en", "id"]

HIDDEN = "[...]"
"""Stands for what may tell of a person."""

_WORDS: dict[str, tuple[str, str]] = {
    "empty": (
        "the file is empty: export it again",
        "berkas kosong: ekspor ulang dari aplikasi sumber",
    ),
    "pdf": (
        "this is a PDF, not a table: export the data as xlsx or csv",
        "ini berkas PDF, bukan tabel: ekspor datanya sebagai xlsx atau csv",
    ),
    "early": (
        "the date {day} in the name lies in the future: rename the file after its true day; else it is read when that day has come",
        "tanggal {day} pada nama berkas belum tiba: ganti nama berkas sesuai tanggal sebenarnya; jika tidak, berkas baru dibaca saat itu",
    ),
    "shut": (
        "the user that runs the warehouse may not read the file: allow it to (chmod g+r), and the next refresh reads it",
        "pengguna yang menjalankan sistem tidak boleh membaca berkas: izinkan (chmod g+r), lalu penyegaran berikutnya membacanya",
    ),
    "scaled": (
        "a note at the head of the table says that amounts are in thousands or millions: write them in whole rupiah, without the note",
        "catatan di kepala tabel menyebut jumlah dalam ribuan atau jutaan: tulis jumlah dalam rupiah penuh dan hapus catatan itu",
    ),
    "web_page": (
        "this is a web page under the name of a table: open it in Excel and save it as xlsx",
        "ini halaman web yang diberi nama tabel: buka di Excel, lalu simpan sebagai xlsx",
    ),
    "xml": (
        "this is an XML document, not a table: open it in Excel and save it as xlsx",
        "ini dokumen XML, bukan tabel: buka di Excel, lalu simpan sebagai xlsx",
    ),
    "damaged": (
        "the file is damaged or cut off ({detail}): open it, save it again and deliver it anew",
        "berkas rusak atau terpotong ({detail}): buka, simpan ulang, lalu kirim kembali",
    ),
    "damaged_gzip": (
        "the compressed file is damaged or cut off: compress it again",
        "berkas terkompresi rusak atau terpotong: kompres ulang",
    ),
    "unpacks_too_large": (
        "the file unpacks to more than {mb:,} MB: it is damaged or hostile; deliver the data in parts",
        "isi berkas melebihi {mb:,} MB setelah dibuka: berkas rusak atau berbahaya; kirim data dalam beberapa bagian",
    ),
    "password": (
        "the file is protected by a password: save it without one",
        "berkas dilindungi kata sandi: simpan tanpa kata sandi",
    ),
    "archive": (
        "a zip archive without a workbook: unpack it and deliver the tables in it",
        "arsip zip tanpa buku kerja: buka arsipnya dan kirim tabel di dalamnya",
    ),
    "workbook_in_gzip": (
        "a workbook inside a compressed file: deliver the workbook itself",
        "buku kerja di dalam berkas terkompresi: kirim buku kerjanya langsung",
    ),
    "no_visible_sheet": (
        "no visible sheet holds anything: unhide the sheet with the data",
        "tidak ada lembar terlihat yang berisi data: tampilkan lembar yang berisi data",
    ),
    "no_such_sheet": (
        "there is no visible sheet {sheet} (set by the profile)",
        "tidak ada lembar terlihat bernama {sheet} (ditetapkan oleh profil)",
    ),
    "reader_failed": (
        "the reader itself failed ({detail}); the file is kept out. Tell the maintainers, with the file",
        "pembaca berkas gagal ({detail}); berkas tidak dimuat. Laporkan kepada pengelola sistem, beserta berkasnya",
    ),
    "too_slow": (
        "reading took longer than {seconds:g} s (WAREHOUSE_FILE_SECONDS): deliver the file as csv, or in parts",
        "pembacaan melebihi {seconds:g} detik (WAREHOUSE_FILE_SECONDS): kirim sebagai csv, atau dalam beberapa bagian",
    ),
    "too_much_memory": (
        "reading needs more than {mb:,} MB of memory (WAREHOUSE_FILE_MEMORY_MB), or the file is damaged: deliver it as csv, or in parts",
        "pembacaan butuh lebih dari {mb:,} MB memori (WAREHOUSE_FILE_MEMORY_MB), atau berkas rusak: kirim sebagai csv, atau per bagian",
    ),
}  # fmt: skip
_MISSING = (
    "required columns are missing: {missing}; columns seen: {seen}",
    "kolom wajib tidak ada: {missing}; kolom yang ditemukan: {seen}",
)
_NEAR = (" (nearest seen: ", " (yang mirip: ")
_NONE_SEEN = ("no known column name", "tidak ada nama kolom yang dikenal")
_AT: dict[Language, int] = {"en": 0, "id": 1}


def is_of_the_disk(error: BaseException) -> bool:
    """Whether an error is the machine's and not the file's: then the night fails, and the next one reads the file again.

    Taken for damage of the file it would block its delivery for good, because the file never changes.
    """
    return isinstance(error, OSError) and error.errno in OF_THE_DISK


class UnreadableFileError(ValueError):
    """A file that is not what its name says, is damaged, or costs too much to read. ``str`` gives the English words."""

    def __init__(self, name: str, code: str, **details: object) -> None:
        self.name, self.code, self.details = told_name(name), code, details
        super().__init__(self.words("en"))

    def words(self, language: Language) -> str:
        return f"{self.name}: {_WORDS[self.code][_AT[language]].format(**self.details)}"


class EarlyDeliveryError(UnreadableFileError):
    """A file whose name says a day that has not come; it is not read before."""

    def __init__(self, name: str, day: date) -> None:
        super().__init__(name, "early", day=day)


class MissingColumnsError(ValueError):
    """A file without columns that the contract requires. ``missing`` pairs each with the nearest label seen, if one is alike."""

    def __init__(self, missing: list[tuple[str, str | None]], seen: list[str]) -> None:
        self.missing, self.seen = missing, seen
        super().__init__(self.words("en"))

    def words(self, language: Language) -> str:
        at = _AT[language]
        missing = ", ".join(header + (f"{_NEAR[at]}{label})" if label else "") for header, label in self.missing)
        return _MISSING[at].format(missing=missing, seen=", ".join(self.seen) or _NONE_SEEN[at])


def in_indonesian(english: str) -> str:
    """The Indonesian words of what ``str`` of one of these errors says; empty where it says something else."""
    found = [said_again(english, f"{{name}}: {words}", f"{{name}}: {again}") for words, again in _WORDS.values()]
    found.append(said_again(english, *_MISSING, lambda columns: _NONE_SEEN[1] if columns == _NONE_SEEN[0] else columns.replace(*_NEAR)))
    return next((said for said in found if said is not None), "")


def shown_name(name: str) -> str:
    """The name of a file or sheet as it may be reported and kept: no control characters, no long numbers (a NIP), nobody's e-mail."""
    return _LONG_NUMBER.sub(HIDDEN, _EMAIL_USER.sub(f"{HIDDEN}@", re.sub(r"[\x00-\x1f\x7f]", "?", name)))[:_MOST_OF_A_NAME]


def told_name(name: str) -> str:
    """A file's name as it may be told to everybody, for the reason of a refusal is published: without the name of a person too."""
    from pipelines.privacy.masking import mask  # not at the top: the process that parses a workbook starts with this module

    return mask(shown_name(name))


def shown_names(names: Iterable[str]) -> list[str]:
    """Names that stand beside each other, as they may be kept: where two would become the same, the later ones are numbered."""
    found: dict[str, None] = {}
    for name in names:
        shown, number = shown_name(name), 1
        base = shown
        while shown in found:
            number += 1
            shown = f"{base[: _MOST_OF_A_NAME - 10]} ({number})"
        found[shown] = None
    return list(found)


_MOST_OF_A_NAME = 120
_EMAIL_USER = re.compile(r"[^\s@_]+@")
_LONG_NUMBER = re.compile(r"\d{9,}|\d{8}[ ._-]\d{6}[ ._-]\d[ ._-]\d{3}(?!\d)")
"""A number as long as a NIP, or a NIP in its four parts."""
