"""A run whose process is gone is ended; one whose process lives, or that is on another machine, is left alone."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from pipelines.defs import dead_runs
from pipelines.defs.dead_runs import PROCESS, end_dead_runs, this_process


@dg.op
def nothing() -> None: ...


@dg.job
def job() -> None:
    nothing()


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def begin(instance: dg.DagsterInstance, tags: dict[str, str], status: DagsterRunStatus = DagsterRunStatus.STARTED) -> str:
    return instance.create_run_for_job(job, status=status, tags=tags).run_id


def test_only_the_runs_of_processes_that_are_gone_are_ended(instance: dg.DagsterInstance) -> None:
    host, number, born = this_process()[PROCESS].split("/")
    assert born.isdigit()
    gone = begin(instance, {PROCESS: f"{host}/{2**22 + 1}/77"})
    given_again = begin(instance, {PROCESS: f"{host}/{number}/{int(born) - 1}"})
    alive = begin(instance, this_process())
    elsewhere = begin(instance, {PROCESS: "another/1/1"})
    of_the_daemon = begin(instance, {})
    finished = begin(instance, {PROCESS: f"{host}/{2**22 + 1}/77"}, DagsterRunStatus.SUCCESS)
    assert set(end_dead_runs(instance)) == {gone, given_again}
    states = {run.run_id: run.status.value for run in instance.get_runs()}
    assert [states[run] for run in (gone, given_again, alive, elsewhere, of_the_daemon, finished)] == ["FAILURE", "FAILURE", "STARTED", "STARTED", "STARTED", "SUCCESS"]  # fmt: skip
    assert end_dead_runs(instance) == []


def test_a_process_that_never_was_has_no_birth() -> None:
    assert dead_runs._born(2**22 + 1) == ""
