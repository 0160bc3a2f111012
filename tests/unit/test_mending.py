"""What is wrong and how it is mended is said in Indonesian on Indonesian pages: no rule, refusal or warning lacks the words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from data_quality.contract import load_contracts
from data_quality.results import delivery_check, row_check
from pipelines.impact import reasons
from pipelines.impact.estimate import estimate_impact
from pipelines.impact.report import _balanced_panel
from pipelines.impact.specification import Roles, Specification, Thresholds
from pipelines.impact.verdicts import judge
from pipelines.landing import refusals
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError
from pipelines.loading.delivery_load import NOT_EARLY, UNEXPECTED_COLUMNS, UNREADABLE_FILE
from pipelines.reporting.figures import Figure
from pipelines.reporting.language import Language
from pipelines.reporting.mending import in_indonesian, warehouse_mends
from tests.unit.impact.test_verdicts import NAN, SOUND, TABLE, UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_quality.contract import Contract

MODELS = Path(__file__).parents[2] / "dbt_project"
EACH_CONTRACT = pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)
DETAILS = {"detail": "zip", "mb": 4096, "sheet": "Data (2)", "seconds": 60.5, "day": "2028-11-29"}
ID = Language("id")


TREND = "trained and controls moved apart before the training (p = 2.85e-09, 32 degrees of freedom)"


def row_of(contract: Contract, **more: Any) -> dict[str, Any]:
    return {"source": contract.source, "extract": contract.name, **more}


@EACH_CONTRACT
def test_every_rule_says_in_indonesian_how_it_is_mended(contract: Contract) -> None:
    day = "2026-01-01"
    results = [row_check(contract, day, rule, 1, 1, tolerance=0) for rule in contract.row_rules]
    results += [
        delivery_check(contract, day, rule, 1, 1, holds=False)
        for rule in (*contract.delivery_rules, NOT_EARLY, UNREADABLE_FILE, UNEXPECTED_COLUMNS)
    ]
    for result in results:
        said = in_indonesian(row_of(contract, check_id=result.check_id, how_to_resolve=result.how_to_resolve), "how_to_resolve")
        assert len(said) > 8, result.check_id
        assert said != result.how_to_resolve, result.check_id


@EACH_CONTRACT
def test_every_reason_to_keep_a_delivery_out_is_said_in_indonesian(contract: Contract) -> None:
    reasons = [f"{rule.check_id}: {rule.description}" for rule in contract.delivery_rules]
    for reason in (*reasons, "; ".join(reasons)):
        said = in_indonesian(row_of(contract, status_reason=reason), "status_reason")
        assert said.count("Aturan dilanggar") == reason.count("; ") + 1
        assert not any(rule.description in said for rule in contract.delivery_rules)
    assert in_indonesian(row_of(contract, status_reason="something else"), "status_reason") == ""


@pytest.mark.parametrize("code", list(refusals._WORDS))
def test_every_refusal_of_a_file_is_read_again_in_indonesian(code: str) -> None:
    error = UnreadableFileError("2026-01-01.xlsx", code, **DETAILS)
    assert refusals.in_indonesian(str(error)) == error.words("id")


@pytest.mark.parametrize("missing", [[("nip", None)], [("nip", "NIP BARU"), ("nama_unor", None)]])
@pytest.mark.parametrize("seen", [[], ["tahun", "pagu"]])
def test_missing_columns_are_read_again_in_indonesian(missing: list[tuple[str, str | None]], seen: list[str]) -> None:
    error = MissingColumnsError(missing, seen)
    assert refusals.in_indonesian(str(error)) == error.words("id")


def warnings_of(node: Any) -> Iterator[str]:
    """What every test of severity warn below a node of the YAML files says in ``how_to_resolve``."""
    if isinstance(node, dict):
        config = node.get("config") if isinstance(node.get("config"), dict) else {}
        if str(config.get("severity", "")).lower() == "warn":
            yield config.get("meta", {}).get("how_to_resolve", "")
        for child in node.values():
            yield from warnings_of(child)
    elif isinstance(node, list):
        for child in node:
            yield from warnings_of(child)


@pytest.mark.thorough
def test_every_warning_of_the_warehouse_has_its_mend_in_indonesian() -> None:
    said = {
        text
        for path in MODELS.rglob("*.yml")
        if not {"dbt_packages", "target"} & set(path.parts)
        for text in warnings_of(yaml.safe_load(path.read_text()))
    }
    assert len(said) > 10
    assert {" ".join(text.split()) for text in said} == set(warehouse_mends())


@pytest.mark.parametrize("name", ["units_add_up_to_the_city", "people_add_up_to_the_city", "training_adds_up_to_the_city"])
def test_what_does_not_add_up_to_the_city_leads_to_a_tree_that_is_too_deep(name: str) -> None:
    files = sorted((MODELS / "tests" / "reconciliation").glob("*.yml"))
    listed = [test for path in files for test in yaml.safe_load(path.read_text(encoding="utf-8"))["data_tests"]]
    (found,) = (test for test in listed if test["name"] == name)
    assert "units_cut_off_at_the_top" in found["config"]["meta"]["how_to_resolve"]


def test_a_cell_says_it_in_the_language_of_its_page() -> None:
    figure = Figure("x", "x", [], (), "", ())
    row = {"source": "hr", "extract": "units", "check_id": "max_rejected_share", "how_to_resolve": "Mend the rows."}
    indonesian, english = (figure.cell(row, "how_to_resolve", Language(code)) for code in ("id", "en"))
    assert (indonesian.text[:9], indonesian.lang) == ("Perbaiki ", "")
    assert (english.text, english.lang) == ("Mend the rows.", "")
    gone = figure.cell({**row, "check_id": "gone.since"}, "how_to_resolve", ID)
    assert (gone.text, gone.lang) == ("Mend the rows.", "en"), "a rule that is no longer there keeps its English words"


# --- verdicts of training ---------------------------------------------------------------------------------------------------

LOST = {"n_treated": 9, "n_always_treated": 7, "n_without_covariates": 6, "n_in_small_cohorts": 5, "n_small_cohorts": 2}


@pytest.mark.parametrize("changes", [*(row for row, _ in TABLE if "obstacle" not in row), LOST, UNIT | {"breakdown": NAN}], ids=str)
def test_every_reason_of_a_verdict_is_said_in_indonesian(changes: dict[str, Any]) -> None:
    reason = judge(replace(SOUND, **changes), Thresholds())[1]
    said = in_indonesian({"verdict_reason": reason}, "verdict_reason")
    assert said
    assert not {"trained", "the", "before", "of", "people", "needed"} & set(said.split()), said


def test_every_reason_that_the_code_names_is_in_the_list_and_no_other() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(reasons.__file__).parent.glob("*.py"))
    assert {name for name in reasons.reasons() if f'"{name}"' not in code} == set()
    assert set(re.findall(r'\breason\("(\w+)"', code)) <= set(reasons.reasons())


@pytest.mark.parametrize("code", reasons.reasons())
def test_every_reason_in_the_list_is_said_in_indonesian(code: str) -> None:
    english, indonesian = (set(re.findall(r"\{(\w+)", reasons.reasons()[code][language])) for language in ("en", "id"))
    assert english == indonesian
    inside = {
        "few": reasons.reason("no_error"),
        "lost": reasons.reason("lost_no_before", n=3),
        "why": reasons.reason("no_strata"),
        "drift": reasons.reason("no_drift"),
        "who": "people",
    }
    text = reasons.reason(code, **{name: inside.get(name, 0.5) for name in english})
    said = in_indonesian({"verdict_reason": text}, "verdict_reason")
    assert said
    assert said != text
    assert not {"trained", "the", "before", "of", "people", "needed", "nobody"} & set(said.split()), said


@pytest.mark.parametrize(
    "roles", [Roles("unit", "period", ("level",), "first_treated", strata="kind"), Roles("unit", "period", ("level",), "first_treated")]
)
def test_what_stands_beside_a_headline_is_said_in_indonesian_too(roles: Roles) -> None:
    found = estimate_impact(_balanced_panel(), Specification(roles)).estimates["verdict_reason"]
    assert {reason for reason in found if not reasons.in_indonesian(reason)} == set()
    assert found.nunique() > 2


def test_a_reason_keeps_its_numbers_in_the_signs_of_the_country() -> None:
    assert in_indonesian({"verdict_reason": TREND}, "verdict_reason").endswith("(p = 2,85e−09, derajat bebas 32)")
    assert in_indonesian({"verdict_reason": "words that nobody wrote"}, "verdict_reason") == ""
    assert in_indonesian({"verdict_reason": "12 nobodies: 0.1, interval from 0 to x, q = y"}, "verdict_reason") == ""
