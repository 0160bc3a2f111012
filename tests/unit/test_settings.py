"""A wrong setting is told by its variable, without its value, and ends a command without a trace of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import Settings, SettingsError, get_settings

WRONG = [
    ("WAREHOUSE_THREADS", "many-and-more"),
    ("WAREHOUSE_MIN_CELL_SIZE", "1"),
    ("WAREHOUSE_MEMORY", "plenty"),
    ("WAREHOUSE_SPILL", "all-of-it"),
    ("WAREHOUSE_NOW", "yesterday"),
    ("WAREHOUSE_HEARTBEAT_URL", "ftp://token@contoh.invalid"),
    ("WAREHOUSE_LOG_FORMAT", "xml"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match=f"(?m)^{name}: ") as told:
        get_settings()
    get_settings.cache_clear()
    assert len(value) < 2 or value not in str(told.value), "a value may be a secret"


def test_every_wrong_setting_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WRONG:
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(SettingsError) as told:
        get_settings()
    get_settings.cache_clear()
    assert {line.partition(":")[0] for line in str(told.value).splitlines()[:-1]} == {name for name, _ in WRONG}


def test_a_command_ends_with_the_text_alone(tmp_path: Path) -> None:
    asn = Path(sys.executable).with_name("asn")
    environment = {**os.environ, "WAREHOUSE_HOME": str(tmp_path), "WAREHOUSE_THREADS": "none"}
    done = subprocess.run([asn, "status"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("WAREHOUSE_THREADS: ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_named_after_its_variable() -> None:
    assert Settings.model_config["env_prefix"] == "WAREHOUSE_"
