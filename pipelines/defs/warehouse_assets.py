"""Belongs here: the dbt models as assets, and how dbt's names become asset keys. Does not belong here: SQL (``dbt_project``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import contextlib
import importlib.metadata
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version
from pydantic import Field

from pipelines.building import spark_warehouse, steps, warehouse, warehouse_file
from pipelines.defs.origin import PLATFORM, code, owners, page
from pipelines.defs.resources import LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts, steps_of_run
from pipelines.engine import reading
from pipelines.lake.runs import write_run
from pipelines.operations import recovery
from pipelines.settings import Settings


class Build(dg.Config):
    """How the warehouse is built."""

    anew: bool = Field(default=False, description="Begin with an empty warehouse, even when nothing has changed.")


GRACE_SECONDS = 30
"""What dbt gets to end by itself when the step that runs it has failed."""
TESTS = "dbt_tests"
"""The one check of each model and seed in which its dbt tests are shown."""


class WarehouseTranslator(DagsterDbtTranslator):
    """Sources are the extract assets; models stand under their layer; all dbt tests of a model are one check."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.installation = settings

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A check for each of hundreds of tests would cost more than the tests; each of them is a row of the mart ``check_results``."""
        if asset_spec.key not in self.tables_of(manifest, unique_id):
            return None
        return dg.AssetCheckSpec(TESTS, asset=asset_spec.key, description="All dbt tests of this table.")

    def tables_of(self, manifest: Mapping[str, Any], test_id: str) -> set[dg.AssetKey]:
        """What a test is about: the table it stands at, or all that it reads where it stands alone."""
        test = manifest["nodes"][test_id]
        about = [test["attached_node"]] if test.get("attached_node") else test["depends_on"]["nodes"]
        return {self.get_asset_key(manifest["nodes"][node]) for node in about if node in manifest["nodes"]}

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The office that answers for a table; what belongs to none is the platform's."""
        return owners(dbt_resource_props.get("meta", {}).get("owner") or PLATFORM)

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """The SQL and the description of a table as links, and of an open mart its page in the site."""
        metadata = dict(super().get_metadata(dbt_resource_props))
        places = (dbt_resource_props.get("original_file_path"), str(dbt_resource_props.get("patch_path") or "").partition("://")[2])
        metadata |= code(warehouse.DBT_PROJECT / place for place in places if place)
        if self.installation and dbt_resource_props["schema"] == "open":
            metadata |= page(self.installation, dbt_resource_props["name"])
        return metadata

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return {"open": "marts_open", "restricted": "marts_restricted", "reference": "rules", "rules": "rules"}.get(
            dbt_resource_props["schema"], f"warehouse_{dbt_resource_props['schema']}"
        )


class Dbt(DbtCliResource):
    """The dbt command, without what a night would wait seconds for: dbt's adapter in this process, which is asked for nothing,
    and the version that the command says of itself, which is that of the package.
    """

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:
        del args

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))


def dbt_resource() -> DbtCliResource:
    return Dbt(project_dir=str(warehouse.DBT_PROJECT), profiles_dir=str(warehouse.DBT_PROJECT), dbt_executable=warehouse.dbt_executable())


RECORDS_OF_RUNS = [
    dg.AssetSpec(
        ["quality", "runs"], group_name="quality", kinds={"parquet"}, owners=owners(PLATFORM),
        description="What each run did, step by step: written when a run begins to build and when it ends.",
    ),
    dg.AssetSpec(
        ["refresh", "test_results"], group_name="quality", kinds={"duckdb"}, owners=owners(PLATFORM),
        description="Results of the dbt tests of the last build, which dbt itself writes when it ends.",
    ),
]  # fmt: skip
"""Tables that models read and no asset makes: the run writes them by the way."""


