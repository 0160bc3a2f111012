"""What of a cell reaches a report."""

from __future__ import annotations

import pytest

from data_quality.contract import contract_for
from pipelines.inspection.shown import MOST_CHARACTERS, is_shifted, shape, shown
from pipelines.inspection.words import Words

EMPLOYEES = contract_for("hr/employees")
COMPLAINTS = contract_for("feedback/complaints")
BUDGETS = contract_for("evaluation/training_budgets")
WORDS = Words("id")


def shown_in(column: str, text: object, contract: object = EMPLOYEES, *, moved: bool = False) -> str:
    return shown(contract.column(column), text, WORDS, is_shifted=moved)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,99003E+17", "9,99999E+99"),
        ("1.99e+17", "9.99e+99"),
        ("19900315 201501 1 001", "99999999 999999 9 999"),
        ("Siti Aisyah, S.Pd", "xxxx xxxxxx, x.xx"),
        ("Eko", "xxx"),
        ("12E", "99x"),
    ],
)
def test_a_shape_tells_the_form_and_nothing_else(text: str, expected: str) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("rank_code", "III/e", "III/e"),
        ("rank_code", "", "(kosong)"),
        ("rank_code", None, "(kosong)"),
        ("rank_code", "  ", "(kosong)"),
        ("rank_code", "n/a", "n/a"),
        ("birth_year", "31-02-1990", "31-02-1990"),
        ("birth_year", "19900231", "19900231"),
        ("birth_year", "1990-02-31 08:00:00", "1990-02-31 08:00:00"),
        ("birth_year", "199002152015011001", "[angka]"),
        ("birth_year", "Siti Aisyah", "xxxx xxxxxx"),
        ("position_name", "Guru, hubungi 0812-3456-7890", "Guru, hubungi [telepon]"),
        ("position_name", "NIP 19900215 201501 1 001", "NIP [angka]"),
        ("employee_key", "199002152015011001", "999999999999999999"),
        ("full_name", "Siti Aisyah", "xxxx xxxxxx"),
        ("full_name", "-", "-"),
        ("supervisor_key", "123", "999"),
        ("unit_name", "a\x1b[31mb\nc", "a [31mb c"),
    ],
)
def test_the_class_of_a_column_decides_what_is_shown(column: str, text: object, expected: str) -> None:
    assert shown_in(column, text) == expected


def test_free_text_and_amounts() -> None:
    assert shown_in("report_text", "Lampu mati 3 hari", COMPLAINTS) == "xxxxx xxxx 9 xxxx"
    assert shown_in("allocated_idr", "-1500000000", BUDGETS) == "-1500000000"
    assert shown_in("allocated_idr", "Rp 1.500.000.000,-", BUDGETS) == "Rp 1.500.000.000,-"
    assert shown_in("allocated_idr", "1271010101900001", BUDGETS) == "[angka]"
    assert shown_in("allocated_idr", "081234567890", BUDGETS) == "[telepon]"


def test_long_text_is_cut_after_it_was_masked() -> None:
    text = shown_in("position_name", "x" * 30 + " 199002152015011001")
    assert text == "x" * 30 + " [angka]"
    assert len(shown_in("position_name", "kata " * 1000)) == MOST_CHARACTERS


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"employee_key": "1,99003E+17"}, False),
        ({"employee_key": "1990O315201501100I"}, False),
        ({"employee_key": "Siti Aisyah"}, True),
        ({"full_name": "199002152015011001"}, True),
        ({"full_name": "15-03-1990"}, True),
        ({"full_name": ""}, True),
        ({"full_name": "Tengku Amir 2"}, False),
        ({"birth_year": "199002152015011001"}, True),
        ({"position_id": "8ae482855ba1d2e7015ba1d2e7000012"}, False),
    ],
)
def test_a_row_under_wrong_headers_is_recognised(changes: dict[str, str], expected: bool) -> None:
    row = {"employee_key": "199002152015011001", "full_name": "Siti Aisyah", "birth_year": "15-02-1990", "rank_code": "III/a"}
    assert is_shifted(EMPLOYEES, {**row, **changes}) is expected
    if expected:
        assert shown_in("rank_code", "Siti", moved=True) == "xxxx"
