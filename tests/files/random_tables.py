"""Random tables in random dialects: each cell as it is written, with the value that a reader must find in it.

The expected value is made before the cell is written and never from it. ``FAULT`` stands for a cell that holds no value of its column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from data_quality.contract import Column, Contract
from pipelines.privacy.masking import mask
from tests.files import people as p
from tests.files import writers as w

FAULT = object()
_DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_UNSEEN: dict[int, str] = dict.fromkeys(
    (0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070)), ""
)
_BLANKS: dict[int, str] = dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
_NARROW: dict[int, str] = {wide: unicodedata.normalize("NFKC", chr(wide)) for wide in range(0xFF01, 0xFF5F)}
_NO_VALUE = ("", "-", "NULL", "#N/A")
_FOOTER_WORDS = ("Jumlah Penduduk", "TOTAL", "Catatan Sipil", "Kepala Dinas", "Keterangan", "Mengetahui", "Medan, 1 Mei 2025", "Rata-rata")
_TRICKY = (
    '"', '""', '","', ";", ",", "\t", "|", "a\nb", "a\r\nb", "a\rb", "\n", " x ", "\u00a0x\u00a0", "'0812", "=1+1", '="007"', "0012", "1.0", "1e5", "-", "N/A",
    "null", "NIP BARU", "TRUE", "2025-01-01", "1.234,5", "–", "é", "#", "\\", "\\n", "'", "x'", "x\"", *_FOOTER_WORDS,
)  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    delimiter: str
    encoding: str
    end: str
    quoting: w.Quoting
    day: Callable[[date], str]
    clock: str
    zone: str
    decimal_mark: str
    thousands: bool
    yes: str
    no: str
    missing: str
    packed: bool

    @property
    def is_latin(self) -> bool:
        """Whether all text must be Latin: for Windows-1252, and for UTF-16 without a mark, which is known by its zeros."""
        return self.encoding in {"cp1252", "utf-16-le", "utf-16-be"}


_WORDS = st.sampled_from((("1", "0"), ("ya", "tidak"), ("TRUE", "FALSE"), ("Y", "N"), ("1.0", "0.0")))


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    yes, no = draw(_WORDS)
    return Dialect(
        delimiter=draw(st.sampled_from(",;\t|")),
        encoding=draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"))),
        end=draw(st.sampled_from(("\r\n", "\n", "\r"))),
        quoting=draw(st.sampled_from(("minimal", "all"))),
        day=draw(
            st.sampled_from(
                (p.iso, p.day_month_year("-"), p.day_month_year("/"), p.day_month_year("."), p.long_date, p.short_month, p.month_first)
            )
        ),
        clock=draw(st.sampled_from(("%H:%M:%S", "%H.%M.%S"))),
        zone=draw(st.sampled_from(("", "", "+07:00", "Z", "+0900"))),
        decimal_mark=draw(st.sampled_from(",.")),
        thousands=draw(st.booleans()),
        yes=yes,
        no=no,
        missing=draw(st.sampled_from(_NO_VALUE)),
        packed=draw(st.booleans()),
    )


@dataclass
class RandomTable:
    """A file's bytes, the columns of the contract in the order in which they stand in it, and what each row must give."""

    content: bytes
    columns: list[str]
    expected: list[dict[str, Any]] = field(default_factory=list)


Written = tuple[str, Any]
"""A cell's text and the value that it must give."""


# --- cells -----------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str | None:
    """A text without what spreadsheets add around values; None for what stands for no value."""
    bare = text.translate(_UNSEEN | _BLANKS | _NARROW).strip()
    if len(bare) > 2 and bare.startswith('="') and bare.endswith('"'):
        bare = bare[2:-1]
    bare = bare.lstrip("'\u2018\u2019").strip()
    return None if bare.casefold() in {"", "-", "--", "–", "—", "null", "none", "nan", "na", "n/a", "#n/a", "\\n"} else bare