def build_warehouse_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Every dbt model, in the parts that the Python steps leave, each part one asset definition."""
    return [_build_part(settings, number, part) for number, part in enumerate(steps.parts())]


def _build_part(settings: Settings, number: int, part: steps.Part) -> dg.AssetsDefinition:
    """One part. Only the first looks whether anything has changed: if not it builds nothing, and then nothing after it runs."""

    @dbt_assets(
        manifest=warehouse.manifest_path(settings),
        dagster_dbt_translator=WarehouseTranslator(settings),
        select=part.select,
        exclude=part.exclude or None,
        name=part.name,
        pool="warehouse",
        retry_policy=RETRY,
        required_resource_keys={"dbt", LOCK},
    )
    def dbt_models(context: dg.AssetExecutionContext, config: Build) -> Iterator[Any]:
        if number == 0 and not context.is_subset and not _begin(context, settings, anew=config.anew):
            return
        context.log.info(f"dbt build: {part.name}")
        steps.prepare_outputs(settings.build)
        if spark_warehouse.is_used(settings):
            context.log.info(f"{spark_warehouse.mirror(settings)} files copied to where Spark reads")
        unchanged = _unchanged(context, settings)
        arguments = warehouse.build_arguments(settings)
        log = settings.home / "logs" / "dbt_output.log"
        dbt: DbtCliResource = context.resources.dbt
        with OnlyTransientIsRetried(), log.open("a" if number else "w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
            with _told(settings.dbt_environment()):
                build = dbt.cli(arguments, context=context, target_path=settings.dbt_target)
            yield from _events(context, build, settings.dbt_target, unchanged)
        if spark_warehouse.is_used(settings):
            built = {".".join(key.path) for key in context.selected_asset_keys}
            spark_warehouse.fetch(settings, warehouse.read_manifest(settings), built)
        if not context.is_subset:
            warehouse.note_seeds(settings)
            warehouse.note_done(settings, part.name)
        _observe_marts(context, settings)
        log_facts(context, rows_out=_table_rows(settings), size=settings.warehouse_file.stat().st_size)

    return dbt_models


@contextlib.contextmanager
def _told(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment of what is started meanwhile: dbt takes that of this process, where what is for one build would stay for others."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _unchanged(context: dg.AssetExecutionContext, settings: Settings) -> dict[str, dg.AssetKey]:
    """What stands in the warehouse as it is among what is to be built, by dbt's name for it."""
    standing = warehouse.what_stands(settings)
    nodes = warehouse.read_manifest(settings)["nodes"].items()
    stand = {name: WarehouseTranslator().get_asset_key(node) for name, node in nodes if any(kind.holds(node) for kind in standing)}
    return {name: key for name, key in stand.items() if key in context.selected_asset_keys}


def _events(context: dg.AssetExecutionContext, build: DbtCliInvocation, target: Path, unchanged: dict[str, dg.AssetKey]) -> Iterator[Any]:
    """What dbt has done, with the tests of each table as one result, also when dbt breaks off.

    ``unchanged`` is yielded too, each before what reads it: what is not yielded counts as skipped, and with it all that reads it.
    """
    tests: dict[dg.AssetKey, list[dict[str, Any]]] = {key.asset_key: [] for key in context.selected_asset_check_keys}
    translator = WarehouseTranslator()
    failed: list[str] = []
    try:
        for event in build.stream_raw_events():
            node = event.raw_event["data"].get("node_info", {}).get("unique_id", "")
            failed += _failure(event.raw_event, build.manifest["nodes"].get(node, {}))
            if event.raw_event["info"]["name"] == "LogTestResult":
                result = event.raw_event["data"]
                for table in translator.tables_of(build.manifest, node) & tests.keys():
                    tests[table].append(result)
                continue
            made = list(event.to_default_asset_events(build.manifest, build.dagster_dbt_translator, context, target))
            if made:
                yield from _above(node, unchanged, build.manifest["parent_map"])
            yield from made
    except Exception as error:
        _end(build.process)
        yield from _check_results(tests)
        if failed:
            raise dg.Failure("; ".join(failed)) from error
        raise
    for node in list(unchanged):
        yield from _above(node, unchanged, build.manifest["parent_map"])
    yield from _check_results(tests)


