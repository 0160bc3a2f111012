"""Belongs here: the release as an asset, last in the graph. Does not belong here: how it is built (``pipelines.publishing``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from typing import Any

import dagster as dg

from pipelines import warehouse
from pipelines.publishing import release
from pipelines.settings import Settings


def build_release_asset(settings: Settings) -> dg.AssetsDefinition:
    """The release: only reached when every dbt model and blocking test before it has passed."""
    marts = release.published_marts(warehouse.read_manifest(settings))
    deps = [dg.AssetKey([mart.schema, mart.name]) for mart in {mart.name: mart for mart in marts}.values()]

    @dg.asset(key=dg.AssetKey(["release"]), deps=deps, group_name="release", kinds={"duckdb", "parquet"}, pool="warehouse",
              description="What readers get: open and restricted marts, a manifest, and the switch of `current`.")  # fmt: skip
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        results = warehouse.run_results(settings)
        tests = [result["status"] for result in results if result["unique_id"].startswith(("test.", "unit_test."))]
        facts = {
            "inputs": warehouse.inputs(settings),
            "tests": {status: tests.count(status) for status in sorted(set(tests))},
            "project": warehouse.project_digest(),
            "versions": {name: _version(name) for name in ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "pandas")},
        }
        folder = release.build_release(settings.warehouse_file, settings.releases, marts, min_cell_size=settings.min_cell_size, facts=facts)
        release.prune(settings.releases, settings.releases_kept)
        return dg.MaterializeResult(metadata={"release": folder.name, "path": dg.MetadataValue.path(str(folder)), "marts": len(deps)})

    return publish


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
