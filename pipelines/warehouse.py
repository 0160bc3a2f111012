"""The dbt project as seen from outside: its manifest, what it was last built from, its results."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_quality.contract import load_contracts

if TYPE_CHECKING:
    from pipelines.settings import Settings

DBT_PROJECT = Path(__file__).parent.parent / "dbt_project"
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
    if manifest.is_file() and stamp.is_file() and stamp.read_text() == digest:
        return manifest
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    command = [dbt_executable(), "parse", "--quiet", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
               "--target-path", str(settings.dbt_target), "--log-path", str(settings.home / "logs")]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - a fixed command, no shell
        command, env={**os.environ, **settings.dbt_environment()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dbt parse failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    stamp.write_text(digest)
    return manifest


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
    """Changes when a build would give another warehouse: other rows in force, other load records, another project."""
    digest = hashlib.sha256(project_digest().encode())
    digest.update(str(settings.min_cell_size).encode())
    for contract in load_contracts():
        for day, record in sorted(settings.lake.records(contract).items()):
            digest.update(f"{contract.extract} {day} {record.fingerprint} {record.specification} {record.status}".encode())
    return digest.hexdigest()


def last_build_digest(settings: Settings) -> str | None:
    path = settings.build / "built.digest"
    return path.read_text() if path.is_file() and settings.warehouse_file.is_file() else None


def remember_build(settings: Settings, digest: str | None) -> None:
    """Note what the warehouse was built from; None while a build is under way."""
    path = settings.build / "built.digest"
    if digest is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(digest)


def run_results(settings: Settings) -> list[dict[str, Any]]:
    path = settings.dbt_target / "run_results.json"
    results: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["results"] if path.is_file() else []
    return results
