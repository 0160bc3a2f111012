"""Deliveries of one extract loaded by several processes, where there is much to load: a first night, a year read again.

Until all of them are judged together each delivery stands for itself, so it does not matter which process loads it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.processes import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from pipelines.landing.deliveries import Delivery

LEAST_BYTES = 8 << 20
"""Of files that would be read in less time than processes take to start."""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # renamed, removed or shut just now: whoever loads it says so
        return 0


@dataclass
class Crew:
    """Processes that start when they are first wanted, and stay for the next extract until they are dismissed.

    ``workplace`` makes in each of them what a load needs there, and is given where to say what becomes of deliveries.
    """

    size: int
    workplace: Callable[[Callable[[str], None]], Any]
    least_bytes: int = LEAST_BYTES
    _started: ExitStack = field(default_factory=ExitStack)
    _pool: Executor | None = None

    def shares(self, deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
        """What each process loads, in the order of dates; one share where that is too little to start several for it."""
        sizes = {delivery: sum(map(_size, delivery.files)) for delivery in deliveries}
        if self._pool is None and sum(sizes.values()) < self.least_bytes:
            return [list(deliveries)]
        shares: list[list[Delivery]] = [[] for _ in range(self.size)]
        for delivery in sorted(deliveries, key=lambda one: (-sizes[one], one.delivery_on)):
            min(shares, key=lambda share: sum(sizes[one] for one in share)).append(delivery)
        return [sorted(share, key=lambda one: one.delivery_on) for share in shares if share]

    @contextmanager
    def at_work(self) -> Iterator[Executor]:
        """The processes; where the block fails they end before it does, whatever they are at."""
        if self._pool is None:
            self._pool = self._started.enter_context(beside(self.size))
        try:
            yield self._pool
        except BaseException:
            self._pool = None
            with self._started.pop_all():
                raise

    def dismiss(self) -> None:
        """End them; they would hold their memory for as long as the run lasts."""
        self._pool = None
        self._started.close()
