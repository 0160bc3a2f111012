"""The survey arithmetic on published answers of real respondents.

The answers stand under no stated licence, so they are not part of this repository: the test reads them from the folder
beside the checkout, or that ASN_REAL_DATA names, and is skipped without it. Their sums are in the unit test `survey_index_vectors`.
"""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from tests.real import ANSWERS, NOT_THERE


@pytest.mark.skipif(not ANSWERS.is_file(), reason=NOT_THERE)
def test_sums_of_the_unit_test_are_those_of_the_answers() -> None:
    with ANSWERS.open(newline="", encoding="utf-8") as file:
        answers = list(csv.DictReader(file, delimiter=";"))
    sums = [sum(int(row[f"U{number}"]) for row in answers) for number in range(1, 10)]
    assert sums == [138, 139, 150, 177, 159, 163, 161, 143, 159]
    means = sum(Fraction(total, len(answers)) for total in sums)
    assert round(float(means * 25 / 9), 2) == 78.74
    assert round(float(means * 25 * Fraction(11, 100)), 2) == 77.95
