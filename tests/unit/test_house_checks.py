"""What is checked in an editor, before a commit, by a workflow and by hand is the same: every way calls make."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
PARTS = re.findall(r"lint-[a-z]+", re.search(r"^lint:.*$", MAKEFILE, re.MULTILINE)[0])


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_before_a_commit_every_part_of_lint_runs() -> None:
    hooks = [hook for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in read(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {hook["entry"] for hook in hooks} == {f"make {part}" for part in PARTS} | {"make test-fast"}
    assert all(re.compile(hook.get("files", "")) for hook in hooks)


def test_the_workflow_runs_what_must_hold_before_a_change_lands() -> None:
    workflow = read(".github/workflows/ci.yml")
    runs = {step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step}
    assert runs == {".ci/run", "make lint"}
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert oldest in workflow["jobs"]["test"]["strategy"]["matrix"]["python"]


def test_an_editor_sets_itself_up_with_make() -> None:
    editor = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert editor["postCreateCommand"].removeprefix("make ") in TARGETS


def test_templates_ask_for_no_personal_data() -> None:
    templates = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
    assert len(templates) >= 3
    for path in templates:
        said = next(yaml.safe_load_all(path.read_text(encoding="utf-8").split("\n---\n")[0] + "\n"))
        assert said["name"]
        assert said["about"]
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github").rglob("*.md"))
    for command in re.findall(r"`make ([a-z-]+)", text):
        assert command in TARGETS
    for name in re.findall(r"`(docs/[a-z./-]+\.md)`", text):
        assert (ROOT / name).is_file()
