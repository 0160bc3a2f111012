"""Real public files, as they were published: each is read with a profile at most, and gives the numbers known of it.

The files have no licence that lets them stand in this project; they are read from a folder beside the checkout, or the tests are skipped.
"""

from __future__ import annotations

import csv
import dataclasses
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from data_quality.contract import contract_for, fold
from pipelines.landing.batches import open_file
from pipelines.landing.headers import map_headers
from pipelines.landing.profiles import load_profiles
from pipelines.landing.refusals import MissingColumnsError
from pipelines.landing.values import clean
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.real import ANSWERS, NOT_THERE, REAL

if TYPE_CHECKING:
    from data_quality.results import LoadRecord

PROFILES = load_profiles(Path(__file__).parents[1] / "profiles")
DAY = date(2026, 1, 1)

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=NOT_THERE)


def deliver(work: Workplace, extract: str, file: str, name: str) -> tuple[LoadRecord, Workplace]:
    contract = contract_for(extract)
    folder = work.landing / contract.folder
    folder.mkdir(parents=True)
    shutil.copyfile(REAL / file, folder / f"2026-01-01_{name}{Path(file).suffix}")
    work = dataclasses.replace(work, profiles=PROFILES)
    refresh_extract(contract, work)
    return work.lake.records(contract)[DAY], work


def rows(work: Workplace, layer: str, extract: str, columns: str) -> list[tuple[object, ...]]:
    path = f"{work.lake.root}/{layer}/{extract}/**/*.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{path}', hive_partitioning=false) order by all").fetchall()


def counts(record: LoadRecord) -> tuple[int, int, int, int]:
    return record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_duplicate


def test_a_blank_form_of_an_assessment_centre_has_fourteen_columns_and_no_rows(work: Workplace) -> None:
    file = "format-templates/kaltim_rekap_penilaian_kompetensi_template.xlsx"
    record, _ = deliver(work, "evaluation/assessments", file, "rekap")
    assert (record.status, counts(record)) == ("accepted", (0, 0, 0, 0))
    opened = open_file(REAL / file, contract_for("evaluation/assessments"), PROFILES, 100)
    with (REAL / "format-templates" / "header_catalogue.csv").open(encoding="utf-8") as stream:
        catalogue = list(csv.reader(stream, delimiter=";"))
    assert list(opened.table.header.labels) == catalogue[5][4].split("|")
    assert (opened.table.header_row, opened.rows_outside) == (19, [20, 23, 24, 25])


def test_a_blank_form_without_a_profile_is_refused_with_what_it_lacks() -> None:
    file = REAL / "format-templates" / "kaltim_rekap_penilaian_kompetensi_template.xlsx"
    with pytest.raises(MissingColumnsError, match="tujuan") as refused:
        open_file(file, contract_for("evaluation/assessments"), (), 100)
    assert "tanggal_penilaian" in str(refused.value)


def test_a_nip_kept_from_rounding_by_a_formula_is_text_and_a_swapped_rank_is_named(work: Workplace) -> None:
    file = REAL / "format-templates" / "appak_pegawai_template.csv"
    opened = open_file(file, contract_for("hr/employees"), PROFILES, 100)
    [batch] = opened.batches(100, str)
    assert [clean(text) for text in batch.raw["employee_key"]] == ["NIP Pegawai", "123456789012345678"]
    record, work = deliver(work, "hr/employees", "format-templates/appak_pegawai_template.csv", "appak")
    assert record.rows_read == 2
    [_, (_, reasons, messages)] = rows(work, "rejected", "hr/employees", "source_row, reasons, messages")
    assert {"employee_key.nip_shape", "rank_code.unknown_code"} <= set(str(reasons).split(";"))
    swapped = {check.check_id: check.n_failed for check in record.checks}["rank_title.swapped"]
    assert swapped == 1
    assert "III/a" in str(messages)


def test_an_import_sheet_of_a_survey_tool_without_rows_is_an_empty_delivery(work: Workplace) -> None:
    record, _ = deliver(work, "feedback/survey_responses", "skm/templat_impor_skm_mpp_jepara.xlsx", "mpp")
    assert (record.status, counts(record), record.unknown_columns) == ("accepted", (0, 0, 0, 0), "")


def test_a_worksheet_of_questions_is_no_extract_and_is_refused_with_words(work: Workplace) -> None:
    record, _ = deliver(work, "feedback/survey_responses", "skm/simulasi_ikm_mpp_jepara.xlsx", "simulasi")
    assert record.status == "blocked"
    assert "required columns are missing: id_responden" in record.status_reason


def test_answers_to_the_fourteen_elements_are_kept_apart_from_the_nine(work: Workplace) -> None:
    record, work = deliver(work, "feedback/survey_responses", "skm/medan_marelan_2016_responden_01_16.csv", "marelan")
    assert counts(record) == (16, 16, 0, 0)
    columns = "min(instrument), sum(u1::int + u13::int + u14::int), count(u14)"
    [(instrument, total, n_elements)] = rows(work, "accepted", "feedback/survey_responses", columns)
    with (REAL / "skm" / "medan_marelan_2016_responden_01_16.csv").open(encoding="utf-8") as stream:
        written = list(csv.DictReader(stream, delimiter=";"))
    assert (instrument, n_elements) == ("IKM 14", 16)
    assert total == sum(int(row[element]) for row in written for element in ("U1", "U13", "U14"))