_RESULTS = "quality.refresh_test_results in the warehouse says how it is resolved"


def _failure(event: Mapping[str, Any], node: Mapping[str, Any]) -> list[str]:
    """What has failed and how it is mended, in one sentence; empty for an event that tells of no failure."""
    kind, data = event["info"]["name"], event["data"]
    if kind == "LogTestResult" and data["status"] == "fail":
        mend = node.get("config", {}).get("meta", {}).get("how_to_resolve") or _RESULTS
        return [f"test {data['name']} found {data['num_failures']} rows: {mend}"]
    if kind in {"LogTestResult", "LogModelResult"} and data["status"] == "error":
        return [f"{node.get('name', 'a model')} could not be built or tested: logs/dbt_output.log says why"]
    return []


def _above(node: str, unchanged: dict[str, dg.AssetKey], parents: Mapping[str, list[str]]) -> Iterator[Any]:
    """A node and what it reads, as far as they are unchanged and were not yielded before: what is read first, each once."""
    for parent in parents.get(node, ()):
        if parent in unchanged:
            yield from _above(parent, unchanged, parents)
    if node in unchanged:
        yield dg.MaterializeResult(asset_key=unchanged.pop(node), metadata={"status": "unchanged"})


def _end(dbt: subprocess.Popen[bytes]) -> None:
    """End a dbt whose events nobody reads any more: it would go on writing the warehouse after the lock is gone."""
    if dbt.poll() is None:
        dbt.terminate()
        try:
            dbt.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            dbt.kill()
            dbt.wait()


def _check_results(tests: Mapping[dg.AssetKey, list[dict[str, Any]]]) -> Iterator[dg.AssetCheckResult]:
    """One result for each table of which a test has run; the names of those that failed or warned are in the metadata."""
    for table, results in tests.items():
        bad = {result["name"]: result["status"] for result in results if result["status"] != "pass"}
        severity = dg.AssetCheckSeverity.WARN if set(bad.values()) == {"warn"} else dg.AssetCheckSeverity.ERROR
        if results:
            yield dg.AssetCheckResult(
                asset_key=table,
                check_name=TESTS,
                passed=not bad,
                severity=severity,
                metadata={"tests": len(results), "not passed": dg.MetadataValue.json(bad)},
            )


def _begin(context: dg.AssetExecutionContext, settings: Settings, *, anew: bool) -> bool:
    """Whether there is anything to build; then the build has begun, and what the run has loaded is noted for the mart of runs."""
    for line in recovery.heal(settings):
        context.log.info(line)
    digest = warehouse.build_digest(settings)
    if not anew and digest == warehouse.last_build_digest(settings):
        context.log.info("nothing has changed since the last build")
        return False
    if anew:
        warehouse_file.discard(settings)
    warehouse.begin_build(settings, digest)
    write_run(settings.lake.root, settings.clock(), steps_of_run(context.instance, context.run_id, None))
    return True


def _observe_marts(context: dg.AssetExecutionContext, settings: Settings) -> None:
    """Rows of each mart that was built. An event of its own, because nobody else can read the file while dbt writes it."""
    with reading(settings.warehouse_file, settings.memory) as connection:
        found = connection.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables() where schema_name in ('open', 'restricted')"
        ).fetchall()
    for schema, name, n_rows in found:
        key = dg.AssetKey([schema, name])
        if key in context.selected_asset_keys:
            context.log_event(dg.AssetObservation(key, metadata={"dagster/row_count": n_rows}))


def _table_rows(settings: Settings) -> int:
    """Rows of all tables of the warehouse, as the engine counts them without reading any."""
    with reading(settings.warehouse_file, settings.memory) as connection:
        return int(connection.execute("select coalesce(sum(estimated_size), 0) from duckdb_tables()").fetchall()[0][0])
