"""Each metric, computed from its definition, is the column that its mart shows."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest

from pipelines.publishing.metrics import Definitions, Metric, definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.conftest import Night

UNIT_AND_BELOW = """(
    select own.* exclude (unit_id), ancestors.ancestor_unit_id as unit_id
    from {relation} as own
    inner join intermediate.int_units__ancestors as ancestors
        on own.unit_id = ancestors.unit_id
        and own.state_on >= ancestors.valid_from and (ancestors.valid_to is null or own.state_on < ancestors.valid_to)
)"""

UNIT_AND_BELOW_IN_THE_YEAR = """(
    select own.* exclude (unit_id), ancestors.ancestor_unit_id as unit_id
    from {relation} as own
    inner join intermediate.int_training__unit_ancestors as ancestors on own.unit_id = ancestors.unit_id and own.{year} = ancestors.year
)"""

COUNTED = {"people", "assessments", "appraisals", "respondents", "reports", "deliveries", "rows", "invitations", "levels", "shortfalls"}
"""Units of which nothing and none are the same."""


@pytest.fixture(scope="module")
def manifest(night: Night) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((night.settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def warehouse(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(night.settings.warehouse_file), read_only=True) as connection:
        yield connection


def read(manifest: dict[str, Any], metric: Metric) -> Definitions:
    """The definitions, with rows of units repeated for the units above where the mart shows a unit and all below it."""
    if "covers" not in metric.meta:
        return definitions(manifest)
    known = definitions(manifest)
    model = known.model_of(metric.name)
    text = UNIT_AND_BELOW_IN_THE_YEAR if metric.meta["covers"].endswith("in the year") else UNIT_AND_BELOW
    return definitions(manifest, {model: text.format(relation=known.relation_of(model), year=metric.meta["grain"][-1])})


def compare(manifest: dict[str, Any], connection: duckdb.DuckDBPyConnection, metric: Metric) -> int:
    """Rows compared; the rounding of the mart's column is all that may lie between the two."""
    grain, column = metric.meta["grain"], str(metric.meta["column"])
    computed = connection.execute(read(manifest, metric).sql(metric.name, grain)).df().dropna(subset=grain)
    keys = ", ".join(f"{there} as {here}" for there, here in zip(metric.meta.get("mart_grain", grain), grain, strict=True))
    shown = connection.execute(f"select {keys}, {column} as shown, typeof({column}) as kind from {metric.meta['mart']} where {metric.meta.get('where', 'true')}").df()  # fmt: skip
    joined = computed.merge(shown, on=grain, how="outer", indicator=True)
    assert (joined["_merge"] == "both").all(), (metric.name, joined[joined["_merge"] != "both"].head())
    decimals = [re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind) for kind in shown["kind"].unique()]
    rounding = max((0.5 * 10.0 ** -int(found[1]) for found in decimals if found), default=0.0) + 1e-9
    if "BIGINT" in set(shown["kind"]) and metric.kind != "simple":
        rounding = 0.5 + 1e-6
    value, expected = (pd.to_numeric(joined[name]).astype(float) for name in ("value", "shown"))
    if metric.kind == "simple" and metric.meta["unit"] in COUNTED:
        value, expected = value.fillna(0), expected.fillna(0)
    assert (value.isna() == expected.isna()).all(), (metric.name, joined[value.isna() != expected.isna()].head())
    far = (value - expected).abs() > rounding
    assert not far.any(), (metric.name, joined[far].head())
    return len(joined)


def test_every_metric_with_a_column_is_that_column(manifest: dict[str, Any], warehouse: duckdb.DuckDBPyConnection) -> None:
    metrics = definitions(manifest).metrics.values()
    compared = {metric.name: compare(manifest, warehouse, metric) for metric in metrics if metric.meta["column"] is not None}
    assert len(compared) >= 35
    assert all(compared.values()), [name for name, rows in compared.items() if not rows]


def test_the_manifest_of_the_release_keeps_the_headlines(night: Night, manifest: dict[str, Any]) -> None:
    kept = json.loads((night.settings.releases / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert set(kept["headlines"]) == {metric.name for metric in definitions(manifest).metrics.values() if metric.is_headline}
    assert all(kept["headlines"][name] for name in ("share_meeting_standard", "satisfaction_index", "job_person_match"))
    assert all(figure["n"] >= kept["min_cell_size"] for periods in kept["headlines"].values() for figure in periods.values())
    assert kept["jumps"] == []


def test_a_metric_without_a_column_is_part_of_one_with(manifest: dict[str, Any]) -> None:
    parts: set[str] = set()
    for metric in definitions(manifest).metrics.values():
        if metric.meta["column"] is not None:
            inputs = [metric.parameters.get("numerator"), metric.parameters.get("denominator"), *(metric.parameters.get("metrics") or [])]
            parts |= {part["name"] for part in inputs if part}
    assert {metric.name for metric in definitions(manifest).metrics.values() if metric.meta["column"] is None} <= parts


def test_headlines_of_the_city_are_figures(manifest: dict[str, Any], warehouse: duckdb.DuckDBPyConnection) -> None:
    known = definitions(manifest)
    headlines = [metric for metric in known.metrics.values() if metric.is_headline]
    assert len(headlines) >= 8
    for metric in headlines:
        (row,) = warehouse.execute(known.sql(metric.name)).fetchall()
        assert row[0] is not None, metric.name
        assert math.isfinite(row[0]), metric.name
        if metric.meta["unit"] == "share of one":
            assert 0 <= row[0] <= 1, metric.name
        assert metric.meta["rests_on"] in known.metrics
