"""Reports of citizens (SP4N-LAPOR!), from arrival to closing, and what each nightly delivery shows of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.city import area_codes
from simulation.offices import WEAK_OFFICE
from simulation.randomness import Array, hex_id, pick, stream

if TYPE_CHECKING:
    from simulation.feedback import Services

REPORTS_A_YEAR = 15_000
FEWER_WHEN_TRAINED = 0.4
WEAK_FACTOR = 4.0
_CLASSES = ("PENGADUAN", "ASPIRASI", "PERMINTAAN INFORMASI")
_CATEGORIES = {
    "PERHUBUNGAN": "Perhubungan",
    "KEPENDUDUKAN": "Kependudukan",
    "KESEHATAN": "Kesehatan",
    "SOSIAL": "Sosial dan Kesejahteraan",
    "PEKERJAAN UMUM": "Pekerjaan Umum dan Penataan Ruang",
    "LINGKUNGAN HIDUP": "Lingkungan Hidup dan Kehutanan",
    "KETENTERAMAN": "Ketenteraman, Ketertiban Umum, dan Pelindungan Masyarakat",
    "TENAGA KERJA": "Ketenagakerjaan",
    "KEUANGAN": "Ekonomi dan Keuangan",
}
_TEXTS = {
    "PENGADUAN": (
        "Sudah {days} hari saya menunggu {service} dan belum ada kabar.",
        "Petugas {service} di {unit} tidak memberi penjelasan yang jelas.",
        "Antrean {service} terlalu panjang sejak pagi.",
        "Mohon ditindaklanjuti, nomor saya 0812-0000-{days:02d}99, soal {service}.",
        "Berkas {service} saya hilang, NIK saya 0000{days:02d}0000000099.",
    ),
    "ASPIRASI": (
        "Usul agar {service} dapat diurus lewat aplikasi.",
        "Mohon {unit} buka juga pada hari Sabtu.",
        "Saran untuk {service}: kirim pemberitahuan ke warga{days}@contoh.invalid bila selesai.",
    ),
    "PERMINTAAN INFORMASI": (
        "Apa syarat untuk {service}?",
        "Berapa lama proses {service} di {unit}?",
        "Jam berapa {unit} melayani {service}?",
        "Bagaimana cara mengurus {service}? Balas ke warga{days}@contoh.invalid",
    ),
}
_TRANSPORT = (
    "Di mana saya dapat melihat jadwal angkutan umum terbaru?",
    "Rute angkutan kota berubah tetapi tidak ada informasi di halte.",
    "Petugas terminal tidak tahu tarif angkutan yang baru.",
    "Informasi trayek di situs berbeda dengan yang di terminal.",
)


def build_reports(seed: int, services: Services, start: date, end: date, employees: int) -> pd.DataFrame:
    """Every report of the period with all of its moments, also those that lie beyond the end."""
    rng = stream(seed, "complaints")
    days = (end - start).days + 1
    n = round(REPORTS_A_YEAR * employees / 20_000 * days / 365.25)
    city = services.city
    is_weak = np.array([city.units[unit].office == WEAK_OFFICE for unit in city.service_units])
    weights = services.volume * np.where(is_weak, WEAK_FACTOR, 1.0)
    place = rng.choice(len(weights), n, p=weights / weights.sum())
    busy = 1 + 0.25 * np.cos(2 * np.pi * (np.arange(days) + start.timetuple().tm_yday - 330) / 365.25)
    day = np.sort(rng.choice(days, n, p=busy / busy.sum()))
    received = np.datetime64(start, "m") + (day * 1440 + rng.integers(360, 1380, n)).astype("timedelta64[m]")
    weak = is_weak[place]
    kinds = pick(rng, _CLASSES, n, (0.66, 0.14, 0.2))
    kinds[weak] = pick(rng, _CLASSES, n, (0.35, 0.05, 0.6))[weak]
    keep = _remaining(rng, services, start, day, place, weak & (kinds == "PERMINTAAN INFORMASI"))
    received, place, kinds, weak = received[keep], place[keep], kinds[keep], weak[keep]
    n = len(received)

    def minutes(mean: float) -> Array:
        return (rng.gamma(1.6, mean / 1.6, n) * 1440).astype(np.int64).astype("timedelta64[m]")

    forwarded = received + minutes(1.5)
    responded = forwarded + minutes(4.0)
    closed = responded + minutes(6.0)
    ends = rng.random(n)
    nat = np.datetime64("NaT")
    closed = np.where(ends < 0.04, nat, closed)
    responded = np.where(ends < 0.02, nat, responded)
    frame = pd.DataFrame({"received": received, "forwarded": forwarded, "responded": responded, "closed": closed})
    frame["last_word"] = np.where(ends < 0.02, "Arsip", np.where(ends < 0.04, "Tertunda", "Selesai"))
    frame["klasifikasi"] = kinds
    frame["unit"] = np.array(city.service_units)[place]
    frame["tracking_id"] = [hex_id(seed, "lapor", number)[:10] for number in range(n)]
    frame["kanal"] = pick(rng, ("Website", "Whatsapp", "Android", "SMS 1708"), n, (0.4, 0.3, 0.25, 0.05))
    frame["kode_wilayah"] = pick(rng, tuple(area_codes()), n)
    frame["isi_laporan"] = _texts(rng, services, frame["unit"].to_numpy(), kinds, weak)
    return frame


def _remaining(rng: np.random.Generator, services: Services, start: date, day: Array, place: Array, asks: Array) -> Array:
    """Fewer people have to ask where more of the staff have learnt to inform."""
    share = np.stack(
        [services.trained_share(start + timedelta(days=int(first)))[:, 1] for first in range(0, int(day.max(initial=0)) + 1, 30)]
    )
    return ~(asks & (rng.random(len(day)) < FEWER_WHEN_TRAINED * share[day // 30, place]))


def _texts(rng: np.random.Generator, services: Services, units: Array, kinds: Array, weak: Array) -> list[str]:
    turns, days, about_transport = (
        rng.random(len(units)),
        rng.integers(3, 60, len(units)),
        weak & (rng.random(len(units)) < 0.6),
    )
    texts = []
    for unit, kind, turn, number, transport in zip(units, kinds, turns, days, about_transport, strict=True):
        options = _TRANSPORT if transport else _TEXTS[kind]
        place = services.city.units[unit]
        service = place.services[int(number) % len(place.services)]
        texts.append(options[int(turn * len(options))].format(days=int(number), service=service, unit=place.name))
    return texts


def complaints_frame(services: Services, reports: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the extract feedback/lapor of a delivery.

    What arrived or moved in its days, as it stands on the last evening.
    """
    begin, until = np.datetime64(first, "m"), np.datetime64(last + timedelta(days=1), "m")
    moments = reports[["received", "forwarded", "responded", "closed"]].to_numpy().astype("datetime64[m]")
    moved = ((moments >= begin) & (moments < until)).any(axis=1) & (moments[:, 0] < until)
    at = np.flatnonzero(moved)
    shown = np.where(moments[at] < until, moments[at], np.datetime64("NaT")).astype("datetime64[s]")
    rows = reports.iloc[at]
    has = ~np.isnat(shown)
    last_word = rows["last_word"].to_numpy()
    late = np.where(last_word == "Selesai", "Proses", last_word)
    status = np.where(has[:, 3], "Selesai", np.where(has[:, 1], late, "Belum"))
    units = rows["unit"].to_numpy()
    city = services.city
    return pd.DataFrame(
        {
            "tracking_id": rows["tracking_id"].to_numpy(),
            "tanggal_masuk": shown[:, 0],
            "tanggal_disposisi": shown[:, 1],
            "tanggal_respon": shown[:, 2],
            "tanggal_ditutup": shown[:, 3],
            "klasifikasi": rows["klasifikasi"].to_numpy(),
            "kategori": [_CATEGORIES.get(city.units[unit].affair, "Topik Lainnya") for unit in units],
            "unor_id": city.ids[units],
            "status": status,
            "kanal": rows["kanal"].to_numpy(),
            "kode_wilayah": rows["kode_wilayah"].to_numpy(),
            "pelapor": ["Anonim Contoh"] * len(at),
            "kontak_pelapor": ["0800-000-00000"] * len(at),
            "isi_laporan": rows["isi_laporan"].to_numpy(),
        }
    )
