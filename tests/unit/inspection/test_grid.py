"""Which data a file holds, from its headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_quality.contract import Contract, load_contracts
from pipelines.inspection.grid import best_header, data_sheets, find_contract, open_grids
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import PLAIN

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS = load_contracts()


def write(path: Path, contract: Contract, *, required_only: bool) -> Path:
    columns = [column for column in contract.columns if column.into or column.required or not required_only]
    path.write_text("KOTA MEDAN\n\n" + ",".join(column.header.upper() for column in columns) + "\n")
    return path


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.extract for contract in CONTRACTS])
@pytest.mark.parametrize("required_only", [False, True])
def test_every_extract_is_known_by_its_headers(contract: Contract, required_only: bool, tmp_path: Path) -> None:
    found = find_contract(write(tmp_path / "x.csv", contract, required_only=required_only), CONTRACTS, ())
    assert found.contract is contract
    assert found.found == "header"


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.extract for contract in CONTRACTS])
def test_the_folder_beats_the_headers_and_the_command_beats_both(contract: Contract, tmp_path: Path) -> None:
    folder = tmp_path / contract.folder
    folder.mkdir(parents=True)
    path = folder / "x.csv"
    path.write_text("a,b\n")
    assert find_contract(path, CONTRACTS, ()).contract is contract
    assert find_contract(path, CONTRACTS, (), "hr/units").contract.extract == "hr/units"
    assert find_contract(path, CONTRACTS, (), "hr/nothing").contract is None


def test_columns_that_many_extracts_have_decide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("nip,nama,keterangan\n")
    found = find_contract(path, CONTRACTS, ())
    assert found.contract is None
    assert len(found.tied) > 1


def test_a_file_that_fits_none_is_still_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("DAFTAR PEGAWAI\nnip;nama;unor_id;hobi\n1;Budi;U1;3\n")
    contract = next(item for item in CONTRACTS if item.extract == "hr/employees")
    best = best_header(contract, open_grids(path, Limits()), PLAIN)
    assert best is not None
    assert (best.grid.detection["delimiter"], best.header_row, best.header.unknown) == (";", 2, ("hobi",))
    (sheet,) = data_sheets(path, contract, ())
    assert [row.cells for row in sheet.every_row()][2] == ["1", "Budi", "U1", "3"]
    assert sheet.known == {0, 1, 2}


def test_nothing_is_copied_of_a_file_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("1;Budi;U1;3\n2;Ani;U1;4\n")
    assert data_sheets(path, next(item for item in CONTRACTS if item.extract == "hr/employees"), ()) == []
