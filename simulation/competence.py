"""Latent competence, what training adds to it, and the assessments and appraisals that let it be seen.

An assessed level is the latent one rounded up or down by chance, so that an effect of 0.4 levels is 0.4 on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.jobs import COMPETENCIES, TECHNICAL, Jobs, is_weak
from simulation.periods import quarter_label
from simulation.randomness import Array, pick, round_by_chance, stream

if TYPE_CHECKING:
    from simulation.careers import State
    from simulation.city import City
    from simulation.people import People
    from simulation.programmes import Programme
    from simulation.training import Participations

TREND_A_YEAR = 0.2
RATING_TREND_A_YEAR = 0.01
WEAKNESS = 1.2
PANEL_SHARE, LEAST_PANEL = 0.15, 150
ROTATING_SHARE = 0.055
ACTING_SHARE = 0.01
RISING_SHARE, RISE_A_YEAR, RISING_IN = 0.12, 0.8, "M.6"
"""Some learn one competency fast, with or without a course: who sends them to one takes their rise for its effect."""
ROOM = (0.0, 3.9)
"""Levels begin within these bounds, so that the scale of 0 to 5 does not hide a part of an effect."""
PROVIDER = "UPT Penilaian Kompetensi BKPSDM Kota Medan"
ADVICE = (
    "Ikut pelatihan sesuai kesenjangan",
    "Penugasan lintas bidang",
    "Bimbingan oleh atasan langsung",
    "Mempertahankan kinerja",
)
_RATINGS = ("DIATAS EKSPEKTASI", "SESUAI EKSPEKTASI", "DIBAWAH EKSPEKTASI")
_PREDICATES = np.array(
    [
        ["Sangat Baik", "Baik", "Kurang"],
        ["Baik", "Baik", "Kurang"],
        ["Butuh Perbaikan", "Butuh Perbaikan", "Sangat Kurang"],
    ],
    dtype=object,
)


@dataclass
class Competence:
    """Latent levels (people x nine competencies) without training, what each completed programme adds, and who rises by themselves."""

    base: Array
    rising: Array
    people: People
    programmes: list[Programme]
    parts: Participations
    start: date

    def _done(self, day: date) -> Array:
        return np.flatnonzero(self.parts.completed() & (self.parts.ended < np.datetime64(day)))

    def gains(self, day: date) -> Array:
        """Levels added by what each person has completed before a day."""
        added = np.zeros_like(self.base)
        columns = {code: column for column, code in enumerate(COMPETENCIES)}
        effect = np.zeros((len(self.programmes), len(COMPETENCIES)))
        for number, programme in enumerate(self.programmes):
            effect[number, [columns[code] for code in programme.competencies]] = programme.competence
        done = self._done(day)
        np.add.at(added, self.parts.persons[done], effect[self.parts.programmes[done]])
        return added

    def latent(self, day: date) -> Array:
        """Latent levels on a day: where a person began, the trend that all share, and training."""
        years = (day - self.start).days / 365.25
        levels = self.base + TREND_A_YEAR * years + self.gains(day)
        levels[self.rising, COMPETENCIES.index(RISING_IN)] += RISE_A_YEAR * years
        return levels

    def rating_shift(self, day: date) -> Array:
        """Return what training adds to each person's probability of a result above expectation."""
        added = np.zeros(len(self.base))
        done = self._done(day)
        np.add.at(added, self.parts.persons[done], np.array([p.rating for p in self.programmes])[self.parts.programmes[done]])
        return added


def choose_rising(seed: int, people: People) -> Array:
    """Return who rises in one competency whatever they are taught."""
    return stream(seed, "rising").random(len(people)) < RISING_SHARE


def build_base(seed: int, city: City, jobs: Jobs, people: People, rising: Array) -> Array:
    """Levels without training. Around the standard of the class.

    The office of public transport explains itself badly, and whoever rises begins lower.
    """
    rng = stream(seed, "competence")
    n = len(people)
    codes, kinds = pd.factorize(city.offices[people.units])
    office = rng.normal(0, 0.15, (len(kinds), len(COMPETENCIES)))[codes]
    noise = rng.normal(0, 0.6, (n, len(COMPETENCIES)))
    base = jobs.levels[people.positions][:, None] - 0.6 + 0.4 * people.ability[:, None] + office + noise
    base[is_weak(city, people.units), COMPETENCIES.index("M.3")] -= WEAKNESS
    base[rising, COMPETENCIES.index(RISING_IN)] -= RISE_A_YEAR
    return np.clip(base, *ROOM)


def choose_panel(seed: int, city: City, people: People) -> Array:
    """Return the people of some whole units who are assessed in every round, so that a change in a person can be seen.

    Half of them serve citizens, the office of public transport first; the others come from anywhere.
    """
    rng = stream(seed, "panel")
    present = np.isnat(people.joins_on)
    size = max(PANEL_SHARE, min(0.5, LEAST_PANEL / len(people))) * present.sum()
    in_panel = np.zeros(len(people), dtype=bool)
    units = np.unique(people.units)
    late = rng.random(len(units)) - 2.0 * is_weak(city, units) - 0.5 * (city.service_of[units] >= 0)
    for order, share in ((units[np.argsort(late)], 0.5), (rng.permutation(units), 1.0)):
        for unit in order:
            members = present & (people.units == unit)
            if in_panel.sum() >= size * share:
                break
            if members.sum() <= size / 4:
                in_panel |= members
    return in_panel


