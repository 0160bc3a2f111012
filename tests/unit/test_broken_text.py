"""Text that cannot be taken apart: the row is broken, the file is not."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from pipelines.landing.limits import BROKEN_QUOTES, TOO_LONG, TOO_MANY_CELLS, Limits
from pipelines.landing.refusals import UnreadableFileError, shown_name
from pipelines.landing.text_files import detect_encoding, read_rows

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(line_chars=2_000, cell_chars=500, columns=20)


def rows(path: Path, text: str | bytes, width: int | None = 3, limits: Limits = LIMITS) -> list[tuple[int, list[str], str]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [tuple(row) for row in read_rows(path, "utf-8", ";", limits, width)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_a_quote_that_never_closes_breaks_its_own_row_only(path: Path) -> None:
    read = rows(path, 'a;b;c\n1;"x;y\n2;p;q\n3;r;s\n')
    assert [(number, fault) for number, _, fault in read] == [(1, ""), (2, BROKEN_QUOTES), (3, ""), (4, "")]
    assert read[2][1] == ["2", "p", "q"]


def test_a_quote_that_closes_in_another_row_does_not_swallow_rows(path: Path) -> None:
    read = rows(path, 'a;b;c\n1;"x;y\n2;p;q\n3;"r";s\n4;t;u\n')
    assert [(number, fault) for number, _, fault in read] == [(1, ""), (2, BROKEN_QUOTES), (3, ""), (4, ""), (5, "")]


def test_a_cell_may_hold_line_breaks_also_in_a_short_row(path: Path) -> None:
    read = rows(path, 'a;b;c\n1;"x\ny"\n2;"p\nq";s\n')
    assert read == [(1, ["a", "b", "c"], ""), (2, ["1", "x\ny"], ""), (4, ["2", "p\nq", "s"], "")]


def test_a_quote_in_the_middle_of_a_value_is_broken_and_a_doubled_one_is_not(path: Path) -> None:
    read = rows(path, '1;"a" b;c\n2;"a ""b""";c\n3;5" pipa;c\n')
    assert [(cells, fault) for _, cells, fault in read] == [
        (["1", "a b", "c"], BROKEN_QUOTES), (["2", 'a "b"', "c"], ""), (["3", '5" pipa', "c"], ""),
    ]  # fmt: skip


def test_a_line_without_end_is_cut_and_the_next_one_read(path: Path) -> None:
    read = rows(path, "1;a;b\n" + "2;" + "x" * 50_000 + "\n3;c;d\n")
    assert [(number, fault) for number, _, fault in read] == [(1, ""), (2, TOO_LONG), (3, "")]
    assert sum(map(len, read[1][1])) < 1_100


def test_a_cell_of_which_a_line_is_cut_is_not_taken_for_whole(path: Path) -> None:
    limits = Limits(line_chars=2_000, cell_chars=5_000, columns=20)
    read = rows(path, '1;"begins\n' + "x" * 50_000 + '\nends";b\n3;c;d\n', limits=limits)
    assert [(number, fault) for number, _, fault in read if number in {1, 2, 4}] == [(1, BROKEN_QUOTES), (2, TOO_LONG), (4, "")]


def test_a_cell_or_a_row_beyond_the_limits_is_named(path: Path) -> None:
    read = rows(path, "1;" + "x" * 600 + ";b\n" + ";".join("1" * 30) + "\n3;c;d\n")
    assert [fault for _, _, fault in read] == [TOO_LONG, TOO_MANY_CELLS, ""]


def test_every_line_is_read_once_whatever_is_broken(path: Path) -> None:
    lines = [f'{n};"x;y' if n % 7 == 0 else f"{n};p;q" for n in range(1, 200)]
    assert [number for number, _, _ in rows(path, "\n".join(lines))] == list(range(1, 200))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"nama\nJos\xc3\xa9\n", "utf-8"),
        (b"nama\nJos\xe9\n", "cp1252"),
        (b"nama\n" + "é".encode() * 50 + b"\n\xe9\n", "utf-8"),
        ("nama\nJosé\n".encode("utf-16-be"), "utf-16-be"),
        (b"nama\nJos\xc3", "cp1252"),
    ],
)
def test_the_encoding_is_that_which_explains_most(path: Path, content: bytes, encoding: str) -> None:
    path.write_bytes(content)
    assert detect_encoding(path, LIMITS).encoding == encoding


def test_a_compressed_file_that_grows_without_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as stream:
        for _ in range(130):
            stream.write(bytes(1 << 20))
    with pytest.raises(UnreadableFileError, match="unpacks") as refused:
        detect_encoding(path, Limits())
    assert "melebihi" in refused.value.words("id")


def test_a_pass_that_takes_too_long_is_refused(path: Path) -> None:
    path.write_text("a;b\n" * 5_000)
    with pytest.raises(UnreadableFileError, match="WAREHOUSE_FILE_SECONDS"):
        list(read_rows(path, "utf-8", ";", Limits(seconds=0.0)))


def test_a_name_is_shown_without_control_characters_and_numbers_of_people() -> None:
    assert shown_name("2026-01-01_199003152015011901\n.csv") == "2026-01-01_[...]?.csv"
