"""Names of people in Indonesian text, as far as they can be found without asking anybody.

A word is taken for a name after a title or a phrase that introduces one, before a degree, or where it is on a list of common names
(``names.txt``: given names and Batak, Karo and Nias clan names, written for this). Words on the list that also mean something else are
left out of it. Streets, schools and hospitals that bear a name are not people; offices (`pak lurah`) are not names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "[nama]"
MOST_WORDS = 5
_WORD = re.compile(r"[^\W\d_]{1,40}+(?:['’-][^\W\d_]{1,40}+){0,3}+")
NAMES = Path(__file__).with_name("names.txt")

_STRONG = frozenset(
    tuple(phrase.split())
    for phrase in ("bernama", "namanya", "nama saya", "nama lengkap", "atas nama", "perkenalkan saya", "tertanda", "ttd", "a n",
                   "sebut saja", "nama pelapor", "nama petugas", "nama pegawai")
)  # fmt: skip
"""After these even a word in small letters is a name."""
_WEAK = frozenset(
    tuple(phrase.split())
    for phrase in ("nama", "an", "pelapor", "hormat saya", "petugas", "pegawai", "oknum", "staf", "staff", "atasan saya", "oleh", "hubungi",
                   "saya", "dengan", "dipanggil", "dipimpin", "inisial", "terima kasih", "salam", "anak saya", "istri saya", "suami saya")
)  # fmt: skip
"""After these a word of the list is a name, whatever else it means."""
_PARTICLES = frozenset({"bin", "binti", "br", "boru", "van", "al", "el", "nur", "siti", "muhammad", "moh", "muh", "m", "h"})
_DEGREE = re.compile(
    r",?+\s{0,2}+(?:S|M|A)\.?\s?(?:Pd|H|E|Kom|Sos|T|Si|Ked|Farm|KM|AP|STP|Ag|IP|Psi|Kep|Hum|Ak|M|Md)\b\.?|,\s?(?:SH|SE|MM|MSi|SPd|ST|MH|SKM)\b"
)


class _Word(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        return self.text.casefold()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


@lru_cache(maxsize=8)
def words_of(section: str) -> frozenset[str]:
    """The words of a section of ``names.txt``: a head in brackets, then words."""
    body = NAMES.read_text(encoding="utf-8").split(f"\n[{section}]")[1].split("\n[")[0]
    return frozenset(body.partition("\n")[2].split())


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Places in a text where somebody is named."""
    words = [_Word(match.group(), *match.span()) for match in _WORD.finditer(text)]
    is_shouted = sum(c.isupper() for c in text) > sum(c.islower() for c in text)  # capitals say nothing in a text of capitals
    at = 0
    while at < len(words):
        n_words = _name_at(text, words, at, is_shouted=is_shouted)
        if n_words:
            yield words[at].start, words[at + n_words - 1].end, NAME
        at += max(n_words, 1)


def _name_at(text: str, words: list[_Word], at: int, *, is_shouted: bool) -> int:
    """How many words from here on are a name; 0: none begins here."""
    word = words[at]
    if any(word.folded in words_of(section) for section in ("other", "titles", "places")) or _is_place(text, words, at):
        return 0
    cue = _cue_before(text, words, at)
    has_shape = word.is_capital and not is_shouted
    is_listed = word.folded in words_of("names")
    n_words = _length(text, words, at, is_shouted=is_shouted)
    is_name = (
        cue == "strong"
        or (cue == "title" and (has_shape or is_listed or (is_shouted and len(word.text) > 2)))  # noqa: PLR2004 - initials
        or (cue == "weak" and is_listed and has_shape)
        or _is_sure(word)
        or (has_shape and is_listed and n_words > 1)
        or (has_shape and n_words > 1 and words[at + 1].is_capital and _is_sure(words[at + 1]))  # a rare given name, a known clan
        or (has_shape and _DEGREE.match(text, words[at + n_words - 1].end) is not None)
    )
    return n_words if is_name else 0


def _is_sure(word: _Word) -> bool:
    """Whether a word is on the list and means nothing else."""
    return word.folded in words_of("names") and word.folded not in words_of("ambiguous")


def _length(text: str, words: list[_Word], at: int, *, is_shouted: bool) -> int:
    """Words that belong to a name: beside each other, and with a capital, on the list, an initial or a particle."""
    n_words = 1
    while at + n_words < len(words) and n_words < MOST_WORDS:
        before, word = words[at + n_words - 1], words[at + n_words]
        gap = text[before.end : word.start]
        if not re.fullmatch(r"\s{1,2}|\.\s{0,1}" if len(before.text) == 1 or before.folded in _PARTICLES else r"\s{1,2}", gap):
            break
        if word.folded in words_of("other") or word.folded in words_of("titles"):
            break
        if not ((word.is_capital and not is_shouted) or word.folded in words_of("names") or word.folded in _PARTICLES):
            break
        n_words += 1
    return n_words


def _cue_before(text: str, words: list[_Word], at: int) -> str | None:
    """What introduces a name right before a word: a title, a strong or a weak phrase."""
    if not at or not re.fullmatch(r"[\s.:=\"'“(\-]{1,4}|,\s", text[words[at - 1].end : words[at].start]):
        return None
    folded = [word.folded for word in words[max(0, at - 2) : at]]
    if tuple(folded) in _STRONG or tuple(folded[-1:]) in _STRONG:
        return "strong"
    if folded[-1] in words_of("titles") and "," not in text[words[at - 1].end : words[at].start]:
        return "title"
    return "weak" if tuple(folded) in _WEAK or tuple(folded[-1:]) in _WEAK else None


def _is_place(text: str, words: list[_Word], at: int) -> bool:
    """Whether what stands before says that the name is one of a place: `Jalan Ahmad Yani`, up to two words on."""
    for back in range(1, 4):
        if at - back < 0 or not re.fullmatch(r"[\s.]{1,2}", text[words[at - back].end : words[at - back + 1].start]):
            return False
        if words[at - back].folded in words_of("places"):
            return True
        if not words[at - back].is_capital:
            return False
    return False
