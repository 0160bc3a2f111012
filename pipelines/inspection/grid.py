"""A file as grids of text, before it is known which contract it belongs to, or although it fits none: what is seen of its headers
is all that can be told of a file that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.landing.formats import detect_format
from pipelines.landing.headers import HEADER_SEARCH_ROWS, find_header, is_complete
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import profile_for
from pipelines.landing.readers import open_tables
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError, shown_names
from pipelines.landing.sheets import SheetFile
from pipelines.landing.text_files import DELIMITERS, detect_encoding, first_rows, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from data_quality.contract import Contract
    from pipelines.landing.headers import HeaderMap
    from pipelines.landing.profiles import Profile
    from pipelines.landing.text_files import Row

_HEAD_ROWS = HEADER_SEARCH_ROWS + 2
_FEWEST_KNOWN = 3
"""Fewer known headers are chance: many extracts have the columns ``nip`` and ``nama``."""


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, or of a text file taken apart by one separator."""

    sheet: str
    head: list[list[str]]
    every_row: Callable[[], Iterator[Row]]
    detection: dict[str, Any]


@dataclass(frozen=True)
class BestHeader:
    """The grid that fits a contract best, and its header, which ends in ``header_row``."""

    grid: Grid
    header: HeaderMap
    header_row: int


@dataclass(frozen=True)
class FoundContract:
    """The contract that a file belongs to, if it is clear: ``found`` is given, folder, header or unknown.

    ``refusal`` says why the headers could not be looked at.
    """

    contract: Contract | None
    found: str
    n_known: int = 0
    tied: tuple[Contract, ...] = ()
    refusal: UnreadableFileError | None = None


def open_grids(path: Path, limits: Limits) -> list[Grid]:
    """Every grid of a file. Raises UnreadableFileError or OSError."""
    kind = detect_format(path, limits).kind
    if kind not in {"text", "gzip"}:
        book = SheetFile(path, kind, limits, _HEAD_ROWS)
        names = zip(book.heads.items(), shown_names(book.heads), strict=True)
        return [Grid(shown, head, _sheet_rows(book, sheet), {"format": kind, "sheet": shown}) for (sheet, head), shown in names]
    text = detect_encoding(path, limits)
    grids = []
    for delimiter in DELIMITERS:
        head = [row.cells for row in first_rows(path, text.encoding, delimiter, limits, _HEAD_ROWS)]
        detection = {"format": kind, "encoding": text.encoding, "encoding_evidence": text.evidence, "delimiter": delimiter}
        grids.append(Grid("", head, _text_rows(path, text.encoding, delimiter, limits), detection))
    return grids


def _sheet_rows(book: SheetFile, sheet: str) -> Callable[[], Iterator[Row]]:
    return lambda: book.rows(sheet)


def _text_rows(path: Path, encoding: str, delimiter: str, limits: Limits) -> Callable[[], Iterator[Row]]:
    return lambda: read_rows(path, encoding, delimiter, limits)


def best_header(contract: Contract, grids: Sequence[Grid], profile: Profile) -> BestHeader | None:
    """The header that names most of the contract's columns, or None where there is not a cell."""
    found = []
    for grid in grids:
        if any(cell.strip() for row in grid.head for cell in row):
            at, header = find_header(contract, grid.head, profile)
            found.append(BestHeader(grid, header, at + 1))
    return max(found, key=lambda best: (best.header.n_known, len(best.header.labels)), default=None)


def find_contract(
    path: Path, contracts: Sequence[Contract], profiles: tuple[Profile, ...], extract: str | None = None, limits: Limits | None = None
) -> FoundContract:
    """Which contract a file belongs to: the one that is named, else that of its folder, else the one whose headers it has.

    Of contracts of which equally many headers are known, only one that has all its required columns is taken.
    """
    if extract is not None:
        named = [contract for contract in contracts if extract in {contract.extract, contract.folder}]
        return FoundContract(named[0], "given") if named else FoundContract(None, "unknown")
    folder = "/".join(path.resolve().parts[-3:-1])
    if within := [contract for contract in contracts if contract.folder == folder]:
        return FoundContract(within[0], "folder")
    try:
        grids = open_grids(path, limits or Limits())
    except UnreadableFileError as error:
        return FoundContract(None, "unknown", refusal=error)
    known: dict[int, list[tuple[Contract, bool]]] = {}
    for contract in contracts:
        profile = profile_for(profiles, contract, path.name)
        if best := best_header(contract, grids, profile):
            known.setdefault(best.header.n_known, []).append((contract, is_complete(contract, best.header, profile)))
    most = max(known, default=0)
    candidates = known.get(most, [])
    is_plain = len(candidates) == 1 and most >= _FEWEST_KNOWN
    clear = candidates if is_plain else [(contract, complete) for contract, complete in candidates if complete]
    if len(clear) == 1:
        return FoundContract(clear[0][0], "header", most)
    return FoundContract(None, "unknown", most, tuple(contract for contract, _ in candidates) if most else ())


@dataclass(frozen=True)
class DataSheet:
    """A table as it is to be copied: ``known`` are the positions of columns that the contract lets be read, the only ones shown."""

    sheet: str
    header_row: int
    known: frozenset[int]
    every_row: Callable[[], Iterator[Row]]


def data_sheets(path: Path, contract: Contract, profiles: tuple[Profile, ...], limits: Limits | None = None) -> list[DataSheet]:
    """The tables of a file that are read, or the one that fits best where none is; nothing of a file that cannot be opened.

    Where hardly a header is known the file has none, most likely, and what stands in its place is somebody's data: nothing is copied.
    """
    profile = profile_for(profiles, contract, path.name)
    try:
        tables = open_tables(path, contract, profile, limits or Limits())
    except MissingColumnsError:
        best = best_header(contract, open_grids(path, limits or Limits()), profile)
        if best is None or best.header.n_known < _FEWEST_KNOWN:
            return []
        return [DataSheet(best.grid.sheet, best.header_row, _known(best.header), best.grid.every_row)]
    except UnreadableFileError:
        return []
    return [DataSheet(table.sheet, table.header_row, _known(table.header), table.every_row) for table in tables]


def _known(header: HeaderMap) -> frozenset[int]:
    return frozenset({*header.positions.values(), *header.melted})
