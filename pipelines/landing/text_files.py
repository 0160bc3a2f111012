"""Delimited text as rows: encoding, separator, quotes. Memory is bounded by the longest line that is let through.

A row that cannot be taken apart (a quote that never closes, a line without end) is handed on as broken, with its place; the rows
after it are read as if it were well formed.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import zlib
from collections import deque
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from pipelines.landing.limits import BROKEN_QUOTES, TOO_LONG, TOO_MANY_CELLS, Limits
from pipelines.landing.refusals import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = ",;\t|"
_BOMB_RATIO = 250
_BOMB_BYTES = 100 << 20
_CLOCK_EVERY = 1_024
_UTF16_SAMPLE = 4_096


class Row(NamedTuple):
    """A row as written: the number that an editor or spreadsheet shows, its cells, and what is wrong with it as a row."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True)
class TextFormat:
    """How a text file is encoded, and from what that was concluded."""

    encoding: str
    evidence: str


class _Unpacked(io.RawIOBase):
    """The bytes of a gzip file; stops one that grows without measure."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._name, self._packed_size = path.name, path.stat().st_size
        self._most = limits.unpacked_mb << 20
        self._stream = gzip.open(path, "rb")  # noqa: SIM115 - closed with this object
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # of a buffer only its memory is asked for
        try:
            chunk = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFileError(self._name, "damaged_gzip") from error
        self._count += len(chunk)
        if self._count > min(self._most, max(_BOMB_BYTES, self._packed_size * _BOMB_RATIO)):
            raise UnreadableFileError(self._name, "unpacks_too_large", mb=self._count >> 20)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _open_bytes(path: Path, limits: Limits) -> IO[bytes]:
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", io.BufferedReader(_Unpacked(path, limits), 1 << 16)) if is_gzip else path.open("rb")


def detect_encoding(path: Path, limits: Limits) -> TextFormat:
    """The encoding. What is not UTF-8 throughout is Windows-1252, unless almost all of it is UTF-8: then single cells are damaged."""
    deadline = limits.deadline()
    with _open_bytes(path, limits) as stream:
        start = stream.read(_UTF16_SAMPLE)
        for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
            if start.startswith(mark):
                return TextFormat(name, "byte order mark")
        for order, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if zeros and zeros.count(0) > 0.4 * len(zeros) and start.count(0) < 0.6 * len(start):
                return TextFormat(order, "every second byte is zero")
        if start.startswith(b"PK\x03\x04"):
            raise UnreadableFileError(path.name, "workbook_in_gzip")
        n_damaged, n_foreign = 0, 0
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        chunk = start
        while chunk:
            text = decoder.decode(chunk)
            if not text.isascii():
                n_damaged += text.count("\ufffd")
                n_foreign += len(text) - len(text.encode("ascii", "ignore"))
            limits.hold(deadline, path.name)
            chunk = stream.read(1 << 20)
        n_damaged += decoder.decode(b"", final=True).count("\ufffd")
    if not n_damaged:
        return TextFormat("utf-8", "valid UTF-8 throughout")
    if n_foreign - n_damaged > n_damaged:
        return TextFormat("utf-8", f"UTF-8 but for {n_damaged} damaged characters")
    return TextFormat("cp1252", "not valid UTF-8")


class _Lines:
    """Lines of a text stream, none longer than the limit, with those of the record under way kept so that it can be taken back."""

    def __init__(self, stream: IO[str], limits: Limits, name: str) -> None:
        self._stream, self._limits, self._name = stream, limits, name
        self._deadline = limits.deadline()
        self._waiting: deque[tuple[int, str, bool]] = deque()
        self._n_read = 0
        self.record: list[tuple[int, str, bool]] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        entry = self._waiting.popleft() if self._waiting else self._read()
        self.record.append(entry)
        return entry[1]

    def _read(self) -> tuple[int, str, bool]:
        most = self._limits.line_chars
        line = self._stream.readline(most)
        if not line:
            raise StopIteration
        self._n_read += 1
        if self._n_read % _CLOCK_EVERY == 0:
            self._limits.hold(self._deadline, self._name)
        is_cut = len(line) == most and line[-1] not in "\r\n"
        if is_cut:
            self._drain(most)
            line = line[:1_000].replace('"', "") + "\n"
        return self._n_read, line, is_cut

    def _drain(self, most: int) -> None:
        while (rest := self._stream.readline(most)) and rest[-1] not in "\r\n":
            self._limits.hold(self._deadline, self._name)

    def take_back_all_but_first(self) -> None:
        self._waiting.extendleft(reversed(self.record[1:]))
        del self.record[1:]


def read_rows(path: Path, encoding: str, delimiter: str, limits: Limits, width: int | None = None) -> Iterator[Row]:
    """Every row with the line on which it begins. ``width`` is that of the header, once it is known.

    A quoted cell may hold line breaks. A record that has not the header's width, with whole rows inside a cell, is a quote that was
    never closed: its first line is broken, the others are read anew.
    """
    csv.field_size_limit(limits.cell_chars)
    with _open_bytes(path, limits) as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text:
        lines = _Lines(text, limits, path.name)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            lines.record.clear()
            try:
                cells = next(reader, None)
            except csv.Error:
                yield _broken(lines, delimiter)
                continue
            if cells is None:
                return
            begins, _, is_cut = lines.record[0]
            if is_cut:
                yield Row(begins, cells[: limits.columns], TOO_LONG)
            elif len(lines.record) > 1 and _is_no_record(lines, cells, delimiter, width):
                yield _broken(lines, delimiter)
            elif len(cells) > limits.columns and any(cells[limits.columns :]):
                yield Row(begins, cells[: limits.columns], TOO_MANY_CELLS)
            else:
                yield Row(begins, cells)


def _is_no_record(lines: _Lines, cells: list[str], delimiter: str, width: int | None) -> bool:
    """Whether what began as a record of several lines is none: one of them was cut, maybe with the end of its quotes, or it holds rows."""
    if any(is_cut for _, _, is_cut in lines.record):
        return True
    return width is not None and len(cells) != width and _swallows_rows(cells, delimiter, width)


def _swallows_rows(cells: list[str], delimiter: str, width: int) -> bool:
    """Whether a cell holds a line that looks like a row."""
    return any(line.count(delimiter) * 2 >= width - 1 for cell in cells if "\n" in cell for line in cell.split("\n"))


def _broken(lines: _Lines, delimiter: str) -> Row:
    """The first line of a record that cannot be taken apart; the lines after it will be read anew."""
    lines.take_back_all_but_first()
    begins, line, _ = lines.record[0]
    is_long = len(line) > csv.field_size_limit()
    return Row(begins, line[:1_000].rstrip("\r\n").replace('"', "").split(delimiter), TOO_LONG if is_long else BROKEN_QUOTES)


def first_rows(path: Path, encoding: str, delimiter: str, limits: Limits, count: int) -> list[Row]:
    """The first rows that hold anything."""
    filled = (row for row in read_rows(path, encoding, delimiter, limits) if any(cell.strip() for cell in row.cells))
    return list(itertools.islice(filled, count))
