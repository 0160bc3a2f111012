"""What a command costs is counted over all that it starts."""

from __future__ import annotations

import sys

import pytest

from benchmarks.measure import Measured, Sample, cost_of, run

MIB = 2**20
GRANDCHILD = "x = bytearray(120 * 2**20); open({out!r}, 'wb').write(x[:50 * 2**20]); import time; time.sleep(1)"


@pytest.mark.thorough
def test_a_grandchild_counts_with_memory_and_bytes(tmp_path):
    inner = GRANDCHILD.format(out=str(tmp_path / "written"))
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    done = run([sys.executable, "-c", outer], {}, tmp_path / "log")
    assert done.exit_code == 0
    assert done.cost.peak_mb >= 120
    assert 50 <= done.cost.written_mb < 60
    assert done.cost.cpu_s > 0


def test_the_exit_code_and_what_is_said_are_kept(tmp_path):
    done = run([sys.executable, "-c", "import os; print(os.environ['SAID']); raise SystemExit(3)"], {"SAID": "words"}, tmp_path / "log")
    assert done.exit_code == 3
    assert (tmp_path / "log").read_text() == "words\n"


def test_a_stage_is_what_was_used_between_its_beginning_and_its_end():
    samples = [Sample(10.0, 0.0, 0, 0, 0), Sample(12.0, 2.0, 5 * MIB, 4 * MIB, 0), Sample(14.0, 2.0, 9 * MIB, 4 * MIB, 8 * MIB)]
    night = Measured(0, cost_of(2.0, 4.0, 9 * MIB, 4 * MIB, 8 * MIB), samples)
    first, second = night.between(10.0, 11.0), night.between(11.0, 14.0)
    assert (first.cpu_s, first.read_mb) == (1.0, 2)
    assert (second.cpu_s, second.wall_s, second.peak_mb, second.read_mb, second.written_mb) == (1.0, 3.0, 9, 2, 8)
