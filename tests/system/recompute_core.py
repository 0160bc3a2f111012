"""Facts and dimensions of the core, read and joined by day and by tree in plain Python, for figures computed a second time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


def half_up(value: Fraction | None, digits: int) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(value.numerator * 10**20 // value.denominator) / Decimal(10**20)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def ratio(part: Any, whole: Any, digits: int = 4) -> Decimal | None:
    return None if part is None or not whole else half_up(Fraction(part) / Fraction(whole), digits)


def known(value: Any) -> Any:
    """None for everything that says nothing; a date for a time stamp."""
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(known, row), strict=True)) for row in cursor.fetchall()]


def on_day(versions: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    return next((v for v in versions if v["valid_from"] <= day and (v["valid_to"] is None or day < v["valid_to"])), None)


def on_day_or_near(versions: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    """The version of the day, else the last before it, else the first."""
    begun = [v for v in versions if v["valid_from"] <= day]
    return on_day(versions, day) or (
        max(begun, key=lambda v: v["valid_from"]) if begun else min(versions, key=lambda v: v["valid_from"], default=None)
    )


def by(rows: list[dict[str, Any]], *keys: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
    return found


def same(mine: Any, theirs: Any) -> bool:
    return mine == theirs if isinstance(mine, (str, bool)) or mine is None or theirs is None else Decimal(mine) == Decimal(theirs)


def differences(mine: dict[Any, dict[str, Any]], mart: list[dict[str, Any]], key: tuple[str, ...]) -> list[str]:
    """Every figure in which the mart and the recomputation are not the same, and every row that only one of them has."""
    theirs = {tuple(row[column] for column in key): row for row in mart}
    found = [f"{place}: only recomputed" for place in mine.keys() - theirs.keys()] + [
        f"{place}: only in the mart" for place in theirs.keys() - mine.keys()
    ]
    for place in mine.keys() & theirs.keys():
        found += [
            f"{place} {column}: {value} recomputed, {theirs[place][column]} in the mart"
            for column, value in mine[place].items()
            if not same(value, theirs[place][column])
        ]
    return found


@dataclass
class Core:
    """The core of one warehouse."""

    connection: duckdb.DuckDBPyConnection

    @cached_property
    def today(self) -> date:
        return records(self.connection, "select max(delivery_on) as day from intermediate.int_refresh__deliveries")[0]["day"]

    @cached_property
    def people(self) -> dict[str, list[dict[str, Any]]]:
        return by(records(self.connection, "select * from core.dim_employee"), "employee_key")

    @cached_property
    def positions(self) -> dict[str, list[dict[str, Any]]]:
        return by(records(self.connection, "select * from core.dim_position"), "position_id")

    def with_class(self, person: dict[str, Any], day: date) -> dict[str, Any]:
        """A version of a person with the class that the post has on a day, not that of the day on which the version began."""
        post = on_day_or_near(self.positions.get(person["position_id"], []), day)
        return {**person, "position_class": post and post["position_class"]}

    @cached_property
    def units(self) -> dict[str, list[dict[str, Any]]]:
        return by(records(self.connection, "select * from core.dim_unit"), "unit_id")

    @cached_property
    def first_state(self) -> date:
        return min(version["valid_from"] for versions in self.people.values() for version in versions)

    def state_day(self, year: int) -> date:
        return min(date(year, 12, 31), self.today)

    @cached_property
    def _chains(self) -> dict[tuple[str, int], list[str]]:
        return {}

    def above(self, unit: str | None, year: int) -> list[str]:
        """The unit and all above it, by the links of the day that the year shows."""
        if unit is None:
            return []
        if (unit, year) not in self._chains:
            version = on_day_or_near(self.units[unit], self.state_day(year))
            assert version is not None
            self._chains[unit, year] = [unit, *(self._links(version, self.state_day(year)))]
        return self._chains[unit, year]

    def _links(self, version: dict[str, Any], day: date) -> Iterator[str]:
        """Upwards from a version: on the day, or, for one that is gone or not there yet, on a day on which it was there."""
        if on_day(self.units[version["unit_id"]], day) is not version:
            day = (
                version["valid_from"] if version["valid_from"] > day else (pd.Timestamp(version["valid_to"]) - pd.Timedelta(days=1)).date()
            )
        parent = version["parent_unit_id"]
        while parent is not None and (found := on_day(self.units.get(parent, []), day)):
            yield parent
            parent = found["parent_unit_id"]

    @cached_property
    def levels(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        rows = records(
            self.connection,
            "select l.employee_key, l.competency_code, l.assessed_on, l.assessed_level, a.valid_until from core.fct_assessment_level as l "
            "join core.fct_assessment as a using (assessment_key) where l.assessed_level is not null "
            "order by l.assessed_on, l.purpose = 'MAPPING'",
        )
        return by(rows, "employee_key", "competency_code")

    @cached_property
    def standards(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        rows = records(self.connection, "select * from core.fct_competency_standard order by valid_from")
        for row in rows:
            row["subject"] = row["position_id"] or row["position_class"]
        return by(rows, "subject", "competency_code")

    def required(self, person: dict[str, Any], code: str, day: date) -> int | None:
        for subject in (person["position_id"], person["position_class"]):
            in_force = [
                s
                for s in self.standards.get((subject, code), [])
                if s["valid_from"] <= day and (s["valid_to"] is None or day < s["valid_to"])
            ]
            if in_force:
                return in_force[-1]["required_level"]
        return None

    def assessed(self, key: str, code: str, day: date) -> dict[str, Any] | None:
        """The newest result of the day, if it still counts."""
        before = [one for one in self.levels.get((key, code), []) if one["assessed_on"] <= day]
        return before[-1] if before and before[-1]["valid_until"] >= day else None

    @cached_property
    def _gaps(self) -> dict[date, list[dict[str, Any]]]:
        return {}

    def gaps(self, day: date) -> list[dict[str, Any]]:
        """Active people with a standard and a result that counts."""
        if day not in self._gaps:
            self._gaps[day] = []
            for key, code in self.levels:
                person = on_day(self.people.get(key, []), day)
                if person is None or not person["is_active"]:
                    continue
                person = self.with_class(person, day)
                level, required = self.assessed(key, code, day), self.required(person, code, day)
                if level is not None and required is not None:
                    self._gaps[day].append({**person, "code": code, "required": required, "level": level["assessed_level"], "assessed_on": level["assessed_on"]})  # fmt: skip
        return self._gaps[day]
