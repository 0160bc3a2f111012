"""The dbt project as seen from outside: its manifest, what it was last built from, its results."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_quality.contract import load_contracts
from pipelines.building import steps, warehouse_file
from pipelines.engine import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.settings import Settings

DBT_PROJECT = Path(__file__).parent.parent.parent / "dbt_project"
_IGNORED = frozenset({"target", "logs", "dbt_packages", "__pycache__"})


def dbt_executable() -> str:
    """The dbt of this environment, whether or not the environment is on PATH."""
    return str(Path(sys.executable).with_name("dbt"))


def project_digest() -> str:
    """Changes when any file of the dbt project changes."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.is_file() and not _IGNORED.intersection(path.relative_to(DBT_PROJECT).parts):
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def manifest_path(settings: Settings) -> Path:
    """Dbt's manifest for the present state of the project; parsed anew only when a file of it has changed."""
    manifest, stamp, digest = settings.dbt_target / "manifest.json", settings.dbt_target / "manifest.digest", project_digest()
    if _is_whole(manifest) and stamp.is_file() and stamp.read_text() == digest:
        return manifest
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    # From nothing: where only some files are parsed anew, dbt 1.11 forgets what YAML says of a test whose source was changed, and a test
    # that should warn stops the release.
    command = [dbt_executable(), "parse", "--quiet", "--no-partial-parse", "--project-dir", str(DBT_PROJECT),
               "--profiles-dir", str(DBT_PROJECT), "--target-path", str(settings.dbt_target),
               "--log-path", str(settings.home / "logs")]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - a fixed command, no shell
        command, env={**os.environ, **settings.dbt_environment()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dbt parse failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    stamp.write_text(digest)
    return manifest


def _is_whole(manifest: Path) -> bool:
    """Whether a manifest is there to its end: dbt writes over it in each build, and may be killed while it does."""
    if not manifest.is_file() or not manifest.stat().st_size:
        return False
    with manifest.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"}"


def read_manifest(settings: Settings) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(manifest_path(settings).read_text(encoding="utf-8"))
    return content


def inputs(settings: Settings) -> dict[str, str]:
    """What is in force, by hash: ``<source>/<extract>/<date>`` -> content hash."""
    return {
        f"{contract.extract}/{day}": record.in_force_fingerprint
        for contract in load_contracts()
        for day, record in settings.lake.records(contract).items()
        if record.in_force_fingerprint
    }


def build_digest(settings: Settings) -> str:
    """Changes when a night would give another release: other rows in force, other load records, other code of what builds or releases."""
    digest = hashlib.sha256(project_digest().encode() + steps.code_digest().encode())
    digest.update(str(settings.min_cell_size).encode())
    for contract in load_contracts():
        for day, record in sorted(settings.lake.records(contract).items()):
            told = (record.fingerprint, record.specification, record.status, record.in_force_fingerprint, record.rows_accepted)
            digest.update(f"{contract.extract} {day} {told}".encode())
    return digest.hexdigest()


def last_build_digest(settings: Settings) -> str | None:
    """What the warehouse was last built and released from; None when a build is under way or broke off."""
    path = settings.build / "built.digest"
    return path.read_text() if path.is_file() and settings.warehouse_file.is_file() else None


def begin_build(settings: Settings, digest: str) -> None:
    """A build of everything begins: until ``finish_build`` the warehouse counts as not built, whatever happens.

    After a build that broke off it begins from an empty file, whatever broke it.
    """
    settings.build.mkdir(parents=True, exist_ok=True)
    if (settings.build / "building.json").exists():
        warehouse_file.discard(settings)
    (settings.build / "built.digest").unlink(missing_ok=True)
    parsed = settings.dbt_target / "manifest.json"
    manifest = json.loads(parsed.read_text(encoding="utf-8")) if _is_whole(parsed) else {"nodes": {}}
    in_full = warehouse_file.changed_incremental(settings, manifest)
    _note(settings, {"digest": digest, "done": [], "in_full": in_full})
    warehouse_file.note(settings, manifest)


def note_done(settings: Settings, part: str) -> None:
    """A part of the build, or a step, is done."""
    state = _building(settings)
    if state and part not in state["done"]:
        _note(settings, {**state, "done": [*state["done"], part]})


def missing_parts(settings: Settings) -> list[str]:
    """What a build that began has not done yet; empty when all is done, or none is under way."""
    state = _building(settings)
    wanted = [*(part.name for part in steps.parts()), *(step.name for step in steps.STEPS)]
    return [name for name in wanted if name not in state["done"]] if state else []


def finish_build(settings: Settings) -> None:
    """The build is done and released: the next night with the same inputs has nothing to do."""
    state = _building(settings)
    if state:
        warehouse_file.note_also(settings, views=project_digest())
        (settings.build / "built.digest").write_text(state["digest"])
        (settings.build / "building.json").unlink()


def _building(settings: Settings) -> dict[str, Any] | None:
    path = settings.build / "building.json"
    state: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return state


def build_arguments(settings: Settings) -> list[str]:
    """Arguments of ``dbt build``. Where the definition of an incremental model has changed, it is built in full, once."""
    # Unit tests hold the SQL against invented rows: they belong to the tests of the project, not to a night.
    # The log at its finest costs as much as a fifth of the build, and the manifest is written when the project changes (manifest_path).
    arguments = ["--log-level-file", "info", "--no-write-json", "build", "--exclude-resource-type", "unit_test",
                 "--log-path", str(settings.home / "logs")]  # fmt: skip
    standing = what_stands(settings)
    if standing:
        # What would come out as it is already is not made again each night; tests of all that is new stay. `empty`: leaving a view out does
        # not leave its tests out.
        arguments += ["--exclude", " ".join(kind.selector for kind in standing), "--indirect-selection", "empty"]
    state = _building(settings) or {}
    return [*arguments, "--full-refresh"] if state.get("in_full") else arguments


@dataclass(frozen=True)
class Standing:
    """Nodes of the project that a build need not make: by dbt's selector, and by what the manifest says of each of them."""

    selector: str
    says: tuple[tuple[str, str], ...]

    def holds(self, node: Mapping[str, Any]) -> bool:
        """Whether a node of the manifest is one of them."""
        return all({**node, **node["config"]}.get(key) == value for key, value in self.says)


SEEDS = Standing("path:seeds", (("resource_type", "seed"),))
"""Codes and rules are files of the project: loaded and tested when they change."""
VIEWS = Standing("resource_type:model,config.materialized:view", (("resource_type", "model"), ("materialized", "view")))
"""A view is its text: the same until the project changes."""


def what_stands(settings: Settings) -> list[Standing]:
    """What the warehouse holds as this project would make it."""
    if not settings.warehouse_file.exists():  # removed by hand, and the stamp stayed
        return []
    digest, stamp = project_digest(), warehouse_file.read_stamp(settings)
    kinds = {"seeds": SEEDS}
    if settings.engine == "duckdb":  # on Spark the tables below views are made known anew in each run, see register_lake
        kinds["views"] = VIEWS
    return [kind for key, kind in kinds.items() if stamp.get(key) == digest]


def note_seeds(settings: Settings) -> None:
    """The seeds are in the warehouse, and their tests have passed."""
    warehouse_file.note_also(settings, seeds=project_digest())


def _note(settings: Settings, state: dict[str, Any]) -> None:
    path = settings.build / "building.json"
    path.with_suffix(".new").write_text(json.dumps(state), encoding="utf-8")
    path.with_suffix(".new").replace(path)


def test_results(settings: Settings) -> dict[str, int]:
    """How many dbt tests ended how when they last ran: those of the seeds do not run each night."""
    with reading(settings.warehouse_file, settings.memory) as connection:
        return dict(connection.execute("select status, count(*) from quality.refresh_test_results group by 1 order by 1").fetchall())
