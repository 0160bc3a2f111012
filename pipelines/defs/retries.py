"""Belongs here: what is tried again. Only what can pass on a second try is: a lock that somebody holds, a disk or network that
did not answer. Bad data, a broken rule, a failed test or a fault in the code stay what they are, however often one asks.
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import errno
import sqlite3
from types import TracebackType

import dagster as dg
import duckdb

RETRY = dg.RetryPolicy(max_retries=3, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""After 20, 60 and 140 seconds, more or less."""
TRANSIENT = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ETIMEDOUT, errno.EDEADLK,
     errno.ECONNRESET, errno.ECONNREFUSED, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ETXTBSY}
)  # fmt: skip
LOCKED = ("could not set lock on file", "conflicting lock is held", "database is locked")
"""How DuckDB and SQLite say that somebody else has the file open."""


SPEAKING = (duckdb.Error, sqlite3.OperationalError, dg.Failure)
"""Errors whose text says what happened: those of the engines, and of the dbt command."""


def is_transient(error: BaseException | None) -> bool:
    """Whether the same may pass when it is tried again; the causes of the error are asked too."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in TRANSIENT:
            return True
        if isinstance(error, SPEAKING) and any(phrase in str(error).lower() for phrase in LOCKED):
            return True
        error = error.__cause__
    return False


class OnlyTransientIsRetried:
    """Around the work of a step that has the policy ``RETRY``: whatever would fail again is raised so that it is not retried."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not isinstance(error, Exception) or isinstance(error, dg.RetryRequested) or is_transient(error):
            return
        if isinstance(error, dg.Failure):
            error.allow_retries = False
            return
        raise dg.Failure(f"{type(error).__name__}: {_first_lines(error)}", allow_retries=False) from error


def _first_lines(error: Exception) -> str:
    return "\n".join(str(error).strip().splitlines()[:40])
