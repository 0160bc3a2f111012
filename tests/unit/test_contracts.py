"""The contracts are usable, and everything that is made from them agrees with them."""

from __future__ import annotations

import dataclasses
import re
import shutil
from typing import TYPE_CHECKING, get_args

import pytest
import yaml

from data_quality.contract import (
    CONTRACTS_DIR,
    Classification,
    ContractError,
    Kind,
    code_list,
    contract_for,
    load_contracts,
    parse_contract,
)
from data_quality.contract_form import PARSERS, VALUES
from data_quality.dbt_sources import render_sources
from pipelines.building.warehouse import DBT_PROJECT
from pipelines.lake.schemas import accepted_schema
from pipelines.landing.columns import _reader
from pipelines.landing.survey import ColumnFormat
from simulation.extracts import by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.contract import Contract

NEVER_STORED = {
    "nik",
    "alamat",
    "nomor_hp",
    "email",
    "agama_id",
    "jenis_kawin_id",
    "npwp_nomor",
    "bpjs",
    "nama",
    "pelapor",
    "kontak_pelapor",
    "no_sertifikat",
}


def test_every_extract_has_a_place_and_a_name_of_its_own() -> None:
    contracts = load_contracts()
    assert {contract.source for contract in contracts} >= {"hr", "evaluation", "feedback"}
    for place in ("extract", "folder"):
        taken = [getattr(contract, place) for contract in contracts]
        assert len(set(taken)) == len(taken), place


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)
def test_every_extract_is_read_by_dbt_delivered_by_the_simulation_and_told_to_offices(contract: Contract) -> None:
    assert (DBT_PROJECT / "models" / "staging" / contract.source / f"stg_{contract.source}__{contract.name}.yml").is_file()
    assert by_folder()[contract.folder].name == contract.extract
    assert f"| `{contract.folder}` |" in (DBT_PROJECT.parent / "docs" / "extracts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)
def test_no_pattern_has_a_group_that_captures(contract: Contract) -> None:
    """pandas warns of each on every validation: what a group has caught is never asked for."""
    patterns = [rule.kwargs["regex"] for rule in contract.row_rules if "regex" in rule.kwargs]
    assert [pattern for pattern in patterns if re.compile(pattern).groups] == []


def test_dbt_sources_are_those_that_the_contracts_make() -> None:
    for path, text in render_sources(CONTRACTS_DIR).items():
        assert (DBT_PROJECT / path).read_text(encoding="utf-8") == text, f"{path}: run python -m data_quality.dbt_sources"


@pytest.mark.parametrize("name", ["evaluation/appraisals", "evaluation/training_budgets"])
def test_a_year_that_is_taken_in_is_one_of_the_calendar(name: str) -> None:
    variables = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    contract = yaml.safe_load((CONTRACTS_DIR / f"{name}.odcs.yaml").read_text(encoding="utf-8"))
    (year,) = (column for column in contract["schema"][0]["properties"] if column["name"] == "year")
    (rule,) = year["quality"]
    bounds = [int(variables[f"calendar_{end}_on"][:4]) for end in ("first", "last")]
    assert [rule["implementation"]["kwargs"][bound] for bound in ("min_value", "max_value")] == bounds
    assert all(str(bound) in rule["description"] and str(bound) in rule["businessImpact"] for bound in bounds)


def test_no_column_that_must_not_be_stored_is_in_a_schema_of_the_lake() -> None:
    for contract in load_contracts():
        stored = set(accepted_schema(contract).names)
        for column in contract.columns:
            if column.header in NEVER_STORED and contract.name != "training_programmes":
                assert column.name not in stored, (contract.extract, column.header)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("III/a", "31"), ("III.A", "31"), ("IIIa", "31"), ("31", "31"), ("Penata Muda, III/a", "31"), ("Penata Muda Tk. I, III/b", "32"),
        ("Penata Muda Tingkat I (III/b)", "32"), ("II/b - Pengatur Muda Tk.I", "22"), ("Pembina TK I / IV/b", "42"), ("IX", "IX"),
        ("V/z", None),
    ],
)  # fmt: skip
def test_ranks_in_every_written_form(written: str, code: str | None) -> None:
    assert code_list("ref_rank").lookup(written) == code


def test_education_levels_compare_after_padding() -> None:
    assert code_list("ref_education_level").lookup("5") == "05"


@pytest.mark.parametrize("written", ["-1", "- 1", "0.3", "0,3", "+3", ".3", "2.2"])
def test_a_number_below_zero_or_with_decimals_is_no_form_of_a_whole_code(written: str) -> None:
    answers = contract_for("feedback/survey_responses").column("u1").reference
    assert answers is not None
    assert answers.lookup(written) is None  # -1 is what survey tools write where nothing was answered
    assert code_list("ref_echelon").lookup(written) is None


def test_a_name_that_stands_for_two_codes_is_no_code() -> None:
    assert code_list("ref_echelon").lookup("I.a") is None


