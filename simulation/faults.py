"""Dirty rows, each planted on purpose and written down with the reason that must be found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd

SHARE = 0.003
MOST = 0.04
Plant = tuple[str, str, "Callable[[dict[str, Any]], None]"]


def _put(column: str, value: str) -> Callable[[dict[str, Any]], None]:
    def plant(row: dict[str, Any]) -> None:
        row[column] = value

    return plant


def _round_nip(column: str, *, scientific: bool) -> Callable[[dict[str, Any]], None]:
    def plant(row: dict[str, Any]) -> None:
        nip = row[column]
        row[column] = f"{nip[0]},{nip[1:6]}E+17" if scientific else f"{nip[:15]}000"

    return plant


def _cut_nip(column: str) -> Callable[[dict[str, Any]], None]:
    def plant(row: dict[str, Any]) -> None:
        row[column] = row[column][:17]

    return plant


def _bad_birth(column: str) -> Callable[[dict[str, Any]], None]:
    def plant(row: dict[str, Any]) -> None:
        row[column] = f"{row[column][:4]}0230{row[column][8:]}"

    return plant


def _nip(column: str) -> list[Plant]:
    return [
        ("employee_key.nip_rounded", "nip in scientific notation", _round_nip(column, scientific=True)),
        ("employee_key.nip_rounded", "nip rounded to three zeros", _round_nip(column, scientific=False)),
        ("employee_key.nip_shape", "nip of 17 digits", _cut_nip(column)),
        ("employee_key.nip_date", "nip with 30 February", _bad_birth(column)),
    ]


PLANTS: dict[str, list[Plant]] = {
    "hr/pegawai": [
        *_nip("nip_baru"),
        ("full_name.required", "name missing", _put("nama", "")),
        ("birth_year.unreadable", "birth date unreadable", _put("tanggal_lahir", "31-02-1980")),
        ("rank_code.unknown_code", "unknown rank", _put("gol_akhir_id", "V/z")),
        ("education_level_code.unknown_code", "unknown education", _put("tingkat_pendidikan_id", "77")),
        ("unit_id.required", "unit missing", _put("unor_id", "")),
        ("sex.unknown_code", "unknown sex", _put("jenis_kelamin", "?")),
    ],
    "evaluation/penilaian_kompetensi": [
        *_nip("nip"),
        ("level.range", "level 7", _put("M.2", "7")),
        ("level.unreadable", "level 2,5", _put("M.4", "2,5")),
        ("purpose.unknown_code", "unknown purpose", _put("tujuan", "LAINNYA")),
        ("assessed_on.unreadable", "date unreadable", _put("tanggal_penilaian", "kemarin")),
    ],
    "evaluation/kinerja": [
        *_nip("nip"),
        ("work_rating.unknown_code", "unknown rating", _put("hasil_kerja", "LUAR BIASA")),
        ("period.unknown_code", "period TW9", _put("periode", "TW9")),
        ("behaviour_rating.required", "rating missing", _put("perilaku_kerja", "")),
    ],
    "evaluation/pelatihan_peserta": [
        *_nip("nip"),
        ("status.unknown_code", "unknown status", _put("status", "MUNGKIN")),
        ("post_score.range", "score 140", _put("nilai_post", "140")),
        ("invited_on.unreadable", "date unreadable", _put("tanggal_undangan", "2026-13-45")),
    ],
    "feedback/skm": [
        ("u3.unknown_code", "answer 5", _put("u3", "5")),
        ("u6.unknown_code", "answer X", _put("u6", "X")),
        ("responded_on.unreadable", "date unreadable", _put("tanggal", "99/99/2026")),
        ("unit_id.required", "unit missing", _put("unor_id", "")),
    ],
    "feedback/lapor": [
        ("responded_after_received", "answered before received", _put("tanggal_respon", "2001-01-01T00:00:00")),
        ("status.unknown_code", "unknown status", _put("status", "Entah")),
        ("received_at.unreadable", "date unreadable", _put("tanggal_masuk", "besok")),
    ],
}


def plant(extract: str, frame: pd.DataFrame, rng: np.random.Generator, offset: int) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Dirty some rows of a delivery, add one exact repetition; returns the table and what was planted (``index`` = position)."""
    plants = PLANTS.get(extract, [])
    count = min(max(1, round(len(frame) * SHARE)), int(len(frame) * MOST))
    if not plants or count < 1:
        return frame, []
    dirty = frame.copy()
    chosen = [int(at) for at in rng.choice(len(frame), count, replace=False)]
    planted = []
    for number, at in enumerate(chosen):
        check_id, what, change = plants[(offset + number) % len(plants)]
        row = dict(zip(dirty.columns, dirty.iloc[at], strict=True))
        change(row)
        dirty.iloc[at] = list(row.values())
        planted.append({"index": at, "rule": check_id, "fate": "rejected", "what": what})
    clean = next(at for at in range(len(frame)) if at not in chosen)
    dirty.loc[len(dirty)] = list(dirty.iloc[clean])
    planted.append({"index": len(dirty) - 1, "rule": "", "fate": "duplicate", "what": "row repeated"})
    return dirty, planted
