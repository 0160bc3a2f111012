"""Random damage: to the bytes of a file, to its lines, to its cells before it is written, and to its name."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.files import writers as w
from tests.files.people import Cell, Grid

NASTY_TEXTS = (
    "", " ", "-", "NULL", "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "1E+17", "1,99003E+17", "9" * 400, "-0", "+1", "--1", "1_000", "0x1F",
    "1.234.567,89", "1,234,567.89", "1,2,3", "..", ",", ",-", "Rp", "Rp -", "Rp1.000,-", "%", "12%", "²", "½", "١٢", "१२", "１２", "Ⅳ", "iv", "0", "00",
    "000000000000000000", "199013452015011901", "199002302015011901", "31/02/2025", "00/00/0000", "0000-00-00", "9999-12-31", "10000-01-01",
    "1/1/1", "29-02-2023", "17 Agustus", "17 Agustus 20265", "Jumat,", "45678.999999", "45678,5", "2958466", "2025-01-01T25:61:61", "2025-01-01T00:00:00+99:99",
    "2025-01-01T00:00:00Z", "2025-01-01 00:00:60", "23:59", "\u202e2025-01-01", "\u200b", "\ufeff", "\u2028", "\x85", "\x0b", "\x1c", "\ufffd", "e\u0301",
    '"', '""', '"""', "'", "'''", '="1"', '="', "=1+1", "@SUM(A1)", ";", ",", "|", "\t", "\r", "\n", "\r\n", "a\nb", "A" * 5_000, "\\", "\\n", "{}", "[]", "%s",
    "%(x)s", "{0}", "${x}", "<x/>", "]]>", "&amp;", "TW5", "TWIV", "13", "Tahunan", "M.1;M.2", "M.9", ";;", "2026-1-1/2026-1-2", "12 s.d. 14 Agustus 2026",
    "s.d.", "s/d 3 Mei 2025", "12-14 Agustus 2026", "True", "TRUE", "x", "III/a", "IIIa", "III", "5.0", "05", "Ya", "-1", "1.5", "1,5", "121", "150 tahun", "17-",
)  # fmt: skip
NASTY_VALUES: tuple[Cell, ...] = (
    0, -1, 1, 2**31, 2**53, 10**15, 1e308, -1e-308, 0.1, 1.5, 31.0, 45678.5, -45678.0, 2958465, 1.9900315201501190e17, True, False,
    date(1900, 1, 1), date(1900, 3, 1), date(9999, 12, 31), datetime(2025, 1, 1, 23, 59, 59), w.Formula("=1/0", "#DIV/0!"), w.Formula("=A1", 0),
    w.Formula("=A1", ""),
)  # fmt: skip
ENDS = (".csv", ".csv.gz", ".xlsx", ".xls", ".ods", ".parquet", ".xlsm", ".txt", ".tsv")
Change = Callable[[random.Random, bytes], bytes]


# --- bytes -----------------------------------------------------------------------------------------------------------


def _slice(rng: random.Random, content: bytes) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + int(rng.expovariate(1 / 300)) + 1)


def truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def flip_bits(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20, 100))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def insert_noise(rng: random.Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:start] + rng.randbytes(end - start) + content[start:]


def delete_slice(rng: random.Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:start] + content[end:]


def duplicate_slice(rng: random.Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:end] + content[start:end] * rng.choice((1, 1, 5, 200)) + content[end:]


def insert_marks(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 5, 50))):
        mark = rng.choice((b"\0", b'"', b";", b",", b"\n", b"\r", b"\t", b"\xff", b"\xed\xa0\x80", b"\x1a", b"\xef\xbb\xbf", b'""', b'";"'))
        at = rng.randrange(len(changed) + 1)
        changed[at:at] = mark
    return bytes(changed)


def shuffle_lines(rng: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    if rng.random() < 0.5:
        rng.shuffle(lines)
    else:
        for _ in range(5):
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return b"\n".join(lines)


BYTES: tuple[Change, ...] = (truncate, flip_bits, insert_noise, delete_slice, duplicate_slice, insert_marks, shuffle_lines)


def splice(rng: random.Random, first: bytes, second: bytes) -> bytes:
    return first[: rng.randrange(len(first) + 1)] + second[rng.randrange(len(second) + 1) :]


# --- cells -----------------------------------------------------------------------------------------------------------


def nasty_cells(rng: random.Random, grid: Grid, values: tuple[Any, ...]) -> Grid:
    rows = [list(row) for row in grid.rows]
    for _ in range(rng.choice((1, 3, 6, 60))):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(values)
    return Grid(grid.header, rows, grid.above, grid.below)


def nasty_shape(rng: random.Random, grid: Grid) -> Grid:
    """Rows and headers added, removed, doubled, emptied, made longer and shorter."""
    header, rows = list(grid.header), [list(row) for row in grid.rows]
    for _ in range(rng.choice((1, 2, 4))):
        match rng.randrange(8):
            case 0:
                header[rng.randrange(len(header))] = rng.choice(NASTY_TEXTS)
            case 1:
                header[rng.randrange(len(header))] = rng.choice(header)
            case 2:
                rows.insert(rng.randrange(len(rows)), list(header))
            case 3:
                rows.insert(rng.randrange(len(rows) + 1), [rng.choice(NASTY_TEXTS)] * rng.randrange(1, 40))
            case 4:
                at = rng.randrange(len(rows))
                rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
            case 5:
                rows += [list(row) for row in rng.choices(rows, k=rng.choice((1, 10)))]
            case 6:
                at = rng.randrange(len(header))
                header[at] = ""
            case _:
                rows[rng.randrange(len(rows))] = []
    return Grid(header, rows, [["Judul"]] * rng.randrange(4), [["Jumlah", "3"], ["", "", "Kepala Badan,"]][: rng.randrange(3)])


# --- files -----------------------------------------------------------------------------------------------------------


def written(rng: random.Random, grid: Grid) -> tuple[bytes, str]:
    """A grid in a format and dialect chosen at random, and the end of its name. Workbooks may hold values of all kinds."""
    kind = rng.choices((".csv", ".csv.gz", ".xlsx", ".xls", ".ods", ".parquet"), (12, 1, 2, 1, 1, 2))[0]
    if kind == ".xlsx":
        return w.xlsx_file(grid), kind
    if kind == ".xls":
        return w.xls_file(_texts(grid, 30_000)), kind
    if kind == ".ods":
        return w.ods_file(_printable(grid)), kind
    if kind == ".parquet":
        return _parquet(rng, grid), kind
    encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1"))
    text = w.csv_text(
        _texts(grid).lines, rng.choice(";,\t|"), rng.choice(("\r\n", "\n", "\r")), rng.choice(("minimal", "minimal", "all", "none"))
    )
    content = text.encode(encoding, "replace")
    return (w.gzipped(content), kind) if kind == ".csv.gz" else (content, kind)


def _texts(grid: Grid, most: int | None = None) -> Grid:
    def text(cell: Cell) -> str:
        shown = cell.value if isinstance(cell, w.Formula) else cell
        return ("" if shown is None else str(shown))[:most]

    lines = [[[text(cell) for cell in line] for line in part] for part in ([grid.header], grid.rows, grid.above, grid.below)]
    return Grid(lines[0][0], lines[1], lines[2], lines[3])


def _printable(grid: Grid) -> Grid:
    """Without the characters that XML cannot hold."""
    plain = _texts(grid)

    def clean(line: list[Cell]) -> list[Cell]:
        return ["".join(c for c in cell if c >= " " or c in "\t\n\r") for cell in line]

    return Grid(clean(plain.header), [clean(row) for row in plain.rows], plain.above, plain.below)


def _parquet(rng: random.Random, grid: Grid) -> bytes:
    """Columns of text; labels may repeat."""
    plain = _texts(grid)
    columns = [pa.array([row[at] or None if at < len(row) else None for row in plain.rows], pa.string()) for at in range(len(plain.header))]
    table = pa.Table.from_arrays(columns, names=plain.header)
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=rng.choice((None, 7)), compression=rng.choice(("snappy", "zstd", "none")))
    return stream.getvalue()


def healthy_formats(grid: Grid) -> list[tuple[bytes, str]]:
    """A grid in the formats and dialects that are damaged, with the end of the name; text comes more often than the others."""
    text = w.csv_file(grid, ";")
    others = [(w.xlsx_file(grid), ".xlsx"), (w.xls_file(grid), ".xls"), (w.ods_file(grid), ".ods"), (w.parquet_file(grid), ".parquet")]
    dialects = [w.csv_file(grid, ",", "cp1252", quoting="all"), w.csv_file(grid, "\t", "utf-16")]
    return [*[(text, ".csv")] * 5, *[(content, ".csv") for content in dialects], (w.gzipped(text), ".csv.gz"), *others]


@dataclass(frozen=True)
class Made:
    """A damaged file: its bytes, the end of its name, and how it came to be."""

    content: bytes
    end: str
    story: str


def damaged(rng: random.Random, grid: Grid, formats: list[tuple[bytes, str]], others: list[tuple[bytes, str]]) -> Made:
    """A table damaged in its cells or in its bytes; one in twenty has a wrong name too."""
    made = _damaged_cells(rng, grid) if rng.random() < 0.5 else _damaged_bytes(rng, formats, others)
    if rng.random() < 0.05:
        end = rng.choice(ENDS)
        return Made(made.content, end, f"{made.story}, named {end}")
    return made


def _damaged_cells(rng: random.Random, grid: Grid) -> Made:
    story = []
    if rng.random() < 0.8:
        values = NASTY_TEXTS + (NASTY_VALUES if rng.random() < 0.4 else ())
        grid = nasty_cells(rng, grid, values)
        story.append("cells")
    if rng.random() < 0.4:
        grid = nasty_shape(rng, grid)
        story.append("shape")
    content, end = written(rng, grid)
    return Made(content, end, "+".join(story) or "as it is")


def _damaged_bytes(rng: random.Random, formats: list[tuple[bytes, str]], others: list[tuple[bytes, str]]) -> Made:
    content, end = rng.choice(formats)
    if rng.random() < 0.1:
        return Made(splice(rng, content, rng.choice(others)[0]), end, "splice")
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        change = rng.choice(BYTES)
        content = change(rng, content)
        names.append(change.__name__)
    return Made(content, end, "+".join(names))
