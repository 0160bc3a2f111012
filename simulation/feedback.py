"""What citizens say: satisfaction surveys and complaints, better where more of the staff have been trained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.offices import WEAK_OFFICE
from simulation.randomness import Array, pick, round_by_chance, stream

if TYPE_CHECKING:
    from simulation.careers import Careers
    from simulation.city import City
    from simulation.people import People
    from simulation.programmes import Programme
    from simulation.training import Participations

ELEMENTS = tuple(f"u{number}" for number in range(1, 10))
SURVEYS_A_YEAR = 60_000
SATISFACTION_TREND_A_YEAR = 0.6
SEASON_POINTS = 1.5
INCOMPLETE = 0.03
WEAK_ELEMENTS = {"u6": -0.45, "u2": -0.35}
POINTS_PER_ANSWER = 25
WEAK_LEVEL = 3.05
_ELEMENT_LEVEL = np.array([0.05, 0.0, -0.15, 0.2, 0.05, 0.05, 0.1, -0.1, -0.05])
_SUGGESTIONS = (
    "",
    "",
    "",
    "Pelayanan sudah baik",
    "Mohon antrean dipercepat",
    "Petugas kurang jelas menjelaskan \u2013 mohon diperbaiki",
    "Ruang tunggu panas",
    "Terima kasih",
    "Hubungi saya di 0812-0000-1234 bila sudah selesai",
    "Informasi di situs tidak sama dengan di loket",
)


@dataclass
class Services:
    """The service units with what makes each of them better or worse, and how much of their staff has been trained."""

    city: City
    programmes: list[Programme]
    parts: Participations
    unit_of: Array
    staff: Array
    level: Array
    volume: Array
    start: date

    def trained_share(self, day: date) -> Array:
        """Service units x programmes: the share of a unit's staff who have completed a programme before a day."""
        done = np.flatnonzero(self.parts.completed() & (self.parts.ended < np.datetime64(day)))
        service = self.unit_of[self.parts.persons[done]]
        counts = np.zeros((len(self.staff), len(self.programmes)))
        inside = service >= 0
        np.add.at(counts, (service[inside], self.parts.programmes[done][inside]), 1)
        return counts / np.maximum(self.staff, 1)[:, None]

    def points(self, day: date) -> Array:
        """Satisfaction points (of 100) that training adds to each service unit."""
        return self.trained_share(day) @ np.array([programme.satisfaction for programme in self.programmes])


def build_services(
    seed: int,
    city: City,
    people: People,
    careers: Careers,
    programmes: list[Programme],
    parts: Participations,
    start: date,
) -> Services:
    """Return the service units at the start of the period.

    Staff are those who work in a unit or below it at the start.
    """
    rng = stream(seed, "services")
    unit_of = city.service_of[people.units]
    present = careers.states[0].is_present
    n = len(city.service_units)
    staff = np.bincount(unit_of[present & (unit_of >= 0)], minlength=n)
    level = rng.normal(3.1, 0.12, n)
    level[[city.units[unit].office == WEAK_OFFICE for unit in city.service_units]] = WEAK_LEVEL
    volume = rng.uniform(0.5, 1.5, n) * np.array([len(city.units[unit].services) for unit in city.service_units])
    return Services(city, programmes, parts, unit_of, staff, level, volume, start)


def season(day: date) -> float:
    """Satisfaction points above the year's mean.

    Offices are full around the new school year and at the end of the year.
    """
    return SEASON_POINTS * float(np.cos(2 * np.pi * (day.timetuple().tm_yday - 75) / 365.25))


def survey(seed: int, services: Services, first: date, last: date, employees: int) -> pd.DataFrame:
    """Return the extract feedback/skm for some days."""
    rng = stream(seed, f"survey {first}")
    days = (last - first).days + 1
    n = max(8, round(SURVEYS_A_YEAR * employees / 20_000 * days / 365.25))
    city = services.city
    place = rng.choice(len(services.volume), n, p=services.volume / services.volume.sum())
    units = np.array(city.service_units)[place]
    offered = [city.units[unit].services for unit in units]
    service = [names[int(turn * len(names))] for names, turn in zip(offered, rng.random(n), strict=True)]
    on = rng.integers(0, days, n)
    points = np.stack([_day_points(services, first + timedelta(days=int(day))) for day in range(days)])[on, place]
    latent = services.level[place] + points / POINTS_PER_ANSWER + rng.normal(0, 0.25, n)
    answers = latent[:, None] + _ELEMENT_LEVEL + rng.normal(0, 0.15, (n, 9))
    weak = city.offices[units] == WEAK_OFFICE
    for element, change in WEAK_ELEMENTS.items():
        answers[weak, ELEMENTS.index(element)] += change
    given = np.clip(round_by_chance(rng, answers), 1, 4).astype(str).astype(object)
    incomplete = np.flatnonzero(rng.random(n) < INCOMPLETE)
    given[incomplete, rng.integers(0, 9, len(incomplete))] = ""
    frame = {
        "id_responden": [f"R{first:%Y%m%d}{number:06d}" for number in range(n)],
        "tanggal": (np.datetime64(first) + on.astype("timedelta64[D]")).astype("datetime64[s]"),
        "unor_id": city.ids[units],
        "jenis_layanan": service,
        "loket": pick(rng, ("Loket 1", "Loket 2", "Loket 3", "Daring"), n),
        "jam": pick(rng, ("08-12", "13-17"), n, (0.62, 0.38)),
        "umur": np.clip(rng.normal(38, 12, n), 17, 79).astype(int),
        "jk": pick(rng, ("M", "F"), n),
        "pendidikan": pick(rng, ("SMA", "S1", "D3", "SMP", "SD", "S2"), n, (0.45, 0.27, 0.1, 0.1, 0.05, 0.03)),
        "pekerjaan": pick(rng, ("Swasta", "Wirausaha", "PNS", "Lainnya", "TNI", "Polri"), n, (0.35, 0.3, 0.1, 0.21, 0.02, 0.02)),
        "nama": [f"Responden Contoh {number}" for number in range(n)],
    }
    frame |= {element: given[:, column] for column, element in enumerate(ELEMENTS)}
    return pd.DataFrame(frame | {"saran": pick(rng, _SUGGESTIONS, n)})


def _day_points(services: Services, day: date) -> Array:
    trend = SATISFACTION_TREND_A_YEAR * (day - services.start).days / 365.25
    return services.points(day) + trend + season(day)
