"""From rules to columns, and from a wrong code to the right one."""

from __future__ import annotations

import pytest

from data_quality.contract import contract_for, load_contracts
from pipelines.inspection.places import Places, columns_of_rule, letter, side_sources
from pipelines.inspection.words import Words
from pipelines.landing.batches import open_file
from tests.conftest import employee
from tests.unit.inspection.faulty import HEADER, person

EMPLOYEES = contract_for("hr/employees")
RULES = [(contract, rule) for contract in load_contracts() for rule in contract.row_rules]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    path = tmp_path_factory.mktemp("places") / "2026-01-01.csv"
    path.write_text(";".join(HEADER) + "\n" + ";".join(person(1).values()) + "\n")
    assert set(HEADER) >= set(employee(1))
    return Places(open_file(path, EMPLOYEES, (), 1_000), Words("id"))


@pytest.mark.parametrize(("position", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_names_of_a_spreadsheet(position: int, expected: str) -> None:
    assert letter(position) == expected


@pytest.mark.parametrize(("contract", "rule"), RULES, ids=[f"{contract.extract}:{rule.check_id}" for contract, rule in RULES])
def test_every_rule_leads_to_columns_that_a_file_can_have(contract: object, rule: object) -> None:
    names = columns_of_rule(contract, rule)
    assert names
    assert set(names) <= {column.name for column in contract.read_columns}
    assert set(names) & {column.name for column in contract.read_columns if column.header}


def test_side_columns_come_from_the_person_itself_and_not_from_the_superior() -> None:
    sources = side_sources(EMPLOYEES)
    assert sources["nip_sex"] == sources["nip_birth_on"] == sources["nip_kind"] == "employee_key"
    assert (sources["birth_on"], sources["employment_group"], sources["rank_group"]) == ("birth_year", "employment_status", "rank_code")


def test_the_condition_of_a_rule_names_its_columns_too() -> None:
    contract = contract_for("hr/competency_standards")
    rule = next(rule for rule in contract.row_rules if rule.check_id == "class_or_position")
    assert set(columns_of_rule(contract, rule)) == {"position_id", "position_class"}


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("rank_code", "III/e", "mungkin maksudnya: III/d"),
        ("rank_code", "1II/a", "mungkin maksudnya: III/a"),
        ("rank_code", "IIIa1", "mungkin maksudnya: III/a"),
        ("rank_code", "99", ""),
        ("rank_code", "V/z", ""),
        ("rank_code", "Penata Muda Tk.", "mungkin maksudnya: 32 (III/b)"),
        ("legal_status_code", "Aktip", "mungkin maksudnya: Aktif"),
        ("sex", "Perempan", "mungkin maksudnya: Perempuan"),
        ("sex", "3", "pilihan: P, L"),
        ("employment_status", "PPK", "mungkin maksudnya: PPPK"),
        ("position_type_code", "Jabatan Strukturel", "mungkin maksudnya: Jabatan Struktural"),
    ],
)
def test_a_wrong_code_is_answered_with_what_an_office_would_write(places: Places, column: str, text: str, expected: str) -> None:
    found = places.column(column)
    assert found is not None
    assert places.nearest_code(found, text) == expected


def test_headers_are_those_of_the_file(places: Places) -> None:
    assert (places.header("rank_code"), places.letter("rank_code")) == ("GOL AKHIR ID", "H")
    assert (places.header("title_after"), places.letter("title_after")) == ("gelar_belakang", "")
    assert places.columns_of("key_conflict") == ("employee_key",)
    assert places.columns_of("row.too_many_cells") == ()
