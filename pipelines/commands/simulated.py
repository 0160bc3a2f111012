"""An invented city for an empty landing area: whole or not at all, and never beside deliveries of real offices.

The files are written into a hidden folder of the landing area, which nothing reads, and moved into their places when all are there. What
was cut off while it was written is thrown away; what was cut off while it was moved is moved to the end.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipelines.clock import city_day

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.settings import Settings

_BEING_WRITTEN, _WHOLE = ".simulating", ".simulated"
NOTHING_DELIVERED = (
    "there is nothing to load: the landing area {landing} is empty and the lake holds no delivery, and nothing is invented here "
    "(WAREHOUSE_SIMULATION=false or --no-simulation); see that WAREHOUSE_HOME is right and that the offices' files arrive"
)


def is_empty(landing: Path) -> bool:
    """Whether no delivery lies there; files under hidden names are on their way."""
    files = (path for path in landing.rglob("*") if path.is_file())
    return all(any(part.startswith(".") for part in path.relative_to(landing).parts) for path in files)


def fill(settings: Settings, employees: int, seed: int, told: Callable[[str], None]) -> None:
    """Invent a city and put its files into the landing area. Raises FileExistsError where anything lies there already."""
    from simulation import default_period, generate

    landing, staged = settings.landing, settings.landing / _BEING_WRITTEN
    shutil.rmtree(staged, ignore_errors=True)
    if any(landing.iterdir()):
        raise FileExistsError(f"{landing} is not empty: choose another folder, or empty it")
    start, end = default_period(city_day(settings.clock()))
    generate(staged, settings.home / "simulated_truth.json", seed=seed, employees=employees, start=start, end=end, progress=told)
    staged.rename(landing / _WHOLE)
    finish(landing)


def finish(landing: Path) -> None:
    """Move what was simulated to the end into its places, should a run have been cut off while it did."""
    whole = landing / _WHOLE
    if whole.is_dir():
        for folder in sorted(whole.iterdir()):
            folder.rename(landing / folder.name)
        whole.rmdir()