def test_fourteen_elements_without_a_word_are_not_taken_for_nine(work: Workplace) -> None:
    contract = contract_for("feedback/survey_responses")
    folder = work.landing / contract.folder
    folder.mkdir(parents=True)
    text = (REAL / "skm" / "medan_marelan_2016_responden_01_16.csv").read_text(encoding="utf-8")
    lines = [f"{line};{'tanggal;unor_id;jenis_layanan' if not at else '2016-06-30;U1;KTP-el'}" for at, line in enumerate(text.splitlines())]
    (folder / "2026-01-01.csv").write_text("\n".join(lines).replace("No.;", "id_responden;"), encoding="utf-8")
    refresh_extract(contract, work)
    record = work.lake.records(contract)[DAY]
    assert (record.status, record.rows_rejected) == ("blocked", 16)


def test_a_published_table_of_answers_gives_the_published_means(work: Workplace) -> None:
    own = load_profiles(Path(__file__).parents[2] / "config" / "sources")
    contract = contract_for("feedback/survey_responses")
    folder = work.landing / contract.folder
    folder.mkdir(parents=True)
    shutil.copyfile(ANSWERS, folder / "2019-07-01_sekadau.csv")
    work = dataclasses.replace(work, profiles=own)
    refresh_extract(contract, work)
    sums = ", ".join(f"sum(u{at}::int)::int" for at in range(1, 10))
    [totals] = rows(work, "accepted", "feedback/survey_responses", sums)
    assert list(totals) == [138, 139, 150, 177, 159, 163, 161, 143, 159]
    assert round(sum(Decimal(str(total)) for total in totals) / 49 / 9 * 25, 4) == Decimal("78.7415")


def test_standards_written_as_ids_are_mapped_and_one_level_that_does_not_exist_is_rejected(work: Workplace) -> None:
    record, work = deliver(work, "hr/competency_standards", "kamus-kompetensi-pati/skj.csv", "skj")
    assert (record.status, counts(record)) == ("accepted", (21, 20, 1, 0))
    assert rows(work, "rejected", "hr/competency_standards", "source_row, reasons") == [(12, "required_level.required")]
    first = rows(work, "accepted", "hr/competency_standards", "position_id, competency_code, required_level, valid_from")[:2]
    assert first == [("1", "M.1", 3, date(2020, 1, 1)), ("1", "M.2", 4, date(2020, 1, 1))]


def test_the_kelurahan_of_medan_load_as_units(work: Workplace) -> None:
    record, work = deliver(work, "hr/units", "medan-wilayah/medan_kecamatan_kelurahan.csv", "kelurahan")
    assert (record.status, counts(record)) == ("accepted", (151, 151, 0, 0))
    assert rows(work, "accepted", "hr/units", "count(distinct unit_id), count(distinct parent_unit_id), count(distinct area_code)") == [
        (151, 21, 151)
    ]


_CATALOGUE = {
    1: ("hr/employees", {"employee_key", "full_name", "birth_year", "sex", "legal_status_code", "employment_status", "appointed_on", "rank_code", "rank_since_on", "position_type_code", "position_name", "position_since_on", "education_level_code", "unit_name"}),
    2: ("hr/employees", {"employee_key", "full_name", "sex", "birth_year"}),
    3: ("hr/employees", {"employee_key", "full_name", "sex", "birth_year", "rank_code", "rank_title"}),
    5: ("evaluation/assessments", {"row_number", "full_name", "employee_key", "jpm_delivered", "category_delivered", "development_advice"}),
    10: ("feedback/survey_responses", {"responded_on", "counter", "age_band", "sex", "occupation", "education", *(f"u{n}" for n in range(1, 10))}),
    11: ("feedback/survey_responses", {"response_id", *(f"u{n}" for n in range(1, 10))}),
    13: ("feedback/complaints", {"tracking_id", "category", "status", "received_at", "forwarded_at", "closed_at"}),
}  # fmt: skip


@pytest.mark.parametrize("line", sorted(_CATALOGUE))
def test_real_header_rows_are_understood(line: int) -> None:
    with (REAL / "format-templates" / "header_catalogue.csv").open(encoding="utf-8") as stream:
        header = list(csv.reader(stream, delimiter=";"))[line][4]
    labels = header.partition(" lalu ")[0].split("|")
    extract, expected = _CATALOGUE[line]
    short = [label.rpartition(".")[2] or label for label in labels]
    found = map_headers(contract_for(extract), labels, short)
    assert expected <= set(found.positions)


def test_personal_columns_of_a_real_export_are_dropped_by_their_header() -> None:
    with (REAL / "format-templates" / "header_catalogue.csv").open(encoding="utf-8") as stream:
        labels = list(csv.reader(stream, delimiter=";"))[1][4].split("|")
    dropped = {fold(label) for label in map_headers(contract_for("hr/employees"), labels).dropped}
    assert {"nik", "nomorhp", "email", "alamat", "npwp", "bpjs", "agama", "jeniskawin"} <= dropped
