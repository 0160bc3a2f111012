"""Landing files read with nothing of the pipeline, as somebody would who wants to check a figure by hand."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = Path(__file__).parent.parent / "dbt_project" / "seeds" / "rules"
ACTIVE = {"1", "3", "15", "16"}
MONTHS = ["jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"]
NAMES = {"integritas": "M.1", "kerja_sama": "M.2", "komunikasi": "M.3", "orientasi_pada_hasil": "M.4", "pelayanan_publik": "M.5",
         "pengembangan_diri_dan_orang_lain": "M.6", "mengelola_perubahan": "M.7", "pengambilan_keputusan": "M.8", "perekat_bangsa": "SK.1"}  # fmt: skip


def word(header: object) -> str:
    return re.sub(r"\W+", "_", str(header).strip().lower()).strip("_")


def text(value: object) -> str:
    shown = str(value if value is not None else "").replace("\u00a0", " ").strip().lstrip("'").strip()
    return "" if shown.upper() in {"", "-", "NULL", "#N/A", "NAN", "NONE"} else shown.removesuffix(".0")


def day(value: str) -> date:
    if match := re.match(r"^(\d{4})-(\d\d)-(\d\d)", value):
        return date(*map(int, match.groups()))
    if match := re.match(r"^(\d{1,2})[-/](\d{1,2})[-/](\d{4})", value):
        return date(int(match[3]), int(match[2]), int(match[1]))
    if match := re.match(r"^(?:\w+, )?(\d{1,2}) (\w{3})\w* (\d{4})", value):
        return date(int(match[3]), MONTHS.index(match[2].lower()) + 1, int(match[1]))
    return (datetime(1899, 12, 30) + timedelta(days=int(float(value)))).date()


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row with its number in the file."""
    if path.name.endswith("parquet"):
        for number, row in enumerate(pd.read_parquet(path).to_dict("records"), start=2):
            yield number, {word(key): text(value) for key, value in row.items()}
        return
    if path.name.endswith("xlsx"):
        table = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        at = next(number for number, row in enumerate(table) if {"nip", "id", "tahun", "jabatan_id"} & {word(cell) for cell in row})
        for number, row in enumerate(table[at + 1 :], start=at + 2):
            yield number, {word(key): text(value) for key, value in zip(table[at], row, strict=True)}
        return
    raw = gzip.decompress(path.read_bytes()) if path.name.endswith("gz") else path.read_bytes()
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        content = raw.decode(encoding)
    except UnicodeDecodeError:
        content = raw.decode("cp1252")
    delimiter = max(",;\t|", key=content.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    header = [word(cell) for cell in next(reader)]
    before = reader.line_num
    for row in reader:
        yield before + 1, dict(zip(header, map(text, row), strict=False))
        before = reader.line_num


def latest(folder: Path, blocked: set[str]) -> Path:
    return max(path for path in folder.iterdir() if path.name[:10] not in blocked)


def standards(delivered: Iterator[dict[str, str]], as_of: date) -> dict[tuple[str, str], int]:
    """(position or class, competency) -> level: what was delivered last, else the recalled levels of the rule table."""
    found: dict[tuple[str, str], tuple[date, int]] = {}
    for row in csv.DictReader((RULES / "rule_standard_level.csv").open(encoding="utf-8")):
        found[row["position_class"], row["competency_code"]] = (date.min, int(row["required_level"]))
    for row in delivered:
        subject = row.get("kelas_posisi") or row.get("jabatan_id") or ""
        since, key = day(row["berlaku_mulai"]), (subject, row["kode_kompetensi"])
        if since <= as_of and since > found.get(key, (date.min, 0))[0]:
            found[key] = (since, int(row["level_standar"]))
    return {key: level for key, (_, level) in found.items()}


def _people(folder: Path, dirty: dict[tuple[str, int], str], blocked: set[str]) -> dict[str, dict[str, str]]:
    """The last snapshot; a person whose row is rejected, but whose NIP can be read, is still there as in the snapshot before."""
    last = latest(folder, blocked)
    before = latest(folder, blocked | {last.name[:10]})
    earlier = {row["nip_baru"].replace(" ", ""): row for number, row in rows(before) if (f"hr/pegawai/{before.name}", number) not in dirty}
    people = {}
    for number, row in rows(last):
        nip, rule = row["nip_baru"].replace(" ", ""), dirty.get((f"hr/pegawai/{last.name}", number))
        if rule is None:
            people[nip] = row
        elif not rule.startswith("employee_key") and nip in earlier:
            people[nip] = earlier[nip]
    return people


def gaps(
    landing: Path, dirty: dict[tuple[str, int], str], blocked: dict[str, set[str]], as_of: date
) -> tuple[pd.DataFrame, dict[str, str | None]]:
    """One row for each active person of the last snapshot and each competency of the standard or of an assessment; units."""

    def clean(folder: str, path: Path) -> Iterator[dict[str, str]]:
        yield from (row for number, row in rows(path) if (f"{folder}/{path.name}", number) not in dirty)

    people = _people(landing / "hr" / "pegawai", dirty, blocked["hr/pegawai"])
    folder = "hr/jabatan"  # a position that left the list, or whose row was rejected, keeps the class that it had
    listed = [path for path in sorted((landing / folder).iterdir()) if path.name[:10] not in blocked[folder]]
    classes = {row["jabatan_id"]: row["kelas_posisi"] for path in listed for row in clean(folder, path)}
    folder = "hr/standar_kompetensi"
    levels = standards(clean(folder, latest(landing / folder, blocked[folder])), as_of)
    newest: dict[tuple[str, str], tuple[date, int]] = {}
    folder = "evaluation/penilaian_kompetensi"
    for path in sorted((landing / folder).iterdir()):
        for row in () if path.name[:10] in blocked[folder] else clean(folder, path):
            nip = row.get("nip", "").replace(" ", "")
            if len(nip) != 18:
                continue  # signatures below the table
            assessed = day(row["tanggal_penilaian"])
            for header, value in row.items():
                code = NAMES.get(header) or (header.upper().replace("_", ".") if re.fullmatch(r"(m_[1-8]|sk_1|t_\w+)", header) else None)
                if code and value and assessed >= newest.get((nip, code), (date.min, 0))[0]:
                    newest[nip, code] = (assessed, int(float(value)))
    table = []
    for nip, person in people.items():
        if person["kedudukan_hukum_id"] not in ACTIVE:
            continue
        post = person["jabatan_id"]
        codes = {code for subject, code in levels if subject in {post, classes.get(post)}} | {code for who, code in newest if who == nip}
        for code in codes:
            required = levels.get((post, code), levels.get((classes.get(post, ""), code)))
            assessed_level = newest.get((nip, code), (None, None))[1]
            table.append((nip, person["unor_id"], code, required, assessed_level))
    units = {row["id"]: row["diatasan_id"] or None for row in clean("hr/unor", latest(landing / "hr" / "unor", blocked["hr/unor"]))}
    return pd.DataFrame(table, columns=["nip", "unit_id", "code", "required", "assessed"]), units
