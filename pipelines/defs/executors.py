"""Belongs here: who carries out the steps of a run. Does not belong here: that one step writes at a time (``run_lock``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import importlib
import os
from typing import Any

import dagster as dg

from pipelines.settings import Settings

BROKER = "WAREHOUSE_CELERY_BROKER"


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """The executor of every job; ``asn refresh`` carries its steps out itself, whatever is set.

    One process takes a third of the CPU of one for each step, so it is the default. Workers serve where the parts of a night need machines
    of their own size. They write no faster: steps that write take turns by the lock of the installation, whose file all workers see.
    """
    chosen: dg.ExecutorDefinition = dg.in_process_executor
    if settings.executor == "celery":
        os.environ.setdefault(BROKER, settings.celery_broker.get_secret_value())
        address = {"env": BROKER}  # by its name: the configuration of a run is shown to whoever looks at the run
        chosen = _of("dagster_celery", "celery").celery_executor.configured({"broker": address, "backend": address})
    if settings.executor == "k8s":
        chosen = _of("dagster_k8s", "kubernetes").k8s_job_executor
    return chosen


def _of(package: str, extra: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise RuntimeError(f"this WAREHOUSE_EXECUTOR needs the extra `{extra}`: uv sync --extra {extra}") from error
