"""Periods as offices write them stand in their order, whatever sorts before what; what has no order is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from pipelines.impact.periods import read_periods
from pipelines.impact.specification import ImpactError
from tests.unit.impact.panels import estimated, panel

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]


def year_and_part(t: int, parts: int) -> tuple[int, int]:
    return 2020 + (t - 1) // parts, (t - 1) % parts + 1


def month(t: int) -> tuple[int, int]:
    """The ten months from September 2020 on."""
    return 2020 + (t + 7) // 12, (t + 7) % 12 + 1


def name(t: int) -> str:
    return MONTHS[month(t)[1] - 1]


def spelt(frame: pd.DataFrame, spell: Callable[[int], Any]) -> pd.DataFrame:
    return frame.assign(
        period=[spell(int(t)) for t in frame["period"]],
        first_treated_period=[None if pd.isna(t) else spell(int(t)) for t in frame["first_treated_period"]],
    )


@pytest.mark.parametrize(
    "spell",
    [
        lambda t: f"{name(t)} {month(t)[0]}", lambda t: f"{name(t)[:3]}-{month(t)[0] % 100}", lambda t: f"{month(t)[0]} {name(t)}",
        lambda t: f"1 {name(t)} {month(t)[0]}", lambda t: f"{month(t)[1]:02d}/{month(t)[0]}", lambda t: f"{month(t)[1]:02d}-{month(t)[0]}",
        lambda t: f"01/{month(t)[1]:02d}/{month(t)[0]}", lambda t: f"28-{month(t)[1]:02d}-{month(t)[0]}",
        lambda t: f"{month(t)[1]:02d}/28/{month(t)[0]}", lambda t: int(f"{month(t)[0]}{month(t)[1]:02d}28"),
        lambda t: f"{pd.Timestamp(*month(t), 28):%b %d, %Y}", lambda t: pd.Period(year=2020, month=1, freq="Q") + t,
        lambda t: f"TW {ROMAN[year_and_part(t, 4)[1] - 1]} {year_and_part(t, 4)[0]}",
        lambda t: "Triwulan {1} Tahun {0}".format(*year_and_part(t, 4)), lambda t: "{}-{}".format(*year_and_part(t, 4)),
        lambda t: "Semester {1} {0}".format(*year_and_part(t, 2)), lambda t: f"Semester {ROMAN[(t - 1) % 2]}/{2020 + (t - 1) // 2}",
        lambda t: f"Gelombang {ROMAN[t - 1]}", lambda t: f"Tahap {'ABCDEFGHIJ'[t - 1]}", lambda t: f"TA {2010 + t}/{2011 + t}",
        lambda t: "W{1} {0}".format(*divmod(2024 * 52 + 45 + t, 52)), lambda t: f"{2010 + t},0",
    ],
)  # fmt: skip
def test_periods_as_offices_write_them_stand_in_their_order(spell: Callable[[int], Any]) -> None:
    frame = panel(2)
    plain, other = estimated(frame, secondary=False), estimated(spelt(frame, spell), secondary=False)
    pd.testing.assert_frame_equal(plain.events, other.events)
    assert plain.estimates["att"].tolist() == other.estimates["att"].tolist()


@pytest.mark.parametrize(
    "words", [["awal", "tengah", "akhir"], ["baseline", "midline", "endline"], ["T-1", "T0", "T+1"], ["Ganjil 2024", "Genap 2024"]]
)
def test_words_in_no_known_order_are_refused(words: list[str]) -> None:
    with pytest.raises(ImpactError, match="no order that could be known"):
        read_periods(words)


@pytest.mark.parametrize(
    ("periods", "within"),
    [
        (["2024Q1", "2024Q2", "2024Q3"], ["2024-04-01", "2024-05-17", "2024-06", "Juni 2024", "30/06/2024", 20240630, "2024Q2"]),
        (["2023S2", "2024S1", "2024S2"], ["2024-01-01", "2024-06-30", "2024Q2", "Semester I 2024", 202403]),
        ([20241, 20242, 20243], ["2024-06-30", 20242, "2024-04", "TW II 2024"]),
        (["2024-01", "2024-02", "2024-03"], ["2024-02-29", "Februari 2024", "15 Februari 2024", "02/2024"]),
        ([2022, 2023, 2024], ["2023-11-30", "2023Q4", 202311, 20231130, "November 2023", 2023.0]),
        (["2024-01-01", "2024-02-01", "2024-03-01"], ["2024-02-01", "2024-02-20", "2024-02"]),
    ],
)  # fmt: skip
def test_training_within_a_period_belongs_to_it(periods: list[Any], within: list[Any]) -> None:
    calendar, _ = read_periods(periods)
    assert {value: calendar.position(value) for value in within} == dict.fromkeys(within, 1)


def test_training_after_the_day_of_a_measurement_counts_from_the_next() -> None:
    """Also in the same month: who is measured on the first was not yet trained on the fifteenth."""
    calendar, _ = read_periods(["2024-01-01", "2024-07-01", "2025-01-01"])
    assert [calendar.position(day) for day in ("2024-01-01", "2024-01-15", "2024-06-30", "2024-07-01", "2024-07-02")] == [0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    "periods", [range(1, 9), range(2015, 2024), ["2024Q1", "2024Q2"], ["2024-01-31", "2024-02-29"], ["wave 1", "wave 2"]]
)
@pytest.mark.parametrize("never", [None, "", 0, "0", "-", "#N/A", "belum", np.inf])
def test_never_is_written_in_many_ways(periods: Any, never: Any) -> None:
    assert read_periods(periods)[0].position(never) == -1


@pytest.mark.parametrize("never", [9999, "9999", "9999.0", "9999-12-31", "31/12/9999", 99991231, "9999Q4", 99999, -1])
def test_a_year_that_stands_for_never_is_never(never: Any) -> None:
    for periods in (range(2015, 2024), ["2024Q1", "2024Q2"], ["2024-01-31", "2024-02-29"], [202401, 202402]):
        assert read_periods(periods)[0].position(never) == -1
    assert read_periods([9998, 9999, 10_000])[0].position(9999) == 1
    assert read_periods([-2, -1, 0])[0].position(-1) == 1


@pytest.mark.parametrize("indicator", ["now", "ever", "words"])
@pytest.mark.parametrize("first", [1, 2015])
def test_a_column_that_says_whether_and_not_when_is_refused(indicator: str, first: int) -> None:
    frame = panel()
    trained = frame["first_treated_period"].notna()
    now = frame["period"] >= frame["first_treated_period"]
    column = {"now": now.astype(int), "ever": trained.astype(int), "words": now}[indicator]
    with pytest.raises(ImpactError, match="says whether somebody is trained, not when"):
        estimated(frame.assign(period=frame["period"] + first - 1, first_treated_period=column), secondary=False)
