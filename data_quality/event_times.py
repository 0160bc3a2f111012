"""When the event of a row can have been: bounds of dates, which a contract asks for with ``eventTime``.

``past``: at the latest on the day after the delivery, for an export of an evening may be named after its day. ``calendar``: also on a day
of dim_date, through which the marts find the quarter; an event on another day would be in none of them. Dates that are planned (an
invitation, the end of an appointment) have no such bounds, and what happened to people may be older than the calendar.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

EventTime = Literal["past", "calendar"]
DELIVERY_LIMIT, CALENDAR_START = "delivery_limit", "calendar_start"
"""Columns beside those of a delivery that rules hold its dates against: the end of the day after it, and the first day of dim_date."""
BOUNDS = (DELIVERY_LIMIT, CALENDAR_START)
_PROJECT = Path(__file__).parent.parent / "dbt_project" / "dbt_project.yml"
_PAIR: dict[str, Any] = {"or_equal": True, "ignore_row_if": "either_value_is_missing"}


@lru_cache(maxsize=1)
def calendar_start() -> date:
    """The first day of dim_date, from where the marts have it too."""
    project = yaml.safe_load(_PROJECT.read_text(encoding="utf-8"))
    return date.fromisoformat(project["vars"]["calendar_first_on"])


def rules_of_time(name: str, header: str, event_time: EventTime | None) -> list[dict[str, Any]]:
    """The fields of the rules that a column has by its ``eventTime``."""
    common = {"severity": "error", "expectation": "expect_column_pair_values_a_to_be_greater_than_b"}
    rules: list[dict[str, Any]] = []
    if event_time:
        rules.append({
            "check_id": f"{name}.in_future",
            "dimension": "consistency",
            "description": f"{header} is at the latest the day after the delivery.",
            "description_id": f"{header} paling lambat sehari sesudah tanggal kiriman.",
            "how_to_resolve": f"Correct {header}, or the date in the name of the file.",
            "how_to_resolve_id": f"Perbaiki {header}, atau tanggal pada nama berkas.",
            "kwargs": {"column_A": DELIVERY_LIMIT, "column_B": name, **_PAIR},
            **common,
        })  # fmt: skip
    if event_time == "calendar":
        first = f"{calendar_start():%d-%m-%Y}"
        rules.append({
            "check_id": f"{name}.before_calendar",
            "dimension": "validity",
            "description": f"{header} is not before {first}, the first day of the calendar.",
            "description_id": f"{header} tidak sebelum {first}, hari pertama kalender.",
            "how_to_resolve": f"Correct {header}; what is older is not measured.",
            "how_to_resolve_id": f"Perbaiki {header}; yang lebih lama tidak diukur.",
            "kwargs": {"column_A": name, "column_B": CALENDAR_START, **_PAIR},
            **common,
        })  # fmt: skip
    return rules
