"""Every rule and every fault of reading has words, in both languages, that name the column and hold no gap."""

from __future__ import annotations

import pytest

from data_quality.contract import Contract, load_contracts
from data_quality.wording import wording

FAULTS = ("unreadable", "damaged_text", "nip_rounded", "nip_shape", "nip_date")
WHOLE = ("row.too_many_cells", "row.too_long", "row.broken_quotes", "key_conflict", "unreadable_file", "unexpected_columns")


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)
def test_everything_that_can_be_wrong_is_worded_in_both_languages(contract: Contract) -> None:
    ids = [rule.check_id for rule in (*contract.row_rules, *contract.delivery_rules)]
    ids += [f"{column.name}.{fault}" for column in contract.read_columns for fault in FAULTS] + list(WHOLE)
    for check_id in ids:
        english, indonesian = (wording(contract, check_id, language) for language in ("en", "id"))
        for words in (english, indonesian):
            assert len(words.problem) > 8, check_id
            assert len(words.mend) > 5, check_id
            assert not {"{", "}"} & set(words.problem + words.mend) - ({"{", "}"} if "instrumen" in words.mend else set()), check_id
        assert english.problem != indonesian.problem, check_id
        assert english.mend != indonesian.mend, check_id


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.extract)
def test_what_is_wrong_with_a_cell_names_its_header(contract: Contract) -> None:
    for column in contract.read_columns:
        kinds = ["unreadable", *(["required"] if column.required else []), *(["unknown_code"] if column.reference else [])]
        for kind in kinds:
            for language in ("en", "id"):
                assert column.header in wording(contract, f"{column.name}.{kind}", language).problem


def test_a_competency_is_named_by_its_code_and_an_unknown_rule_is_an_error() -> None:
    contract = next(contract for contract in load_contracts() if contract.melted)
    assert wording(contract, "level:T.4.unreadable", "id").problem.startswith("T.4:")
    with pytest.raises(KeyError, match="nonsense"):
        wording(contract, "nonsense.rule")
