"""Requests for services of the city, from receipt to the end of the work: quicker where more of the staff has been trained."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.extracts import Extract
from simulation.faults import missing, too_early, unreadable
from simulation.offices import WEAK_OFFICE
from simulation.randomness import Array, hex_id, stream

if TYPE_CHECKING:
    from simulation.feedback import Services
    from simulation.generate import World
    from simulation.landing import Landing

FOLDER = "feedback/permohonan_layanan"
REQUESTS_A_YEAR = 60_000
LEAST_A_WORKDAY = 3
NEVER_FINISHED = 0.02
WEAK_FACTOR = 1.5
FASTER_PER_POINT = 0.03
"""A satisfaction point that training adds to a unit shortens its work by this share."""

_USUAL_DAYS = 4.0
_DAYS = {
    "Akta Kelahiran": 0.8,
    "Akta Kematian": 0.8,
    "KTP-el": 0.7,
    "Kartu Keluarga": 0.8,
    "Kartu Identitas Anak": 0.8,
    "Pindah Datang": 0.8,
    "Uji KIR": 0.6,
    "Surat Keterangan Domisili": 0.9,
    "Surat Pengantar": 0.5,
    "Persetujuan Bangunan Gedung": 22.0,
    "Izin Trayek": 9.0,
    "Dokumen Lingkungan": 16.0,
}
_OPENS, _OFFICE_MINUTES = 480, 450


def requests(seed: int, services: Services, start: date, end: date, employees: int) -> pd.DataFrame:
    """Every request of the period with both of its moments, also those that end after it."""
    rng = stream(seed, "service requests")
    workdays = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    workdays = workdays[np.is_busday(workdays)]
    n = max(LEAST_A_WORKDAY * len(workdays), round(REQUESTS_A_YEAR * employees / 20_000 * ((end - start).days + 1) / 365.25))
    units = [services.city.units[unit] for unit in services.city.service_units]
    place = rng.choice(len(units), n, p=services.volume / services.volume.sum())
    day = np.sort(rng.choice(workdays, n))
    turn = rng.random(n)
    names = [units[at].services[int(share * len(units[at].services))] for at, share in zip(place, turn, strict=True)]
    pace = np.array([WEAK_FACTOR if unit.office == WEAK_OFFICE else 1.0 for unit in units])[place]
    mean = np.array([_DAYS.get(name, _USUAL_DAYS) for name in names]) * pace * (1 - FASTER_PER_POINT * _points(services, start, day, place))
    received = _moment(day, rng.random(n))
    took = np.floor(rng.gamma(2.0, mean / 2.0, n)).astype(np.int64)
    finished = np.maximum(_moment(np.busday_offset(day, took), rng.random(n)), received + np.timedelta64(5, "m"))
    finished[rng.random(n) < NEVER_FINISHED] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "nomor_permohonan": [hex_id(seed, "permohonan", number)[:12] for number in range(n)],
            "unor_id": services.city.ids[np.array(services.city.service_units)[place]],
            "jenis_layanan": names,
            "waktu_diterima": received,
            "waktu_selesai": finished,
        }
    )


def _points(services: Services, start: date, day: Array, place: Array) -> Array:
    """Satisfaction points that training had added to the unit of each request, by the month of its receipt."""
    month = (day - np.datetime64(start)).astype(np.int64) // 30
    known = np.stack([services.points(start + timedelta(days=30 * int(number))) for number in range(int(month.max(initial=0)) + 1)])
    return known[month, place]


def _moment(day: Array, share: Array) -> Array:
    """A time of day within the hours of the office."""
    minutes = (_OPENS + share * _OFFICE_MINUTES).astype(np.int64)
    return day.astype("datetime64[m]") + minutes.astype("timedelta64[m]")


def _deliver(target: Landing, world: World) -> None:
    """Each delivery: what was received or finished in its days, as it stands on the last evening."""
    every = requests(world.seed, world.services, world.period.start, world.period.end, world.employees)
    moments = every[["waktu_diterima", "waktu_selesai"]].to_numpy().astype("datetime64[m]")
    for first, last in world.period.event_windows():
        begin, until = np.datetime64(first, "m"), np.datetime64(last + timedelta(days=1), "m")
        frame = every[((moments >= begin) & (moments < until)).any(axis=1)].copy()
        frame.loc[frame["waktu_selesai"] >= until, "waktu_selesai"] = pd.NaT
        target.deliver(FOLDER, last, frame)


EXTRACTS = (
    Extract(
        FOLDER,
        "feedback/service_requests",
        key=("nomor_permohonan",),
        later_row_wins=True,
        faults=(
            too_early("waktu_selesai", "waktu_diterima", "finished_after_received"),
            missing("jenis_layanan", "service_name"),
            unreadable("waktu_diterima", "received_at", "kemarin pagi"),
            missing("nomor_permohonan", "request_id"),
            missing("unor_id", "unit_id"),
        ),
        deliver=_deliver,
    ),
)