def _characters(dialect: Dialect) -> st.SearchStrategy[str]:
    if dialect.is_latin:
        return st.sampled_from("abcXYZ 0123\"',;|.-_/\\\n\téüñ–")
    return st.characters(codec="utf-8")


def _texts(dialect: Dialect) -> st.SearchStrategy[Written]:
    def written(text: str) -> Written:
        return text, FAULT if _DAMAGED.search(text) else _plain(text)

    return st.one_of(st.text(_characters(dialect), max_size=30), st.sampled_from(_TRICKY)).map(written)


def _free_texts(dialect: Dialect) -> st.SearchStrategy[Written]:
    return _texts(dialect).map(lambda cell: (cell[0], mask(cell[1]) if isinstance(cell[1], str) else cell[1]))


def _days() -> st.SearchStrategy[date]:
    return st.dates(date(1950, 1, 1), date(2049, 12, 31))


def _dates(dialect: Dialect) -> st.SearchStrategy[Written]:
    impossible = "02/31/2025" if dialect.day is p.month_first else "31/02/2025"  # which does not speak for another order
    wrong = st.sampled_from((impossible, "2025-02-30", "2025-13-01", "besok", "00/13/2025", "17 Foo 2025", "1,5"))
    return st.one_of(_days().map(lambda day: (dialect.day(day), day)), wrong.map(lambda text: (text, FAULT)))


def _moments(dialect: Dialect) -> st.SearchStrategy[Written]:
    def written(moment: datetime) -> Written:
        shown = f"{dialect.day(moment.date())} {moment.strftime(dialect.clock)}{dialect.zone}"
        if not dialect.zone or dialect.zone == "+07:00":
            return shown, moment
        ahead = timedelta(hours=9) if dialect.zone == "+0900" else timedelta()
        return shown, (moment.replace(tzinfo=UTC) - ahead + timedelta(hours=7)).replace(tzinfo=None)

    good = st.datetimes(datetime(1990, 1, 1), datetime(2049, 12, 31)).map(lambda moment: written(moment.replace(microsecond=0)))
    wrong = st.sampled_from(("2025-01-01 25:00:00", "kemarin", "12:30", "2025-02-30 10:00:00", "2025-01-01 10:61"))
    return st.one_of(
        good, _days().map(lambda day: (dialect.day(day), datetime(day.year, day.month, day.day))), wrong.map(lambda text: (text, FAULT))
    )


def number_text(value: Decimal, dialect: Dialect) -> str:
    """A number in the dialect's form, all of its digits."""
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):f}"
    whole, _, fraction = digits.partition(".")
    if dialect.thousands:
        whole = f"{int(whole):,}".replace(",", "." if dialect.decimal_mark == "," else ",")
    return f"{sign}{whole}{dialect.decimal_mark + fraction if fraction else ''}"


def _numbers(dialect: Dialect) -> st.SearchStrategy[Written]:
    good = st.decimals(Decimal("-99999999"), Decimal("99999999"), places=2).map(lambda value: (number_text(value, dialect), value))
    wrong = st.sampled_from(("abc", "12 buah", "--1", "1e5", "½"))
    return st.one_of(good, wrong.map(lambda text: (text, FAULT)))


def _wholes(dialect: Dialect, bound: int) -> st.SearchStrategy[Written]:
    good = st.integers(-bound + 1, bound - 1).map(lambda value: (number_text(Decimal(value), dialect), value))
    small = st.integers(0, 5_000).map(lambda value: (number_text(Decimal(value), dialect), value))
    wrong = st.sampled_from(("abc", "Rp", "9" * 25, "-", "1/2", "²")).map(lambda text: (text, None if text == "-" else FAULT))
    return st.one_of(good, small, wrong)


def _codes(column: Column) -> st.SearchStrategy[Written]:
    assert column.reference is not None
    forms = [(form, code) for code, written in column.value_map.items() for form in written]
    known = [(code, code) for code in sorted(column.reference.canonical)]
    unknown = [("ZZZ", "ZZZ"), ("tidak tahu", "tidak tahu")]  # left as it is, for a rule to name
    return st.sampled_from([*known, *forms, *unknown])


