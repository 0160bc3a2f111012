"""One cell of text to one value: the written forms that Indonesian offices use.

Pure functions. Each takes cleaned text and returns a ``Cell``: the value, the name of the rule that had to be applied to
read it (``coercion``), or the name of what is wrong with it (``fault``). Nothing is guessed: what no form explains is a
fault, and what the column's other values must decide (day before month, decimal comma) arrives as a parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.landing.marks import unmarked

WIB = timezone(timedelta(hours=7))
EXCEL_EPOCH = date(1899, 12, 30)
DAYS_TO_1904 = 1_462
EXCEL_SERIALS = (10_000, 80_000)  # 1927 to 2119: outside, a number is no date
UNREADABLE = "unreadable"
DAMAGED = "damaged_text"
MIXED_MARKS = "mixed_marks"
ROUNDED = "number_rounded"
MADE_A_DATE = "made_a_date"
SWAPPED = "day_month_swapped"
NOT_COMPUTED = "not_computed"
TRUE_OR_FALSE = "t"
"""True beside ``f`` as databases write it, *tidak* beside ``y``: the column must tell."""
NUMBER_SCALE = 4
NUMBER_BOUND = 10**14  # what DECIMAL(18, 4) holds
INTEGER_BOUND = 2**31
MONEY_BOUND = 2**62
MISSING_MARKERS = frozenset({
    "", "-", "--", "–", "—", "null", "none", "nan", "na", "n/a", "\\n", "(kosong)",
    "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!",
})  # fmt: skip
_MONTHS = {
    "januari": 1, "februari": 2, "pebruari": 2, "maret": 3, "april": 4, "mei": 5, "juni": 6, "juli": 7, "agustus": 8,
    "september": 9, "oktober": 10, "november": 11, "nopember": 11, "desember": 12,
    "january": 1, "february": 2, "march": 3, "may": 5, "june": 6, "july": 7, "august": 8, "october": 10, "december": 12,
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "agt": 8, "agu": 8, "ags": 8, "aug": 8,
    "sep": 9, "sept": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12,
}  # fmt: skip
_WEEKDAY = re.compile(r"^(senin|selasa|rabu|kamis|jum['\u2018\u2019]?at|sabtu|minggu|ahad)\s*,?\s+", re.IGNORECASE)
_ISO_DATE = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_NUMERIC_DATE = re.compile(r"^(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{4})$")
_NAMED_DATE = re.compile(r"^(\d{1,2})[-/. ]+([A-Za-z]+)\.?[-/., ]+(\d{4})$")
_RANGE_WORD = re.compile(r"\s*(?:\bs\s?[./]?\s?d\b\.?|\bsampai(?:\s+dengan)?\b|\bhingga\b|\bdan\b|&)\s*", re.IGNORECASE)
_RANGE_DASH = re.compile(r"\s+[-–—]\s+|[–—]|(?<=\d)-(?=\d{1,2}\s+[A-Za-z])")
_DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_THOUSANDS_OF_ANOTHER = {  # 12,000 among whole numbers is twelve thousand, never twelve
    ",": (re.compile(r"\d,\d{3}$"), UNREADABLE),
    ".": (re.compile(r"^[-+]?[1-9]\d{0,2}(?:\.\d{3})+$"), MIXED_MARKS),
}
_COMPACT_DATE = re.compile(r"^(19|20)\d{6}$")
_DAY_AND_CLOCK = re.compile(r"^(.*\d)(?:t|[ ,]+(?:pukul|pkl\.?|jam)?\s*)(\d{1,2}[:.]\d{2}.*)$", re.IGNORECASE)
_NO_DAY = re.compile(r"(?:0000[-/]00[-/]00|00[-/]00[-/]0000)(?:[T ]00:00(?::00)?)?")
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*"
    r"(?:wib|(?P<zero>z|utc|gmt)|(?:(?P<name>utc|gmt)\s?)?(?P<hours>[+-]\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?",
    re.IGNORECASE,
)
_UNIT = re.compile(r"(?<=\d)\s*(?:jp|jam|orang|peserta)\.?$", re.IGNORECASE)  # never a scale, as juta
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)} | dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
"""Letters and digits of the width of Chinese ones, and blanks that do not look otherwise than a blank."""
_GROUPED_BY_BLANKS = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?![\d ])")
_ROUNDED_ID = re.compile(r"^\d(?:[.,]\d+)?E\+\d{2,3}$|^\d[.,]\d+E\d{1,3}$", re.IGNORECASE)
_CURRENCY = re.compile(r"^(?:rp|idr)\.?\s*", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?e\+?\d+$", re.IGNORECASE)
_OLDEST = 120
_YEARS = re.compile(r"\s*(?:tahun|thn|th)\b\.?")
_OPEN_MARKS = {
    "<=": ("<=", "≤", "maksimal", "ke bawah", "kebawah"),
    "<": ("<", "di bawah", "dibawah", "kurang dari"),
    ">=": (">=", "≥", "minimal", "+", "ke atas", "keatas"),
    ">": (">", "di atas", "diatas", "lebih dari"),
}
_OPEN_BAND = re.compile(
    r"(?:(?P<before><=|>=|[<>≤≥]|maksimal|minimal|di ?bawah|di ?atas|kurang dari|lebih dari)\s*(?=\d))?(?P<bound>\d{1,3})"
    r"(?(before)|\s*(?P<after>\+|ke ?atas|ke ?bawah))"
)
_TRUE = frozenset({"1", "ya", "y", "true", "benar", "iya", "yes", "v", "x"})
_FALSE = frozenset({"0", "tidak", "tdk", "false", "f", "salah", "no", "n", "bukan"})


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcome for one written value; ``side`` holds further columns that the same text yields."""

    value: Any = None
    coercion: str | None = None
    fault: str | None = None
    side: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class NumberStyle:
    """How a column writes numbers: which mark starts the decimals, and whether that was told and not concluded."""

    decimal_mark: str = ","
    is_told: bool = False


