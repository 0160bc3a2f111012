"""What is particular to an office's files: ``config/sources/*.yaml``.

A profile names an extract and a file pattern, and may map local headers, supply constants for columns that the files do
not have, prefix running numbers so that they do not meet those of another office, and accept a delivery that a rule on
deliveries would block (after a person has looked at it). No code is touched for a new office.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from data_quality.contract import fold

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.contract import Contract

_KEYS = frozenset({"extract", "files", "headers", "constants", "prefixes", "accept_deliveries", "note"})


class ProfileError(ValueError):
    """A profile that cannot be used; the text names the file and the key."""


@dataclass(frozen=True)
class Profile:
    """How to read the files of an extract that match ``files``."""

    extract: str
    files: str = "*"
    headers: dict[str, str] = field(default_factory=dict, hash=False)
    constants: dict[str, str] = field(default_factory=dict, hash=False)
    prefixes: dict[str, str] = field(default_factory=dict, hash=False)
    accept_deliveries: tuple[date, ...] = ()

    def matches(self, contract: Contract, file_name: str) -> bool:
        return self.extract == contract.extract and fnmatch.fnmatch(file_name.casefold(), self.files.casefold())

    def constants_by_column(self, contract: Contract) -> dict[str, str]:
        return {_column_name(contract, header): value for header, value in self.constants.items()}

    def prefixes_by_column(self, contract: Contract) -> dict[str, str]:
        return {_column_name(contract, header): value for header, value in self.prefixes.items()}


PLAIN = Profile("")


def _column_name(contract: Contract, header: str) -> str:
    for column in contract.columns:
        if fold(header) in {fold(column.name), *map(fold, column.headers)}:
            return column.name
    raise ProfileError(f"the profile of {contract.extract} names an unknown column {header!r}")


@lru_cache(maxsize=8)
def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """Every profile in the folder, in the order of file names. Raises ProfileError naming file and key."""
    profiles = []
    for path in sorted(folder.glob("*.yaml")):
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        unknown = set(content) - _KEYS
        if unknown or "extract" not in content:
            raise ProfileError(f"{path}: unknown keys {sorted(unknown)}" if unknown else f"{path}: the key 'extract' is missing")
        profiles.append(
            Profile(
                extract=str(content["extract"]),
                files=str(content.get("files", "*")),
                headers={str(k): str(v) for k, v in (content.get("headers") or {}).items()},
                constants={str(k): str(v) for k, v in (content.get("constants") or {}).items()},
                prefixes={str(k): str(v) for k, v in (content.get("prefixes") or {}).items()},
                accept_deliveries=tuple(_as_date(path, day) for day in content.get("accept_deliveries") or ()),
            )
        )
    return tuple(profiles)


def _as_date(path: Path, value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise ProfileError(f"{path}: accept_deliveries holds {value!r}, which is no date yyyy-mm-dd") from error


def profile_for(profiles: tuple[Profile, ...], contract: Contract, file_name: str) -> Profile:
    """The first profile that matches the file, or the plain one."""
    return next((profile for profile in profiles if profile.matches(contract, file_name)), PLAIN)


def profiles_digest(profiles: tuple[Profile, ...], contract: Contract) -> str:
    """Changes when a profile of the extract changes: then its deliveries are read anew."""
    relevant = [asdict(profile) for profile in profiles if profile.extract == contract.extract]
    return hashlib.sha256(json.dumps(relevant, default=str, sort_keys=True).encode()).hexdigest()[:16]
