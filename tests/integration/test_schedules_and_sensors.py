"""Schedules, sensors, pools and configuration through Dagster's own API, on an installation without a delivery or with a few."""

from __future__ import annotations

import dataclasses
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from data_quality.contract import load_contracts
from pipelines.commands.main import FORMER_DAGSTER_YAML, _prepare
from pipelines.definitions import build_definitions
from pipelines.defs.dead_runs import PROCESS, this_process
from pipelines.defs.extract_assets import Deliveries, op_name
from pipelines.defs.jobs import ARRIVAL, BY_COMMAND, refresh_config
from pipelines.defs.release_assets import _course, _headline_table
from pipelines.defs.warehouse_assets import RECORDS_OF_RUNS
from pipelines.lake.runs import runs_folder
from pipelines.loading.arrivals import Cursor
from pipelines.settings import Settings
from tests.conftest import employee, write_employees
from tests.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2200, 11, 24, 3, tzinfo=UTC)
"""Far ahead of the files of a test, so that they count as untouched for long."""
DAY = date(2200, 11, 20)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, because dbt is parsed for it."""
    return tmp_path_factory.mktemp("schedules")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as kept:
        yield kept


@pytest.fixture(scope="module")
def settings(home: Path, receiver: Receiver) -> Settings:
    settings = Settings(home=home, now=NOW, alert_urls=receiver.channel, heartbeat_url=receiver.url("/beat"))
    _prepare(settings)
    return settings


@pytest.fixture(scope="module")
def defs(settings: Settings) -> dg.Definitions:
    return build_definitions(settings)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as found:
        yield found


def landing_look(defs: dg.Definitions, instance: dg.DagsterInstance, cursor: str | None) -> Any:
    return defs.get_sensor_def("landing").evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs))


def test_everything_loads_and_runs_from_the_start_but_releases_by_day(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()
    schedules = {schedule.name: schedule.default_status.value for schedule in repository.schedule_defs}
    assert schedules == {"nightly": "RUNNING", "late_deliveries": "RUNNING"}
    sensors = {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs}
    assert sensors == {
        "landing": "RUNNING",
        "after_failure": "RUNNING",
        "after_success": "RUNNING",
        "default_automation_condition_sensor": "STOPPED",
    }


def test_every_step_that_writes_holds_the_lock_and_a_pool_and_no_job_starts_a_second_process(defs: dg.Definitions) -> None:
    for name in ("nightly_refresh", "load_deliveries", "marts_after_deliveries", "replay"):
        job = defs.resolve_job_def(name)
        assert job.executor_def.name == "in_process", name
        assert job.tags.get("asn/writes") == "warehouse", name
        for node in job.graph.nodes:
            if node.name != "quality_records":
                assert "run_lock" in node.definition.required_resource_keys, node.name
                assert node.definition.pool in {"lake", "warehouse"}, node.name


def test_dagster_starts_one_writing_run_at_a_time(instance: dg.DagsterInstance) -> None:
    config = instance.get_concurrency_config().run_queue_config
    assert config is not None
    assert config.tag_concurrency_limits == [{"key": "asn/writes", "limit": 1}]
    assert instance.run_monitoring_enabled


def test_an_old_configuration_is_replaced_and_a_changed_one_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    _prepare(settings)
    path = settings.dagster_home / "dagster.yaml"
    written = path.read_text()
    path.write_text(FORMER_DAGSTER_YAML[0])
    _prepare(settings)
    assert path.read_text() == written
    path.write_text("telemetry: {enabled: false}\n")
    _prepare(settings)
    assert path.read_text() == "telemetry: {enabled: false}\n"


def test_the_nightly_schedule_asks_for_a_run_that_dagster_accepts(defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
    schedule = defs.get_schedule_def("nightly")
    data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW))
    (request,) = data.run_requests or []
    assert dg.validate_run_config(defs.resolve_job_def("nightly_refresh"), request.run_config)
    assert {op["config"]["complete_only"] for op in request.run_config["ops"].values()} == {True}, "no file that is still being copied"


def test_a_delivery_is_asked_for_loaded_and_its_outcome_told(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, receiver: Receiver
) -> None:
    """The whole way: sensor tick, the run that it asks for, the sensor after it."""
    write_employees(settings.landing, DAY, [employee(number) for number in range(60)])
    tick = landing_look(defs, instance, None)
    (request,) = tick.run_requests
    assert request.run_key.startswith(f"hr/employees/{DAY}/")
    assert request.tags["asn/delivery"] == str(DAY)
    assert landing_look(defs, instance, tick.cursor).run_requests == []

    job = defs.resolve_job_def("load_deliveries")
    result = job.execute_in_process(
        instance=instance, run_config=request.run_config, asset_selection=request.asset_selection, raise_on_error=False
    )
    assert result.success
    contract = next(contract for contract in load_contracts() if contract.extract == "hr/employees")
    assert settings.lake.records(contract)[DAY].rows_accepted == 60
    assert {check.check_name: check.passed for check in result.get_asset_check_evaluations()}["delivered_in_time"] is False
    assert landing_look(defs, instance, None).run_requests == [], "what is in the lake is not asked for, cursor or not"

    after = defs.get_sensor_def("after_success")
    context = dg.build_run_status_sensor_context("after_success", result.all_events[-1], instance, result.dagster_run)
    after(context)
    assert "extract stale: hr/employees" in receiver.titles, "the delivery is four days old by the clock of the installation"
    assert receiver.gets == [], "only a night is a heartbeat"
    rows = [row for path in runs_folder(settings.lake.root).glob("2*.parquet") for row in _rows(path)]
    mine = {row["step"]: row for row in rows if row["run_id"] == result.run_id}
    assert mine["hr_employees"]["rows_in"] == mine["hr_employees"]["rows_out"] == 60
    assert mine["hr_employees"]["bytes"] == sum(path.stat().st_size for path in (settings.landing / "hr" / "pegawai").iterdir())
    assert mine["hr_employees"]["status"] == "success"


def _rows(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def test_a_failed_run_is_recorded_and_told_by_the_sensor(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("199001012015011900")

    monkeypatch.setattr("pipelines.defs.extract_assets.refresh_extract", fail)
    job = defs.resolve_job_def("load_deliveries")
    result = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    sensor = defs.get_sensor_def("after_failure")
    context = dg.build_run_status_sensor_context("after_failure", result.all_events[-1], instance, result.dagster_run).for_run_failure()
    sensor(context)
    post = next(post for post in receiver.posts if post["title"] == "run failed: load_deliveries")
    assert "ValueError" in post["message"]
    assert "199001012015011900" not in post["message"]
    rows = [row for path in runs_folder(settings.lake.root).glob("2*.parquet") for row in _rows(path)]
    assert {row["status"] for row in rows if row["run_id"] == result.run_id and row["step"] == "hr_employees"} == {"failure"}


def test_the_schedule_looks_back_31_days_and_remembers_nothing(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    today = date(2200, 11, 24)
    files = [write_employees(settings.landing, today - timedelta(days=ago), [employee(1)], "_late") for ago in (31, 32)]
    schedule = defs.get_schedule_def("late_deliveries")
    try:
        for _ in range(2):
            data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW))
            assert [request.tags["asn/delivery"] for request in data.run_requests or []] == [str(today - timedelta(days=31))]
            assert all(dg.validate_run_config(defs.resolve_job_def("load_deliveries"), r.run_config) for r in data.run_requests or [])
    finally:
        for path in files:
            path.unlink()
    data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW))
    assert not data.run_requests
    assert "is in the lake" in str(data.skip_message)


def test_the_marts_follow_deliveries_that_were_loaded_by_day_and_nothing_else(defs: dg.Definitions, tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:

        def asked(tags: dict[str, str], cursor: Any) -> tuple[list[str], Any]:
            run = instance.create_run_for_job(defs.resolve_job_def("load_deliveries"), tags=tags)
            event = dg.AssetMaterialization(dg.AssetKey(["quality", "loads"]))
            instance.report_dagster_event(
                dg.DagsterEvent(
                    event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value, job_name="load_deliveries",
                    event_specific_data=_materialised(event),
                ),
                run_id=run.run_id,
            )  # fmt: skip
            found = dg.evaluate_automation_conditions(defs, instance, cursor=cursor)
            return [result.key.job_name for result in found.results if result.true_subset.size], found.cursor

        first = dg.evaluate_automation_conditions(defs, instance)
        assert first.total_requested == 0
        by_night, cursor = asked({}, first.cursor)
        assert by_night == []
        by_day, _ = asked(ARRIVAL, cursor)
        assert by_day == ["marts_after_deliveries"]


def _materialised(event: dg.AssetMaterialization) -> Any:
    from dagster._core.events import StepMaterializationData

    return StepMaterializationData(event)


def test_the_job_after_deliveries_builds_whole_parts(defs: dg.Definitions) -> None:
    """A subset of a part would not be noted as done, and a release could hold half a build."""
    nightly, by_day = (defs.resolve_job_def(name) for name in ("nightly_refresh", "marts_after_deliveries"))

    names = {node.name for node in by_day.graph.nodes}
    assert {"warehouse", "release"} <= names
    assert not names & {op_name(contract) for contract in load_contracts()}
    for node in by_day.graph.nodes:
        outputs = {output.name for output in node.definition.output_defs}
        assert outputs == {output.name for output in nightly.get_node_named(node.name).definition.output_defs}, node.name


@pytest.mark.parametrize(
    ("asked", "extracts", "warehouse"),
    [
        ({}, None, None),
        ({"first_on": "2026-01-01", "last_on": "2026-03-31"}, {"first_on": "2026-01-01", "last_on": "2026-03-31", "again": True}, None),
        ({"first_on": "2026-01-01"}, {"first_on": "2026-01-01", "last_on": "", "again": True}, None),
        ({"rebuild": "lake"}, {"nothing": True}, {"anew": True}),
        ({"rebuild": "landing"}, {"again": True}, {"anew": True}),
    ],
)
def test_what_a_refresh_is_asked_for_becomes_configuration(
    defs: dg.Definitions, asked: dict[str, str], extracts: dict[str, Any] | None, warehouse: dict[str, Any] | None
) -> None:
    config = refresh_config(**asked)
    assert dg.validate_run_config(defs.resolve_job_def("nightly_refresh"), config)
    for contract in load_contracts():
        assert config["ops"].get(op_name(contract)) == ({"config": extracts} if extracts else None)
    assert config["ops"].get("warehouse") == ({"config": warehouse} if warehouse else None)


def test_a_range_holds_its_ends() -> None:
    days = Deliveries(first_on="2026-01-01", last_on="2026-03-31").days()
    assert days is not None
    assert [date(2025, 12, 31) in days, date(2026, 1, 1) in days, date(2026, 3, 31) in days, date(2026, 4, 1) in days] == [
        False, True, True, False,
    ]  # fmt: skip
    assert len(days) == 90
    assert len(list(days)) == 90
    assert Deliveries().days() is None
    assert Deliveries(nothing=True).days() == frozenset()
    assert date(1999, 1, 1) in (Deliveries(last_on="2026-01-01").days() or ())
    with pytest.raises(ValueError, match="before it begins"):
        Deliveries(first_on="2026-02-01", last_on="2026-01-01").days()


def test_runs_of_the_command_are_left_to_the_command(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, receiver: Receiver
) -> None:
    before = len(receiver.posts)
    job = defs.resolve_job_def("load_deliveries")
    result = job.execute_in_process(
        instance=instance, run_config={"ops": {"hr_units": {"config": {"nothing": True}}}},
        asset_selection=[dg.AssetKey(["hr", "units"]), dg.AssetKey(["hr", "units_rejected"])], tags={BY_COMMAND: "true"},
    )  # fmt: skip
    context = dg.build_run_status_sensor_context("after_success", result.all_events[-1], instance, result.dagster_run)
    defs.get_sensor_def("after_success")(context)
    assert len(receiver.posts) == before
    rows = [row for path in runs_folder(settings.lake.root).glob("2*.parquet") for row in _rows(path)]
    assert result.run_id not in {row["run_id"] for row in rows}


def test_a_run_of_a_killed_command_keeps_nobody_waiting_and_is_told(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, receiver: Receiver
) -> None:
    def begun(process: str) -> str:
        tags = {BY_COMMAND: "true", PROCESS: process}
        return instance.create_run_for_job(defs.resolve_job_def("nightly_refresh"), tags=tags, status=dg.DagsterRunStatus.STARTED).run_id

    def status(run_id: str) -> str:
        found = instance.get_run_by_id(run_id)
        assert found is not None
        return found.status.value

    alive, killed = begun(this_process()[PROCESS]), begun(f"{socket.gethostname()}/{2**22 + 1}/1")
    landing_look(defs, instance, None)
    assert (status(alive), status(killed)) == ("STARTED", "FAILURE")
    instance.report_run_canceled(instance.get_run_by_id(alive))
    (post,) = [post for post in receiver.posts if post["title"] == "run failed: nightly_refresh"]
    assert "the run did not end by itself" in post["message"]


def test_a_growing_file_waits_in_the_sensor(home: Path, defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings) -> None:
    import os

    path = write_employees(settings.landing, DAY + timedelta(days=1), [employee(number) for number in range(60)])
    try:
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        tick = landing_look(defs, instance, None)
        assert tick.run_requests == []
        assert "1 files are not complete yet" in str(tick.skip_message)
        assert len(Cursor.from_text(tick.cursor).seen) == 1
        assert len(landing_look(defs, instance, tick.cursor).run_requests) == 1
    finally:
        path.unlink()


def test_json_lines_are_configured_for_the_runs_of_schedules(settings: Settings) -> None:
    from pipelines.defs.jobs import run_config

    assert run_config(settings) == {}
    chatty = settings.model_copy(update={"log_format": "json"})
    assert run_config(chatty, {"ops": {}}) == {"ops": {}, "loggers": {"lines": {}}}
    assert dataclasses.is_dataclass(Cursor)


# --- what the graph says of itself ------------------------------------------------------------------------------------------


def test_every_asset_says_who_answers_for_it_what_it_is_and_where_its_code_is(defs: dg.Definitions) -> None:
    specs = [spec for spec in defs.resolve_all_asset_specs() if spec.key not in {one.key for one in RECORDS_OF_RUNS}]
    assert len(specs) > 200
    for spec in specs:
        name = spec.key.to_user_string()
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.description, name
        assert spec.group_name != "default", name
        for link in spec.metadata["dagster/code_references"].code_references:
            assert Path(link.file_path).is_file(), name
        assert "dagster/column_schema" in spec.metadata or name == "release"


def test_an_office_answers_for_its_extract_and_an_open_mart_has_its_page(defs: dg.Definitions, settings: Settings) -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    assert list(specs["hr/units"].owners) == ["team:Bagian Organisasi, Sekretariat Daerah"]
    assert specs["open/service_quality"].metadata["page"].path.endswith("site/mart/service_quality.html")
    assert "page" not in specs["restricted/talent_box"].metadata
    assert specs["refresh/test_results"].group_name == "quality"


def test_the_course_of_a_headline_is_drawn_from_its_lowest_to_its_highest() -> None:
    assert _course([1, 2, 3]) == "▁▅█"
    assert _course([5]) == "▁"
    table = str(_headline_table({"decline_rate": {"2025": {"value": 0.1, "n": 1000}, "2026": {"value": 0.2, "n": 1200}}, "none": {}}).value)
    assert table.splitlines()[2:] == ["| decline_rate | 2026 | 0.2 | 1,200 | ▁█ |"]
