"""Formulas of a workbook that nobody has computed: programs write them without a value, and an empty cell would be all that is seen.

Used by the process that parses one workbook, so imports stay few.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20
_MOST_LISTED = 16 << 20
_DAMAGED = (KeyError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_IS_TEXT = re.compile(rb"\st=\"str\"")  # an empty text that was computed
_CELL = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def uncomputed_cells(path: str) -> dict[str, dict[int, list[int]]]:
    """By sheet and row (0-based) the columns of the formulas that have no value; empty for a workbook of another kind."""
    try:
        with zipfile.ZipFile(path) as parts:
            found = {name: _of_part(parts, part) for name, part in _sheets(parts)}
    except _DAMAGED:
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


def _of_part(parts: zipfile.ZipFile, name: str) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    rest = b""
    with parts.open(name) as part:
        while chunk := part.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"</")  # what is cut off begins before it
            cut = max(text.rfind(b"<c ", 0, cut), text.rfind(b":c ", 0, cut) - 10, 0)
            if b"<f" in text or b":f" in text:
                for match in _CELL.finditer(text):
                    if _IS_TEXT.search(match[0].partition(b">")[0]):
                        continue
                    columns = rows.setdefault(int(match[2]) - 1, [])
                    if (column := _column(match[1])) not in columns:  # one that both chunks hold
                        columns.append(column)
            rest = text[cut:] if len(text) - cut < _CHUNK else b""
    return rows


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
