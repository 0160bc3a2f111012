"""What is tried again, and what is not."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines.defs.retries import RETRY, OnlyTransientIsRetried, is_transient
from pipelines.landing.refusals import UnreadableFileError


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


PASSING = [
    OSError(errno.EIO, "input/output error"),
    OSError(errno.ESTALE, "stale file handle"),
    duckdb.IOException("IO Error: Could not set lock on file x: Conflicting lock is held in process 7"),
    sqlite3.OperationalError("database is locked"),
    dg.Failure("dbt failed: Could not set lock on file warehouse.duckdb"),
    caused(RuntimeError("step"), OSError(errno.ETIMEDOUT, "timed out")),
]
LASTING = [
    OSError(errno.ENOSPC, "no space left on device"),
    FileExistsError(errno.EEXIST, "a release exists already"),
    PermissionError(errno.EACCES, "permission denied"),
    duckdb.IOException("IO Error: No files found that match"),
    ValueError("database is locked"),
    UnreadableFileError("x.csv", "reader_failed", detail="ValueError"),
    dg.Failure("dbt: 3 tests failed"),
]


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_locks_and_disks_pass_on_a_second_try(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", LASTING, ids=str)
def test_bad_data_and_full_disks_do_not(error: Exception) -> None:
    assert not is_transient(error)


def attempts(*errors: Exception) -> tuple[bool, int]:
    """Whether a step that raises these one after the other succeeds in the end, and how often it was tried."""
    policy = dg.RetryPolicy(max_retries=RETRY.max_retries, delay=0)
    raised = list(errors)
    tried = []

    @dg.op(retry_policy=policy)
    def work() -> None:
        tried.append(1)
        with OnlyTransientIsRetried():
            if raised:
                raise raised.pop(0)

    @dg.job
    def trial() -> None:
        work()

    result: Any = trial.execute_in_process(raise_on_error=False)
    return result.success, len(tried)


def test_through_dagster_a_lock_is_tried_again_until_it_is_free() -> None:
    assert attempts(PASSING[2], PASSING[0]) == (True, 3)
    assert attempts(*[PASSING[0]] * 9) == (False, 1 + RETRY.max_retries)


@pytest.mark.parametrize("error", LASTING, ids=str)
def test_through_dagster_bad_data_is_tried_once(error: Exception) -> None:
    assert attempts(error) == (False, 1)
