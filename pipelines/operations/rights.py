"""What the law gives a person, and what guards the keys: erasure, a copy of one's data, other keys, and the proof of it all.

Belongs here: the order of it across lake, warehouse and releases. Does not belong here: how rows are found and rewritten
(``lake.people``), how releases are removed (``publishing.outdated``). Everything that writes is for who holds the lock, and may be cut
off and done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data_quality.contract import load_contracts
from pipelines.building import warehouse_file
from pipelines.lake import erasures, people, retention
from pipelines.landing.values import parse_nip
from pipelines.privacy.pseudonyms import FINGERPRINT, SecretError, load_pseudonyms, next_file, present_pseudonyms, write_secret
from pipelines.publishing import outdated, shelf
from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.reading import identifier, open_shut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from pipelines.settings import Settings


class RightsError(RuntimeError):
    """What was asked cannot be done; the text says why and names nobody."""


@dataclass(frozen=True)
class Erased:
    """What an erasure removed."""

    rows: int
    releases: list[str]
    is_current_left: bool


def person(settings: Settings, nip: str) -> people.Person:
    """Whom a NIP names. Raises RightsError where it is none, without repeating it."""
    cell = parse_nip(nip.strip())
    if cell.fault:
        raise RightsError("this is not a NIP: 18 digits, the birth date first")
    return people.Person(settings.pseudonym()(str(cell.value)), str(cell.value))


def erase(settings: Settings, nip: str, now: datetime) -> Erased:
    """Remove a person from lake, warehouse and releases; the next refresh builds and shows a release without them."""
    whom = person(settings, nip)
    erasures.note_erasure(settings.lake.root, whom.key, now)
    return _remove(settings, [whom])


def erase_again(settings: Settings) -> Erased:
    """Remove everybody who was erased before once more, by key: what an older backup has brought back, or what was cut off."""
    settings.pseudonym()
    return _remove(settings, [people.Person(key) for key in sorted(erasures.erased_keys(settings.lake.root))])


def _remove(settings: Settings, whom: list[people.Person]) -> Erased:
    settings.lake.heal()  # what a load had staged or moved aside holds people too
    rows = sum(people.erase(settings.lake, contract, one) for contract in load_contracts() for one in whom)
    return Erased(rows, *_discard_derived(settings))


def _discard_derived(settings: Settings) -> tuple[list[str], bool]:
    """What was made of the lake goes: the warehouse, what the steps wrote, and every release but the one that is shown."""
    warehouse_file.discard(settings)
    for path in (settings.build / "python").rglob("*.parquet"):
        path.unlink()
    gone = outdated.outdate(settings.releases)
    return gone, shelf.current_name(settings.releases) is not None


def copy_of(settings: Settings, nip: str) -> dict[str, Any]:
    """Everything that is held of a person: rows of the lake by extract, rows of the restricted marts of the current release."""
    whom = person(settings, nip)
    lake = {contract.extract: people.find(settings.lake, contract, whom) for contract in load_contracts()}
    release = settings.releases / "current" / "restricted" / DATABASE
    marts = {}
    if release.is_file():
        with open_shut(release) as connection:
            for table, columns in _key_columns(connection).items():
                rows = connection.execute(f"from {table} where ? in ({', '.join(columns)})", [whom.key])
                names = [item[0] for item in rows.description or []]
                marts[table] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {
        "lake": {extract: found for extract, found in lake.items() if found},
        "release": shelf.current_name(settings.releases),
        "marts": {table: rows for table, rows in marts.items() if rows},
    }


def rotate(settings: Settings, told: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Put a new link to the pseudonym secret and every key in the lake under it; returns how many files were written.

    The next secret lies beside the present one until every file bears its mark, and nothing else reads the lake meanwhile.
    ``told`` is told after each extract how many are done, and of how many.
    Raises SecretError where the secret is not a file of this installation.
    """
    if settings.secret is not None:
        raise SecretError("the pseudonym secret is in WAREHOUSE_SECRET, which no command can change: write it to "
                          f"{settings.secret_file} (mode 0600), unset the variable, then run this again")  # fmt: skip
    staged, lake = next_file(settings.secret_file), settings.lake
    lake.heal()
    if not staged.exists():
        write_secret(staged, load_pseudonyms(settings.secret_file, lake.root).rotated())
    after = present_pseudonyms(staged)
    mark, new_key = after.fingerprint, after.next_key()
    n_files, contracts = 0, load_contracts()
    for number, contract in enumerate(contracts, start=1):
        n_files += people.rekey(lake, contract, new_key, mark)
        told(number, len(contracts))
    erasures.rekey_erasures(lake.root, new_key, mark)
    _discard_derived(settings)
    (lake.root / FINGERPRINT).write_text(mark + "\n")
    staged.replace(settings.secret_file)
    return n_files


# --- proof ------------------------------------------------------------------------------------------------------------------


def proof(settings: Settings, now: datetime) -> dict[str, Any]:
    """What a manifest says of erasures and retention: counts and times, and that nothing is left. It names nobody."""
    erased = erasures.erasures(settings.lake.root)
    going = outdated.outdated(settings.releases)
    kept = [name for name in shelf.stamps(settings.releases) if name not in going]
    contracts = load_contracts()
    return {
        "erased_people": len(erased),
        "last_erased_at": max(erased.values(), default=None),
        "rows_left": {
            "lake": sum(people.n_rows_with(settings.lake, contract, erased) for contract in contracts) if erased else 0,
            "warehouse": rows_left(settings.warehouse_file, erased),
            "releases": sum(rows_left(settings.releases / name / "restricted" / DATABASE, erased) for name in kept),
        },
        "releases_removed": going,
        "retention": {contract.extract: retention.facts(settings.lake, contract, now) for contract in contracts},
    }


def rows_left(database: Path, keys: Collection[str]) -> int:
    """Rows of a database that hold one of the keys in a column of keys."""
    if not keys or not database.is_file():
        return 0
    with open_shut(database) as connection:
        counts = [_n_rows(connection, table, columns, keys) for table, columns in _key_columns(connection).items()]
    return sum(counts)


def _n_rows(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], keys: Collection[str]) -> int:
    query = f"select count(*) from {table} where list_has_any([{', '.join(columns)}], ?::varchar[])"  # noqa: S608 - names of the database
    return int(connection.execute(query, [sorted(keys)]).fetchall()[0][0])


def _key_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Tables of a database with their columns of keys, quoted."""
    found: dict[str, list[str]] = {}
    for schema, table, column in _columns(connection):
        found.setdefault(identifier(schema, table), []).append(identifier(column))
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str]]:
    yield from connection.execute(
        "select columns.schema_name, columns.table_name, columns.column_name from duckdb_columns() as columns "
        "inner join duckdb_tables() as tables using (database_name, schema_name, table_name) "
        "where ends_with(columns.column_name, '_key') and columns.data_type = 'VARCHAR' and not columns.internal and not tables.temporary "
        "order by all"
    ).fetchall()
