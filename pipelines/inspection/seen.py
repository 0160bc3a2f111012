"""What was seen of a file's columns and of the way in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_quality.contract import fold
from pipelines.inspection.places import letter
from pipelines.inspection.report import Coercion, ColumnSeen, FormatSeen
from pipelines.landing.headers import missing_columns, nearest_label, shown_label

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from data_quality.contract import Column, Contract
    from pipelines.inspection.places import Places
    from pipelines.inspection.words import Words
    from pipelines.landing.batches import OpenedFile
    from pipelines.landing.headers import HeaderMap
    from pipelines.landing.profiles import Profile

_NUMBERS = frozenset({"number", "integer", "money", "level"})


def columns_seen(contract: Contract, header: HeaderMap, profile: Profile) -> tuple[ColumnSeen, ...]:
    """The columns of the file in their order, then those of the contract that it has not."""
    by_position: dict[int, list[Column]] = {}
    for name, at in header.positions.items():
        by_position.setdefault(at, []).append(contract.column(name))
    dropped, ignored = set(header.dropped), set(map(fold, profile.ignore))
    seen = []
    for at, label in enumerate(header.labels):
        shown, place = shown_label(label, is_known=header.knows(at)), letter(at)
        if at in by_position:
            seen.append(ColumnSeen("understood", shown, place, ", ".join(column.header for column in by_position[at])))
        elif at in header.melted:
            seen.append(ColumnSeen("understood", shown, place, header.melted[at]))
        elif label.strip() in dropped:
            seen.append(ColumnSeen("personal", shown, place))
        elif fold(label) and fold(label) not in ignored and header.may_be_shown:
            seen.append(ColumnSeen("unknown", shown, place, nearest=_nearest_header(contract, header, shown)))
    return (*seen, *_absent(contract, header, profile))


def _nearest_header(contract: Contract, header: HeaderMap, label: str) -> str:
    """The header that an unknown one is most like, of the columns that the file has not under another."""
    absent = [column for column in contract.read_columns if not column.into and column.name not in header.positions]
    headers = {form: column.header for column in absent for form in reversed(column.headers)}
    near = nearest_label([label], list(headers))
    return headers[near] if near else ""


def _absent(contract: Contract, header: HeaderMap, profile: Profile) -> list[ColumnSeen]:
    supplied = {fold(name) for name in (*profile.constants, *profile.row_numbers)}
    labels = list(header.unknown) if header.may_be_shown else []
    required = missing_columns(contract, header, profile)
    absent = []
    for column in contract.read_columns:
        if column.into or column.name in header.positions:
            continue
        if not supplied.isdisjoint(map(fold, (column.name, *column.headers))):
            absent.append(ColumnSeen("supplied", "", "", column.header))
        elif column in required:
            absent.append(ColumnSeen("missing_required", "", "", column.header, nearest_label(column.headers, labels) or ""))
        else:
            absent.append(ColumnSeen("missing_optional", "", "", column.header))
    return absent


def formats_seen(opened: OpenedFile, places: Places, words: Words) -> tuple[FormatSeen, ...]:
    """How columns of dates and numbers are read, where the file itself has decided it."""
    found = []
    for name, style in opened.formats.items():
        column = places.column(name)
        if not style.evidence or column is None:
            continue
        if column.parser in _NUMBERS:
            read_as = words("number.comma" if style.number.decimal_mark == "," else "number.point")
        else:
            read_as = words("date.month_first" if style.month_first else "date.day_first")
        found.append(FormatSeen(places.header(name), places.letter(name), read_as, words.evidence(style.evidence)))
    return tuple(found)


def coercions_seen(counts: Counter[str], places: Places, words: Words) -> tuple[Coercion, ...]:
    """Written forms that were adapted, the most frequent first."""
    found = []
    for label, count in counts.items():
        name, _, rule = label.partition(": ")
        melted = places.contract.melted
        header = words("competencies") if melted and name == melted.name else places.header(name)
        found.append(Coercion(header, rule, words.coercion(rule), count))
    return tuple(sorted(found, key=lambda item: (-item.count, item.header, item.rule)))


def missing_sentences(columns: Sequence[ColumnSeen], words: Words, *, competencies: bool) -> tuple[str, ...]:
    """One sentence for each required column that is not there."""
    missing = [column for column in columns if column.fate == "missing_required"]
    sentences = [
        words("reason.missing_near", column=column.expected, nearest=column.nearest)
        if column.nearest
        else words("reason.missing_column", column=column.expected)
        for column in missing
    ]
    return (*sentences, *((words("reason.missing_competencies"),) if competencies else ()))
