"""The structure of the city: units, positions, standards and programmes. Names of units and areas are Medan's own."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).parent.parent / "dbt_project" / "seeds" / "reference"
COMPETENCIES = ["M.1", "M.2", "M.3", "M.4", "M.5", "M.6", "M.7", "M.8", "SK.1"]
CLASS_LEVEL = {
    "PELAKSANA": 1, "PENGAWAS": 2, "ADMINISTRATOR": 3, "JPT_PRATAMA": 4, "JF_TERAMPIL": 1, "JF_MAHIR": 2,
    "JF_AHLI_PERTAMA": 2, "JF_AHLI_MUDA": 3, "JF_AHLI_MADYA": 4,
}  # fmt: skip
_OFFICES = [
    ("Sekretariat Daerah", 0, 4), ("Sekretariat DPRD", 0, 1), ("Inspektorat", 0, 1), ("Dinas Pendidikan dan Kebudayaan", 1, 3),
    ("Dinas Kesehatan", 1, 3), ("RSUD Dr. Pirngadi", 1, 8), ("RSUD H. Bachtiar Djafar", 1, 4),
    ("Dinas Sumber Daya Air, Bina Marga, dan Bina Konstruksi", 1, 3),
    ("Dinas Perumahan, Kawasan Permukiman, Cipta Karya, dan Tata Ruang", 1, 2), ("Dinas Pemadam Kebakaran dan Penyelamatan", 1, 3),
    ("Satuan Polisi Pamong Praja", 1, 4), ("Dinas Sosial", 1, 1), ("Dinas Ketenagakerjaan", 1, 1),
    ("Dinas Ketahanan Pangan, Pertanian, dan Perikanan", 0, 1), ("Dinas Lingkungan Hidup", 1, 3),
    ("Dinas Kependudukan dan Pencatatan Sipil", 1, 3), ("Dinas Perhubungan", 1, 4), ("Dinas Komunikasi dan Informatika", 0, 1),
    ("Dinas Koperasi UKM, Perindustrian, dan Perdagangan", 0, 2), ("Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", 1, 2),
    ("Dinas Pariwisata", 0, 1), ("Dinas Pemuda dan Olahraga", 0, 1), ("Dinas Perpustakaan dan Kearsipan", 1, 1),
    ("Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", 0, 1), ("Badan Perencanaan Pembangunan Daerah", 0, 1),
    ("Badan Keuangan dan Aset Daerah", 0, 2), ("Badan Pendapatan Daerah", 1, 2), ("Badan Riset dan Inovasi Daerah", 0, 1),
    ("Badan Penanggulangan Bencana Daerah", 1, 1), ("Badan Kesatuan Bangsa dan Politik", 0, 1),
]  # fmt: skip
SERVICES = {
    "Dinas Kependudukan dan Pencatatan Sipil": ["Akta Kelahiran", "Akta Kematian", "KTP-el", "Kartu Keluarga", "KIA", "Pindah Datang"],
    "Dinas Perhubungan": ["Uji KIR", "Informasi Angkutan Umum", "Izin Trayek"],
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu": ["Izin Usaha", "PBG", "Izin Praktik"],
    "Dinas Kesehatan": ["Rekomendasi Kesehatan", "Laboratorium"],
    "RSUD Dr. Pirngadi": ["Rawat Jalan", "Rawat Inap", "Gawat Darurat"],
    "Dinas Ketenagakerjaan": ["Kartu AK-1", "Pelatihan Kerja"],
    "Badan Pendapatan Daerah": ["PBB", "BPHTB"],
    "Dinas Perpustakaan dan Kearsipan": ["Kartu Anggota", "Layanan Baca"],
}


@dataclass
class City:
    """``units`` and ``positions`` are tables with the headers of the extracts and working columns beginning with ``_``."""

    units: pd.DataFrame
    positions: pd.DataFrame
    standards: pd.DataFrame
    programmes: pd.DataFrame
    resisting: list[str]


def unit_id(name: str) -> str:
    return hashlib.md5(f"simulated unit {name}".encode(), usedforsecurity=False).hexdigest().upper()


def build_city(employees: int, rng: np.random.Generator) -> City:
    scale = employees / 20_000
    units = _units(scale)
    positions = _positions()
    resisting = [unit_id("Pemerintah Kota Medan/" + name) for name in ("Dinas Sosial", "Dinas Pariwisata", "Badan Pendapatan Daerah")]
    return City(units, positions, _standards(), _programmes(rng), resisting)


def _areas() -> list[dict[str, str]]:
    with (REFERENCE / "ref_area.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _units(scale: float) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    paths: dict[str, str] = {}

    def add(path: str, name: str, parent: str, kind: str, eselon: str, area: str, service: int, weight: float) -> None:
        paths[path] = unit_id(path)
        rows.append(
            {"id": paths[path], "nama_unor": name, "diatasan_id": paths.get(parent, ""), "jenis_unor": kind, "eselon_id": eselon,
             "kode_wilayah": area, "is_layanan": str(service), "_weight": weight, "_path": path}
        )  # fmt: skip

    root = "Pemerintah Kota Medan"
    add(root, root, "", "PEMDA", "", "12.71", 0, 0.0)
    for name, service, weight in _OFFICES:
        path = f"{root}/{name}"
        add(path, name, root, "SKPD", "22", "12.71", service, 0.4 * weight)
        add(f"{path}/Sekretariat", "Sekretariat", path, "SEKRETARIAT", "31", "12.71", 0, 0.5 * weight)
        add(f"{path}/Sekretariat/Sub Bagian Umum", "Sub Bagian Umum", f"{path}/Sekretariat", "SUBBAGIAN", "41", "12.71", 0, 0.4 * weight)
        for number in range(1, 3 if weight < 3 else 4):
            label = f"Bidang {['Pelayanan', 'Pengembangan', 'Pengawasan'][number - 1]}"
            add(f"{path}/{label}", label, path, "BIDANG", "32", "12.71", int(service and number == 1), 0.8 * weight)
    areas = _areas()
    districts = [area for area in areas if area["area_level"] == "district"][: max(3, round(21 * min(1.0, scale * 4)))]
    n_kelurahan = max(1, round(7.2 * min(1.0, scale * 1.2)))
    for district in districts:
        path = f"{root}/Kecamatan {district['name_id']}"
        add(path, f"Kecamatan {district['name_id']}", root, "KECAMATAN", "31", district["area_code"], 1, 0.9)
        inside = [area for area in areas if area["parent_area_code"] == district["area_code"]]
        for area in inside if scale >= 1 else inside[:n_kelurahan]:
            child = f"{path}/Kelurahan {area['name_id']} {area['area_code']}"
            add(child, f"Kelurahan {area['name_id']}", path, "KELURAHAN", "41", area["area_code"], 1, 0.25)
    health, school = f"{root}/Dinas Kesehatan", f"{root}/Dinas Pendidikan dan Kebudayaan"
    for number in range(max(2, round(41 * min(1.0, scale)))):
        add(f"{health}/Puskesmas {number + 1}", f"UPT Puskesmas {number + 1}", health, "UPT", "", "12.71", 1, 1.5)
    for number in range(max(3, round(200 * min(3.0, scale)))):
        add(f"{school}/UPT SD {number + 1}", f"UPT SD Negeri {60001 + number}", school, "SEKOLAH", "", "12.71", 1, 0.6)
    return pd.DataFrame(rows)


def _positions() -> pd.DataFrame:
    rows = []
    names = {
        "PELAKSANA": ["Pengadministrasi Umum", "Pengelola Layanan", "Penyusun Laporan"], "PENGAWAS": ["Kepala Seksi", "Kepala Sub Bagian"],
        "ADMINISTRATOR": ["Kepala Bidang", "Sekretaris Dinas"], "JPT_PRATAMA": ["Kepala Dinas"],
        "JF_TERAMPIL": ["Perawat Terampil", "Bidan Terampil"], "JF_MAHIR": ["Perawat Mahir"],
        "JF_AHLI_PERTAMA": ["Guru Ahli Pertama", "Analis Kebijakan Ahli Pertama", "Dokter Ahli Pertama"],
        "JF_AHLI_MUDA": ["Guru Ahli Muda", "Perencana Ahli Muda"], "JF_AHLI_MADYA": ["Guru Ahli Madya", "Dokter Ahli Madya"],
    }  # fmt: skip
    eselon = {"PENGAWAS": "41", "ADMINISTRATOR": "32", "JPT_PRATAMA": "22"}
    for kelas, titles in names.items():
        kind = "2" if kelas.startswith("JF") else "4" if kelas == "PELAKSANA" else "1"
        for title in titles:
            rows.append(
                {"jabatan_id": unit_id(f"jabatan {title}")[:16], "nama_jabatan": title, "jenis_jabatan_id": kind, "jenjang": kelas.title(),
                 "eselon_id": eselon.get(kelas, "99"), "kelas_posisi": kelas, "urusan": "Umum"}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _standards() -> pd.DataFrame:
    rows = [
        {"kelas_posisi": kelas, "jabatan_id": "", "kode_kompetensi": code, "nama_kompetensi": "", "level_standar": str(level),
         "berlaku_mulai": "2020-01-01"}
        for kelas, level in CLASS_LEVEL.items() if kelas not in {"JF_MAHIR"}
        for code in COMPETENCIES
    ]  # fmt: skip
    guru = unit_id("jabatan Guru Ahli Pertama")[:16]
    rows += [
        {"kelas_posisi": "", "jabatan_id": guru, "kode_kompetensi": code, "nama_kompetensi": name, "level_standar": level,
         "berlaku_mulai": "2021-07-01"}
        for code, name, level in (("T.1", "Pedagogi", "3"), ("M.5", "Pelayanan Publik", "3"))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _programmes(rng: np.random.Generator) -> pd.DataFrame:
    """40 programmes; the effects differ, the first has none at all."""
    topics = ["Pelayanan Prima", "Komunikasi Publik", "Integritas", "Kerja Sama Tim", "Manajemen Perubahan", "Pengambilan Keputusan",
              "Orientasi Hasil", "Wawasan Kebangsaan"]  # fmt: skip
    codes = ["M.5", "M.3", "M.1", "M.2", "M.7", "M.8", "M.4", "SK.1"]
    rows = []
    for number in range(40):
        at = number % len(topics)
        effect = 0.0 if number == 0 else round(float(rng.choice([0.2, 0.35, 0.5, 0.7])), 2)
        title = "Informasi Layanan Angkutan Umum" if number == 1 else f"{topics[at]} {number // len(topics) + 1}"
        rows.append(
            {"kode_program": f"P{number + 1:03d}", "nama_program": title, "jenis_diklat_id": str([3, 8, 5, 6, 9, 4][number % 6]),
             "metode": ["KLASIKAL", "E-LEARNING", "NONKLASIKAL"][number % 3], "jumlah_jp": str([8, 16, 20, 24, 40][number % 5]),
             "kode_kompetensi": codes[at] if number % 4 else f"{codes[at]};M.6", "level_sasaran": str(2 + number % 3),
             "kapasitas": str([20, 30, 40][number % 3]), "biaya_per_peserta": str(350_000 + 125_000 * (number % 9)),
             "penyelenggara": "BKPSDM Kota Medan", "_effect": effect}
        )  # fmt: skip
    return pd.DataFrame(rows)
