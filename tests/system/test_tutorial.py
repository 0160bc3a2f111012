"""docs/tutorial.md, command by command in one shell, as a reader types it; what is printed is what the page shows.

`git clone` and `cd` are left out, and `make refresh` refreshes a city of a hundred people instead of twenty thousand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guides import DOCS, ROOT, blocks

PAGE = DOCS / "tutorial.md"
BLOCKS = list(blocks(PAGE))
CHECKED = next(number for number, block in enumerate(BLOCKS) if "asn check" in block.text) + 1
"""The block that shows what `asn check` says; up to there nothing is refreshed but the city itself."""
MARK = "==== block"
OF_ITS_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}T\d{6}Z|\d{2}:\d{2}(:\d{2})?|\(?\d{3,}|0\.0,?|[─]+")


def typed(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(("git clone", "cd ")))


def follow(desk: Path, numbers: range, refresh: str) -> dict[int, str]:
    """Run the shell blocks of these numbers in one shell; what each printed, by its number."""
    home = desk / "var"
    parts = [f"make() {{ {refresh}; }}", *(f"echo {MARK} {n}\n{typed(BLOCKS[n].text)}" for n in numbers if BLOCKS[n].language == "sh")]
    environment = {**os.environ, "WAREHOUSE_HOME": str(home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(["bash", "-eu", "-c", "\n".join(parts)], cwd=desk, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    printed = re.split(rf"^{MARK} (\d+)\n", done.stdout, flags=re.MULTILINE)[1:]
    return dict(zip(map(int, printed[::2]), printed[1::2], strict=True))


def not_printed(number: int, printed: dict[int, str]) -> list[str]:
    """Words that the page shows below a block and that were not printed; dates, times and sizes of the city are the reader's own."""
    words = [word for word in BLOCKS[number].text.split() if not OF_ITS_TIME.match(word)]
    return [word for word in words if word not in printed[number - 1]]


@pytest.fixture
def desk(tmp_path):
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return tmp_path


def test_a_file_is_looked_at_as_the_page_shows(night, desk):
    """Up to the check of the file, on the release of the small city."""
    for part in ("releases", "secrets", "lake"):
        shutil.copytree(night.settings.home / part, desk / "var" / part, symlinks=True)
    printed = follow(desk, range(CHECKED), refresh="true")
    assert not not_printed(CHECKED, printed)


@pytest.mark.slow
def test_the_tutorial_from_an_empty_folder_to_the_last_figure(desk):
    printed = follow(desk, range(len(BLOCKS)), refresh=".venv/bin/asn refresh --employees 100")
    shown = [number for number, block in enumerate(BLOCKS) if block.language == "console"]
    assert len(shown) >= 6
    assert {number: not_printed(number, printed) for number in shown if not_printed(number, printed)} == {}
