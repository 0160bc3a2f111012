"""Both languages say everything, with the same values in it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from pipelines.inspection import words as module
from pipelines.inspection.words import Words
from pipelines.landing import columns, values
from pipelines.landing.survey import Survey

PIPELINES = Path(module.__file__).parent
ALL = {**module._WORDS, **module._COERCIONS}


@pytest.mark.parametrize("key", ALL)
def test_both_languages_have_the_same_values(key: str) -> None:
    indonesian, english = ALL[key]
    assert indonesian.strip()
    assert english.strip()
    assert _fields(indonesian) == _fields(english)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_most_words_differ() -> None:
    same = [key for key, (indonesian, english) in ALL.items() if indonesian == english]
    assert set(same) <= {
        "label.format", "head.number", "delimiter.\t", "book.data", "book.comment", "format.parquet", "label.found",
    }  # fmt: skip


def test_a_delivery_has_one_name_in_indonesian() -> None:
    assert [key for key, (indonesian, _) in ALL.items() if "penyerahan" in indonesian.casefold()] == []


def test_every_word_that_is_asked_for_is_there_and_every_word_is_asked_for() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PIPELINES.glob("*.py") if path.name != "words.py")
    asked = set(re.findall(r"""words\(\s*["']([a-z]+(?:\.[a-z_]+)?)["']""", text))
    asked |= set(re.findall(r"""["']((?:head|heading|label|caption)\.[a-z_]+)["']""", text))
    assert asked <= set(module._WORDS)
    families = set(re.findall(r"""f["']([a-z]+)\.\{""", text)) | {
        "head",
        "evidence",
        "duplicate",
        "replaced",
    }  # words whose second part is a value
    spoken = {key for key in module._WORDS if key.partition(".")[0] in families or re.search(rf"""["']{re.escape(key)}["']""", text)}
    assert set(module._WORDS) == spoken


def test_every_coercion_of_the_readers_has_words() -> None:
    text = "\n".join(Path(str(source.__file__)).read_text(encoding="utf-8") for source in (columns, values))
    used = set(re.findall(r'"((?:date|timestamp|number|boolean|nip|code|codes|free_text|missing|text|period|age|profile)\.[a-z_]+)"', text))
    assert used <= set(module._COERCIONS)
    assert len(used) > 15


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["25-12-2020"], "1 isi memiliki angka pertama di atas 12"),
        (["12-25-2020"], "1 isi memiliki angka kedua di atas 12"),
        (["01-02-2020", "03-04-2020"], "2 isi bisa dibaca dua cara; dipakai bentuk baku"),
    ],
)
def test_the_evidence_of_a_survey_is_put_into_words(texts: list[str], expected: str) -> None:
    import pandas as pd

    from data_quality.contract import contract_for
    from pipelines.landing.profiles import Reading

    survey = Survey(contract_for("hr/employees").read_columns)
    survey.add("rank_since_on", pd.Series(texts, dtype=object))
    style = survey.formats(month_first=False, reading=Reading())["rank_since_on"]
    assert Words("id").evidence(style.evidence) == expected


def test_what_other_tables_and_the_workbook_itself_decide_is_put_into_words() -> None:
    words = Words("en")
    for evidence in ("month first: 1 ambiguous values, order of the delivery's other tables",
                     "decimal point: 1 ambiguous values, form of the delivery's other tables"):  # fmt: skip
        assert words.evidence(evidence) == "1 values could be read either way; the form of the delivery's other tables was taken"
    assert words.evidence("serial numbers count from 1904") == "serial numbers of dates count from 1904"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert Words("id").number(1234567) == "1.234.567"
    assert Words("en").number(1234567) == "1,234,567"
    assert Words("id").number(12.34, 1) == "12,3"
    assert Words("id")("places.count", n=12345) == "12.345 baris"
    assert Words("id")("places.caption", number="1234", rule="x").startswith("Sel untuk masalah 1234 ")
