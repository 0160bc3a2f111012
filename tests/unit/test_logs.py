"""Lines of the log as JSON."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from rich.console import Console

from pipelines.commands import main
from pipelines.logs import JsonLines, json_handler


def record(message: str, *arguments: object, **meta: Any) -> logging.LogRecord:
    made = logging.LogRecord("asn", logging.WARNING, "x.py", 1, message, arguments, None)
    made.created = 1_780_000_000.25
    if meta:
        made.dagster_meta = meta
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines().format(made)
    assert "\n" not in text
    content: dict[str, Any] = json.loads(text)
    return content


def test_a_line_has_the_same_fields_whatever_it_says() -> None:
    assert line(record("hr/employees 2026-01-01 (1/3)", run_id="r", step_key="hr_employees", orig_message="hr/employees 2026-01-01 (1/3)")) == {
        "time": "2026-05-28T20:26:40.250+00:00", "level": "WARNING", "run": "r", "step": "hr_employees", "extract": "hr/employees",
        "delivery": "2026-01-01", "message": "hr/employees 2026-01-01 (1/3)",
    }  # fmt: skip
    assert line(record("dbt build: %s", "warehouse")) == {
        "time": "2026-05-28T20:26:40.250+00:00", "level": "WARNING", "run": None, "step": None, "extract": None, "delivery": None,
        "message": "dbt build: warehouse",
    }  # fmt: skip
    assert line(record("hr/units: 3 deliveries replayed"))["extract"] == "hr/units"


def test_a_message_of_several_lines_is_one_line_and_an_error_is_its_kind_alone() -> None:
    made = record("one\ntwo")
    try:
        raise ValueError("199001012015011900")
    except ValueError:
        made.exc_info = sys.exc_info()
    assert line(made)["message"] == "one\ntwo"
    assert line(made)["error"] == "ValueError"
    assert "199001012015011900" not in JsonLines().format(made)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_command_shows_lines_in_the_chosen_form(
    log_format: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "console", Console(file=sys.stdout, highlight=False))
    handler = main._Progress(log_format)
    handler.emit(record("hr/employees 2026-01-01 is blocked: why", orig_message="hr/employees 2026-01-01 is blocked: why"))
    made = record("hr/employees 2026-01-01 (1/3)")
    made.levelno, made.levelname = logging.INFO, "INFO"
    handler.emit(made)
    lines = capsys.readouterr().out.strip().splitlines()
    if log_format == "json":
        assert [json.loads(text)["delivery"] for text in lines] == ["2026-01-01", "2026-01-01"]
    else:
        assert len(lines) == 1, "a warning of a library is left out for people"
        assert lines[0].endswith("hr/employees 2026-01-01 (1/3)")


def test_a_header_that_looks_like_markup_ends_no_night(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "console", Console(file=sys.stdout, highlight=False))
    text = "hr/units 2026-01-01 is blocked: required columns are missing: UNOR ID; columns seen: Skor [/100], [nama]"
    made = record(text)
    made.levelno = logging.ERROR
    main._Progress("text").emit(made)
    assert capsys.readouterr().out.strip().endswith(text)


def test_json_lines_go_where_the_standard_output_was(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("asn.test")
    logger.propagate = False
    logger.addHandler(json_handler())
    logger.warning("hr/units 2026-01-02 (1/1)")
    assert json.loads(capsys.readouterr().out)["extract"] == "hr/units"
