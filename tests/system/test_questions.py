"""Every question of docs/questions.md is answered by the release: the named columns exist and the query returns rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.conftest import Night

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "questions.md"
MARTS = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
NOT_YET = re.compile(r"^\*Not yet answered: (.+) is still to be built\.\*$", re.MULTILINE)
FROM = re.compile(r"From `(open|restricted)\.(\w+)`: ((?:`\w+`,?\s*)+)\.")


@dataclass(frozen=True)
class Question:
    title: str
    text: str

    @property
    def query(self) -> str:
        (query,) = re.findall(r"```sql\n(.*?)```", self.text, re.DOTALL)
        return str(query)

    @property
    def columns(self) -> list[tuple[str, str, list[str]]]:
        return [(audience, mart, re.findall(r"`(\w+)`", names)) for audience, mart, names in FROM.findall(self.text)]

    @property
    def marts(self) -> set[str]:
        """Marts that the question rests on: not the dimensions beside them."""
        read = re.findall(r"\b(?:open|restricted)\.(\w+)\b", self.query)
        return {name for name in read if not name.startswith("dim_")} | {mart for _, mart, _ in self.columns}

    @property
    def still_to_be_built(self) -> set[str]:
        return {name for names in NOT_YET.findall(self.text) for name in re.findall(r"`(\w+)`", names)}


QUESTIONS = [Question(*part.split("\n", 1)) for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]]


@pytest.fixture(scope="module")
def release(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both databases of the release under the names that the page gives them."""
    folder = night.settings.releases / "current"
    with duckdb.connect() as connection:
        for audience in ("open", "restricted"):
            connection.execute(f"attach '{folder / audience / 'competency.duckdb'}' as {audience} (read_only)")
        yield connection


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.title)
def test_the_page_says_which_questions_wait_for_a_mart(question: Question) -> None:
    """A mart that was added leaves no excuse: take the line `Not yet answered` out, and the query must run."""
    assert question.marts
    assert question.columns
    assert question.still_to_be_built == question.marts - MARTS, question.title


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.marts <= MARTS], ids=lambda question: question.title)
def test_the_query_returns_rows(question: Question, release: duckdb.DuckDBPyConnection) -> None:
    for audience, mart, named in question.columns:
        held = {name for (name,) in release.execute(
            "select column_name from duckdb_columns() where database_name = ? and table_name = ?", [audience, mart]).fetchall()}  # fmt: skip
        assert set(named) <= held, (audience, mart)
    rows = release.execute(question.query).fetchall()
    assert rows
    assert any(value is not None for row in rows for value in row)


def test_every_mart_answers_a_question() -> None:
    assert set.union(*(question.marts for question in QUESTIONS)) >= MARTS


EXAMPLES = {
    path.stem: query
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").rglob("*.yml"))
    for query in re.findall(r"```sql\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
}


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_the_example_query_of_each_mart_runs(mart: str, release: duckdb.DuckDBPyConnection) -> None:
    assert release.execute(EXAMPLES[mart]).description
