"""What is particular to an office's files: ``config/sources/*.yaml``.

A profile names an extract and a file pattern, and may say how the files are read (sheet, header row, separator, order of day and
month), map local headers and values, leave columns out, supply what the files do not have, and accept a delivery that a rule on
deliveries would block (after a person has looked at it). No code is touched for a new office. ``docs/new-office.md`` shows it.
"""

from __future__ import annotations

import codecs
import fnmatch
import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from data_quality.contract import ContractError, contract_for, fold
from data_quality.contract_form import line_of
from data_quality.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from data_quality.contract import Contract


T = TypeVar("T")


class ProfileError(ConfigurationError):
    """A profile that cannot be used; the text names the file and the key."""


@dataclass(frozen=True)
class Reading:
    """What is not to be detected but taken as said. ``header_row`` is the number of the header's last row."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    date_order: str | None = None
    decimal_mark: str | None = None


_ALLOWED: dict[str, tuple[str, ...]] = {
    "date_order": ("day_first", "month_first"), "decimal_mark": (",", "."), "delimiter": (",", ";", "\t", "|"),
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """How to read the files of an extract that match ``files``.

    ``headers`` maps an office's header (``TMT#2`` for the second of that name) to one header of the contract or several,
    ``values`` its written values to ours, by header. ``row_numbers`` names columns that are filled with file name and row number
    where the files have nothing that identifies a row.
    """

    extract: str
    files: str = "*"
    note: str = ""
    reading: Reading = field(default_factory=Reading)
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    ignore: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict, hash=False)
    constants: dict[str, str] = field(default_factory=dict, hash=False)
    prefixes: dict[str, str] = field(default_factory=dict, hash=False)
    row_numbers: tuple[str, ...] = ()
    accept_deliveries: tuple[date, ...] = ()

    def matches(self, contract: Contract, file_name: str) -> bool:
        return self.extract == contract.extract and fnmatch.fnmatch(file_name.casefold(), self.files.casefold())

    def values_by_column(self, contract: Contract) -> dict[str, dict[str, str]]:
        """Column name -> folded value of the office -> value of the contract."""
        return by_column(
            contract, {header: {fold(ours): theirs for ours, theirs in pairs.items()} for header, pairs in self.values.items()}
        )

    def renamed(self) -> dict[str, tuple[str, ...]]:
        """Folded header of the office, with its ``#n``, -> folded headers of the contract."""
        found = {}
        for ours, theirs in self.headers.items():
            name, _, number = ours.partition("#")
            found[f"{fold(name)}#{number}" if number.isdigit() else fold(ours)] = tuple(map(fold, theirs))
        return found


PLAIN = Profile("")


def by_column(contract: Contract, settings: dict[str, T]) -> dict[str, T]:
    """Settings by header of the contract as settings by column name. Raises ProfileError for an unknown header."""
    return {column_name(contract, header): value for header, value in settings.items()}


def column_name(contract: Contract, header: str) -> str:
    for column in contract.columns:
        if fold(header) in {fold(column.name), *map(fold, column.headers)}:
            return column.name
    raise ProfileError(f"the profile of {contract.extract} names an unknown column {header!r}")


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """Every profile in the folder, in the order of file names. Raises ProfileError naming file, line and key.

    They are read again where a file has changed: what runs for weeks, as the sensors do, goes by the profiles of today.
    """
    return _load(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.glob("*.yaml"))))


@lru_cache(maxsize=8)
def _load(files: tuple[tuple[Path, int, int], ...]) -> tuple[Profile, ...]:
    return tuple(read_profile(path) for path, *_ in files)


