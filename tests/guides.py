"""Pages of docs/ as a reader follows them: their commands, and the files and changes that they ask for."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block, and the last name in backticks of the paragraph before it: the file that it is about."""

    language: str
    text: str
    named: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page; one that follows another without a name between them is about the same file."""
    text = page.read_text(encoding="utf-8")
    named, end = "", 0
    for found in _BLOCK.finditer(text):
        paragraph = text[end : found.start()].strip().rpartition("\n\n")[2]
        end = found.end()
        named = ([named, *_NAMED.findall(paragraph)])[-1]
        yield Block(found[1], found[2], named)


def commands(block: Block) -> list[list[str]]:
    """The words of each command of a shell block: pipes, redirections, comments, variables and here-documents are left out."""
    text = re.sub(r"<<'?(\w+)'?[^\n]*\n.*?^\1$", "", block.text, flags=re.DOTALL | re.MULTILINE).replace("\\\n", " ")
    text = re.sub(r"(^|[ \t])# .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)", r"\n\1\n", text)
    found = []
    words: list[str] = []
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    for token in lexer:
        if set(token) <= set("|&;\n"):
            found.append(words)
            words = []
        else:
            words.append(token)
    return [_bare(words) for words in [*found, words] if _bare(words)]


def _bare(words: list[str]) -> list[str]:
    """Without what is set before the command and what is read or written by it."""
    cut = next((at for at, word in enumerate(words) if word and set(word) <= set("<>")), len(words))
    kept = words[:cut]
    while kept and re.fullmatch(r"\w+=.*", kept[0], re.DOTALL):
        kept = kept[1:]
    return kept


def applied(block: Block, root: Path) -> Path:
    """Do to a copy of the project what a block asks for: write a new file, or change one.

    The text that a change replaces must be there exactly once.
    """
    path = root / block.named
    if block.language != "diff":
        assert not path.exists() or path.suffix == ".csv", f"{block.named} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return path
    before = "".join(f"{line[1:]}\n" for line in block.text.splitlines() if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in block.text.splitlines() if not line.startswith("-"))
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{block.named} holds {text.count(before)} times:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path
