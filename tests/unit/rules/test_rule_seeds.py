"""The rule tables hold together: no hole, no overlap, no missing cell, and the figures that the regulations give."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
RULES = sorted((SEEDS / "rules").glob("rule_*.csv"))

# What a row of each banded table is about, apart from its bounds and dates.
BANDED = {
    "rule_jpm_category": ("rule_set", "purpose", "position_group"),
    "rule_gain_band": ("rule_set",),
    "rule_gap_band": ("rule_set",),
    "rule_survey_band": ("rule_set",),
}

# What one rule is about, where its seed says something wider: at any day at most one of its rows is in force.
SUBJECT = {
    "rule_standard_level": ("position_class", "competency_code"),
    "rule_appraisal_predicate": ("work_rating", "behaviour_rating"),
    "rule_survey_band": ("mutu",),
    "rule_gap_band": ("band",),
    "rule_headline_jump": ("metric",),
    "rule_appraisal_band": ("predicate_code",),
    "rule_leadership_training": ("leadership_level", "name_words"),
    "rule_professionalism_training": ("training_type_code", "component"),
    "rule_planning_class_weight": ("position_class",),
    "rule_planning_component": ("component",),
    "rule_planning_parameter": (),
    "rule_planning_scenario": ("scenario",),
    "rule_planning_signal": ("signal",),
    "rule_planning_signal_weight": ("competency_code", "signal"),
    "rule_service_link": (),
    "rule_impact_specification": (),
    "rule_repeat_refusal": (),
    "rule_training_hours": ("employment_status",),
    "rule_training_recommendation": (),
}


def subject_of(name: str) -> tuple[str, ...]:
    """The columns that its own test of uniqueness names, without the first day of validity."""
    if name in SUBJECT:
        return SUBJECT[name]
    seed = yaml.safe_load((SEEDS / "rules" / f"{name}.yml").read_text(encoding="utf-8"))["seeds"][0]
    key = next(test["unique_combination"]["arguments"]["columns"] for test in seed["data_tests"] if "unique_combination" in test)
    return tuple(column for column in key if column != "valid_from")


def rows(name: str) -> list[dict[str, str]]:
    folder = "rules" if name.startswith("rule_") else "reference"
    with (SEEDS / folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def grouped(name: str, columns: tuple[str, ...]) -> dict[tuple[str, ...], list[dict[str, str]]]:
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows(name):
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def banded(name: str, value: Decimal, **having: str) -> list[dict[str, str]]:
    """The rows of a banded table that claim a value."""
    return [
        row
        for row in rows(name)
        if all(row[column] == wanted for column, wanted in having.items())
        and (not row["lower_bound"] or value >= Decimal(row["lower_bound"]))
        and (not row["upper_bound"] or value < Decimal(row["upper_bound"]))
    ]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_names_its_source_dates_and_confidence(path: Path) -> None:
    assert path.with_suffix(".yml").exists()
    for row in rows(path.stem):
        assert row["rule_set"], row
        assert row["source"], row
        assert row["confidence"] in {"S", "R", "U"}, row
        valid_from = date.fromisoformat(row["valid_from"])
        assert not row["valid_to"] or valid_from < date.fromisoformat(row["valid_to"]), row


@pytest.mark.parametrize("name", [path.stem for path in RULES])
def test_one_reading_is_in_force_at_a_time(name: str) -> None:
    for subject, group in grouped(name, subject_of(name)).items():
        periods = sorted((row["valid_from"], row["valid_to"] or "9999-12-31") for row in group)
        for (_, ends), (begins, _) in pairwise(periods):
            assert ends <= begins, f"{name} {subject}: two rows are in force from {begins}"


@pytest.mark.parametrize("name", sorted(BANDED))
def test_bands_leave_no_hole_between_them(name: str) -> None:
    for subject, group in grouped(name, BANDED[name]).items():
        ordered = sorted(group, key=lambda row: Decimal(row["lower_bound"] or "-Infinity"))
        assert ordered[0]["lower_bound"] == "", f"{name} {subject} has no open lower end"
        assert ordered[-1]["upper_bound"] == "", f"{name} {subject} has no open upper end"
        for lower, upper in pairwise(ordered):
            assert lower["upper_bound"] == upper["lower_bound"], f"{name} {subject}"


def test_standard_levels_cover_every_class_and_competency() -> None:
    expected = {
        (position["position_class"], competency["competency_code"])
        for position in rows("ref_position_class")
        for competency in rows("ref_competency")
    }
    found = [(row["position_class"], row["competency_code"]) for row in rows("rule_standard_level")]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert {int(row["required_level"]) for row in rows("rule_standard_level")} == {1, 2, 3, 4, 5}


def test_predicate_table_has_its_nine_cells() -> None:
    cells = {
        (int(row["work_rating"]), int(row["behaviour_rating"])): (int(row["predicate_code"]), row["predicate_id"])
        for row in rows("rule_appraisal_predicate")
    }
    assert cells == {
        (1, 1): (1, "Sangat Baik"),
        (1, 2): (2, "Baik"),
        (1, 3): (4, "Kurang"),
        (2, 1): (2, "Baik"),
        (2, 2): (2, "Baik"),
        (2, 3): (4, "Kurang"),
        (3, 1): (3, "Butuh Perbaikan"),
        (3, 2): (3, "Butuh Perbaikan"),
        (3, 3): (5, "Sangat Kurang"),
    }


@pytest.mark.parametrize(
    ("purpose", "jpm", "category"),
    [
        ("FILLING", "80.00", "MS"),
        ("FILLING", "79.99", "MMS"),
        ("FILLING", "68.00", "MMS"),
        ("FILLING", "67.99", "KMS"),
        ("MAPPING", "90.00", "OPTIMAL"),
        ("MAPPING", "89.99", "CUKUP_OPTIMAL"),
        ("MAPPING", "78.00", "CUKUP_OPTIMAL"),
        ("MAPPING", "77.99", "KURANG_OPTIMAL"),
        ("MAPPING", "138.89", "OPTIMAL"),
        ("FILLING", "0", "KMS"),
    ],
)
def test_jpm_bounds(purpose: str, jpm: str, category: str) -> None:
    found = banded("rule_jpm_category", Decimal(jpm), purpose=purpose, is_default="true")
    assert [row["category"] for row in found] == [category]


@pytest.mark.parametrize(
    ("index", "mutu"),
    [("88.31", "A"), ("88.305", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"), ("65.00", "C"), ("64.99", "D")],
)
def test_survey_bounds(index: str, mutu: str) -> None:
    rounded = Decimal(index).quantize(Decimal("0.01"), ROUND_HALF_UP)
    found = banded("rule_survey_band", rounded, valid_to="")
    assert [row["mutu"] for row in found] == [mutu]


def test_survey_weights_differ_as_the_regulation_prints_them() -> None:
    sums = {}
    for (rule_set,), group in grouped("rule_survey_weight", ("rule_set",)).items():
        assert {row["element"] for row in group} == {f"u{number}" for number in range(1, 10)}
        assert len({row["weight_denominator"] for row in group}) == 1
        weights = [Fraction(int(row["weight_numerator"]), int(row["weight_denominator"])) for row in group]
        (factor,) = {int(row["conversion_factor"]) for row in group}
        (best,) = {int(row["scale_maximum"]) for row in group}
        sums[rule_set] = sum(weights) * factor * best
    assert sums == {"1/9": 100, "0.11": 99}
    assert {row["published_weight"] for row in rows("rule_survey_publication")} <= set(sums)


def test_one_default_limit_for_the_first_response() -> None:
    defaults = [row for row in rows("rule_complaint_sla") if row["is_default"] == "true" and row["measure"] == "first_response"]
    assert [row["working_days"] for row in defaults] == ["5"]


def test_what_citizens_say_of_a_competency_is_shared_out_whole() -> None:
    signals = {row["signal"] for row in rows("rule_planning_signal")}
    for competency, group in grouped("rule_planning_signal_weight", ("competency_code",)).items():
        assert sum(Decimal(row["signal_weight"]) for row in group) == 1, competency
        assert {row["signal"] for row in group} <= signals
    known = {row["competency_code"] for row in rows("ref_competency")} | {"T"}
    assert {row["competency_code"] for row in rows("rule_planning_signal_weight")} == known


def test_plans_are_made_for_the_budgets_asked_for() -> None:
    shares = [Decimal(row["budget_share"]) for row in rows("rule_planning_scenario")]
    assert shares == [Decimal(text) for text in ("0.25", "0.5", "0.75", "1", "1.5")]
    assert [row["scenario"] for row in rows("rule_planning_scenario")] == [f"{100 * share:.0f}%" for share in shares]


def test_every_class_of_posts_has_a_weight() -> None:
    assert {row["position_class"] for row in rows("rule_planning_class_weight")} == {
        row["position_class"] for row in rows("ref_position_class")
    }


def test_inhabitants_of_the_city_are_those_of_the_source() -> None:
    assert [(row["area_code"], int(row["population"])) for row in rows("ref_population")] == [("12.71", 1_263_569 + 1_282_883)]


@pytest.mark.parametrize(
    ("gap", "band"), [("-5", "surplus"), ("-1", "surplus"), ("0", "none"), ("1", "low"), ("2", "medium"), ("3", "high"), ("5", "high")]
)
def test_gap_bands_are_the_words_of_the_glossary(gap: str, band: str) -> None:
    assert [row["band"] for row in banded("rule_gap_band", Decimal(gap))] == [band]
    (entry,) = [row for row in rows("glossary") if row["term_en"] == "gap band"]
    assert band in re.findall(r"\w+", entry["definition_en"])


def test_an_hour_of_training_is_paid_as_45_minutes() -> None:
    """The month has working hours of 60 minutes, an hour of training (JP) has 45; wages are given to 500 rupiah."""
    for row in rows("rule_impact_wage"):
        millions, hours = re.findall(r"about ([\d.]+) million rupiah a month over (\d+) hours", row["source"])[0]
        exact = Decimal(millions) * 1_000_000 / Decimal(hours) * 45 / 60
        assert abs(int(row["wage_idr"]) - exact) <= 250, row


def test_what_was_recalled_is_not_marked_as_seen() -> None:
    leadership = {row["position_class"]: row["confidence"] for row in rows("rule_leadership_position")}
    assert leadership == {"JPT_UTAMA": "R", "JPT_MADYA": "R", "JPT_PRATAMA": "S", "ADMINISTRATOR": "S", "PENGAWAS": "S"}
    assert {row["confidence"] for row in rows("rule_survey_weight")} == {"S"}
