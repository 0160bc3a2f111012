"""How the step that builds the warehouse reads what dbt does: what becomes of dbt when the step fails, and what dbt need not make."""

import subprocess
import sys
from types import SimpleNamespace

import dagster as dg
import pytest

from pipelines.building import warehouse, warehouse_file
from pipelines.defs import warehouse_assets
from pipelines.settings import Settings

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


@pytest.mark.parametrize("program", ["print('ready', flush=True); import time; time.sleep(600)", STUBBORN], ids=["obedient", "stubborn"])
def test_dbt_does_not_outlive_a_step_that_failed(monkeypatch, program) -> None:
    monkeypatch.setattr(warehouse_assets, "GRACE_SECONDS", 0.2)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        def events():
            raise OSError("the disk is gone")
            yield

        build = SimpleNamespace(process=process, stream_raw_events=events)
        context = SimpleNamespace(selected_asset_check_keys=[])
        with pytest.raises(OSError, match="the disk is gone"):
            list(warehouse_assets._events(context, build, None, {}))
        assert process.poll() is not None


def test_a_build_that_failed_names_the_tests_that_failed_and_how_they_are_mended() -> None:
    """Not what dbt prints of hundreds of others that passed, or were skipped for them."""
    nodes = {
        "test.one": {"name": "one", "config": {"meta": {"how_to_resolve": "Load the delivery again."}}},
        "test.two": {"name": "two", "config": {"meta": {}}},
        "model.three": {"name": "three", "config": {}},
    }
    results = [("test.one", "LogTestResult", "fail"), ("test.two", "LogTestResult", "fail"), ("test.two", "LogTestResult", "warn"),
               ("model.three", "LogModelResult", "error")]  # fmt: skip

    def events():
        for node, kind, status in results:
            data = {"node_info": {"unique_id": node}, "name": nodes[node]["name"], "status": status, "num_failures": 3}
            raw = {"info": {"name": kind}, "data": data}
            yield SimpleNamespace(raw_event=raw, to_default_asset_events=lambda *_: [])
        raise dg.Failure("dbt failed with exit code 1: 725 of 773 F")

    manifest = {"nodes": {name: {**node, "resource_type": "test", "depends_on": {"nodes": []}} for name, node in nodes.items()}}
    build = SimpleNamespace(
        process=SimpleNamespace(poll=lambda: 1), stream_raw_events=events, manifest=manifest, dagster_dbt_translator=None
    )
    context = SimpleNamespace(selected_asset_check_keys=[])
    with pytest.raises(dg.Failure) as failure:
        list(warehouse_assets._events(context, build, None, {}))
    assert failure.value.description == (
        "test one found 3 rows: Load the delivery again.; test two found 3 rows: quality.refresh_test_results in the warehouse says how it "
        "is resolved; three could not be built or tested: logs/dbt_output.log says why"
    )
    assert isinstance(failure.value.__cause__, dg.Failure)


def test_what_is_unchanged_is_told_before_what_reads_it_and_once() -> None:
    """`table` reads `upper`, a view of the view `lower`; dbt tells of the table alone."""
    parents = {"table": ["upper", "lower", "other"], "upper": ["lower"], "lower": ["seed"]}
    unchanged = {name: dg.AssetKey(name) for name in ("aside", "upper", "lower")}
    told = [result.asset_key.to_user_string() for result in warehouse_assets._above("table", unchanged, parents)]
    assert told == ["lower", "upper"]
    assert list(warehouse_assets._above("table", unchanged, parents)) == []
    assert list(unchanged) == ["aside"]


@pytest.mark.parametrize(
    ("stamp", "engine", "stand"),
    [
        ({}, "duckdb", []),
        ({"seeds": "this"}, "duckdb", [warehouse.SEEDS]),
        ({"seeds": "this", "views": "this"}, "duckdb", [warehouse.SEEDS, warehouse.VIEWS]),
        ({"seeds": "this", "views": "this"}, "spark", [warehouse.SEEDS]),
        ({"seeds": "another", "views": "another"}, "duckdb", []),
    ],
)
def test_seeds_and_views_stand_until_the_project_changes(monkeypatch, tmp_path, stamp, engine, stand) -> None:
    monkeypatch.setattr(warehouse, "project_digest", lambda: "this")
    settings = Settings(home=tmp_path, engine=engine)
    settings.build.mkdir(parents=True)
    warehouse_file.note_also(settings, **stamp)
    assert warehouse.what_stands(settings) == [], "there is no file"
    settings.warehouse_file.touch()
    assert warehouse.what_stands(settings) == stand


def test_a_build_that_is_done_leaves_views_that_stand_and_one_that_broke_off_none(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(warehouse, "project_digest", lambda: "this")
    settings = Settings(home=tmp_path)
    warehouse.begin_build(settings, "digest")
    assert warehouse.what_stands(settings) == []
    settings.warehouse_file.touch()
    warehouse.finish_build(settings)
    assert warehouse.what_stands(settings) == [warehouse.VIEWS]
    warehouse.begin_build(settings, "digest")
    assert warehouse.what_stands(settings) == [warehouse.VIEWS]
    warehouse.begin_build(settings, "digest")
    assert warehouse.what_stands(settings) == []
    assert not settings.warehouse_file.exists()
