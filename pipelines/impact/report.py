"""What is looked at after an estimate was made: checks of the tables, and the event studies for the asset's page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    Tables = Mapping[str, pa.Table]

_SHOWN = 24
"""Event studies on the page of the asset: those of the largest programmes."""


def every_estimate_has_a_verdict(tables: Tables) -> tuple[bool, dict[str, Any]]:
    """Whoever reads an estimate is told what may be said of it and why; what is refused most of all."""
    estimates = tables["training_impact_estimates"].to_pandas()
    silent = estimates["verdict"].isna() | (estimates["verdict_reason"].fillna("").str.strip() == "")
    primary = estimates[estimates["is_primary"]]
    alone = int((primary.groupby(["programme_id", "outcome"]).size() != 1).sum())
    counts = {str(name): int(number) for name, number in primary["verdict"].value_counts().items()}
    return not silent.any() and alone == 0, {"silent": int(silent.sum()), "without_one_primary": alone, "verdicts": counts}


def a_known_effect_is_found(tables: Tables) -> tuple[bool, dict[str, Any]]:
    """The estimator of this very run gives back an effect that was put into a panel whose noise cancels."""
    from pipelines.impact.estimate import estimate_impact
    from pipelines.impact.specification import Roles, Specification

    roles = Roles("unit", "period", ("level",), "first_treated", strata="kind")
    found = estimate_impact(_balanced_panel(), Specification(roles)).estimates.set_index("estimator")["att"]
    distance = float((found[["cs_uncond", "cs_strata", "cs_dr"]] - _KNOWN).abs().max())
    return distance < _EXACT, {"known_effect": _KNOWN, "distance": distance}


_KNOWN, _EXACT = 0.75, 1e-9


def _balanced_panel() -> pd.DataFrame:
    """120 people over 6 periods: everybody rises by 0.1, those trained in period 3 or 5 by 0.75 more from then on.

    Half of each kind and cohort rise a little faster and half a little slower, so that there is something to be unsure of.
    """
    rows = []
    for unit in range(120):
        first = (None, 3, 5)[unit % 3]
        for period in range(1, 7):
            effect = _KNOWN if first is not None and period >= first else 0.0
            drift = (0.11, 0.09)[unit // 6 % 2] * period
            rows.append((unit, period, unit % 7 + drift + effect, first, unit % 2))
    return pd.DataFrame(rows, columns=["unit", "period", "level", "first_treated", "kind"])


def event_studies(tables: Tables, min_cell_size: int) -> dict[str, str]:
    """Markdown with the event study of each of the largest programmes on competence, by the time since the training.

    The page is for everybody who may look at Dagster: a programme of which any figure rests on too few people is not on it, and of what
    is refused only the trend before the training where that is the reason, as in the marts (int_impact__shown).
    """
    from pipelines.impact.drawing import event_study
    from pipelines.impact.verdicts import Verdict

    estimates = tables["training_impact_estimates"].to_pandas()
    events = tables["training_impact_events"].to_pandas()
    primary = estimates[estimates["is_primary"] & (estimates["outcome"] == "competence") & estimates["att"].notna()]
    primary = primary[~_any_small(primary[[name for name in _COUNTS if name in primary]], min_cell_size)]
    refused = primary["verdict"].str.startswith("refused")
    primary = primary[~refused | (primary["verdict"] == Verdict.PRETREND)]
    found = {}
    for row in primary.sort_values("n_treated", ascending=False).head(_SHOWN).itertuples():
        mine = events[(events["programme_id"] == row.programme_id) & (events["outcome"] == row.outcome)]
        if row.verdict == Verdict.PRETREND:
            mine = mine[mine["event_time"] < 0]
        if mine["att"].notna().any() and not _any_small(mine[["n_treated"]], min_cell_size).any():
            picture = event_study(mine, f"{row.programme_id}: competence", str(row.verdict_reason))
            coded = base64.b64encode(picture.encode("utf-8")).decode("ascii")
            found[f"event study {row.programme_id}"] = (
                f"**{row.verdict}**: {row.verdict_reason}\n\n![event study](data:image/svg+xml;base64,{coded})"
            )
    return found


_COUNTS = ("n_treated", "n_control", "n_dropped_always_treated", "n_in_small_cohorts", "n_censored")


def _any_small(counts: pd.DataFrame, least: int) -> pd.Series[bool]:
    return ((counts > 0) & (counts < least)).any(axis=1)
