"""Belongs here: how a run writes Dagster's own records. Does not belong here: what it writes of itself (``run_facts``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from typing import Any


def keep_engines() -> None:
    """Let the SQLite event log of this process open a file with one engine, and not with one for each event.

    Dagster makes a new SQLAlchemy engine for each event, and with it compiles the same statements anew: a sixth of what a night costs
    outside of dbt. An engine without a pool holds no connection between two events, so nothing else changes. With PostgreSQL, or where
    Dagster has no such name any more, this does nothing.
    """
    from dagster._core.storage.event_log.sqlite import sqlite_event_log

    create = getattr(sqlite_event_log, "create_engine", None)
    if create is not None and not hasattr(create, "engines"):
        setattr(sqlite_event_log, "create_engine", _kept(create))  # noqa: B010 - a name that the module does not export


def _kept(create: Any) -> Any:
    """``create``, called once for each address; Dagster opens an address with the same options each time."""
    engines: dict[str, Any] = {}

    def engine(address: str, **options: Any) -> Any:
        if address not in engines:
            engines[address] = create(address, **options)
        return engines[address]

    engine.engines = engines  # type: ignore[attr-defined] # says that the function is replaced already
    return engine
