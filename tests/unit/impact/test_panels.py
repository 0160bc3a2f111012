"""Every panel that is none is refused in words that count and never name a unit; odd but sound panels are read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from pipelines.impact.panel import build_panel, read_panel
from pipelines.impact.periods import read_periods
from pipelines.impact.specification import ImpactError, Roles
from tests.unit.impact.panels import ROLES, estimated, panel, primary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAMMES = replace(ROLES, programme="programme")


def trained(frame: pd.DataFrame) -> pd.Series:
    return frame["first_treated_period"].notna()


def with_programme(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(programme=np.where(trained(frame), "A", None))


def second_start(frame: pd.DataFrame) -> pd.DataFrame:
    person = frame.loc[trained(frame), "person_id"].iloc[0]
    late = (frame["person_id"] == person) & (frame["period"] > 8)
    return frame.assign(first_treated_period=frame["first_treated_period"].mask(late, 9))


BROKEN: list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame], Roles, str]] = [
    ("repeated rows", lambda f: pd.concat([f, f.head(3)]), ROLES, "3 pairs of unit and period occur more than once"),
    ("text as outcome", lambda f: f.assign(grade="good"), ROLES, "values that are not numbers"),
    ("infinite outcome", lambda f: f.assign(grade=f["grade"].where(f.index != 5, np.inf)), ROLES, "1 infinite values"),
    ("outcome beyond numbers", lambda f: f.assign(grade=f["grade"].where(f.index != 5, 1e200)), ROLES, "beyond 1e\\+100"),
    ("outcome never known", lambda f: f.assign(grade=np.nan), ROLES, "no value at all"),
    ("infinite covariate", lambda f: f.assign(tenure=np.inf), ROLES, "infinite values"),
    ("covariate that names people", lambda f: f.assign(education=f["person_id"]), ROLES, "different values"),
    ("no such column", lambda f: f.drop(columns="tenure"), ROLES, "no column 'tenure'"),
    ("no rows", lambda f: f.head(0), ROLES, "no rows"),
    ("unit without a name", lambda f: f.assign(person_id=f["person_id"].where(f.index != 5)), ROLES, "1 rows have none"),
    ("period left empty", lambda f: f.assign(period=f["period"].where(f.index != 5)), ROLES, "empty cells"),
    ("cluster left empty", lambda f: f.assign(service_unit=f["service_unit"].where(f.index != 5)), ROLES, "1 rows have none"),
    ("one period", lambda f: f[f["period"] == 4], ROLES, "one period only"),
    ("nobody trained", lambda f: f.assign(first_treated_period=np.nan), ROLES, "nobody is trained"),
    ("two starts of one unit", second_start, ROLES, "1 units have more than one first treatment"),
    ("start that is no period", lambda f: f.assign(first_treated_period="soon"), ROLES, "is not written as the periods are"),
    ("one column as two", lambda f: f, replace(ROLES, period="person_id"), "must be different columns"),
    ("programme left empty", lambda f: f.assign(programme=None), PROGRAMMES, "does not name"),
]


@pytest.mark.parametrize(("change", "roles", "words"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_what_is_no_panel_is_refused_in_words(change: Callable[[pd.DataFrame], pd.DataFrame], roles: Roles, words: str) -> None:
    with pytest.raises(ImpactError, match=words) as refusal:
        estimated(change(panel()), roles)
    assert "p00" not in str(refusal.value), "a text names a unit"


def no_controls(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[trained(frame)].assign(first_treated_period=6.0)


REFUSED: list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame], str, str]] = [
    ("no controls", no_controls, "refused_no_comparison", "no controls"),
    ("outcome of the period alone", lambda f: f.assign(grade=1e9 + f["period"]), "refused_no_comparison", "same for everybody"),
    ("constant outcome", lambda f: f.assign(grade=3.0), "refused_no_comparison", "same for everybody"),
    ("one cluster", lambda f: f.assign(service_unit="u"), "refused_small_sample", "1 service units"),
    ("all trained from the start", lambda f: f.assign(first_treated_period=f["first_treated_period"].mask(trained(f), 1)), "refused_small_sample", "120 trained in the first period"),
    ("all trained after the end", lambda f: f.assign(first_treated_period=f["first_treated_period"].mask(trained(f), 99)), "refused_small_sample", "0 trained people"),
    ("no covariate known", lambda f: f.assign(tenure=np.nan), "refused_small_sample", "120 lack a covariate"),
    ("no before and after in common", lambda f: f[(f["period"] < 5) | ~trained(f)], "refused_no_comparison", "both measured before and after"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "verdict", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_estimated_is_a_verdict_and_no_number(
    change: Callable[[pd.DataFrame], pd.DataFrame], verdict: str, words: str
) -> None:
    row = primary(change(panel()))
    assert row["verdict"] == verdict, row["verdict_reason"]
    assert words in row["verdict_reason"]
    assert np.isnan(row["ci_low"])
    assert np.isnan(row["p_value"])
    assert np.isnan(row["cost_per_point"])


def test_trained_people_told_apart_by_a_covariate_forbid_a_headline() -> None:
    frame = panel()
    row = primary(frame.assign(tenure=frame["tenure"] + 50 * trained(frame)))
    assert row["verdict"] == "refused_no_comparison"
    assert row["se"] < 10, "a weight on people who cannot be compared"


@pytest.mark.parametrize("share", [1.0, 0.2])
def test_trained_people_unlike_any_control_forbid_a_headline(share: float) -> None:
    frame = panel()
    people = frame.loc[trained(frame), "person_id"].unique()
    other = frame["person_id"].isin(people[: int(share * len(people))])
    row = primary(frame.assign(education=frame["education"].mask(other, "S3")))
    assert row["verdict"] == "refused_no_comparison"
    assert "no comparable control" in row["verdict_reason"]
    assert row["share_outside_overlap"] > 0.1


@pytest.mark.parametrize(
    "spell",
    [
        lambda t: t, float, lambda t: f"{2020 + (t - 1) // 4}Q{(t - 1) % 4 + 1}", lambda t: f"Q{(t - 1) % 4 + 1} {2020 + (t - 1) // 4}",
        lambda t: f"{2010 + t}-06-30", lambda t: pd.Timestamp(2010 + t, 1, 1), lambda t: f"2020-{t:02d}", lambda t: 202000 + t,
        lambda t: f"wave {t}", lambda t: 2010 + 2 * t, lambda t: f"{2020 + (t - 1) // 2}S{(t - 1) % 2 + 1}", str,
    ],
)  # fmt: skip
def test_periods_may_be_written_in_any_way(spell: Callable[[int], Any]) -> None:
    frame = panel(2)
    spelt = frame.assign(
        period=[spell(int(t)) for t in frame["period"]],
        first_treated_period=[None if pd.isna(t) else spell(int(t)) for t in frame["first_treated_period"]],
    )
    plain, other = estimated(frame, secondary=False), estimated(spelt, secondary=False)
    pd.testing.assert_frame_equal(plain.events, other.events)
    assert plain.estimates["att"].tolist() == other.estimates["att"].tolist()


def test_a_missing_year_stays_a_gap() -> None:
    calendar, position = read_periods([2018, 2019, 2021, 2022])
    assert calendar.steps.tolist() == [0, 1, 3, 4]
    assert [calendar.position(year) for year in (2019, 2020, 2021.0, "2023", None, 0, "never", np.inf)] == [1, 2, 2, 4, -1, -1, -1, -1]
    assert position["2021"] == 2


def test_zero_is_never_only_where_no_period_is_zero() -> None:
    assert read_periods(range(5))[0].position(0) == 0
    assert read_periods(range(1, 5))[0].position(0) == -1


def test_training_between_two_measurements_counts_from_the_next() -> None:
    calendar, _ = read_periods(["2024-01-01", "2024-07-01", "2025-01-01"])
    assert calendar.position("2024-03-15") == 1
    assert calendar.position("2024-08-01") == 2


def test_people_treated_from_the_start_are_dropped_and_counted() -> None:
    frame = panel()
    early = frame["person_id"].isin(frame.loc[trained(frame), "person_id"].unique()[:7])
    row = primary(frame.assign(first_treated_period=frame["first_treated_period"].mask(early, 1)))
    assert row["n_dropped_always_treated"] == 7
    assert row["n_treated"] == 113


def test_small_cohorts_are_dropped_and_counted() -> None:
    frame = panel()
    few = frame["person_id"].isin(frame.loc[trained(frame), "person_id"].unique()[:4])
    moved = frame.assign(first_treated_period=frame["first_treated_period"].mask(few, 9))
    rows = estimated(moved).estimates.set_index("estimator")
    assert rows.loc["cs_dr", ["n_dropped_small_cohorts", "n_in_small_cohorts", "n_treated"]].tolist() == [1, 4, 116]
    assert rows.loc["twfe", "n_treated"] == 120


def test_people_without_a_covariate_are_left_out_and_counted() -> None:
    frame = panel()
    few = frame["person_id"].isin(frame["person_id"].unique()[:9])
    tables = estimated(frame.assign(tenure=frame["tenure"].mask(few)), secondary=False)
    assert tables.notes["n_missing_covariates"] == 9
    [row] = tables.estimates.to_dict("records")
    assert row["n_treated"] == 120 - frame.loc[few & trained(frame), "person_id"].nunique()


def test_gaps_cost_only_the_comparisons_they_touch() -> None:
    frame = panel(4)
    gaps = frame.sample(frac=0.97, random_state=1)
    whole, part = primary(frame), primary(gaps)
    assert part["n_treated"] > 0.94 * whole["n_treated"]  # whoever has any gap: 1 - 0.97 ** 10, a quarter
    assert part["se"] < 1.08 * whole["se"]
    empty = frame.assign(grade=frame["grade"].where(frame.index.isin(gaps.index)))
    assert primary(empty)["att"] == pytest.approx(part["att"], abs=1e-12)


def test_a_cell_may_be_empty_in_the_rows_before_training() -> None:
    frame = panel(1)
    late = frame.assign(first_treated_period=frame["first_treated_period"].where(frame["period"] >= frame["first_treated_period"]))
    assert primary(late)["att"] == primary(frame)["att"]


def test_a_second_programme_ends_the_first_and_bars_from_the_second() -> None:
    frame = with_programme(panel(1))
    people = frame.loc[trained(frame), "person_id"].unique()
    second = frame["person_id"].isin(people[:10]) & (frame["period"] >= 9)
    both = frame.assign(programme=frame["programme"].mask(second, "B"), first_treated_period=frame["first_treated_period"].mask(second, 9))
    rows = estimated(both, PROGRAMMES, secondary=False).estimates.set_index("programme_id")
    assert rows.loc["A", "n_censored"] == 10
    cut = frame[~second]
    assert rows.loc["A", "att"] == pytest.approx(primary(cut, PROGRAMMES)["att"], abs=1e-12)
    assert rows.loc["A", "attrition_treated"] == 0


def test_people_of_other_programmes_are_no_controls() -> None:
    frame = with_programme(panel(1))
    other = panel(9, treated=60, never=0)
    other = other.assign(person_id="x" + other["person_id"], programme="B", grade=other["grade"] + 100 * other["period"])
    rows = estimated(pd.concat([frame, other]), PROGRAMMES, secondary=False).estimates.set_index("programme_id")
    assert rows.loc["A", "att"] == pytest.approx(primary(frame, PROGRAMMES)["att"], abs=1e-12)


def test_clusters_and_covariates_are_those_before_training() -> None:
    frame = panel(1)
    after = trained(frame) & (frame["period"] >= frame["first_treated_period"])
    moved = frame.assign(service_unit=frame["service_unit"].mask(after, "u00"), tenure=frame["tenure"].mask(after, 99.0))
    tables = estimated(moved, secondary=False)
    pd.testing.assert_frame_equal(tables.estimates, estimated(frame, secondary=False).estimates)
    assert tables.notes["n_movers"] > 100


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_of_either_kind_give_the_same_panel(tmp_path: Path, separator: str) -> None:
    frame = panel(1, treated=20, never=20)
    frame.to_csv(tmp_path / "panel.csv", index=False, sep=separator)
    frame.to_parquet(tmp_path / "panel.parquet", index=False)
    of_csv = build_panel(read_panel(tmp_path / "panel.csv", ROLES), ROLES)
    of_parquet = build_panel(read_panel(tmp_path / "panel.parquet", ROLES), ROLES)
    assert np.allclose(of_csv.outcomes["grade"], of_parquet.outcomes["grade"])
    assert (of_csv.cohort == of_parquet.cohort).all()


def test_identifiers_keep_their_leading_zeros(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,t,y,g\n007,1,1,2\n007,2,2,2\n7,1,1,\n7,2,1,\n", encoding="utf-8")
    assert build_panel(read_panel(tmp_path / "p.csv", roles := Roles("id", "t", ("y",), "g")), roles).n_units == 2


@pytest.mark.parametrize(("name", "content"), [("p.csv", b""), ("p.parquet", b"not parquet"), ("p.csv", b"\xff\xfe\x00\x01")])
def test_files_that_are_no_tables_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImpactError):
        read_panel(tmp_path / name, ROLES)


@pytest.mark.parametrize("everybody", ["trained", "controls"])
def test_a_yes_or_no_is_the_same_as_a_number_and_as_a_word(everybody: str) -> None:
    """Also where all on one side answered yes: the other side's no has nobody to be compared with."""
    frame = panel()
    says_yes = frame["person_id"].str[-1].isin(list("02468")) | (trained(frame) == (everybody == "trained"))
    roles = replace(ROLES, covariates=("tenure", "answer"))
    as_number = primary(frame.assign(answer=says_yes.astype(float)), roles)
    as_word = primary(frame.assign(answer=np.where(says_yes, "yes", "no")), roles)
    assert as_number["att"] == pytest.approx(as_word["att"], rel=1e-12)
    assert as_number["se"] == pytest.approx(as_word["se"], rel=1e-12)
    assert as_number["share_outside_overlap"] == as_word["share_outside_overlap"]
    assert (as_number["share_outside_overlap"] > 0) == (everybody == "controls")
