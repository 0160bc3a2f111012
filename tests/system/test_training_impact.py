"""Training impact of the small city: computed twice, and shown without small groups."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.building.steps import OUTPUTS, TRAINING_IMPACT, run_step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night


def test_sql_and_python_estimate_the_same_within_strata(night: Night) -> None:
    with night.warehouse() as connection:
        rows = connection.execute(
            "select p.att, s.att, p.se, s.se from staging.stg_impact__estimates as p full join intermediate.int_impact__strata_estimates as s "
            "on p.programme_id = s.programme_id and p.outcome = s.outcome where coalesce(p.estimator, 'cs_strata') = 'cs_strata' "
            "and (p.att is not null or s.att is not null)"
        ).fetchall()
    assert len(rows) >= 10, "too few estimates to say that both ways agree"
    for att, sql_att, se, sql_se in rows:
        assert att == pytest.approx(sql_att, abs=1e-9)
        assert se == pytest.approx(sql_se, abs=1e-9)


def test_every_programme_and_outcome_has_one_headline_with_a_reason(night: Night) -> None:
    with night.warehouse() as connection:
        estimated = connection.execute(
            "select count(distinct (programme_id, outcome)) from open.training_impact where evidence = 'impact'"
        ).fetchone()
        headlines = connection.execute("select count(*), count(verdict_reason) from open.training_impact where is_primary").fetchone()
        baselines = connection.execute("select count(*) from open.training_impact where is_baseline and is_primary").fetchone()
    assert estimated is not None
    assert headlines == (estimated[0], estimated[0])
    assert baselines == (0,)


def test_who_was_never_measured_before_the_training_is_no_evidence(night: Night) -> None:
    """The panel holds nobody twice in a period, and nobody of a second programme after it began."""
    with night.warehouse() as connection:
        assert connection.execute(
            "select count(*) - count(distinct (outcome, series_programme_id, observed_id, period_number)) from intermediate.int_impact__panel"
        ).fetchone() == (0,)
        late = connection.execute("select count(*) from intermediate.int_impact__panel where censored_period <= first_treated").fetchone()
    assert late == (0,)


def test_the_release_shows_no_estimate_of_a_small_group(night: Night) -> None:
    with night.open("open") as connection:
        for mart in ("training_impact", "training_impact_event", "training_impact_gt"):
            small = connection.execute(f"select count(*) from {mart} where n_treated between 1 and 4").fetchone()
            hidden = connection.execute(f"select count(*), count(att) from {mart} where is_suppressed and n_treated is null").fetchone()
            assert small == (0,), mart
            assert hidden is not None
            assert hidden[1] == 0, mart
        said = connection.execute("select count(verdict_reason) from training_impact where is_suppressed").fetchone()
    assert said == (0,), "a reason names the numbers that it rests on"


def test_of_the_rows_of_the_night_before_no_effect_is_estimated_again(night: Night, tmp_path: Path) -> None:
    """And what is kept is what comes out from nothing."""
    settings = night.settings
    shutil.copytree(settings.build / OUTPUTS, tmp_path / "kept" / OUTPUTS)
    kept, anew = (
        run_step(TRAINING_IMPACT, settings.warehouse_file, tmp_path / build, settings.min_cell_size, settings.memory)
        for build in ("kept", "anew")
    )
    assert (kept["kept"], kept["rows_read"]) == (kept["parts"], 0)
    assert (anew["kept"], anew["parts"]) == (0, kept["parts"])
    assert anew["rows_read"] > 0
    assert all(table.equals(kept["tables"][name]) for name, table in anew["tables"].items())
