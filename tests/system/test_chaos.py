"""The short form of ``make chaos``: a night that is killed half way, a reader beside it, and the night that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.chaos import campaign, summary

if TYPE_CHECKING:
    from pathlib import Path

HALF_WAY = 3
"""The seed whose first run loses its power after half of the usual time."""


def test_a_killed_night_is_mended_by_the_next_one_and_no_reader_notices(tmp_path: Path) -> None:
    """The whole job in three nights and a half, which is dear: what other faults do is left to ``make chaos``."""
    (run,) = campaign(tmp_path, runs=1, seed=HALF_WAY)
    assert (run.fault, run.broken_exit, run.clean_exit) == ("power", -9, 0), run
    assert run.wrong == []
    assert run.reads > 10
    assert summary([run])["at fault"] == []
