"""The marts on training, on the small city: computed a second time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.recompute_core import differences, records
from tests.system.recompute_training import Training

PARTICIPATION = [
    "employee_key", "programme_id", "batch", "unit_id", "status", "is_accepted", "is_declined", "is_no_show", "is_attended", "is_completed",
    "declined_reason_group", "absence_reason_group", "n_refusals", "is_repeat_refusal", "credited_year", "hours_jp", "pre_score", "post_score",
    "normalised_gain", "gain_band", "satisfaction", "cost_idr",
]  # fmt: skip


@pytest.fixture(scope="module")
def connection(night: Any) -> Any:
    import duckdb

    with duckdb.connect(str(night.settings.warehouse_file), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def training(connection: Any) -> Training:
    return Training(connection)


def test_every_participation_agrees(training: Training, connection: Any) -> None:
    mine = {(p["participation_key"],): {column: p[column] for column in PARTICIPATION} for p in training.participations}
    assert len(mine) > 150
    assert {p["declined_reason_group"] for p in training.participations} > {None, "WORKLOAD", "BUDGET"}
    assert differences(mine, records(connection, "select * from restricted.training_participation"), ("participation_key",)) == []


def test_every_unit_agrees_on_participation(training: Training, connection: Any) -> None:
    mine = training.participation_by_unit()
    assert sum(row["n_declined"] > 0 for row in mine.values()) > 10
    assert sum((row["share_reaching_hours"] or 0) > 0 for row in mine.values()) > 10
    assert differences(mine, records(connection, "select * from open.training_participation_by_unit"), ("unit_id", "year")) == []


def test_every_need_agrees(training: Training, connection: Any) -> None:
    mine = training.scored_needs()
    assert {row["no_programme_reason"] for row in mine.values()} >= {None, "NOT_TAUGHT", "LEVEL_NOT_OFFERED"}
    assert differences(mine, records(connection, "select * from restricted.training_needs"), ("employee_key", "competency_code")) == []


def test_every_unit_agrees_on_the_budget(training: Training, connection: Any) -> None:
    mine = training.budget_by_unit()
    assert any(row["is_floor_met"] is not None for row in mine.values())
    assert sum(row["need_idr"] > 0 and row["n_trained"] > 0 for row in mine.values()) > 10
    assert differences(mine, records(connection, "select * from open.training_budget_by_unit"), ("unit_id", "year")) == []


def test_a_figure_that_is_wrong_is_found(training: Training) -> None:
    mine = training.budget_by_unit()
    place, row = next(iter(mine.items()))
    theirs = [{"unit_id": unit, "year": year, **figures} for (unit, year), figures in mine.items()]
    assert differences(mine, theirs, ("unit_id", "year")) == []
    changed = {**mine, place: {**row, "allocated_idr": row["allocated_idr"] + 1}}
    assert len(differences(changed, theirs, ("unit_id", "year"))) == 1
    assert len(differences(mine, theirs[1:], ("unit_id", "year"))) == 1


def test_what_a_hidden_count_rests_on_is_hidden_with_it(night: Any) -> None:
    shown = night.open("open").execute("from training_participation_by_unit").df()
    for count, figure in [("n_declined", "decline_rate"), ("n_declined", "top_reason_group"), ("n_no_show", "no_show_rate"), ("n_completed", "completed_share"),
                          ("n_pns", "share_reaching_hours"), ("n_pppk", "share_over_ceiling"), ("n_invited", "learning_culture_index")]:  # fmt: skip
        hidden = shown[count].isna()
        assert hidden.any(), count
        assert shown.loc[hidden, figure].isna().all(), figure


def test_no_reason_in_words_is_in_a_release(night: Any) -> None:
    for audience in ("open", "restricted"):
        columns = (
            night.open(audience).execute("select distinct column_name from duckdb_columns() where table_name like 'training%'").fetchall()
        )
        assert columns
        assert not {name for (name,) in columns} & {"reason", "alasan"}
    words = night.open("restricted").execute("select distinct declined_reason_group from training_participation").fetchall()
    assert all(word is None or word.isupper() for (word,) in words)
