"""Tables to files, in the dialects that offices use. The same table and style always give the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
DATE_COLUMNS = frozenset(
    {"tanggal_lahir", "tmt_golongan", "tmt_jabatan", "tmt_cpns", "berlaku_mulai", "tanggal_penilaian", "tanggal_undangan", "tanggal_mulai",
     "tanggal_selesai", "tanggal", "hukuman_tanggal", "akhir_hukuman_tanggal"}
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """A dialect: how a file is written."""

    extension: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: str = "iso"
    upper_headers: bool = False
    letterhead: int = 0


STYLES = [
    Style(), Style(delimiter=";", encoding="utf-8-sig", dates="dmy-"), Style(delimiter=";", dates="dmy/", upper_headers=True),
    Style(extension="csv.gz"), Style(delimiter="\t", encoding="utf-16", dates="named"), Style(delimiter=";", encoding="cp1252", dates="dmy-"),
    Style(upper_headers=True, dates="iso"),
]  # fmt: skip
WORKBOOK = Style(extension="xlsx", dates="named", letterhead=4)
PARQUET = Style(extension="parquet")


def write(folder: Path, day: date, frame: pd.DataFrame, style: Style, suffix: str = "") -> tuple[Path, int]:
    """Write a delivery's file; returns its path and the row in which the first row of data stands."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day.isoformat()}{suffix}.{style.extension}"
    shown = frame[[column for column in frame.columns if not column.startswith("_")]].copy()
    for column in DATE_COLUMNS.intersection(shown.columns):
        shown[column] = [_date_text(text, style.dates) for text in shown[column]]
    headers = [column.replace("_", " ").upper() if style.upper_headers else column for column in shown.columns]
    if style.extension == "xlsx":
        _write_workbook(path, headers, shown, style)
        return path, style.letterhead + 2
    if style.extension == "parquet":
        pq.write_table(pa.Table.from_pydict({column: shown[column].astype(str).tolist() for column in shown.columns}), path)
        return path, 2
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(shown.itertuples(index=False, name=None))
    content = text.getvalue().encode(style.encoding, errors="replace")
    path.write_bytes(gzip.compress(content, mtime=0) if style.extension.endswith("gz") else content)
    return path, 2


@lru_cache(maxsize=100_000)
def _date_text(text: str, style: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    if style == "named":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return {"iso": day.isoformat(), "dmy-": f"{day:%d-%m-%Y}", "dmy/": f"{day:%d/%m/%Y}"}[style]


def _write_workbook(path: Path, headers: list[str], frame: pd.DataFrame, style: Style) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as book:
        book.set_properties({"created": datetime(2020, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("Rekap")
        for row, text in enumerate(["PEMERINTAH KOTA MEDAN", "REKAPITULASI", "", ""][: style.letterhead]):
            sheet.write_string(row, 0, text)
        for column, text in enumerate(headers):
            sheet.write_string(style.letterhead, column, text)
        for row, values in enumerate(frame.itertuples(index=False, name=None), start=style.letterhead + 1):
            for column, value in enumerate(values):
                if value != "":
                    sheet.write_string(row, column, str(value))
        last = style.letterhead + len(frame) + 3
        sheet.write_string(last, len(headers) - 2, "Medan, tanggal seperti di atas")
        sheet.write_string(last + 1, len(headers) - 2, "Kepala UPT,")
