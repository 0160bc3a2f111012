"""What follows from measurements: exponents, ratios and tables."""

from __future__ import annotations

import pytest

from benchmarks.city import EVERYTHING, NOTHING, by_stage
from benchmarks.measure import Measured, Sample, cost_of
from benchmarks.report import document, exponent, markdown, ratios


def cost(cpu: float, peak: int = 100) -> dict[str, float]:
    return {"cpu_s": cpu, "wall_s": cpu, "peak_mb": peak, "read_mb": 1, "written_mb": 2}


def size(employees: int, factor: float) -> dict:
    stages = {"ingest": cost(30 * factor), "impact": cost(8 * factor), "release": cost(12 * factor)}
    return {
        EVERYTHING: {"whole": cost(60 * factor), "stages": stages},
        NOTHING: {"whole": cost(10), "stages": {"ingest": cost(4)}},
        "size": {"employees": employees, "files": 3, "landed_mb": 1.0, "rows": employees * 10, "rows_accepted": employees * 9,
                 "lake_mb": 1.0, "warehouse_mb": 2.0, "release_mb": 3.0},
        "floor": {"whole": cost(22), "parts": {"read": cost(8), "models": cost(12), "steps": cost(2)}, "different": []},
        "rival service_quality": {"sql": cost(2, 100), "pandas": cost(30, 500), "different": []},
    }  # fmt: skip


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(power):
    assert exponent((rows, 3 * rows**power) for rows in (10, 100, 700)) == pytest.approx(power)


def test_one_size_has_no_exponent():
    assert exponent([(10, 1.0), (10, 2.0)]) is None


def test_ratios_leave_out_the_idle_night_and_the_python_steps():
    found = ratios(size(1000, 1))
    assert found["job / floor"] == 2.5  # (60 - 10) / (22 - 2)
    assert found["job without the Python steps / floor"] == 2.1
    assert found["service_quality: CPU of pandas / SQL"] == 15.0
    assert found["service_quality: memory of SQL / pandas"] == 0.2


def test_the_tables_hold_every_size_and_stage():
    found = document({1000: size(1000, 1), 2000: size(2000, 2)})
    text = markdown(found)
    assert found["exponents"][EVERYTHING]["whole"] == pytest.approx(1.0)
    assert "| everything new: CPU s | 1,000 | 2,000 | exponent |" in text
    assert "| whole job | 60 | 120 | 1.0 |" in text
    assert "| job / floor | 2.5 | 5.5 |" in text
    assert not found["different"]


def test_a_comparison_with_other_rows_is_named():
    one = size(1000, 1)
    one["floor"]["different"] = ["open.service_quality"]
    assert document({1000: one})["different"] == ["floor at 1,000"]


def test_stages_and_what_lies_around_them_are_the_whole():
    samples = [Sample(float(second), float(second), second * 2**20, 0, 0) for second in range(11)]
    night = Measured(0, cost_of(10.0, 10.0, 10 * 2**20, 0, 0), samples)
    found = by_stage(night, [("hr_employees", 2.0, 3.0), ("hr_units", 3.0, 5.0), ("release", 6.0, 9.0)])
    assert list(found) == ["ingest", "release", "around the steps"]
    assert [stage["cpu_s"] for stage in found.values()] == [3.0, 3.0, 4.0]
    assert found["release"]["peak_mb"] == 9
