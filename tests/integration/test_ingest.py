"""Deliveries on their way into the lake: nothing lost, nothing doubled, whatever comes in whatever order."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from data_quality.contract import contract_for, load_contracts
from data_quality.validation import failing_rows
from pipelines.lake.store import replace_folder
from pipelines.landing.batches import OpenedFile
from pipelines.landing.profiles import Profile, Reading
from pipelines.loading import ingest
from pipelines.loading.delivery_load import DeliveryLoad
from pipelines.loading.ingest import LoadError, Workplace, refresh_extract
from tests.conftest import employee, refusing_to_open, write_employees

if TYPE_CHECKING:
    from data_quality.results import LoadRecord

EMPLOYEES = contract_for("hr/employees")
D1, D2, D3 = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)


def crowd(n: int = 300) -> list[dict[str, str]]:
    return [employee(number) for number in range(n)]


def load(work: Workplace) -> dict[date, LoadRecord]:
    refresh_extract(EMPLOYEES, work)
    return work.lake.records(EMPLOYEES)


def accepted(work: Workplace) -> list[tuple[object, ...]]:
    return duckdb.sql(
        f"from read_parquet('{work.lake.root}/accepted/hr/employees/**/*.parquet', hive_partitioning=false) order by all"
    ).fetchall()


def reasons(work: Workplace, day: date) -> dict[int, str]:
    path = work.lake.root / "rejected" / "hr" / "employees" / f"delivery={day}"
    return dict(duckdb.sql(f"select source_row, reasons from read_parquet('{path}/*.parquet')").fetchall())


def test_dirty_rows_are_rejected_by_name_and_clean_ones_are_not(work: Workplace) -> None:
    rows = crowd()
    rows[10]["NIP BARU"] = "1,99003E+17"
    rows[11]["GOL AKHIR ID"] = "V/z"
    rows[12]["NAMA"] = "-"
    rows[13]["TANGGAL LAHIR"] = "31-02-1990"
    rows[14]["GOL AKHIR ID"] = "IX"
    rows.append(dict(rows[20]))
    write_employees(work.landing, D1, rows)
    record = load(work)[D1]
    assert (record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_duplicate) == (301, 295, 5, 1)
    assert reasons(work, D1) == {
        12: "employee_key.nip_rounded", 13: "rank_code.unknown_code", 14: "full_name.required", 15: "birth_year.unreadable", 16: "rank_fits_employment",
    }  # fmt: skip
    assert record.status == "accepted"


def test_a_number_that_is_valid_for_a_pppk_is_none_for_a_pns(work: Workplace) -> None:
    rows = crowd(60)
    number = "199003152025212901"
    rows[7].update({"NIP BARU": number, "TANGGAL LAHIR": "15-03-1990", "JENIS KELAMIN": "P"})
    rows[8].update({"NIP BARU": "199003152025212902", "STATUS KEPEGAWAIAN": "P3K", "GOL AKHIR ID": "IX"})
    write_employees(work.landing, D1, rows)
    load(work)
    assert reasons(work, D1) == {9: "nip_fits_employment"}


def test_nothing_personal_reaches_the_lake_in_the_clear(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(60))
    load(work)
    paths = [path for path in work.lake.root.rglob("*.parquet") if duckdb.sql(f"from read_parquet('{path}')").fetchall()]
    assert {"load.parquet", "checks.parquet"} < {path.name for path in paths}, "records and rows"
    for path in paths:
        text = str(duckdb.sql(f"from read_parquet('{path}')").fetchall())
        assert "Orang 1" not in text
        assert "000000000001" not in text
        assert "19900215201501" not in text


def test_two_rows_of_one_person_that_contradict_each_other_are_both_rejected(work: Workplace) -> None:
    rows = [*crowd(600), employee(5, **{"UNOR ID": "U2"})]
    write_employees(work.landing, D1, rows)
    record = load(work)[D1]
    assert record.status == "accepted"
    assert set(reasons(work, D1).values()) == {"key_conflict"}
    assert record.rows_rejected == 2


def test_a_rejected_contradiction_keeps_its_own_text_in_whatever_order_texts_come(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*crowd(1500), employee(5, **{"UNOR ID": "U2"}), employee(1400, **{"UNOR ID": "U3"})]
    write_employees(work.landing, D1, rows)
    in_order = OpenedFile.written
    monkeypatch.setattr(OpenedFile, "written", lambda file, wanted: reversed(list(in_order(file, wanted))))
    assert refresh_extract(EMPLOYEES, dataclasses.replace(work, batch_rows=1_000)).records[0].rows_rejected == 4
    path = work.lake.root / "rejected" / "hr" / "employees" / f"delivery={D1}"
    found = duckdb.sql(f"select source_row, raw::json->>'nip_baru', raw::json->>'unor_id' from read_parquet('{path}/*.parquet')").fetchall()
    assert found == [(number + 2, rows[number]["NIP BARU"], rows[number]["UNOR ID"]) for number in (5, 1400, 1500, 1501)]


def test_a_delivery_full_of_contradictions_is_blocked(work: Workplace) -> None:
    write_employees(work.landing, D1, [*crowd(20), employee(5, **{"UNOR ID": "U2"})])
    record = load(work)[D1]
    assert record.status == "blocked"
    assert "max_key_conflict_share" in record.status_reason
    assert accepted(work) == []


def test_a_bad_file_does_not_stop_the_others(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd())
    (work.landing / "hr" / "pegawai" / "2026-01-02.xlsx").write_bytes(b"PK broken")
    write_employees(work.landing, D3, crowd())
    records = load(work)
    assert {day: r.status for day, r in records.items()} == {D1: "accepted", D2: "blocked", D3: "accepted"}


def test_a_shrunken_snapshot_is_blocked_and_judged_again_when_the_one_before_comes_late(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(400))
    write_employees(work.landing, D3, crowd(200))
    assert load(work)[D3].status == "blocked"
    write_employees(work.landing, D2, crowd(300))
    records = load(work)
    assert {day: r.status for day, r in records.items()} == {D1: "accepted", D2: "accepted", D3: "accepted"}
    assert records[D2].is_late


def test_a_person_can_accept_what_a_rule_blocks(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(400))
    write_employees(work.landing, D2, crowd(100))
    assert load(work)[D2].status == "blocked"
    allowed = dataclasses.replace(work, profiles=(Profile("hr/employees", accept_deliveries=(D2,)),))
    assert load(allowed)[D2].status == "accepted"


def test_a_correction_replaces_its_delivery_and_a_blocked_one_leaves_it(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(300))
    load(work)
    write_employees(work.landing, D1, crowd(310))
    assert load(work)[D1].is_corrected
    assert len(accepted(work)) == 310
    write_employees(work.landing, D1, [employee(number, **{"GOL AKHIR ID": "V/z"}) for number in range(310)])
    record = load(work)[D1]
    assert record.status == "blocked"
    assert record.in_force_rows == 310
    assert len(accepted(work)) == 310


def test_an_unchanged_delivery_is_not_read_again(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(50))
    load(work)
    outcome = refresh_extract(EMPLOYEES, work)
    assert not outcome.has_news
    assert outcome.unchanged == 1


def test_unknown_columns_are_kept_out_and_reported(work: Workplace) -> None:
    path = write_employees(work.landing, D1, crowd(50))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ";HOBI", *(line + ";berenang" for line in lines[1:])]))
    record = load(work)[D1]
    assert record.unknown_columns == "HOBI"
    assert "HOBI" not in str(duckdb.sql(f"describe from read_parquet('{work.lake.root}/accepted/hr/employees/**/*.parquet')").fetchall())


def test_a_row_with_more_cells_than_the_header_is_rejected(work: Workplace) -> None:
    path = write_employees(work.landing, D1, crowd(50))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:5], lines[5] + ";lebih", *lines[6:]]))
    load(work)
    assert reasons(work, D1) == {6: "row.too_many_cells"}


def test_the_later_row_of_an_updated_event_wins(work: Workplace) -> None:
    folder = work.landing / "feedback" / "lapor"
    folder.mkdir(parents=True)
    head = "tracking_id;tanggal_masuk;tanggal_respon;klasifikasi;status;pelapor;isi_laporan\n"
    (folder / "2026-01-01.csv").write_text(
        head + "1;2026-01-01T08:00:00;;PENGADUAN;Belum;Budi;hubungi 0812-3456-7890\n1;2026-01-01T08:00:00;2026-01-02T08:00:00;PENGADUAN;Proses;Budi;x\n"
        + "2;2026-01-01T08:00:00;2025-01-01T08:00:00;PENGADUAN;Selesai;Budi;x\n" + "".join(f"{i};2026-01-01T08:00:00;;ASPIRASI;Belum;B;x\n" for i in range(3, 40))
    )  # fmt: skip
    contract = contract_for("feedback/complaints")
    refresh_extract(contract, work)
    record = work.lake.records(contract)[D1]
    assert (record.rows_duplicate, record.rows_rejected) == (1, 1)
    table = duckdb.sql(
        f"select tracking_id, status from read_parquet('{work.lake.root}/accepted/feedback/complaints/**/*.parquet') where tracking_id = '1'"
    )
    assert table.fetchall() == [("1", "IN_PROGRESS")]


def test_a_crash_between_two_renames_is_healed(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(30))
    load(work)
    before = load(work)
    target = work.lake.root / "loads" / "hr" / "employees" / "delivery=2026-01-01"
    target.rename(target.with_name(".old-delivery=2026-01-01"))
    work.lake.prepare(load_contracts())
    assert work.lake.records(EMPLOYEES) == before
    replace_folder(work.lake.staging("again"), target)
    assert work.lake.records(EMPLOYEES) == {}


def test_a_rule_that_cannot_be_evaluated_is_an_error_and_no_pass() -> None:
    import pandas as pd

    from data_quality.validation import ValidationError

    frame = pd.DataFrame({"graduation_year": pd.Series(["x"], dtype=object)})
    with pytest.raises(ValidationError, match="graduation_year"):
        failing_rows(EMPLOYEES, frame)


def test_a_new_column_is_a_warning_once_and_of_the_delivery_that_had_it_first(work: Workplace) -> None:
    def deliver(day: date, column: str = "") -> None:
        path = write_employees(work.landing, day, crowd(50))
        lines = path.read_text().splitlines()
        path.write_text("\n".join([lines[0] + column, *lines[1:]]))

    def standing() -> dict[date, str]:
        return {day: next(c.status for c in record.checks if c.check_id == "unexpected_columns") for day, record in load(work).items()}

    deliver(D2, ";HOBI")
    assert standing() == {D2: "warn"}
    deliver(D3, ";HOBI")
    assert standing() == {D2: "warn", D3: "pass"}
    deliver(D1, ";HOBI")
    assert standing() == {D1: "warn", D2: "pass", D3: "pass"}


def test_every_sheet_that_holds_the_table_is_read(work: Workplace) -> None:
    import xlsxwriter

    folder = work.landing / "hr" / "pegawai"
    folder.mkdir(parents=True)
    rows = crowd(60)
    with xlsxwriter.Workbook(str(folder / "2026-01-01.xlsx")) as book:
        book.add_worksheet("Petunjuk").write(0, 0, "Isi lembar berikut")
        for name, part in (("Dinas A", rows[:40]), ("Dinas B", rows[40:])):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate([list(rows[0]), *(list(row.values()) for row in part)]):
                for at, cell in enumerate(cells):
                    sheet.write_string(number, at, cell)
    record = load(work)[D1]
    assert (record.status, record.rows_accepted) == ("accepted", 60)
    detected = [found for found in json.loads(record.detection) if "sheet" in found]
    assert [(found["file"], found["sheet"]) for found in detected] == [("2026-01-01.xlsx", "Dinas A"), ("2026-01-01.xlsx", "Dinas B")]
    assert "Petunjuk" in record.detection


def test_a_range_of_dates_fills_the_last_day(work: Workplace) -> None:
    folder = work.landing / "evaluation" / "pelatihan_peserta"
    folder.mkdir(parents=True)
    head = "id;nip;kode_program;tanggal_undangan;status;Tanggal Pelaksanaan\n"
    text = "".join(
        f"{n};{employee(n)['NIP BARU']};P1;2026-08-01;SELESAI;{'12 s.d. 14 Agustus 2026' if n else '12-08-2026'}\n" for n in range(30)
    )
    (folder / "2026-09-01.csv").write_text(head + text)
    contract = contract_for("evaluation/training_participants")
    refresh_extract(contract, work)
    spans = duckdb.sql(
        f"select started_on, ended_on, count(*) from read_parquet('{work.lake.root}/accepted/evaluation/training_participants/delivery=*/*.parquet') group by all order by all"
    ).fetchall()
    assert spans == [(date(2026, 8, 12), date(2026, 8, 14), 29), (date(2026, 8, 12), None, 1)]
    assert '"started_on: date.range": 29' in work.lake.records(contract)[date(2026, 9, 1)].detection


def test_an_office_is_mapped_by_a_profile_alone(work: Workplace) -> None:
    folder = work.landing / "feedback" / "skm"
    folder.mkdir(parents=True)
    text = "Tanggal,ID LOKET,Jenis kelamin,U1,U1,U2,FOTO\n" + "05/13/2026,1,Pr,3,9,4,x\n" * 20
    (folder / "2026-06-01_mpp.csv").write_text(text)
    profile = Profile(
        "feedback/survey_responses", files="*_mpp*", row_numbers=("id_responden",), constants={"unor_id": "U-MPP"}, ignore=("FOTO", "U1"),
        headers={"ID LOKET": ("loket", "jenis_layanan"), "U1#2": ("u3",)}, prefixes={"id_responden": "mpp-"},
        values={"jenis_layanan": {"1": "KTP-el"}, "jk": {"pr": "P"}, "u3": {"9": "2"}}, reading=Reading(date_order="month_first", delimiter=","),
    )  # fmt: skip
    contract = contract_for("feedback/survey_responses")
    refresh_extract(contract, dataclasses.replace(work, profiles=(profile,)))
    [record] = work.lake.records(contract).values()
    assert (record.status, record.rows_accepted, record.unknown_columns) == ("accepted", 20, "")
    assert '"jk: profile.value_map"' not in record.detection
    assert '"sex: profile.value_map": 20' in record.detection
    columns = "response_id, responded_on, unit_id, counter, service_name, sex, u1, u2, u3"
    path = f"{work.lake.root}/accepted/feedback/survey_responses/delivery=*/*.parquet"
    first = duckdb.sql(f"select {columns} from read_parquet('{path}') order by source_row").fetchall()[0]
    assert first == ("mpp-2026-06-01_mpp-2", date(2026, 5, 13), "U-MPP", "1", "KTP-el", "F", "3", "4", "2")


def test_a_snapshot_with_every_row_twice_is_no_measure_for_the_next(work: Workplace) -> None:
    write_employees(work.landing, D1, [*crowd(100), *crowd(100)])
    write_employees(work.landing, D2, crowd(100))
    records = load(work)
    assert (records[D1].rows_duplicate, records[D1].in_force_rows) == (100, 100)
    assert records[D2].status == "accepted"


def test_a_load_that_breaks_off_names_the_delivery_and_its_file_and_quotes_nothing(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_employees(work.landing, D1, crowd(50))
    write_employees(work.landing, D2, crowd(50), "_199003152025212901")
    absorb = DeliveryLoad.absorb

    def broken(self: DeliveryLoad, *arguments: Any) -> None:
        if self.delivery.delivery_on == D2:
            raise KeyError("Orang 7")
        absorb(self, *arguments)

    monkeypatch.setattr(DeliveryLoad, "absorb", broken)
    with pytest.raises(LoadError, match=r"^hr/employees 2026-01-02 \(2026-01-02_\[...\]\.csv\): KeyError in broken:\d+$"):
        load(work)


def test_a_validation_that_breaks_off_names_the_deliveries_that_were_validated_together(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 8):
        write_employees(work.landing, date(2026, 1, day), crowd(50))

    def broken(*_: Any) -> None:
        raise KeyError("Orang 7")

    monkeypatch.setattr(ingest, "failing_rows", broken)
    with pytest.raises(LoadError) as told:
        load(work)
    assert str(told.value).startswith("hr/employees 2026-01-01 (2026-01-01.csv), 2026-01-02 (2026-01-02.csv), ")
    assert "2026-01-05 (2026-01-05.csv) and 2 more: KeyError in broken:" in str(told.value)
    assert "Orang" not in str(told.value)


def test_a_row_whose_number_is_written_with_more_zeros_repeats_the_other(work: Workplace) -> None:
    assessments = contract_for("evaluation/assessments")
    folder = work.landing / assessments.folder
    folder.mkdir(parents=True)
    for part, match in (("", "85,5"), ("_part2", "85,50")):
        lines = ["nip;tanggal_penilaian;tujuan;jpm;M.1", f"199002152015011901;15-02-2026;PEMETAAN;{match};3"]
        (folder / f"2026-03-01{part}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (record,) = refresh_extract(assessments, work).records
    assert (record.rows_read, record.rows_accepted, record.rows_duplicate, record.rows_rejected) == (2, 1, 1, 0)


# --- files that change while they are read ------------------------------------------------------------------------------------


def test_what_is_written_into_a_new_file_while_it_is_read_is_read_by_the_next_run(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    write_employees(work.landing, D1, crowd(100))
    opened = ingest.open_delivery

    def copied_meanwhile(*given: Any) -> Any:
        found = opened(*given)  # a file of this size is held from here on
        write_employees(work.landing, D1, crowd(300))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "open_delivery", copied_meanwhile)
        assert load(work)[D1].rows_accepted == 100
    assert load(work)[D1].rows_accepted == 300


def test_a_file_that_is_gone_stops_nothing_and_is_read_when_it_is_there(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(60))
    gone = write_employees(work.landing, D2, crowd(61))
    with refusing_to_open(gone, FileNotFoundError):
        outcome = refresh_extract(EMPLOYEES, work)
    assert (outcome.unfinished, [record.delivery_on for record in outcome.records]) == ([D2], [D1])
    assert set(load(work)) == {D1, D2}


def test_a_file_that_may_not_be_read_is_blocked_with_words_until_it_may(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd(60))
    shut = write_employees(work.landing, D2, crowd(61))
    with refusing_to_open(shut, PermissionError):
        records = load(work)
        assert {day: record.status for day, record in records.items()} == {D1: "accepted", D2: "blocked"}
        assert records[D2].status_reason.startswith("2026-01-02.csv: the user that runs the warehouse may not read the file")
    assert load(work)[D2].rows_accepted == 61


def test_a_file_that_goes_while_it_is_read_is_no_damaged_one(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_employees(work.landing, D1, crowd(60))
    opened = ingest.open_delivery

    def renamed_meanwhile(*given: Any) -> Any:
        path.rename(path.with_suffix(".away"))
        return opened(*given)

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "open_delivery", renamed_meanwhile)
        assert load(work) == {}
    path.with_suffix(".away").rename(path)
    assert load(work)[D1].status == "accepted"
