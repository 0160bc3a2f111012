"""How it is found out what data a file holds, and what is said of a file where it is not."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from pipelines.inspection import run_check
from tests.unit.inspection import faulty

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.thorough
def test_the_kind_of_data_is_taken_from_the_command_the_folder_or_the_headers(tmp_path: Path) -> None:
    file = faulty.write_faulty_employees(tmp_path / "hr" / "pegawai")
    assert run_check(file).found == "nama folder tempat berkas berada"
    elsewhere = tmp_path / "data pegawai.csv"
    elsewhere.write_bytes(file.read_bytes())
    by_header = run_check(elsewhere)
    assert (by_header.extract, by_header.found) == ("hr/employees", "judul kolom (21 judul dikenal)")
    assert any("Nama berkas" in note for note in by_header.notes)
    assert run_check(elsewhere, "hr/pegawai").found == "disebutkan dengan --extract"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "nothing.csv"):
        report = run_check(path, json_file=tmp_path / "r.json")
        assert (report.verdict, report.reasons) == ("refused", ("Ini bukan berkas biasa yang tersimpan di komputer.",))


def test_a_damaged_file_of_an_unknown_kind_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    report = run_check(path, html=tmp_path / "r.html")
    assert report.sentence == "DITOLAK: berkas ini tidak dapat dibaca."
    assert "rusak" in report.reasons[0]


@pytest.mark.parametrize("text", ["a;b;c\n1;2;3\n", "nip;nama\n199001152015011901;Budi\n"])
def test_a_file_of_an_unknown_kind_says_what_kinds_there_are(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    console = Console(file=io.StringIO())
    report = run_check(path, xlsx=tmp_path / "r.xlsx", console=console)
    assert (report.verdict, report.extract) == ("refused", "")
    assert "hr/pegawai" in report.reasons[-1]
    assert "Budi" not in console.file.getvalue()
