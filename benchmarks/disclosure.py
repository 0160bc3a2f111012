"""``python -m benchmarks.disclosure``: attack the open release of a refreshed city, and measure what disclosure control costs.

Reads the warehouse of WAREHOUSE_HOME. Reports for each mart how many figures are withheld, the CPU seconds, and what the attack of
`benchmarks.attack` finds: in the release, and in one in which only small figures are hidden. With ``--before`` the attacker also has the
release of the night before, and the release is made with that one's memory, as at night.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks.attack import Attack, exact, narrow
from pipelines.building import warehouse
from pipelines.privacy.suppression import suppress
from pipelines.privacy.tables import parents
from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.reading import identifier
from pipelines.publishing.release import MEMORY, open_tables, published_marts
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.privacy.tables import Table


def small_ones_hidden(tables: Sequence[Table], minimum: int) -> dict[str, pd.DataFrame]:
    """The tables with small counts emptied and nothing else: what disclosure control without a complement gives."""
    found = {}
    for table in tables:
        frame = table.frame.copy()
        for rule in table.rules:
            if not rule.is_share:
                people = pd.to_numeric(table.frame[rule.people or rule.count]).fillna(0).astype(float)
                small = ((people > 0) & (people < minimum)).to_numpy(dtype=bool)
                for column in table.withheld_with(rule):
                    frame[column] = frame[column].astype(object).where(~small, None)
        found[table.name] = frame
    return found


def attacked(
    tables: Sequence[Table],
    shown: dict[str, pd.DataFrame],
    *,
    units: pd.DataFrame,
    minimum: int,
    before: dict[str, pd.DataFrame] | None = None,
) -> dict[str, Any]:
    """How many withheld figures there are, how many are told exactly, and how many closer than declared."""
    began = time.process_time()
    attack = Attack(tables, shown, lambda frame: list(parents(frame, frame["unit_id"], units)), before)
    guessed = int(attack.guessed_from_before()) if before else 0
    found = attack.bounds(width=max(minimum - 2, 1))
    close = narrow(found, minimum)
    return {
        "withheld": len(found),
        "unchanged_since_before": guessed,
        "told_exactly": len(exact(found)),
        "told_closely": len(close),
        "by_mart": close.groupby("table").size().to_dict(),
        "cpu_s": round(time.process_time() - began, 1),
    }


def shown_before(release: Path, tables: Sequence[Table]) -> dict[str, pd.DataFrame]:
    """The marts of an earlier release as everybody has them."""
    with duckdb.connect(str(release / "open" / DATABASE), read_only=True) as connection:
        return {table.name: connection.execute(f"from {identifier(table.name)}").df() for table in tables}


def withheld(tables: Sequence[Table], shown: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """Of each mart the share of its rows and of its figures (cells with a value) in which something is withheld."""
    found = {}
    for table in tables:
        columns = list(dict.fromkeys(name for rule in table.rules for name in table.withheld_with(rule)))
        had, has = table.frame[columns].notna().to_numpy(), shown[table.name][columns].notna().to_numpy()
        figures = float(1 - has[had].mean()) if had.any() else 0.0
        rows = float(np.mean(shown[table.name]["is_suppressed"])) if len(table.frame) else 0.0
        found[table.name] = {"rows": round(rows, 3), "figures": round(figures, 3)}
    return found


def main() -> None:
    """Print the measurements as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disclosure", description=__doc__)
    parser.add_argument("--home", type=Path, default=None, help="a refreshed installation (WAREHOUSE_HOME)")
    parser.add_argument("--before", default="", help="name of the release of the night before")
    given = parser.parse_args()
    settings = Settings(home=given.home) if given.home else Settings()
    tables, units = open_tables(settings.warehouse_file, published_marts(warehouse.read_manifest(settings)))
    before = settings.releases / given.before
    memory = pd.read_parquet(before / "restricted" / MEMORY) if given.before else None
    began = time.process_time()
    result = suppress(tables, units, settings.min_cell_size, memory)
    seconds = round(time.process_time() - began, 1)
    naked = small_ones_hidden(tables, settings.min_cell_size)
    attacker = partial(attacked, tables, units=units, minimum=settings.min_cell_size)
    report = {
        "cpu_s": seconds,
        "withheld": withheld(tables, result.tables),
        "attack": attacker(result.tables),
        **({"attack_with_both": attacker(result.tables, before=shown_before(before, tables))} if given.before else {}),
        "attack_without_complement": attacker(naked),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
