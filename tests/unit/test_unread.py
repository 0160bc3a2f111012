"""A file that no delivery takes in is told, with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_quality.contract import load_contracts
from data_quality.kinds import landing_folders
from pipelines.commands.state import state_of
from pipelines.landing.unread import MOST_TOLD, unread_files
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = frozenset(landing_folders().values())
NO_DAY = "begin its name with the day of the delivery, as in 2026-11-24.csv"


def landed(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return unread_files(folder, FOLDERS)


def test_the_folders_are_those_of_the_contracts() -> None:
    assert landing_folders() == {contract.extract: contract.folder for contract in load_contracts()}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hr/pegawai/23-11-2026.csv", f"hr/pegawai/23-11-2026.csv is not read: {NO_DAY}"),
        ("hr/pegawai/20261123.csv", f"hr/pegawai/20261123.csv is not read: {NO_DAY}"),
        ("hr/pegawai/2026-13-45.csv", f"hr/pegawai/2026-13-45.csv is not read: {NO_DAY}"),
        ("hr/pegawai/2026-11-23.zip", "hr/pegawai/2026-11-23.zip is not read: unpack it, or save it as xlsx or csv"),
        (
            "hr/employees/2026-11-23.csv",
            "hr/employees/2026-11-23.csv is not read: put it into the folder of its extract (docs/extracts.md)",
        ),
        ("2026-11-23.csv", "2026-11-23.csv is not read: put it into the folder of its extract (docs/extracts.md)"),
    ],
)
def test_a_file_that_nobody_reads_is_told_with_its_mend(tmp_path: Path, name: str, said: str) -> None:
    assert landed(tmp_path, name) == [said]


def test_a_delivery_and_what_is_on_its_way_are_not_told(tmp_path: Path) -> None:
    assert (
        landed(tmp_path, "hr/pegawai/2026-11-23_bkd.xlsx", "hr/pegawai/.2026-11-23.csv", ".simulating/hr/x.csv", "hr/pegawai/~$a.xlsx")
        == []
    )
    assert unread_files(tmp_path / "nowhere", FOLDERS) == []


def test_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    landed(tmp_path, "hr/pegawai/2026-11-23.csv")
    (tmp_path / "hr/pegawai/2026-11-24.csv").symlink_to(tmp_path / "hr/pegawai/2026-11-23.csv")
    assert unread_files(tmp_path, FOLDERS) == ["hr/pegawai/2026-11-24.csv is not read: put the file itself there; links are not followed"]


def test_no_person_is_told_and_of_many_files_the_first(tmp_path: Path) -> None:
    said = landed(tmp_path, "hr/pegawai/Siti Rahma Nasution 199003012015011901.csv", *(f"x{at:02d}.csv" for at in range(MOST_TOLD)))
    assert len(said) == MOST_TOLD + 1
    assert said[-1] == "1 more files of the landing area are not read"
    assert not any("Siti" in one or "1990" in one for one in said)


def test_the_state_asks_for_a_hand(tmp_path: Path) -> None:
    landed(tmp_path / "landing", "hr/pegawai/23-11-2026.csv")
    state = state_of(Settings(home=tmp_path))
    assert state.unread == [f"hr/pegawai/23-11-2026.csv is not read: {NO_DAY}"]
    assert state.unread[0] in state.to_do
