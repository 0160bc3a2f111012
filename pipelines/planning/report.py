"""What the asset's page shows of a plan: what each budget buys, and how near to the best it is proved to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_BAR = 20
"""Signs of the longest bar."""


def budgets(tables: Mapping[str, pa.Table], _min_cell_size: int) -> dict[str, str]:
    """Markdown with a row for each budget: seats, cost in million rupiah, gap levels closed, distance from the proven optimum.

    Sums over the city alone; no unit is named. Nothing where no budget buys anything.
    """
    plan = tables["training_plan_solution"].to_pandas()
    if plan.empty:
        return {}
    numbers = plan.assign(**{name: plan[name].astype(float) for name in ("gap_levels", "optimality_gap", "cost_idr")})
    sums = numbers.groupby("scenario").agg(
        seats=("seats", "sum"), cost=("cost_idr", "sum"), levels=("gap_levels", "sum"), gap=("optimality_gap", "max")
    )
    most = sums["levels"].max()
    lines = [
        "| budget | seats | million rupiah | gap levels closed | | from the optimum at most |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    ]
    for row in sums.sort_values("cost").itertuples():
        bar = "█" * round(_BAR * row.levels / most) if most else ""
        lines.append(f"| {row.Index} | {row.seats:,} | {row.cost / 1e6:,.0f} | {row.levels:,.0f} | {bar} | {row.gap:.2%} |")
    return {"what each budget buys": "\n".join(lines)}
