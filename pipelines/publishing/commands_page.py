"""The reference of ``asn`` as a page, from what the commands say of themselves: text, options, exit codes, examples."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pipelines.publishing.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_EXITS, _EXAMPLES = "Exit code ", "Examples: "
_INTRODUCTION = """# Commands

Every command of `asn`, as `asn COMMAND --help` shows it. `make setup` installs it as `.venv/bin/asn`. An argument or option that is
wrong ends a command with exit code 2 before it does anything; any other failure that has no code below ends it with 1. What each
command reads and writes lies under `WAREHOUSE_HOME`, see [settings](settings.md).
"""


@dataclass(frozen=True)
class Described:
    """What the text of a command holds."""

    words: tuple[str, ...]
    """Paragraphs."""
    exits: tuple[tuple[str, str], ...]
    """Code and meaning."""
    examples: tuple[str, ...]


def described(text: str) -> Described:
    """Take the text of a command apart: its last paragraphs are ``Exit code 0: ...; 1: ...`` and ``Examples: ...; ...``."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n")]
    words = tuple(one for one in paragraphs if not one.startswith((_EXITS, _EXAMPLES)))
    exits = next((one.removeprefix(_EXITS).removesuffix(".") for one in paragraphs if one.startswith(_EXITS)), "")
    examples = next((one.removeprefix(_EXAMPLES) for one in paragraphs if one.startswith(_EXAMPLES)), "")
    return Described(words, tuple(_exits(exits)), tuple(one.strip() for one in examples.split("; ") if one.strip()))


def _exits(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("; "):
        code, separator, meaning = part.partition(": ")
        if separator:
            yield code, meaning


def commands(command: Any, name: str = "asn") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its whole name, in the order of the help.

    Args:
        command: what ``typer.main.get_command`` makes of an app.
        name: what is typed to call it.
    """
    for part, below in _below(command).items():
        if _below(below):
            yield from commands(below, f"{name} {part}")
        else:
            yield f"{name} {part}", below


def commands_page(command: Any) -> str:
    """The page, without its first line."""
    lines = [_INTRODUCTION]
    for name, one in _below(command).items():
        lines += [f"## asn {name}\n"]
        if _below(one):
            lines += [f"{_sentence(one.help)}\n"]
            for whole, below in commands(one, f"asn {name}"):
                lines += [f"### {whole}\n", *_command(whole, below)]
        else:
            lines += _command(f"asn {name}", one)
    return "\n".join(lines)


def _below(command: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(command, "commands", {})
    return found


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _command(name: str, command: Any) -> list[str]:
    said = described(command.help or "")
    lines = [f"{paragraph}\n" for paragraph in said.words]
    lines += ["```sh", *said.examples, "```\n"]
    rows = [_parameter(parameter) for parameter in command.params]
    lines += table(("Argument or option", "What it is", "Default"), rows) if rows else [f"`{name}` has no options.\n"]
    return [*lines, *table(("Exit code", "Meaning"), said.exits)]


def _parameter(parameter: Any) -> Sequence[str]:
    is_argument = parameter.param_type_name == "argument"
    kind = parameter.type_descriptor.annotation
    is_flag = bool(getattr(parameter, "is_flag", False))
    name = (parameter.metavar or parameter.name.upper()) if is_argument else ", ".join(parameter.opts)
    meaning = parameter.help or ""
    if inspect.isclass(kind) and issubclass(kind, Enum):
        meaning += f" One of {', '.join(f'`{one.value}`' for one in kind)}."
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    shown = "required" if parameter.required else "off" if is_flag else "" if default in {None, ""} else f"`{default}`"
    return f"`{name}`", meaning, shown
