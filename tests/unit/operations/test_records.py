"""Dagster's own records of a run, as the command writes them."""

import importlib
import sqlite3

import pytest
from dagster import AssetMaterialization, DagsterInstance
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from pipelines.defs import records

pytestmark = pytest.mark.thorough


@pytest.fixture
def made(monkeypatch):
    """The addresses of the engines that were made, with the records of this process kept open."""
    made = []
    for name in records._STORAGES:
        module = importlib.import_module(name)
        real = module.create_engine
        monkeypatch.setattr(
            module, "create_engine", lambda address, _real=real, **options: made.append(address) or _real(address, **options)
        )
    records.keep_files_open()
    records.keep_files_open()
    return made


def report(instance: DagsterInstance, number: int) -> None:
    instance.report_runless_asset_event(AssetMaterialization("a", metadata={"number": number}))


def test_a_file_of_events_is_opened_with_one_engine(made, tmp_path) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        for number in range(5):
            report(instance, number)
        latest = instance.get_latest_materialization_event(AssetMaterialization("a").asset_key)
    assert latest is not None
    assert latest.asset_materialization.metadata["number"].value == 4
    assert len(made) == len(set(made)) > 0


def test_an_event_does_not_wait_for_the_disk_and_is_there_for_others_at_once(made, tmp_path) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        report(instance, 1)
        (index,) = tmp_path.rglob("index.db")
        assert index.with_name("index.db-wal").stat().st_size > 0, "the log ahead was moved into the file, as when its last reader leaves"
        with sqlite_event_log.create_engine(f"sqlite:///{index}").connect() as connection:
            assert connection.exec_driver_sql("pragma synchronous").scalar() == 1
        with sqlite3.connect(index) as other:
            assert other.execute("select count(*) from event_logs").fetchone()[0] > 0
        other.close()


def test_a_file_without_a_log_ahead_is_synced_as_ever(made, tmp_path) -> None:
    with sqlite_event_log.create_engine(f"sqlite:///{tmp_path / 'plain.db'}").connect() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
