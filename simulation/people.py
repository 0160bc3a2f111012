"""The people: who they are, and how postings change from one snapshot to the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.city import CLASS_LEVEL, COMPETENCIES

if TYPE_CHECKING:
    from simulation.city import City

_SYLLABLES = ["ra", "di", "mo", "ka", "lu", "sa", "ni", "to", "be", "gu", "wi", "ha", "no", "ti", "ma", "ru", "pe", "si", "du", "ja"]
_CLASSES = ["PELAKSANA", "PENGAWAS", "ADMINISTRATOR", "JPT_PRATAMA", "JF_TERAMPIL", "JF_MAHIR", "JF_AHLI_PERTAMA", "JF_AHLI_MUDA", "JF_AHLI_MADYA"]
_SHARES = [0.30, 0.05, 0.015, 0.003, 0.08, 0.05, 0.27, 0.16, 0.072]
_RANKS = {"PELAKSANA": (21, 32), "PENGAWAS": (33, 34), "ADMINISTRATOR": (41, 42), "JPT_PRATAMA": (43, 43), "JF_TERAMPIL": (22, 24),
          "JF_MAHIR": (31, 32), "JF_AHLI_PERTAMA": (31, 32), "JF_AHLI_MUDA": (33, 34), "JF_AHLI_MADYA": (41, 43)}  # fmt: skip
_RANK_IDS = [11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34, 41, 42, 43, 44, 45]


@dataclass
class People:
    """One row a person in ``table`` (headers of hr/pegawai, and ``_`` working columns); ``levels`` are latent competence."""

    table: pd.DataFrame
    levels: np.ndarray  # people x competencies, on the scale of the standard


def make_people(city: City, employees: int, start: date, rng: np.random.Generator) -> People:
    n = round(employees * 1.06)  # some join later
    kelas = rng.choice(_CLASSES, n, p=np.array(_SHARES) / sum(_SHARES))
    weight = city.units["_weight"].to_numpy(dtype=float)
    unit = rng.choice(len(city.units), n, p=weight / weight.sum())
    is_pppk = (rng.random(n) < 0.25) & ~np.isin(kelas, ["PENGAWAS", "ADMINISTRATOR", "JPT_PRATAMA"])
    born = [date(1966, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 33 * 365, n)]
    sex = rng.choice([1, 2], n, p=[0.42, 0.58])
    appointed = [date(min(start.year - 1, max(b.year + 22 + int(g), 2021 if p else 1988)), int(m), 1)
                 for b, g, p, m in zip(born, rng.integers(0, 8, n), is_pppk, rng.integers(1, 13, n), strict=True)]  # fmt: skip
    positions = {k: group["jabatan_id"].to_numpy() for k, group in city.positions.groupby("kelas_posisi")}
    titles = dict(zip(city.positions["jabatan_id"], city.positions["nama_jabatan"], strict=True))
    kinds = dict(zip(city.positions["jabatan_id"], city.positions["jenis_jabatan_id"], strict=True))
    post = np.array([positions[k][i % len(positions[k])] for k, i in zip(kelas, rng.integers(0, 9, n), strict=True)], dtype=object)
    rank = [_rank(k, bool(p), int(i)) for k, p, i in zip(kelas, is_pppk, rng.integers(0, 99, n), strict=True)]
    table = pd.DataFrame(
        {
            "nip_baru": _nips(born, appointed, sex, is_pppk), "nama": [_name(rng) for _ in range(n)], "gelar_depan": "", "gelar_belakang": "",
            "tanggal_lahir": [b.isoformat() for b in born], "jenis_kelamin": np.where(sex == 1, "M", "F"),
            "status_kepegawaian": np.where(is_pppk, "PPPK", np.where(rng.random(n) < 0.02, "CPNS", "PNS")), "kedudukan_hukum_id": "1",
            "gol_akhir_id": rank, "tmt_golongan": [date(a.year, a.month, 1).isoformat() for a in appointed],
            "jenis_jabatan_id": [kinds[p] for p in post], "jabatan_id": post, "jabatan_nama": [titles[p] for p in post],
            "eselon_id": np.where(kelas == "PENGAWAS", "41", np.where(kelas == "ADMINISTRATOR", "32", np.where(kelas == "JPT_PRATAMA", "22", "99"))),
            "tmt_jabatan": [date(max(a.year, start.year - 3), 4, 1).isoformat() for a in appointed],
            "tingkat_pendidikan_id": [{"PELAKSANA": "15", "JF_TERAMPIL": "30", "JF_MAHIR": "30"}.get(k, "40" if i % 4 else "45")
                                      for k, i in zip(kelas, rng.integers(0, 99, n), strict=True)],
            "tahun_lulus": [str(b.year + 22) for b in born], "_unit": unit, "tmt_cpns": [a.isoformat() for a in appointed],
            "nik": "0000", "alamat": "Jalan Contoh", "nomor_hp": "0800000000", "email": "orang@contoh.invalid", "agama_id": "1",
            "jenis_kawin_id": "1", "npwp_nomor": "00.000", "bpjs": "0000", "_class": kelas,
            "_joins": np.where(np.arange(n) < employees, 0, rng.integers(1, 999, n)), "_leaves": 10_000,
        }
    )  # fmt: skip
    standard = np.array([CLASS_LEVEL[k] for k in kelas], dtype=float)[:, None]
    ability = rng.normal(0, 0.35, (n, 1))
    levels = standard + 0.25 + ability + rng.normal(0, 0.45, (n, len(COMPETENCIES)))
    weak = city.units["_path"].str.contains("Dinas Perhubungan").to_numpy()[unit]
    levels[weak, COMPETENCIES.index("M.3")] -= 0.9
    table["_ability"] = ability[:, 0]
    return People(table, levels)


def _rank(kelas: str, is_pppk: bool, roll: int) -> str:
    if is_pppk:
        return "V" if kelas == "PELAKSANA" else "VII" if kelas in {"JF_TERAMPIL", "JF_MAHIR"} else "IX"
    low, high = (_RANK_IDS.index(code) for code in _RANKS[kelas])
    return str(_RANK_IDS[low + roll % (high - low + 1)])


def _nips(born: list[date], appointed: list[date], sex: np.ndarray, is_pppk: np.ndarray) -> list[str]:
    seen: Counter[str] = Counter()
    nips = []
    for b, a, s, p in zip(born, appointed, sex, is_pppk, strict=True):
        head = f"{b:%Y%m%d}{a.year}{21 if p else f'{a.month:02d}'}{s}"
        nips.append(f"{head}{900 + seen[head]}")
        seen[head] += 1
    return nips


def _name(rng: np.random.Generator) -> str:
    parts = [_SYLLABLES[i] for i in rng.integers(0, len(_SYLLABLES), 5)]
    return f"{''.join(parts[:3])} {''.join(parts[3:])}".title()


def advance(people: People, city: City, step: int, rng: np.random.Generator) -> None:
    """One month on: a few leave, move or are promoted."""
    table = people.table
    present = (table["_joins"] <= step * 40) & (table["_leaves"] > step)
    draw = rng.random(len(table))
    table.loc[present & (draw < 0.002), "_leaves"] = step
    moving = np.flatnonzero(present & (draw > 0.996))
    weight = city.units["_weight"].to_numpy(dtype=float)
    table.loc[moving, "_unit"] = rng.choice(len(city.units), len(moving), p=weight / weight.sum())
    promoted = np.flatnonzero(present & (draw > 0.4) & (draw < 0.403))
    for at in promoted:
        code = str(table.at[at, "gol_akhir_id"])
        if code.isdigit() and int(code) < 45:
            table.at[at, "gol_akhir_id"] = str(_RANK_IDS[_RANK_IDS.index(int(code)) + 1])


def present_at(people: People, step: int) -> pd.DataFrame:
    table = people.table
    return table[(table["_joins"] <= step * 40) & (table["_leaves"] > step)]
