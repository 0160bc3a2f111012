"""Belongs here: ending runs whose process is gone. Does not belong here: its data (``recovery``).

A process that is killed cannot tell Dagster that it ended: its run would count as started for ever, and keep its place in the
pools, for which every later run would wait. So a run that this program starts carries the process that it runs in.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from dagster import DagsterRunStatus

if TYPE_CHECKING:
    from dagster import DagsterInstance

PROCESS = "asn/process"
_BUSY = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def this_process() -> dict[str, str]:
    """The tag for a run in this process."""
    return {PROCESS: f"{socket.gethostname()}/{os.getpid()}/{_born(os.getpid())}"}


def end_dead_runs(instance: DagsterInstance) -> list[str]:
    """Report runs as failed whose process on this machine is gone, and free their places in the pools; returns their ids."""
    ended = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_BUSY)):
        host, _, process = run.tags.get(PROCESS, "").partition("/")
        number, _, born = process.partition("/")
        if host != socket.gethostname() or (born and _born(int(number)) == born):
            continue
        instance.report_run_failed(run, "The process of this run ended without a word: killed, or the machine stopped.")
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        ended.append(run.run_id)
    return ended


def _born(pid: int) -> str:
    """When a process began, in ticks since the machine started (a number may be given again); empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
