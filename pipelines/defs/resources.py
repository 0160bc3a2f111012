"""Belongs here: what a run has while it runs. Does not belong here: how the lock works (``pipelines.run_lock``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from collections.abc import Iterator

import dagster as dg

from pipelines.loading.crew import Crew
from pipelines.operations import recovery
from pipelines.run_lock import run_lock
from pipelines.settings import Settings

LOCK = "run_lock"
"""Key of the resource that everything needs that writes the lake, the warehouse or a release."""


CREW = "crew"
"""Key of the resource that loads deliveries where there are many."""


def crew_resource(settings: Settings) -> dg.ResourceDefinition:
    """Processes for the extracts of a run; none is started before there is much to load."""

    @dg.resource(description="Processes that load deliveries where there are many.")
    def hold(_: dg.InitResourceContext) -> Iterator[Crew]:
        crew = Crew(settings.threads, settings.workplace_as_it_stands)
        try:
            yield crew
        finally:
            crew.dismiss()

    return hold


def lock_resource(settings: Settings) -> dg.ResourceDefinition:
    """The lock of the installation, held from the first step of a run to its last. A run of Dagster waits for its turn."""

    @dg.resource(description="One writer at a time, across processes. A run waits until whoever writes is done.")
    def hold(context: dg.InitResourceContext) -> Iterator[None]:
        name = f"the Dagster run {context.run_id}" if context.run_id else "a Dagster run"

        def told(holder: str) -> None:
            if context.log:
                context.log.info(f"waiting for {holder}")

        with run_lock(settings.lock_file, name, wait=True, told=told, clock=settings.clock):
            recovery.sweep(settings)
            yield

    return hold