def test_an_unknown_extract_names_the_known_ones() -> None:
    with pytest.raises(ContractError, match="hr/employees"):
        contract_for("hr/nothing")
    with pytest.raises(ContractError, match="does not exist"):
        code_list("ref_nothing")


def _damaged(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "positions.odcs.yaml"
    shutil.copy(CONTRACTS_DIR / "hr" / "positions.odcs.yaml", path)
    path.write_text(path.read_text().replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- id: max_rejected_share", "- id: other"),
        ("primaryKey: true", "primaryKey: false"),
        ("landingFolder", "folder"),
        ("name: job_level", "name: position_name"),
    ],
)
def test_a_damaged_contract_fails_by_name(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ContractError, match=r"positions\.odcs\.yaml"):
        parse_contract(_damaged(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("physicalType: table", "physicalTyp: table", "no contract has the word 'physicalTyp'"),
        ("physicalType: table", "physicalType: [table", "no YAML"),
        ("logicalType: object", "physicalName: x\n    logicalType: object", "stands twice"),
        ("parser, value: text", "parser, value: txt", "parser is 'txt', and can be"),
        ("classification: internal", "classification: secret", "classification is 'secret', and can be"),
        ("deliveryKind, value: snapshot", "deliveryKind, value: snap", "deliveryKind is 'snap', and can be"),
        ("retention, value: 20", "retention, value: long", "retention is 'long', and must be a number"),
        ("required: true", "required: maybe", "required is 'maybe', and can be"),
        ("property: parser", "property: reader", "no contract of ours has the property 'reader'"),
        ('codes, value: "ref_position_type"', "codes, value: ref_nothing", "ref_nothing does not exist"),
        ("name: job_level", "name: position_name", "two properties have the name position_name"),
    ],
)
def test_a_slip_in_a_contract_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    before = (CONTRACTS_DIR / "hr" / "positions.odcs.yaml").read_text(encoding="utf-8")
    assert old in before
    path = tmp_path / "positions.odcs.yaml"
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError) as told:
        parse_contract(path)
    file, line, text = str(told.value).splitlines()[0].split(":", 2)
    assert file == str(path)
    assert said in text
    first = before[: before.index(old)].count("\n") + 1
    assert abs(int(line) - first) <= 20 if "ref_nothing" in said else abs(int(line) - first) <= 1


def test_every_way_to_read_a_cell_has_a_reader() -> None:
    column = contract_for("hr/employees").column("full_name")
    for parser in PARSERS:
        assert callable(_reader(dataclasses.replace(column, parser=parser), ColumnFormat(), str.upper)), parser
    with pytest.raises(KeyError):
        _reader(dataclasses.replace(column, parser="txt"), ColumnFormat(), str.upper)
    assert set(get_args(Classification)) == VALUES["classification"]
    assert set(get_args(Kind)) == VALUES["deliveryKind"]


@pytest.mark.parametrize(("written", "code"), [("P3K", "PPPK"), ("pns", "PNS"), ("Calon Pegawai Negeri Sipil", "CPNS"), ("PTT", None)])
def test_a_code_list_also_knows_the_forms_that_the_contract_adds(written: str, code: str | None) -> None:
    reference = contract_for("hr/employees").column("employment_status").reference
    assert reference is not None
    assert reference.lookup(written) == code


@pytest.mark.parametrize(
    ("extract", "name", "written", "code"),
    [("hr/employees", "sex", "Lk", "M"), ("hr/employees", "sex", "Female", "F"), ("feedback/survey_responses", "sex", "Pr.", "F"),
     ("feedback/survey_responses", "sex", "male", "M"), ("hr/employees", "education_level_code", "S1", "40"),
     ("hr/employees", "education_level_code", "D.III", "30"), ("hr/employees", "education_level_code", "SMA", "15"),
     ("hr/employees", "education_level_code", "Magister", "45"), ("hr/employees", "position_type_code", "Pelaksana", "4"),
     ("hr/positions", "position_type_code", "STRUKTURAL", "1"), ("hr/positions", "position_type_code", "Fungsional", "2"),
     ("hr/positions", "position_type_code", "Honorer", None), ("feedback/survey_responses", "u9", "Sangat baik", "4"),
     ("feedback/survey_responses", "u1", "TIDAK BAIK", "1"), ("feedback/survey_responses", "u1", "Cukup", None)],
)  # fmt: skip
def test_what_offices_write_in_words_is_the_code(extract: str, name: str, written: str, code: str | None) -> None:
    reference = contract_for(extract).column(name).reference
    assert reference is not None
    assert reference.lookup(written) == code


def test_the_areas_of_medan_are_those_of_the_decree() -> None:
    levels = [row["area_level"] for row in code_list("ref_area").attributes.values()]
    assert (levels.count("district"), levels.count("subdistrict")) == (21, 151)
