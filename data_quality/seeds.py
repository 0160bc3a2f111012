"""Reference lists and rules as they are written down: every slip with its file and line, before dbt would stumble over it.

    python -m data_quality.seeds    say every slip, exit 1 if there is any

A seed is a CSV with a ``.yml`` of the same name, which gives each column its type and names what may not be empty or stand twice.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SEEDS_DIR = Path(__file__).parent.parent / "dbt_project" / "seeds"
_DECIMAL = re.compile(r"decimal\((\d+), ?(\d+)\)")
_TRUTHS = frozenset({"true", "false"})


def slips(path: Path) -> list[str]:
    """Every slip of one seed as ``file:line: what is wrong``."""
    said = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
    types: Mapping[str, str] = said["config"]["column_types"]
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if header != list(types):
            return [f"{path}:1: the columns are {','.join(header)}, and {path.stem}.yml has {','.join(types)}"]
        found = list(_row_slips(reader, types, said.get("data_tests", [])))
    return [f"{path}:{line}: {text}" for line, text in found]


def _row_slips(reader: Any, types: Mapping[str, str], tests: Sequence[Any]) -> Iterator[tuple[int, str]]:
    header, filled, key = list(types), _columns_of(tests, "filled"), _columns_of(tests, "unique_combination")
    seen: dict[tuple[str, ...], int] = {}
    for cells in reader:
        line = int(reader.line_num)
        if len(cells) != len(header):
            yield line, f"{len(cells)} cells, and there are {len(header)} columns"
            continue
        row = dict(zip(header, cells, strict=True))
        for name, text in row.items():
            if not text:
                if name in filled:
                    yield line, f"{name} is empty"
            elif (wanted := _wanted(types[name], text)) is not None:
                yield line, f"{name} is {text!r}, and must be {wanted}"
        if row.get("valid_to") and row["valid_to"] <= row.get("valid_from", ""):
            yield line, f"valid_to {row['valid_to']} is not after valid_from {row['valid_from']}"
        if key:
            at = seen.setdefault(tuple(row[name] for name in key), line)
            if at != line:
                yield line, f"{', '.join(f'{name} {row[name]}' for name in key)} stands in line {at} already"


def _columns_of(tests: Sequence[Any], name: str) -> list[str]:
    return next((list(test[name]["arguments"]["columns"]) for test in tests if isinstance(test, dict) and name in test), [])


def _wanted(kind: str, text: str) -> str | None:
    """What the type asks for, in words, where the text is something else."""
    if kind == "boolean":
        return None if text in _TRUTHS else "true or false"
    if kind == "date":
        return None if _reads(date.fromisoformat, text) else "a day, as 2026-11-23"
    if kind in {"integer", "bigint"}:
        return None if _reads(int, text) else "a whole number"
    if match := _DECIMAL.fullmatch(kind):
        return None if _reads(Decimal, text) and _fits(Decimal(text), *map(int, match.groups())) else f"a number that {kind} holds exactly"
    return None


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except (ValueError, InvalidOperation):
        return False
    return True


def _fits(number: Decimal, digits: int, places: int) -> bool:
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places and abs(number) < 10 ** (digits - places)


def main() -> int:
    """Say every slip of every seed; the exit code is 1 when there is any."""
    found = [slip for path in sorted(SEEDS_DIR.glob("*/*.csv")) for slip in slips(path)]
    for slip in found:
        print(slip, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
