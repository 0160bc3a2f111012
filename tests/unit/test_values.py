"""The written forms of dates, numbers and identifiers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing import values
from pipelines.landing.values import NumberStyle


@pytest.mark.parametrize(
    "text",
    ["2026-08-17", "17-08-2026", "17/8/2026", "17.08.2026", "17 Agustus 2026", "Senin, 17 Agustus 2026", "17 Agt 2026", "17-Aug-2026",
     "17 08.2026", "17 / 08 / 2026", "20260817", "46251", "2026-08-17T00:00:00", "17/08/2026 08:15"],
)  # fmt: skip
def test_every_written_form_of_a_date_is_the_same_day(text: str) -> None:
    assert values.parse_date(text).value == date(2026, 8, 17)


@pytest.mark.parametrize("friday", ["Jumat", "Jum'at", "Jum’at", "jum‘at"])
def test_friday_is_read_with_whatever_apostrophe_a_word_processor_has_made(friday: str) -> None:
    assert values.parse_date(f"{friday}, 14 Agustus 2026").value == date(2026, 8, 14)


MONTHS = (
    "Januari January jan", "Februari Pebruari February feb peb", "Maret March mar", "April apr", "Mei May", "Juni June jun", "Juli July jul",
    "Agustus August agt agu ags aug", "September sep sept", "Oktober October okt oct", "November Nopember nov nop", "Desember December des dec",
)  # fmt: skip


@pytest.mark.parametrize(("month", "name"), [(at, name) for at, names in enumerate(MONTHS, start=1) for name in names.split()])
def test_every_name_of_a_month_is_that_month(month: int, name: str) -> None:
    assert values.parse_date(f"17 {name} 2026").value == date(2026, month, 17)
    if len(name) > 4:  # of appraisals, a month is written in full
        assert values.parse_period(name).value == f"{month:02d}"


def test_a_compact_date_has_months_and_days_of_two_digits() -> None:
    assert values.parse_date("20261231").value == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "coercion"),
    [("2026-08-17", None), ("2026/08/17", "date.year_first"), ("17-08-2026", "date.day_first"), ("17 Agustus 2026", "date.month_name"),
     ("20260817", "date.compact"), ("46251", "date.excel_serial"), ("2026-08-17 08:15", "date.time_dropped")],
)  # fmt: skip
def test_a_date_names_the_form_that_had_to_be_understood(text: str, coercion: str | None) -> None:
    assert values.parse_date(text) == values.Cell(date(2026, 8, 17), coercion)


def test_a_date_with_the_month_first_says_so() -> None:
    assert values.parse_date("08/17/2026", month_first=True).coercion == "date.month_first"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10000", date(1927, 5, 18)), ("79999", date(2119, 1, 10)), ("80000", None), ("09999", None), ("4625", None)],
)
def test_a_number_is_a_day_of_excel_only_within_two_centuries(text: str, expected: date | None) -> None:
    assert values.parse_date(text).value == expected
    moment = values.parse_timestamp(f"{text}.0").value
    assert (moment and moment.date()) == expected


@pytest.mark.parametrize("text", ["31-02-1980", "2026-13-45", "kemarin", "17 Foo 2026", "99/99/2026", "1", "17-08-26"])
def test_what_is_no_date_is_a_fault_and_never_guessed(text: str) -> None:
    assert values.parse_date(text).fault == values.UNREADABLE


def test_month_first_only_where_the_column_says_so() -> None:
    assert values.parse_date("03/04/2026").value == date(2026, 4, 3)
    assert values.parse_date("03/04/2026", month_first=True).value == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-08-17T09:30:00", datetime(2026, 8, 17, 9, 30)), ("17/08/2026 09.30", datetime(2026, 8, 17, 9, 30)),
     ("2026-08-17T02:30:00Z", datetime(2026, 8, 17, 9, 30)), ("2026-08-17 10:30:00+08:00", datetime(2026, 8, 17, 9, 30)),
     ("17 Agustus 2026", datetime(2026, 8, 17)), ("46251.5", datetime(2026, 8, 17, 12)),
     ("17/8/2026, 09.30.00", datetime(2026, 8, 17, 9, 30)), ("Senin, 17 Agustus 2026 pukul 09.30 WIB", datetime(2026, 8, 17, 9, 30)),
     ("2026/08/17 9:30:00 AM GMT+7", datetime(2026, 8, 17, 9, 30)), ("17/08/2026 9:30 PM", datetime(2026, 8, 17, 21, 30)),
     ("17/08/2026 12:30:00 AM", datetime(2026, 8, 17, 0, 30)), ("2026-08-17 02:30:00.125+00", datetime(2026, 8, 17, 9, 30)),
     ("2026-08-17 02:30:00 UTC", datetime(2026, 8, 17, 9, 30)), ("2026-08-17 09:30 +0700", datetime(2026, 8, 17, 9, 30)),
     ("2026-08-17 00:00-02:30", datetime(2026, 8, 17, 9, 30))],
)  # fmt: skip
def test_moments_are_wall_clock_time_of_medan(text: str, expected: datetime) -> None:
    assert values.parse_timestamp(text).value == expected


def test_a_moment_names_the_form_that_had_to_be_understood() -> None:
    read = values.parse_timestamp
    assert [read(text).coercion for text in ("2026-08-17 09:30", "17/08/2026 09:30", "2026-08-17", "46251.5", "2026-08-17T02:30Z")] == [
        None, "date.day_first", "timestamp.midnight", "timestamp.excel_serial", "timestamp.zone_moved",
    ]  # fmt: skip
    assert [read(f"2026-08-17 9:30 {half}").coercion for half in ("AM", "p.m.")] == ["timestamp.half_day"] * 2
    assert read("10000.0").coercion == "timestamp.excel_serial"  # the first that is a day
    assert read("2026-08-17 23:59:59").value == datetime(2026, 8, 17, 23, 59, 59)


@pytest.mark.parametrize(
    "text",
    ["2026-08-17T25:00:00", "2026-08-17 24:00", "2026-08-17 23:60", "2026-08-17 23:59:60", "2026-08-17 10:00+99:00", "0001-01-01 00:00+23:00",
     "2026-02-30 10:00", "besok", "2026-08-17 08:15-10", "2026-08-17 08:15:00-7", "2026-08-17 08.15-10.00", "2026-08-17 13:15 PM",
     "2026-08-17 0:15 AM", "2026-08-17 10:00+07:99"],
)  # fmt: skip
def test_what_is_no_moment_is_a_fault(text: str) -> None:
    assert values.parse_timestamp(text).fault == values.UNREADABLE


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [("1.234,5", ",", "1234.5"), ("1,234.5", ".", "1234.5"), ("Rp 1.500.000,-", ",", "1500000"), ("88.31", ",", "88.31"),
     ("88,31", ",", "88.31"), ("-3", ",", "-3"), ("96,3 %", ",", "96.3"), ("+12.000", ",", "12000"), ("+1,234.5", ".", "1234.5"),
     ("+3", ",", "3"), ("24 JP", ",", "24"), ("1.250 orang", ",", "1250"), ("20,5jam", ",", "20.5")],
)  # fmt: skip
def test_numbers_are_exact_in_either_style(text: str, mark: str, expected: str) -> None:
    assert values.parse_number(text, style=NumberStyle(mark)).value == Decimal(expected)


@pytest.mark.parametrize("text", ["3,5", "abc", "", "JP", "3 juta", "3 hari", "1e5", "99999999999999999999"])
def test_a_whole_number_is_never_rounded_into_being(text: str) -> None:
    assert values.parse_whole(text, style=NumberStyle()).fault == values.UNREADABLE


@given(st.integers(min_value=0, max_value=10**13))
def test_rupiah_come_back_as_they_were_written(amount: int) -> None:
    dotted = f"{amount:,}".replace(",", ".")
    for text in (str(amount), dotted, f"Rp {dotted},-", f"Rp{dotted},00"):
        assert values.parse_whole(text, style=NumberStyle(","), bound=values.MONEY_BOUND).value == amount


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_a_date_survives_being_written_as_offices_write_it(day: date) -> None:
    for text in (day.isoformat(), f"{day:%d-%m-%Y}", f"{day:%d/%m/%Y}"):
        assert values.parse_date(text).value == day


@pytest.mark.parametrize(
    ("text", "fault"),
    [("1,99003E+17", "nip_rounded"), ("1.99003e17", "nip_rounded"), ("199003012015011000", "nip_rounded"), ("19900301201501190", "nip_shape"),
     ("199003012015013900", "nip_shape"), ("199002302015011001", "nip_date"), ("199003012015131001", "nip_date"), ("abc", "nip_shape")],
)  # fmt: skip
def test_a_damaged_nip_is_named_and_never_repaired(text: str, fault: str) -> None:
    assert values.parse_nip(text).fault == fault


def test_a_nip_says_birth_sex_and_kind() -> None:
    pns, pppk = values.parse_nip("19900301 201501 2 901"), values.parse_nip("199003012025211901")
    assert (pns.value, pns.side["nip_birth_on"], pns.side["nip_sex"], pns.side["nip_kind"]) == (
        "199003012015012901",
        date(1990, 3, 1),
        "F",
        "PNS",
    )
    assert pppk.side["nip_kind"] == "PPPK"
    assert (pns.coercion, pppk.coercion) == ("nip.cleaned", None)
    december = values.parse_nip("198512312015121001").side
    assert (december["nip_birth_on"], december["nip_kind"]) == (date(1985, 12, 31), "PNS")  # born and appointed in December
    assert (december["nip_appointed_on"], december["nip_adult_on"]) == (date(2015, 12, 1), None)
    assert pppk.side["nip_appointed_on"] is None, "in the place of the month stands the number of the agreement"
    assert values.parse_nip("198512312015121001", 18).side["nip_adult_on"] == date(2003, 12, 31)
    assert values.parse_nip("199202292015011001", 18).side["nip_adult_on"] == date(2010, 3, 1)
    assert values.parse_nip("199202292015011001", 20).side["nip_adult_on"] == date(2012, 2, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", "01"), ("TW 1", "TW1"), ("Triwulan II", "TW2"), ("tahunan", "TAHUNAN"), ("Maret", "03"), ("TW9", "TW9"),
     ("1.0", "01"), ("1,0", "01"), ("12.0", "12"), ("10", "10")],
)  # fmt: skip
def test_periods(text: str, expected: str) -> None:
    assert values.parse_period(text).value == expected


def test_a_period_that_was_written_otherwise_says_so() -> None:
    assert values.parse_period("TW1").coercion is None
    assert values.parse_period("Triwulan IV") == values.Cell("TW4", "period.written_form")


def test_a_boolean_that_was_a_word_says_so() -> None:
    assert [values.parse_boolean(text).coercion for text in ("1", "0", "1.0", "ya", "Tidak")] == [
        None, None, None, "boolean.word", "boolean.word",
    ]  # fmt: skip


@pytest.mark.parametrize(("age", "band"), [("9", "0-9"), ("10", "10-19"), ("119", "110-119"), ("120", "120-129"), ("121", None)])
def test_a_band_has_ten_years_and_nobody_is_older_than_120(age: str, band: str | None) -> None:
    assert values.parse_age_band(age).value == band


def test_an_age_is_kept_as_a_band() -> None:
    assert values.parse_age_band("48").value == "40-49"
    assert values.parse_age_band("21 - 30 tahun").value == "21-30"
    assert values.parse_age_band("17 s.d. 25 th").value == "17-25"
    assert values.parse_age_band("tua").fault == values.UNREADABLE


@pytest.mark.parametrize(
    ("text", "band"),
    [("> 60", ">60"), ("di atas 60 tahun", ">60"), ("Lebih dari 60", ">60"), ("60+", ">=60"), ("≥ 60 th", ">=60"), ("60 tahun ke atas", ">=60"),
     ("<20", "<20"), ("Dibawah 20 Tahun", "<20"), ("kurang dari 20 tahun", "<20"), ("20 ke bawah", "<=20"), (">", None), ("> 200", None),
     ("> 60+", None), ("di atas", None)],
)  # fmt: skip
def test_a_band_without_an_end_is_a_band(text: str, band: str | None) -> None:
    cell = values.parse_age_band(text)
    assert cell == (values.Cell(fault=values.UNREADABLE) if band is None else values.Cell(band, None if band == text else "age.open_band"))


def test_booleans_and_cleaning() -> None:
    assert values.parse_boolean("Ya").value is True
    assert values.parse_boolean("0").value is False
    assert values.parse_boolean("mungkin").fault == values.UNREADABLE
    assert values.clean('="123"') == "123"
    assert values.clean('="123') == '="123'
    assert values.clean("'\u00a0123 ") == "123"
    assert values.is_damaged("Med\x00an") is True
    assert values.is_damaged("Medan") is False
    assert values.is_missing("#N/A")
    assert all(map(values.is_missing, ("–", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000")))
    assert not any(map(values.is_missing, ("2026-00-00", "0000", "00:00", "0")))
    assert [values.is_missing(text) for text in ("Rp -", "Rp-", "rp. -", "Rp -5", "Rp")] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("12 s.d. 14 Agustus 2026", date(2026, 8, 12), date(2026, 8, 14)),
        ("12 s/d 14 Agustus 2026", date(2026, 8, 12), date(2026, 8, 14)),
        ("12-14 Agustus 2026", date(2026, 8, 12), date(2026, 8, 14)),
        ("30 Juli - 2 Agustus 2026", date(2026, 7, 30), date(2026, 8, 2)),
        ("28 Desember 2025 sampai dengan 3 Januari 2026", date(2025, 12, 28), date(2026, 1, 3)),
        ("12-08-2026 s.d 14-08-2026", date(2026, 8, 12), date(2026, 8, 14)),
        ("12/08/2026 - 14/08/2026", date(2026, 8, 12), date(2026, 8, 14)),
        ("12 s.d. 12 Agustus 2026", date(2026, 8, 12), date(2026, 8, 12)),
        ("12 dan 13 Agustus 2026", date(2026, 8, 12), date(2026, 8, 13)),
    ],
)
def test_a_range_of_dates_has_two_ends(text: str, start: date, end: date) -> None:
    assert values.parse_date(text).fault == values.UNREADABLE
    assert values.parse_date_range(text) == (start, end)


def test_the_ends_of_a_range_are_in_the_order_of_their_column() -> None:
    assert values.parse_date_range("08/12/2026 s.d. 08/14/2026", month_first=True) == (date(2026, 8, 12), date(2026, 8, 14))
    assert values.parse_date_range("12 s.d. 08/14/2026", month_first=True) == (date(2026, 8, 12), date(2026, 8, 14))


@pytest.mark.parametrize("text", ["14 s.d. 12 Agustus 2026", "12 s.d. 14", "Agustus 2026", "12 s.d. 31 Februari 2026", "a - b - c", ""])
def test_what_is_no_range_of_dates_is_none(text: str) -> None:
    assert values.parse_date_range(text) is None


def test_a_number_is_kept_with_four_decimals_and_says_when_it_was_rounded() -> None:
    assert values.parse_decimal("0.30000000000000004", style=NumberStyle(".")) == values.Cell(Decimal("0.3000"), "number.rounded")
    assert values.parse_decimal("78,12345", style=NumberStyle()).value == Decimal("78.1235")
    assert values.parse_decimal("1" * 15, style=NumberStyle()).fault == values.UNREADABLE
    assert [str(values.parse_decimal(text, style=NumberStyle()).value) for text in ("85,5", "85,50")] == ["85.5000"] * 2, "one content"


@pytest.mark.parametrize(
    ("text", "mark", "coercion"),
    [("88.5", ".", None), ("88.5", ",", None), ("88,5", ",", "number.decimal_comma"), ("1.234", ",", "number.thousands"), ("96 %", ",", "number.sign_dropped"),
     ("Rp 1.500,-", ",", "number.thousands"), ("Rp 88,5", ",", "number.sign_dropped")],
)  # fmt: skip
def test_a_number_names_the_form_that_had_to_be_understood(text: str, mark: str, coercion: str | None) -> None:
    assert values.parse_number(text, style=NumberStyle(mark)).coercion == coercion


def test_a_whole_number_that_was_written_otherwise_says_so() -> None:
    assert [values.parse_whole(text, style=NumberStyle()).coercion for text in ("3", "03", "3.0", "1.234")] == [
        None, "number.whole", "number.whole", "number.thousands",
    ]  # fmt: skip


def test_a_number_beyond_its_column_is_a_fault() -> None:
    assert values.parse_decimal(str(10**14 - 1), style=NumberStyle()).value == 10**14 - 1
    assert values.parse_decimal(str(10**14), style=NumberStyle()).fault == values.UNREADABLE
    assert values.parse_decimal(str(-(10**14)), style=NumberStyle()).fault == values.UNREADABLE


def test_a_whole_number_beyond_its_column_is_a_fault() -> None:
    assert values.parse_whole("2147483648", style=NumberStyle()).fault == values.UNREADABLE
    assert values.parse_whole("2147483648", style=NumberStyle(), bound=values.MONEY_BOUND).value == 2**31
    assert values.parse_whole(str(2**62 - 1), style=NumberStyle(), bound=values.MONEY_BOUND).value == 2**62 - 1
    assert values.parse_whole(str(2**62), style=NumberStyle(), bound=values.MONEY_BOUND).fault == values.UNREADABLE


@given(st.text(alphabet="0123456789 :./-TZ\n,WIB+", max_size=25))
def test_no_text_breaks_the_readers_of_dates(text: str) -> None:
    for read in (values.parse_date, values.parse_timestamp):
        cell = read(text)
        assert cell.fault == values.UNREADABLE or cell.value is not None


def test_a_time_after_a_line_break_is_no_date() -> None:
    assert values.parse_date("2026\n-01-01 08:00").fault == values.UNREADABLE


def test_twelve_thousand_is_never_read_as_twelve() -> None:
    assert values.parse_whole("12,000", style=NumberStyle(",")).fault == values.UNREADABLE
    assert values.parse_whole("12,000", style=NumberStyle(".")).value == 12_000
    assert values.parse_whole("+12.000", style=NumberStyle(",")).value == 12_000
    assert values.parse_whole("12.000", style=NumberStyle(",")).value == 12_000