def clean(text: str) -> str:
    """Strip what nobody sees in a value, and what spreadsheets add around it: blanks of every kind, a leading apostrophe, ``="..."``."""
    bare = unmarked(text)
    stripped = (bare if bare.isascii() else _INVISIBLE.sub("", bare).translate(_WIDE)).strip()
    if stripped.startswith('="') and stripped.endswith('"'):
        stripped = stripped[2:-1]
    return stripped.lstrip("'\u2018\u2019").strip()


def is_damaged(text: str) -> bool:
    """Whether a text holds control characters, or characters that the file's encoding could not give."""
    return _DAMAGED.search(text) is not None


def is_missing(text: str) -> bool:
    """Whether a text says that there is nothing: a spreadsheet's amount of nothing is ``Rp -``, MySQL's day of nothing ``0000-00-00``."""
    return text.casefold() in MISSING_MARKERS or _CURRENCY.sub("", text) in {"-", "--"} or _NO_DAY.fullmatch(text) is not None


def _birthday(born: date, years: int) -> date:
    """The day on which somebody has lived so many years; of 29 February the day after it where the year has none."""
    return _real_date(born.year + years, born.month, born.day) or date(born.year + years, 3, 1)


def _real_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_date(text: str, *, month_first: bool = False) -> Cell:
    """A calendar date. ``month_first`` says how the column writes ``03/04/2026``."""
    cell = _parse_day(_WEEKDAY.sub("", text), month_first=month_first)
    if cell.fault and _DAY_AND_CLOCK.match(text):
        moment = parse_timestamp(text, month_first=month_first)
        return moment if moment.fault else Cell(moment.value.date(), "date.time_dropped")
    return cell


