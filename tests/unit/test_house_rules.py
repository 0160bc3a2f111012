"""Rules of the house that no linter knows: what is long or is let pass says why, in the place itself.

A reason for length is written as ``Over 400 lines: ...`` at the top of a file, or ``Over 50 lines: ...`` above or in the docstring of a
function. A warning is suppressed by its code, and the reason stands behind it on the same line.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
HEAD = 12
CODE = {".py", ".sql", ".yml", ".yaml", ".toml", ".cfg", ".sh", ".css", ".js", ".j2", ".service", ".timer"}
"""Prose is read by its headings, data by machines; neither is held to a length."""

NOQA = re.compile(r"#\s*noqa\b(?P<rest>[^\n]*)")
IGNORE = re.compile(r"#\s*type:\s*ignore\b(?P<rest>[^\n]*)")
OTHER = re.compile(r"(?:#\s*(?:nosec|pylint:|pragma: no cover)|--\s*noqa|\{#-?\s*noqa)(?P<rest>[^\n]*)")


def kept_files() -> list[Path]:
    """Every file that git keeps or would keep; in a copy without a history, every file that is none of a tool's."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not {".venv", "var", "target"} & set(path.parts)]


FILES = kept_files()


def too_long(path: str, text: str) -> bool:
    lines = text.splitlines()
    return Path(path).suffix in CODE and len(lines) > LONGEST_FILE and not any("Over 400 lines: " in line for line in lines[:HEAD])


def long_functions(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            above = lines[first - 2] if first > 1 else ""
            if node.end_lineno - node.lineno >= LONGEST_FUNCTION and "Over 50 lines: " not in above + (ast.get_docstring(node) or ""):
                yield node.name


def unexplained(text: str) -> Iterator[str]:
    """Lines that suppress a warning without a code or without a reason."""
    for number, line in enumerate(text.splitlines(), start=1):
        noqa, ignore, other = NOQA.search(line), IGNORE.search(line), OTHER.search(line)
        is_good = (
            (not noqa or re.match(r": [A-Z]+\d+(?:, [A-Z]+\d+)* - \S", noqa["rest"]))
            and (not ignore or re.match(r"\[[a-z, -]+\]\s+# \S", ignore["rest"]))
            and (not other or re.search(r" - \S", other["rest"]))
        )
        if not is_good:
            yield f"{number}: {line.strip()}"


def test_no_file_is_long_without_a_reason() -> None:
    assert [
        str(path.relative_to(ROOT)) for path in FILES if path.suffix in CODE and too_long(path.name, path.read_text(encoding="utf-8"))
    ] == []


def test_no_function_is_long_without_a_reason() -> None:
    found = {str(path.relative_to(ROOT)): list(long_functions(path.read_text(encoding="utf-8"))) for path in FILES if path.suffix == ".py"}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_warning_is_suppressed_without_a_reason() -> None:
    found = {
        str(path.relative_to(ROOT)): list(unexplained(path.read_text(encoding="utf-8")))
        for path in FILES
        if path.suffix in {".py", ".sql"} and path != Path(__file__)
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    ["x = 1  # noqa", "x = 1  # noqa: S603", "x = 1  # type: ignore", "x = 1  # type: ignore[override]", "x = 1  # nosec B101", "select 1  -- noqa: LT05"],
)  # fmt: skip
def test_a_bare_suppression_is_found(line: str) -> None:
    assert list(unexplained(line))


@pytest.mark.parametrize(
    "line",
    ["x = 1  # noqa: S603, S607 - a fixed command", "x = 1  # type: ignore[override]  # a buffer", "select 1  -- noqa: LT05 - a long word"],
)  # fmt: skip
def test_one_with_its_reason_is_not(line: str) -> None:
    assert not list(unexplained(line))


def test_length_is_found_and_a_reason_lets_it_pass() -> None:
    body = "".join(f"    x = {number}\n" for number in range(50))
    assert list(long_functions(f"def f():\n{body}")) == ["f"]
    assert not list(long_functions(f"# Over 50 lines: a table.\ndef f():\n{body}"))
    assert not list(long_functions(f'def f():\n    """Over 50 lines: a table."""\n{body}'))
    assert too_long("a.sql", "select 1\n" * 401)
    assert not too_long("a.sql", "-- Over 400 lines: one query.\n" + "select 1\n" * 401)
    assert not too_long("a.md", "text\n" * 401)