def assess(
    seed: int, city: City, jobs: Jobs, competence: Competence, state: State, first: date, in_panel: Array, seen: Array
) -> pd.DataFrame:
    """One assessment round: the panel, and people not seen in any round before (``seen`` is brought up to date)."""
    rng = stream(seed, f"round {first}")
    people = competence.people
    open_to = np.flatnonzero(state.is_present & ~in_panel & ~seen)
    rotating = rng.choice(open_to, min(len(open_to), max(5, round(len(people) * ROTATING_SHARE))), replace=False)
    chosen = np.sort(np.concatenate([np.flatnonzero(in_panel & state.is_present), rotating]))
    seen[chosen] = True
    levels = np.clip(round_by_chance(rng, competence.latent(first)[chosen]), 0, 5)
    positions, units = state.positions[chosen], state.units[chosen]
    required = jobs.levels[positions]
    jpm = (levels.sum(axis=1) / (9 * required) * 100).round(2)
    purpose = np.where(rng.random(len(chosen)) < 0.04, "PENGISIAN", "PEMETAAN")
    bounds = np.where(purpose == "PEMETAAN", 90, 80), np.where(purpose == "PEMETAAN", 78, 68)
    words = {"PEMETAAN": ("Optimal", "Cukup Optimal", "Kurang Optimal"), "PENGISIAN": ("MS", "MMS", "KMS")}
    rank = np.where(jpm >= bounds[0], 0, np.where(jpm >= bounds[1], 1, 2))
    days = np.datetime64(first) + rng.integers(0, 16, len(chosen)).astype("timedelta64[D]")
    roots = np.array([_root(city, unit) for unit in range(len(city.units))])
    frame = {
        "no": np.arange(1, len(chosen) + 1),
        "nip": people.nips[chosen],
        "nama": people.full_names[chosen],
        "jabatan": jobs.names[positions],
        "perangkat_daerah": city.names_on(state.day)[roots[units]],
        "tanggal_penilaian": days.astype("datetime64[s]"),
        "tujuan": purpose,
        "penyelenggara": PROVIDER,
        "metode": pick(rng, ("Assessment Center", "CACT"), len(chosen), (0.3, 0.7)),
    }
    frame |= {code: levels[:, column] for column, code in enumerate(COMPETENCIES)}
    affairs = np.array([city.units[unit].affair for unit in units], dtype=object)
    for affair, (code, _) in TECHNICAL.items():
        skill = np.clip(round_by_chance(rng, competence.latent(first)[chosen].mean(axis=1) + 0.2), 0, 5)
        frame[code] = np.where(affairs == affair, skill.astype(str), "")
    frame |= {
        "total": levels.sum(axis=1),
        "jpm": jpm,
        "kategori": [words[p][r] for p, r in zip(purpose, rank, strict=True)],
        "saran_pengembangan": pick(rng, ADVICE, len(chosen)),
    }
    return pd.DataFrame(frame)


def _root(city: City, unit: int) -> int:
    """Return the office that a unit belongs to."""
    while city.units[unit].parent > 0:
        unit = city.units[unit].parent
    return unit


def appraise(seed: int, city: City, competence: Competence, state: State, first: date, last: date) -> pd.DataFrame:
    """Return the extract evaluation/kinerja of a quarter, or of a year. A low number is a good rating."""
    is_year = (last - first).days > 100
    rng = stream(seed, f"appraisal {first} {is_year}")
    people = competence.people
    here = np.flatnonzero(state.is_present & (people.appointed <= np.datetime64(last)))
    acting = here[rng.random(len(here)) < ACTING_SHARE]
    rows = np.concatenate([here, acting])
    ability = people.ability[rows]
    drift = RATING_TREND_A_YEAR * (last - competence.start).days / 365.25
    shift = competence.rating_shift(last + timedelta(days=1))[rows]
    above = np.clip(0.25 + 0.07 * ability + drift, 0.02, 0.6)
    below = np.clip(0.05 - 0.02 * ability, 0.005, 0.2)
    work = _rate(rng, above + shift, below)
    conduct = _rate(rng, above + 0.5 * shift, below * 0.6)
    rated = np.datetime64(last + timedelta(days=4), "m") + rng.integers(480, 9 * 1440, len(rows)).astype("timedelta64[m]")
    return pd.DataFrame(
        {
            "nip": people.nips[rows],
            "nama": people.full_names[rows],
            "tahun": last.year,
            "periode": "TAHUNAN" if is_year else quarter_label(first),
            "skp_unor_id": city.ids[state.units[rows]],
            "hasil_kerja": np.array(_RATINGS, dtype=object)[work],
            "perilaku_kerja": np.array(_RATINGS, dtype=object)[conduct],
            "hasil_akhir": _PREDICATES[work, conduct],
            "is_skp_plt_plh_pjb": np.where(np.arange(len(rows)) < len(here), "0", "1"),
            "waktu_dinilai": rated.astype("datetime64[s]"),
        }
    )


def _rate(rng: np.random.Generator, above: Array, below: Array) -> Array:
    """0 above, 1 as, 2 below expectation."""
    draw = rng.random(len(above))
    return np.where(draw < above, 0, np.where(draw > 1 - below, 2, 1))
