"""``python -m benchmarks.impact``: what the estimates of training impact cost, and whether time grows with people only.

Each size runs in a process of its own on a simulated panel of 12 periods: report wall and CPU seconds, CPU microseconds for each
person, period, programme and outcome, and the highest memory of the process. Half of the people are trained, in five cohorts of each
programme; covariates are one number and two lists; one measurement in 33 is missing where ``--gaps`` is given.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

N_PERIODS, N_COHORTS, CLUSTER_SIZE, MISSING = 12, 5, 40, 0.03
SIZES = ((20_000, 40, 4), (100_000, 1, 1), (200_000, 1, 1))


def simulated_panel(n: int, n_programmes: int, n_outcomes: int, *, gaps: bool, seed: int = 1) -> pd.DataFrame:
    """A panel of ``n`` people; outcomes are a person's level, a common path, drift and an effect of 0.5 from training on."""
    rng = np.random.default_rng(seed)
    trained = np.arange(n) % 2 == 0
    programme = np.where(trained, np.arange(n) // 2 % n_programmes, -1)
    start = np.where(trained, 4 + np.arange(n) // (2 * n_programmes) % N_COHORTS, 0)
    tenure = rng.gamma(4, 3, n) + trained
    period = np.arange(1, N_PERIODS + 1)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(n), N_PERIODS),
            "period": np.tile(period, n),
            "first_treated_period": np.repeat(np.where(trained, start.astype(float), np.nan), N_PERIODS),
            "programme": np.repeat(np.where(trained, "P" + pd.Series(programme).astype(str), None), N_PERIODS),
            "service_unit": np.repeat(rng.permutation(n) // CLUSTER_SIZE, N_PERIODS),
            "tenure": np.repeat(tenure, N_PERIODS),
            "education": np.repeat(np.array(["SMA", "D3", "S1", "S2"])[rng.integers(0, 4, n)], N_PERIODS),
            "job_family": np.repeat(np.array(["a", "b", "c"])[rng.integers(0, 3, n)], N_PERIODS),
        }
    )
    effect = 0.5 * (trained[:, None] & (period[None, :] >= start[:, None]))
    for number in range(n_outcomes):
        values = rng.normal(0, 1, (n, 1)) + 0.05 * period + 0.01 * tenure[:, None] * period + effect + rng.normal(0, 1, (n, N_PERIODS))
        if gaps:
            values[rng.random(values.shape) < MISSING] = np.nan
        frame[f"outcome_{number}"] = values.ravel()
    return frame


def _measure(n: int, n_programmes: int, n_outcomes: int, *, gaps: bool) -> dict[str, float]:
    from pipelines.impact.estimate import estimate_impact
    from pipelines.impact.specification import Roles, Specification

    frame = simulated_panel(n, n_programmes, n_outcomes, gaps=gaps)
    outcomes = tuple(f"outcome_{number}" for number in range(n_outcomes))
    roles = Roles(
        "person_id",
        "period",
        outcomes,
        "first_treated_period",
        "programme",
        "service_unit",
        ("tenure", "education", "job_family"),
        "education",
    )
    wall, cpu = time.monotonic(), time.process_time()
    tables = estimate_impact(frame, Specification(roles))
    seconds, cpu_seconds = time.monotonic() - wall, time.process_time() - cpu
    primary = tables.estimates[tables.estimates["is_primary"]]
    return {
        "people": n, "programmes": n_programmes, "outcomes": n_outcomes, "gaps": gaps, "rows_of_estimates": len(tables.estimates),
        "mean_att": round(float(primary["att"].mean()), 3), "wall_s": round(seconds, 1), "cpu_s": round(cpu_seconds, 1),
        "cpu_us_per_value": round(cpu_seconds / (n * N_PERIODS * n_programmes * n_outcomes) * 1e6, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impact", description=__doc__)
    parser.add_argument("--people", type=int, help="One size instead of the usual three.")
    parser.add_argument("--programmes", type=int, default=1)
    parser.add_argument("--outcomes", type=int, default=1)
    parser.add_argument("--gaps", action="store_true", help="Leave measurements out at random.")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        print(json.dumps(_measure(given.people, given.programmes, given.outcomes, gaps=given.gaps)))
        return
    for n, programmes, outcomes in [(given.people, given.programmes, given.outcomes)] if given.people else SIZES:
        size = ["--people", str(n), "--programmes", str(programmes), "--outcomes", str(outcomes), *(["--gaps"] if given.gaps else [])]
        command = [sys.executable, "-m", "benchmarks.impact", "--worker", *size]
        print(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1], flush=True)  # noqa: S603 - a fixed command


if __name__ == "__main__":
    main()
