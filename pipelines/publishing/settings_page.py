"""The settings of an installation as a page, from the class that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import SecretStr

from pipelines.publishing.tables import table
from pipelines.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_INTRODUCTION = """# Settings

An installation is set by environment variables and by nothing else; each is read once, and a wrong value stops a command before it does
anything, with the name of the variable. Secrets are never shown or logged. `deploy/systemd/environment.example` is a file to begin with.
"""


def settings_page() -> str:
    """The page, without its first line."""
    rows = [(f"`{_variable(name)}`", _meaning(field), _default(field)) for name, field in Settings.model_fields.items()]
    return "\n".join([_INTRODUCTION, *table(("Variable", "Meaning", "Default"), rows)])


def _variable(name: str) -> str:
    return f"{Settings.model_config['env_prefix']}{name.upper()}"


def _meaning(field: FieldInfo) -> str:
    bounds = [f"At least {one.ge:,}." for one in field.metadata if hasattr(one, "ge")]
    bounds += [f"More than {one.gt:,}." for one in field.metadata if hasattr(one, "gt")]
    choices = [one for one in get_args(field.annotation) if isinstance(one, str)]
    bounds += [f"One of {', '.join(f'`{choice}`' for choice in choices)}."] if choices else []
    secret = ["A secret."] if SecretStr in (field.annotation, *get_args(field.annotation)) else []
    return " ".join([field.description or "", *bounds, *secret])


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return "not set"
    shown = field.default.relative_to(PROJECT_ROOT) if isinstance(field.default, Path) else field.default
    shown = shown.get_secret_value() if isinstance(shown, SecretStr) else shown
    return f"`{shown}`" + (" beside the project" if isinstance(field.default, Path) else "")
