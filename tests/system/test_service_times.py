"""Times of services on the small city, computed anew in pandas from the landing files and the rules as they are written down."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests import by_hand
from tests.system import recompute_service as again
from tests.system.test_service_and_plan import assert_same, query

if TYPE_CHECKING:
    from pathlib import Path

    from simulation import Truth
    from tests.system.conftest import Night

FOLDER = "feedback/permohonan_layanan"
FIGURES = [
    "n_requests",
    "n_finished",
    "median_working_days",
    "p90_working_days",
    "n_judged",
    "share_within_standard",
    "standard_working_days",
]


def standards() -> dict[str, int]:
    with (again.SEEDS / "rules" / "rule_service_standard.csv").open(encoding="utf-8") as stream:
        return {row["folded_name"]: int(row["working_days"]) for row in csv.DictReader(stream)}


def requests(landing: Path, truth: Truth, as_of: date) -> pd.DataFrame:
    """One row for each request in its newest state."""
    newest: dict[str, tuple[tuple[str, int], dict[str, str]]] = {}
    for delivery, number, row in again.clean_rows(landing, truth, FOLDER):
        known = newest.get(row["nomor_permohonan"])
        if known is None or known[0] <= (delivery, number):
            newest[row["nomor_permohonan"]] = ((delivery, number), row)
    calendar, promised = again.working_days(), standards()
    table: list[dict[str, Any]] = []
    for _, row in newest.values():
        received, finished = (by_hand.day(row[name]) if row[name] else None for name in ("waktu_diterima", "waktu_selesai"))
        assert received is not None
        took, waited = again.days_after(received, finished, calendar), again.days_after(received, as_of, calendar)
        limit = promised.get(row["jenis_layanan"].lower())
        assert waited is not None
        kept = None if limit is None else took <= limit if took is not None else False if waited > limit else None
        place = {"unit_id": row["unor_id"], "service_name": row["jenis_layanan"], "quarter": again.quarter_of(received)}
        table.append(place | {"took": took, "kept": kept, "limit": limit})
    return pd.DataFrame(table)


def times(found: pd.DataFrame) -> pd.DataFrame:
    table = []
    for place, group in found.groupby(["unit_id", "service_name", "quarter"]):
        took = sorted(int(days) for days in group["took"].dropna())
        kept = [bool(value) for value in group["kept"] if value is not None]
        limits = group["limit"].dropna()
        figures = {
            "n_requests": len(group),
            "n_finished": len(took),
            "median_working_days": pd.Series(took).median() if took else None,
            "p90_working_days": took[-(-9 * len(took) // 10) - 1] if took else None,
            "n_judged": len(kept),
            "share_within_standard": again.half_up(Fraction(sum(kept), len(kept)), 4) if kept else None,
            "standard_working_days": None if limits.empty else int(limits.iloc[0]),
        }
        table.append(dict(zip(("unit_id", "service_name", "quarter"), place, strict=True)) | figures)
    return pd.DataFrame(table)


@pytest.fixture(scope="module")
def found(night: Night) -> pd.DataFrame:
    return requests(night.settings.landing, night.truth, night.end)


def test_times_of_services_agree_with_the_requests_in_the_landing_files(night: Night, found: pd.DataFrame) -> None:
    mart = query(night, "select * from open.service_times")
    assert len(mart) > 50
    assert mart["n_judged"].sum() > 100
    assert_same(times(found), mart, ["unit_id", "service_name", "quarter"], FIGURES)


def test_small_cells_of_the_release_show_neither_times_nor_shares(night: Night) -> None:
    with night.open("open") as release:
        shown = release.execute("select * from service_times").to_arrow_table().to_pandas()
    assert shown["is_suppressed"].any()
    assert not shown["n_requests"].between(1, 4).any()
    assert not shown["n_finished"].between(1, 4).any()
    assert shown.loc[shown["n_finished"].isna(), ["median_working_days", "p90_working_days"]].isna().all(axis=None)