def _nips(_dialect: Dialect) -> st.SearchStrategy[Written]:
    def written(parts: tuple[p.Person, int]) -> Written:
        person, form = parts
        nip = person.nip
        return (nip, f"'{nip}", f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}", f'="{nip}"', f"\u00a0{nip} ")[form], nip

    wrong = st.sampled_from(("1,99003E+17", "12345", "199002302015011901", "199003152015011000", "abc"))
    return st.one_of(st.tuples(st.sampled_from(p.PEOPLE), st.integers(0, 4)).map(written), wrong.map(lambda text: (text, FAULT)))


def cells(column: Column, dialect: Dialect) -> st.SearchStrategy[Written]:
    """Cells of a column; an optional one may be missing."""
    makers: dict[str, Callable[[], st.SearchStrategy[Written]]] = {
        "text": lambda: _texts(dialect),
        "free_text": lambda: _free_texts(dialect),
        "date": lambda: _dates(dialect),
        "timestamp": lambda: _moments(dialect),
        "number": lambda: _numbers(dialect),
        "integer": lambda: _wholes(dialect, 2**31),
        "money": lambda: _wholes(dialect, 10**15),
        "boolean": lambda: st.booleans().map(lambda value: (dialect.yes if value else dialect.no, value)),
        "code": lambda: _codes(column),
        "nip": lambda: _nips(dialect),
    }
    filled = makers[column.parser]()
    return filled if column.required else st.one_of(filled, filled, st.just((dialect.missing, None)))


# --- tables ----------------------------------------------------------------------------------------------------------


def _evidence(column: Column, dialect: Dialect) -> Written:
    """What decides how the column is to be read: a day above 12, a number whose marks have but one meaning."""
    if column.parser == "date":
        return dialect.day(date(2024, 8, 17)), date(2024, 8, 17)
    if column.parser == "timestamp":
        return f"{dialect.day(date(2024, 8, 17))} 08:00:00", datetime(2024, 8, 17, 8)
    if column.parser == "number":
        return number_text(Decimal("1234567.25"), dialect), Decimal("1234567.25")
    return number_text(Decimal(1_234_567), dialect), 1_234_567


_DECIDED = frozenset({"date", "timestamp", "number", "integer", "money"})


@st.composite
def tables(draw: st.DrawFn, contract: Contract) -> RandomTable:
    """A table of the contract: columns in any order, some optional ones left out, some that nobody knows."""
    dialect = draw(dialects())
    optional = [column for column in contract.read_columns if not column.required]
    left_out = draw(st.sets(st.sampled_from(optional), max_size=2)) if optional else set()
    columns = draw(st.permutations([column for column in contract.read_columns if column not in left_out]))
    rows = []
    for number in range(draw(st.integers(1, 25))):
        row = {column.name: draw(cells(column, dialect)) for column in columns}
        if number == 0:
            row |= {column.name: _evidence(column, dialect) for column in columns if column.parser in _DECIDED}
        for key in contract.key:
            if contract.column(key).parser == "text":  # a row whose key is TOTAL is a total
                row[key] = (f"K{number:04d}", f"K{number:04d}")
        rows.append(row)
    labels = [draw(st.sampled_from((column.header, column.header.upper().replace("_", " "), f" {column.header} "))) for column in columns]
    unknown = draw(st.booleans())
    lines = [[*labels, *(["HOBI"] if unknown else [])]]
    lines += [[*(row[column.name][0] for column in columns), *(["x;y"] if unknown else [])] for row in rows]
    content = w.csv_text(lines, dialect.delimiter, dialect.end, dialect.quoting).encode(dialect.encoding)
    expected = [{name: value for name, (_, value) in row.items()} for row in rows]
    return RandomTable(w.gzipped(content) if dialect.packed else content, [column.name for column in columns], expected)
