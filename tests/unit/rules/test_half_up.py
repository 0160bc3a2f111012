"""The macro that rounds as the regulations mean it, held against decimal arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

MACROS = Path(__file__).parents[3] / "dbt_project" / "macros" / "mart_half_up.sql"


def dispatch(name: str) -> Any:
    return getattr(MODULE, f"duckdb__{name}")


ENVIRONMENT = Environment(extensions=["jinja2.ext.do"], autoescape=False)
ENVIRONMENT.globals.update({"adapter": SimpleNamespace(dispatch=dispatch), "return": lambda text: text})
MODULE: Any = ENVIRONMENT.from_string(MACROS.read_text(encoding="utf-8")).module
CONNECTION = duckdb.connect()


def rounded(numerator: int, denominator: int, digits: int) -> Decimal | None:
    sql = MODULE.mart_half_up(f"cast({numerator} as bigint)", f"cast({denominator} as bigint)", digits, True)
    row = CONNECTION.execute(f"select {sql}").fetchone()
    assert row is not None
    value: Decimal | None = row[0]
    return value


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(numerator=st.integers(-(10**9), 10**9), denominator=st.integers(1, 10**6), digits=st.sampled_from([0, 2, 4]))
@example(numerator=67045, denominator=1000, digits=2)
@example(numerator=88305, denominator=1000, digits=2)
@example(numerator=-67045, denominator=1000, digits=2)
@example(numerator=1, denominator=2, digits=0)
def test_equals_decimal_half_up(numerator: int, denominator: int, digits: int) -> None:
    with localcontext(prec=60):
        exact = Decimal(numerator) / Decimal(denominator)
        expected = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert rounded(numerator, denominator, digits) == expected


def test_nothing_out_of_nothing() -> None:
    assert rounded(5, 0, 2) is None


@pytest.mark.parametrize(("people", "needed"), [(100, 80), (500, 217), (1000, 278), (10000, 370)])
def test_krejcie_morgan_in_whole_numbers(people: int, needed: int) -> None:
    spread, margin = 9602500, 25000  # chi-square x 0.5 x 0.5 and margin squared, in units of 1e-7
    assert rounded(spread * people, margin * (people - 1) + spread, 0) == needed
