"""Belongs here: how a run writes Dagster's own records. Does not belong here: what it writes of itself (``run_facts``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import importlib
import sqlite3
from typing import Any

from sqlalchemy import event

_STORAGES = ("dagster._core.storage.event_log.sqlite.sqlite_event_log", "dagster._core.storage.runs.sqlite.sqlite_run_storage")


def keep_files_open() -> None:
    """Let the SQLite records of this process stay open from one event to the next.

    Dagster makes a new SQLAlchemy engine for each event, and with it compiles the same statements anew; and as it closes the last
    connection to the file each time, SQLite moves the event from the log ahead into the file and waits for the disk, twice. A night has
    thousands of events: on a slow disk it waited longer than it worked. Here a file has one engine and one connection that does nothing,
    and the log ahead is synced when it is moved and not with each event: a power cut can cost the last events of Dagster's record,
    never its soundness, and nothing of the lake, the warehouse or a release. With PostgreSQL, or where Dagster has no such names any
    more, this does nothing.
    """
    for name in _STORAGES:
        module = importlib.import_module(name)
        create = getattr(module, "create_engine", None)
        if create is not None and not hasattr(create, "engines"):
            setattr(module, "create_engine", _kept(create))  # noqa: B010 - a name that the module does not export


def _kept(create: Any) -> Any:
    """``create``, called once for each address; Dagster opens an address with the same options each time."""
    engines: dict[str, Any] = {}

    def engine(address: str, **options: Any) -> Any:
        if address not in engines:
            engines[address] = create(address, **options)
            event.listen(engines[address], "connect", _Keeper(engines[address].url.database))
        return engines[address]

    engine.engines = engines  # type: ignore[attr-defined] # says that the function is replaced already
    return engine


class _Keeper:
    """Holds a file with a log ahead open as soon as it has one. A file without one is left as it is: its syncs keep it sound."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._held: sqlite3.Connection | None = None

    def __call__(self, connection: sqlite3.Connection, _record: Any) -> None:
        (mode,) = connection.execute("pragma journal_mode").fetchone()
        if mode != "wal" or self._path is None:
            return
        connection.execute("pragma synchronous = normal")
        if self._held is None:
            self._held = sqlite3.connect(self._path, check_same_thread=False)
            self._held.execute("select count(*) from sqlite_master").fetchone()  # only who has read holds the log ahead open
