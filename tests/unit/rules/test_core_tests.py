"""Warnings about the tree of units and the people in it, on trees that are wrong in one way each."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

TESTS = Path(__file__).parents[3] / "dbt_project" / "tests"
UNITS = [  # unit_id, unit_name, parent_unit_id, depth, is_inferred, is_current
    ("city", "Kota", None, 0, False, True),
    ("a", "Dinas A", "city", 1, False, True),
    ("gone", "Dinas Lama", "city", 1, True, True),  # hr/units no longer holds it, so that it stands where it last did
    ("stray", "Bidang", "nobody", 0, False, True),
    ("former", "Bidang", "nobody", 0, False, False),
    ("A", None, None, 0, True, True),
    ("empty", None, None, 0, True, True),
    ("left", None, None, 0, True, True),
]
PEOPLE = [  # unit_id, is_current, is_active
    ("a", True, True),
    ("gone", True, True),
    ("A", True, True),
    ("A", True, True),
    ("A", False, True),
    ("empty", False, True),
    ("left", True, False),
]


@pytest.mark.parametrize(
    ("test", "found"), [("people_in_unknown_units", [("A", 2)]), ("units_not_attached", [("stray", "Bidang", "nobody")])]
)
def test_a_warning_names_the_units_that_are_wrong_and_no_others(test: str, found: list[tuple[object, ...]]) -> None:
    sql = re.sub(r"\{#.*?#\}", "", (TESTS / f"{test}.sql").read_text(encoding="utf-8"), flags=re.DOTALL)
    with duckdb.connect() as connection:
        connection.execute(
            "create table dim_unit (unit_id text, unit_name text, parent_unit_id text, depth integer, is_inferred boolean, is_current boolean)"
        )
        connection.executemany("insert into dim_unit values (?, ?, ?, ?, ?, ?)", UNITS)
        connection.execute("create table dim_employee (unit_id text, is_current boolean, is_active boolean)")
        connection.executemany("insert into dim_employee values (?, ?, ?)", PEOPLE)
        assert connection.execute(re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql)).fetchall() == found
