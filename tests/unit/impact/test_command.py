"""The command from file to files, and what it says when there is nothing to say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipelines.commands.main import app
from pipelines.impact.drawing import event_study, nice_ticks
from tests.unit.impact.panels import estimated, panel

RUNNER = CliRunner()
MINIMAL = ["--unit", "person_id", "--period", "period", "--outcome", "grade", "--first-treated", "first_treated_period"]


def two_programmes() -> pd.DataFrame:
    first, second = panel(1), panel(2, treated=90, never=0, effect=0.0, cohorts=(6,))
    frame = pd.concat([first, second.assign(person_id="x" + second["person_id"])])
    trained = frame["first_treated_period"].notna()
    name = np.where(frame["person_id"].str.startswith("x"), "PKA/2 <b>", "PKP")
    return frame.assign(programme=np.where(trained, name, None))


def run(folder: Path, frame: pd.DataFrame, *more: str, name: str = "panel.csv") -> tuple[int, str]:
    target = folder / name
    if name.endswith(".csv"):
        frame.to_csv(target, index=False)
    else:
        frame.to_parquet(target, index=False)
    result = RUNNER.invoke(app, ["impact", "estimate", str(target), *MINIMAL, *more], env={"COLUMNS": "250", "TERM": "dumb"})
    return result.exit_code, result.output


@pytest.mark.parametrize("name", ["panel.csv", "panel.parquet"])
def test_everything_that_can_be_asked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "costs.csv").write_text("programme,cost_total\nPKP,12000000\n", encoding="utf-8")
    out, events, cells, plots = tmp_path / "new" / "e.csv", tmp_path / "v.csv", tmp_path / "c.parquet", tmp_path / "plots"
    code, said = run(
        tmp_path, two_programmes(), "--programme", "programme", "--cluster", "service_unit", "--covariates", "tenure, education", "--strata",
        "education", "--costs", str(tmp_path / "costs.csv"), "--out", str(out), "--event-out", str(events), "--group-time-out", str(cells),
        "--plot", str(plots), name=name,
    )  # fmt: skip
    assert code == 0, said
    estimates = pd.read_csv(out)
    assert len(estimates) == 2 * 10
    primary = estimates[estimates["is_primary"]].set_index("programme")
    assert primary.index.tolist() == ["PKA/2 <b>", "PKP"]
    assert primary.loc["PKP", "verdict"] == "credible_positive"
    assert primary.loc["PKP", "ci_low"] < 1.0 < primary.loc["PKP", "ci_high"]
    assert primary.loc["PKA/2 <b>", "verdict"] == "inconclusive"
    assert primary.loc["PKP", "cost_per_point"] == pytest.approx(100_000 / primary.loc["PKP", "att"])
    assert np.isnan(primary.loc["PKA/2 <b>", "cost_per_point"])
    assert estimates.loc[estimates["is_baseline"], "verdict"].eq("baseline").all()
    assert set(pd.read_csv(events)["event_time"]) >= {-3, 0, 3}
    assert pd.read_parquet(cells)["cohort"].nunique() == 3
    drawn = sorted(path.name for path in plots.iterdir())
    assert drawn == ["01_PKA_2_b_grade.svg", "02_PKP_grade.svg"]
    for path in plots.iterdir():
        assert ET.parse(path).getroot().tag.endswith("svg")
        assert "http" not in path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "credible_positive" in said


def test_the_least_that_must_be_said(tmp_path: Path) -> None:
    out = tmp_path / "e.csv"
    code, said = run(tmp_path, panel(1), "--out", str(out))
    assert code == 0, said
    rows = pd.read_csv(out).set_index("estimator")
    assert rows["programme"].unique().tolist() == ["all"]
    assert rows.loc["cs_dr", "n_clusters"] == 360
    assert rows.loc["cs_strata", "verdict_reason"] == "cannot be run: no column of strata was named"
    assert rows.loc["cs_dr_drop_same_unit", "verdict"] == "not_estimated"


def test_one_cohort_is_enough_and_what_needs_two_says_so(tmp_path: Path) -> None:
    code, _ = run(tmp_path, panel(1, cohorts=(6,)), "--out", str(tmp_path / "e.csv"))
    rows = pd.read_csv(tmp_path / "e.csv").set_index("estimator")
    assert code == 0
    assert rows.loc["cs_dr", "verdict"] == "credible_positive"
    assert "nobody is trained later" in rows.loc["cs_dr_nyt_only", "verdict_reason"]


def test_a_refusal_is_no_failure(tmp_path: Path) -> None:
    code, said = run(tmp_path, panel(1, treated=12))
    assert code == 0
    assert "refused_small_sample: 12 treated units can be used" in said


@pytest.mark.parametrize(
    ("frame", "more", "words"),
    [
        (panel(1).drop(columns="period"), [], "has no column 'period'"),
        (panel(1).head(0), [], "no rows"),
        (panel(1).assign(grade="x"), [], "not numbers"),
        (panel(1), ["--covariates", "age"], "has no column 'age'"),
        (panel(1), ["--costs", "nowhere.csv"], "there is no file"),
    ],
)
def test_what_is_no_panel_ends_with_code_2(tmp_path: Path, frame: pd.DataFrame, more: list[str], words: str) -> None:
    code, said = run(tmp_path, frame, *more)
    assert code == 2
    assert words in " ".join(said.replace("│", " ").split())
    assert "Traceback" not in said


@pytest.mark.parametrize("amount", ["250000000", "250.000.000", '"250,000,000"', '"Rp 250.000.000,-"', "250000000.0"])
def test_costs_are_read_as_a_spreadsheet_of_either_language_writes_them(tmp_path: Path, amount: str) -> None:
    (tmp_path / "c.csv").write_text(f"\ufeffprogramme,cost_total,cost_per_head\nall,{amount},\nother,,\n", encoding="utf-8")
    code, said = run(tmp_path, panel(1), "--costs", str(tmp_path / "c.csv"), "--out", str(tmp_path / "e.csv"))
    assert code == 0, said
    assert set(pd.read_csv(tmp_path / "e.csv")["cost_total"]) == {250_000_000}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("programme,cost_total\nall,-5\n", "c.csv, line 2, column cost_total: '-5' is no whole amount of rupiah"),
        ("programme,cost_total\nall,5\nb,inf\n", "c.csv, line 3, column cost_total: 'inf' is no whole amount of rupiah"),
        ("programme,cost_total,cost_per_head\nall,5,0.5\n", "c.csv, line 2, column cost_per_head: '0.5' is no whole amount of rupiah"),
        ("", "c.csv cannot be read as a table"),
        ("programme\nall\n", "needs the columns programme_id and cost_total"),
    ],
)
def test_costs_that_are_none_end_with_code_2_and_say_where(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    code, said = run(tmp_path, panel(1), "--costs", str(tmp_path / "c.csv"))
    assert code == 2
    assert words in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--out", "--plot"])
def test_a_place_that_cannot_be_written_ends_with_code_2(tmp_path: Path, option: str) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "e.csv" if option == "--out" else tmp_path / "file"
    code, said = run(tmp_path, panel(1), option, str(place))
    assert code == 2
    assert "cannot be written" in " ".join(said.split())


def test_less_is_better_turns_the_cost(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("programme,cost_total\nall,120\n", encoding="utf-8")
    arguments = ["--costs", str(tmp_path / "c.csv"), "--out", str(tmp_path / "e.csv"), "--kind", "person", "--cluster", "service_unit"]
    run(tmp_path, panel(1, effect=-1.0), *arguments, "--lower-is-better")
    row = pd.read_csv(tmp_path / "e.csv").set_index("estimator").loc["cs_dr"]
    assert row["verdict"] == "credible_negative"
    assert 0 < row["cost_per_point_low"] < row["cost_per_point"] < row["cost_per_point_high"]


def test_the_drawing_says_in_words_what_it_shows() -> None:
    drawn = event_study(estimated(panel(1), secondary=False).events, "A & B", "x < y")
    root = ET.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "A & B"
    assert "; +0: 0." in (root.findtext(f"{space}desc") or "")
    assert len(root.findall(f"{space}circle")) == 5


def test_ticks_are_round_and_inside() -> None:
    assert nice_ticks(-0.13, 0.41) == pytest.approx([-0.1, 0.0, 0.1, 0.2, 0.3, 0.4])
    assert all(0 <= tick <= 1e-6 for tick in nice_ticks(0, 1e-6))
