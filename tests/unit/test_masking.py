"""What masking finds of an invented, labelled sample, what it takes for a person's and is not, and that its time grows with the length alone."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from re import _constants, _parser
from typing import Any

import pytest

from pipelines.privacy import identifiers, names
from pipelines.privacy.masking import mask, mask_identifiers, spans
from tests.files.masking_sample import HELD_OUT, STRUCTURED, TEXTS, parsed

PRIVACY = Path(__file__).parents[2] / "docs" / "privacy.md"


def measured(texts: list[str]) -> tuple[Counter[str], Counter[str], Counter[str], list[str]]:
    """How many there are and how many were found, by kind; right and all findings; and what went wrong, in words.

    Found is what has no letter or digit left. A finding is right where it touches something that was marked.
    """
    there, found, findings, wrong = Counter[str](), Counter[str](), Counter[str](), []
    for marked in texts:
        text, labels = parsed(marked)
        covered = {at for span in spans(text) for at in range(span.start, span.end)}
        for label in labels:
            there[label.kind] += 1
            is_found = all(at in covered or not text[at].isalnum() for at in range(label.start, label.end))
            found[label.kind] += is_found
            wrong += [] if is_found else [f"missed {label.kind}: {marked} -> {mask(text)}"]
        for span in spans(text):
            kind = "name" if span.label == names.NAME else "structured"
            is_right = any(label.start < span.end and span.start < label.end for label in labels)
            findings[kind] += 1
            findings[f"{kind} right"] += is_right
            wrong += [] if is_right else [f"too much: {marked} -> {mask(text)}"]
    return there, found, findings, wrong


def figures(texts: list[str]) -> dict[str, float]:
    there, found, findings, _ = measured(texts)
    return {
        "recall of identifiers": sum(found[kind] for kind in STRUCTURED) / sum(there[kind] for kind in STRUCTURED),
        "precision of identifiers": findings["structured right"] / findings["structured"],
        "recall of names": found["name"] / there["name"],
        "precision of names": findings["name right"] / findings["name"],
    }


def test_every_kind_is_in_the_sample() -> None:
    there, *_ = measured(TEXTS + HELD_OUT)
    assert min(there[kind] for kind in STRUCTURED) >= 5
    assert there["name"] >= 60


@pytest.mark.parametrize(
    ("texts", "least_of_names"), [(TEXTS, 0.85), (HELD_OUT, 0.4), (TEXTS + HELD_OUT, 0.8)], ids=["seen", "held-out", "all"]
)
def test_identifiers_and_names_are_found_as_the_page_says(texts: list[str], least_of_names: float) -> None:
    told, wrong = figures(texts), measured(texts)[3]
    assert told["recall of identifiers"] >= 0.98, wrong
    assert told["precision of identifiers"] >= 0.95, wrong
    assert told["recall of names"] >= least_of_names, wrong
    assert told["precision of names"] >= 0.95, wrong
    page = PRIVACY.read_text(encoding="utf-8")
    line = " | ".join(f"{told[name]:.1%}" for name in told)
    assert line in page, f"docs/privacy.md: {' | '.join(told)}: {line}"


@pytest.mark.parametrize(
    "text", ["Rumah Sakit Dr. Pirngadi", "Jalan Ahmad Yani", "Bapak Walikota", "Rp 12.500.000", "tahun 2024/2025", "jam 08.00 - 16.30"]
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(text) == text


def test_invisible_characters_hide_nothing() -> None:
    assert mask("hp 0812\u200b3456\u200d7890") == "hp [telepon]"


def test_the_name_of_a_unit_is_left_to_a_column_that_holds_units() -> None:
    assert mask_identifiers("RSUD Bapak Budi Santoso, telp 061-4567890") == "RSUD Bapak Budi Santoso, telp [angka]"


def test_masked_text_is_left_alone() -> None:
    for marked in TEXTS + HELD_OUT:
        once = mask(parsed(marked)[0])
        assert mask(once) == once


# --- time -------------------------------------------------------------------------------------------------------------------


def _patterns() -> dict[str, re.Pattern[str]]:
    found = {f"{module.__name__}.{name}": value for module in (identifiers, names) for name, value in vars(module).items()}
    return {name: value for name, value in found.items() if isinstance(value, re.Pattern)}


def _gives_back(parsed_pattern: Any, *, within: bool = False) -> list[str]:
    """Repetitions that the engine may try again with fewer, inside of one another, or without a bound."""
    wrong = []
    for op, argument in parsed_pattern:
        if op in {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}:
            least, most, inner = argument
            is_open = op is not _constants.POSSESSIVE_REPEAT and least != most
            if most == _constants.MAXREPEAT:
                wrong.append("a repetition has no bound")
            if is_open and most > 1 and within:
                wrong.append("a repetition that gives back stands within another")
            wrong += _gives_back(inner, within=within or (is_open and most > 1))
        elif isinstance(argument, tuple | list):
            for part in argument:
                if isinstance(part, _parser.SubPattern):
                    wrong += _gives_back(part, within=within)
                elif isinstance(part, list):
                    wrong += [word for one in part if isinstance(one, _parser.SubPattern) for word in _gives_back(one, within=within)]
    return wrong


def test_no_pattern_can_take_longer_than_the_text_is_long() -> None:
    assert len(_patterns()) >= 10
    wrong = {name: _gives_back(_parser.parse(pattern.pattern, pattern.flags)) for name, pattern in _patterns().items()}
    assert {name: words for name, words in wrong.items() if words} == {}


@pytest.mark.parametrize(("pattern", "words"), [(r"(a+)+b", 2), (r"(?:\d[ .-]?){7,}", 1), (r"(?:a{1,5}b{0,3}){1,9}", 2)])
def test_the_check_of_patterns_finds_bad_ones(pattern: str, words: int) -> None:
    assert len(_gives_back(_parser.parse(pattern))) >= words


@pytest.mark.parametrize("piece", ["0 ", "a.", "a@", "Budi ", "BK ", "nomor ", "1.000.", "(at) ", "satu ", "www.", "/ "])
def test_a_long_text_of_anything_is_masked(piece: str) -> None:
    """Were time to grow with the square of the length, this would not end within anybody's patience."""
    assert len(mask(piece * 20_000)) >= 1
