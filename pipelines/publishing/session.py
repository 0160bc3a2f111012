"""A session on the databases of a release that can read them and nothing else: no other file, no network, no change of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.reading import attach, reader

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def open_session(release: Path, *, restricted: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a release; tables of both databases can be named with and without ``open.`` and ``restricted.``.

    Args:
        release: its folder; the link ``current`` is followed once, so that a session stays with one release.
        restricted: the restricted database too; its tables come before open ones of the same name.

    Raises:
        FileNotFoundError: there is no such release.
    """
    audiences = ("restricted", "open") if restricted else ("open",)
    paths = {audience: release.resolve() / audience / DATABASE for audience in audiences}
    for path in paths.values():
        if not path.is_file():
            raise FileNotFoundError(path)
    connection = reader()
    for audience, path in paths.items():
        attach(connection, path, audience, read_only=True)
    connection.execute(f"set search_path = '{','.join(f'{audience}.main' for audience in audiences)}'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
