"""Outcomes of one file that were measured in different periods: each is estimated as if it stood alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.unit.impact.panels import ROLES, estimated, panel, primary

BOTH = replace(ROLES, outcomes=("grade", "yearly"))


def test_an_outcome_of_every_other_period_is_estimated_as_in_a_file_of_its_own() -> None:
    frame = panel(4, cohorts=(5, 6, 7), treated=180, growing=0.1, periods=12)
    both = frame.assign(yearly=frame["grade"].where(frame["period"] % 2 == 0))
    tables = estimated(both, BOTH)
    for name, alone in (("grade", frame), ("yearly", frame[frame["period"] % 2 == 0])):
        single = estimated(alone)
        for together, apart in (
            (tables.estimates, single.estimates),
            (tables.events, single.events),
            (tables.group_times, single.group_times),
        ):
            mine = together[together["outcome"] == name].drop(columns="outcome").reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, apart.drop(columns="outcome"))


def test_a_round_that_was_not_held_costs_no_cohort() -> None:
    """Nobody has a value in period 6, the one before cohort 7: its base is period 5."""
    frame = panel(4)
    row = primary(frame.assign(grade=frame["grade"].where(frame["period"] != 6)))
    assert row["n_treated"] == 120
    assert row["att"] == primary(frame[frame["period"] != 6])["att"]


def test_programmes_and_outcomes_keep_their_order() -> None:
    frame = panel(4)
    frame = frame.assign(
        first=frame["grade"], second=frame["grade"].where(frame["period"] != 6), third=frame["grade"],
        programme=np.where(frame["first_treated_period"].notna(), np.where(frame["first_treated_period"] == 5, "A", "B"), None),
    )  # fmt: skip
    names = ("first", "second", "third")
    rows = estimated(frame, replace(ROLES, outcomes=names, programme="programme"), secondary=False).estimates
    assert list(zip(rows["programme_id"], rows["outcome"], strict=True)) == [(programme, name) for programme in "AB" for name in names]


def test_an_outcome_measured_once_is_refused_in_words() -> None:
    frame = panel(4)
    row = primary(frame.assign(grade=frame["grade"].where(frame["period"] == 3)))
    assert row["verdict"] == "refused_no_comparison"
    assert np.isnan(row["att"])
