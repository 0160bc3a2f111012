"""Which column of a file is which column of the contract, and where the header stands.

A header matches whatever its case, blanks and punctuation. A numeric suffix (``TMT_2``) is only dropped where the full
form is unknown. Of two headers that match one column the declared one wins, else the first, unless a profile says otherwise.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from data_quality.contract import code_list, fold
from pipelines.landing.profiles import PLAIN, Profile
from pipelines.landing.refusals import HIDDEN, MissingColumnsError
from pipelines.privacy.masking import mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_quality.contract import Column, Contract

HEADER_SEARCH_ROWS = 60
COMPETENCIES = "ref_competency"
"""The list of competencies, by whose names a column or a cell is known."""
_FEWEST_NUMBERS = 3
_FEWEST_KNOWN = 2
_HINT = re.compile(
    r"\s*[(\[](?:rp\.?|rupiah|idr|jp|jam|%|persen|tahun|thn|th|orang|wib|l\s?/\s?p|p\s?/\s?l|wajib|"
    r"[dmyhtbs]{1,4}(?:[-/.: ]+[dmyhtbs]{1,4}){1,5}|tgl[-/ ]bln[-/ ]thn|\d+\s*-\s*\d+|\d+ (?:digit|angka))[)\]]\s*$",
    re.IGNORECASE,
)
"""How a column is written, as offices note it behind its name: ``Pagu (Rp)``, ``Tanggal Lahir (dd-mm-yyyy)``; never ``(juta Rp)``."""
_NUMBERED = re.compile(
    r"\s*(?:u(?:nsur)?\s?)?\d{1,2}\s?(?:[.):\-]\s*|(?=[\s(\[]))[(\[]?\s*(\D.*?)\s*[)\]]?\s*",
    re.IGNORECASE,
)
"""A column with a number before its name: ``1. NIP``, ``U8 (Sarana dan Prasarana)``. The name counts: the order of questions differs."""
_SCALED = re.compile(
    r"\b(?:dalam|satuan)\s*:?\s*(?:rp\.?\s*|rupiah\s*)?(?:ribu|juta|mil[iy]ar|trili?un)(?:an)?\b|"
    r"[(\[](?:rp\.?\s*|rupiah\s*|idr\s*|x\s*|dlm\.?\s*)*(?:ribu|juta|mil[iy]ar|trili?un|jt|rb|[x.]?1?\.?000(?:\.000)?)(?:an)?\.?\s*(?:rp\.?|rupiah|idr)?[)\]]",
    re.IGNORECASE,
)
"""Amounts that are none in rupiah: ``(dalam ribuan rupiah)``, ``(juta Rp)``, ``(Rp 000)``."""
_MEASURED = frozenset({"hasil", "hasilpenilaian", "hasilasesmen", "capaian", "aktual", "nilai", "level", "skor", "rp", "rupiah"})
"""Of columns below one name the one that is meant: ``Integritas`` over ``Standar`` and ``Hasil``, ``Realisasi`` over ``Rp`` and ``%``."""
_IN_BRACKETS = re.compile(r"\(.*\)|\[.*\]", re.DOTALL)
_CODE = re.compile(
    r"(?:(M)\.?\s?([1-8])|(SK)\.?\s?(1)|(T)\.\s?([A-Za-z._-]*\d[A-Za-z0-9._-]*)|(T)\.((?-i:[A-Z]{1,12}))(?=$))(?:\.?\s*[-:( ].*)?",
    re.IGNORECASE,
)
"""A technical code holds a digit, or is one word of capitals and nothing more: ``T. Zulkarnain Harahap`` is a person (Teuku, Tengku)."""


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

    @property
    def shown(self) -> list[str]:
        """Every label as it may be reported; none where they may be no labels."""
        if not self.may_be_shown:
            return []
        return [shown_label(label, is_known=self.knows(at)) for at, label in enumerate(self.labels) if label.strip()]

    def knows(self, at: int) -> bool:
        return at in self.melted or at in self.positions.values() or self.labels[at].strip() in self.dropped

    @property
    def may_be_shown(self) -> bool:
        """Whether labels that nobody knows are labels: where a file has no header, what stands in its place may be somebody's data.

        Competencies do not count, since a cell of data may look like one; nor does a second column that is taken from the same label.
        """
        return len({*self.positions.values()}) + len(self.dropped) >= _FEWEST_KNOWN


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


def names_of_columns(contract: Contract) -> frozenset[str]:
    """The names of columns, folded, as the contract declares or knows them."""
    return frozenset(_forms(contract))


def map_headers(contract: Contract, labels: Sequence[str], short: Sequence[str] | None = None, profile: Profile = PLAIN) -> HeaderMap:
    """Map a header row. ``short`` holds, for a header of two rows, the lower label alone, tried where the whole is unknown."""
    known, renamed = _forms(contract), profile.renamed()
    ignored = set(map(fold, profile.ignore))
    forbidden = {column.name for column in contract.columns if column.classification == "forbidden"}
    positions: dict[str, int] = {}
    melted: dict[int, str] = {}
    unknown, dropped = [], []
    seen: Counter[str] = Counter()
    declared = _declared(contract, (*labels, *(short or ())))
    for position, (whole, lower) in enumerate(zip(labels, short or labels, strict=True)):
        seen[fold(whole)] += 1
        names = [name for name in _names(whole, lower, seen[fold(whole)], known, renamed, declared) if name not in positions]
        if forbidden.intersection(names):
            dropped.append(whole.strip())
        elif names:
            positions.update(dict.fromkeys(names, position))
        elif contract.melted and (code := competency_code(lower) or competency_code(_bare(lower))) and code not in melted.values():
            melted[position] = code
        elif fold(whole) and fold(whole) not in ignored:
            unknown.append(whole)
    found = HeaderMap(positions, melted, (), tuple(dropped), tuple(labels))
    return replace(found, unknown=tuple(map(shown_label, unknown)) if found.may_be_shown else (HIDDEN,) * len(unknown))


def _declared(contract: Contract, labels: Sequence[str]) -> dict[str, str]:
    """The declared headers that are among the labels, by the column that no alias stands for beside them."""
    seen = {fold(form) for label in labels if label.strip() for form in _written_forms(label)}
    return {column.name: fold(column.header) for column in contract.columns if not column.into and fold(column.header) in seen}


def _written_forms(label: str) -> tuple[str, ...]:
    return label, re.sub(r"_\d+$", "", label.strip()), _HINT.sub("", label), _bare(label)


def _names(
    whole: str, lower: str, occurrence: int, known: dict[str, str], renamed: dict[str, tuple[str, ...]], declared: dict[str, str]
) -> list[str]:
    """The columns that a header stands for: what the profile says, else what the contract knows."""
    folded = fold(whole)
    ours = renamed.get(f"{folded}#{occurrence}") or renamed.get(folded) or renamed.get(fold(lower))
    if ours:
        return [known[form] for form in ours if form in known]
    for text in dict.fromkeys((whole, lower)):
        for form in map(fold, _written_forms(text)):
            name = known.get(form)
            if name and declared.get(name, form) == form:
                return [name]
    return []


def _bare(label: str) -> str:
    """A label without the number before it and the hint behind it."""
    bare = _HINT.sub("", label)
    return match[1] if (match := _NUMBERED.fullmatch(bare)) else bare


def competency_code(header: str) -> str | None:
    """The competency of a column headed by code (``M.1``, ``M1``, ``T.4``) or by name (``Integritas``)."""
    text = re.sub(r"\s+", " ", header.replace("\u00a0", " ")).strip()
    if match := _CODE.fullmatch(text):
        family, number = [part for part in match.groups() if part]
        return f"{family.upper()}.{number}"
    return code_list(COMPETENCIES).forms.get(fold(text))


def find_header(
    contract: Contract, rows: Sequence[Sequence[str]], profile: Profile = PLAIN, header_row: int | None = None
) -> tuple[int, HeaderMap]:
    """The last row of the header (0-based) and its map, among the first rows of a table.

    The row (or the pair of rows of a two-row header) that names most of the contract's columns is the header; a row below it
    that only numbers the columns or names their units belongs to it. ``header_row`` (0-based) says where the header ends, if that is known.
    """
    best: tuple[int, HeaderMap] = (0, HeaderMap({}, {}, (), (), ()))
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        alone = map_headers(contract, row, profile=profile)
        candidates = [(index, alone)]
        if alone.n_known and index + 1 < len(rows):  # a title is no upper row of a header
            candidates.append((index + 1, map_headers(contract, *_join_rows(row, rows[index + 1]), profile=profile)))
        for last, found in candidates:
            if header_row in {None, last} and (found.n_known > best[1].n_known or not best[1].labels):
                best = (last, found)
    last, found = best
    if last + 1 < len(rows) and (groups := _split_groups(found, rows[last + 1])):
        return last + 1, _choose_measured(found, groups, rows[last + 1])
    return (last + 1 if last + 1 < len(rows) and _belongs_to_header(rows[last + 1]) else last), found


def _split_groups(found: HeaderMap, below: Sequence[str]) -> dict[int, list[int]]:
    """Known labels below which several columns stand, each with a name of its own: first column -> all of them.

    None where the row below is one of data: where half of the other known columns hold something else than their name once more.
    """
    labels = [label.strip() for label in found.labels]
    under = [*(cell.strip() for cell in below), *[""] * len(labels)][: len(labels)]
    known = {*found.positions.values(), *found.melted}
    groups = {}
    for at in sorted(known):
        end = next((place for place in range(at + 1, len(labels)) if labels[place] not in {"", labels[at]}), len(labels))
        named = [place for place in range(at, end) if under[place] and under[place] != labels[place]]
        if at in named and len(named) > 1 and not any(any(map(str.isdigit, under[place])) for place in named):
            groups[at] = named
    others = known.difference(*groups.values())
    n_filled = sum(under[at] not in {"", labels[at]} for at in others)
    return groups if n_filled * 2 < len(others) else {}


def _choose_measured(found: HeaderMap, groups: dict[int, list[int]], below: Sequence[str]) -> HeaderMap:
    """The map with each such label at the one column that is meant; where none or several may be, the label stands for nothing."""
    moved: dict[int, int | None] = {}
    for first, places in groups.items():
        measured = [place for place in places if fold(below[place]) in _MEASURED]
        moved[first] = measured[0] if len(measured) == 1 else None
    positions = {name: to for name, at in found.positions.items() if (to := moved.get(at, at)) is not None}
    melted = {to: code for at, code in found.melted.items() if (to := moved.get(at, at)) is not None}
    lost = tuple(shown_label(found.labels[at]) for at, to in moved.items() if to is None)
    return replace(found, positions=positions, melted=melted, unknown=found.unknown + lost)


def says_scale(contract: Contract, found: HeaderMap, rows: Sequence[Sequence[str]], last: int) -> bool:
    """Whether the head of a table, which ends in the row ``last``, says that amounts are in thousands or millions of rupiah."""
    if not any(column.parser == "money" and column.name in found.positions for column in contract.read_columns):
        return False
    return any(_SCALED.search(cell) for row in rows[: last + 1] if tuple(row) != found.labels for cell in row)


def _belongs_to_header(row: Sequence[str]) -> bool:
    """A row below the header that numbers the columns (``1 2 3``), or says of some in brackets how they are written (``(Rp)``)."""
    cells = [re.sub(r"[().\s]", "", cell) for cell in row]
    filled = [cell for cell in cells if cell]
    if len(filled) >= _FEWEST_NUMBERS and filled == [str(number) for number in range(1, len(filled) + 1)]:
        return True
    return bool(filled) and all(_IN_BRACKETS.fullmatch(cell.strip()) for cell in row if cell.strip())


def require_columns(contract: Contract, found: HeaderMap, profile: Profile = PLAIN) -> None:
    """Raise MissingColumnsError when a required column is neither in the file nor supplied by the profile."""
    if is_complete(contract, found, profile):
        return
    missing: list[tuple[str, str | None]] = [
        (column.header, nearest_label(column.headers, found.unknown)) for column in missing_columns(contract, found, profile)
    ]
    raise MissingColumnsError([*missing, *([("M.1 ... M.8, SK.1, T.x", None)] if lacks_competencies(contract, found) else [])], found.shown)


def is_complete(contract: Contract, found: HeaderMap, profile: Profile = PLAIN) -> bool:
    """Whether every required column is in the file or supplied by the profile."""
    return not missing_columns(contract, found, profile) and not lacks_competencies(contract, found)


def lacks_competencies(contract: Contract, found: HeaderMap) -> bool:
    """Whether the columns of competencies are missing that the contract asks for, and what may stand in their place too."""
    melted = contract.melted
    return melted is not None and not found.melted and melted.melted_unless not in found.positions


def missing_columns(contract: Contract, found: HeaderMap, profile: Profile = PLAIN) -> list[Column]:
    """The required columns that are neither in the file nor supplied by the profile, and all of those of which one must be there."""
    supplied = {fold(header) for header in (*profile.constants, *profile.row_numbers)}
    absent = [
        column for column in contract.read_columns
        if column.name not in found.positions and supplied.isdisjoint(map(fold, (column.name, *column.headers)))
    ]  # fmt: skip
    there = {column.one_of for column in contract.read_columns if column not in absent}
    return [column for column in absent if column.required or (column.one_of and column.one_of not in there)]


def nearest_label(headers: Sequence[str], seen: Sequence[str]) -> str | None:
    """The label among those seen that is most like one of the headers, if any is alike."""
    folded = {fold(label): label for label in seen}
    for header in headers:
        if near := difflib.get_close_matches(fold(header), folded, n=1, cutoff=0.6):
            return folded[near[0]]
    return None


def shown_label(label: str, *, is_known: bool = False) -> str:
    """A header as it may be reported: one that nobody knows may be somebody's name, number or address."""
    text = " ".join(label.split())
    if re.search(r"\d{5}|@", text):
        return HIDDEN
    return (text if is_known else mask(text))[:60]


def _join_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[list[str], list[str]]:
    """A two-row header as whole labels (``PENILAIAN.JPM``) and as lower labels alone.

    An upper label stands for the blank cells to its right too, as merged cells are written.
    """
    width = max(len(upper), len(lower))
    above, below = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    whole, short, heading = [], [], ""
    for over, under in zip(above, below, strict=True):
        heading = over.strip() or heading
        if not under.strip():
            whole.append(over)
            short.append(over)
        elif not heading or fold(heading) == fold(under):
            whole.append(under)
            short.append(under)
        else:
            whole.append(f"{heading}.{under.strip()}")
            short.append(under)
    return whole, short
