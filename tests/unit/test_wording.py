"""Every rule and every fault of reading has words, in both languages, that name the column and hold no gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for, load_contracts
from data_quality.wording import wording

if TYPE_CHECKING:
    from data_quality.contract import Contract
    from data_quality.wording import Language

LANGUAGES: tuple[Language, Language] = ("en", "id")
FAULTS = (
    "unreadable",
    "damaged_text",
    "number_rounded",
    "made_a_date",
    "day_month_swapped",
    "not_computed",
    "nip_rounded",
    "nip_shape",
    "nip_date",
)
WHOLE = (
    "row.too_many_cells", "row.other_table", "row.too_long", "row.broken_quotes", "key_conflict", "unreadable_file", "not_early",
    "unexpected_columns",
)  # fmt: skip
EACH_CONTRACT = pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)


def cell_ids(contract: Contract) -> list[tuple[str, str]]:
    """Every check on a single column, with the header that its words must name."""
    ids = []
    for column in contract.read_columns:
        names = [*FAULTS, *(["required"] if column.required else []), *(["unknown_code"] if column.reference else [])]
        names += [*(["in_future"] if column.event_time else []), *(["before_calendar"] if column.event_time == "calendar" else [])]
        ids += [(f"{column.name}.{name}", column.header) for name in names]
        ids += [(rule.check_id, column.header) for rule in column.rules]
    return ids


@EACH_CONTRACT
def test_everything_that_can_be_wrong_is_worded_in_both_languages(contract: Contract) -> None:
    ids = [rule.check_id for rule in (*contract.row_rules, *contract.delivery_rules)]
    ids += [check_id for check_id, _ in cell_ids(contract)] + list(WHOLE)
    for check_id in ids:
        english, indonesian = (wording(contract, check_id, language) for language in LANGUAGES)
        for words in (english, indonesian):
            for text in (words.problem, words.mend):
                assert len(text) > 8, check_id
                assert text.endswith("."), (check_id, text)
                assert not set("{}") & set(text), (check_id, text)
                assert "  " not in text, (check_id, text)
                assert "None" not in text, (check_id, text)
        assert english.problem != indonesian.problem, check_id
        assert english.mend != indonesian.mend, check_id


@EACH_CONTRACT
def test_every_rule_carries_its_words_in_both_languages(contract: Contract) -> None:
    for rule in (*contract.row_rules, *contract.delivery_rules):
        assert rule.description_id, rule.check_id
        assert rule.how_to_resolve_id, rule.check_id
        assert rule.description_id != rule.description, rule.check_id
        assert rule.how_to_resolve not in {rule.description, rule.how_to_resolve_id}, rule.check_id


def test_the_mend_of_an_amount_says_how_large_it_may_be() -> None:
    """An amount too large is most often one with decimals read as thousands: who sees the limit sees that it is not the sign that is wrong."""
    rules = [rule for contract in load_contracts() for column in contract.read_columns if column.parser == "money" for rule in column.rules]
    limits = {rule: f"{rule.kwargs['max_value']:,}" for rule in rules if "max_value" in rule.kwargs}
    assert len(limits) == 5
    for rule, limit in limits.items():
        assert limit in rule.how_to_resolve
        assert limit.replace(",", ".") in rule.how_to_resolve_id


@EACH_CONTRACT
def test_what_is_wrong_with_a_cell_names_its_header(contract: Contract) -> None:
    for check_id, header in cell_ids(contract):
        for language in LANGUAGES:
            assert header in wording(contract, check_id, language).problem, check_id


@EACH_CONTRACT
def test_how_to_mend_a_declared_rule_names_the_header(contract: Contract) -> None:
    headers = {column.header for column in contract.read_columns}
    for column in contract.read_columns:
        for rule in column.rules:
            assert all(column.header in wording(contract, rule.check_id, language).mend for language in LANGUAGES), rule.check_id
    for rule in contract.rules:
        for language in LANGUAGES:
            assert any(header in wording(contract, rule.check_id, language).mend for header in headers), rule.check_id


@pytest.mark.parametrize(
    ("extract", "check_id", "problem", "mend"),
    [
        ("hr/employees", "birth_year.unreadable", "tanggal_lahir: bukan tanggal yang dikenali.", "Tulis tanggal, misalnya 17-08-1990."),
        ("feedback/complaints", "received_at.unreadable", "tanggal_masuk: bukan tanggal dan jam", "misalnya 17-08-2026 08:30."),
        ("evaluation/training_budgets", "allocated_idr.unreadable", "pagu: bukan jumlah rupiah penuh", "misalnya 1.500.000."),
        ("hr/employees", "sex.unknown_code", "jenis_kelamin: kode tidak dikenal.", "salah satu dari P, L, atau petakan"),
        ("hr/employees", "rank_code.unknown_code", "gol_akhir_id: kode tidak dikenal.", "misalnya 11 (I/a), atau petakan"),
        ("evaluation/appraisals", "work_rating.unknown_code", "hasil_kerja", "1 (DIATAS EKSPEKTASI), 2 (SESUAI EKSPEKTASI)"),
        ("feedback/survey_responses", "instrument.unknown_code", "instrumen: kode tidak dikenal.", "salah satu dari IKM 14, SKM 9, atau"),
        ("evaluation/appraisals", "is_acting_post.unreadable", "bukan jawaban ya atau tidak yang dikenali.", "Tulis Ya atau Tidak."),
        (
            "evaluation/appraisals",
            "year.range",
            "tahun melanggar aturan: Tahun antara 2010 dan 2035, yaitu tahun-tahun yang ada dalam kalender.",
            "Tulis tahun dengan empat angka",
        ),
        ("feedback/complaints", "received_at.in_future", "tanggal_masuk: tanggal sesudah hari kiriman.", "atau tanggal pada nama berkas."),
        ("feedback/complaints", "received_at.before_calendar", "tanggal_masuk: tanggal sebelum 01-01-2010", "tidak diukur."),
        ("hr/employees", "rank_fits_employment", "Aturan dilanggar: PNS atau CPNS", "Perbaiki gol_akhir_id atau status_kepegawaian"),
    ],
)
def test_the_words_are_concrete(extract: str, check_id: str, problem: str, mend: str) -> None:
    words = wording(contract_for(extract), check_id, "id")
    assert problem in words.problem
    assert mend in words.mend


def test_a_competency_is_named_by_its_code() -> None:
    contract = contract_for("evaluation/assessments")
    assert wording(contract, "level:T.4.unreadable", "id").problem.startswith("T.4:")
    assert wording(contract, "level:T.4.range", "id").problem.startswith("T.4 melanggar aturan:")
    for check_id in ("level.unreadable", "level.range"):
        assert wording(contract, check_id, "en").problem.startswith("A competency column (M.1 and so on)")
        assert wording(contract, check_id, "id").problem.startswith("Kolom kompetensi (M.1 dan seterusnya)")


@pytest.mark.parametrize("check_id", ["nonsense", "nonsense.rule", "sex.nonsense", "birth_year.unknown_code", "row.nonsense"])
def test_an_unknown_check_is_an_error_that_names_it(check_id: str) -> None:
    with pytest.raises(KeyError, match=check_id):
        wording(contract_for("hr/employees"), check_id)
