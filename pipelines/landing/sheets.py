"""Workbooks and Parquet files as rows, parsed in a guarded process (``sheet_worker``)."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.landing.refusals import UnreadableFileError
from pipelines.landing.text_files import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.landing.limits import Limits

_MOST_FRAME_BYTES = 1 << 28


class _Worker:
    """A running parser of one file. It is stopped when the time of a pass is over, and when it is closed."""

    def __init__(self, path: Path, kind: str, limits: Limits, head_rows: int) -> None:
        self._name, self._limits = path.name, limits
        numbers = (limits.memory_mb, head_rows, limits.columns, limits.cell_chars, limits.line_chars)
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            [sys.executable, "-m", "pipelines.landing.sheet_worker", kind, str(path.resolve()), *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._is_late = False
        self._timer = threading.Timer(limits.seconds, self._stop_late)
        self._timer.daemon = True
        self._timer.start()

    def _stop_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def receive(self) -> Any:
        """The next frame, None for an empty one."""
        pipe = self._process.stdout
        assert pipe is not None
        head = pipe.read(4)
        size = struct.unpack(">I", head)[0] if len(head) == struct.calcsize(">I") else -1
        content = pipe.read(size) if 0 <= size <= _MOST_FRAME_BYTES else b""
        if size < 0 or len(content) < size:
            raise self._failure("memory")
        answer = json.loads(content) if content else None
        if answer is not None and "error" in answer:
            raise self._failure(answer["error"])
        return answer

    def ask_for(self, sheet: str) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(sheet).encode() + b"\n")
            pipe.close()
        except BrokenPipeError as error:
            raise self._failure("memory") from error

    def _failure(self, reason: str) -> UnreadableFileError:
        self.close()
        if self._is_late:
            return UnreadableFileError(self._name, "too_slow", seconds=self._limits.seconds)
        if reason == "memory":
            return UnreadableFileError(self._name, "too_much_memory", mb=self._limits.memory_mb)
        if reason == "password":
            return UnreadableFileError(self._name, "password")
        return UnreadableFileError(self._name, "damaged", detail=reason)

    def close(self) -> None:
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


@dataclass
class SheetFile:
    """A file with sheets: the first rows of each visible one, and its rows as often as wanted."""

    path: Path
    kind: str
    limits: Limits
    head_rows: int
    heads: dict[str, list[list[str]]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    is_from_1904: bool = False
    _waiting: _Worker | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Start a parser and take the first rows; the parser waits to be asked for the rest."""
        worker = _Worker(self.path, self.kind, self.limits, self.head_rows)
        answer = worker.receive()
        self.heads = {head["sheet"]: head["rows"] for head in answer["heads"]}
        self.hidden = tuple(answer["hidden"])
        self.is_from_1904 = answer["is_from_1904"]
        self._waiting = worker

    def rows(self, sheet: str) -> Iterator[Row]:
        """Every row of a sheet, from its first."""
        worker, self._waiting = self._waiting, None
        if worker is None:
            worker = _Worker(self.path, self.kind, self.limits, self.head_rows)
            worker.receive()
        try:
            worker.ask_for(sheet)
            number = 0
            while (frame := worker.receive()) is not None:
                faults: dict[str, str] = frame["faults"]
                for at, cells in enumerate(frame["rows"]):
                    number += 1
                    yield Row(number, cells, faults.get(str(at), "") if faults else "")
        finally:
            worker.close()

    def close(self) -> None:
        if self._waiting is not None:
            self._waiting.close()
            self._waiting = None

    def __del__(self) -> None:
        self.close()