def read_profile(path: Path) -> Profile:
    """Read one profile. Raises ProfileError naming file, line and key."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ProfileError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {str(error).splitlines()[0]}") from error
    known = {item.name for item in fields(Profile)}
    if not isinstance(content, dict) or "extract" not in content:
        raise ProfileError(f"{path}:1: the key 'extract' is missing")
    if unknown := set(content) - known:
        raise ProfileError(f"{_at(path, unknown)}: unknown keys {sorted(unknown)}; known: {', '.join(sorted(known))}")
    reading = _pairs(path, "reading", content.get("reading"))
    headers = _pairs(path, "headers", content.get("headers"))
    values = _pairs(path, "values", content.get("values"))
    profile = Profile(
        extract=str(content["extract"]),
        files=str(content.get("files", "*")),
        note=str(content.get("note", "")),
        reading=_reading(path, reading),
        headers={name: tuple(map(str, ours)) if isinstance(ours, list) else (str(ours),) for name, ours in headers.items()},
        ignore=tuple(map(str, _list(path, "ignore", content))),
        values={name: {theirs: str(ours) for theirs, ours in _pairs(path, name, pairs).items()} for name, pairs in values.items()},
        constants={name: str(value) for name, value in _pairs(path, "constants", content.get("constants")).items()},
        prefixes={name: str(text) for name, text in _pairs(path, "prefixes", content.get("prefixes")).items()},
        row_numbers=tuple(map(str, _list(path, "row_numbers", content))),
        accept_deliveries=tuple(_as_date(path, day) for day in _list(path, "accept_deliveries", content)),
    )
    _verify(path, profile)
    return profile


def _pairs(path: Path, key: str, content: Any) -> dict[str, Any]:
    """What stands behind a key that pairs one text with another."""
    if not isinstance(content or {}, dict):
        raise ProfileError(f"{_at(path, [key])}: {key} is {content!r}; it holds pairs, as in {key}: {{theirs: ours}}")
    for item in (content or {}).items():
        if any(isinstance(part, bool) for part in item):
            raise ProfileError(f"{_at(path, [key])}: YAML takes yes, no, on and off under {key} for true and false: write them in quotes")
    return {str(name): value for name, value in (content or {}).items()}


def _list(path: Path, key: str, content: dict[str, Any]) -> list[Any]:
    found = content.get(key) or []
    if not isinstance(found, list):
        raise ProfileError(f"{_at(path, [key])}: {key} is {found!r}; it is a list, as in {key}: [one, another]")
    return found


def _verify(path: Path, profile: Profile) -> None:
    """Hold a profile against the contract of its extract: a name that neither knows would refuse files, or do nothing at all."""
    try:
        contract = contract_for(profile.extract)
    except ContractError as error:
        raise ProfileError(f"{_at(path, ['extract'])}: {error}") from error
    headers = {fold(header) for column in contract.columns if not column.into for header in column.headers}
    names = {fold(name) for column in contract.columns for name in (column.name, *column.headers)}
    named = [(theirs, header, headers) for theirs, ours in profile.headers.items() for header in ours]
    named += [(header, header, names) for header in (*profile.values, *profile.constants, *profile.prefixes, *profile.row_numbers)]
    for key, header, known in named:
        if fold(header) not in known:
            raise ProfileError(f"{_at(path, [key])}: {header!r} is no column of {profile.extract} (docs/contracts.md names them)")


def _at(path: Path, keys: Iterable[object]) -> str:
    """The file with the line of the first of the keys."""
    return f"{path}:{min(line_of(path, name=str(key)) for key in keys)}"


def _reading(path: Path, content: dict[str, Any]) -> Reading:
    known = {item.name for item in fields(Reading)}
    if unknown := set(content) - known:
        raise ProfileError(f"{_at(path, unknown)}: unknown keys under 'reading': {sorted(unknown)}; known: {', '.join(sorted(known))}")
    for key, allowed in _ALLOWED.items():
        if key in content and content[key] not in allowed:
            raise ProfileError(f"{_at(path, [key])}: reading.{key} is {content[key]!r}; allowed: {', '.join(map(repr, allowed))}")
    header_row = content.get("header_row")
    if header_row is not None and (not isinstance(header_row, int) or header_row < 1):
        raise ProfileError(f"{_at(path, ['header_row'])}: reading.header_row is {header_row!r}; it is the number of a row, from 1")
    encoding = str(content.get("encoding") or "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ProfileError(f"{_at(path, ['encoding'])}: reading.encoding is {encoding!r}, which Python does not know") from error
    return Reading(**content)


def _as_date(path: Path, value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise ProfileError(f"{_at(path, ['accept_deliveries'])}: accept_deliveries holds {value!r}, which is no date yyyy-mm-dd") from error


def profile_for(profiles: tuple[Profile, ...], contract: Contract, file_name: str) -> Profile:
    """The first profile that matches the file, or the plain one."""
    return next((profile for profile in profiles if profile.matches(contract, file_name)), PLAIN)


def profiles_digest(profiles: tuple[Profile, ...], contract: Contract) -> str:
    """Changes when a profile of the extract changes: then its deliveries are read anew."""
    relevant = [{**asdict(profile), "note": ""} for profile in profiles if profile.extract == contract.extract]
    return hashlib.sha256(json.dumps(relevant, default=str, sort_keys=True).encode()).hexdigest()[:16]
