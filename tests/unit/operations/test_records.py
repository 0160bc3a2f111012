"""Dagster's own records of a run, as the command writes them."""

import pytest
from dagster import AssetMaterialization, DagsterInstance
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from pipelines.defs.records import keep_engines


@pytest.mark.thorough
def test_a_file_of_events_is_opened_with_one_engine(monkeypatch, tmp_path) -> None:
    made = []
    real = sqlite_event_log.create_engine
    monkeypatch.setattr(sqlite_event_log, "create_engine", lambda address, **options: made.append(address) or real(address, **options))
    keep_engines()
    keep_engines()
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        for number in range(5):
            instance.report_runless_asset_event(AssetMaterialization("a", metadata={"number": number}))
        latest = instance.get_latest_materialization_event(AssetMaterialization("a").asset_key)
    assert latest is not None
    assert latest.asset_materialization.metadata["number"].value == 4
    assert len(made) == len(set(made)) > 0
