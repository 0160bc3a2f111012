"""``python -m benchmarks.impact_city``: estimates of training impact beside what was planted, over several simulated cities.

Each seed is a city of its own, in a process of its own: its files are written, loaded and built up to the panels as every night does,
then estimated. The table says for each programme and outcome how often the 95 % interval held the planted effect, what the estimate and
the comparison of before and after were on average, and what was said of it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

START, END = date(2024, 11, 23), date(2026, 11, 23)
MODELS = ("+int_impact__panel", "+int_impact__described", "+int_impact__specification", "+int_impact__strata_estimates")
SMALL = {"refused_no_comparison", "refused_small_sample"}


def planted(programme: dict[str, Any], outcome: str) -> float:
    """The true effect, in the unit of the outcome. Conduct is moved half as often as results of work."""
    return {
        "competence": float(programme["competence_levels"]),
        "work_rating": float(programme["rating_probability"]),
        "behaviour_rating": 0.5 * float(programme["rating_probability"]),
    }[outcome]


def _city(home: Path, seed: int, employees: int) -> dict[str, Any]:
    from data_quality.contract import load_contracts
    from pipelines.building import steps
    from pipelines.building.warehouse import DBT_PROJECT, dbt_executable
    from pipelines.commands.main import _prepare
    from pipelines.loading.ingest import refresh_extract
    from pipelines.settings import Settings
    from simulation import generate

    began = time.monotonic()
    settings = Settings(home=home)
    _prepare(settings)
    truth = generate(settings.landing, home / "truth.json", seed=seed, employees=employees, start=START, end=END)
    for contract in load_contracts():
        refresh_extract(contract, settings.workplace(lambda _text: None))
    command = [dbt_executable(), "build", "--quiet", "--exclude-resource-type", "test", "unit_test", "--select", *MODELS,
               "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(settings.dbt_target),
               "--log-path", str(home / "logs")]  # fmt: skip
    subprocess.run(command, env={**os.environ, **settings.dbt_environment()}, check=True)  # noqa: S603 - a fixed command
    built = time.monotonic()
    found = steps.run_step(steps.TRAINING_IMPACT, settings.warehouse_file, settings.build, settings.min_cell_size)
    estimates = found["tables"]["training_impact_estimates"].to_pandas()
    known = {p.programme_id: vars(p) for p in truth.programmes}
    rows = []
    for (programme, outcome), mine in estimates.groupby(["programme_id", "outcome"]):
        by = mine.set_index("estimator")
        if "cs_dr" not in by.index or outcome not in {"competence", "work_rating", "behaviour_rating"}:
            continue
        one, true = by.loc["cs_dr"], planted(known[programme], outcome)
        rows.append(
            {
                "programme": programme, "name": known[programme]["programme_name"], "outcome": outcome, "planted": true,
                "n_treated": int(one["n_treated"]), "att": float(one["att"]), "low": float(one["ci_low"]), "high": float(one["ci_high"]),
                "prepost": float(by.loc["prepost", "att"]), "verdict": str(one["verdict"]),
            }
        )  # fmt: skip
    return {"seed": seed, "rows": rows, "seconds": round(built - began, 1), "estimate_seconds": found["seconds"]}


def table(cities: list[dict[str, Any]]) -> str:
    """Markdown: one row for each programme and outcome that had enough people in at least one city."""
    rows = [row for city in cities for row in city["rows"]]
    lines = ["| programme | outcome | cities | planted | mean estimate | interval holds it | mean before/after | verdicts |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
    held_all = total = 0
    for programme, outcome in sorted({(row["programme"], row["outcome"]) for row in rows}):
        mine = [row for row in rows if (row["programme"], row["outcome"]) == (programme, outcome)]
        enough = [row for row in mine if row["verdict"] not in SMALL]
        if not enough:
            continue
        held = sum(row["low"] <= row["planted"] <= row["high"] for row in enough)
        judged = [row for row in enough if row["verdict"] != "refused_pretrend"]
        held_all += sum(row["low"] <= row["planted"] <= row["high"] for row in judged)
        total += len(judged)
        verdicts = ", ".join(f"{name} {number}" for name, number in Counter(row["verdict"] for row in mine).most_common())
        mean = {name: sum(row[name] for row in enough) / len(enough) for name in ("att", "prepost")}
        figures = f"{mine[0]['planted']:+.3f} | {mean['att']:+.3f} | {held} of {len(enough)} | {mean['prepost']:+.3f}"
        lines.append(f"| {programme} {mine[0]['name']} | {outcome} | {len(enough)} | {figures} | {verdicts} |")
    small = len([row for row in rows if row["verdict"] in SMALL])
    held_share = f"{held_all} of {total} ({held_all / max(total, 1):.1%})"
    lines.append(f"\nEstimates that were not refused: the interval holds the planted effect in {held_share}.")
    lines.append(f"Refused for too few people or nobody to compare with: {small} of {len(rows)}.")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impact_city", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--employees", type=int, default=20_000)
    parser.add_argument("--out", type=Path, help="JSON file to which each city is added as soon as it is done")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        with tempfile.TemporaryDirectory() as folder:
            print("RESULT " + json.dumps(_city(Path(folder), given.worker, given.employees)))
        return
    cities = json.loads(given.out.read_text()) if given.out and given.out.is_file() else []
    for seed in given.seeds:
        if seed in {city["seed"] for city in cities}:
            continue
        command = [sys.executable, "-m", "benchmarks.impact_city", "--worker", str(seed), "--employees", str(given.employees)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a fixed command
        [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        cities.append(json.loads(line.removeprefix("RESULT ")))
        print(f"seed {seed}: {cities[-1]['seconds']} s to the panels, {cities[-1]['estimate_seconds']} s to estimate", flush=True)
        if given.out:
            given.out.write_text(json.dumps(cities))
    print(table(cities))


if __name__ == "__main__":
    main()
