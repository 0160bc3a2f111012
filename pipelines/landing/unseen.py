"""Cells of a workbook that the library hands on as empty and that are not: formulas that nobody has computed, and errors (``#DIV/0!``).

Used by the process that parses one workbook, so imports stay few.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from html import unescape
from typing import TYPE_CHECKING

from pipelines.landing.marks import UNCOMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20
_MOST_LISTED = 16 << 20
_DAMAGED = (KeyError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_IS_TEXT = re.compile(rb"\st=\"str\"")  # an empty text that was computed
_PLACE = rb"[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*"
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?"
_ERROR = rb"<(?:\w+:)?v>\s*(#[^<]{1,20})</(?:\w+:)?v>"
_UNCOMPUTED_CELL = re.compile(rb"<(?:\w+:)?c\b" + _PLACE + _FORMULA + _NO_VALUE + rb"\s*</(?:\w+:)?c>")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\st=\"e\")" + _PLACE + rb"(?:" + _FORMULA + rb")?" + _ERROR + rb"\s*</(?:\w+:)?c>")


def unseen_cells(path: str) -> dict[str, dict[int, dict[int, str]]]:
    """By sheet, row and column (0-based) what stands for a formula without a value, and errors as a person sees them.

    Empty for a workbook of another kind.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            found = {name: _of_part(parts, part) for name, part in _sheets(parts)}
    except _DAMAGED:  # the library that reads the rows refuses such a file with its own words
        return {}
    return {name: rows for name, rows in found.items() if rows}


def _sheets(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name and the part of each sheet."""
    related = _RELATION.findall(_read(parts, "xl/_rels/workbook.xml.rels"))
    targets = {_attribute(relation, "Id"): _attribute(relation, "Target") for relation in related}
    for sheet in _SHEET.findall(_read(parts, "xl/workbook.xml")):
        target = targets.get(_attribute(sheet, r"(?:\w+:)?id"), "")
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if target and part in parts.NameToInfo:
            yield _attribute(sheet, "name"), part


def _read(parts: zipfile.ZipFile, name: str) -> bytes:
    with parts.open(name) as part:
        return part.read(_MOST_LISTED)


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')".encode(), tag)
    return unescape((match[1] or match[2] or b"").decode("utf-8", "replace")) if match else ""


def _of_part(parts: zipfile.ZipFile, name: str) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    rest = b""
    with parts.open(name) as part:
        while chunk := part.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"</")  # what is cut off begins before it
            cut = max(text.rfind(b"<c ", 0, cut), text.rfind(b":c ", 0, cut) - 10, 0)
            for letters, row, shown in found(text):  # a cell that both chunks hold is noted twice
                rows.setdefault(int(row) - 1, {})[_column(letters)] = shown
            rest = text[cut:] if len(text) - cut < _CHUNK else b""
    return rows


def found(text: bytes) -> Iterator[tuple[bytes, bytes, str]]:
    """Letters of the column, number of the row and what is to stand there."""
    if b"<f" in text or b":f" in text:
        for match in _UNCOMPUTED_CELL.finditer(text):
            if not _IS_TEXT.search(match[0].partition(b">")[0]):
                yield match[1], match[2], UNCOMPUTED
    if b't="e"' in text:
        for match in _ERROR_CELL.finditer(text):
            yield match[1], match[2], match[3].decode("ascii", "replace").strip()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
