"""Numbers and addresses of people in Indonesian text: NIK, NIP, cards, accounts, telephones, e-mail, links, accounts of the net, plates.

Every repetition is bounded and possessive (it gives nothing back), so that the time for a text grows with its length alone; a test
holds the patterns to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Found = tuple[int, int, str]

_TOP = r"(?:com|id|net|org|co|go|ac|gov|sch|info|biz|xyz|me|io|web|my|desa|app|dev|invalid|link|site|online|store|edu|ly|gl|tv|us|uk|sg)"
_DOT = r"(?:\s?+\.\s?+|\s?+[\[({]\s?+(?:dot|titik)\s?+[\])}]\s?+|\s++(?:dot|titik)\s++)".replace("++", "{1,3}+")
_AT = r"(?:\s{0,2}+@\s{0,2}+|\s?+[\[({]\s?+(?:at|et)\s?+[\])}]\s?+|\s{1,3}+(?:at|et)\s{1,3}+)"
_LABEL = r"[a-z0-9_][a-z0-9_-]{0,62}+"
_PATH = r"(?:\s?+/\s?+[^\s,;)\"']{0,2000}+|\s{1,3}+(?:slash|garis\smiring)\s{1,3}+[^\s]{1,200}+){0,4}+"

LINK = re.compile(
    rf"(?:https?\s?+:\s?+/\s?+/\s?+[^\s]{{1,2000}}+(?:\s\.\s[^\s]{{1,200}}+){{0,5}}+{_PATH}|\bwww\s?+\.\s?+{_LABEL}(?:{_DOT}{_LABEL}){{0,5}}+{_PATH}"
    rf"|\b(?<![\w.@-]){_LABEL}(?:{_DOT}(?!{_TOP}\b){_LABEL}){{0,3}}+(?:{_DOT}{_TOP}\b){{1,2}}+{_PATH})",
    re.IGNORECASE,
)
MAIL = re.compile(
    rf"(?<![\w.])[\w+-]{{1,64}}+(?:(?:\s?+\.\s?+|{_DOT})[\w+-]{{1,64}}+){{0,4}}+{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{1,5}}+", re.IGNORECASE
)
"""Blanks round the point and the sign are taken in; an address without a point in its host is none."""
HANDLE = re.compile(r"(?<![\w.])@[a-z0-9_][\w.]{2,30}+", re.IGNORECASE)

# --- numbers ------------------------------------------------------------------------------------------------------------------

_BETWEEN = r"[\s.\-–/()_·]{0,3}+"
_DIGIT = r"[\dOoIl]"
RUN = re.compile(rf"(?<![^\W_])[+(]?+{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{4,40}}+(?![^\W_])|(?<!\d)\d(?:{_BETWEEN}\d){{6,40}}+(?!\d)")
"""Digits with whatever separates them, and letters that look like digits."""
LEAST, LEAST_AFTER_CUE, LEAST_REAL = 8, 4, 0.7
_CUE = re.compile(
    r"\b(?:nik|nip|nrp|ktp|kk|npwp|bpjs|no|nomor|nomer|rek|rekening|norek|acc|hp|wa|whatsapp|telp|telepon|tlp|tel|ponsel|kartu|atm|va|"
    r"virtual\saccount|kontak|hubungi|call|sms|sim|stnk|paspor|bca|bri|bni|mandiri|btn|bsi|kis|id)\b"
    r"[\s.:#=-]{0,3}+(?:(?:nya|saya|kami|kita|dan|bpjs|hp|wa|ktp|rek|rekening|rumah|kantor|a/n|adalah|ini|di|ke|pelanggan|kartu|bank|bca|bri|bni|mandiri|btn|bsi|sumut)"
    r"[\s.:#=-]{1,3}+){0,3}+$",
    re.IGNORECASE,
)
_CUE_REACH = 60
_NOT_A_PERSONS = re.compile(
    r"""(?:
      (?:\d{1,2}[-/.\s]){2}(?:19|20)\d{2}(?:[\s]\d{1,2}[.:]\d{2})?        # 12-08-2025, 12-08-2025 08.30
    | (?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?:[\sT]\d{1,2}[.:]\d{2})?    # 2025-08-12
    | (?:(?:19|20)\d{2}[\s/–-]{0,3}+){2,6}+                                # 2023/2024, 2023 2024 2025
    | \d{1,2}[.:]\d{2}[\s–-]{1,3}\d{1,2}[.:]\d{2}                          # 08.00 - 16.30
    )\s{0,3}+""",
    re.VERBOSE,
)
_MONEY_BEFORE = re.compile(r"(?:\brp|\bidr|rupiah)[\s.:]{0,3}+$", re.IGNORECASE)
_MONEY_AFTER = re.compile(r"[\s,.-]{0,3}+(?:rupiah|perak|juta|ribu|miliar|milyar|jt|rb)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[.\s]\d{3}){1,4}(?:[.,-]{1,2}\d{0,2})?")
_WORD = r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|double|dobel|\d{1,4})"
SPOKEN = re.compile(rf"\b{_WORD}(?:[\s,.-]{{1,3}}+{_WORD}\b){{6,20}}+", re.IGNORECASE)

# --- plates -------------------------------------------------------------------------------------------------------------------

_AREA = r"(?:A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z)"
_TAIL = r"(?:[a-z](?:\s[a-z](?![^\W_])){1,2}+|[a-z]{1,3}+(?![^\W_]))"
_CAPITAL_TAIL = _TAIL.replace("a-z", "A-Z")
_GAP = r"[\s.-]{0,2}+"
PLATE = re.compile(rf"(?<![^\W_]){_AREA}{_GAP}\d(?:\s?+\d){{0,3}}+{_GAP}{_CAPITAL_TAIL}")
LOWER_PLATE = re.compile(rf"(?<![^\W_])(?:{_AREA}|b\sk){_GAP}\d(?:\s?+\d){{2,3}}+{_GAP}{_TAIL}", re.IGNORECASE)
SHORT_PLATE = re.compile(rf"(?<![^\W_]){_AREA}{_GAP}\d(?:\s?+\d){{0,3}}+(?:{_GAP}[a-z]{{1,3}}+)?+(?![^\W_])", re.IGNORECASE)
_PLATE_CUE = re.compile(
    r"\b(?:plat|pelat|nopol|polisi|bk|kendaraan|mobil|motor|bus|angkot|truk|truck|avanza|xenia|taksi|taxi|sepeda|pick\s?up|betor|becak)\b"
    r"[\s.:]{0,3}+(?:(?:nya|no|nomor|dinas|plat|nopol|polisi|berplat|dengan|motor|mobil|truk|bermotor)[\s.:]{1,3}+){0,3}+$",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Found]:
    """Places in a text, each with what it is replaced by."""
    for pattern, label in ((MAIL, "[surel]"), (LINK, "[tautan]"), (HANDLE, "[akun]"), (SPOKEN, "[angka]")):
        yield from ((*match.span(), label) for match in pattern.finditer(text))
    yield from _plates(text)
    yield from _numbers(text)


def _numbers(text: str) -> Iterator[Found]:
    for match in RUN.finditer(text):
        found = match.group()
        real = sum(character.isdigit() for character in found)
        alike = sum(character in "OoIl" for character in found)
        if real < LEAST_REAL * (real + alike) or not real:
            continue
        before = text[max(0, match.start() - _CUE_REACH) : match.start()]
        has_cue = bool(_CUE.search(before))
        if real + alike < (LEAST_AFTER_CUE if has_cue else LEAST) or (not has_cue and _is_no_persons(found, before, text, match.end())):
            continue
        yield *match.span(), _label(found)


def _is_no_persons(found: str, before: str, text: str, end: int) -> bool:
    """Dates, years, hours and amounts of money."""
    is_amount = _GROUPED.fullmatch(found) and _MONEY_AFTER.match(text, end)
    return bool(_NOT_A_PERSONS.fullmatch(found) or _MONEY_BEFORE.search(before) or is_amount)


def _label(found: str) -> str:
    digits = re.sub(r"\D", "", found)
    return "[telepon]" if re.match(r"(?:62|0)8", digits) and len(digits) <= 14 else "[angka]"  # noqa: PLR2004 - no number is longer


def _plates(text: str) -> Iterator[Found]:
    for match in PLATE.finditer(text):
        if sum(c.isdigit() for c in match.group()) >= 2 or match.group().startswith("BK"):  # noqa: PLR2004 - "D 3 B" is a room
            yield *match.span(), "[plat]"
    for match in LOWER_PLATE.finditer(text):
        yield *match.span(), "[plat]"
    for match in SHORT_PLATE.finditer(text):
        if _PLATE_CUE.search(text[max(0, match.start() - _CUE_REACH) : match.start()]):
            yield *match.span(), "[plat]"
