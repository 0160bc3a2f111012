"""Service, participation and the plan of training on the small city, held against the landing files and against plain pandas."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.building import steps, warehouse
from pipelines.commands.main import run_nightly
from pipelines.settings import Settings
from tests.system import recompute_service as again

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.system.conftest import Night

REAL_UNIT = "SEKADAU"
EFFECT_IS_ROUNDED = Decimal("0.0001")
WEIGHT_IS_ROUNDED = Decimal("0.001")


def query(night: Night, sql: str) -> pd.DataFrame:
    with night.warehouse() as connection:
        frame: pd.DataFrame = connection.execute(sql).to_arrow_table().to_pandas()
    return frame


@pytest.fixture(scope="module")
def answers(night: Night) -> pd.DataFrame:
    return again.survey(night.settings.landing, night.truth)


@pytest.fixture(scope="module")
def reports(night: Night) -> pd.DataFrame:
    return again.reports(night.settings.landing, night.truth, night.end)


def assert_same(mine: pd.DataFrame, mart: pd.DataFrame, keys: list[str], columns: list[str]) -> None:
    """Both tables have the same rows and not one figure differs."""
    joined = mine.merge(mart, on=keys, how="outer", suffixes=("_mine", "_mart"), indicator=True)
    assert set(joined["_merge"]) == {"both"}
    for column in columns:
        pairs = zip(joined[f"{column}_mine"], joined[f"{column}_mart"], strict=True)
        assert [pair for pair in pairs if not (pd.isna(pair[0]) and pd.isna(pair[1])) and pair[0] != pair[1]] == [], column


def test_satisfaction_agrees_with_the_answers_in_the_landing_files(night: Night, answers: pd.DataFrame) -> None:
    mart = query(night, f"select * from open.service_quality where n_responses > 0 and unit_id <> '{REAL_UNIT}'")
    mine = again.satisfaction(answers)
    assert len(mine) > 50
    columns = ["n_responses", "n_incomplete", "ikm_exact", "ikm_011", "mutu", *(f"nrr_{element}" for element in again.ELEMENTS)]
    assert_same(mine, mart, ["unit_id", "service_name", "quarter"], columns)


def test_working_days_agree_with_the_reports_in_the_landing_files(night: Night, reports: pd.DataFrame) -> None:
    core = query(
        night, "select tracking_id, working_days_to_first_response as to_answer, working_days_to_close as to_close from core.fct_complaint"
    )
    assert len(core) > 200
    assert_same(reports, core, ["tracking_id"], ["to_answer", "to_close"])
    mart = query(night, "select * from open.service_quality where is_all_services and n_complaints > 0")
    columns = ["n_complaints", "median_working_days_to_first_response", "median_working_days_to_close", "share_within_sla"]
    assert_same(again.answering(reports), mart, ["unit_id", "quarter"], columns)


def test_participation_agrees_with_the_landing_files(night: Night, answers: pd.DataFrame, reports: pd.DataFrame) -> None:
    mart = query(night, f"select * from open.citizen_participation where unit_id <> '{REAL_UNIT}'")
    columns = ["n_reports", "share_aspirations", "share_information_requests", "return_of_feedback"]
    assert_same(again.participation(reports), mart[mart["n_reports"] > 0], ["unit_id", "quarter"], columns)
    n_answers = answers.groupby(["unit_id", "quarter"]).size()
    in_part = set(query(night, "select unit_id from core.dim_unit where is_current and area_code <> '12.71'")["unit_id"])
    for row in mart.itertuples():
        assert row.n_responses == n_answers.get((row.unit_id, row.quarter), 0)
        if row.unit_id in in_part:
            assert pd.isna(row.population)
            assert pd.isna(row.responses_per_capita)
            assert row.population_missing_reason == "no population of the area is known"
        else:
            assert row.population == 2_546_452
            assert row.responses_per_capita == again.half_up(Fraction(row.n_responses, 2_546_452), 8)
            assert pd.isna(row.population_missing_reason)
    assert {unit in in_part for unit in mart["unit_id"]} == {True, False}


COMPLETIONS = """
    select employee_key, coalesce(ended_on, started_on, invited_on) as ended_on
    from (
        select * from core.fct_training_participation
        qualify row_number() over (
            partition by employee_key, programme_id, coalesce(batch, participation_id), year(invited_on)
            order by delivery_on desc, invited_on desc, participation_key
        ) = 1
    )
    where status = 'COMPLETED'
