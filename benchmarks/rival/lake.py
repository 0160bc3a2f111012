"""What lies in the lake and in the rule files, as frames."""

from __future__ import annotations

from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
LATEST = ["delivery_on", "source_row", "source_file"]
"""By what a later row of the same key is known."""
DAYS = ("valid_from", "valid_to", "holiday_on")


class Lake:
    """The Parquet files under one root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, folder: str, columns: Sequence[str]) -> pd.DataFrame:
        """The rows of all files of a folder; days as days and not as objects, decimals as floats."""
        files = sorted(str(path) for path in (self.root / folder).rglob("*.parquet") if not path.name.startswith("_"))
        table = ds.dataset(files, format="parquet").to_table(columns=list(columns))
        for number, field in enumerate(table.schema):
            if pa.types.is_decimal(field.type):
                table = table.set_column(number, field.name, table.column(number).cast(pa.float64()))
        return table.to_pandas(date_as_object=False)

    def latest(self, folder: str, key: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
        """Of the rows with the same key the one that was delivered last."""
        rows = self.read(folder, list(dict.fromkeys([*key, *columns, *LATEST])))
        return rows.sort_values(LATEST, kind="stable").drop_duplicates(list(key), keep="last")

    @cached_property
    def _loads(self) -> pd.DataFrame:
        files = sorted(str(path) for path in (self.root / "loads").rglob("load.parquet"))
        table = ds.dataset(files, format="parquet").to_table(columns=["source", "extract", "delivery_on", "in_force_fingerprint"])
        return table.to_pandas(date_as_object=False).dropna(subset=["in_force_fingerprint"])

    def deliveries(self, extract: str) -> np.ndarray:
        """The days of the deliveries in force, in order."""
        mine = self._loads["source"] + "/" + self._loads["extract"] == extract
        return np.sort(self._loads.loc[mine, "delivery_on"].to_numpy())

    @cached_property
    def today(self) -> pd.Timestamp:
        """The day of the newest delivery of any extract."""
        return pd.Timestamp(self._loads["delivery_on"].max())


def rules(name: str) -> pd.DataFrame:
    """A rule table or reference table of the project."""
    found = pd.read_csv(next(SEEDS.glob(f"*/{name}.csv")), keep_default_na=False, na_values=[""])
    for column in found.columns.intersection(DAYS):
        found[column] = pd.to_datetime(found[column])
    return found


def in_force(frame: pd.DataFrame, day: pd.Timestamp | pd.Series) -> pd.Series:
    """Which rows of a frame with ``valid_from`` and ``valid_to`` hold on a day."""
    return (frame["valid_from"] <= day) & (frame["valid_to"].isna() | (frame["valid_to"] > day))


def ratio(part: pd.Series, whole: pd.Series, digits: int = 4) -> pd.Series:
    """``part / whole`` rounded half up (half away from zero where negative) by whole numbers; empty where ``whole`` is 0 or empty."""
    known = part.notna() & whole.notna() & (whole != 0)
    top, below = part[known].astype("int64"), whole[known].astype("int64")
    units = (2 * 10**digits * top.abs() + below) // (2 * below) * np.sign(top)
    return (units / 10**digits).reindex(part.index)


def surrogate(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """The hash by which the warehouse breaks ties between rows that are equal in all else."""
    shown = [frame[name].dt.strftime("%Y-%m-%d") if frame[name].dtype.kind == "M" else frame[name] for name in columns]
    rows = zip(*(column.fillna("_null_") for column in shown), strict=True)
    return [md5("|".join(row).encode(), usedforsecurity=False).hexdigest() for row in rows]


def calendar() -> pd.DataFrame:
    """The days that the warehouse knows, with the number of working days up to each."""
    days = pd.DataFrame({"day": pd.date_range("2010-01-01", "2035-12-31", unit="us")})
    holidays = rules("ref_holiday")
    free = holidays.loc[holidays["kind"].isin(["national", "collective_leave"]), "holiday_on"]
    works = (days["day"].dt.dayofweek < 5) & ~days["day"].isin(free)  # noqa: PLR2004 - Saturday
    return days.assign(working_day_number=works.cumsum())
