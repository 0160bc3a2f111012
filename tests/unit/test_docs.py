"""What README.md, CONTRIBUTING.md and docs/ name is there: commands with their options, targets, modules, files, settings, links."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from pipelines.commands.main import app
from pipelines.publishing.commands_page import commands as asn_commands
from pipelines.publishing.commands_page import commands_page, described
from pipelines.publishing.settings_page import settings_page
from pipelines.reporting.handbook import address_of, read_handbook
from pipelines.reporting.words import headings
from pipelines.settings import Settings
from tests.guides import DOCS, ROOT, Block, blocks, commands

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
SHELL = {"sh", "bash"}
"""Blocks of commands; a block ``console`` is what they print."""
NEW_HERE = {"leave.csv", "survey.csv", "*.sql", ".sql", ".yml"}
"""Names that a reader of a guide makes, or that stand for many."""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def asn() -> dict[str, Any]:
    """Every command by its whole name."""
    return dict(asn_commands(typer.main.get_command(app)))


def unresolved(words: list[str]) -> str:
    """What of an ``asn`` command the program does not know; empty when it knows all."""
    known = asn()
    name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
    if name is None and any(one.startswith(f"{' '.join(words)} ") for one in known):
        return ""  # a group of commands
    if name is None:
        return f"no command {' '.join(words[:3])}"
    options = {spelled for parameter in known[name].params for spelled in (*parameter.opts, *parameter.secondary_opts)}
    given = [word.partition("=")[0] for word in words if word.startswith("--")]
    return ", ".join(f"{name} has no {word}" for word in given if word not in {*options, "--help"})


def wrong_in(words: list[str]) -> str:
    """What is wrong with a command of a page; empty when it resolves, or is no command of this project."""
    program = words[0].removeprefix(".venv/bin/")
    if program == "asn":
        return unresolved(["asn", *words[1:]])
    if program == "make":
        targets = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        at = words.index("-C") + 1 if "-C" in words else -1
        return ", ".join(f"no target {word}" for word in targets if at < 0 or word != words[at] if not has_target(word))
    if program == "python" and words[1:2] == ["-m"]:
        return "" if importlib.util.find_spec(words[2]) else f"no module {words[2]}"
    return ""


def has_target(name: str) -> bool:
    return bool(re.search(rf"^{re.escape(name)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_resolves(page):
    wrong = [wrong_in(words) for block in blocks(page) if block.language in SHELL for words in commands(block)]
    # Commands within sentences: `asn release rollback`, `make test`.
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for inline in re.findall(r"`((?:\.venv/bin/)?(?:asn|make|python -m) [a-z][^`]*)`", prose):
        wrong += [wrong_in(words) for words in commands(Block("sh", inline.replace("...", ""), ""))]
    assert not [one for one in wrong if one]


def test_a_wrong_command_is_found():
    """The test above can fail."""
    for text in (
        "asn chek x.csv",
        "asn check x.csv --format html --loud",
        "make refesh",
        "python -m pipelines.nothing",
        "asn release undo",
    ):
        ((words),) = commands(Block("sh", text, ""))
        assert wrong_in(words), text
    block = Block(
        "sh",
        "A=1 asn status --strict || mail x\nunit=$(asn query --format csv 'select 1; -- #' | tail -1)\ncat > f <<END\nasn x\nEND\n",
        "",
    )
    assert [words[:2] for words in commands(block)] == [["asn", "status"], ["mail", "x"], ["asn", "query"], ["tail", "-1"], ["cat"]]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_is_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    made = {block.named for block in blocks(page) if block.language not in SHELL}
    places = (ROOT, ROOT / "pipelines", ROOT / "pipelines" / "reporting", ROOT / "dbt_project", ROOT / "data_quality", ROOT / "docs")
    named = {
        name for name in re.findall(r"`([\w./-]+)`", text) if "/" in name and re.search(r"\.(py|md|ya?ml|csv|sql|j2|toml|conf)$|/$", name)
    }
    of_the_project = {name for name in named if (ROOT / name.split("/")[0]).exists() and name.split("/")[0] not in {"var", "lake"}}
    missing = {name for name in of_the_project - made - NEW_HERE if not any((place / name).exists() for place in places)}
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        if anchor:
            assert anchor in {one.anchor for one in headings(path.read_text(encoding="utf-8"))}, target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_setting_that_a_page_names_is_one(page):
    named = set(re.findall(r"WAREHOUSE_([A-Z][A-Z_]*[A-Z])\b", page.read_text(encoding="utf-8")))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_index_names_every_page_once():
    """A new page of docs/ stands in docs/README.md, under what it is: tutorial, how-to guide, reference, explanation, decision."""
    named = re.findall(r"\]\(([\w/.-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8"))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert sorted(named) == sorted(pages)
    assert {doc.group for doc in read_handbook(DOCS).docs} == {"Tutorial", "How-to guides", "Reference", "Explanation", "Decisions"}


# --- what is written from the code ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(asn()))
def test_every_command_says_how_it_is_used_and_how_it_ends(name):
    said = described(asn()[name].help)
    assert said.words
    assert said.exits
    assert said.examples
    for example in said.examples:
        (words, *_) = commands(Block("sh", example, ""))
        assert " ".join(words).startswith(name), example
        assert not wrong_in(words), example
    assert [parameter.name for parameter in asn()[name].params if not parameter.help] == []


def test_the_pages_name_every_command_and_every_setting():
    page = commands_page(typer.main.get_command(app))
    assert [name for name in asn() if not re.search(rf"^##+ {name}$", page, re.MULTILINE)] == []
    settings = settings_page()
    assert [name for name in Settings.model_fields if f"`WAREHOUSE_{name.upper()}`" not in settings] == []


# --- as pages of the site ---------------------------------------------------------------------------------------------------


def test_links_between_pages_hold_in_the_site():
    files = frozenset({"a.md", "how-to/b.md"})
    assert address_of("how-to/b.md#part", "a.md", files) == "how-to-b.html#part"
    assert address_of("../a.md", "how-to/b.md", files) == "a.html"
    assert address_of("a.md", "README.md", files) == "doc/a.html"
    assert address_of("README.md", "a.md", files) == "../docs.html"
    assert address_of("#part", "a.md", files) == "#part"
    assert address_of("../deploy/x.yaml", "a.md", files) is None


def test_a_long_page_has_a_list_of_its_parts_and_each_part_an_anchor(tmp_path):
    (tmp_path / "README.md").write_text("# Docs\n\n## Reference\n\n* [A](a.md)\n", encoding="utf-8")
    parts = "\n".join(f"## Part `{n}`: it's\n\ntext\n" for n in (1, 1, 2, 3))
    (tmp_path / "a.md").write_text(f"# A\n\n{parts}", encoding="utf-8")
    handbook = read_handbook(tmp_path)
    (doc,) = handbook.docs
    assert (doc.title, doc.group) == ("A", "Reference")
    assert [part.anchor for part in doc.contents] == ["part-1-its", "part-1-its-1", "part-2-its", "part-3-its"]
    assert all(f'<h2 id="{part.anchor}">' in doc.body for part in doc.contents)
    assert 'href="doc/a.html"' in handbook.index


def test_a_link_that_shows_the_name_of_a_file_shows_its_title(tmp_path):
    (tmp_path / "a.md").write_text("# A\n\nSee [b.md](b.md#x), [b](b.md) and [c.md](c.md).\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("# The other page\n", encoding="utf-8")
    (first, _) = read_handbook(tmp_path).docs
    assert 'See <a href="b.html#x">The other page</a>, <a href="b.html">b</a> and c.md.' in first.body


def test_a_program_without_docs_has_a_site_all_the_same(tmp_path):
    assert read_handbook(tmp_path).docs == ()