"""
"""Of several records of one person, programme and batch of a year the last says what became of it."""


def test_competence_beside_service_agrees_with_people_and_landing_files(night: Night, answers: pd.DataFrame, reports: pd.DataFrame) -> None:
    mart = query(night, f"select * from open.service_competency_link where unit_id <> '{REAL_UNIT}'")
    named = reports[reports["unit_id"].notna()]
    places = set(zip(answers["unit_id"], answers["quarter"], strict=True)) | set(zip(named["unit_id"], named["quarter"], strict=True))
    mine = again.staff(
        query(night, "select employee_key, unit_id, valid_from, valid_to from core.dim_employee where is_active"),
        query(night, "select unit_id, path, valid_from, valid_to from core.dim_unit"),
        query(night, "select employee_key, competency_code, quarter, required_level, assessed_level from intermediate.int_competency__gaps_by_quarter where gap is not null"),
        query(night, COMPLETIONS),
        places,
        night.end,
    )  # fmt: skip
    assert mine["trained_share"].max() > 0
    assert_same(
        mine, mart, ["unit_id", "quarter"], ["n_employees", "n_assessed", "competency_index", "share_below_standard", "trained_share"]
    )
    quality = query(night, f"select * from open.service_quality where is_all_services and unit_id <> '{REAL_UNIT}'").rename(columns={
        "nrr_u6": "u6_competence", "nrr_u7": "u7_conduct", "median_working_days_to_first_response": "median_days"})  # fmt: skip
    quality["complaints_per_1000_responses"] = [
        again.half_up(Fraction(1000 * int(n), int(of)), 2) if of else None
        for n, of in zip(quality["n_complaints"], quality["n_responses"], strict=True)
    ]
    columns = [
        "ikm_published",
        "u6_competence",
        "u7_conduct",
        "n_responses",
        "n_complaints",
        "complaints_per_1000_responses",
        "median_days",
    ]
    assert_same(quality, mart, ["unit_id", "quarter"], columns)


def weak_unit(night: Night) -> str:
    return str(night.truth.trends["weak_unit"]["unit_id"])


def test_the_office_that_informs_badly_is_trained_to_inform_first(night: Night) -> None:
    """Dinas Perhubungan: assessments say that its staff communicate below their standard, citizens ask it for information most."""
    connection = night.open("open")
    top = connection.execute("select scenario, unit_id, competency_code from training_plan where rank = 1").fetchall()
    assert {scenario for scenario, _, _ in top} == {"25%", "50%", "75%", "100%", "150%"}
    assert {(unit, code) for _, unit, code in top} == {(weak_unit(night), "M.3")}
    weights = connection.execute(
        "select unit_id, max(service_weight_per_seat) from training_plan where competency_code = 'M.3' group by unit_id"
    )
    ordered = sorted(weights.fetchall(), key=lambda pair: pair[1], reverse=True)
    assert ordered[0][0] == weak_unit(night)
    assert ordered[0][1] > ordered[1][1] >= 1


def test_the_plan_spends_shares_of_what_the_year_allocates_for_seats(night: Night) -> None:
    budgets = query(night, "select year, component, sum(allocated_idr)::bigint as idr from core.fct_training_budget group by all")
    latest = budgets[(budgets["year"] == budgets["year"].max()) & ~budgets["component"].isin(["PERSONEL", "PEMELIHARAAN"])]["idr"].sum()
    plan = query(night, "select * from open.training_plan order by budget_share, rank")
    for scenario, rows in plan.groupby("scenario"):
        share = Fraction(int(scenario.removesuffix("%")), 100)
        assert set(rows["allocation_idr"]) == {latest}
        assert set(rows["budget_idr"]) == {again.half_up(share * int(latest), 0)}
        assert list(rows["rank"]) == list(range(1, len(rows) + 1))
        assert list(rows["cumulative_cost_idr"]) == list(rows["cost_idr"].cumsum())
        assert list(rows["cumulative_gap_levels_closed"]) == list(rows["expected_gap_levels_closed"].cumsum())
        assert list(rows["cumulative_service_weight"]) == list(rows["service_weight"].cumsum())
        assert rows["cost_idr"].sum() <= rows["budget_idr"].iloc[0]
        assert rows["expected_value"].sum() == rows["plan_value"].iloc[0] >= rows["greedy_value"].iloc[0]
        assert rows["optimality_gap"].iloc[0] <= Decimal("0.01")
        for _, programme in rows.groupby("programme_id"):
            whole = programme.iloc[0]
            assert programme["seats"].sum() == whole["programme_seats"] <= whole["n_batches"] * whole["batch_capacity"]
            assert programme["seats"].sum() > (whole["n_batches"] - 1) * whole["batch_capacity"]
            assert programme["cost_idr"].sum() == whole["n_batches"] * whole["batch_capacity"] * whole["cost_per_seat_idr"]


def plan_units(night: Night, judged: set[str]) -> dict[str, str]:
    """For each unit of today the nearest one at or above it that holds a budget or is judged by citizens."""
    holders = set(query(night, "select distinct unit_id from core.fct_training_budget where unit_id is not null")["unit_id"]) | judged
    paths = query(night, "select unit_id, path from core.dim_unit where is_current")
    found = {}
    for unit, path in paths.itertuples(index=False):
        way = path.split("/")
        found[unit] = next((above for above in reversed(way) if above in holders), way[0])
    return found


def test_seats_are_for_people_who_lack_the_competency(night: Night, answers: pd.DataFrame, reports: pd.DataFrame) -> None:
    judged: set[str] = set()
    for unit, group in answers[answers["on"] > date(2025, 8, 20)].groupby("unit_id"):
        judged |= {unit} if max(group[element].notna().sum() for element in again.ELEMENTS) >= 5 else set()
    judged |= {unit for unit, group in reports.groupby("unit_id") if len(group) >= 5}
    place = plan_units(night, judged)
    short: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person, unit, code in query(
        night, "select employee_key, unit_id, competency_code from restricted.competency_gap where gap > 0"
    ).itertuples(index=False):
        short[place[unit], code].add(person)
    taught: Mapping[str, set[str]] = (
        query(night, "select * from intermediate.int_training__programme_competencies").groupby("programme_id")["competency_code"].agg(set)
    )
    known = query(night, "select distinct unit_id, competency_code, n_people_short from intermediate.int_planning__candidates")
    counted = {(unit, code): n for unit, code, n in known.itertuples(index=False)}
    plan = query(night, "select * from open.training_plan")
    for (_, unit, code), rows in plan.groupby(["scenario", "unit_id", "competency_code"]):
        assert rows["seats"].sum() <= len(short[unit, code])
        assert counted[unit, code] == len(short[unit, code])
    for (_, unit, programme), rows in plan.groupby(["scenario", "unit_id", "programme_id"]):
        assert set(rows["competency_code"]) <= taught[programme]
        lacking: set[str] = set().union(*(short[unit, code] for code in rows["competency_code"]))
        assert rows["seats"].sum() <= len(lacking), "somebody would sit in the programme twice"
    assert plan["seats"].min() >= night.settings.min_cell_size
    assert night.open("open").execute("select count(*) from training_plan where is_suppressed or seats is null").fetchone() == (0,)


def test_the_parts_of_the_value_agree_with_the_seeds_and_the_landing_files(
    night: Night, answers: pd.DataFrame, reports: pd.DataFrame
) -> None:
    weights = again.service_weights(answers, reports, night.end)
    plan = query(night, "select * from open.training_plan")
    credible = dict(
        query(
            night,
            "select programme_id, round(att::decimal(18, 4), 4) from open.training_impact "
            "where outcome = 'competence' and is_primary and verdict = 'credible_positive'",
        ).itertuples(index=False)
    )
    for row in plan.itertuples():
        expected = weights.get((row.unit_id, row.competency_code), Decimal(1))
        assert abs(row.service_weight_per_seat - expected) < WEIGHT_IS_ROUNDED, (row.unit_id, row.competency_code)
        assert row.service_weight == row.seats * row.service_weight_per_seat
        if row.programme_id in credible:
            assert (row.value_source, row.realised_share) == ("impact", None)
            assert abs(row.expected_gap_levels_closed - row.seats * credible[row.programme_id]) <= row.seats * EFFECT_IS_ROUNDED
        else:
            assert row.value_source == "catalogue"
            assert row.expected_gap_levels_closed == row.promised_levels * row.realised_share
        assert row.class_weight_per_seat >= 1
        mean = row.expected_value / (row.expected_gap_levels_closed * row.service_weight_per_seat)
        assert Decimal("0.9999") <= mean <= Decimal("1.41")
    scores = query(
        night,
        "select programme_id, pre_score, post_score from core.fct_training_participation where pre_score is not null and post_score is not null",
    )
    shares: dict[str, Any] = {}
    for programme, group in scores.groupby("programme_id"):
        before, after = Fraction(group["pre_score"].sum()) / len(group), Fraction(group["post_score"].sum()) / len(group)
        if len(group) >= 10:
            shares[programme] = again.half_up(max(Fraction(0), (after - before) / (100 - before)), 4)
    promised = plan[~plan["programme_id"].isin(list(credible))]
    assert {row.programme_id: row.realised_share for row in promised.itertuples()} == {
        p: shares.get(p, Decimal("0.3")) for p in promised["programme_id"]
    }
    assert {row.programme_id for row in promised.itertuples() if row.realised_share_source == "tests"} == set(shares) & set(
        promised["programme_id"]
    )


@pytest.mark.slow
def test_a_night_that_breaks_off_at_the_step_is_made_up_for_by_the_next(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a copy. Python fails between two parts: no release, nothing after it; the next night does all of it."""
    shutil.copytree(night.settings.home, tmp_path / "city", symlinks=True)
    settings = Settings(home=tmp_path / "city")
    release = (settings.releases / "current").resolve()
    solution = steps.TRAINING_PLAN.path(settings.build, "training_plan_solution")
    (settings.build / "built.digest").unlink()
    run_step = steps.run_step

    def goes_down(step: steps.Step, *arguments: Any) -> dict[str, Any]:
        if step is steps.TRAINING_PLAN:
            raise MemoryError("the machine went down")
        return run_step(step, *arguments)

    with monkeypatch.context() as broken:
        broken.setattr(steps, "run_step", goes_down)
        assert not run_nightly(settings)
    assert (settings.releases / "current").resolve() == release
    assert warehouse.last_build_digest(settings) is None
    assert warehouse.missing_parts(settings) == ["warehouse_after_training_plan_solution", "training_plan_solution"]
    assert pq.read_metadata(solution).num_rows == 0, "a copy begins from nothing, for it lies in another place"

    assert run_nightly(settings)
    assert (settings.releases / "current").resolve() != release
    assert warehouse.missing_parts(settings) == []
    assert pq.read_metadata(solution).num_rows > 0
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as connection:
        tested = {name for (name,) in connection.execute("select check_id from quality.refresh_test_results").fetchall()}
    assert {"training_plan_can_be_carried_out", "units_not_attached"} <= tested, "results of both halves are kept"

    rebuilt, published = solution.stat().st_mtime_ns, sorted(path.name for path in settings.releases.iterdir())
    assert run_nightly(settings)
    assert sorted(path.name for path in settings.releases.iterdir()) == published, "nothing new, yet a release"
    assert solution.stat().st_mtime_ns == rebuilt, "nothing new, yet the step ran"