def _parse_day(bare: str, *, month_first: bool) -> Cell:
    """A date without a time of day."""
    if match := _ISO_DATE.match(bare):
        return _date_cell(_real_date(*map(int, match.groups())), None if "-" in bare else "date.year_first")
    if match := _NUMERIC_DATE.match(bare):
        first, second, year = map(int, match.groups())
        day, month = (second, first) if month_first else (first, second)
        return _date_cell(_real_date(year, month, day), "date.month_first" if month_first else "date.day_first")
    if match := _NAMED_DATE.match(bare):
        named = month_number(match[2])
        found = _real_date(int(match[3]), named, int(match[1])) if named else None
        return _date_cell(found, "date.month_name")
    if _COMPACT_DATE.match(bare):
        return _date_cell(_real_date(int(bare[:4]), int(bare[4:6]), int(bare[6:])), "date.compact")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", bare) and EXCEL_SERIALS[0] <= float(bare) < EXCEL_SERIALS[1]:
        return Cell(EXCEL_EPOCH + timedelta(days=int(float(bare))), "date.excel_serial")
    return Cell(fault=UNREADABLE)


def month_number(word: str) -> int | None:
    """The month that a word names in Indonesian or English, in full or in short."""
    return _MONTHS.get(word.casefold())


def parse_date_range(text: str, *, month_first: bool = False) -> tuple[date, date] | None:
    """First and last day of a range as offices write it (``12 s.d. 14 Agustus 2026``), or None where it is none."""
    for separator in (_RANGE_WORD, _RANGE_DASH):
        parts = separator.split(text)
        if len(parts) != 2 or not all(parts):  # noqa: PLR2004 - two ends
            continue
        end = parse_date(parts[1], month_first=month_first).value
        if end is None:
            return None
        borrowed = {"": parts[0], "year": f"{parts[0]} {end.year}", "month": f"{parts[0]}-{end.month}-{end.year}"}
        kind = "month" if parts[0].isdigit() else "" if re.search(r"\d{4}", parts[0]) else "year"
        start = parse_date(borrowed[kind], month_first=month_first and kind != "month").value
        return (start, end) if start and start <= end else None
    return None


def serial_from_1900(text: str) -> str:
    """The serial number that a day of a workbook whose days count from 1904 has in all others; any other text as it is."""
    return f"{Decimal(text) + DAYS_TO_1904}" if re.fullmatch(r"\d{4,5}(?:\.\d+)?", text, re.ASCII) else text


def _date_cell(found: date | None, coercion: str | None) -> Cell:
    return Cell(found, coercion) if found else Cell(fault=UNREADABLE)


def parse_timestamp(text: str, *, month_first: bool = False) -> Cell:
    """A moment as wall-clock time of Medan (WIB). A value with an offset is moved there; a bare date is midnight."""
    if re.fullmatch(r"\d{5}\.\d+", text) and EXCEL_SERIALS[0] <= float(text) < EXCEL_SERIALS[1]:
        days = Decimal(text)
        midnight = datetime.combine(EXCEL_EPOCH, time.min)
        seconds = int((days * 86_400).to_integral_value(ROUND_HALF_UP))
        return Cell(midnight + timedelta(seconds=seconds), "timestamp.excel_serial")
    match = _DAY_AND_CLOCK.match(text)
    day = _parse_day(_WEEKDAY.sub("", match[1] if match else text), month_first=month_first)
    if day.fault or match is None:
        return day if day.fault else Cell(datetime.combine(day.value, time.min), "timestamp.midnight")
    clock = _CLOCK.fullmatch(match[2].strip())
    moment = _at_clock(day.value, clock) if clock else None
    if clock is None or moment is None:
        return Cell(fault=UNREADABLE)
    if not (clock["zero"] or clock["hours"]):
        return Cell(moment, day.coercion or ("timestamp.half_day" if clock[4] else None))
    if clock["hours"] and not clock["name"] and not (len(clock["hours"]) == len("+07") and (clock["minutes"] or clock[3])):
        return Cell(fault=UNREADABLE)  # 08:15-10 may be a span of hours
    hours, minutes = clock["hours"] or "+0", clock["minutes"] or "0"
    try:
        offset = timezone(timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes}")))
        moved = moment.replace(tzinfo=offset).astimezone(WIB).replace(tzinfo=None)
    except (ValueError, OverflowError):  # an offset of more than a day, or a moment before year 1
        return Cell(fault=UNREADABLE)
    return Cell(moved, "timestamp.zone_moved")


