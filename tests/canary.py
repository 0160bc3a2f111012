"""Markers that stand for personal data, and a search for them in whatever a folder holds.

A marker is found plain, in another encoding, and split by blanks or punctuation: text is folded to its ASCII letters and digits before
it is compared. Tables are read as tables (Parquet is compressed), workbooks are unpacked, everything else is searched as bytes.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NOT_FOLDED = re.compile(rb"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Marker:
    """``text`` stands in a cell of ``column``, whose class is ``classification``; ``folded`` is what is looked for."""

    extract: str
    column: str
    classification: str
    text: str

    @property
    def folded(self) -> bytes:
        return fold(self.text.encode())


def fold(content: bytes) -> bytes:
    return _NOT_FOLDED.sub(b"", content).lower()


def word(number: int) -> str:
    """Twelve letters that no other text has."""
    return "zqx" + "".join(chr(97 + number // 26**power % 26) for power in range(6)) + "xqz"


def contents(root: Path, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, as (place, folded content): as bytes, and as what a reader of its format sees.

    Places that begin with one of ``skip`` are left out.
    """
    for path in sorted(root.rglob("*")):
        place = str(path.relative_to(root))
        if not path.is_file() or path.is_symlink() or place.startswith(skip):
            continue
        yield place, fold(place.encode()) + fold(path.read_bytes())
        if path.suffix == ".parquet":
            for column in pq.read_table(path, partitioning=None).columns:
                yield place, _joined(column.unique().to_pylist())
        elif path.suffix == ".duckdb":
            yield from ((place, text) for text in _tables(path))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((place, fold(archive.read(name))) for name in archive.namelist())


def _tables(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name, column_name from duckdb_columns() where not internal").fetchall()
        tables = {(schema, name) for schema, name in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()}
        for schema, name, column in names:
            if (schema, name) in tables:
                values = connection.execute(f'select distinct "{column}"::varchar from "{schema}"."{name}"').fetchall()
                yield _joined(value for (value,) in values)


def _joined(values: Iterable[object]) -> bytes:
    """Each value folded by itself, so that the end of one and the beginning of the next never make up a marker."""
    return b"|".join(fold(str(value).encode()) for value in values)


def sightings(root: Path, markers: Iterable[Marker], skip: tuple[str, ...] = ()) -> set[tuple[Marker, str]]:
    """Which marker stands in which file."""
    wanted = [(marker, marker.folded) for marker in markers]
    return {(marker, place) for place, text in contents(root, skip) for marker, folded in wanted if folded in text}
