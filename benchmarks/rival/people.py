"""People, positions and units through time, from snapshots of which some rows were rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.rival.lake import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rival.lake import Lake

OF_EMPLOYEE = [
    "sex", "birth_year", "employment_status", "legal_status_code", "rank_code", "rank_since_on", "position_type_code", "position_id",
    "echelon_code", "position_since_on", "education_level_code", "unit_id", "supervisor_key", "appointed_on",
]  # fmt: skip
OF_POSITION = ["position_name", "position_type_code", "job_level", "echelon_code", "position_class", "government_affair"]
OF_UNIT = ["unit_name", "unit_type", "parent_unit_id", "is_service_unit", "echelon_code", "area_code"]
DEEPEST = 8
BEFORE_ALL = pd.Timestamp("1900-01-01")


def runs(pieces: pd.DataFrame, key: str, attributes: Sequence[str]) -> pd.DataFrame:
    """Pieces of one key that follow each other without a gap and say the same, as one piece."""
    ordered = pieces.assign(says=pd.util.hash_pandas_object(pieces[list(attributes)], index=False)).sort_values([key, "first_no"])
    before = ordered.shift()
    same = (ordered[key] == before[key]) & (ordered["says"] == before["says"]) & (ordered["first_no"] == before["last_no"] + 1)
    number = (~same).cumsum()
    merged = ordered[~same].drop(columns=["last_no", "says"])
    merged["last_no"] = ordered.groupby(number.to_numpy())["last_no"].max().to_numpy()
    return merged


def dated(pieces: pd.DataFrame, days: np.ndarray) -> pd.DataFrame:
    """Pieces with the day of their first delivery and that of the delivery after their last."""
    after = np.append(days, np.datetime64("NaT"))
    starts, ends = days[pieces["first_no"].to_numpy()], after[pieces["last_no"].to_numpy() + 1]
    return pieces.assign(valid_from=starts, valid_to=ends).drop(columns=["first_no", "last_no"])


def pieces_of(lake: Lake, extract: str, key: str, attributes: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """What snapshots held between which deliveries, by the number of the delivery, and the days of the deliveries."""
    days = lake.deliveries(extract)
    rows = lake.read(f"accepted/{extract}", [key, *attributes, "first_delivery_on", "last_delivery_on"])
    rows["first_no"] = np.searchsorted(days, rows.pop("first_delivery_on").to_numpy())
    rows["last_no"] = np.searchsorted(days, rows.pop("last_delivery_on").to_numpy())
    return rows, days


def with_rejected(lake: Lake, extract: str, key: str, attributes: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Runs of one snapshot extract in which a rejected row carries on what was last accepted."""
    pieces, days = pieces_of(lake, extract, key, attributes)
    if "is_service_unit" in pieces:
        pieces["is_service_unit"] = pieces["is_service_unit"].fillna(value=False).astype(bool)
    accepted = runs(pieces, key, attributes)
    rejected = lake.read(f"rejected/{extract}", ["record_key", "delivery_on"]).dropna().drop_duplicates()
    rejected = rejected[rejected["delivery_on"].isin(days)]
    lost = pd.DataFrame({key: rejected["record_key"], "no": np.searchsorted(days, rejected["delivery_on"].to_numpy())})
    ordered = accepted.sort_values("first_no")
    carried = pd.merge_asof(lost.sort_values("no"), ordered, left_on="no", right_on="first_no", by=key)
    carried = carried[carried["no"] > carried["last_no"]]
    carried = carried.assign(first_no=carried["no"], last_no=carried["no"]).drop(columns="no")
    both = pd.concat([accepted, carried[accepted.columns].astype(accepted.dtypes)], ignore_index=True)
    return runs(both, key, attributes), days


def employees(lake: Lake) -> pd.DataFrame:
    """Versions of people with the class of their position and whether they count as active."""
    merged, days = with_rejected(lake, "hr/employees", "employee_key", OF_EMPLOYEE)
    versions = dated(merged, days).reset_index(drop=True)
    positions = dated(*_positions(lake))[["position_id", "position_class", "valid_from", "valid_to"]]
    found = versions[["position_id", "valid_from"]].reset_index().merge(positions, on="position_id", suffixes=("", "_position"))
    begun, over = found["valid_from_position"] <= found["valid_from"], found["valid_to"] <= found["valid_from"]
    found["rank"] = np.where(begun & ~over, 0, 1)
    best = found.sort_values(["index", "rank", "valid_from_position"]).drop_duplicates("index").set_index("index")
    states = rules("ref_legal_status").astype({"legal_status_code": str}).set_index("legal_status_code")["is_active"]
    versions["position_class"] = best["position_class"].reindex(versions.index)
    versions["is_active"] = versions["legal_status_code"].isin(states.index[states])
    return versions


def _positions(lake: Lake) -> tuple[pd.DataFrame, np.ndarray]:
    pieces, days = pieces_of(lake, "hr/positions", "position_id", OF_POSITION)
    return runs(pieces, "position_id", OF_POSITION), days


def units(lake: Lake, named: pd.Series) -> pd.DataFrame:
    """Versions of units with their ``path``; those that only facts name have none above them."""
    merged, days = with_rejected(lake, "hr/units", "unit_id", OF_UNIT)
    states = dated(merged, days)
    changes = np.unique(np.concatenate([states["valid_from"].to_numpy(), states["valid_to"].dropna().to_numpy()]))
    pieces = []
    for number, day in enumerate(changes):
        here = states[(states["valid_from"] <= day) & (states["valid_to"].isna() | (states["valid_to"] > day))]
        pieces.append(here.assign(path=_paths(here), first_no=number, last_no=number))
    placed = runs(pd.concat(pieces, ignore_index=True), "unit_id", [*OF_UNIT, "path"])
    known = dated(placed.drop(columns=["valid_from", "valid_to"]), changes)
    strange = np.setdiff1d(named.dropna().unique(), states["unit_id"].unique())
    lone = pd.DataFrame({"unit_id": strange, "path": strange, "valid_from": BEFORE_ALL, "valid_to": pd.NaT})
    both = pd.concat([known, lone.astype({"valid_to": known["valid_to"].dtype})], ignore_index=True)
    return both[["unit_id", "path", "valid_from", "valid_to"]]


def _paths(here: pd.DataFrame) -> list[str]:
    """From the root to the unit, by links to units that are there; of units in a ring each is its own root."""
    parents = {unit: parent for unit, parent in zip(here["unit_id"], here["parent_unit_id"], strict=True) if isinstance(parent, str)}
    there = set(here["unit_id"])
    links = {unit: parent for unit, parent in parents.items() if parent in there and unit not in _above(unit, parents, there)}
    return ["/".join([*reversed(_above(unit, links, there)), unit]) for unit in here["unit_id"]]


def _above(unit: str, parents: dict[str, str], there: set[str]) -> list[str]:
    found: list[str] = []
    while len(found) < DEEPEST and (parent := parents.get(unit)) in there:
        found.append(str(parent))
        unit = str(parent)
    return found


def ancestors(versions: pd.DataFrame) -> pd.DataFrame:
    """A row for each version of a unit and each unit at or above it."""
    return versions.assign(ancestor=versions["path"].str.split("/")).explode("ancestor", ignore_index=True).drop(columns="path")
