"""Which column of a file is which column of the contract, and where the header stands.

A header matches whatever its case, blanks and punctuation. A numeric suffix (``TMT_2``) is only dropped where the full
form is unknown, and of two headers that match one column the first wins.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data_quality.contract import code_list, fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data_quality.contract import Contract

HEADER_SEARCH_ROWS = 60


class MissingColumnsError(ValueError):
    """A file without the columns that the contract requires."""


@dataclass(frozen=True)
class HeaderMap:
    """``positions``: column name -> position in the file; ``melted``: position -> competency code; the rest is reported."""

    positions: dict[str, int]
    melted: dict[int, str]
    unknown: tuple[str, ...]
    dropped: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def n_known(self) -> int:
        return len(self.positions) + len(self.melted) + len(self.dropped)


@lru_cache(maxsize=32)
def _forms(contract: Contract) -> dict[str, str]:
    """Folded header -> column name. The declared header of one column beats an alias of another."""
    forms: dict[str, str] = {}
    for column in contract.columns:
        if not column.into:
            forms.setdefault(fold(column.header), column.name)
    for column in contract.columns:
        for alias in () if column.into else column.aliases:
            forms.setdefault(fold(alias), column.name)
    return forms


def map_headers(contract: Contract, headers: Sequence[str], local: Mapping[str, str] | None = None) -> HeaderMap:
    """Map a header row. ``local`` maps an office's own headers to headers of the contract."""
    known = _forms(contract)
    renamed = {fold(ours): fold(theirs) for ours, theirs in (local or {}).items()}
    forbidden = {column.name for column in contract.columns if column.classification == "forbidden"}
    positions: dict[str, int] = {}
    melted: dict[int, str] = {}
    unknown, dropped = [], []
    for position, header in enumerate(headers):
        folded = fold(header)
        folded = renamed.get(folded, folded)
        name = known.get(folded) or known.get(fold(re.sub(r"_\d+$", "", header.strip())))
        if name in forbidden:
            dropped.append(header.strip())
        elif name and name not in positions:
            positions[name] = position
        elif contract.melted and (code := competency_code(header)) and code not in melted.values():
            melted[position] = code
        elif folded:
            unknown.append(shown_label(header))
    return HeaderMap(positions, melted, tuple(unknown), tuple(dropped), tuple(headers))


def competency_code(header: str) -> str | None:
    """The competency of a column headed by code (``M.1``, ``M1``, ``T.4``) or by name (``Integritas``)."""
    text = re.sub(r"\s+", " ", header.replace("\u00a0", " ")).strip()
    if match := re.fullmatch(r"(?:(M)\.?\s?([1-8])|(SK)\.?\s?(1)|(T)\.\s?([A-Za-z0-9._-]+))(?:\s*[-:( ].*)?", text, re.IGNORECASE):
        family, number = [part for part in match.groups() if part]
        return f"{family.upper()}.{number}"
    return code_list("ref_competency").forms.get(fold(text))


def find_header(contract: Contract, rows: Sequence[Sequence[str]], local: Mapping[str, str] | None = None) -> tuple[int, HeaderMap]:
    """The last row of the header (0-based) and its map, among the first rows of a table.

    The row (or the pair of rows of a two-row header) that names most of the contract's columns is the header. Raises
    MissingColumnsError, saying what was seen and what is missing, when none names every required column.
    """
    best: tuple[int, int, HeaderMap] | None = None
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        candidates = [(index, row)]
        if index + 1 < len(rows):
            candidates.append((index + 1, _join_rows(row, rows[index + 1])))
        for last, labels in candidates:
            found = map_headers(contract, labels, local)
            if best is None or found.n_known > best[0]:
                best = (found.n_known, last, found)
    if best is None:
        raise MissingColumnsError("the file is empty: no header row")
    return best[1], best[2]


def require_columns(contract: Contract, found: HeaderMap, supplied: frozenset[str] = frozenset()) -> None:
    """Raise MissingColumnsError when a required column is neither in the file nor supplied by configuration."""
    missing = [c for c in contract.read_columns if c.required and c.name not in found.positions and c.name not in supplied]
    melted_missing = contract.melted is not None and not found.melted
    if not missing and not melted_missing:
        return
    seen = [shown_label(label) for label in found.labels if label.strip()] if found.n_known else []
    parts = []
    for column in missing:
        near = difflib.get_close_matches(fold(column.header), [fold(label) for label in seen], n=1, cutoff=0.6)
        nearest = next((label for label in seen if near and fold(label) == near[0]), None)
        parts.append(f"{column.header}" + (f" (nearest seen: {nearest})" if nearest else ""))
    if melted_missing:
        parts.append("at least one competency (M.1 ... or its name)")
    raise MissingColumnsError(
        f"required columns are missing: {', '.join(parts)}; columns seen: {', '.join(seen) or 'no known column name'}"
    )


def shown_label(label: str) -> str:
    """A header as it may be reported: where a file has no header, its first row may be somebody's data."""
    text = label.strip()
    return "[...]" if re.search(r"\d{5}|@", text) else text[:60]


def _join_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """A two-row header as one: the lower label where there is one, else the upper."""
    width = max(len(upper), len(lower))
    upper_labels, lower_labels = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    return [below.strip() or above for above, below in zip(upper_labels, lower_labels, strict=True)]
