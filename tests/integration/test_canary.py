"""Every personal field of a simulated load holds a marker of its own, and the markers are looked for in everything that is written.

The load is the real one: the assets of the extracts in Dagster, on an instance with its storage, with an alert channel; then what people
do with files: check, report, replay. The warehouse and a release are looked through in ``tests/system/test_canary_night.py``.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import tempfile
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import dagster as dg
import pytest
from rich.console import Console

from data_quality.contract import contract_for, fold, load_contracts
from pipelines.commands.main import _prepare
from pipelines.defs.after_run import after_dagster_run
from pipelines.defs.extract_assets import build_extract_assets, deliveries_config, op_name
from pipelines.defs.resources import CREW, LOCK, crew_resource, lock_resource
from pipelines.inspection import run_check
from pipelines.inspection.returned import write_rejected
from pipelines.loading import ingest
from pipelines.loading.replay import replay_extract
from pipelines.privacy.inventory import PLACES
from pipelines.settings import Settings
from tests.canary import Marker, sightings, word
from tests.files.people import PEOPLE, Grid
from tests.files.seeds import SEEDS
from tests.files.writers import csv_file, xlsx_file
from tests.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.contract import Column, Contract

N_ROWS = 6
UNKNOWN = "Catatan Pribadi"
DAYS = PLAIN, ENCODED, WORKBOOK, HEADERLESS, DAMAGED = tuple(date(2026, 1, day) for day in range(1, 6))
FULLY = ("hr/employees",)
"""Extracts that come in every form and are checked; each look into a workbook costs a process."""


class Canary(NamedTuple):
    root: Path
    markers: list[Marker]


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Canary:
    root = tmp_path_factory.mktemp("canary")
    (root / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch, receiving() as receiver:
        patch.setenv("TMPDIR", str(root / "tmp"))
        patch.setattr(tempfile, "tempdir", None)
        settings = Settings(home=root / "home", config=root / "config", alert_urls=receiver.channel)
        markers = _deliver(settings.landing)
        told = io.StringIO()
        handler = logging.StreamHandler(told)
        logging.getLogger().addHandler(handler)
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            _prepare(settings)
            _load(settings, patch)
            _handle_files(settings, root, told)
        logging.getLogger().removeHandler(handler)
        (root / "told.txt").write_text(told.getvalue(), encoding="utf-8")
        (root / "alerts.json").write_text(json.dumps(receiver.posts), encoding="utf-8")
        assert receiver.posts, "an alert was expected"
    return Canary(root, markers)


# --- what is delivered ------------------------------------------------------------------------------------------------------


def _deliver(landing: Path) -> list[Marker]:
    """Deliveries of every extract with personal columns: plain, in another encoding, as a workbook, headerless and damaged."""
    numbers, markers = count(), []
    for contract in load_contracts():
        if all(column.classification == "internal" for column in contract.columns):
            continue
        folder = landing / contract.folder
        folder.mkdir(parents=True)
        for day in DAYS if contract.extract in FULLY else DAYS[:2]:
            grid = _marked(contract, numbers, markers)
            if day == WORKBOOK:
                (folder / f"{day}.xlsx").write_bytes(xlsx_file(grid))
            elif day == DAMAGED:
                (folder / f"{day}.xlsx").write_bytes(xlsx_file(grid)[:-200] + csv_file(grid))
            elif day == HEADERLESS:
                (folder / f"{day}.csv").write_bytes(csv_file(Grid([str(cell or "") for cell in grid.rows[0]], grid.rows[1:])))
            else:
                encoding = "utf-16" if day == ENCODED else "utf-8"
                (folder / f"{day}.csv").write_bytes(csv_file(grid, encoding=encoding, quoting="all"))
    return markers


def _marked(contract: Contract, numbers: count[int], markers: list[Marker]) -> Grid:
    """Rows of the extract, healthy and not, with a marker in each personal cell and in a column that nobody knows."""
    grid = _rows(contract)
    for column in contract.columns:
        if column.classification in {"internal", "generalised"} or column.parser == "nip":
            continue
        header = next((label for label in grid.header if fold(label) in map(fold, column.headers)), None)
        if header is None:
            header = column.header
            grid = grid.with_column(header, lambda _: "")
        grid = grid.with_cells(header, lambda n, _, c=column: _cell(contract, c, n, numbers, markers))
    secret = Marker(contract.extract, UNKNOWN, "unknown", word(next(numbers)))
    markers.append(secret)
    return grid.with_column(UNKNOWN, lambda _: secret.text)


def _rows(contract: Contract) -> Grid:
    if contract.extract in SEEDS:
        whole = SEEDS[contract.extract]()
        rows = [list(row) for row in whole.rows[:N_ROWS]]
        at = next((n for n, label in enumerate(whole.header) if fold(label) in {"golakhirid", "status", "u1", "tanggalpenilaian"}), 0)
        for row in rows[N_ROWS // 2 :]:
            row[at] = "??"  # the second half is rejected, so that its text is kept
        return Grid(list(whole.header), rows)
    header = [column.header for column in contract.columns if column.classification in {"internal", "pseudonymised"}]
    return Grid(header, [[PEOPLE[n].nip if "nip" in label else f"x{n}" for label in header] for n in range(N_ROWS)])


def _cell(contract: Contract, column: Column, row: int, numbers: count[int], markers: list[Marker]) -> str:
    """Letters, or for free text a number of a person within a sentence; in every other row split by blanks."""
    number = next(numbers)
    if column.classification == "masked":
        text = f"3{number:015d}"
        written = f"Mohon hubungi pemilik NIK {' '.join(text) if row % 2 else text} segera"
    else:
        text = word(number)
        written = f"É{' '.join(text)}" if row % 2 else text
    markers.append(Marker(contract.extract, column.name, column.classification, text))
    return written


# --- what is done with it ---------------------------------------------------------------------------------------------------


def _load(settings: Settings, patch: pytest.MonkeyPatch) -> None:
    """The extracts as assets of Dagster; then one extract again, with a library that quotes the value it fails on."""
    personal = {op_name(contract) for contract in load_contracts() if any(c.classification != "internal" for c in contract.columns)}
    assets = [one for one in build_extract_assets(settings) if one.op.name in personal]
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        resources = {LOCK: lock_resource(settings), CREW: crew_resource(settings)}
        loaded = dg.materialize(assets, instance=instance, resources=resources, raise_on_error=False)
        after_dagster_run(settings, instance, loaded.run_id)

        def quoting(_: Contract, frame: object) -> None:
            raise ValueError(f"could not convert {frame.to_dict()}")

        patch.setattr(ingest, "failing_rows", quoting)
        config = deliveries_config(first_on=str(PLAIN), last_on=str(PLAIN), again=True)
        employees = dg.AssetSelection.assets(dg.AssetKey(["hr", "employees"]))
        config = {"ops": {"hr_employees": config["ops"]["hr_employees"]}}
        broken = dg.materialize(
            assets,
            instance=instance,
            resources=resources,
            raise_on_error=False,
            run_config=config,
            selection=employees.required_multi_asset_neighbors(),
        )
        assert not broken.success
        after_dagster_run(settings, instance, broken.run_id)
        patch.undo()


def _handle_files(settings: Settings, root: Path, told: io.StringIO) -> None:
    """Checks in every form, the rows for the office, and a replay of what the lake has kept."""
    (root / "checks").mkdir()
    (root / "returned").mkdir()
    for contract in map(contract_for, FULLY):
        for path in sorted((settings.landing / contract.folder).glob("*")):
            targets = {form: root / "checks" / f"{contract.name}-{path.stem}.{form}" for form in ("html", "json", "xlsx")}
            run_check(path, contract.extract, console=Console(file=told, width=200), html=targets["html"], json_file=targets["json"],
                      xlsx=targets["xlsx"])  # fmt: skip
        for record in settings.lake.records(contract).values():
            target = root / "returned" / f"{contract.name}-{record.delivery_on}.xlsx"
            write_rejected(settings.lake, contract, record, target, "id")
    (settings.landing / "hr" / "pegawai" / f"{PLAIN}.csv").unlink()
    replay_extract(contract_for("hr/employees"), settings.workplace(logging.getLogger("replay").info))


# --- what is found ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen(canary: Canary) -> set[tuple[Marker, str]]:
    return sightings(canary.root, canary.markers, skip=("home/landing/",))


def test_every_class_of_personal_data_was_delivered(canary: Canary) -> None:
    columns = {(c.extract, column.name) for c in load_contracts() for column in c.columns
               if column.classification in {"forbidden", "withheld", "masked"}}  # fmt: skip
    assert {(m.extract, m.column) for m in canary.markers if m.classification != "unknown"} == columns
    in_landing = {marker for marker, _ in sightings(canary.root / "home" / "landing", canary.markers)}
    assert len(in_landing) > 0.6 * len(canary.markers), "workbooks that were damaged on purpose cannot be read"


@pytest.mark.parametrize("classification", ["forbidden", "unknown"])
def test_what_is_forbidden_stands_nowhere(seen: set[tuple[Marker, str]], classification: str) -> None:
    assert sorted((m.column, place) for m, place in seen if m.classification == classification) == []


@pytest.mark.parametrize("classification", ["withheld", "masked"])
def test_what_is_withheld_stands_only_where_the_inventory_says(seen: set[tuple[Marker, str]], classification: str) -> None:
    allowed = tuple(f"home/{place}/" for place in PLACES[classification])
    found = {(m, place) for m, place in seen if m.classification == classification}
    assert [(m.column, place) for m, place in found if not place.startswith((*allowed, *_workbooks()))] == []
    assert any(place.startswith(allowed) for _, place in found), "the text of rejected rows is kept, so the search must find it"


def _workbooks() -> list[str]:
    """Workbooks that somebody asked for; a check in another form shows no personal text."""
    checked = [f"checks/{contract_for(extract).name}-{day}.xlsx" for extract in FULLY for day in DAYS]
    return ["returned/", *checked]


def test_a_nip_stands_only_in_the_text_of_rejected_rows(canary: Canary) -> None:
    nips = [Marker("hr/employees", "nip", "pseudonymised", person.nip) for person in PEOPLE[:60]]
    places = {place for _, place in sightings(canary.root, nips, skip=("home/landing/",))}
    assert places
    assert [place for place in places if not place.startswith(("home/lake/rejected/", *_workbooks()))] == []


@pytest.mark.parametrize("leak", ["dagster/storage/x.db", "logs/dbt.log", "lake/accepted/hr/employees/part.parquet", "a.duckdb"])
def test_the_search_finds_a_leak_in_every_kind_of_place(tmp_path: Path, leak: str) -> None:
    import duckdb
    import pandas as pd

    marker = Marker("hr/employees", "nik", "forbidden", word(7))
    path = tmp_path / leak
    path.parent.mkdir(parents=True, exist_ok=True)
    text = " ".join(marker.text)
    if path.suffix == ".parquet":
        pd.DataFrame({"unit_name": [text]}).to_parquet(path)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table t as select ? as unit_name", [text])
    else:
        path.write_bytes(f"error near {marker.text}".encode("utf-16"))
    assert sightings(tmp_path, [marker]) == {(marker, leak)}
