"""Functions at work in processes beside this one: Python computes on one core of a process, whatever it has.

A process starts anew (nothing is shared, no lock is inherited) and costs seconds before it is of use, so what is small is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Returns when it is done; what goes wrong is told where the result is asked for, as from another process."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - any error of the function is its outcome
            future.set_exception(error)
        return future


@contextmanager
def beside(count: int) -> Iterator[Executor]:
    """So many processes that take work until the block ends; none: all is done here, as it is in a worker of Celery, which may start none.

    When the block fails or this process is killed, they end too: nothing goes on writing after whoever holds the lock has gone.
    """
    if count < 1 or multiprocessing.current_process().daemon:
        yield Here()
        return
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent) as pool:
        try:
            yield pool
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.kill()  # SIGTERM may be ignored here, and then it is there
            pool.shutdown(cancel_futures=True)
            raise


def _end_with_parent() -> None:
    """Who presses Ctrl-C speaks to the parent; when that is gone, however, this process goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
