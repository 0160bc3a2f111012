"""Belongs here: the release as an asset, last in the graph. Does not belong here: how it is built (``pipelines.publishing``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.building import warehouse
from pipelines.clock import city_day
from pipelines.defs.origin import PLATFORM, PROJECT, code, owners
from pipelines.defs.resources import LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts
from pipelines.engine import reading
from pipelines.operations import rights
from pipelines.publishing import keeping, outdated, release, shelf
from pipelines.publishing.for_readers import SITE, for_readers
from pipelines.publishing.headlines import Headlines, bounds, headlines, jumps
from pipelines.publishing.metrics import Definitions, definitions
from pipelines.settings import Settings

CONTINUITY = "headlines_are_continuous"


def build_release_asset(settings: Settings) -> dg.AssetsDefinition:
    """The release: only reached when every dbt model and blocking test before it has passed."""
    manifest = warehouse.read_manifest(settings)
    marts = release.published_marts(manifest)
    metrics = definitions(manifest)
    additions = for_readers(manifest)
    deps = [dg.AssetKey([mart.schema, mart.name]) for mart in {mart.name: mart for mart in marts}.values()]

    continuity = dg.AssetCheckSpec(
        CONTINUITY,
        asset=dg.AssetKey(["release"]),
        description="Headlines of the city against the release before: a jump is more often a fault in the data than news. "
        "Compare the deliveries of the period; when it is news, nothing is to be done. The bounds are in rule_headline_jump.",
    )

    @dg.asset(
        key=dg.AssetKey(["release"]),
        deps=deps,
        check_specs=[continuity],
        group_name="release",
        kinds={"duckdb", "parquet"},
        pool="warehouse",
        retry_policy=RETRY,
        required_resource_keys={LOCK},
        owners=owners(PLATFORM),
        metadata=code([PROJECT / "pipelines" / "publishing" / "release.py"]),
        description="What readers get: open and restricted marts, downloads, the site, a manifest, and the switch of `current`.",
    )
    def publish(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        proof = _nothing_is_missing_or_left(settings)
        figures, moved = _headlines(settings, metrics)
        for jump in moved:
            context.log.warning("{metric} of {period} went from {before} to {now}, further than {bound}".format(**jump))
        facts = {**_facts(settings), "headlines": figures, "jumps": moved, "personal_data": proof}
        outdated.let_go(settings.releases)
        with OnlyTransientIsRetried():
            folder = release.build_release(
                settings.warehouse_file, settings.releases, marts, min_cell_size=settings.min_cell_size, facts=facts, now=settings.clock(),
                restricted_group=settings.restricted_group, additions=additions, engine_memory=settings.memory,
            )  # fmt: skip
        for said in _after_release(settings, folder):
            context.log.info(said)
        rows, size = _size(folder)
        log_facts(context, rows_out=rows, size=size)
        yield dg.MaterializeResult(metadata={**_told_of(folder, rows, size, len(deps)), "headlines": _headline_table(figures)})
        yield dg.AssetCheckResult(
            check_name=CONTINUITY, passed=not moved, severity=dg.AssetCheckSeverity.WARN, metadata={"jumps": dg.MetadataValue.json(moved)}
        )

    return publish


_BARS = "▁▂▃▄▅▆▇█"


def _headline_table(figures: Headlines) -> dg.MetadataValue:
    """Each headline with its newest value, what it rests on, and its course as bars."""
    lines = ["| headline | period | value | n | course |", "| --- | --- | ---: | ---: | --- |"]
    for metric, periods in figures.items():
        if periods:
            newest = max(periods)
            course = _course([figure["value"] for _, figure in sorted(periods.items())])
            lines.append(f"| {metric} | {newest} | {periods[newest]['value']:g} | {periods[newest]['n']:,.0f} | {course} |")
    return dg.MetadataValue.md("\n".join(lines))


def _course(values: list[float]) -> str:
    low, high = min(values), max(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1)) if high > low else 0] for value in values)


def _told_of(folder: Path, rows: int, size: int, n_marts: int) -> dict[str, Any]:
    """What the page of the asset says of a release."""
    places = {"path": dg.MetadataValue.path(str(folder)), "site": dg.MetadataValue.path(str(folder / SITE / "index.html"))}
    return {"release": folder.name, "rows": rows, "bytes": size, "marts": n_marts, **places}


def _nothing_is_missing_or_left(settings: Settings) -> dict[str, Any]:
    """The proof that nobody who was erased is in the data. Raises where somebody is, or where a build broke off."""
    missing = warehouse.missing_parts(settings)
    if missing:
        raise dg.Failure(f"a build broke off before {', '.join(missing)}: run the whole job, which begins it anew")
    proof = rights.proof(settings, settings.clock())
    if any(proof["rows_left"].values()):
        raise dg.Failure("somebody who was erased is in the data: run `asn erase --again`, then this job")
    return proof


def _after_release(settings: Settings, folder: Path) -> Iterator[str]:
    """The build is finished, and releases that have had their time go; says what is worth saying."""
    warehouse.finish_build(settings)
    for gone in outdated.remove_outdated(settings.releases):
        yield f"release {gone} is removed: it held what was erased, or former keys"
    hold = shelf.held(settings.releases)
    if hold:
        yield f"release {folder.name} is built but not shown: {hold.words}; `asn release resume` ends that"
    grace = timedelta(hours=settings.release_grace_hours)
    keeping.prune(settings.releases, settings.releases_kept, grace=grace, now=settings.clock())


def _facts(settings: Settings) -> dict[str, Any]:
    """What a manifest says of the making of a release: deliveries in force, results of tests, versions."""
    return {
        "inputs": warehouse.inputs(settings),
        "licence": settings.licence,
        "tests": warehouse.test_results(settings),
        "project": warehouse.project_digest(),
        "versions": {name: _version(name) for name in ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "pandas")},
    }


def _size(folder: Path) -> tuple[int, int]:
    """Rows of the marts of a release, and bytes of its files."""
    rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rows"]
    return sum(sum(marts.values()) for marts in rows.values()), sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _headlines(settings: Settings, metrics: Definitions) -> tuple[Headlines, list[dict[str, Any]]]:
    """Headlines of the warehouse, and where they jumped since the current release."""
    before = shelf.current_manifest(settings.releases) or {}
    with reading(settings.warehouse_file, settings.memory) as connection:
        figures = headlines(connection, metrics, settings.min_cell_size)
        return figures, jumps(before.get("headlines", {}), figures, bounds(connection, city_day(settings.clock())))


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
