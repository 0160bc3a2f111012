"""Invitations, refusals, absences and completions.

Programmes come in cohorts by quarter, so that at every time some are trained and others not yet. Every course ends
before the assessments of its quarter. The able are invited more often, which is what makes a plain comparison of the
trained with the others wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.offices import RESISTING, WEAK_OFFICE
from simulation.periods import Period, quarter_start
from simulation.programmes import Programme, price
from simulation.randomness import Array, hex_id, pick, stream

if TYPE_CHECKING:
    from datetime import date

    from simulation.careers import Careers, State
    from simulation.city import City
    from simulation.jobs import Jobs
    from simulation.people import People

DECLINE, DECLINE_RESISTING = 0.12, 0.55
ABSENT, ABSENT_RESISTING = 0.06, 0.15
FAILED = 0.03
SELECTION = 0.6
PANEL_WEIGHT = 1.2
SHARE_OF_UNIT = 0.7
SHARE_OF_WEAK_OFFICE = 0.15
"""Few at a time, so that most of those who inform badly are still untrained when the plan is made."""
LARGEST_WAVE = 400
REASONS = {
    "budget": ("anggaran tidak tersedia", "Tidak ada anggaran perjalanan", "biaya belum dianggarkan"),
    "workload": ("beban kerja tinggi", "Sedang banyak pekerjaan akhir bulan", "tidak bisa meninggalkan tugas"),
    "permission": ("tidak diizinkan atasan", "Belum mendapat izin pimpinan"),
    "relevance": ("materi tidak relevan", "tidak sesuai dengan tugas saya"),
    "health": ("sakit", "Dalam masa pemulihan kesehatan", "izin sakit"),
    "none": ("", "-"),
}
_REASON_WEIGHTS = (0.18, 0.32, 0.16, 0.14, 0.1, 0.1)


@dataclass
class Participations:
    """One element for each invitation. Days that never come are NaT."""

    ids: Array
    persons: Array
    programmes: Array
    batches: Array
    invited: Array
    answered: Array
    started: Array
    ended: Array
    outcomes: Array
    reasons: Array

    def completed(self) -> Array:
        """Who completed: only they are treated."""
        return self.outcomes == "SELESAI"


def _audience(programme: Programme, city: City, jobs: Jobs, people: People, state: State, rising: Array) -> Array:
    if programme.audience in ("teachers", "health", "general"):
        return state.is_present & (people.families == programme.audience)
    if programme.audience == "leaders":
        return state.is_present & (jobs.levels[state.positions] >= 2) & (jobs.types[state.positions] != "2")
    if programme.audience == "all":
        return state.is_present
    if programme.audience == "rising":
        return state.is_present & rising
    return state.is_present & (city.offices[state.units] == programme.audience)


def _invite(
    rng: np.random.Generator,
    programme: Programme,
    open_to: Array,
    city: City,
    people: People,
    state: State,
    in_panel: Array,
) -> Array:
    """Return the persons invited to one cohort.

    Most of some service units, or those whom their superiors put forward.
    """
    n = len(people)
    keys = SELECTION * people.ability + PANEL_WEIGHT * in_panel + rng.gumbel(size=n)
    if programme.wave == "units":
        service = city.service_of[state.units]
        possible = np.unique(service[open_to & (service >= 0)])
        wave = rng.choice(possible, min(2, len(possible)), replace=False) if len(possible) else possible
        chosen = []
        for unit in wave:
            members = np.flatnonzero(open_to & (service == unit))
            size = min(LARGEST_WAVE, round(len(members) * (SHARE_OF_WEAK_OFFICE if programme.audience == WEAK_OFFICE else SHARE_OF_UNIT)))
            chosen.append(members[np.argsort(-keys[members])[:size]])
        return np.concatenate(chosen) if chosen else np.array([], dtype=int)
    candidates = np.flatnonzero(open_to)
    size = max(4, round(n * 0.011)) if programme.wave == "many" else max(3, round(n * 0.0016))
    return candidates[np.argsort(-keys[candidates])[: min(size, len(candidates) // 3)]]


def build_participations(
    seed: int,
    city: City,
    jobs: Jobs,
    people: People,
    careers: Careers,
    programmes: list[Programme],
    period: Period,
    in_panel: Array,
    rising: Array,
) -> Participations:
    """Everything that happens in training during the period.

    And a little beyond (the invited whose course is yet to come).
    """
    rng = stream(seed, "training")
    quarters = [*period.quarters(), quarter_start(period.end, 1)]
    last_quarter = np.full(len(people), -1)
    done = np.zeros((len(people), len(programmes)), dtype=bool)
    parts: list[pd.DataFrame] = []
    batch = np.zeros(len(programmes), dtype=int)
    for q, first in enumerate(quarters):
        state = careers.on(first)
        for number, programme in enumerate(programmes):
            step = 3 if programme.wave == "few" else 2
            if (q + number) % step or first <= period.start:
                continue
            open_to = _audience(programme, city, jobs, people, state, rising) & (last_quarter < q) & ~done[:, number]
            persons = _invite(rng, programme, open_to, city, people, state, in_panel)
            if not len(persons):
                continue
            batch[number] += 1
            parts.append(_cohort(rng, city, state, persons, number, programme, int(batch[number]), first))
            last_quarter[persons] = q
            done[persons, number] = True
    table = pd.concat(parts, ignore_index=True)
    table = table[table["invited"] <= np.datetime64(period.end)].reset_index(drop=True)
    ids = np.array([hex_id(seed, "peserta", number) for number in range(len(table))], dtype=object)
    return Participations(ids, *(table[name].to_numpy() for name in table.columns))


def _cohort(
    rng: np.random.Generator,
    city: City,
    state: State,
    persons: Array,
    number: int,
    programme: Programme,
    batch: int,
    quarter: date,
) -> pd.DataFrame:
    n = len(persons)
    resists = np.isin(city.offices[state.units[persons]], RESISTING)
    starts = np.datetime64(quarter) + np.timedelta64(int(rng.integers(4, 30)), "D")
    days = min(25, -(-programme.hours // 8) - 1)
    invited = starts - rng.integers(18, 30, n).astype("timedelta64[D]")
    answered = invited + rng.integers(2, 8, n).astype("timedelta64[D]")
    draw, later = rng.random(n), rng.random(n)
    declines = draw < np.where(resists, DECLINE_RESISTING, DECLINE)
    absent = ~declines & (later < np.where(resists, ABSENT_RESISTING, ABSENT))
    outcomes = np.where(declines, "MENOLAK", np.where(absent, "TIDAK_HADIR", np.where(later > 1 - FAILED, "TIDAK_LULUS", "SELESAI")))
    kinds = pick(rng, list(REASONS), n, _REASON_WEIGHTS)
    texts = np.array(
        [REASONS[kind][int(turn * len(REASONS[kind]))] for kind, turn in zip(kinds, rng.random(n), strict=True)],
        dtype=object,
    )
    comes = ~declines
    nat = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "person": persons,
            "programme": number,
            "batch": batch,
            "invited": invited,
            "answered": answered,
            "started": np.where(comes, starts, nat),
            "ended": np.where(comes & ~absent, starts + np.timedelta64(days, "D"), nat),
            "outcome": outcomes.astype(object),
            "reason": np.where(declines | absent, texts, ""),
        }
    )


def participants_frame(
    seed: int, people: People, programmes: list[Programme], parts: Participations, after: date, until: date, start: date
) -> pd.DataFrame:
    """Return the extract evaluation/pelatihan_peserta.

    What moved after one delivery and until the next, in its state on that day.
    """
    day, before = np.datetime64(until), np.datetime64(after)
    report = np.timedelta64(3, "D")
    changes = np.stack([parts.invited, parts.answered, parts.started, parts.ended + report])
    moved = ((changes > before) & (changes <= day)).any(axis=0) & (parts.invited <= day)
    at = np.flatnonzero(moved)
    is_over = parts.ended[at] + report <= day
    has_begun, has_answered = parts.started[at] <= day, parts.answered[at] <= day
    outcome = parts.outcomes[at]
    present = np.where(is_over, outcome, np.where(outcome == "TIDAK_HADIR", "TIDAK_HADIR", "HADIR"))
    status = np.where(has_begun, present, np.where(has_answered, np.where(outcome == "MENOLAK", "MENOLAK", "TERDAFTAR"), "DIUNDANG"))
    number = parts.programmes[at]
    hours = np.array([programmes[n].hours for n in number], dtype=float)
    draws = np.random.default_rng([seed, 77]).random((4, len(parts.ids)))[:, at]
    ability = people.ability[parts.persons[at]]
    before_score = np.clip(55 + 8 * ability + 20 * (draws[0] - 0.5), 5, 95)
    gain = np.array([programmes[n].competence for n in number]) * 30 + 6 + 10 * (draws[1] - 0.5)
    scored = is_over & np.isin(outcome, ("SELESAI", "TIDAK_LULUS"))
    cost = np.array([price(programmes[n], until.year - start.year) for n in number])
    shows = has_begun | np.isin(status, ("TERDAFTAR",))
    return pd.DataFrame(
        {
            "id": parts.ids[at],
            "nip": people.nips[parts.persons[at]],
            "kode_program": np.array([p.code for p in programmes], dtype=object)[number],
            "angkatan": [f"Angkatan {batch}" for batch in parts.batches[at]],
            "tanggal_undangan": parts.invited[at].astype("datetime64[s]"),
            "status": status,
            "alasan": np.where(np.isin(status, ("MENOLAK", "TIDAK_HADIR")), parts.reasons[at], ""),
            "tanggal_mulai": np.where(shows, parts.started[at], np.datetime64("NaT")).astype("datetime64[s]"),
            "tanggal_selesai": np.where(is_over, parts.ended[at], np.datetime64("NaT")).astype("datetime64[s]"),
            "jumlah_jam": np.where(is_over & (outcome == "SELESAI"), hours, np.nan),
            "nilai_pre": np.where(scored, before_score.round(1), np.nan),
            "nilai_post": np.where(scored, np.clip(before_score + gain, 0, 100).round(1), np.nan),
            "kepuasan_peserta": np.where(scored, np.floor(3 + 2.99 * draws[2] ** 0.7), np.nan),
            "no_sertifikat": np.where(is_over & (outcome == "SELESAI"), [f"CONTOH/{code[:8]}" for code in parts.ids[at]], ""),
            "biaya": np.where(has_begun & (status != "TIDAK_HADIR"), cost, np.nan),
        }
    )
