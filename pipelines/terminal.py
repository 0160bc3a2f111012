"""What a command says: to people on a terminal, or to a machine as one JSON document; and how far it has come.

With ``--json`` the standard output holds the document and nothing else, and everything for people goes to the standard error. What a
command cannot do it says on the standard error either way.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from pipelines.run_lock import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Told = Callable[[float, float | None], None]
    """Is told how much is done, and of how much if that is known."""

CANNOT, NOT_IN_ORDER, TO_DO = 1, 2, 3
EXIT_CODES = (
    f"Exit codes of every command: 0 done; {CANNOT} it cannot be done; {NOT_IN_ORDER} wrongly called, or what was looked at is not in "
    f"order; {TO_DO} somebody has to do something (status --strict); {BUSY} another process is writing, try again later."
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def _choose(as_json: bool) -> bool:
    console.stderr = as_json
    return as_json


AsJson = Annotated[bool, typer.Option("--json", callback=_choose, help="One JSON document, for machines; messages on standard error.")]


def answer(document: Any) -> None:
    """Write the document of a command that was asked for JSON."""
    sys.stdout.write(json.dumps(_plain(document), indent=1, ensure_ascii=False, default=str) + "\n")


def _plain(value: Any) -> Any:
    """A value as JSON knows it: numbers as numbers, what is not a number as null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if hasattr(value, "as_tuple"):  # Decimal
        value = float(value)
    elif hasattr(value, "item"):  # a number of numpy
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def plain(text: object) -> str:
    """A text that files or people wrote, as the console prints it whole: ``Skor [/100]`` is no markup, and would end what prints it."""
    return escape(str(text))


def complain(text: object) -> None:
    """Say what is wrong; the text is never read as markup."""
    errors.print(Text(str(text), style="red"), soft_wrap=True)


def fail(text: object, code: int = CANNOT) -> NoReturn:
    """Say what is wrong and end the command."""
    complain(text)
    raise typer.Exit(code) from None


@contextmanager
def progress(what: str) -> Iterator[Told]:
    """Show how far a command has come while it runs; nothing unless a person looks at a terminal."""
    if console.stderr or not console.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
