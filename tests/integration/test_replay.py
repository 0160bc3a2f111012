"""Rejected rows once more, after a profile was mended: from the files, or from the text that the lake has kept."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import xlsxwriter

from data_quality.contract import contract_for
from pipelines.landing.profiles import Profile
from pipelines.loading import replay
from pipelines.loading.ingest import LoadError, Workplace, refresh_extract
from pipelines.loading.replay import replay_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from data_quality.results import LoadRecord

EMPLOYEES, ASSESSMENTS, COMPLAINTS = (contract_for(name) for name in ("hr/employees", "evaluation/assessments", "feedback/complaints"))
D1 = date(2026, 1, 1)
LOCAL_SEX = Profile("hr/employees", values={"jenis_kelamin": {"Bapak": "L", "Ibu": "P"}})


def _rows(work: Workplace, layer: str, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    path = f"{work.lake.root}/{layer}/{table}/**/*.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{path}', hive_partitioning=false) order by all").fetchall()


def _load(work: Workplace, extract: str = "hr/employees") -> LoadRecord:
    contract = contract_for(extract)
    refresh_extract(contract, work)
    return work.lake.records(contract)[D1]


def _strangers() -> list[dict[str, str]]:
    rows = [employee(number) for number in range(100)]
    for at in (3, 50, 97):
        rows[at]["JENIS KELAMIN"] = "Bapak" if rows[at]["JENIS KELAMIN"] == "L" else "Ibu"
    return [*rows, dict(rows[8])]


def test_a_mended_profile_lets_rejected_rows_in_even_when_the_file_is_gone(work: Workplace) -> None:
    path = write_employees(work.landing, D1, _strangers())
    before = _load(work)
    assert (before.rows_accepted, before.rows_rejected, before.rows_duplicate) == (97, 3, 1)
    mended = dataclasses.replace(work, profiles=(LOCAL_SEX,))
    content = path.read_bytes()
    path.unlink()
    replay_extract(EMPLOYEES, mended)
    replayed, kept = work.lake.records(EMPLOYEES)[D1], _rows(work, "accepted", "hr/employees")
    assert (replayed.rows_read, replayed.rows_accepted, replayed.rows_rejected, replayed.rows_duplicate) == (101, 100, 0, 1)
    assert (replayed.status, replayed.fingerprint, replayed.files) == ("accepted", before.fingerprint, before.files)
    path.write_bytes(content)
    refresh_extract(EMPLOYEES, mended, force=True)
    assert _rows(work, "accepted", "hr/employees") == kept


def test_a_number_in_the_name_of_a_file_or_sheet_is_never_kept(work: Workplace) -> None:
    nips = ("199003012015011901", "19900301-201501-1-902")
    folder = work.landing / "hr" / "pegawai"
    folder.mkdir(parents=True)
    rows = _strangers()
    for nip, part in zip(nips, (rows[:40], [*rows[40:], {**rows[60], "UNOR ID": "U9"}]), strict=True):
        with xlsxwriter.Workbook(str(folder / f"2026-01-01_{nip}.xlsx")) as book:
            sheet = book.add_worksheet(f"Data {nip}")
            book.add_worksheet(f"Catatan {nip}").write(0, 0, "tanpa tabel")
            for number, cells in enumerate([list(part[0]), *(list(row.values()) for row in part)]):
                for at, cell in enumerate(cells):
                    sheet.write_string(number, at, cell)
    record = _load(work)
    assert (record.rows_accepted, record.rows_rejected, record.rows_duplicate) == (96, 5, 1)
    assert list(json.loads(record.files)) == ["2026-01-01_[...].xlsx", "2026-01-01_[...].xlsx (2)"]
    for path in folder.iterdir():
        path.unlink()
    replay_extract(EMPLOYEES, dataclasses.replace(work, profiles=(LOCAL_SEX,)))
    replayed = work.lake.records(EMPLOYEES)[D1]
    assert (replayed.rows_accepted, replayed.rows_rejected, replayed.fingerprint) == (99, 2, record.fingerprint)
    told = f"{record} {replayed} {_rows(work, 'rejected', 'hr/employees', 'source_file, source_sheet')}"
    assert not [nip for nip in nips if nip in told]


def test_a_replay_while_the_file_is_there_reads_the_file(work: Workplace) -> None:
    write_employees(work.landing, D1, _strangers())
    _load(work)
    outcome = replay_extract(EMPLOYEES, dataclasses.replace(work, profiles=(LOCAL_SEX,)))
    assert [(record.rows_accepted, record.rows_rejected) for record in outcome.records] == [(100, 0)]


def test_what_is_not_mended_stays_rejected_with_its_text_and_place(work: Workplace) -> None:
    rows = _strangers()
    rows[20]["GOL AKHIR ID"] = "V/z"
    path = write_employees(work.landing, D1, rows)
    _load(work)
    path.unlink()
    replay_extract(EMPLOYEES, dataclasses.replace(work, profiles=(LOCAL_SEX,)))
    assert _rows(work, "rejected", "hr/employees", "source_row, reasons, raw::json->>'gol_akhir_id'") == [
        (22, "rank_code.unknown_code", "V/z")
    ]
    replay_extract(EMPLOYEES, work)
    record = work.lake.records(EMPLOYEES)[D1]
    assert record.rows_read == record.rows_accepted + record.rows_rejected + record.rows_duplicate == 101


def test_a_replayed_row_that_contradicts_an_accepted_one_stays_out(work: Workplace) -> None:
    rows = [*(employee(number) for number in range(600)), employee(5, **{"UNOR ID": "U2", "JENIS KELAMIN": "Bapak"})]
    path = write_employees(work.landing, D1, rows)
    assert _load(work).rows_rejected == 1
    path.unlink()
    replay_extract(EMPLOYEES, dataclasses.replace(work, profiles=(LOCAL_SEX,)))
    record = work.lake.records(EMPLOYEES)[D1]
    assert (record.rows_accepted, record.rows_rejected) == (600, 1)
    assert _rows(work, "rejected", "hr/employees", "source_row, reasons") == [(602, "key_conflict")]


def test_a_replay_that_breaks_off_names_the_delivery_and_quotes_nothing(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_employees(work.landing, D1, _strangers())
    _load(work)
    path.unlink()

    def broken(*_: Any) -> None:
        raise KeyError("Orang 7")

    for name, place in (("type_batch", r" 2026-01-01 \(2026-01-01\.csv\)"), ("judge", "")):
        with monkeypatch.context() as patched:
            patched.setattr(replay, name, broken)
            with pytest.raises(LoadError, match=rf"^hr/employees{place}: KeyError in broken:\d+$"):
                replay_extract(EMPLOYEES, work)


def test_the_later_row_still_wins_when_the_earlier_one_is_replayed(work: Workplace) -> None:
    folder = work.landing / "feedback" / "lapor"
    folder.mkdir(parents=True)
    head = "tracking_id;tanggal_masuk;klasifikasi;status\n"
    others = "".join(f"{i};2026-01-01T08:00:00;ASPIRASI;Belum\n" for i in range(10, 60))
    path = folder / "2026-01-01.csv"
    path.write_text(f"{head}1;2026-01-01T08:00:00;PENGADUAN;Menunggu Dulu\n1;2026-01-02T08:00:00;PENGADUAN;Selesai\n{others}")
    _load(work, "feedback/complaints")
    path.unlink()
    mended = Profile("feedback/complaints", values={"status": {"Menunggu dulu": "Tertunda"}})
    replay_extract(COMPLAINTS, dataclasses.replace(work, profiles=(mended,)))
    record = work.lake.records(COMPLAINTS)[D1]
    assert (record.rows_read, record.rows_rejected, record.rows_duplicate) == (52, 0, 1)
    assert [status for (status,) in _rows(work, "accepted", "feedback/complaints", "status")].count("CLOSED") == 1


def test_an_assessment_is_replayed_with_its_competencies(work: Workplace) -> None:
    folder = work.landing / "evaluation" / "penilaian_kompetensi"
    folder.mkdir(parents=True)
    lines = ["nip;nama;tanggal_penilaian;tujuan;M.1;M.2;T.4"]
    lines += [
        f"{employee(n)['NIP BARU']};Orang;2025-05-0{1 + n % 9};{'Peta' if n == 3 else 'PEMETAAN'};{n % 6};3;{'' if n % 2 else 4}"
        for n in range(30)
    ]
    path = folder / "2026-01-01.csv"
    path.write_text("\n".join(lines))
    assert _load(work, "evaluation/assessments").rows_rejected == 1
    mended = Profile("evaluation/assessments", values={"tujuan": {"Peta": "PEMETAAN"}})
    content = path.read_bytes()
    path.unlink()
    replay_extract(ASSESSMENTS, dataclasses.replace(work, profiles=(mended,)))
    kept = [_rows(work, "accepted", f"evaluation/{table}") for table in ("assessments", "assessment_levels")]
    assert len(kept[0]) == 30
    path.write_bytes(content)
    refresh_extract(ASSESSMENTS, dataclasses.replace(work, profiles=(mended,)), force=True)
    assert [_rows(work, "accepted", f"evaluation/{table}") for table in ("assessments", "assessment_levels")] == kept


def test_rejected_rows_hold_what_was_understood_beside_what_was_written(work: Workplace) -> None:
    rows = [employee(number) for number in range(50)]
    rows[4]["GOL AKHIR ID"] = "III/e"
    write_employees(work.landing, D1, rows)
    _load(work)
    [(raw, typed, messages)] = _rows(work, "rejected", "hr/employees", "raw, typed, messages")
    assert json.loads(raw)["tanggal_lahir"] == "15-05-1990"
    assert json.loads(typed)["birth_year"] == "1990"
    assert "full_name" not in json.loads(typed)
    assert "Nearest known code: III/d." in messages
