"""The page docs/architecture.md against the code: its table leaves no place out, and its picture goes the way of the imports."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
UNSAID = {"docs", "pipelines", "tests", "LICENSE"}
"""Folders of which the parts are named, and what needs no word."""


def named_places() -> dict[str, str]:
    """Every path of the first column, each with the row that names it; one without a folder lies in that of the path before it."""
    found: dict[str, str] = {}
    for row in re.findall(r"^\| (`.+)$", PAGE, re.MULTILINE):
        folder = ""
        for name in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
            path = name if (ROOT / name).exists() else f"{folder}/{name}"
            folder = path.rstrip("/").rpartition("/")[0]
            found[path.rstrip("/")] = row
    return found


PLACES = named_places()


def test_every_place_of_the_table_is_there() -> None:
    assert len(PLACES) > 30
    assert [path for path in PLACES if not (ROOT / path).exists()] == []


def test_the_table_names_every_part_of_the_program() -> None:
    parts = {path for path in (ROOT / "pipelines").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    named = {path.relative_to(ROOT).as_posix() for path in parts if path.name != "__init__.py"}
    assert named - set(PLACES) == set()


PACKAGES_BY_NAME = ("building", "commands", "loading", "operations")
"""Packages of which the page names each module, because they hold what is looked for most."""


@pytest.mark.parametrize("package", PACKAGES_BY_NAME)
def test_the_table_names_every_module_of_the_packages_that_are_entered_first(package: str) -> None:
    said = set(re.findall(r"`(\w+)`", PLACES[f"pipelines/{package}"]))
    assert modules(package) - said == set()


@pytest.mark.parametrize("package", PACKAGES_BY_NAME)
def test_every_module_of_these_packages_stands_in_a_layer(package: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("containers") == [f"pipelines.{package}"])
    assert modules(package) == set(layers)


def modules(package: str) -> set[str]:
    return {path.stem for path in (ROOT / "pipelines" / package).glob("*.py") if path.stem != "__init__"}


def test_the_table_names_every_folder() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".") and path.name not in {"var", "docs"}}
    first = {path.partition("/")[0] for path in PLACES}
    assert {name for name in folders - first if any((ROOT / name).rglob("*.*"))} == set()


def test_the_table_names_every_layer_of_the_models() -> None:
    layers = {path.name for path in (ROOT / "dbt_project" / "models").iterdir() if path.is_dir()}
    assert [layer for layer in sorted(layers) if layer not in PLACES["dbt_project"]] == []


def test_the_picture_goes_the_way_of_the_imports() -> None:
    """What stands on the left of the picture is a lower layer of the contract that `make lint` holds the imports to."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    picture = PAGE.partition("```")[2].partition("```")[0]
    drawn = sorted((name for name in layers if re.search(rf"(?<![\w.]){re.escape(name)}\b", picture)), key=picture.index)
    assert drawn[0] == "pipelines.landing"
    assert len(drawn) > 1
    assert all(layers.index(left) > layers.index(right) for left, right in pairwise(drawn))


def test_every_part_of_the_program_stands_in_a_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = {
        name.strip() for contract in contracts if contract["type"] == "layers" for line in contract["layers"] for name in line.split("|")
    }
    parts = {
        f"pipelines.{path.stem}" for path in (ROOT / "pipelines").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert parts - layers - {"pipelines.__init__"} == set()
