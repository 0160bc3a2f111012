"""What a step makes of rows that are the same as before is not made again: it is taken from the tables that the step wrote then.

Most nights bring a new register of people and what citizens have said, and no assessment: what training does to competence is
then as it was. Rows are told by a digest of what the step reads; what it wrote, by a checksum. Where anything of either is in
doubt, also the code or a library, the step makes all of it.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.durable import checksum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

_LIBRARIES = ("duckdb", "numpy", "pandas", "scipy")
"""Those whose figures may differ in the last digit from one version to the next."""


def digests(connection: duckdb.DuckDBPyConnection, relations: Collection[str], by: str | None, told: str) -> dict[str, str]:
    """A digest for each value of the column ``by`` in any of the relations: of the rows that have it, and of relations without the column.

    Without a column, one digest of everything, of the value ``""``. ``told``: what else decides on what the step makes.
    """
    shared, own = [told, _code()], dict[str, list[str]]()
    for relation in sorted(relations):
        columns = [(name, kind) for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()]
        has_value = by is not None and by in {name for name, _ in columns}
        value = f"cast({by} as varchar)" if has_value else "''"
        # No order is needed for a count, a sum and an exclusive or of the hashes of the rows, so that nothing is sorted for it. That
        # of a row ends in the bits of its last column, crossed with those of the others: what two rows exchange there may leave all of
        # these sums as they were (a test has such rows), but not those of hashes of the hashes.
        hashed = "hash(hash(t))"
        query = f"select {value}, count(*), sum({hashed}), bit_xor({hashed}) from {relation} as t group by 1 order by 1"  # noqa: S608 - own names
        for found, *sums in connection.execute(query).fetchall():
            (own.setdefault(str(found), []) if has_value else shared).append(f"{relation} {columns} {sums}")
    every = own if by is not None else {"": []}
    return {value: hashlib.sha256("\n".join([*shared, *rows]).encode()).hexdigest() for value, rows in every.items()}


@cache
def _code() -> str:
    """Of all code of the project, the words of reasons with it, and of the libraries that compute."""
    digest = hashlib.sha256(str([(name, version(name)) for name in _LIBRARIES]).encode())
    for path in sorted(path for path in Path(__file__).parent.parent.rglob("*") if path.suffix in {".py", ".yaml"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def recall(note: Path, outputs: Mapping[str, Path]) -> dict[str, str]:
    """The digests of what the outputs were made of; none where these are not as they were written."""
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        are_whole = content["outputs"] == {name: checksum(path) for name, path in outputs.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(content["made_of"]) if are_whole else {}


def write(note: Path, made_of: Mapping[str, str], outputs: Mapping[str, Path]) -> None:
    """Note of what the outputs, which are written by now, were made."""
    content: dict[str, Any] = {"made_of": made_of, "outputs": {name: checksum(path) for name, path in outputs.items()}}
    note.with_suffix(".new").write_text(json.dumps(content), encoding="utf-8")
    note.with_suffix(".new").replace(note)


def with_kept(path: Path, made: pa.Table, by: str | None, kept: Collection[str]) -> pa.Table:
    """What was made now and what is kept of the table at ``path``: the rows of each value in the order in which they were made."""
    if kept:
        before = pq.read_table(path, schema=made.schema)
        made = pa.concat_tables([made, before.filter(pc.is_in(before[by], pa.array(kept))) if by else before])
    return made.take(pc.sort_indices(made, [(by, "ascending")])) if by else made
