"""The small city: files, a finished night and its release, made once for all modules. Nobody may change what is in it.

With ASN_CITY=<home of a refreshed simulated city> the same tests hold that city to the same recomputation; `make recompute` does so
with the city of `make refresh`.
"""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest

from pipelines.commands.main import _prepare, run_nightly
from pipelines.settings import Settings
from simulation import Truth, generate
from tests.real import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator

START, END = date(2025, 12, 1), date(2026, 8, 20)
"""Long enough that appraisals of a whole year, three quarters and four rounds of assessment are in it."""


class Night(NamedTuple):
    settings: Settings
    truth: Truth

    @property
    def end(self) -> date:
        """The day of the newest delivery."""
        return date.fromisoformat(self.truth.parameters["end"])

    def open(self, audience: str) -> duckdb.DuckDBPyConnection:
        """A database of the current release."""
        return duckdb.connect(str(self.settings.releases / "current" / audience / "competency.duckdb"), read_only=True)

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        """What the release was made from: core, intermediate and marts before small cells are hidden."""
        return duckdb.connect(str(self.settings.warehouse_file), read_only=True)


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    if city := os.environ.get("ASN_CITY"):
        return Night(Settings(home=Path(city)), Truth.read(Path(city) / "simulated_truth.json"))
    home = tmp_path_factory.mktemp("city")
    settings = Settings(home=home)
    _prepare(settings)
    truth = generate(settings.landing, home / "truth.json", employees=600, start=START, end=END)
    if ANSWERS.is_file():
        shutil.copy(ANSWERS, settings.landing / "feedback" / "skm" / "2019-07-01_sekadau_2019.csv")
    assert run_nightly(settings)
    return Night(settings, truth)


@pytest.fixture(scope="module")
def site(night: Night) -> Path:
    """The site of the current release."""
    return (night.settings.releases / "current").resolve() / "site"


@pytest.fixture(scope="module")
def marts(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """The open database of the current release."""
    with night.open("open") as connection:
        yield connection