def _at_clock(day: date, clock: re.Match[str]) -> datetime | None:
    """The moment of a day at a time whose zone is looked at elsewhere; ``8:15 PM`` is 20:15, and None is no time."""
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if clock[4]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the hours of half a day
            return None
        hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
    try:
        return datetime.combine(day, time(hour, minute, second))
    except ValueError:
        return None


def bare_number(text: str) -> str:
    """A number without currency and percent signs, the unit that is counted, blanks and a trailing ``,-``."""
    bare = _UNIT.sub("", _CURRENCY.sub("", text))
    bare = _GROUPED_BY_BLANKS.sub(lambda match: match[0].replace(" ", ""), bare, count=1)
    bare = re.sub(r"^([-+]) +| +(?=[%,.]|$)", r"\1", bare)
    return re.sub(r"[,.]-$", "", bare).removesuffix("%")


def parse_number(text: str, *, style: NumberStyle) -> Cell:
    """A decimal number, exact. Currency and percent signs and a trailing ``,-`` are dropped."""
    bare = bare_number(text)
    marked = bare != text
    thousands = "." if style.decimal_mark == "," else ","
    plain = bare
    coercion = "number.sign_dropped" if marked else None
    if thousands in bare and re.fullmatch(rf"[-+]?[1-9]\d{{0,2}}(?:\{thousands}\d{{3}})+(?:\{style.decimal_mark}\d+)?", bare):
        plain, coercion = bare.replace(thousands, ""), "number.thousands"
    if style.decimal_mark == "," and "," in plain:
        plain, coercion = plain.replace(",", "."), coercion or "number.decimal_comma"
    if not re.fullmatch(r"[-+]?\d{1,40}(?:\.\d{1,40})?", plain, re.ASCII):
        return Cell(fault=UNREADABLE)
    return Cell(Decimal(plain), coercion)


def parse_decimal(text: str, *, style: NumberStyle) -> Cell:
    """A number as the warehouse keeps it, with four decimals; what has more is rounded half up, and counted."""
    cell = parse_number(text, style=style)
    if cell.fault or abs(cell.value) >= NUMBER_BOUND:
        return Cell(fault=UNREADABLE)
    kept = cell.value.quantize(Decimal(1).scaleb(-NUMBER_SCALE), ROUND_HALF_UP)
    return Cell(kept, "number.rounded" if kept != cell.value else cell.coercion)


def parse_whole(text: str, *, style: NumberStyle, bound: int = INTEGER_BOUND) -> Cell:
    """A whole number below ``bound``; ``3.0`` is 3, ``3,5`` is a fault and so are ``50%`` and thousands under the other mark."""
    if text.endswith("%"):
        return Cell(fault=UNREADABLE)
    grouped, fault = _THOUSANDS_OF_ANOTHER[style.decimal_mark]
    if grouped.search(bare_number(text)) and not (style.is_told and style.decimal_mark == "."):
        return Cell(fault=fault)
    cell = parse_number(text, style=style)
    if cell.fault or abs(cell.value) >= bound:
        return Cell(fault=UNREADABLE)
    whole = cell.value.to_integral_value()
    if whole != cell.value:
        return Cell(fault=UNREADABLE)
    return Cell(int(whole), cell.coercion or (None if str(whole) == text else "number.whole"))


def parse_text(text: str) -> Cell:
    """A text as it is. A long number that a spreadsheet has shortened (``1,23457E+11``) is none: many of them look alike."""
    return Cell(fault=ROUNDED) if _ROUNDED_ID.match(text) else Cell(text)


def parse_boolean(text: str, *, is_t_true: bool | None = None) -> Cell:
    """Yes or no. ``is_t_true`` says what the column means by a ``T``."""
    folded = text.casefold().removesuffix(".0")
    if folded == TRUE_OR_FALSE and is_t_true is not None:
        return Cell(is_t_true, "boolean.word")
    if folded in _TRUE | _FALSE:
        return Cell(folded in _TRUE, None if folded in {"1", "0"} else "boolean.word")
    return Cell(fault=UNREADABLE)


