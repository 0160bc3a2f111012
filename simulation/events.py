"""What happens in the city: assessments, appraisals, training, budgets, surveys and complaints, with the planted effects."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.city import CLASS_LEVEL, COMPETENCIES, SERVICES

if TYPE_CHECKING:
    from simulation.city import City
    from simulation.people import People

TREND_A_YEAR = 0.05
"""Levels that everybody gains in a year without any training."""
SATISFACTION_EFFECT = 0.25
"""Points of an answer (1-4) that a unit gains when all of its staff are trained."""
REASONS = ["anggaran tidak tersedia", "beban kerja tinggi", "tidak diizinkan atasan", "materi tidak relevan", "sakit", ""]
_LABELS = {1: "DIATAS EKSPEKTASI", 2: "Sesuai Ekspektasi", 3: "DIBAWAH EKSPEKTASI"}
_PREDICATES = {(1, 1): "Sangat Baik", (1, 2): "Baik", (2, 1): "Baik", (2, 2): "Baik", (1, 3): "Kurang", (2, 3): "Kurang",
               (3, 1): "Butuh Perbaikan", (3, 2): "Butuh Perbaikan", (3, 3): "Sangat Kurang"}  # fmt: skip


def assess(people: People, city: City, at: pd.Index[Any], day: date, start: date, rng: np.random.Generator) -> pd.DataFrame:
    """An assessment round of the people in ``at``."""
    years = (day - start).days / 365
    latent = people.levels[at] + TREND_A_YEAR * years + rng.normal(0, 0.25, (len(at), len(COMPETENCIES)))
    levels = np.clip(np.rint(latent), 0, 5).astype(int)
    table = people.table.loc[at]
    paths = city.units["nama_unor"].to_numpy()
    frame = pd.DataFrame(
        {"no": [str(i + 1) for i in range(len(at))], "nip": table["nip_baru"].to_numpy(), "nama": table["nama"].to_numpy(),
         "jabatan": table["jabatan_nama"].to_numpy(), "perangkat_daerah": paths[table["_unit"].to_numpy()],
         "tanggal_penilaian": [(day - timedelta(days=int(d))).isoformat() for d in rng.integers(1, 25, len(at))],
         "tujuan": np.where(rng.random(len(at)) < 0.85, "PEMETAAN", "PENGISIAN"), "penyelenggara": "UPT Penilaian Kompetensi",
         "metode": "CACT"}
    )  # fmt: skip
    for column, code in enumerate(COMPETENCIES):
        frame[code] = levels[:, column].astype(str)
    technical = np.clip(np.rint(people.levels[at].mean(axis=1) + 0.3), 0, 5).astype(int).astype(str)
    frame["T.1"] = np.where(table["jabatan_nama"].str.startswith("Guru"), technical, "")
    frame["total"] = levels.sum(axis=1).astype(str)
    standard = np.tile(table["_class"].map(CLASS_LEVEL).to_numpy()[:, None], (1, len(COMPETENCIES)))
    standard[(table["jabatan_nama"] == "Guru Ahli Pertama").to_numpy(), COMPETENCIES.index("M.5")] = 3
    jpm = 100 * levels.sum(axis=1) / standard.sum(axis=1)
    frame["jpm"] = [f"{value:.2f}".replace(".", ",") for value in jpm]
    frame["kategori"] = [_category(value, purpose) for value, purpose in zip(jpm, frame["tujuan"], strict=True)]
    frame["saran_pengembangan"] = "Ikut pelatihan sesuai kesenjangan"
    return frame


def _category(jpm: float, purpose: str) -> str:
    """What the assessment centre writes beside the percentage, by the national bounds of each purpose."""
    if purpose == "PEMETAAN":
        return "Optimal" if jpm >= 90 else "Cukup Optimal" if jpm >= 78 else "Kurang Optimal"
    return "MS" if jpm >= 80 else "MMS" if jpm >= 68 else "KMS"


def appraise(people: People, city: City, at: pd.Index[Any], year: int, period: str, day: date, rng: np.random.Generator) -> pd.DataFrame:
    table = people.table.loc[at]
    score = table["_ability"].to_numpy() + people.table.loc[at, "_gain"].to_numpy() * 0.4 + rng.normal(0, 0.5, len(at))
    work = np.where(score > 0.75, 1, np.where(score < -1.1, 3, 2))
    conduct_score = score + rng.normal(0, 0.3, len(at))
    conduct = np.where(conduct_score > 0.85, 1, np.where(conduct_score < -1.4, 3, 2))
    ids = city.units["id"].to_numpy()
    return pd.DataFrame(
        {"nip": table["nip_baru"].to_numpy(), "nama": table["nama"].to_numpy(), "tahun": str(year), "periode": period,
         "skp_unor_id": ids[table["_unit"].to_numpy()], "hasil_kerja": [_LABELS[w] for w in work], "perilaku_kerja": [_LABELS[c] for c in conduct],
         "hasil_akhir": [_PREDICATES[(int(w), int(c))] for w, c in zip(work, conduct, strict=True)], "is_skp_plt_plh_pjb": "0",
         "waktu_dinilai": f"{day.isoformat()}T09:30:00"}
    )  # fmt: skip


def train(people: People, city: City, at: pd.Index[Any], day: date, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """The batches that are invited to in a month: the able are chosen more often; completion raises the latent level."""
    table = people.table
    programmes = city.programmes.iloc[[(number * 3 + k) % len(city.programmes) for k in range(3)]]
    ids = city.units["id"].to_numpy()
    paths = city.units["_path"].to_numpy()
    resisting = {city.units.index[city.units["id"] == unit][0] for unit in city.resisting if (city.units["id"] == unit).any()}
    roots = {index for index, path in enumerate(paths) for r in resisting if path.startswith(paths[r])}
    frames = []
    for _, programme in programmes.iterrows():
        size = min(len(at) // 4, max(6, round(len(at) * 0.012)))
        weight = np.exp(0.8 * table.loc[at, "_ability"].to_numpy())
        chosen = at[rng.choice(len(at), size, replace=False, p=weight / weight.sum())]
        resists = np.isin(table.loc[chosen, "_unit"].to_numpy(), list(roots))
        declines = rng.random(size) < np.where(resists, 0.55, 0.12)
        absent = ~declines & (rng.random(size) < 0.06)
        failed = ~declines & ~absent & (rng.random(size) < 0.03)
        status = np.where(declines, "MENOLAK", np.where(absent, "TIDAK_HADIR", np.where(failed, "TIDAK_LULUS", "SELESAI")))
        done = status == "SELESAI"
        column = COMPETENCIES.index(programme["kode_kompetensi"].split(";")[0])
        people.levels[chosen[done], column] += programme["_effect"]
        table.loc[chosen[done], "_gain"] += programme["_effect"]
        table.loc[chosen[done], "_trained"] = True
        begins = day + timedelta(days=20)
        pre = np.clip(rng.normal(55, 12, size), 0, 100).round(0)
        post = np.clip(pre + rng.normal(18, 8, size), 0, 100).round(0)
        took = done | failed
        frames.append(
            pd.DataFrame(
                {"id": [f"{programme['kode_program']}-{day:%Y%m}-{i:04d}" for i in range(size)], "nip": table.loc[chosen, "nip_baru"].to_numpy(),
                 "kode_program": programme["kode_program"], "angkatan": f"{day:%Y-%m}", "tanggal_undangan": day.isoformat(), "status": status,
                 "alasan": np.where(declines | absent, np.array(REASONS, dtype=object)[rng.integers(0, len(REASONS), size)], ""),
                 "tanggal_mulai": np.where(took, begins.isoformat(), ""), "tanggal_selesai": np.where(took, (begins + timedelta(days=3)).isoformat(), ""),
                 "jumlah_jam": np.where(done, programme["jumlah_jp"], ""), "nilai_pre": np.where(took, pre.astype(int).astype(str), ""),
                 "nilai_post": np.where(took, post.astype(int).astype(str), ""), "kepuasan_peserta": np.where(took, rng.integers(3, 6, size).astype(str), ""),
                 "no_sertifikat": np.where(done, "SIMULASI", ""), "biaya": np.where(took, programme["biaya_per_peserta"], ""),
                 "_unit": ids[table.loc[chosen, "_unit"].to_numpy()]}
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def serving_units(city: City) -> list[tuple[int, list[str]]]:
    """Units that citizens are asked about, with their services."""
    found = [(int(i), SERVICES[name]) for i, name in city.units["nama_unor"].items() if name in SERVICES]
    districts = [int(i) for i, kind in city.units["jenis_unor"].items() if kind == "KECAMATAN"]
    return found + [(i, ["Surat Pengantar", "Rekomendasi"]) for i in districts[:14]]


def survey(people: People, city: City, first: date, last: date, n: int, start: date, rng: np.random.Generator) -> pd.DataFrame:
    units = serving_units(city)
    pick = rng.integers(0, len(units), n)
    unit = np.array([units[i][0] for i in pick])
    service = [units[i][1][int(s) % len(units[i][1])] for i, s in zip(pick, rng.integers(0, 60, n), strict=True)]
    days = np.array([(first + timedelta(days=int(d))) for d in rng.integers(0, (last - first).days + 1, n)])
    trained = people.table.groupby(people.table["_unit"].map(city.units["_path"].str.split("/").str[1]))["_trained"].mean()
    office = city.units["_path"].str.split("/").str[1].to_numpy()[unit]
    years = (first - start).days / 365
    season = 0.08 * np.sin(2 * np.pi * first.timetuple().tm_yday / 365)
    base = 3.12 + 0.04 * years + season + SATISFACTION_EFFECT * pd.Series(office).map(trained).fillna(0).to_numpy()
    base = base + (np.array([int(u) % 7 for u in unit]) - 3) * 0.05
    is_transport = np.array([o == "Dinas Perhubungan" for o in office])
    person = rng.normal(0, 0.35, n)
    frame = pd.DataFrame(
        {"id_responden": [f"R{first:%y%m%d}{i:06d}" for i in range(n)], "tanggal": [d.isoformat() for d in days],
         "unor_id": city.units["id"].to_numpy()[unit], "jenis_layanan": service, "loket": (rng.integers(1, 6, n)).astype(str),
         "jam": np.where(rng.random(n) < 0.6, "08-12", "13-17"), "umur": rng.integers(17, 75, n).astype(str), "jk": np.where(rng.random(n) < 0.5, "L", "P"),
         "pendidikan": "SLTA", "pekerjaan": "Wiraswasta", "nama": "Tanpa Nama"}
    )  # fmt: skip
    for element in range(1, 10):
        shift = np.where(is_transport & (element in {2, 6}), -0.55, 0.0)
        answer = np.clip(np.rint(base + shift + person + rng.normal(0, 0.55, n)), 1, 4).astype(int).astype(str)
        frame[f"u{element}"] = np.where(rng.random(n) < 0.003, "", answer)
    frame["saran"] = np.where(rng.random(n) < 0.05, "Mohon dipercepat, hubungi 0812 0000 0000", "")
    return frame


def complaints(city: City, first: date, last: date, n: int, rng: np.random.Generator) -> pd.DataFrame:
    units = serving_units(city)
    transport = next((i for i, (u, _) in enumerate(units) if city.units.at[u, "nama_unor"] == "Dinas Perhubungan"), 0)
    pick = np.where(rng.random(n) < 0.15, transport, rng.integers(0, len(units), n))
    unit = np.array([units[i][0] for i in pick])
    received = [pd.Timestamp(first) + pd.Timedelta(minutes=int(m)) for m in rng.integers(0, ((last - first).days + 1) * 1440, n)]
    answer = rng.exponential(3.5, n) * 1440
    close = answer + rng.exponential(8, n) * 1440
    kind = rng.choice(["PENGADUAN", "ASPIRASI", "PERMINTAAN INFORMASI"], n, p=[0.7, 0.15, 0.15])
    is_open = rng.random(n) < 0.08
    stamp = lambda base, minutes: [(b + pd.Timedelta(minutes=int(m))).strftime("%Y-%m-%dT%H:%M:%S") for b, m in zip(base, minutes, strict=True)]  # noqa: E731
    return pd.DataFrame(
        {"tracking_id": [f"{first:%y%m%d}{i:05d}" for i in range(n)], "tanggal_masuk": stamp(received, np.zeros(n)),
         "tanggal_disposisi": stamp(received, answer * 0.3), "tanggal_respon": np.where(is_open, "", stamp(received, answer)),
         "tanggal_ditutup": np.where(is_open, "", stamp(received, close)), "klasifikasi": np.where(pick == transport, "PERMINTAAN INFORMASI", kind),
         "kategori": "Pelayanan", "unor_id": city.units["id"].to_numpy()[unit], "status": np.where(is_open, "Proses", "Selesai"), "kanal": "Website",
         "kode_wilayah": "12.71", "pelapor": "Anonim", "kontak_pelapor": "0800", "isi_laporan": "Mohon informasi layanan, kontak 0813-0000-0000"}
    )  # fmt: skip


def budgets(city: City, year: int, month: int, rng: np.random.Generator) -> pd.DataFrame:
    offices = city.units[city.units["jenis_unor"] == "SKPD"]
    rows = []
    for number, unit in enumerate(offices["id"]):
        for component, base in (("TEKNIS", 400), ("FUNGSIONAL", 150), ("MANAJERIAL", 200), ("PERSONEL", 90)):
            ceiling = base * 1_000_000 * (1 + number % 4)
            rows.append({"tahun": str(year), "unor_id": unit, "komponen": component, "pagu": str(ceiling),
                         "realisasi": str(int(ceiling * month / 12 * 0.9)), "total_belanja_daerah": "7600000000000"})  # fmt: skip
    del rng
    return pd.DataFrame(rows)
