"""A city of which much never arrived still has its release: what is missing is told, and stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.torn import night
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_city_of_which_much_is_missing_is_released(tmp_path: Path, seed: int) -> None:
    torn, code = night(seed, tmp_path)
    assert code == 0, (torn, (tmp_path / "night.log").read_text(encoding="utf-8")[-3000:])
    assert (Settings(home=tmp_path).releases / "current" / "manifest.json").is_file()