def parse_nip(text: str, adult_age: int | None = None) -> Cell:
    """An 18-digit NIP or NI PPPK (domain rules: birth date, appointment, sex digit, sequence from 001).

    What a spreadsheet has rounded (``1,99003E+17`` or three zeros at the end) cannot be repaired and is never guessed.
    Sides, to hold other columns against: ``nip_birth_on``, ``nip_adult_on`` (the birthday at which somebody has the ``adult_age`` of the
    contract), ``nip_sex``, ``nip_kind`` (PNS or PPPK) and, of a PNS, ``nip_appointed_on`` (the first day of the month of the appointment).
    """
    if _SCIENTIFIC.match(text):
        return Cell(fault="nip_rounded")
    digits = re.sub(r"[\s'`.\-]", "", text)
    if not re.fullmatch(r"[0-9]{18}", digits) or digits[14] not in "12":
        return Cell(fault="nip_shape")
    if digits.endswith("000"):
        return Cell(fault="nip_rounded")
    born = _real_date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    term = int(digits[12:14])
    is_pns, is_pppk = 1 <= term <= 12, term >= 21  # noqa: PLR2004 - month of appointment, number of the work agreement
    if born is None or digits[:2] not in {"19", "20"} or digits[8:10] not in {"19", "20"} or not (is_pns or is_pppk):
        return Cell(fault="nip_date")
    side = {
        "nip_birth_on": born,
        "nip_adult_on": None if adult_age is None else _birthday(born, adult_age),
        "nip_sex": "MF"[int(digits[14]) - 1],
        "nip_kind": "PNS" if is_pns else "PPPK",
        "nip_appointed_on": date(int(digits[8:12]), term, 1) if is_pns else None,
    }
    return Cell(digits, None if digits == text else "nip.cleaned", side=side)


def parse_period(text: str) -> Cell:
    """An appraisal period: ``01``-``12``, ``TW1``-``TW4`` or ``TAHUNAN``; another word is left for the rule to name."""
    folded = re.sub(r"[\s._-]+", "", re.sub(r"(?<=\d)[.,]0$", "", text.casefold()))  # a spreadsheet's 1.0 is January, not October
    if folded.isdigit():
        value = folded.zfill(2)
    elif match := re.fullmatch(r"(?:tw|triwulan|q)([1-4]|iv|i{1,3})", folded):
        value = f"TW{ {'i': '1', 'ii': '2', 'iii': '3', 'iv': '4'}.get(match[1], match[1]) }"
    elif folded in {"tahunan", "tahun", "annual"}:
        value = "TAHUNAN"
    else:
        value = f"{_MONTHS[folded]:02d}" if folded in _MONTHS else text.upper()
    return Cell(value, None if value == text else "period.written_form")


def parse_age_band(text: str) -> Cell:
    """An age, kept as a band of ten years; a band that the office already wrote stays as it is, an open one (``> 60``) too."""
    bare = _YEARS.sub("", text.casefold()).strip()
    if match := re.fullmatch(r"(\d{1,3})\s*(?:[-–—]|s\s?[./]?\s?d\.?|sampai(?: dengan)?)\s*(\d{1,3})", bare):
        return Cell(f"{int(match[1])}-{int(match[2])}")
    if (match := _OPEN_BAND.fullmatch(bare)) and int(match["bound"]) <= _OLDEST:
        mark = next(mark for mark, words in _OPEN_MARKS.items() if (match["before"] or match["after"]) in words)
        band = f"{mark}{int(match['bound'])}"
        return Cell(band, None if band == text else "age.open_band")
    match = re.fullmatch(r"(\d{1,3})(?:[.,]0)?", bare)
    if not match or int(match[1]) > _OLDEST:
        return Cell(fault=UNREADABLE)
    floor = int(match[1]) // 10 * 10
    return Cell(f"{floor}-{floor + 9}", "age.banded")
