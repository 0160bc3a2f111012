"""A slip in a seed is told with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data_quality.seeds import SEEDS_DIR, main, slips


def test_every_seed_is_written_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("1900-01-01,,ktp-el,1,", "1900-13-01,,ktp-el,1,", 4, "valid_from is '1900-13-01', and must be a day"),
        ("1900-01-01,,ktp-el,1,", "1900-01-01,1899-01-01,ktp-el,1,", 4, "valid_to 1899-01-01 is not after"),
        ("1900-01-01,,ktp-el,1,", "1900-01-01,,ktp-el,one,", 4, "working_days is 'one', and must be a whole number"),
        ("1900-01-01,,ktp-el,1,", "1900-01-01,,ktp-el,,", 4, "working_days is empty"),
        ("1900-01-01,,ktp-el,1,", "1900-01-01,,akta kematian,1,", 4, "stands in line 3 already"),
        ("1900-01-01,,ktp-el,1,", "1900-01-01,ktp-el,1,", 4, "6 cells, and there are 7 columns"),
        ("rule_set,valid_from", "ruleset,valid_from", 1, "the columns are ruleset"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    path = tmp_path / "rule_service_standard.csv"
    shutil.copy(SEEDS_DIR / "rules" / "rule_service_standard.yml", tmp_path)
    text = (SEEDS_DIR / "rules" / path.name).read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert slips(path)[0].startswith(f"{path}:{line}: ")
    assert said in slips(path)[0]


@pytest.mark.parametrize(
    ("kind", "good", "bad"), [("boolean", "true", "ja"), ("decimal(9,4)", "0.1250", "0.12505"), ("decimal(9,4)", "-3", "x")]
)
def test_a_value_of_another_type_is_found(tmp_path: Path, kind: str, good: str, bad: str) -> None:
    path = tmp_path / "s.csv"
    path.with_suffix(".yml").write_text(f"seeds: [{{name: s, config: {{column_types: {{a: '{kind}'}}}}}}]\n", encoding="utf-8")
    path.write_text(f"a\n{good}\n", encoding="utf-8")
    assert slips(path) == []
    path.write_text(f"a\n{good}\n{bad}\n", encoding="utf-8")
    assert len(slips(path)) == 1
    assert slips(path)[0].startswith(f"{path}:3: a is '{bad}'")
