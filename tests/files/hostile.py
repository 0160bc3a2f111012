"""Damaged and hostile text files, each with what must become of it; ``hostile_archives`` has those of other kinds.

``FATE`` words: a file is *blocked* with words, *read* with counted rejections, *either* of both where a reader may choose, or a
*stranger* that is never opened. In every case the files beside it come to no harm.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.files import writers as w
from tests.files.seeds import N_EMPLOYEES, employees

Write = Callable[[Path], object]


@dataclass(frozen=True)
class Fate:
    """What must become of a file. ``rejected`` are the least and the most rows, ``reason`` is one that they must have."""

    kind: Literal["blocked", "read", "either", "stranger"]
    words: str = ""
    rows: int = N_EMPLOYEES
    rejected: tuple[int, int] = (0, 0)
    reason: str = ""


@dataclass(frozen=True)
class Hostile:
    """One file: what follows the date in its name, how to write it, and its fate. ``heavy`` ones cost seconds."""

    name: str
    suffix: str
    write: Write
    fate: Fate
    heavy: bool = False


def blocked(words: str) -> Fate:
    return Fate("blocked", words)


def read(rows: int = N_EMPLOYEES, rejected: int | tuple[int, int] = 0, reason: str = "") -> Fate:
    least, most = (rejected, rejected) if isinstance(rejected, int) else rejected
    return Fate("read", rows=rows, rejected=(least, most), reason=reason)


EITHER = Fate("either")
STRANGER = Fate("stranger")
DAMAGED = "damaged|cut off|cannot be read|memory"


def of_bytes(make: Callable[[], bytes]) -> Write:
    return lambda path: path.write_bytes(make())


# --- parts -----------------------------------------------------------------------------------------------------------

EVEN_ROW = 20
"""A row of the seed whose cells hold no line break, so that it is one line."""


def rows() -> list[bytes]:
    """The healthy table, one entry a row; the first is the header."""
    return w.csv_file(employees(), ";").split(b"\r\n")[:-1]


def joined(lines: list[bytes]) -> bytes:
    return b"\r\n".join([*lines, b""])


def with_change(old: bytes, new: bytes, at: tuple[int, ...] = (EVEN_ROW,)) -> bytes:
    """The table with a part of some rows exchanged."""
    lines = rows()
    for number in at:
        assert old in lines[number + 1], "the seed has changed: choose another row"
        lines[number + 1] = lines[number + 1].replace(old, new, 1)
    return joined(lines)


def flipped(content: bytes, count: int, *, first: float = 0.0, last: float = 1.0, seed: int = 7) -> bytes:
    """``content`` with some bits turned, between two shares of its length."""
    rng = random.Random(seed)
    changed = bytearray(content)
    for _ in range(count):
        at = rng.randrange(int(first * len(content)), max(int(last * len(content)), 1))
        changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def noise(length: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(length)


# --- text ------------------------------------------------------------------------------------------------------------


def _long_line(path: Path) -> None:
    lines = rows()
    with path.open("wb") as stream:
        stream.write(joined(lines[:31]))
        stream.write(b"x;" * 1_000)
        for _ in range(100):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\r\n" + joined(lines[31:]))


def _cell_over_many_lines() -> bytes:
    cell = b'"' + (b"baris " * 20 + b"\r\n") * 3_000
    return with_change(b"JAB-", cell + b"JAB-")


def _wide() -> bytes:
    more = b";" + b";".join(b"K%d" % number for number in range(20_000))
    cells = b";" + b"1;" * 19_999 + b"1"
    first, *others = rows()
    return joined([first + more, *(line + cells for line in others)])


def _utf16_lone_surrogate() -> bytes:
    text = w.csv_text(employees().lines, ";")
    at = text.index("JAB-", len(text) // 3)
    return b"\xff\xfe" + text[:at].encode("utf-16-le") + b"\x00\xd8" + text[at:].encode("utf-16-le")


def _cut_in_last_row() -> bytes:
    *others, last = rows()
    return joined(others) + last[: len(last) * 6 // 10]


def _contradictions() -> bytes:
    lines = rows()
    return joined([*lines, *(line.replace(b"JAB-", b"LAIN-", 1) for line in lines[1:])])


_REPLACED = "damaged_text"
TEXT: tuple[Hostile, ...] = (
    Hostile("empty", ".csv", of_bytes(bytes), blocked("empty")),
    Hostile("only-blank-lines", ".csv", of_bytes(lambda: b"\r\n" * 5_000), blocked("empty")),
    Hostile("only-separators", ".csv", of_bytes(lambda: b";" * 21 + b"\r\n" * 1_000), blocked("empty|columns are missing")),
    Hostile("only-byte-order-mark", ".csv", of_bytes(lambda: b"\xef\xbb\xbf"), blocked("empty")),
    Hostile("only-a-header", ".csv", of_bytes(lambda: joined(rows()[:1])), read(0)),
    Hostile("one-row", ".csv", of_bytes(lambda: joined(rows()[:2])), read(1)),
    Hostile("one-column", ".csv", of_bytes(lambda: joined([line[:18] for line in rows()])), blocked("columns are missing")),
    Hostile("long-preamble", ".csv", of_bytes(lambda: b"Laporan\r\n" * 100 + joined(rows())), blocked("columns are missing")),
    Hostile("no-table", ".csv", of_bytes(lambda: noise(50_000)), blocked("")),
    Hostile("zeros", ".csv", of_bytes(lambda: bytes(100_000)), blocked("")),
    Hostile("nul-bytes", ".csv", of_bytes(lambda: with_change(b"JAB-", b"JAB\0-", (5, 20, 40))), read(rejected=3, reason=_REPLACED)),
    Hostile("open-quote", ".csv", of_bytes(lambda: with_change(b"JAB-", b'"JAB-')), read(rejected=1, reason="row.broken_quotes")),
    Hostile("open-quote-in-last-row", ".csv", of_bytes(lambda: with_change(b"JAB-", b'"JAB-', (59,))),
            read(rejected=1, reason="row.broken_quotes")),
    Hostile("open-quote-in-every-row", ".csv", of_bytes(lambda: joined([line.replace(b"JAB-", b'"JAB-') for line in rows()])),
            Fate("either", "rejected")),
    Hostile("quote-inside-a-cell", ".csv", of_bytes(lambda: with_change(b"JAB-", b'JAB "x" ')), read()),
    Hostile("quotes-badly-nested", ".csv", of_bytes(lambda: with_change(b"JAB-", b'"JAB "dalam" "')), read(rejected=(0, 1))),
    Hostile("cell-of-50-mb", ".csv", of_bytes(lambda: with_change(b"JAB-", b"x" * 50_000_000 + b"JAB-")),
            read(rejected=1, reason="row.too_long"), heavy=True),
    Hostile("line-of-100-mb", ".csv", _long_line, read(N_EMPLOYEES + 1, 1, "row.too_long"), heavy=True),
    Hostile("cell-over-3000-lines", ".csv", of_bytes(_cell_over_many_lines), EITHER),
    Hostile("columns-20000", ".csv", of_bytes(_wide), EITHER),
    Hostile("header-of-2-mb", ".csv", of_bytes(lambda: b"H" * 2_000_000 + b";" + joined(rows())), EITHER),
    Hostile("mixed-encodings", ".csv", of_bytes(lambda: with_change("é".encode(), b"\xe9", (14,))), read(rejected=1, reason=_REPLACED)),
    Hostile("lone-surrogate", ".csv", of_bytes(lambda: with_change(b"JAB-", b"\xed\xa0\x80JAB-")), read(rejected=1, reason=_REPLACED)),
    Hostile("utf16-lone-surrogate", ".csv", of_bytes(_utf16_lone_surrogate), read(rejected=1, reason=_REPLACED)),
    Hostile("utf16-half-a-character", ".csv", of_bytes(lambda: w.csv_file(employees(), ";", "utf-16") + b"\x41"), EITHER),
    Hostile("utf32", ".csv", of_bytes(lambda: w.csv_file(employees(), ";", "utf-32")), EITHER),
    Hostile("cut-in-last-row", ".csv", of_bytes(_cut_in_last_row), read(rejected=1)),
    Hostile("bits-flipped", ".csv", of_bytes(lambda: flipped(joined(rows()), 40)), EITHER),
    Hostile("contradictions", ".csv", of_bytes(_contradictions), blocked("max_key_conflict_share|max_rejected_share")),
    Hostile("formula-in-a-cell", ".csv", of_bytes(lambda: with_change(b"JAB-", b"=cmd|'/c calc'!A0")), read()),
)  # fmt: skip

# --- compressed text -------------------------------------------------------------------------------------------------

_GIGABYTE = 1 << 30


def _gzip_member(chunk: bytes, times: int) -> bytes:
    """A gzip member whose content is a chunk over and over; the deflated chunk ends on a byte and can be repeated as it is."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(times):
        checksum = zlib.crc32(chunk, checksum)
    tail = checksum.to_bytes(4, "little") + (len(chunk) * times % (1 << 32)).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + packed * times + b"\3\0" + tail


def gzip_bomb(chunk: bytes, gigabytes: int = 10, start: bytes = b"") -> Write:
    """A gzip file that grows to ``gigabytes``, by repeating a member of 64 MB."""

    def write(path: Path) -> None:
        member = _gzip_member(chunk, (64 << 20) // len(chunk))
        with path.open("wb") as stream:
            stream.write(w.gzipped(start) if start else b"")
            for _ in range(gigabytes * _GIGABYTE // (64 << 20)):
                stream.write(member)

    return write


def _bomb_of_rows(path: Path) -> None:
    header = rows()[0]
    row = next(row for row in rows()[1:] if row.isascii() and b"\n" not in row)
    gzip_bomb((row + b"\r\n") * 4_000, 4, joined([header]))(path)


COMPRESSED: tuple[Hostile, ...] = (
    Hostile("gzip-cut", ".csv.gz", of_bytes(lambda: w.gzipped(joined(rows()))[:-300]), blocked(DAMAGED)),
    Hostile("gzip-bits-flipped", ".csv.gz", of_bytes(lambda: flipped(w.gzipped(joined(rows())), 3, first=0.3)), EITHER),
    Hostile("gzip-in-gzip", ".csv.gz", of_bytes(lambda: w.gzipped(w.gzipped(joined(rows())))), blocked("")),
    Hostile("gzip-with-noise-behind", ".csv.gz", of_bytes(lambda: w.gzipped(joined(rows())) + b"noise"), EITHER),
    Hostile("workbook-in-gzip", ".csv.gz", of_bytes(lambda: w.gzipped(w.xlsx_file(employees()))), blocked("workbook|columns are missing")),
    Hostile("gzip-bomb-of-zeros", ".csv.gz", gzip_bomb(bytes(1 << 20)), blocked("unpacks|damaged|empty|took longer"), heavy=True),
    Hostile("gzip-bomb-of-rows", ".csv.gz", _bomb_of_rows, blocked("unpacks|damaged|took longer"), heavy=True),
)  # fmt: skip

# --- what is no delivery ---------------------------------------------------------------------------------------------


def _link(path: Path) -> None:
    outside = path.parents[3] / "outside.csv"  # beside the landing area
    outside.write_bytes(joined(rows()))
    path.symlink_to(outside)


STRANGERS: tuple[Hostile, ...] = (
    Hostile("link-to-a-file-outside", "_tautan.csv", _link, STRANGER),
    Hostile("link-to-itself", "_lingkaran.csv", lambda path: path.symlink_to(path), STRANGER),
    Hostile("link-to-a-device", "_nol.csv", lambda path: path.symlink_to("/dev/zero"), STRANGER),
    Hostile("folder", "_map.csv", lambda path: path.mkdir(), STRANGER),
    Hostile("pipe", "_pipa.csv", os.mkfifo, STRANGER),
    Hostile("name-with-backslash", "_a\\b.csv", of_bytes(lambda: joined(rows())), STRANGER),
    Hostile("name-with-line-break", "_a\nb.csv", of_bytes(lambda: joined(rows())), STRANGER),
    Hostile("name-not-of-a-table", "_x.exe", of_bytes(lambda: b"MZ" + noise(100)), STRANGER),
)
